"""Parquet to blocks of rows with typed cells, batch after batch. What they mean stays in `tables`."""

from collections.abc import Iterator

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.suppliers.columns import Block
from pipelines.suppliers.documents import Document
from pipelines.suppliers.rows import Row, Unreadable

MOST_ROWS = 100_000_000
MOST_BYTES_OF_A_GROUP = 4_000_000_000
_ROWS_AT_ONCE = 50_000
_NAMED = "send it again, written anew"


def header_of(document: Document) -> Row:
    """The columns' names as a row, before the first. Raises Unreadable where it is no Parquet file."""
    try:
        with document.open() as stream, pq.ParquetFile(stream) as file:
            groups = [file.metadata.row_group(at).total_byte_size for at in range(file.metadata.num_row_groups)]
            names = tuple(str(name) for name in file.schema_arrow.names)
            rows = file.metadata.num_rows
    except (pa.ArrowException, OSError, ValueError) as problem:
        raise Unreadable(f"not a whole Parquet file ({_short(problem)}): {_NAMED}") from None
    if rows > MOST_ROWS or max(groups, default=0) > MOST_BYTES_OF_A_GROUP:
        raise Unreadable(f"{rows:,} rows, or a row group of {max(groups, default=0):,} bytes: send it in parts")
    return Row(0, "\t".join(names), names)


def rows_below(document: Document) -> Iterator[Block | Row]:
    """All rows in blocks, counted from 1. Raises Unreadable where a part of the file is broken."""
    number = 1
    try:
        with document.open() as stream, pq.ParquetFile(stream) as file:
            names = [str(name) for name in file.schema_arrow.names]
            for batch in file.iter_batches(_ROWS_AT_ONCE):
                yield _block(pa.Table.from_batches([batch]), names, number)
                number += batch.num_rows
    except (pa.ArrowException, OSError, ValueError, pl.exceptions.PolarsError) as problem:
        raise Unreadable(f"breaks off after row {number - 1:,} ({_short(problem)}): {_NAMED}") from None


def _short(problem: Exception) -> str:
    return " ".join(str(problem).split())[:200]


def _block(table: pa.Table, names: list[str], number: int) -> Block:
    places = [str(place) for place in range(table.num_columns)]
    read = pl.from_arrow(table.rename_columns(places))
    frame = read if isinstance(read, pl.DataFrame) else read.to_frame()
    cells = frame.select(_cells(frame[place]) for place in places)
    named = dict(zip(places, names if len(set(names)) == len(names) else places, strict=True))
    verbatim = cells.select(pl.struct(pl.col(at).alias(name) for at, name in named.items()).struct.json_encode())
    numbers = pl.Series(range(number, number + frame.height), dtype=pl.Int64)
    return Block(numbers, verbatim.to_series(), cells)


def _cells(column: pl.Series) -> pl.Series:
    """A column as cells: text, numbers, truth values, days and moments as they are, all else as text."""
    kind = column.dtype
    if kind in (pl.String, pl.Boolean, pl.Date) or kind.is_integer() or kind.is_float():
        return column
    if isinstance(kind, pl.Datetime):
        utc = column.dt.convert_time_zone("UTC").dt.replace_time_zone(None) if kind.time_zone else column
        return utc.cast(pl.Datetime("us"))
    if kind.is_decimal():
        return column.cast(pl.Float64)
    if isinstance(kind, pl.Categorical | pl.Enum | pl.Time | pl.Duration):
        return column.cast(pl.String, strict=False)
    if kind == pl.Null:
        return column.cast(pl.String)
    if isinstance(kind, pl.Binary):
        return pl.Series(column.name, [_text(value) for value in column], dtype=pl.String)
    return column.to_frame("it").select(pl.struct("it").struct.json_encode()).to_series().alias(column.name)


def _text(value: bytes | None) -> str | None:
    """Bytes as the text that old writers leave unmarked, else in hexadecimal."""
    try:
        return None if value is None else value.decode("utf-8")
    except UnicodeDecodeError:
        return f"0x{value.hex()}" if value else None
