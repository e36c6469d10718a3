"""The lake: what arrived and what was read from it, as Parquet files that are only ever added to.

Each table is a folder of Parquet files; each file is written beside its place and renamed, so a reader never sees half
of one. Documents stand byte for byte under their hash. What the tables mean is said in `sql/raw` and `sql/claims`;
nothing here knows what a claim is.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import polars as pl

_INSTANT = pl.Datetime("us")
_DAYS = ("promised_start", "promised_end", "revised_start", "revised_end", "actual_start", "actual_end")

TABLES: dict[str, dict[str, pl.DataType | type[pl.DataType]]] = {
    "news_documents": {
        "document_id": pl.String,
        "source": pl.String,
        "name": pl.String,
        "fetched_at": _INSTANT,
        "media_type": pl.String,
        "content_hash": pl.String,
        "size": pl.Int64,
        "status": pl.String,
        "reason": pl.String,
        "entries_read": pl.Int64,
        "entries_accepted": pl.Int64,
        "entries_rejected": pl.Int64,
        "etag": pl.String,
        "last_modified": pl.String,
        "reader_version": pl.String,
    },
    "news_items": {
        "item_id": pl.String,
        "document_id": pl.String,
        "guid": pl.String,
        "source": pl.String,
        "url": pl.String,
        "published_at": _INSTANT,
        "published_precision": pl.String,
        "published_start": pl.Date,
        "published_end": pl.Date,
        "fetched_at": _INSTANT,
        "language": pl.String,
        "language_basis": pl.String,
        "title": pl.String,
        "text": pl.String,
        "content_hash": pl.String,
    },
    "rejected_entries": {
        "document_id": pl.String,
        "name": pl.String,
        "line_number": pl.Int64,
        "column": pl.String,
        "reason": pl.String,
        "verbatim": pl.String,
        "reader_version": pl.String,
        "read_at": _INSTANT,
    },
    "supplier_documents": {
        "document_id": pl.String,
        "source": pl.String,
        "name": pl.String,
        "received_at": _INSTANT,
        "media_type": pl.String,
        "content_hash": pl.String,
        "size": pl.Int64,
        "reason": pl.String,
    },
    "extractions": {
        "item_id": pl.String,
        "extractor": pl.String,
        "extractor_version": pl.String,
        "extracted_at": _INSTANT,
        "language": pl.String,
        "claims": pl.Int64,
        "mentions": pl.Int64,
    },
    "news_claims": {
        "claim_id": pl.String,
        "item_id": pl.String,
        "extractor": pl.String,
        "extractor_version": pl.String,
        "event": pl.String,
        "supplier": pl.String,
        "from_entity": pl.String,
        "to_entity": pl.String,
        "product": pl.String,
        "quantity_low": pl.Float64,
        "quantity_high": pl.Float64,
        "quantity_unit": pl.String,
        "value_low": pl.Float64,
        "value_high": pl.Float64,
        "currency": pl.String,
        **dict.fromkeys(_DAYS, pl.Date),
        "delay_low_days": pl.Float64,
        "delay_high_days": pl.Float64,
        "certainty": pl.String,
        "attributed_to": pl.String,
        "quote": pl.String,
        "quote_start": pl.Int64,
        "quote_end": pl.Int64,
        "confidence": pl.Float64,
        "slots": pl.String,
    },
    "mentions": {
        "mention_id": pl.String,
        "item_id": pl.String,
        "extractor_version": pl.String,
        "quote": pl.String,
        "quote_start": pl.Int64,
        "quote_end": pl.Int64,
        "product": pl.String,
        "quantity_low": pl.Float64,
        "quantity_high": pl.Float64,
        "quantity_unit": pl.String,
        "reason": pl.String,
    },
    "extraction_scores": {
        "scored_at": _INSTANT,
        "extractor_version": pl.String,
        "test_set_version": pl.String,
        "language": pl.String,
        "event": pl.String,
        "right_claims": pl.Int64,
        "said_claims": pl.Int64,
        "labelled_claims": pl.Int64,
        "items": pl.Int64,
        "right_certainties": pl.Int64,
        "grounded_claims": pl.Int64,
        "claimless_items": pl.Int64,
        "silent_items": pl.Int64,
        "min_confidence": pl.Float64,
        "entering_claims": pl.Int64,
        "right_entering_claims": pl.Int64,
    },
    "claim_readings": {
        "document_id": pl.String,
        "reader_version": pl.String,
        "claims_version": pl.String,
        "read_at": _INSTANT,
        "status": pl.String,
        "reason": pl.String,
        "lines_read": pl.Int64,
    },
    "supplier_readings": {
        "document_id": pl.String,
        "reader_version": pl.String,
        "read_at": _INSTANT,
        "contract": pl.String,
        "media_type": pl.String,
        "status": pl.String,
        "reason": pl.String,
        "lines_read": pl.Int64,
        "lines_accepted": pl.Int64,
        "lines_rejected": pl.Int64,
    },
    "supplier_lines": {
        "line_id": pl.String,
        "document_id": pl.String,
        "reader_version": pl.String,
        "contract": pl.String,
        "sheet": pl.String,
        "line_number": pl.Int64,
        "part": pl.Int64,
        "verbatim": pl.String,
        "statement": pl.String,
        "supplier": pl.String,
        "buyer": pl.String,
        "ship_to": pl.String,
        "order_ref": pl.String,
        "line_ref": pl.String,
        "sku": pl.String,
        "quantity": pl.Float64,
        "unit": pl.String,
        "unit_price": pl.Float64,
        "currency": pl.String,
        "ordered_on": pl.Date,
        "requested_on": pl.Date,
        "promised_on": pl.Date,
        "revised_on": pl.Date,
        "shipped_on": pl.Date,
        "shipped_quantity": pl.Float64,
        "delivered_on": pl.Date,
        "delivered_quantity": pl.Float64,
        "status": pl.String,
        "certainty": pl.String,
        "document_date": pl.Date,
        "site": pl.String,
        "shipment_ref": pl.String,
        "sent_at": _INSTANT,
        "supplier_code": pl.String,
        "buyer_code": pl.String,
    },
    "rejected_lines": {
        "document_id": pl.String,
        "reader_version": pl.String,
        "sheet": pl.String,
        "line_number": pl.Int64,
        "part": pl.Int64,
        "columns": pl.String,
        "reasons": pl.String,
        "verbatim": pl.String,
    },
    "public_documents": {
        "document_id": pl.String,
        "source": pl.String,
        "name": pl.String,
        "url": pl.String,
        "received_at": _INSTANT,
        "media_type": pl.String,
        "content_hash": pl.String,
        "size": pl.Int64,
        "etag": pl.String,
        "last_modified": pl.String,
        "reason": pl.String,
    },
    "public_requests": {
        "source": pl.String,
        "name": pl.String,
        "url": pl.String,
        "asked_at": _INSTANT,
        "outcome": pl.String,
        "reason": pl.String,
    },
    "figure_readings": {
        "document_id": pl.String,
        "reader_version": pl.String,
        "read_at": _INSTANT,
        "media_type": pl.String,
        "status": pl.String,
        "reason": pl.String,
        "figures_read": pl.Int64,
        "passed_over": pl.Int64,
    },
    "figures": {
        "figure_id": pl.String,
        "document_id": pl.String,
        "reader_version": pl.String,
        "number": pl.Int64,
        "reporter": pl.String,
        "reporter_name": pl.String,
        "measure": pl.String,
        "value": pl.Float64,
        "unit": pl.String,
        "period_end": pl.Date,
        "period_start": pl.Date,
        "scale": pl.Float64,
        "item": pl.String,
        "partner": pl.String,
        "known_on": pl.Date,
        "reference": pl.String,
        "verbatim": pl.String,
    },
    "rejected_figures": {
        "document_id": pl.String,
        "reader_version": pl.String,
        "number": pl.Int64,
        "reasons": pl.String,
        "verbatim": pl.String,
    },
}


def content_id(*parts: object) -> str:
    """A readable-length id that is the same for the same parts: 16 hexadecimal digits of SHA-256."""
    text = "\x1f".join("" if part is None else str(part) for part in parts)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


class Lake:
    """The lake below `root`. One process writes at a time (the run's lock sees to it); any may read."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def folder(self, table: str) -> Path:
        """Where the Parquet files of `table` stand."""
        return self.root / table

    def files(self, table: str) -> list[Path]:
        """The Parquet files of `table`, in the order of their names."""
        return sorted(self.folder(table).glob("*.parquet"))

    def append(self, table: str, rows: Iterable[Mapping[str, Any]]) -> int:
        """Add `rows` to `table` and give their number. Rows have exactly the columns of TABLES[table].

        The file's name is the hash of what it holds, so that adding the same rows again leaves one copy.
        """
        schema = TABLES[table]
        listed = [dict(row) for row in rows]
        if not listed:
            return 0
        for row in listed:
            if row.keys() != schema.keys():
                raise ValueError(f"{table}: a row's columns differ: {sorted(row.keys() ^ schema.keys())}")
        return self._write(table, pl.DataFrame(listed, schema=schema, orient="row"))

    def append_frame(self, table: str, frame: pl.DataFrame) -> int:
        """Add the rows of `frame`, which has the columns of TABLES[table], to `table` and give their number."""
        if odd := sorted(set(frame.columns) ^ TABLES[table].keys()):
            raise ValueError(f"{table}: the frame's columns differ: {odd}")
        return self._write(table, frame.cast(pl.Schema(TABLES[table])).select(*TABLES[table])) if frame.height else 0

    def _write(self, table: str, frame: pl.DataFrame) -> int:
        name = content_id(frame.hash_rows(seed=0).sum(), *frame.row(0), *frame.row(-1), frame.height)
        target = self.folder(table) / f"{name}.parquet"
        target.parent.mkdir(parents=True, exist_ok=True)
        partial = target.with_suffix(".partial")
        frame.write_parquet(partial, compression="zstd")
        partial.replace(target)
        return frame.height

    def read(self, table: str, *columns: str) -> pl.DataFrame:
        """All rows of `table`, of all columns or of those named; an empty frame where nothing was added yet.

        A column that is younger than a file is empty in that file's rows.
        """
        empty = pl.DataFrame(schema={name: TABLES[table][name] for name in columns or TABLES[table]})
        return pl.concat([empty, *self.parts(table, *columns)], how="diagonal")

    def parts(self, table: str, *columns: str) -> Iterator[pl.DataFrame]:
        """The rows of `table` file by file, so that not all of them need to be held; columns as a file has them."""
        wanted = columns or tuple(TABLES[table])
        for file in self.files(table):
            yield pl.read_parquet(file, columns=[name for name in pl.read_parquet_schema(file) if name in wanted])

    def keep_bytes(self, data: bytes) -> str:
        """Keep a document byte for byte; give the SHA-256 under which it stands in `documents/`."""
        digest = hashlib.sha256(data).hexdigest()
        target = self.root / "documents" / digest[:2] / digest
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            partial = target.with_suffix(".partial")
            partial.write_bytes(data)
            partial.replace(target)
        return digest

    def keep_file(self, path: Path) -> tuple[str, int]:
        """Keep a file byte for byte, piece by piece; give its SHA-256 and its size as it was kept."""
        folder = self.root / "documents"
        folder.mkdir(parents=True, exist_ok=True)
        partial = folder / f"{content_id(str(path.absolute()))}.partial"
        size, digest = 0, hashlib.sha256()
        with path.open("rb") as source, partial.open("wb") as copy:
            while piece := source.read(1 << 22):
                digest.update(piece)
                size += copy.write(piece)
        target = self.path_of(digest.hexdigest())
        target.parent.mkdir(parents=True, exist_ok=True)
        partial.replace(target)
        return digest.hexdigest(), size

    def path_of(self, digest: str) -> Path:
        """Where the document kept under `digest` stands, to be read and never changed."""
        return self.root / "documents" / digest[:2] / digest

    def bytes_of(self, digest: str) -> bytes:
        """The document kept under `digest`."""
        return self.path_of(digest).read_bytes()

    def select(self, table: str) -> str:
        """A SELECT over the table's files for DuckDB; typed and empty where there are none."""
        columns = ", ".join(f'NULL::{_SQL_TYPES[_base(kind)]} AS "{name}"' for name, kind in TABLES[table].items())
        empty = f"SELECT {columns} WHERE false"
        if not self.files(table):
            return empty
        pattern = str(self.folder(table) / "*.parquet").replace("'", "''")
        return f"{empty} UNION ALL BY NAME SELECT * FROM read_parquet('{pattern}', union_by_name = true)"


def _base(kind: pl.DataType | type[pl.DataType]) -> type[pl.DataType]:
    return kind if isinstance(kind, type) else type(kind)


_SQL_TYPES: dict[type[pl.DataType], str] = {
    pl.String: "VARCHAR",
    pl.Int64: "BIGINT",
    pl.Float64: "DOUBLE",
    pl.Date: "DATE",
    pl.Datetime: "TIMESTAMP",
}
