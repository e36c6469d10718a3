"""Ready-made claims into the lake: files of `WAYBILL_CLAIMS_DIR`, the items that they are about, and their claims.

How a line is read belongs in `pipelines.handover`. What is ours keeps its own claims beside those handed over, and what
came later replaces what the same extractor handed over about the same item before.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl

from pipelines.arrivals import bytes_of
from pipelines.extraction.claim import Claim
from pipelines.extraction.engine import EXTRACTOR
from pipelines.folders import list_documents
from pipelines.handover.claim_lines import RejectedClaim
from pipelines.handover.documents import (
    MEDIA_TYPE,
    ClaimsReading,
    ItemClaims,
    Lookup,
    OwnItem,
    UnreadableClaims,
    read_claims_file,
)
from pipelines.lake import Lake, content_id
from pipelines.news.item import NewsItem
from pipelines.progress import Progress
from pipelines.settings import Settings
from pipelines.versions import code_version

CLAIMS_FOLDER = "claims folder"
# Ids of items that are known only by claims that were handed over begin so.
HANDED = "handed:"


@dataclass(frozen=True, slots=True)
class Handed:
    """What one run found: files looked at, those read anew, what their lines gave, and the items in them."""

    documents_seen: int = 0
    documents: int = 0
    unreadable: int = 0
    accepted: int = 0
    rejected: int = 0
    items_new: int = 0


def collect_claim_documents(settings: Settings, lake: Lake, now: datetime) -> Handed:
    """Take in the files of the claims folder, byte for byte, and the items that are not ours.

    `now` is UTC without zone. Does nothing where no folder is set. Raises NotADirectoryError where the one that is set
    is not there.
    """
    total = Handed()
    if settings.claims_dir is None:
        return total
    version = claims_reader_version()
    latest = {row["name"]: row for row in _documents(lake).iter_rows(named=True)}
    known = set(_handed_items(lake)["item_id"])
    lookup = own_items(lake)
    paths = list_documents(settings.claims_dir)
    progress = Progress("receiving claims", len(paths), "files")
    for path in paths:
        name = path.relative_to(settings.claims_dir).as_posix()
        data, reason = bytes_of(path)
        progress.advance(1, len(data))
        total = replace(total, documents_seen=total.documents_seen + 1)
        row = latest.get(name)
        content_hash = hashlib.sha256(data).hexdigest()
        if row and (row["content_hash"], row["reader_version"]) == (content_hash, version):
            continue
        lake.keep_bytes(data)
        reading, reason = _read(data, name, reason, lookup)
        document_id = content_id(CLAIMS_FOLDER, name, content_hash, reason if not data else None)
        items = {handed_item_id(one.item): one.item for one in reading.items if one.item is not None}
        new = [_item_row(item_id, item, document_id, now) for item_id, item in items.items() if item_id not in known]
        known |= items.keys()
        lake.append("news_items", new)
        lake.append(
            "news_documents", [_document_row(document_id, name, content_hash, data, items, reason, version, now)]
        )
        total = replace(total, documents=total.documents + 1, items_new=total.items_new + len(new))
    progress.finish()
    return total


def read_handed_claims(lake: Lake, now: datetime) -> Handed:
    """Read the claims of every file that this version has not read since it arrived; `now` is UTC without zone."""
    version = claims_reader_version()
    documents = _documents(lake)
    done = {
        row["document_id"]: row["read_at"]
        for row in lake.read("claim_readings").filter(reader_version=version).sort("read_at").iter_rows(named=True)
    }
    pending = [
        row
        for row in documents.iter_rows(named=True)
        if row["document_id"] not in done or done[row["document_id"]] < row["fetched_at"]
    ]
    total = Handed()
    if not pending:
        return total
    keeper = _Keeper(lake, version)
    progress = Progress("reading ready-made claims", len(pending), "files")
    for place, document in enumerate(pending):
        # A microsecond apart, so that of two files that came together the later one counts as the newer.
        read = keeper.read(document, now + timedelta(microseconds=place))
        progress.advance(1, document["size"])
        total = replace(
            total,
            documents=total.documents + read.documents,
            unreadable=total.unreadable + read.unreadable,
            accepted=total.accepted + read.accepted,
            rejected=total.rejected + read.rejected,
        )
    progress.finish()
    return total


def claims_reader_version() -> str:
    """The version of what reads ready-made claims: a hash over its code."""
    here = Path(__file__).parent
    return code_version(here / "handover", here / "news" / "dates.py", here / "news" / "assembly.py")


def handed_item_id(item: NewsItem) -> str:
    """The id of an item that is known only from what was handed over: another one for each version of it."""
    return HANDED + content_id(
        item.guid, item.source, item.url, item.published_at, item.published_precision, item.language, item.title,
        item.text,
    )  # fmt: skip


def own_items(lake: Lake) -> Lookup:
    """Our own items for ids as lines give them: the id that we gave, or the source's own where only one item has it."""
    own = (
        lake.read("news_items")
        .filter(~pl.col("item_id").str.starts_with(HANDED))
        .sort("fetched_at", "item_id")
        .select("item_id", "source", "guid", "text")
    )
    by_id = own.unique("item_id", keep="first")
    by_guid = own.unique(["source", "guid"], keep="last", maintain_order=True).filter(pl.col("guid").is_unique())

    def lookup(given: Collection[str]) -> Mapping[str, OwnItem]:
        asked = pl.DataFrame({"given": list(given)}, schema={"given": pl.String})
        found = [
            *asked.join(by_guid, left_on="given", right_on="guid").iter_rows(named=True),
            *asked.join(by_id, left_on="given", right_on="item_id", coalesce=False).iter_rows(named=True),
        ]
        return {row["given"]: OwnItem(row["item_id"], row["text"]) for row in found}

    return lookup


def _documents(lake: Lake) -> pl.DataFrame:
    """The newest arrival of each version of a claims file, in the order of arrival; of one run, by name."""
    rows = lake.read("news_documents").filter(source=CLAIMS_FOLDER).sort("fetched_at")
    newest = rows.unique("document_id", keep="last", maintain_order=True)
    return newest.sort("fetched_at", "name", "document_id")


def _handed_items(lake: Lake) -> pl.DataFrame:
    return lake.read("news_items", "item_id", "guid").filter(pl.col("item_id").str.starts_with(HANDED)).unique()


def _read(data: bytes, name: str, reason: str | None, lookup: Lookup) -> tuple[ClaimsReading, str | None]:
    if reason:
        return ClaimsReading(), reason
    try:
        return read_claims_file(data, name, lookup), None
    except UnreadableClaims as problem:
        return ClaimsReading(), str(problem)


class _Keeper:
    """Reads files into the lake, one after the other, and knows what was handed over before each."""

    def __init__(self, lake: Lake, version: str) -> None:
        self._lake, self._version = lake, version
        self._lookup = own_items(lake)
        self._runs = set(lake.read("extractions").select("item_id", "extractor").unique().iter_rows())
        self._versions: dict[str, set[str]] = defaultdict(set)
        for item_id, guid in _handed_items(lake).iter_rows():
            self._versions[guid].add(item_id)

    def read(self, document: dict[str, Any], now: datetime) -> Handed:
        """Read one file; its reading is kept last, when all its claims stand."""
        document_id = document["document_id"]
        data = b"" if document["reason"] else self._lake.bytes_of(document["content_hash"])
        reading, reason = _read(data, document["name"], document["reason"], self._lookup)
        claims_version = content_id(document_id, self._version)
        claims = [
            _claim_row(one.given_id, _id_of(one), _extractor(one.extractor), claims_version, claim)
            for one in reading.items
            for claim in one.claims
        ]
        self._lake.append("news_claims", claims)
        self._lake.append("rejected_lines", (self._rejected_row(document_id, line) for line in reading.rejected))
        self._lake.append("extractions", self._run_rows(reading, claims_version, now))
        self._lake.append(
            "claim_readings",
            [
                {
                    "document_id": document_id,
                    "reader_version": self._version,
                    "claims_version": claims_version,
                    "read_at": now,
                    "status": "unreadable" if reason else "read",
                    "reason": reason,
                    "lines_read": reading.lines_read,
                }
            ],
        )
        return Handed(
            documents=1, unreadable=int(reason is not None), accepted=len(claims), rejected=len(reading.rejected)
        )

    def _run_rows(self, reading: ClaimsReading, claims_version: str, now: datetime) -> list[dict[str, Any]]:
        runs: dict[tuple[str, str], int] = defaultdict(int)
        languages: dict[str, str] = {}
        for one in reading.items:
            runs[_id_of(one), _extractor(one.extractor)] += len(one.claims)
            if one.item is not None:
                languages[_id_of(one)] = one.item.language
        # Other versions of these items, of which the same extractors handed over claims, have none any longer.
        replaced = {
            (item_id, _extractor(one.extractor))
            for one in reading.items
            for item_id in self._versions[one.given_id]
            if (item_id, _extractor(one.extractor)) in self._runs
        }
        for run in sorted(replaced - runs.keys()):
            runs[run] = 0
        self._runs |= runs.keys()
        return [
            {
                "item_id": item_id,
                "extractor": extractor,
                "extractor_version": claims_version,
                "extracted_at": now,
                "language": languages.get(item_id, "und"),
                "claims": number,
                "mentions": 0,
            }
            for (item_id, extractor), number in runs.items()
        ]

    def _rejected_row(self, document_id: str, line: RejectedClaim) -> dict[str, Any]:
        return {
            "document_id": document_id,
            "reader_version": self._version,
            "sheet": None,
            "line_number": line.line_number,
            "part": 1,
            "columns": ", ".join(line.columns) or None,
            "reasons": "; ".join(line.reasons),
            "verbatim": line.verbatim,
        }


def _id_of(one: ItemClaims) -> str:
    if one.own_id is not None:
        return one.own_id
    if one.item is None:
        raise ValueError(f"{one.given_id}: neither an item of ours nor one that was handed over")
    return handed_item_id(one.item)


def _extractor(given: str) -> str:
    return f"{given} (handed over)" if given == EXTRACTOR else given


def _claim_row(given_id: str, item_id: str, extractor: str, version: str, claim: Claim) -> dict[str, Any]:
    fields = {name: value for name, value in asdict(claim).items() if name != "slots"}
    return {
        "claim_id": content_id(given_id, item_id, extractor, json.dumps(fields, sort_keys=True, default=str)),
        "item_id": item_id,
        "extractor": extractor,
        "extractor_version": version,
        **fields,
        "slots": "{}",
    }


def _item_row(item_id: str, item: NewsItem, document_id: str, now: datetime) -> dict[str, Any]:
    content_hash = hashlib.sha256(f"{item.title or ''}\x1f{item.text}".encode("utf-8", "surrogatepass")).hexdigest()
    return {
        "item_id": item_id,
        "document_id": document_id,
        **{name: value for name, value in asdict(item).items() if name != "published_at"},
        "published_at": item.published_at.replace(tzinfo=None) if item.published_at else None,
        "fetched_at": now,
        "content_hash": content_hash,
    }


def _document_row(
    document_id: str,
    name: str,
    content_hash: str,
    data: bytes,
    items: Collection[str],
    reason: str | None,
    version: str,
    now: datetime,
) -> dict[str, Any]:
    return {
        "document_id": document_id, "source": CLAIMS_FOLDER, "name": name, "fetched_at": now,
        "media_type": MEDIA_TYPE, "content_hash": content_hash, "size": len(data),
        "status": "unreadable" if reason else "read", "reason": reason,
        "entries_read": len(items), "entries_accepted": len(items), "entries_rejected": 0,
        "etag": None, "last_modified": None, "reader_version": version,
    }  # fmt: skip
