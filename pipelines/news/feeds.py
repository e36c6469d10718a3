"""RSS and Atom feeds: one item an entry. Fetching them belongs in `fetching`."""

import hashlib
import html
import io
import re
from calendar import timegm
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any
from xml.parsers import expat

import feedparser

from pipelines.news.assembly import assemble_item, whole_characters
from pipelines.news.charsets import decode
from pipelines.news.dates import NoSuchDateError, NotADateError, Published, parse_published, published_instant
from pipelines.news.errors import UnreadableDocumentError
from pipelines.news.item import NewsItem, RejectedEntry
from pipelines.news.markup import html_to_text

RSS, ATOM = "application/rss+xml", "application/atom+xml"

_DECLARATION = re.compile(r"\A\s*<\?xml\b.*?\?>", re.DOTALL)
_DECLARED = re.compile(rb"\A\s*<\?xml\b[^>]*?\bencoding\s*=\s*[\"']([A-Za-z0-9_.:-]+)[\"']")
_HIDDEN = re.compile(r"<!--|<!\[CDATA\[")
_ENTRY_START = re.compile(r"<(?:[\w.-]+:)?(?:item|entry)(?=[\s>])")
_ENTRY_END = re.compile(r"</(?:[\w.-]+:)?(?:item|entry)\s*>")
_ENTITY = re.compile(r"&(?:[A-Za-z][A-Za-z0-9]{1,30}|#[0-9]{1,7}|#x[0-9A-Fa-f]{1,6});")
_HTML_TYPES = frozenset(("text/html", "application/xhtml+xml"))


class _RejectedEntryError(ValueError):
    def __init__(self, reason: str, column: str | None = None) -> None:
        super().__init__(reason)
        self.column = column


@dataclass(frozen=True, slots=True)
class _Span:
    """Where an entry stands in the document: first character and line, its text, and whether its end is there."""

    start: int
    line: int
    verbatim: str
    closed: bool


def read_feed(
    data: bytes, name: str, source: str, charset: str | None = None, language: str | None = None
) -> tuple[str, tuple[NewsItem, ...], tuple[RejectedEntry, ...]]:
    """Media type, items and rejected entries, in the feed's order; a feed without entries is a valid feed.

    Of malformed XML the entries that are whole are read. Raises UnreadableDocumentError where none begins.
    """
    declared = _DECLARED.match(data[:1024])
    text = decode(data, name, charset or (declared[1].decode("ascii") if declared else None))
    text = whole_characters(_DECLARATION.sub(lambda match: "\n" * match[0].count("\n"), text))
    parsed = _parse(text, name)
    media_type = ATOM if str(parsed.get("version", "")).startswith("atom") else RSS
    spans = list(_spans(text))
    broken = _xml_error(text) if parsed["bozo"] else None
    entries = _one_by_one(text, spans, name) if broken and len(spans) > len(parsed["entries"]) else parsed["entries"]
    if not entries and (broken or not parsed.get("version")):
        why = f"malformed XML at {broken}" if broken else "XML, but no feed"
        raise UnreadableDocumentError(f"{name}: {why}; fetch the feed again, or ask who publishes it", media_type)
    placed: list[_Span | None] = list(spans) if len(spans) == len(entries) else [None] * len(entries)
    feed_language = parsed["feed"].get("language") or language
    items: list[NewsItem] = []
    rejected: list[RejectedEntry] = []
    for position, (entry, span) in enumerate(zip(entries, placed, strict=True), start=1):
        place = f"{name}, line {span.line}" if span else f"{name}, entry {position}"
        try:
            if entry is None or (broken and span and not span.closed):
                raise _RejectedEntryError(f"the entry is cut off: malformed XML at {broken}; fetch the feed again")
            items.append(_read_entry(entry, name, source, feed_language))
        except _RejectedEntryError as error:
            verbatim = span.verbatim if span else str(entry.get("title") or entry.get("link") or dict(entry))
            line = span.line if span else None
            rejected.append(RejectedEntry(whole_characters(verbatim), f"{place}: {error}", line, error.column))
    return media_type, tuple(items), tuple(rejected)


def _parse(text: str, name: str) -> dict[str, Any]:
    try:
        # The bytes go in as a stream: feedparser takes anything else for a file's name or an address.
        parsed: dict[str, Any] = feedparser.parse(
            io.BytesIO(text.encode("utf-8")),
            response_headers={"content-type": "application/xml; charset=utf-8"},
            sanitize_html=False,
            resolve_relative_uris=False,
        )
    except Exception as error:  # rubbish makes the loose parser raise whatever it likes
        raise UnreadableDocumentError(f"{name}: not readable as a feed ({type(error).__name__}: {error})") from error
    return parsed


def _one_by_one(text: str, spans: list[_Span], name: str) -> list[Any]:
    """Each entry by itself behind the feed's head: where XML breaks, feedparser loses entries without a word."""
    head = text[: spans[0].start]
    entries: list[Any] = []
    for span in spans:
        alone = _parse(head + span.verbatim, name)["entries"] if span.closed else []
        entries.append(alone[0] if alone else None)
    return entries


def _spans(text: str) -> Iterator[_Span]:
    bare = _without_hidden(text)
    starts = [match.start() for match in _ENTRY_START.finditer(bare)]
    line, counted = 1, 0
    for start, following in pairwise([*starts, len(text)]):
        line, counted = line + text.count("\n", counted, start), start
        end = _ENTRY_END.search(bare, start, following)
        yield _Span(start, line, text[start : end.end() if end else following].rstrip(), end is not None)


def _without_hidden(text: str) -> str:
    """`text` with its comments and CDATA sections blanked, at equal length; those without an end stay."""
    pieces: list[str] = []
    position = 0
    endless: set[str] = set()
    for opening in _HIDDEN.finditer(text):
        closing = "-->" if opening[0] == "<!--" else "]]>"
        if opening.start() < position or closing in endless:
            continue
        end = text.find(closing, opening.end())
        if end < 0:
            endless.add(closing)
            continue
        pieces += text[position : opening.start()], " " * (end - opening.start())
        position = end
    return "".join([*pieces, text[position:]])


def _xml_error(text: str) -> str | None:
    try:
        expat.ParserCreate().Parse(text, True)
    except expat.ExpatError as error:
        return f"line {error.lineno}, column {error.offset + 1}: {expat.ErrorString(error.code)}"
    return None


def _read_entry(entry: Any, name: str, source: str, feed_language: str | None) -> NewsItem:
    title = _title(entry)
    body, language = _body(entry)
    if not (body or title):
        raise _RejectedEntryError("the entry has neither text nor title", "text")
    text = body or title
    url = entry.get("link") or None
    told_apart_by = f"{title or text}\0{dict.get(entry, 'published') or ''}"
    digest = hashlib.sha256(whole_characters(told_apart_by).encode("utf-8")).hexdigest()[:16]
    return assemble_item(
        guid=entry.get("id") or url or f"{name}#{digest}",
        source=source,
        text=text,
        title=title or None,
        url=url,
        published=_published(entry),
        language=language or feed_language,
    )


def _title(entry: Any) -> str:
    detail = entry.get("title_detail") or {"value": entry.get("title"), "type": "text/html"}
    return " ".join(_text(detail).split())


def _body(entry: Any) -> tuple[str, str | None]:
    for detail in [*entry.get("content", []), entry.get("summary_detail") or {}]:
        text = _text(detail)
        if text:
            return text, detail.get("language")
    return "", None


def _text(detail: Any) -> str:
    value = whole_characters(detail.get("value") or "")
    if detail.get("type") in _HTML_TYPES:
        return html_to_text(value)
    # Plain by its label, but many programs leave HTML's entities in it.
    return _ENTITY.sub(lambda match: html.unescape(match[0]), value).strip()


def _published(entry: Any) -> Published | None:
    # dict.get, for feedparser's own answers `updated` with a warning where only `published` is given.
    for column in ("published", "updated"):
        written = dict.get(entry, column)
        if not isinstance(written, str) or not written.strip():
            continue
        try:
            return parse_published(written)
        except NoSuchDateError as error:
            raise _RejectedEntryError(f"`{column}`: {error}", column) from error
        except NotADateError as error:
            parsed = dict.get(entry, f"{column}_parsed")
            if parsed is None:
                raise _RejectedEntryError(f"`{column}`: {written!r} is no date that exists", column) from error
            return published_instant(datetime.fromtimestamp(timegm(parsed), UTC))
    return None
