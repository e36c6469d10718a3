import gzip
import socket
import time
from http.server import BaseHTTPRequestHandler

import httpx
import pytest

from pipelines.news.documents import read_document
from pipelines.news.feed_list import FeedSource
from pipelines.news.fetching import fetch_feed
from pipelines.web import Validators
from tests.unit.news.conftest import Answer, FeedServer

FEED = b"<rss version='2.0'><channel><title>Desk</title><item><title>Chips</title></item></channel></rss>"


def answer(body: bytes = FEED, status: int = 200, **headers: str) -> Answer:
    def send(request: BaseHTTPRequestHandler) -> None:
        request.send_response(status)
        sent = {"Content-Type": "application/rss+xml", "Content-Length": str(len(body))}
        for key, value in (sent | {key.replace("_", "-"): value for key, value in headers.items()}).items():
            if value:
                request.send_header(key, value)
        request.end_headers()
        request.wfile.write(body)

    return send


def feed(url: str) -> FeedSource:
    return FeedSource(url, "The Desk")


def test_a_feed_is_fetched_and_can_be_read(feed_server: FeedServer, client: httpx.Client) -> None:
    url = feed_server.serve("/feed", answer(ETag='"v1"', Last_Modified="Wed, 05 Jun 2024 10:00:00 GMT"))

    got = fetch_feed(client, feed(url))

    assert (got.status, got.url, got.body, got.reason) == ("fetched", url, FEED, None)
    assert got.media_type == "application/rss+xml"
    assert got.validators == Validators('"v1"', "Wed, 05 Jun 2024 10:00:00 GMT")
    assert read_document(got.body, url, got.media_type, source="The Desk").items[0].title == "Chips"


def test_an_unchanged_feed_is_not_sent_again(feed_server: FeedServer, client: httpx.Client) -> None:
    def only_once(request: BaseHTTPRequestHandler) -> None:
        unchanged = request.headers.get("If-None-Match") == '"v1"'
        answer(b"" if unchanged else FEED, 304 if unchanged else 200, ETag='"v1"')(request)

    url = feed_server.serve("/feed", only_once)

    first = fetch_feed(client, feed(url))
    second = fetch_feed(client, feed(url), first.validators)

    assert (first.status, second.status) == ("fetched", "not_modified")
    assert second.validators == Validators('"v1"')
    assert second.body == b""
    assert "if-none-match" not in feed_server.asked[0][1]


def test_both_validators_are_sent_and_kept(feed_server: FeedServer, client: httpx.Client) -> None:
    known = Validators('W/"v1"', "Wed, 05 Jun 2024 10:00:00 GMT")
    url = feed_server.serve("/feed", answer(b"", 304))

    got = fetch_feed(client, feed(url), known)

    assert (got.status, got.validators) == ("not_modified", known)
    headers = feed_server.asked[0][1]
    assert headers["if-none-match"] == 'W/"v1"'
    assert headers["if-modified-since"] == "Wed, 05 Jun 2024 10:00:00 GMT"


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (answer(b"broken", 500), "HTTP 500 Internal Server Error; the next run asks again"),
        (answer(b"", 503), "HTTP 503 Service Unavailable; the next run asks again"),
        (answer(b"", 404), "HTTP 404 Not Found; the feed is not there"),
        (answer(b"", 403), "HTTP 403 Forbidden; the server refuses"),
        (answer(b"", 304), "HTTP 304 Not Modified"),
        (answer(b""), "empty body"),
        (answer(b" \n"), "empty body"),
        (answer(b"<!DOCTYPE html><html><body>Hello"), "HTML in place of a feed; give the address"),
        (answer(b"<!-- x --><HTML>"), "HTML in place of a feed"),
        (answer(b"Too many requests"), "no feed: it begins with b'Too many requests'"),
        (answer(b"x" * 2001), "too large: more than 2,000 bytes"),
        (answer(b"x" * 2001, Content_Length=""), "too large: more than 2,000 bytes"),
        (answer(FEED, Content_Length="9999999999"), "too large: more than 2,000 bytes"),
        (answer(FEED, Content_Length="1999"), "the connection broke off"),
        (answer(FEED, Content_Encoding="br"), "content encoding 'br' was not asked for"),
        (answer(FEED, Content_Encoding="gzip, gzip"), "content encoding 'gzip, gzip' was not asked for"),
        (answer(FEED, Content_Encoding="gzip"), "broken compression"),
        (answer(gzip.compress(FEED)[:-12], Content_Encoding="gzip"), "the compressed feed is cut off"),
        (answer(b"", 302), "HTTP 302 without a new address"),
        (answer(b"", 302, Location="ftp://ex.org/feed"), "an address of the kind ftp:; only http"),
        (answer(b"", 302, Location="http://[broken"), "not a usable address"),
    ],
)
def test_an_answer_that_is_no_feed_says_why(
    feed_server: FeedServer, client: httpx.Client, reply: Answer, reason: str
) -> None:
    url = feed_server.serve("/feed", reply)

    got = fetch_feed(client, feed(url), max_bytes=2000)

    assert (got.status, got.body) == ("failed", b"")
    assert got.reason is not None
    assert got.reason.startswith(f"{url}: {reason}")


def test_a_failure_keeps_the_validators(feed_server: FeedServer, client: httpx.Client) -> None:
    url = feed_server.serve("/feed", answer(b"", 500, ETag='"error-page"'))

    assert fetch_feed(client, feed(url), Validators('"v1"')).validators == Validators('"v1"')


@pytest.mark.parametrize("parts", [1, 2])
def test_a_compressed_feed_is_decompressed(feed_server: FeedServer, client: httpx.Client, parts: int) -> None:
    long_feed = FEED.replace(b"Chips", b"Chips " * 50_000)
    middle = len(long_feed) if parts == 1 else 100_000
    packed = gzip.compress(long_feed[:middle]) + (gzip.compress(long_feed[middle:]) if parts == 2 else b"")
    url = feed_server.serve("/feed", answer(packed, Content_Encoding="gzip"))

    assert fetch_feed(client, feed(url)).body == long_feed


def test_a_compressed_feed_counts_by_its_real_size(feed_server: FeedServer, client: httpx.Client) -> None:
    bomb = gzip.compress(b"<rss>" + b" " * 50_000_000)
    assert len(bomb) < 60_000
    url = feed_server.serve("/feed", answer(bomb, Content_Encoding="gzip"))

    got = fetch_feed(client, feed(url), max_bytes=60_000)

    assert got.reason == f"{url}: too large: more than 60,000 bytes; check that the address is a feed"


def test_a_redirect_is_followed(feed_server: FeedServer, client: httpx.Client) -> None:
    url = feed_server.serve("/old", answer(b"", 301, Location="/new"))
    feed_server.serve("/new", answer())

    got = fetch_feed(client, feed(url))

    assert (got.status, got.url, got.body) == ("fetched", url, FEED)


def test_redirects_in_a_circle_end(feed_server: FeedServer, client: httpx.Client) -> None:
    url = feed_server.serve("/a", answer(b"", 302, Location="/b"))
    feed_server.serve("/b", answer(b"", 302, Location="/a"))

    got = fetch_feed(client, feed(url), max_redirects=3)

    assert got.reason is not None
    assert got.reason.startswith(f"{url}: more than 3 redirects")
    assert [path for path, _ in feed_server.asked] == ["/a", "/b", "/a", "/b"]


def test_a_server_that_does_not_answer_is_left_after_the_time_out(
    feed_server: FeedServer, client: httpx.Client
) -> None:
    def never_answer(_: BaseHTTPRequestHandler) -> None:
        feed_server.stopping.wait(10)

    url = feed_server.serve("/feed", never_answer)
    started = time.monotonic()

    got = fetch_feed(client, feed(url), timeout=0.2)

    assert time.monotonic() - started < 3
    assert got.reason is not None
    assert got.reason.startswith(f"{url}: time-out (ReadTimeout) after 0.2 s without an answer")


@pytest.mark.parametrize("head", [b"HTTP/1.1 200 OK\r\nX-Slow: ", b"HTTP/1.1 200 OK\r\n\r\n<rss>"])
def test_a_server_that_sends_a_byte_now_and_then_is_left_at_the_deadline(
    feed_server: FeedServer, client: httpx.Client, head: bytes
) -> None:
    def trickle(request: BaseHTTPRequestHandler) -> None:
        request.wfile.write(head)
        while not feed_server.stopping.wait(0.05):
            request.wfile.write(b"x")

    url = feed_server.serve("/feed", trickle)
    started = time.monotonic()

    got = fetch_feed(client, feed(url), timeout=5, deadline=0.5)

    assert time.monotonic() - started < 3
    assert got.reason is not None
    assert got.reason.startswith(f"{url}: time-out: not complete after 0.5 s")


def test_a_refused_connection_says_so(client: httpx.Client) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}/feed"

        got = fetch_feed(client, feed(url))

    assert got.reason is not None
    assert got.reason.startswith(f"{url}: no connection")
    assert "refused" in got.reason


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("ftp://ex.org/feed", "an address of the kind ftp:; only http:// and https:// are fetched"),
        ("file:///etc/passwd", "an address of the kind file:; only http:// and https:// are fetched"),
        ("feed.xml", "no whole address; only http:// and https:// are fetched"),
        ("http://[broken", "not a usable address"),
        ("http:///feed", "not a usable address"),
    ],
)
def test_an_address_that_is_not_fetched_says_why(client: httpx.Client, url: str, reason: str) -> None:
    got = fetch_feed(client, feed(url))

    assert got.status == "failed"
    assert got.reason is not None
    assert got.reason.startswith(f"{url}: {reason}")


def test_a_password_in_the_address_is_not_shown(feed_server: FeedServer, client: httpx.Client) -> None:
    url = feed_server.serve("/feed", answer(b"", 500))

    got = fetch_feed(client, feed(url.replace("http://", "http://reader:secret@")))

    assert got.reason is not None
    assert got.reason.startswith(f"{url}: HTTP 500")


def test_an_etag_that_cannot_be_sent_back_is_not_kept(feed_server: FeedServer, client: httpx.Client) -> None:
    url = feed_server.serve("/feed", answer(ETag='"caf\xe9"'))

    assert fetch_feed(client, feed(url)).validators == Validators()
