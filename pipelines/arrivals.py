"""What arrives: folders and feeds into the lake, byte for byte, with the news items that the documents hold.

Nothing that is already there is added again. No meaning is read here: claims and lines belong in `pipelines.reading`.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx

from pipelines.folders import list_documents
from pipelines.lake import Lake, content_id
from pipelines.news.documents import read_document
from pipelines.news.feed_list import FeedSource, load_feeds
from pipelines.news.fetching import fetch_feed
from pipelines.news.item import NewsItem, NewsReading
from pipelines.progress import Progress
from pipelines.settings import Settings
from pipelines.versions import code_version
from pipelines.web import Answer, Validators

MAX_FILE_BYTES = 500_000_000
# Suppliers' files are read piece by piece, so that they may be large.
MAX_SUPPLIER_FILE_BYTES = 20_000_000_000
_FLUSH_DOCUMENTS = 500


@dataclass(frozen=True, slots=True)
class Arrivals:
    """What one run found: documents looked at, those that are new, and what they gave."""

    documents_seen: int = 0
    documents_new: int = 0
    documents_unreadable: int = 0
    items_new: int = 0
    entries_rejected: int = 0


@dataclass(frozen=True, slots=True)
class _Document:
    source: str
    name: str
    data: bytes
    item_source: str
    media_type: str | None = None
    language: str | None = None
    unreadable: str | None = None
    validators: Validators | None = None


def collect_news(settings: Settings, lake: Lake, now: datetime) -> Arrivals:
    """Take in what the news folder and the feeds hold; `now` is UTC without zone.

    A document is read again when its bytes or the readers' code changed. Raises NotADirectoryError where there is no
    news folder, FeedListError where the list of feeds cannot be used.
    """
    version = code_version(Path(__file__).parent / "news")
    latest = _latest_documents(lake)
    feeds = load_feeds(settings.reference_dir / "feeds.toml", settings.feeds)
    paths = list_documents(settings.news_dir)
    progress = Progress("reading news", len(paths) + len(feeds), "documents")
    known_items = set(lake.read("news_items", "item_id")["item_id"])
    batch = _NewsBatch(lake, known_items, version, now)
    for document in _news_documents(settings.news_dir, paths, feeds, latest):
        progress.advance(1, len(document.data))
        row = latest.get((document.source, document.name))
        batch.seen += 1
        if row and _unchanged(document, row, version):
            continue
        batch.add(document)
    batch.flush()
    progress.finish()
    return batch.arrivals()


def collect_supplier_documents(settings: Settings, lake: Lake, now: datetime) -> Arrivals:
    """Take in what the supplier folder holds, byte for byte; `now` is UTC without zone.

    Raises NotADirectoryError where there is no such folder.
    """
    known = set(lake.read("supplier_documents", "document_id")["document_id"])
    paths = list_documents(settings.supplier_dir)
    progress = Progress("receiving supplier files", len(paths), "files")
    rows = []
    for path in paths:
        content_hash, size, unreadable = _kept_hash(path)
        progress.advance(1, size)
        name = path.relative_to(settings.supplier_dir).as_posix()
        document_id = content_id("suppliers", name, content_hash, unreadable)
        if document_id in known:
            continue
        content_hash, size = lake.keep_file(path) if not unreadable else (lake.keep_bytes(b""), 0)
        document_id = content_id("suppliers", name, content_hash, unreadable)
        rows.append(
            {
                "document_id": document_id,
                "source": "supplier folder",
                "name": name,
                "received_at": now,
                "media_type": None,
                "content_hash": content_hash,
                "size": size,
                "reason": unreadable,
            }
        )
    lake.append("supplier_documents", rows)
    progress.finish()
    return Arrivals(documents_seen=len(paths), documents_new=len(rows))


def _latest_documents(lake: Lake) -> dict[tuple[str, str], dict[str, Any]]:
    rows = lake.read("news_documents").sort("fetched_at").iter_rows(named=True)
    return {(row["source"], row["name"]): row for row in rows}


def _unchanged(document: _Document, row: dict[str, Any], version: str) -> bool:
    if document.unreadable is not None:
        return bool(row["reason"] == document.unreadable)
    same_bytes: bool = row["content_hash"] == hashlib.sha256(document.data).hexdigest()
    return same_bytes and bool(row["reader_version"] == version)


def _news_documents(
    folder: Path, paths: list[Path], feeds: list[FeedSource], latest: dict[tuple[str, str], dict[str, Any]]
) -> Iterator[_Document]:
    for path in paths:
        name = path.relative_to(folder).as_posix()
        data, unreadable = bytes_of(path)
        yield _Document("news folder", name, data, item_source=path.stem, unreadable=unreadable)
    if not feeds:
        return
    with httpx.Client(headers={"User-Agent": "waybill/0.1 (reads public feeds; conditional requests)"}) as client:
        for feed in feeds:
            row = latest.get((feed.source, feed.url))
            known = Validators(row["etag"], row["last_modified"]) if row else None
            answer = fetch_feed(client, feed, known)
            if answer.status != "not_modified":
                yield _feed_document(feed, answer)


def _feed_document(feed: FeedSource, answer: Answer) -> _Document:
    return _Document(
        source=feed.source,
        name=feed.url,
        data=answer.body,
        item_source=feed.source,
        media_type=answer.media_type,
        language=feed.language,
        unreadable=answer.reason,
        validators=answer.validators,
    )


def _kept_hash(path: Path) -> tuple[str, int, str | None]:
    """A supplier's file by its SHA-256 and size, or nothing's and why it cannot be taken in."""
    nothing = hashlib.sha256().hexdigest()
    try:
        size = path.stat().st_size
        if size > MAX_SUPPLIER_FILE_BYTES:
            return nothing, 0, f"{path.name}: {size:,} bytes, more than {MAX_SUPPLIER_FILE_BYTES:,}: split the file"
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest(), size, None
    except OSError as error:
        return nothing, 0, f"{path.name}: cannot be opened ({error.strerror}): check that it exists and may be read"


def bytes_of(path: Path) -> tuple[bytes, str | None]:
    """The bytes of a file, or none and why it cannot be taken in."""
    try:
        size = path.stat().st_size
        if size > MAX_FILE_BYTES:
            return b"", f"{path.name}: {size:,} bytes, more than {MAX_FILE_BYTES:,}: split the file"
        return path.read_bytes(), None
    except OSError as error:
        return b"", f"{path.name}: cannot be opened ({error.strerror}): check that it exists and may be read"


class _NewsBatch:
    """Documents of one run on their way into the lake, written every few hundred so that memory stays flat."""

    def __init__(self, lake: Lake, known_items: set[str], version: str, now: datetime) -> None:
        self.seen = 0
        self._lake, self._known, self._version, self._now = lake, known_items, version, now
        self._documents: list[dict[str, Any]] = []
        self._items: list[dict[str, Any]] = []
        self._rejected: list[dict[str, Any]] = []
        self._total = Arrivals()

    def add(self, document: _Document) -> None:
        content_hash = self._lake.keep_bytes(document.data)
        document_id = content_id(document.source, document.name, content_hash, document.unreadable)
        reading = self._read(document)
        items = [row for item in reading.items if (row := self._item(item, document_id))]
        self._items += items
        self._rejected += [
            {
                "document_id": document_id,
                "name": document.name,
                "line_number": entry.line,
                "column": entry.column,
                "reason": entry.reason,
                "verbatim": entry.verbatim,
                "reader_version": self._version,
                "read_at": self._now,
            }
            for entry in reading.rejected
        ]
        self._documents.append(
            {
                "document_id": document_id,
                "source": document.source,
                "name": document.name,
                "fetched_at": self._now,
                "media_type": reading.media_type,
                "content_hash": content_hash,
                "size": len(document.data),
                "status": "unreadable" if reading.unreadable else "read",
                "reason": reading.unreadable,
                "entries_read": len(reading.items) + len(reading.rejected),
                "entries_accepted": len(reading.items),
                "entries_rejected": len(reading.rejected),
                "etag": document.validators.etag if document.validators else None,
                "last_modified": document.validators.last_modified if document.validators else None,
                "reader_version": self._version,
            }
        )
        self._total = replace(
            self._total,
            documents_new=self._total.documents_new + 1,
            documents_unreadable=self._total.documents_unreadable + bool(reading.unreadable),
            items_new=self._total.items_new + len(items),
            entries_rejected=self._total.entries_rejected + len(reading.rejected),
        )
        if len(self._documents) >= _FLUSH_DOCUMENTS:
            self.flush()

    def _read(self, document: _Document) -> NewsReading:
        if document.unreadable:
            return NewsReading(document.media_type or "unknown", unreadable=document.unreadable)
        return read_document(
            document.data,
            document.name,
            document.media_type,
            source=document.item_source,
            fetched_at=self._now,
            language=document.language,
        )

    def _item(self, item: NewsItem, document_id: str) -> dict[str, Any] | None:
        content_hash = hashlib.sha256(f"{item.title or ''}\x1f{item.text}".encode("utf-8", "surrogatepass")).hexdigest()
        item_id = content_id(
            item.source, item.guid, item.url, item.published_at, item.published_precision, item.language, content_hash
        )
        if item_id in self._known:
            return None
        self._known.add(item_id)
        return {
            "item_id": item_id,
            "document_id": document_id,
            "guid": item.guid,
            "source": item.source,
            "url": item.url,
            "published_at": item.published_at.replace(tzinfo=None) if item.published_at else None,
            "published_precision": item.published_precision,
            "published_start": item.published_start,
            "published_end": item.published_end,
            "fetched_at": self._now,
            "language": item.language,
            "language_basis": item.language_basis,
            "title": item.title,
            "text": item.text,
            "content_hash": content_hash,
        }

    def flush(self) -> None:
        # Items first: a document that is in the lake has all its items there, whenever a run is cut short.
        self._lake.append("news_items", self._items)
        self._lake.append("rejected_entries", self._rejected)
        self._lake.append("news_documents", self._documents)
        self._items, self._rejected, self._documents = [], [], []

    def arrivals(self) -> Arrivals:
        return replace(self._total, documents_seen=self.seen)
