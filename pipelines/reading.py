"""What is read from what arrived: claims from news items, lines from supplier documents, each kept in the lake.

Reading is the costly step, so nothing is read twice by the same version of a reader. How text or a file is read belongs
in `pipelines.extraction` and `pipelines.suppliers`.
"""

import logging
from collections import deque
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa

from pipelines.extraction.batch import ITEMS, extract_batch
from pipelines.extraction.batch import unread as unread_batch
from pipelines.extraction.engine import EXTRACTOR, extractor_version
from pipelines.extraction.parallel import run
from pipelines.extraction.vocabulary import vocabulary_from
from pipelines.handed_claims import HANDED
from pipelines.lake import Lake, content_id
from pipelines.progress import Progress
from pipelines.reference import Reference
from pipelines.settings import Settings
from pipelines.suppliers.contract_files import load_contracts
from pipelines.suppliers.documents import Context, Document, Opened
from pipelines.suppliers.kinds import guessed_media_type, open_document
from pipelines.suppliers.line import RejectedLine, SupplierLine
from pipelines.suppliers.partners import load_partners
from pipelines.suppliers.rows import Unreadable
from pipelines.suppliers.vocabulary import vocabulary_from as supplier_vocabulary_from
from pipelines.versions import code_version

log = logging.getLogger("waybill")

_FLUSH_ITEMS = 500
_ITEMS_OF_A_PROCESS = 2_000
"""So many items make up for starting a process."""
_SUPPLIER_REFERENCE = ("contracts", "skus.csv", "exchange_rates.csv", "products.csv", "product_aliases.csv")


@dataclass(frozen=True, slots=True)
class Read:
    """What one run read: pieces (items or documents) read anew, what they gave, and what was refused."""

    pieces: int = 0
    accepted: int = 0
    rejected: int = 0
    unreadable: int = 0


def read_claims(lake: Lake, reference: Reference, now: datetime, processes: int | None = None) -> Read:
    """Extract claims from every item that this version of the extractor has not read; `now` is UTC without zone.

    An item that is known only by claims that were handed over is left to them. By so many `processes`, or as many as
    there are items for; what is kept does not depend on it. An item that cannot be read is told, and read again by the
    next run.
    """
    vocabulary = vocabulary_from(reference)
    version = extractor_version(vocabulary)
    done = lake.read("extractions", "item_id", "extractor", "extractor_version", "extracted_at")
    items = lake.read("news_items", "item_id").filter(~pl.col("item_id").str.starts_with(HANDED))
    unread = _unread(items.unique("item_id", maintain_order=True), "item_id", done.filter(extractor=EXTRACTOR),
                     "extractor_version", "extracted_at", version)  # fmt: skip
    total = Read()
    if unread.is_empty():
        return total
    progress = Progress("reading claims", unread.height, "items")
    wanted = processes or 1 + unread.height // _ITEMS_OF_A_PROCESS
    work = partial(extract_batch, vocabulary=vocabulary)
    sizes: deque[int] = deque()
    for found in run(_batches(lake, unread, sizes), work, unread_batch, wanted):
        claims: list[dict[str, Any]] = []
        mentions: list[dict[str, Any]] = []
        runs: list[dict[str, Any]] = []
        for item in found.to_pylist():
            if item["failure"] is not None:
                log.error("claims: item %s could not be read: %s", item["item_id"], item["failure"])
                total = replace(total, unreadable=total.unreadable + 1)
                continue
            own = [_mention_row(item["item_id"], version, mention) for mention in item["mentions"]]
            claims += (_claim_row(item["item_id"], version, place, c) for place, c in enumerate(item["claims"]))
            mentions += own
            runs.append(
                {
                    "item_id": item["item_id"],
                    "extractor": EXTRACTOR,
                    "extractor_version": version,
                    "extracted_at": now,
                    "language": item["read_as"],
                    "claims": len(item["claims"]),
                    "mentions": len({mention["mention_id"] for mention in own}),
                }
            )
        progress.advance(found.num_rows, sizes.popleft())
        lake.append("news_claims", claims)
        lake.append("mentions", mentions)
        lake.append("extractions", runs)
        total = replace(total, pieces=total.pieces + len(runs), accepted=total.accepted + len(claims))
    progress.finish()
    return total


def _batches(lake: Lake, unread: pl.DataFrame, sizes: deque[int]) -> Iterator[pa.RecordBatch]:
    """The first version of each item that is to be read, file by file; `sizes` gets the bytes of each batch's texts."""
    for part in lake.parts("news_items", *ITEMS.names):
        mine = part.join(unread, on="item_id", how="semi", maintain_order="left")
        mine = mine.unique("item_id", keep="first", maintain_order=True)
        unread = unread.join(mine, on="item_id", how="anti", maintain_order="left")
        for piece in mine.select(ITEMS.names).iter_slices(_FLUSH_ITEMS):
            sizes.append(int(piece["text"].str.len_bytes().sum()))
            yield from piece.to_arrow().combine_chunks().cast(ITEMS).to_batches()


def read_supplier_lines(settings: Settings, lake: Lake, reference: Reference, now: datetime) -> Read:
    """Read every supplier document that these readers and contracts have not read; `now` is UTC without zone.

    Raises InvalidContract where a contract cannot be used.
    """
    folder = settings.reference_dir
    version = supplier_reader_version(folder)
    documents = lake.read("supplier_documents").unique("document_id", keep="first", maintain_order=True)
    pending = _unread(documents, "document_id", lake.read("supplier_readings"), "reader_version", "read_at", version)
    total = Read()
    if pending.is_empty():
        return total
    contracts = folder / "contracts"
    context = Context(load_contracts(contracts), supplier_vocabulary_from(reference), load_partners(contracts))
    progress = Progress("reading supplier files", pending.height, "files")
    for document in pending.iter_rows(named=True):
        read = _read_supplier_document(lake, document, context, version, now)
        progress.advance(1, document["size"])
        total = replace(
            total,
            pieces=total.pieces + read.pieces,
            accepted=total.accepted + read.accepted,
            rejected=total.rejected + read.rejected,
            unreadable=total.unreadable + read.unreadable,
        )
    progress.finish()
    return total


def _read_supplier_document(
    lake: Lake, document: dict[str, Any], context: Context, version: str, now: datetime
) -> Read:
    """Read one document into the lake, batch by batch; the reading itself is kept last, when all its lines stand."""
    document_id, name = document["document_id"], document["name"]
    opened: Opened | None = None
    accepted = rejected = 0
    contracts: list[str] = []
    unreadable: str | None = document["reason"]
    try:
        if not unreadable:
            opened = open_document(Document(name, lake.path_of(document["content_hash"])), context)
            for batch in opened.batches:
                contract = batch.contract or opened.contract
                contracts += [contract] if contract and contract not in contracts else []
                lake.append("supplier_lines", _line_rows(document_id, version, contract, batch.lines))
                if batch.frame is not None:
                    lake.append_frame("supplier_lines", _line_frame(document_id, version, contract, batch.frame))
                lake.append("rejected_lines", _rejected_rows(document_id, version, batch.rejected))
                accepted += batch.accepted
                rejected += len(batch.rejected)
    except Unreadable as problem:
        unreadable = f"{name}: {problem}"
    if unreadable:
        accepted = rejected = 0
    lake.append(
        "supplier_readings",
        [
            {
                "document_id": document_id,
                "reader_version": version,
                "read_at": now,
                "contract": ", ".join(contracts) or (opened.contract if opened else None),
                "media_type": opened.media_type if opened else guessed_media_type(name),
                "status": "unreadable" if unreadable else "read",
                "reason": unreadable,
                "lines_read": accepted + rejected,
                "lines_accepted": accepted,
                "lines_rejected": rejected,
            }
        ],
    )
    return Read(1, accepted, rejected, int(unreadable is not None))


def supplier_reader_version(reference_dir: Path) -> str:
    """The version of what reads supplier documents: its code, and the curated files that it uses."""
    parts = (reference_dir / name for name in _SUPPLIER_REFERENCE)
    return code_version(Path(__file__).parent / "suppliers", *parts)


def _unread(
    pieces: pl.DataFrame, key: str, runs: pl.DataFrame, version_column: str, at: str, version: str
) -> pl.DataFrame:
    latest = runs.sort(at).unique(key, keep="last", maintain_order=True)
    done = latest.filter(pl.col(version_column) == version).select(key)
    return pieces.join(done, on=key, how="anti", maintain_order="left")


def _claim_row(item_id: str, version: str, place: int, claim: dict[str, Any]) -> dict[str, Any]:
    return {
        "claim_id": content_id(item_id, version, place, claim["event"], claim["quote_start"], claim["quote_end"]),
        "item_id": item_id,
        "extractor": EXTRACTOR,
        "extractor_version": version,
        **claim,
    }


def _mention_row(item_id: str, version: str, mention: dict[str, Any]) -> dict[str, Any]:
    return {
        "mention_id": content_id(item_id, version, *mention.values()),
        "item_id": item_id,
        "extractor_version": version,
        **mention,
    }


def _line_rows(
    document_id: str, version: str, contract: str | None, lines: tuple[SupplierLine, ...]
) -> Iterator[dict[str, Any]]:
    for line in lines:
        yield {
            "line_id": content_id(document_id, line.sheet, line.line_number, line.part),
            "document_id": document_id,
            "reader_version": version,
            "contract": contract,
            **asdict(line),
        }


def _line_frame(document_id: str, version: str, contract: str | None, frame: pl.DataFrame) -> pl.DataFrame:
    places = frame.select("sheet", "line_number", "part").iter_rows()
    line_ids = pl.Series([content_id(document_id, *place) for place in places], dtype=pl.String)
    given = {"document_id": document_id, "reader_version": version, "contract": contract}
    return frame.with_columns(line_id=line_ids, **{name: pl.lit(value, pl.String) for name, value in given.items()})


def _rejected_rows(document_id: str, version: str, rejected: tuple[RejectedLine, ...]) -> Iterator[dict[str, Any]]:
    for line in rejected:
        yield {
            "document_id": document_id,
            "reader_version": version,
            "sheet": line.sheet,
            "line_number": line.line_number,
            "part": line.part,
            "columns": ", ".join(line.columns) or None,
            "reasons": "; ".join(line.reasons),
            "verbatim": line.verbatim,
        }
