"""Long work says how far it has come; short work says nothing."""

import logging
from collections.abc import Iterator

import pytest

from pipelines.progress import Progress


class Clock:
    """Seconds that pass when the test says so."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def said(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    with caplog.at_level(logging.INFO, logger="waybill"):
        yield caplog


def test_work_under_two_seconds_says_nothing(said: pytest.LogCaptureFixture) -> None:
    clock = Clock()
    progress = Progress("reading claims", 3, "items", clock=clock)
    for _ in range(3):
        clock.now += 0.6
        progress.advance()
    progress.finish()
    assert said.messages == []


def test_long_work_says_pieces_bytes_and_seconds_every_two_seconds_and_at_its_end(
    said: pytest.LogCaptureFixture,
) -> None:
    clock = Clock()
    progress = Progress("reading claims", 4_000, "items", clock=clock)
    for _ in range(4):
        clock.now += 1.5
        progress.advance(1_000, 2_500_000)
    progress.finish()
    assert said.messages == [
        "reading claims: 2,000 of 4,000 items, 5.0 MB (3 s)",
        "reading claims: 4,000 of 4,000 items, 10.0 MB (6 s)",
        "reading claims: 4,000 of 4,000 items, 10.0 MB (6 s)",
    ]


def test_pieces_without_bytes_say_none(said: pytest.LogCaptureFixture) -> None:
    clock = Clock()
    progress = Progress("building records", 5, "tables", clock=clock)
    clock.now += 2
    progress.advance()
    assert said.messages == ["building records: 1 of 5 tables (2 s)"]


def test_nothing_to_do_is_said_by_nobody(said: pytest.LogCaptureFixture) -> None:
    Progress("reading news", 0, "documents", clock=Clock()).finish()
    assert said.messages == []
