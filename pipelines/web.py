"""One address asked once over HTTP: conditional, bounded in time and size, decompressed here. What the bytes are, and
whether to ask again, is for the callers to say."""

import socket
import threading
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Literal
from urllib.parse import urljoin, urlsplit

import httpx

MAX_REDIRECTS = 5
STEP_SECONDS = 10.0
DEADLINE_SECONDS = 60.0

_LATER = "the next run asks again; if it lasts, check the {what}'s address"
_REDIRECTS = frozenset((301, 302, 303, 307, 308))
_PASSING = frozenset((408, 425, 429, 500, 502, 503, 504))
_CHUNK_BYTES = 65_536


@dataclass(frozen=True, slots=True)
class Validators:
    """What the server gave to ask with next time, so that what is unchanged is not sent again."""

    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of asking: `body` where fetched, `reason` (what, why, what to do) where failed.

    `validators` are those to keep for the next time, in every case. `media_type` is the Content-Type as sent,
    `http_status` the server's code where it gave one, `retry_after` the seconds that it asks to wait; `passing` says
    that asking again soon may help.
    """

    status: Literal["fetched", "not_modified", "failed"]
    url: str
    validators: Validators
    body: bytes = b""
    media_type: str | None = None
    reason: str | None = None
    http_status: int | None = None
    retry_after: float | None = None
    passing: bool = False


class _FailedError(Exception):
    def __init__(self, reason: str, http_status: int | None = None, retry_after: float | None = None) -> None:
        super().__init__(reason)
        self.http_status = http_status
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class _Asking:
    """What is asked for, and within which bounds; `what` is how messages name it."""

    url: str
    what: str
    accept: str
    known: Validators
    max_bytes: int
    timeout: float
    max_redirects: int

    @property
    def later(self) -> str:
        return _LATER.format(what=self.what)


def get(
    client: httpx.Client,
    url: str,
    known: Validators | None = None,
    *,
    what: str,
    accept: str = "*/*",
    max_bytes: int,
    timeout: float = STEP_SECONDS,
    deadline: float = DEADLINE_SECONDS,
    max_redirects: int = MAX_REDIRECTS,
) -> Answer:
    """Ask for an address once. Never raises for what the address, the network or the server do.

    `timeout` bounds each step (connecting, each wait for bytes), `deadline` the whole, both in seconds; `max_bytes`
    bounds the body after decompression; `what` names the thing in messages (`feed`).
    """
    asking = _Asking(url, what, accept, known or Validators(), max_bytes, timeout, max_redirects)
    watch = _Watch(deadline)
    status, retry_after, passing = None, None, True
    try:
        with watch.running():
            return _follow(client, asking, watch)
    except _FailedError as error:
        reason, status, retry_after = str(error), error.http_status, error.retry_after
        passing = status in _PASSING
    except httpx.TimeoutException as error:
        reason = f"time-out ({type(error).__name__}) after {timeout:g} s without an answer; {asking.later}"
    except httpx.ConnectError as error:
        reason = f"no connection ({error}); check the address and the network"
    except (httpx.InvalidURL, httpx.UnsupportedProtocol, ValueError) as error:
        passing = False
        reason = f"not a usable address ({error}); correct it in the list of {what}s"
    except httpx.HTTPError as error:
        reason = f"the connection broke off ({error or type(error).__name__}); {asking.later}"
    if watch.expired:
        reason = f"time-out: not complete after {deadline:g} s; {asking.later}"
    return Answer(
        "failed", url, asking.known, reason=f"{shown(url)}: {reason}", http_status=status, retry_after=retry_after,
        passing=passing,
    )  # fmt: skip


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


def _follow(client: httpx.Client, asking: _Asking, watch: _Watch) -> Answer:
    url = asking.url
    for _ in range(asking.max_redirects + 1):
        _require_http(url, asking.what)
        request = client.build_request(
            "GET",
            url,
            headers=_headers(asking),
            timeout=asking.timeout,
            extensions={"trace": watch.trace},
        )
        response = client.send(request, stream=True, follow_redirects=False)
        try:
            if response.status_code not in _REDIRECTS:
                return _answer(response, asking, watch)
            location = response.headers.get("location")
        finally:
            response.close()
        if not location:
            raise _FailedError(f"HTTP {response.status_code} without a new address; {asking.later}")
        url = urljoin(url, location)
    raise _FailedError(
        f"more than {asking.max_redirects} redirects, last to {shown(url)}; correct the {asking.what}'s address"
    )


def _headers(asking: _Asking) -> dict[str, str]:
    # Only gzip: it is undone here, within the size limit. No connection outlives its answer.
    headers = {"Accept": asking.accept, "Accept-Encoding": "gzip", "Connection": "close"}
    if asking.known.etag:
        headers["If-None-Match"] = asking.known.etag
    if asking.known.last_modified:
        headers["If-Modified-Since"] = asking.known.last_modified
    return headers


def _answer(response: httpx.Response, asking: _Asking, watch: _Watch) -> Answer:
    status, known = response.status_code, asking.known
    given = Validators(_sendable(response.headers.get("etag")), _sendable(response.headers.get("last-modified")))
    if status == 304 and known != Validators():
        kept = Validators(given.etag or known.etag, given.last_modified or known.last_modified)
        return Answer("not_modified", asking.url, kept, http_status=status)
    if status != 200:
        reason = f"HTTP {status} {response.reason_phrase}".rstrip() + f"; {_advice(status, asking)}"
        raise _FailedError(reason, status, _wait(response.headers))
    body = _body(response, asking, watch)
    if not body.strip():
        raise _FailedError(f"empty body; {asking.later}", status)
    return Answer("fetched", asking.url, given, body, response.headers.get("content-type"), http_status=status)


def _advice(status: int, asking: _Asking) -> str:
    if status in (401, 403):
        return f"the server refuses; check whether the {asking.what} needs a subscription or forbids programs"
    if status in (404, 410):
        return f"the {asking.what} is not there; correct or remove its address"
    return asking.later


def _wait(headers: httpx.Headers) -> float | None:
    """How many seconds Retry-After asks to wait: it says them, or a moment by the server's own clock, which is Date."""
    value = headers.get("retry-after", "").strip()
    if value.isascii() and value.isdigit():
        return float(value[:9])
    try:
        until, now = (parsedate_to_datetime(one).timestamp() for one in (value, headers.get("date", "")))
    except (ValueError, OverflowError):
        return None
    return max(0.0, until - now)


def _body(response: httpx.Response, asking: _Asking, watch: _Watch) -> bytes:
    limit = asking.max_bytes
    too_large = _FailedError(f"too large: more than {limit:,} bytes; check that the address is a {asking.what}")
    declared = response.headers.get("content-length", "")
    if declared.isascii() and declared.isdigit() and int(declared[:18]) > limit:
        raise too_large
    body = bytearray()
    for chunk in _decompressed(response, asking):
        body += chunk
        if len(body) > limit:
            raise too_large
    if watch.expired:
        raise _FailedError("the watch ended the connection, so the body is not whole")
    return bytes(body)


def _decompressed(response: httpx.Response, asking: _Asking) -> Iterator[bytes]:
    coding = response.headers.get("content-encoding", "").strip().lower()
    if coding not in ("", "identity", "gzip", "x-gzip", "deflate"):
        raise _FailedError(f"content encoding {coding!r} was not asked for; {asking.later}")
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
                raise _FailedError(f"broken compression ({error}); {asking.later}") from error
            yield piece
            pending = decoder.unconsumed_tail or decoder.unused_data
    if not decoder.eof:
        raise _FailedError(f"the compressed {asking.what} is cut off; {asking.later}")


def _require_http(url: str, what: str) -> None:
    scheme = urlsplit(url).scheme.lower()
    if scheme not in ("http", "https"):
        kind = f"an address of the kind {scheme}:" if scheme else "no whole address"
        raise _FailedError(f"{kind}; only http:// and https:// are fetched; correct it in the list of {what}s")


def _sendable(value: str | None) -> str | None:
    return value if value and value.isascii() and value.isprintable() else None


def shown(url: str) -> str:
    """The address without user name and password, for messages."""
    try:
        parts = urlsplit(url)
        return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
    except ValueError:
        return url
