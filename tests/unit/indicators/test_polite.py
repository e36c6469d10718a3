"""A client that keeps its pace, says who asks, asks again where that may help, and gives up where it cannot."""

from http.server import BaseHTTPRequestHandler

import pytest

from pipelines.indicators.polite import MAX_WAIT_SECONDS, PoliteClient
from pipelines.web import Validators
from tests.unit.news.conftest import Answer, FeedServer


def answers(*statuses: int, headers: dict[str, str] | None = None, body: bytes = b"{}") -> Answer:
    """Answers with these statuses one after another; the last one goes on."""
    left = list(statuses)

    def answer(handler: BaseHTTPRequestHandler) -> None:
        status = left.pop(0) if len(left) > 1 else left[0]
        handler.send_response(status)
        for name, value in (headers or {}).items():
            handler.send_header(name, value)
        content = body if status == 200 else b""
        handler.send_header("Content-Length", str(len(content)))
        handler.end_headers()
        handler.wfile.write(content)

    return answer


def client(*, attempts: int = 4, wait_seconds: float = 0.001) -> PoliteClient:
    return PoliteClient("ledger@example.org", requests_per_second=1000, attempts=attempts, wait_seconds=wait_seconds)


def test_it_says_who_asks(feed_server: FeedServer) -> None:
    url = feed_server.serve("/facts", answers(200))
    with client() as polite:
        assert polite.get(url).body == b"{}"
    assert feed_server.asked[0][1]["user-agent"] == "waybill/0.1 (ledger@example.org)"


def test_a_moment_to_wait_for_is_kept_too(feed_server: FeedServer) -> None:
    url = feed_server.serve("/facts", answers(429, headers={"Retry-After": "Fri, 31 Dec 2100 12:00:00 GMT"}))
    with client() as polite:
        answer = polite.get(url)
    assert answer.retry_after is not None
    assert answer.retry_after > MAX_WAIT_SECONDS
    assert len(feed_server.asked) == 1


@pytest.mark.parametrize("value", ["soon", "Wed, 99 Jun 2024 12:00:00 GMT", "-1", "1e9", ""])
def test_a_wait_that_says_nothing_is_none(feed_server: FeedServer, value: str) -> None:
    url = feed_server.serve("/facts", answers(429, 200, headers={"Retry-After": value}))
    with client() as polite:
        assert polite.get(url).status == "fetched"


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_it_asks_again_after_a_passing_failure(feed_server: FeedServer, status: int) -> None:
    url = feed_server.serve("/facts", answers(status, status, 200))
    with client() as polite:
        assert polite.get(url).status == "fetched"
    assert len(feed_server.asked) == 3


def test_it_gives_up_after_its_attempts_and_says_why(feed_server: FeedServer) -> None:
    url = feed_server.serve("/facts", answers(503))
    with client() as polite:
        answer = polite.get(url)
    assert (answer.status, len(feed_server.asked)) == ("failed", 4)
    assert answer.reason is not None
    assert answer.reason.startswith(f"{url}: HTTP 503")


@pytest.mark.parametrize("status", [401, 403, 404, 410])
def test_it_does_not_insist_where_it_is_refused(feed_server: FeedServer, status: int) -> None:
    url = feed_server.serve("/facts", answers(status))
    with client() as polite:
        assert polite.get(url).http_status == status
    assert len(feed_server.asked) == 1


def test_it_waits_as_long_as_the_server_asks(feed_server: FeedServer) -> None:
    url = feed_server.serve("/facts", answers(429, 200, headers={"Retry-After": "0"}))
    with client(wait_seconds=30.0) as polite:
        assert polite.get(url).status == "fetched"


def test_it_does_not_wait_for_hours(feed_server: FeedServer) -> None:
    url = feed_server.serve("/facts", answers(429, headers={"Retry-After": "7200"}))
    with client() as polite:
        assert polite.get(url).status == "failed"
    assert len(feed_server.asked) == 1


def test_it_does_not_ask_for_what_it_has(feed_server: FeedServer) -> None:
    url = feed_server.serve("/facts", answers(304))
    with client() as polite:
        answer = polite.get(url, Validators('"v1"', None))
    assert (answer.status, feed_server.asked[0][1]["if-none-match"]) == ("not_modified", '"v1"')


def test_it_keeps_its_pace(feed_server: FeedServer) -> None:
    url = feed_server.serve("/facts", answers(200))
    slept: list[float] = []
    polite = PoliteClient("me", requests_per_second=10, clock=lambda: 100.0, sleep=slept.append)
    with polite:
        for _ in range(3):
            polite.get(url)
    assert slept == [pytest.approx(0.1), pytest.approx(0.2)]


def test_a_server_that_is_not_there_is_a_failure_with_its_reason(feed_server: FeedServer) -> None:
    with client(attempts=2) as polite:
        answer = polite.get("http://127.0.0.1:9/facts")
    assert answer.status == "failed"
    assert answer.reason is not None
    assert "no connection" in answer.reason
