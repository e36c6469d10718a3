"""Feeds over HTTP: conditional, bounded in time and size, never retried here (the next tick does). Reading belongs
in `feeds`."""

import socket
import threading
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urljoin, urlsplit

import httpx

from pipelines.news.feed_list import FeedSource
from pipelines.news.kinds import is_feed, root_element

MAX_BYTES = 20_000_000
MAX_REDIRECTS = 5
STEP_SECONDS = 10.0
DEADLINE_SECONDS = 60.0

_ACCEPT = "application/rss+xml, application/atom+xml, application/xml;q=0.9, text/xml;q=0.9, */*;q=0.1"
_LATER = "the next run asks again; if it lasts, check the feed's address"
_REDIRECTS = frozenset((301, 302, 303, 307, 308))
_CHUNK_BYTES = 65_536


@dataclass(frozen=True, slots=True)
class Validators:
    """What the server gave to ask with next time, so that an unchanged feed is not sent again."""

    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True, slots=True)
class FeedAnswer:
    """What came of asking for a feed: `body` where fetched, `reason` (what, why, what to do) where failed.

    `validators` are those to keep for the next time, in every case. `media_type` is the Content-Type as sent.
    """

    status: Literal["fetched", "not_modified", "failed"]
    url: str
    validators: Validators
    body: bytes = b""
    media_type: str | None = None
    reason: str | None = None


class _FailedError(Exception):
    pass


def fetch_feed(
    client: httpx.Client,
    feed: FeedSource,
    validators: Validators | None = None,
    *,
    max_bytes: int = MAX_BYTES,
    timeout: float = STEP_SECONDS,
    deadline: float = DEADLINE_SECONDS,
    max_redirects: int = MAX_REDIRECTS,
) -> FeedAnswer:
    """Ask for a feed once. Never raises for what the address, the network or the server do.

    `timeout` bounds each step (connecting, each wait for bytes), `deadline` the whole, both in seconds; `max_bytes`
    bounds the body after decompression.
    """
    known = validators or Validators()
    watch = _Watch(deadline)
    try:
        with watch.running():
            return _follow(client, feed, known, max_bytes, timeout, max_redirects, watch)
    except _FailedError as error:
        reason = str(error)
    except httpx.TimeoutException as error:
        reason = f"time-out ({type(error).__name__}) after {timeout:g} s without an answer; {_LATER}"
    except httpx.ConnectError as error:
        reason = f"no connection ({error}); check the address and the network"
    except (httpx.InvalidURL, httpx.UnsupportedProtocol, ValueError) as error:
        reason = f"not a usable address ({error}); correct it in the list of feeds"
    except httpx.HTTPError as error:
        reason = f"the connection broke off ({error or type(error).__name__}); {_LATER}"
    if watch.expired:
        reason = f"time-out: not complete after {deadline:g} s; {_LATER}"
    return FeedAnswer("failed", feed.url, known, reason=f"{_shown(feed.url)}: {reason}")


class _Watch:
    """Ends what outlives the deadline: a server that sends a byte now and then never runs into a time-out."""

    def __init__(self, seconds: float) -> None:
        self.expired = False
        self._sockets: list[socket.socket] = []
        self._lock = threading.Lock()
        self._timer = threading.Timer(seconds, self._expire)
        self._timer.daemon = True

    @contextmanager
    def running(self) -> Iterator[None]:
        self._timer.start()
        try:
            yield
        finally:
            self._timer.cancel()
            self._timer.join()

    def trace(self, event: str, info: dict[str, object]) -> None:
        """Called by httpx for what happens below it; keeps the socket of each new connection."""
        if not event.endswith((".connect_tcp.complete", ".start_tls.complete")):
            return
        stream = info.get("return_value")
        found = stream.get_extra_info("socket") if hasattr(stream, "get_extra_info") else None
        if isinstance(found, socket.socket):
            with self._lock:
                self._sockets.append(found)
            if self.expired:
                self._expire()

    def _expire(self) -> None:
        self.expired = True
        with self._lock:
            for open_socket in self._sockets:
                with suppress(OSError):
                    open_socket.shutdown(socket.SHUT_RDWR)


def _follow(
    client: httpx.Client,
    feed: FeedSource,
    known: Validators,
    max_bytes: int,
    timeout: float,
    max_redirects: int,
    watch: _Watch,
) -> FeedAnswer:
    url = feed.url
    for _ in range(max_redirects + 1):
        _require_http(url)
        request = client.build_request(
            "GET",
            url,
            headers=_headers(known),
            timeout=timeout,
            extensions={"trace": watch.trace},
        )
        response = client.send(request, stream=True, follow_redirects=False)
        try:
            if response.status_code not in _REDIRECTS:
                return _answer(response, feed, known, max_bytes, watch)
            location = response.headers.get("location")
        finally:
            response.close()
        if not location:
            raise _FailedError(f"HTTP {response.status_code} without a new address; {_LATER}")
        url = urljoin(url, location)
    raise _FailedError(f"more than {max_redirects} redirects, last to {_shown(url)}; correct the feed's address")


def _headers(known: Validators) -> dict[str, str]:
    # Only gzip: it is undone here, within the size limit. No connection outlives its answer.
    headers = {"Accept": _ACCEPT, "Accept-Encoding": "gzip", "Connection": "close"}
    if known.etag:
        headers["If-None-Match"] = known.etag
    if known.last_modified:
        headers["If-Modified-Since"] = known.last_modified
    return headers


def _answer(response: httpx.Response, feed: FeedSource, known: Validators, max_bytes: int, watch: _Watch) -> FeedAnswer:
    status = response.status_code
    given = Validators(_sendable(response.headers.get("etag")), _sendable(response.headers.get("last-modified")))
    if status == 304 and known != Validators():
        kept = Validators(given.etag or known.etag, given.last_modified or known.last_modified)
        return FeedAnswer("not_modified", feed.url, kept)
    if status != 200:
        raise _FailedError(f"HTTP {status} {response.reason_phrase}".rstrip() + f"; {_advice(status)}")
    body = _body(response, max_bytes, watch)
    if not body.strip():
        raise _FailedError(f"empty body; {_LATER}")
    media_type = response.headers.get("content-type")
    root = root_element(body)
    if root == "html":
        raise _FailedError("HTML in place of a feed; give the address of the RSS or Atom feed itself")
    if not is_feed(body, root):
        raise _FailedError(f"no feed: it begins with {body[:40]!r}; give the address of an RSS or Atom feed")
    return FeedAnswer("fetched", feed.url, given, body, media_type)


def _advice(status: int) -> str:
    if status in (401, 403):
        return "the server refuses; check whether the feed needs a subscription or forbids programs"
    if status in (404, 410):
        return "the feed is not there; correct or remove its address"
    return _LATER


def _body(response: httpx.Response, max_bytes: int, watch: _Watch) -> bytes:
    too_large = _FailedError(f"too large: more than {max_bytes:,} bytes; check that the address is a feed")
    declared = response.headers.get("content-length", "")
    if declared.isascii() and declared.isdigit() and int(declared[:18]) > max_bytes:
        raise too_large
    body = bytearray()
    for chunk in _decompressed(response):
        body += chunk
        if len(body) > max_bytes:
            raise too_large
    if watch.expired:
        raise _FailedError("the watch ended the connection, so the body is not whole")
    return bytes(body)


def _decompressed(response: httpx.Response) -> Iterator[bytes]:
    coding = response.headers.get("content-encoding", "").strip().lower()
    if coding not in ("", "identity", "gzip", "x-gzip", "deflate"):
        raise _FailedError(f"content encoding {coding!r} was not asked for; {_LATER}")
    if coding in ("", "identity"):
        yield from response.iter_raw()
        return
    decoder = zlib.decompressobj(wbits=47)
    for chunk in response.iter_raw():
        pending, piece = chunk, b""
        # A bounded output at a time, so that a small chunk cannot fill the memory; a full one may not be all.
        while pending or (len(piece) == _CHUNK_BYTES and not decoder.eof):
            if decoder.eof:
                decoder = zlib.decompressobj(wbits=47)
            try:
                piece = decoder.decompress(pending, _CHUNK_BYTES)
            except zlib.error as error:
                raise _FailedError(f"broken compression ({error}); {_LATER}") from error
            yield piece
            pending = decoder.unconsumed_tail or decoder.unused_data
    if not decoder.eof:
        raise _FailedError(f"the compressed feed is cut off; {_LATER}")


def _require_http(url: str) -> None:
    scheme = urlsplit(url).scheme.lower()
    if scheme not in ("http", "https"):
        kind = f"an address of the kind {scheme}:" if scheme else "no whole address"
        raise _FailedError(f"{kind}; only http:// and https:// are fetched; correct it in the list of feeds")


def _sendable(value: str | None) -> str | None:
    return value if value and value.isascii() and value.isprintable() else None


def _shown(url: str) -> str:
    """The address without user name and password, for messages."""
    try:
        parts = urlsplit(url)
        return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
    except ValueError:
        return url
