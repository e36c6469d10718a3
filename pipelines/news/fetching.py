"""Feeds over HTTP: one that is no feed is said to be none. Asking belongs in `pipelines.web`, reading in `feeds`."""

from dataclasses import replace

import httpx

from pipelines.news.feed_list import FeedSource
from pipelines.news.kinds import is_feed, root_element
from pipelines.web import DEADLINE_SECONDS, MAX_REDIRECTS, STEP_SECONDS, Answer, Validators, get, shown

MAX_BYTES = 20_000_000

_ACCEPT = "application/rss+xml, application/atom+xml, application/xml;q=0.9, text/xml;q=0.9, */*;q=0.1"


def fetch_feed(
    client: httpx.Client,
    feed: FeedSource,
    validators: Validators | None = None,
    *,
    max_bytes: int = MAX_BYTES,
    timeout: float = STEP_SECONDS,
    deadline: float = DEADLINE_SECONDS,
    max_redirects: int = MAX_REDIRECTS,
) -> Answer:
    """Ask for a feed once; the next tick asks again. Never raises for what the address, the network or the server do.

    Bounds are those of `pipelines.web.get`.
    """
    answer = get(
        client, feed.url, validators, what="feed", accept=_ACCEPT, max_bytes=max_bytes, timeout=timeout,
        deadline=deadline, max_redirects=max_redirects,
    )  # fmt: skip
    reason = _no_feed(answer.body) if answer.status == "fetched" else None
    if reason is None:
        return answer
    known = validators or Validators()
    return replace(answer, status="failed", validators=known, body=b"", reason=f"{shown(feed.url)}: {reason}")


def _no_feed(body: bytes) -> str | None:
    root = root_element(body)
    if root == "html":
        return "HTML in place of a feed; give the address of the RSS or Atom feed itself"
    if not is_feed(body, root):
        return f"no feed: it begins with {body[:40]!r}; give the address of an RSS or Atom feed"
    return None
