"""A supplier's document to lines: the header, the rows beneath it, and what becomes of each.

Here belongs what is true of a whole document. One row's fields are read in `fields`, cells in `values`, formats in
`csv_rows` and `xlsx_rows`. Names are not resolved and units not converted: that is for `sql/records`.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from pipelines.suppliers import values
from pipelines.suppliers.contracts import Contract, CsvFormat, DocumentDate, XlsxFormat, contracts_for_name, fold
from pipelines.suppliers.csv_rows import read_csv
from pipelines.suppliers.documents import Batch, Context, Document, Opened
from pipelines.suppliers.fields import LineReader
from pipelines.suppliers.line import RejectedLine, SupplierLine
from pipelines.suppliers.rows import Cell, Row, Sheet, Unreadable, cell_text
from pipelines.suppliers.vocabulary import SupplierVocabulary
from pipelines.suppliers.xlsx_rows import read_xlsx

HEADER_WITHIN = 60
MEDIA_TYPES = {"csv": "text/csv", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}


@dataclass(frozen=True, slots=True)
class Header:
    """Where the header stands (`at` counts rows from 0) and which cell holds which column (names folded)."""

    at: int
    names: tuple[str, ...]
    places: Mapping[str, int]


def choose_contract(contracts: Sequence[Contract], name: str, data: bytes) -> Contract | None:
    """The one contract that fits the file's name and, where several do, its header; None where none or several fit."""
    try:
        return _only_contract(contracts, name, data)
    except Unreadable:
        return None


def open_table(document: Document, context: Context) -> Opened:
    """A supplier's table by the contract that fits it. Raises Unreadable where none or several do."""
    contract = _only_contract(context.contracts, document.name, document.read())
    return Opened(MEDIA_TYPES[contract.format.kind], contract.name, _batches(document, contract, context))


def _batches(document: Document, contract: Contract, context: Context) -> Iterator[Batch]:
    data = document.read()
    if not data:
        raise Unreadable("the file is empty: send it again")
    seen: dict[tuple[object, ...], int] = {}
    for sheet in _sheets(data, contract.format):
        header = find_header(sheet, contract)
        stated_on = _document_date(contract, document.name, sheet, header)
        accepted, rejected = read_lines(sheet, header, contract, context.vocabulary, stated_on, seen)
        yield Batch(tuple(accepted), tuple(rejected))


def _only_contract(contracts: Sequence[Contract], name: str, data: bytes) -> Contract:
    named = contracts_for_name(contracts, name)
    if not named:
        known = sorted({glob for contract in contracts for glob in contract.files})
        raise Unreadable(
            "no contract fits this file's name: name it as one of "
            f"{', '.join(known) or '(there is no contract yet)'}, or add a contract (docs/suppliers.md)"
        )
    if len(named) == 1:
        return named[0]
    fitting = [contract for contract in named if _has_header(contract, data)]
    if len(fitting) == 1:
        return fitting[0]
    which = ", ".join(contract.name for contract in fitting or named)
    if fitting:
        raise Unreadable(f"several contracts fit ({which}): narrow their files or name more columns in their header")
    raise Unreadable(
        f"its name fits the contracts {which}, but its header none of them: correct the header or a contract"
    )


def _has_header(contract: Contract, data: bytes) -> bool:
    try:
        return all(find_header(sheet, contract) for sheet in _sheets(data, contract.format))
    except Unreadable:
        return False


def _sheets(data: bytes, how: CsvFormat | XlsxFormat) -> list[Sheet]:
    return [read_csv(data, how)] if isinstance(how, CsvFormat) else read_xlsx(data, how)


def find_header(sheet: Sheet, contract: Contract) -> Header:
    """The header row: the one that the contract names, or the first that holds every needed column."""
    if all(row.is_blank() for row in sheet.rows):
        raise Unreadable("the file holds no line at all, not even a header: send it again")
    needed = contract.needed_columns()
    row_number = contract.format.header_row
    candidates = [
        (at, _header_of(row, at))
        for at, row in enumerate(sheet.rows)
        if (row.number == row_number if row_number else at < HEADER_WITHIN) and row.problem is None
    ]
    best: list[str] = [" or ".join(names) for names in needed]
    for _, header in candidates:
        missing = [" or ".join(names) for names in needed if not any(fold(name) in header.places for name in names)]
        if not missing:
            _refuse_ambiguous(header, contract)
            return header
        best = min(best, missing, key=len)
    place = f"row {row_number}" if row_number else f"the first {HEADER_WITHIN} rows"
    where = f" of sheet {sheet.name!r}" if sheet.name else ""
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


def _document_date(contract: Contract, name: str, sheet: Sheet, header: Header) -> date | None:
    how = contract.document_date
    if how is None:
        return None
    cell = _date_in_name(how, name) if how.name_pattern is not None else _cell_after(how, sheet, header)
    try:
        return values.day(cell, how.formats or contract.date_formats)
    except values.BadValue as problem:
        raise Unreadable(
            f"its date: {problem}; name the file or fill the cell as contract {contract.name} says"
        ) from None


def _date_in_name(how: DocumentDate, name: str) -> Cell:
    found = re.search(how.name_pattern or "", name.replace("\\", "/").rsplit("/", 1)[-1])
    if found is None or found.group(1) is None:
        raise Unreadable(f"its name holds no date ({how.name_pattern}): rename it, for instance with 2024-03-29 in it")
    return found.group(1)


def _cell_after(how: DocumentDate, sheet: Sheet, header: Header) -> Cell:
    label = fold(how.cell_after or "").rstrip(": ")
    for row in sheet.rows[: header.at]:
        for place, cell in enumerate(row.cells):
            if fold(cell_text(cell)).rstrip(": ") == label:
                return next((after for after in row.cells[place + 1 :] if cell_text(after)), "")
    raise Unreadable(f"no cell above the header says {how.cell_after!r}: add it with the document's date beside it")


def read_lines(
    sheet: Sheet,
    header: Header,
    contract: Contract,
    vocabulary: SupplierVocabulary,
    stated_on: date | None,
    seen: dict[tuple[object, ...], int],
) -> tuple[list[SupplierLine], list[RejectedLine]]:
    """Every line under the header, accepted or rejected; rows that hold nothing are no lines.

    `seen` maps the keys of the document's lines so far to their line numbers, and is added to.
    """
    reader = LineReader(contract, vocabulary, header.names, header.places, stated_on, sheet.name)
    accepted: list[SupplierLine] = []
    rejected: list[RejectedLine] = []
    for row in sheet.rows[header.at + 1 :]:
        if row.is_blank():
            continue
        for result in reader.read(row):
            if isinstance(result, RejectedLine):
                rejected.append(result)
                continue
            key = tuple(getattr(result, name) for name in contract.key)
            if key in seen:
                why = f"key: {_key_shown(contract, key)} stands already in line {seen[key]}: a line counts once"
                rejected.append(
                    reader.rejected(row, result.part, [(why, _column_of(contract, result, contract.key[-1]))])
                )
            else:
                seen[key] = row.number
                accepted.append(result)
    return accepted, rejected


def _column_of(contract: Contract, line: SupplierLine, name: str) -> str:
    return " or ".join(contract.columns_of(line.statement).get(name, ()))


def _key_shown(contract: Contract, key: tuple[object, ...]) -> str:
    return ", ".join(f"{name} {value}" for name, value in zip(contract.key, key, strict=True))
