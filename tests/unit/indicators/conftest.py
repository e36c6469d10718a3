"""A server on this machine that stands for public services, and the shared real files, where they are."""

from tests.unit.news.conftest import feed_server

__all__ = ["feed_server"]
