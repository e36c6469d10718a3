"""A supplier's document to lines: the contract, the header, the rows beneath it, and what becomes of each.

Here belongs what is true of a whole document. One row's fields are read in `fields`, many at once in `columns`, cells
in `values`, formats in the modules named for them. Names are not resolved and units not converted: that is for
`sql/records`.
"""

import difflib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from pipelines.suppliers import csv_rows, json_rows, parquet_rows, values, waybill_lines
from pipelines.suppliers.columns import Block, ColumnReader, frame_of, sorted_out
from pipelines.suppliers.contracts import (
    Contract,
    CsvFormat,
    DocumentDate,
    JsonFormat,
    ParquetFormat,
    XlsxFormat,
    contracts_for_name,
    fold,
)
from pipelines.suppliers.documents import Batch, Context, Document, Opened
from pipelines.suppliers.fields import LineReader
from pipelines.suppliers.keys import Keys
from pipelines.suppliers.line import RejectedLine
from pipelines.suppliers.rows import Cell, Row, Unreadable, cell_text
from pipelines.suppliers.vocabulary import SupplierVocabulary
from pipelines.suppliers.xlsx_rows import read_xlsx

HEADER_WITHIN = 60
MEDIA_TYPES = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "parquet": "application/vnd.apache.parquet",
    "json": "application/json",
}
PARQUET_MARK = b"PAR1"
MOST_BYTES_OF_A_WORKBOOK = 500_000_000
_ROWS_AT_ONCE = 5_000


@dataclass(frozen=True, slots=True)
class Header:
    """Where the header stands (`at` counts rows from 0) and which cell holds which column (names folded)."""

    at: int
    names: tuple[str, ...]
    places: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Table:
    """One table of a document: its first rows, among which the header stands, and what is below a header.

    `name` is the sheet's, None where the format has none.
    """

    name: str | None
    head: tuple[Row, ...]
    below: Callable[[Header], Iterable[Block | Row]]


def choose_contract(contracts: Sequence[Contract], name: str, data: bytes) -> Contract | None:
    """The one contract that fits the file's name and, where several do, its header; None where none or several fit."""
    try:
        return _only_contract(contracts, Document(name, data))
    except Unreadable:
        return None


def open_table(document: Document, context: Context) -> Opened:
    """A supplier's table by the contract that fits it. Raises Unreadable where none or several do."""
    contract = _only_contract(context.contracts, document)
    return Opened(MEDIA_TYPES[contract.format.kind], contract.name, _batches(document, contract, context.vocabulary))


def _batches(document: Document, contract: Contract, vocabulary: SupplierVocabulary) -> Iterator[Batch]:
    if not document.size:
        raise Unreadable("the file is empty: send it again")
    with Keys(contract.key) as keys:
        for table in _tables(document, contract):
            header = find_header(table.head, contract, table.name)
            stated_on = _document_date(contract, document.name, table, header)
            reader = LineReader(contract, vocabulary, header.names, header.places, stated_on, table.name)
            yield from read_lines(table.below(header), contract, reader, table.name, keys)


def read_lines(
    pieces: Iterable[Block | Row], contract: Contract, reader: LineReader, sheet: str | None, keys: Keys
) -> Iterator[Batch]:
    """Every line under a header, accepted or rejected; rows that hold nothing are no lines.

    `keys` are those of the document's lines so far, and are added to.
    """
    columns = ColumnReader(contract, reader, sheet)
    for lines, rejected in _read(pieces, columns, reader):
        if contract.versions:
            yield Batch(rejected=tuple(rejected), frame=lines)
            continue
        yield Batch(rejected=tuple(rejected), frame=keys.new(lines))
        if keys.many_held:
            yield from _settled(keys, contract)
    yield from _settled(keys, contract)


def _read(
    pieces: Iterable[Block | Row], columns: ColumnReader, reader: LineReader
) -> Iterator[tuple[pl.DataFrame, list[RejectedLine]]]:
    rows: list[Row] = []
    for piece in pieces:
        if isinstance(piece, Block):
            yield columns.read(piece)
            continue
        rows.append(piece)
        if len(rows) >= _ROWS_AT_ONCE:
            yield _one_by_one(rows, reader)
            rows = []
    yield _one_by_one(rows, reader)


def _one_by_one(rows: Sequence[Row], reader: LineReader) -> tuple[pl.DataFrame, list[RejectedLine]]:
    lines, rejected = sorted_out(result for row in rows if not row.is_blank() for result in reader.read(row))
    return frame_of(lines), rejected


def _settled(keys: Keys, contract: Contract) -> Iterator[Batch]:
    """Lines whose key may have stood before: those that repeat one are rejected."""
    found = keys.settled()
    if found is None:
        return
    fresh, repeated = found
    rejected = []
    for line in repeated.iter_rows(named=True):
        sheet, number = line["sheet"], line["before_line"]
        where = (
            f"line {number}" if line["before_sheet"] == sheet else f"line {number} of sheet {line['before_sheet']!r}"
        )
        shown = ", ".join(f"{name} {line[name]}" for name in contract.key)
        columns = contract.columns_of(line["statement"]).get(contract.key[-1], ())
        rejected.append(
            RejectedLine(
                line["line_number"], line["verbatim"],
                (f"key: {shown} stands already in {where}: a line counts once",),
                (" or ".join(columns),) if columns else (), part=line["part"], sheet=sheet,
            )
        )  # fmt: skip
    yield Batch(rejected=tuple(rejected), frame=fresh)


def _only_contract(contracts: Sequence[Contract], document: Document) -> Contract:
    named = contracts_for_name(contracts, document.name)
    if len(named) == 1:
        return named[0]
    if named:
        return _fitting(named, document)
    if contracts_for_name([waybill_lines.CONTRACT], document.name) or _is_waybill_lines(document):
        return waybill_lines.CONTRACT.model_copy(update={"format": _own_format(document)})
    known = sorted({glob for contract in (*contracts, waybill_lines.CONTRACT) for glob in contract.files})
    raise Unreadable(
        f"no contract fits this file's name: name it as one of {', '.join(known)}, or add a contract: "
        f"make contract FILE={document.name} drafts one (docs/suppliers.md)"
    )


def _fitting(named: Sequence[Contract], document: Document) -> Contract:
    fitting = [contract for contract in named if _has_header(contract, document)]
    if len(fitting) == 1:
        return fitting[0]
    which = ", ".join(contract.name for contract in fitting or named)
    if fitting:
        raise Unreadable(f"several contracts fit ({which}): narrow their files or name more columns in their header")
    raise Unreadable(
        f"its name fits the contracts {which}, but its header none of them: correct the header or a contract"
    )


def _has_header(contract: Contract, document: Document) -> bool:
    try:
        return all(find_header(table.head, contract, table.name) for table in _tables(document, contract))
    except Unreadable:
        return False


def _own_format(document: Document) -> CsvFormat | ParquetFormat | JsonFormat:
    """How a file of the built-in contract is written, by its first bytes."""
    head = document.head(1 << 16)
    if head.startswith(PARQUET_MARK):
        return ParquetFormat(kind="parquet")
    if head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"{", b"["):
        return JsonFormat(kind="json")
    return waybill_lines.csv_format(_first_line(head))


def _is_waybill_lines(document: Document) -> bool:
    """Whether a CSV or Parquet file has the columns of the built-in contract, whatever its name."""
    head = document.head(1 << 16)
    try:
        if head.startswith(PARQUET_MARK):
            names = [str(name) for name in parquet_rows.header_of(document).cells]
        else:
            line = _first_line(head)
            names = [name.strip('"') for name in line.split(waybill_lines.csv_format(line).delimiter)]
    except Unreadable:
        return False
    return waybill_lines.has_its_columns(names)


def _first_line(head: bytes) -> str:
    return head.decode("utf-8-sig", "replace").split("\n", 1)[0].strip()


def _tables(document: Document, contract: Contract) -> list[Table]:
    how = contract.format
    if isinstance(how, CsvFormat):
        most = max(HEADER_WITHIN, how.header_row or 0)
        head = csv_rows.head_rows(document, how, most)
        return [Table(None, head, lambda one: csv_rows.rows_below(document, how, head[one.at], len(one.names)))]
    if isinstance(how, ParquetFormat):
        return [Table(None, (parquet_rows.header_of(document),), lambda _: parquet_rows.rows_below(document))]
    if isinstance(how, JsonFormat):
        keys = json_rows.header_of(document, how)
        refuse = contract.other_columns == "refuse"
        return [Table(None, (keys,), lambda _: json_rows.rows_below(document, how, keys, refuse_others=refuse))]
    if document.size > MOST_BYTES_OF_A_WORKBOOK:
        raise Unreadable(f"{document.size:,} bytes, more than {MOST_BYTES_OF_A_WORKBOOK:,} for a workbook: split it")
    return [_of_sheet(name, rows) for name, rows in read_xlsx(document.read(), how)]


def _of_sheet(name: str, rows: tuple[Row, ...]) -> Table:
    return Table(name, rows, lambda header: rows[header.at + 1 :])


def find_header(rows: Sequence[Row], contract: Contract, sheet: str | None = None) -> Header:
    """The header row: the one that the contract names, or the first that holds every needed column."""
    if all(row.is_blank() for row in rows):
        raise Unreadable("the file holds no line at all, not even a header: send it again")
    needed = contract.needed_columns()
    row_number = contract.format.header_row
    candidates = [
        (at, _header_of(row, at))
        for at, row in enumerate(rows)
        if (row.number == row_number if row_number else at < HEADER_WITHIN) and row.problem is None
    ]
    best: list[str] = [" or ".join(names) for names in needed]
    for _, header in candidates:
        missing = [" or ".join(names) for names in needed if not any(fold(name) in header.places for name in names)]
        if not missing:
            _refuse_ambiguous(header, contract)
            _refuse_others(header, contract)
            return header
        best = min(best, missing, key=len)
    place = f"row {row_number}" if row_number else f"the first {HEADER_WITHIN} rows"
    where = f" of sheet {sheet!r}" if sheet else ""
    raise Unreadable(
        f"{place}{where} hold no header with the columns that contract {contract.name} reads; "
        f"missing: {', '.join(best)}. Correct the file, or the contract's columns"
    )


def _header_of(row: Row, at: int) -> Header:
    names = tuple(cell_text(cell) for cell in row.cells)
    places: dict[str, int] = {}
    for place, name in enumerate(names):
        if name:
            places.setdefault(fold(name), place)
    return Header(at, names, places)


def _refuse_ambiguous(header: Header, contract: Contract) -> None:
    folded = [fold(name) for name in header.names]
    twice = sorted(name for name in contract.named_columns() if folded.count(fold(name)) > 1)
    if twice:
        raise Unreadable(f"the header names {', '.join(twice)} twice: nobody can tell which one counts; rename one")


def _refuse_others(header: Header, contract: Contract) -> None:
    if contract.other_columns == "leave":
        return
    known = {fold(name): name for name in (*contract.named_columns(), *contract.optional_columns)}
    others = [name for name in header.names if name and fold(name) not in known]
    hints = [hint for name in others for hint in difflib.get_close_matches(fold(name), known, 1)]
    if others:
        meant = f"; did you mean {', '.join(known[hint] for hint in hints)}?" if hints else ""
        raise Unreadable(
            f"contract {contract.name} knows no column {', '.join(others)}{meant} "
            "Correct the name, or leave the column out (docs/suppliers.md lists them)"
        )


def _document_date(contract: Contract, name: str, table: Table, header: Header) -> date | None:
    how = contract.document_date
    if how is None:
        return None
    cell = _date_in_name(how, name) if how.name_pattern is not None else _cell_after(how, table, header)
    try:
        return values.day(cell, how.formats or contract.date_formats, _number_dates(contract), contract.calendar)
    except values.BadValue as problem:
        raise Unreadable(
            f"its date: {problem}; name the file or fill the cell as contract {contract.name} says"
        ) from None


def _number_dates(contract: Contract) -> int | None:
    return contract.format.number_dates if isinstance(contract.format, XlsxFormat) else None


def _date_in_name(how: DocumentDate, name: str) -> Cell:
    found = re.search(how.name_pattern or "", name.replace("\\", "/").rsplit("/", 1)[-1])
    if found is None or found.group(1) is None:
        raise Unreadable(f"its name holds no date ({how.name_pattern}): rename it, for instance with 2024-03-29 in it")
    return found.group(1)


def _cell_after(how: DocumentDate, table: Table, header: Header) -> Cell:
    label = fold(how.cell_after or "").rstrip(": ")
    for row in table.head[: header.at]:
        for place, cell in enumerate(row.cells):
            if fold(cell_text(cell)).rstrip(": ") == label:
                return next((after for after in row.cells[place + 1 :] if cell_text(after)), "")
    raise Unreadable(f"no cell above the header says {how.cell_after!r}: add it with the document's date beside it")
