"""One row to the lines that it states, or to every reason why it cannot be one. Pure; raises nothing.

A line is refused only for what breaks its contract: odd but possible statements (delivered before ordered, more
delivered than ordered) stay, since the ledger shows contradictions.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, get_args

from pipelines.suppliers import values
from pipelines.suppliers.contracts import (
    DATE_FIELDS,
    PARTY_FIELDS,
    QUANTITY_FIELDS,
    TEXT_FIELDS,
    Also,
    Contract,
    SkipRule,
    StatementColumn,
    Status,
    Unit,
    XlsxFormat,
    fold,
)
from pipelines.suppliers.line import Certainty, RejectedLine, Statement, SupplierLine
from pipelines.suppliers.rows import Cell, Row, cell_text
from pipelines.suppliers.vocabulary import SupplierVocabulary

# A reason, and the column of the file at fault ("" where it is the line as a whole).
Reason = tuple[str, str]
_OWN: Mapping[str, Mapping[str, str]] = {
    "unit": {one: one for one in get_args(Unit)},
    "status": {one: one for one in get_args(Status)},
    "certainty": {one: one for one in get_args(Certainty)},
}


class LineReader:
    """Reads the rows under one header by one contract."""

    def __init__(
        self,
        contract: Contract,
        vocabulary: SupplierVocabulary,
        names: tuple[str, ...],
        places: Mapping[str, int],
        stated_on: date | None,
        sheet: str | None,
    ) -> None:
        self._contract = contract
        self._vocabulary = vocabulary
        self._places = places
        self._found: dict[str, int | None] = {}
        self.width = max((at for at, name in enumerate(names, start=1) if name), default=0)
        self.stated_on = stated_on
        self._sheet = sheet
        self._blank_words = {fold(one) for one in contract.blank_words}
        self._first_of: dict[str, str] = {str(name): mark for name, mark in contract.first_of.items()}
        self._parties = {fold(code): name for code, name in contract.parties.items()}
        how = contract.format
        self._number_dates = how.number_dates if isinstance(how, XlsxFormat) else None
        self._known_skus: dict[str, bool] = {}

    def rejected(self, row: Row, part: int, reasons: list[Reason]) -> RejectedLine:
        """The row, or its part, with every reason why it is no line."""
        columns = tuple(dict.fromkeys(column for _, column in reasons if column))
        return RejectedLine(
            row.number, row.verbatim, tuple(reason for reason, _ in reasons), columns, part=part, sheet=self._sheet
        )

    def read(self, row: Row) -> Iterator[SupplierLine | RejectedLine]:
        """The lines that a row states: one, or one more for each `also` of the contract that it fills."""
        reasons = self._unusable(row)
        if reasons:
            yield self.rejected(row, 1, reasons)
            return
        alsos = [one for one in self._contract.also if any(cell_text(self._cell(row, name)) for name in one.when_any)]
        for part, also in enumerate([None, *alsos], start=1):
            yield self._line(row, part, also)

    def place(self, column: str) -> int | None:
        """Where a column stands, from 0; None where the header does not name it."""
        if column not in self._found:
            self._found[column] = self._places.get(fold(column))
        return self._found[column]

    def is_blank(self, cell: Cell) -> bool:
        """Whether a cell holds nothing, or a word that stands for nothing."""
        text = cell_text(cell)
        return not text or (bool(self._blank_words) and fold(text) in self._blank_words)

    def _cell(self, row: Row, column: str) -> Cell:
        at = self.place(column)
        cell = row.cells[at] if at is not None and at < len(row.cells) else ""
        return "" if self._blank_words and self.is_blank(cell) else cell

    def _unusable(self, row: Row) -> list[Reason]:
        if row.problem is not None:
            return [(f"line: {row.problem}", "")]
        for rule in self._contract.skip_when:
            cell = self._cell(row, rule.column)
            if applies(rule, cell_text(cell)):
                what = f" ({values.shown(cell)})" if cell_text(cell) else ""
                return [(f"{rule.column}: {rule.reason}{what}", rule.column)]
        extra = [cell for cell in row.cells[self.width :] if cell_text(cell)]
        if extra:
            return [
                (f"line: {len(row.cells)} values under {self.width} columns: quote values that hold the delimiter", "")
            ]
        if len(row.cells) < self.width:
            return [
                (f"line: only {len(row.cells)} values under {self.width} columns: which are missing is not clear", "")
            ]
        return []

    def _statement(self, row: Row, reasons: list[Reason]) -> Statement | None:
        how = self._contract.statement
        if isinstance(how, str):
            return how
        try:
            return self.statement_of(self._cell(row, how.column), how)
        except values.BadValue as problem:
            reasons.append((f"{how.column}: {problem}", how.column))
            return None

    @staticmethod
    def statement_of(cell: Cell, how: StatementColumn) -> Statement:
        """What a line states by the cell that says so. Raises BadValue."""
        if how.default is not None and not cell_text(cell):
            return how.default
        return values.word(cell, how.words, {})

    def _line(self, row: Row, part: int, also: Also | None) -> SupplierLine | RejectedLine:
        reasons: list[Reason] = []
        statement = self._statement(row, reasons)
        columns = self._contract.columns_of(statement, also)
        found: dict[str, Any] = {}
        faulty: set[str] = set()
        sources: dict[str, str] = {name: " or ".join(of) for name, of in columns.items()}
        given: list[tuple[str, str, Cell]] = [(str(one), one, value) for one, value in self._contract.constants.items()]
        for name, of in columns.items():
            filled = [(name, one, self._cell(row, one)) for one in of if cell_text(self._cell(row, one))]
            given += filled[:1]
        for name, column, cell in given:
            try:
                found[name] = self.value(name, cell)
            except values.BadValue as problem:
                reasons.append((f"{column}: {problem}", column))
                faulty.add(name)
        for name in self._required(statement, found):
            if found.get(name) is None and name not in faulty:
                column = sources.get(name, name)
                reasons.append((f"{column}: is empty, but the contract requires {name}", column))
        if reasons or statement is None:
            return self.rejected(row, part, reasons)
        if also is not None:
            found["line_ref"] = f"{found.get('line_ref') or ''}{also.line_ref_suffix}"
        found["certainty"] = found.get("certainty") or "confirmed"
        found["document_date"] = found.get("document_date") or self.stated_on
        return SupplierLine(row.number, row.verbatim, statement, part=part, sheet=self._sheet, **found)

    def always_required(self, statement: Statement | None) -> list[str]:
        """The fields that a line with this statement has to have, whatever else it holds."""
        names: list[str] = ["supplier", *self._contract.required, *self._contract.key]
        if statement is not None:
            names += self._contract.required_for.get(statement, ())
        if statement in ("order", "shipment"):
            names.append("order_ref")
        if not self._contract.allow_empty_sku:
            names.append("sku")
        return names

    def _required(self, statement: Statement | None, found: Mapping[str, Any]) -> list[str]:
        names = self.always_required(statement)
        if any(found.get(name) is not None for name in QUANTITY_FIELDS):
            names.append("unit")
        if found.get("unit_price") is not None:
            names.append("currency")
        return list(dict.fromkeys(names))

    def value(self, name: str, cell: Cell) -> Any:
        """What a cell that is not blank holds for a field. Raises BadValue."""
        if name in QUANTITY_FIELDS:
            return values.units(cell, self._contract.numbers)
        if name == "unit_price":
            return values.price(cell, self._contract.numbers)
        if name in DATE_FIELDS:
            return values.day(cell, self._contract.date_formats, self._number_dates, self._contract.calendar)
        if name == "sent_at":
            return values.instant(cell)
        if name == "currency":
            return self._currency(cell)
        if name in TEXT_FIELDS:
            return self._text(name, cell)
        words: Mapping[str, str] = getattr(self._contract.words, name)
        return values.word(cell, words, _OWN[name])

    def _currency(self, cell: Cell) -> str:
        text = cell_text(cell)
        words = {fold(name): code for name, code in self._contract.words.currency.items()}
        code = words.get(fold(text), text.upper())
        if code not in self._vocabulary.currencies:
            raise values.BadValue(f"{values.shown(cell)} is no currency that reference/exchange_rates.csv knows")
        return code

    def _text(self, name: str, cell: Cell) -> str | None:
        text = " ".join(cell_text(cell).split()) if name == "sku" else cell_text(cell)
        separator = self._first_of.get(name)
        if separator is not None:
            text = next((piece.strip() for piece in text.split(separator) if piece.strip()), "")
        if name in PARTY_FIELDS:
            text = self._parties.get(fold(text), text)
        if name == "sku" and text and not self._knows(text):
            raise values.BadValue(
                f"{values.shown(text)} is no SKU that reference/skus.csv knows: add it there, or correct it"
            )
        return text or None

    def _knows(self, sku: str) -> bool:
        if sku not in self._known_skus:
            self._known_skus[sku] = self._vocabulary.knows_sku(sku)
        return self._known_skus[sku]


def applies(rule: SkipRule, text: str) -> bool:
    """Whether a rule singles out the line whose cell has this text."""
    if rule.filled is not None:
        return bool(text) == rule.filled
    if rule.equals is not None:
        return fold(text) in {fold(one) for one in rule.equals}
    return re.fullmatch(rule.matches or "", text) is not None
