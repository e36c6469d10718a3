"""What arrives from the news: documents, the items that they hold, and the entries that could not be read.

Shapes only. Reading them from bytes belongs in the readers beside this file, storing them in `pipelines.lake`.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

Precision = Literal["instant", "day", "month"]


@dataclass(frozen=True, slots=True)
class NewsItem:
    """One news item as its source gives it.

    `guid` is the source's own id (a feed's guid, `item_id` of JSON Lines, else the file's name). `published_at` is UTC;
    `published_start` to `published_end` are the whole days that it may mean (a month for month precision), all three
    None where the source gives no date. `language` is an ISO 639-1 code. `text` is kept as given, never normalized:
    quotes are offsets into it, in Unicode code points.
    """

    guid: str
    source: str
    text: str
    title: str | None = None
    url: str | None = None
    published_at: datetime | None = None
    published_precision: Precision | None = None
    published_start: date | None = None
    published_end: date | None = None
    language: str = "und"
    language_basis: Literal["given", "detected"] = "detected"


@dataclass(frozen=True, slots=True)
class RejectedEntry:
    """One entry of a document (a line, a feed entry) that could not be read: its place, its verbatim text, why.

    `line` counts from 1 where the format has lines; `column` names the field at fault, where one is.
    """

    verbatim: str
    reason: str
    line: int | None = None
    column: str | None = None


@dataclass(frozen=True, slots=True)
class NewsReading:
    """What one document gave. `unreadable` says why where nothing could be read; read = accepted + rejected."""

    media_type: str
    items: tuple[NewsItem, ...] = ()
    rejected: tuple[RejectedEntry, ...] = field(default=())
    unreadable: str | None = None
