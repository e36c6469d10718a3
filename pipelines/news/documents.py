"""Bytes to news items: which kind of document it is, and the reader for that kind. Reading belongs in the readers."""

import re
from datetime import datetime

from pipelines.news import feeds, pages
from pipelines.news.assembly import whole_characters
from pipelines.news.charsets import decode
from pipelines.news.errors import UnreadableDocumentError
from pipelines.news.item import NewsReading
from pipelines.news.json_lines import read_json_lines
from pipelines.news.kinds import Kind, kind_of
from pipelines.news.plain_text import read_plain_text

PLAIN_TEXT, JSON_LINES = "text/plain", "application/jsonl"

_MEDIA_TYPES: dict[Kind, str] = {
    "text": PLAIN_TEXT,
    "page": pages.MEDIA_TYPE,
    "feed": feeds.RSS,
    "json_lines": JSON_LINES,
}
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([A-Za-z0-9_.:-]+)", re.IGNORECASE)


def read_document(
    data: bytes,
    name: str,
    media_type: str | None = None,
    *,
    source: str,
    fetched_at: datetime | None = None,
    language: str | None = None,
) -> NewsReading:
    """Read one document: plain text, an HTML page, a feed or JSON Lines, by its content, then its type and name.

    `name` is the file's name or the address, `media_type` the Content-Type it came with. `source` and `language`
    count where the document gives none. Never raises for what the bytes hold: what cannot be read is in `rejected`
    or `unreadable`, with its place, the reason, and what to do.
    """
    name = whole_characters(name)
    declared = _CHARSET.search(media_type or "")
    charset = declared[1] if declared else None
    bare_type = (media_type or "").partition(";")[0].strip().lower()
    kind: Kind | None = None
    try:
        kind = kind_of(data, name, bare_type)
        if kind == "feed":
            read_as, items, rejected = feeds.read_feed(data, name, source, charset, language)
            return NewsReading(read_as, items, rejected)
        if kind == "json_lines":
            items, rejected = read_json_lines(data, name, source, charset, language)
            return NewsReading(JSON_LINES, items, rejected)
        if kind == "page":
            item = pages.read_page(data, name, source, charset, language, fetched_at)
            return NewsReading(pages.MEDIA_TYPE, (item,))
        item = read_plain_text(decode(data, name, charset), name, source, language)
        return NewsReading(PLAIN_TEXT, (item,))
    except UnreadableDocumentError as error:
        found = error.media_type or (_MEDIA_TYPES[kind] if kind else bare_type) or "application/octet-stream"
        return NewsReading(found, unreadable=str(error))
