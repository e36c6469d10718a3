"""Many rows at once, column by column: each distinct cell is read once and its value spread over the rows that hold it.

Cells are read by the LineReader, and a row of which a cell is refused, missing or special goes to it whole, so that
values and reasons are the same however many rows a file has. Only text that needs no contract to be understood is read
here: what is kept as it stands, and numbers that are digits alone.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

import polars as pl

from pipelines.suppliers.contracts import PARTY_FIELDS, QUANTITY_FIELDS, TEXT_FIELDS, Contract, SkipRule
from pipelines.suppliers.fields import LineReader, applies
from pipelines.suppliers.line import RejectedLine, Statement, SupplierLine
from pipelines.suppliers.rows import Cell, Row, cell_text
from pipelines.suppliers.values import BadValue

LINE_SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "line_number": pl.Int64, "verbatim": pl.String, "statement": pl.String, "supplier": pl.String, "buyer": pl.String,
    "ship_to": pl.String, "order_ref": pl.String, "line_ref": pl.String, "sku": pl.String, "quantity": pl.Float64,
    "unit": pl.String, "unit_price": pl.Float64, "currency": pl.String, "ordered_on": pl.Date, "requested_on": pl.Date,
    "promised_on": pl.Date, "revised_on": pl.Date, "shipped_on": pl.Date, "shipped_quantity": pl.Float64,
    "delivered_on": pl.Date, "delivered_quantity": pl.Float64, "status": pl.String, "certainty": pl.String,
    "document_date": pl.Date, "site": pl.String, "part": pl.Int64, "sheet": pl.String, "shipment_ref": pl.String,
    "sent_at": pl.Datetime("us"), "supplier_code": pl.String, "buyer_code": pl.String,
}  # fmt: skip
_WHITE_SPACE = "".join(chr(code) for code in range(0x3001) if chr(code).isspace())
_MOST_REMEMBERED = 200_000
# Numbers that are the same by whatever marks, and that no rule about numbers refuses: at most 15 digits, which a float
# holds exactly.
_DIGITS = "^[0-9]{1,9}$"
_DIGITS_WITH_DECIMALS = r"^[0-9]{1,9}(?:\.[0-9]{1,6})?$"
_Asks = Callable[[Cell], Any]


@dataclass(frozen=True, slots=True)
class Block:
    """Rows of one width: `cells` has a column for each place ("0", "1", …), null where nothing stands."""

    numbers: pl.Series
    verbatim: pl.Series
    cells: pl.DataFrame

    def where(self, mask: pl.Series) -> "Block":
        """The rows where `mask` holds."""
        if mask.all():
            return self
        return Block(self.numbers.filter(mask), self.verbatim.filter(mask), self.cells.filter(mask))

    def rows(self) -> Iterator[Row]:
        """The rows one by one."""
        for number, verbatim, cells in zip(self.numbers, self.verbatim, self.cells.iter_rows(), strict=True):
            yield Row(number, verbatim, tuple("" if cell is None else cell for cell in cells))


def frame_of(lines: Sequence[SupplierLine]) -> pl.DataFrame:
    """Lines as a frame of LINE_SCHEMA."""
    return pl.DataFrame([asdict(line) for line in lines], schema=LINE_SCHEMA, orient="row")


class ColumnReader:
    """Reads blocks of rows under one header by one contract."""

    def __init__(self, contract: Contract, reader: LineReader, sheet: str | None) -> None:
        self._contract, self._reader, self._sheet = contract, reader, sheet
        self._known: dict[str, dict[object, tuple[Any, bool]]] = {}
        plain = set(TEXT_FIELDS) - {"sku", *contract.first_of, *(PARTY_FIELDS if contract.parties else ())}
        self._plain_text = set() if contract.blank_words else plain
        price = _DIGITS if contract.numbers.decimal != "." else _DIGITS_WITH_DECIMALS
        digits = {**dict.fromkeys(QUANTITY_FIELDS, _DIGITS), "unit_price": price}
        self._digits: Mapping[str, str] = {} if contract.blank_words else digits

    def read(self, block: Block) -> tuple[pl.DataFrame, list[RejectedLine]]:
        """The lines that a block of rows states, and the rejected ones; blank rows are no lines."""
        block = block.where(self._filled(block))
        unread = _all(block, True)
        frames: list[pl.DataFrame] = []
        rest: list[Block] = []
        for statement, mine in self._by_statement(block, ~self._special(block)):
            part = block.where(mine)
            frame, good = self._lines(part, statement)
            frames.append(frame if good.all() else frame.filter(good))
            rest.append(part.where(~good))
            unread &= ~mine
        rest.append(block.where(unread))
        lines, rejected = sorted_out(
            result for part in rest for row in part.rows() for result in self._reader.read(row)
        )
        if lines or not frames:
            frames.append(frame_of(lines))
        return pl.concat(frames), rejected

    def _by_statement(self, block: Block, among: pl.Series) -> Iterator[tuple[Statement, pl.Series]]:
        how = self._contract.statement
        if isinstance(how, str):
            yield how, among
            return
        found, _ = self._spread(
            self._cells(block, how.column), "statement", lambda cell: self._reader.statement_of(cell, how), pl.String
        )
        for statement in sorted(self._contract.statements):
            yield statement, among & (found == statement).fill_null(False)

    def _filled(self, block: Block) -> pl.Series:
        filled = _all(block, False)
        for name in block.cells.columns:
            if filled.all():
                break
            cells = block.cells[name]
            if cells.dtype == pl.String:
                filled |= (cells.str.strip_chars(_WHITE_SPACE) != "").fill_null(False)
            else:
                filled |= cells.is_not_null()
        return filled

    def _special(self, block: Block) -> pl.Series:
        """Rows that a rule of the contract singles out, or that hold something where the header names nothing."""
        special = _all(block, False)
        for place, rule in enumerate(self._contract.skip_when):
            cells = self._cells(block, rule.column)
            special |= self._spread(cells, f"skip {place}", partial(self._skips, rule), pl.Boolean)[0]
        for column in {name for also in self._contract.also for name in also.when_any}:
            special |= ~self._blank(self._cells(block, column))
        for place in range(self._reader.width, block.cells.width):
            special |= ~self._blank(block.cells[str(place)])
        return special

    def _skips(self, rule: SkipRule, cell: Cell) -> bool:
        return applies(rule, "" if self._reader.is_blank(cell) else cell_text(cell))

    def _lines(self, block: Block, statement: Statement) -> tuple[pl.DataFrame, pl.Series]:
        """A line for each row, and for which rows it stands as it is."""
        good = _all(block, True)
        found: dict[str, pl.Series] = {}
        for field, value in self._contract.constants.items():
            constant = _same(value, block.cells.height, pl.String)
            found[field], fine = self._read_cells(constant, field)
            good &= fine
        for name, columns in self._contract.columns_of(statement).items():
            if any(self._reader.place(column) is not None for column in columns):
                found[name], fine = self._field(block, name, columns)
                good &= fine
        good &= self._complete(block, statement, found)
        missing = [pl.lit(None, kind).alias(name) for name, kind in LINE_SCHEMA.items() if name not in found]
        frame = pl.DataFrame({"line_number": block.numbers, "verbatim": block.verbatim, **found}).with_columns(
            [one for one in missing if one.meta.output_name() not in ("line_number", "verbatim")]
        )
        return frame.with_columns(
            pl.lit(statement, pl.String).alias("statement"),
            pl.col("certainty").fill_null("confirmed"),
            pl.col("document_date").fill_null(pl.lit(self._reader.stated_on, pl.Date)),
            pl.lit(1, pl.Int64).alias("part"),
            pl.lit(self._sheet, pl.String).alias("sheet"),
        ).select(pl.col(name).cast(kind) for name, kind in LINE_SCHEMA.items()), good  # fmt: skip

    def _complete(self, block: Block, statement: Statement, found: dict[str, pl.Series]) -> pl.Series:
        """Rows that hold all fields that such a line needs."""
        whole, nothing = _all(block, True), _all(block, False)
        for name in self._reader.always_required(statement):
            whole &= found[name].is_not_null() if name in found else nothing
        for needed, by in (("unit", QUANTITY_FIELDS), ("currency", ("unit_price",))):
            there = found[needed].is_not_null() if needed in found else nothing
            for name in by:
                if name in found:
                    whole &= found[name].is_null() | there
        return whole

    def _field(self, block: Block, name: str, columns: Sequence[str]) -> tuple[pl.Series, pl.Series]:
        """The values of a field from the first of its columns that holds one, and where they are fine."""
        values, fine = self._read_cells(self._cells(block, columns[0]), name)
        taken = _all(block, True) if len(columns) == 1 else ~self._blank(self._cells(block, columns[0]))
        for column in columns[1:]:
            cells = self._cells(block, column)
            others, others_fine = self._read_cells(cells, name)
            values, fine = values.zip_with(taken, others), fine.zip_with(taken, others_fine)
            taken |= ~self._blank(cells)
        return values.alias(name), fine

    def _read_cells(self, cells: pl.Series, name: str) -> tuple[pl.Series, pl.Series]:
        if name in self._plain_text and cells.dtype == pl.String:
            text = cells.str.strip_chars(_WHITE_SPACE)
            return text.set(text == "", None).alias(name), _same(True, len(cells), pl.Boolean)
        if name in self._digits and cells.dtype == pl.String:
            digits = cells.str.contains(self._digits[name]).fill_null(False)
            numbers = cells.cast(pl.Float64, strict=False)
            if digits.all():
                return numbers.alias(name), digits
            values, fine = self._asked(cells.set(digits, None), name)
            return numbers.zip_with(digits, values).alias(name), fine
        return self._asked(cells, name)

    def _asked(self, cells: pl.Series, name: str) -> tuple[pl.Series, pl.Series]:
        def ask(cell: Cell) -> Any:
            return None if self._reader.is_blank(cell) else self._reader.value(name, cell)

        values, fine = self._spread(cells, name, ask, LINE_SCHEMA[name])
        return values.alias(name), fine

    def _blank(self, cells: pl.Series) -> pl.Series:
        return self._spread(cells, "blank", self._reader.is_blank, pl.Boolean)[0]

    def _cells(self, block: Block, column: str) -> pl.Series:
        place = self._reader.place(column)
        return _same(None, block.cells.height, pl.String) if place is None else block.cells[str(place)]

    def _spread(
        self, cells: pl.Series, question: str, ask: _Asks, kind: pl.DataType | type[pl.DataType]
    ) -> tuple[pl.Series, pl.Series]:
        """What `ask` says of each distinct cell, for every row: the value, and whether the cell was not refused."""
        known = self._known.setdefault(question, {})
        if len(known) > _MOST_REMEMBERED:
            known.clear()
        if len(cells) and cells.eq_missing(cells.head(1)).all():
            value, fine = _answer(known, cells[0], ask)
            return _same(value, len(cells), kind), _same(fine, len(cells), pl.Boolean)
        coded = cells.to_arrow().dictionary_encode(null_encoding="encode")
        answers = [_answer(known, cell, ask) for cell in pl.Series(coded.dictionary)]
        codes = pl.Series(coded.indices)
        values = pl.Series([value for value, _ in answers], dtype=kind).gather(codes)
        return values, pl.Series([fine for _, fine in answers], dtype=pl.Boolean).gather(codes)


def sorted_out(results: Iterator[SupplierLine | RejectedLine]) -> tuple[list[SupplierLine], list[RejectedLine]]:
    """Lines apart from rejected ones."""
    lines: list[SupplierLine] = []
    rejected: list[RejectedLine] = []
    for result in results:
        if isinstance(result, RejectedLine):
            rejected.append(result)
        else:
            lines.append(result)
    return lines, rejected


def _answer(known: dict[object, tuple[Any, bool]], cell: Any, ask: _Asks) -> tuple[Any, bool]:
    key = (type(cell), cell)
    answer = known.get(key)
    if answer is None:
        try:
            answer = (ask("" if cell is None else cell), True)
        except BadValue:
            answer = (None, False)
        known[key] = answer
    return answer


def _all(block: Block, value: bool) -> pl.Series:
    return _same(value, block.cells.height, pl.Boolean)


def _same(value: object, times: int, kind: pl.DataType | type[pl.DataType]) -> pl.Series:
    return pl.Series([value], dtype=kind).new_from_index(0, times)
