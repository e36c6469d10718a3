"""Feeds from a real server on this machine: asked conditionally, added once, kept with the reason where they fail."""

from http.server import BaseHTTPRequestHandler

import pytest

from pipelines.arrivals import Arrivals
from tests.unit.arrivals.conftest import Inbox
from tests.unit.arrivals.test_news import FEED, NOTE
from tests.unit.news.conftest import Answer, FeedServer


def answer(body: str = FEED, status: int = 200, etag: str | None = None) -> Answer:
    def send(request: BaseHTTPRequestHandler) -> None:
        request.send_response(status)
        request.send_header("Content-Type", "application/rss+xml")
        request.send_header("Content-Length", str(len(body.encode())))
        if etag:
            request.send_header("ETag", etag)
        request.end_headers()
        request.wfile.write(body.encode())

    return send


def conditional(etag: str, body: str = FEED) -> Answer:
    def send(request: BaseHTTPRequestHandler) -> None:
        if request.headers.get("If-None-Match") == etag:
            answer("", 304, etag)(request)
        else:
            answer(body, etag=etag)(request)

    return send


def test_a_feed_arrives_with_its_items_and_its_host_as_source(inbox: Inbox, feed_server: FeedServer) -> None:
    url = feed_server.serve("/feed", answer())
    inbox.with_feeds(url)
    assert inbox.collect() == Arrivals(documents_seen=1, documents_new=1, items_new=2)
    (document,) = inbox.lake.read("news_documents").to_dicts()
    assert (document["name"], document["source"], document["status"]) == (url, "127.0.0.1", "read")
    assert inbox.lake.bytes_of(document["content_hash"]) == FEED.encode()


def test_an_unchanged_feed_is_asked_conditionally_and_adds_nothing(inbox: Inbox, feed_server: FeedServer) -> None:
    inbox.with_feeds(feed_server.serve("/feed", conditional('"v1"')))
    inbox.collect()
    before = inbox.files()
    assert inbox.collect() == Arrivals()
    assert inbox.files() == before
    assert [headers.get("if-none-match") for _, headers in feed_server.asked] == [None, '"v1"']


def test_a_server_that_knows_no_conditions_adds_nothing_either(inbox: Inbox, feed_server: FeedServer) -> None:
    inbox.with_feeds(feed_server.serve("/feed", answer()))
    inbox.collect()
    before = inbox.files()
    assert inbox.collect() == Arrivals(documents_seen=1)
    assert inbox.files() == before


def test_a_changed_feed_adds_its_new_items(inbox: Inbox, feed_server: FeedServer) -> None:
    inbox.with_feeds(feed_server.serve("/feed", conditional('"v1"')))
    inbox.collect()
    more = "<item><guid>c</guid><title>Three</title><description>Nothing else.</description></item></channel>"
    feed_server.serve("/feed", conditional('"v2"', FEED.replace("</channel>", more)))
    assert inbox.collect() == Arrivals(documents_seen=1, documents_new=1, items_new=1)


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        (answer("", 500), "HTTP 500"),
        (answer("", 404), "HTTP 404"),
        (answer(""), "empty body"),
        (answer("<html><body>Maintenance</body></html>"), "HTML in place of a feed"),
    ],
    ids=["500", "404", "nothing", "HTML"],
)
def test_a_feed_that_fails_is_kept_with_its_reason_and_the_rest_goes_on(
    inbox: Inbox, feed_server: FeedServer, broken: Answer, reason: str
) -> None:
    bad, good = feed_server.serve("/bad", broken), feed_server.serve("/good", answer())
    inbox.with_feeds(bad, good)
    (inbox.news / "note.txt").write_text(NOTE)
    assert inbox.collect() == Arrivals(documents_seen=3, documents_new=3, documents_unreadable=1, items_new=3)
    (document,) = inbox.lake.read("news_documents").filter(name=bad).to_dicts()
    assert document["status"] == "unreadable"
    assert reason in document["reason"]


def test_a_feed_that_goes_on_failing_is_kept_once(inbox: Inbox, feed_server: FeedServer) -> None:
    inbox.with_feeds(feed_server.serve("/bad", answer("", 500)))
    inbox.collect()
    before = inbox.files()
    assert inbox.collect() == Arrivals(documents_seen=1)
    assert inbox.files() == before


def test_a_feed_that_failed_in_between_loses_nothing_and_its_newest_answer_counts(
    inbox: Inbox, feed_server: FeedServer
) -> None:
    inbox.with_feeds(feed_server.serve("/feed", conditional('"v1"')))
    inbox.collect()
    feed_server.serve("/feed", answer("", 500))
    assert inbox.collect().documents_unreadable == 1
    feed_server.serve("/feed", conditional('"v1"'))
    inbox.collect()
    assert sorted(inbox.lake.read("news_items")["guid"]) == ["a", "b"]
    assert feed_server.asked[-1][1].get("if-none-match") == '"v1"'


def test_a_server_that_is_not_there_is_a_feed_that_fails(inbox: Inbox) -> None:
    inbox.with_feeds("http://127.0.0.1:9/feed")
    assert inbox.collect() == Arrivals(documents_seen=1, documents_new=1, documents_unreadable=1)
    (document,) = inbox.lake.read("news_documents").to_dicts()
    assert "no connection" in document["reason"]
