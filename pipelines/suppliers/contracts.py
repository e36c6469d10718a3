"""Supplier contracts: what a supplier's file looks like, as data (`reference/contracts/*.toml`), checked when loaded.

Here belong the shape of a contract, its checks, and the choice of the contract for a file by name. Loading them is
`contract_files`', reading files and values the readers' beside this module; what a line means stays in `sql/`.
"""

import codecs
import fnmatch
import re
import unicodedata
from collections.abc import Sequence
from datetime import date
from typing import Annotated, Literal, Self, TypeVar, get_args

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    model_validator,
)

from pipelines.suppliers.line import Certainty, Statement
from pipelines.suppliers.periods import Calendar

TextField = Literal[
    "supplier", "buyer", "ship_to", "order_ref", "line_ref", "sku", "site", "shipment_ref", "supplier_code",
    "buyer_code",
]  # fmt: skip
QuantityField = Literal["quantity", "shipped_quantity", "delivered_quantity"]
DateField = Literal[
    "ordered_on", "requested_on", "promised_on", "revised_on", "shipped_on", "delivered_on", "document_date",
]  # fmt: skip
WordField = Literal["unit", "status", "certainty", "currency"]
LineField = Literal[TextField, QuantityField, DateField, WordField, "unit_price", "sent_at"]
Unit = Literal["gpu", "board", "system", "rack", "each"]
Status = Literal[
    "open", "confirmed", "shipped", "partly_delivered", "delivered", "cancelled", "delayed", "rescheduled",
    "backordered", "substituted", "rejected", "decommissioned",
]  # fmt: skip

QUANTITY_FIELDS: tuple[str, ...] = get_args(QuantityField)
DATE_FIELDS: tuple[str, ...] = get_args(DateField)
TEXT_FIELDS: tuple[str, ...] = get_args(TextField)

# Whose cells `[parties]` translates.
PARTY_FIELDS = ("supplier", "buyer", "ship_to")

_DATE_DIRECTIVES = {"%d", "%m", "%b", "%Y", "%y", "%H", "%M", "%S"}


def fold(text: str) -> str:
    """A column's name or a word as it is compared: case, runs of white space and composed accents do not count."""
    return " ".join(unicodedata.normalize("NFKC", text).split()).casefold()


def _date_format(given: str) -> str:
    directives = re.findall(r"%.", given)
    unknown = sorted(set(directives) - _DATE_DIRECTIVES)
    if unknown:
        raise ValueError(f"{', '.join(unknown)} cannot stand in a date format: use %d %m %b %Y %y (%H %M %S)")
    if "%d" not in directives or not {"%m", "%b"} & set(directives) or not {"%Y", "%y"} & set(directives):
        raise ValueError("does not name day, month and year: write %d, %m (or %b, its name) and %Y (or %y)")
    return given


def _regular_expression(given: str) -> str:
    try:
        re.compile(given)
    except re.error as problem:
        raise ValueError(f"no regular expression: {problem}") from None
    return given


def _encoding(given: str) -> str:
    try:
        "".encode(codecs.lookup(given).name)
    except LookupError:
        raise ValueError("no text encoding that Python knows: write for example utf-8 or cp1252") from None
    return given


def _listed(given: object) -> object:
    return tuple(given) if isinstance(given, list) else given


def _alternatives(given: object) -> object:
    if not isinstance(given, dict):
        return given
    return {name: (of,) if isinstance(of, str) else _listed(of) for name, of in given.items()}


T = TypeVar("T")
Words = Annotated[str, Field(min_length=1)]
DateFormat = Annotated[str, AfterValidator(_date_format)]
Pattern = Annotated[str, AfterValidator(_regular_expression)]
Listed = Annotated[tuple[T, ...], BeforeValidator(_listed)]
# Each field's column, or several of which the first that holds a value counts.
Columns = Annotated[dict[LineField, tuple[Words, ...]], BeforeValidator(_alternatives)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class CsvFormat(_Part):
    """How a CSV file is written. `header_row` is its physical line; without it the header is looked for."""

    kind: Literal["csv"]
    delimiter: str = Field(default=",", min_length=1, max_length=1)
    encoding: Annotated[str, AfterValidator(_encoding)] = "utf-8"
    quote: str = Field(default='"', min_length=1, max_length=1)
    header_row: int | None = Field(default=None, ge=1)


class XlsxFormat(_Part):
    """How a workbook is written. `sheet` is a name or pattern (`Ship*`); without it the first sheet is read.

    `number_dates` says from which year on cells of days may be bare numbers that count days, as Excel does.
    """

    kind: Literal["xlsx"]
    sheet: str | None = None
    number_dates: Literal[1900, 1904] | None = None
    header_row: int | None = Field(default=None, ge=1)


class ParquetFormat(_Part):
    """A Parquet file: it says itself how it is written."""

    kind: Literal["parquet"]
    header_row: None = None


class JsonFormat(_Part):
    """JSON Lines, or one JSON value: a list of objects, or an object that holds it under `records` (`data.lines`).

    What stands in an object within an object is named with a dot: `customer.name`.
    """

    kind: Literal["json"]
    records: str | None = Field(default=None, min_length=1)
    header_row: None = None


Format = CsvFormat | XlsxFormat | ParquetFormat | JsonFormat


class StatementColumn(_Part):
    """A column that says line by line whether it is an order, a shipment, a holding or a plan.

    `default` is what a line states where the column is empty or missing.
    """

    column: str
    words: dict[str, Statement] = Field(min_length=1)
    default: Statement | None = None


def _statement_kind(given: object) -> str:
    return BY_COLUMN if isinstance(given, dict | StatementColumn) else FIXED


FIXED, BY_COLUMN = "(a word)", "(a table)"
OneOrColumn = Annotated[
    Annotated[Statement, Tag(FIXED)] | Annotated[StatementColumn, Tag(BY_COLUMN)], Discriminator(_statement_kind)
]


class Numbers(_Part):
    """The marks in numbers that are written as text; `thousands` is empty where none is used.

    `sign` may stand before or after them, such as `$` in $28,900.50; it says nothing of the currency.
    """

    decimal: Literal[".", ","] = "."
    thousands: Literal["", ".", ",", " ", "'"] = ""
    sign: str = Field(default="", max_length=9, pattern=r"^[^\d.,' +-]*$")

    @model_validator(mode="after")
    def _differ(self) -> Self:
        if self.decimal == self.thousands:
            raise ValueError("decimal and thousands are the same mark: nobody could tell 1.500 from 1.5")
        return self


class DocumentDate(_Part):
    """Where the document says of which day it is: a part of the file's name, or the cell after a label."""

    name_pattern: Pattern | None = None
    cell_after: str | None = None
    formats: Listed[DateFormat] = ()

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if (self.name_pattern is None) == (self.cell_after is None):
            raise ValueError("give either name_pattern or cell_after")
        if self.name_pattern is not None and re.compile(self.name_pattern).groups != 1:
            raise ValueError("name_pattern needs exactly one (group): the date within the file's name")
        return self


class SkipRule(_Part):
    """Lines that are no statement (totals, duplicates): rejected with `reason`, so that they stay counted."""

    column: str
    reason: str = Field(min_length=1)
    matches: Pattern | None = None
    equals: Listed[str] | None = None
    filled: bool | None = None

    @model_validator(mode="after")
    def _one_test(self) -> Self:
        if sum(test is not None for test in (self.matches, self.equals, self.filled)) != 1:
            raise ValueError("give exactly one of matches, equals, filled")
        return self


class Also(_Part):
    """A second statement that the same line makes, where one of the columns `when_any` holds a value."""

    when_any: Listed[str] = Field(min_length=1)
    line_ref_suffix: str = Field(min_length=1)
    columns: Columns = Field(min_length=1)


class WordLists(_Part):
    """The file's own words for ours. Ours (`open`, `gpu`, `confirmed`, `EUR`) are always understood."""

    status: dict[str, Status] = {}
    unit: dict[str, Unit] = {}
    certainty: dict[str, Certainty] = {}
    currency: dict[str, str] = {}


class Example(_Part):
    """A line of such a file and what it has to give: fields, or a part of the reason why it is rejected."""

    line: str | None = None
    cells: Listed[str | int | float | date] | None = None
    part: int = Field(default=1, ge=1)
    expect: dict[LineField | Literal["statement"], str | int | float | date] = {}
    absent: Listed[LineField] = ()
    reason: str | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.line is None) == (self.cells is None):
            raise ValueError("give either line (as the CSV file has it) or cells (a list)")
        if bool(self.expect) == (self.reason is not None):
            raise ValueError("give either expect (fields) or reason (a part of the rejection)")
        return self


class Contract(_Part):
    """One kind of supplier file. docs/suppliers.md explains every key and shows a whole contract."""

    name: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")
    description: str = Field(min_length=1)
    files: Listed[Words] = Field(min_length=1)
    header: Listed[Words] = ()
    format: Format = Field(discriminator="kind")
    statement: OneOrColumn
    columns: Columns = Field(min_length=1)
    columns_for: dict[Statement, Columns] = {}
    also: Listed[Also] = ()
    optional_columns: Listed[Words] = ()
    other_columns: Literal["leave", "refuse"] = "leave"
    constants: dict[TextField | WordField, Words] = {}
    first_of: dict[TextField, Words] = {}
    blank_words: Listed[Words] = ()
    numbers: Numbers = Numbers()
    date_formats: Listed[DateFormat] = ("%Y-%m-%d",)
    calendar: Calendar | None = None
    parties: dict[Words, Words] = {}
    document_date: DocumentDate | None = None
    words: WordLists = WordLists()
    required: Listed[LineField] = ()
    required_for: dict[Statement, Listed[LineField]] = {}
    allow_empty_sku: bool = False
    key: Listed[LineField] = Field(min_length=1)
    versions: bool = False
    skip_when: Listed[SkipRule] = ()
    example_header: str | Listed[str] = ""
    examples: Listed[Example] = ()

    @property
    def statements(self) -> frozenset[Statement]:
        """Every statement that a line of such a file can make."""
        if isinstance(self.statement, str):
            return frozenset([self.statement])
        default = [self.statement.default] if self.statement.default else []
        return frozenset([*self.statement.words.values(), *default])

    def columns_of(self, statement: Statement | None, also: Also | None = None) -> dict[str, tuple[str, ...]]:
        """Which columns each field is read from, for a line that makes this statement."""
        layers: list[Columns] = [self.columns]
        if statement is not None:
            layers.append(self.columns_for.get(statement, {}))
        if also is not None:
            layers.append(also.columns)
        return {str(name): of for layer in layers for name, of in layer.items()}

    def _column_groups(self) -> list[tuple[str, ...]]:
        single = [*self.header, *(rule.column for rule in self.skip_when)]
        if isinstance(self.statement, StatementColumn) and self.statement.default is None:
            single.append(self.statement.column)
        groups: list[tuple[str, ...]] = [(name,) for name in single]
        for columns in (self.columns, *self.columns_for.values(), *(also.columns for also in self.also)):
            groups.extend(columns.values())
        return groups

    def needed_columns(self) -> list[tuple[str, ...]]:
        """What a header must hold: for each entry one of these names. `optional_columns` are not needed."""
        optional = {fold(name) for name in self.optional_columns}
        needed = [names for names in self._column_groups() if not optional & {fold(name) for name in names}]
        return list(dict.fromkeys(needed))

    def named_columns(self) -> set[str]:
        """Every column that the contract reads or asks about."""
        of_statement = {self.statement.column} if isinstance(self.statement, StatementColumn) else set()
        return of_statement.union(*self._column_groups())

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> Self:
        problems = _disagreements(self)
        if problems:
            raise ValueError("; ".join(problems))
        return self


def _disagreements(contract: Contract) -> list[str]:
    read = set(contract.columns).union(*contract.columns_for.values(), *(also.columns for also in contract.also))
    given = read | set(contract.constants)
    problems = []
    if both := sorted(read & set(contract.constants)):
        problems.append(f"constants: {', '.join(both)} is also read from a column: keep one of the two")
    wanted = {*contract.required, *contract.key}.union(*contract.required_for.values())
    if missing := sorted(wanted - given):
        problems.append(f"required, key: {', '.join(missing)} has neither a column nor a constant")
    if missing := sorted(set(contract.first_of) - read):
        problems.append(f"first_of: {', '.join(missing)} is read from no column")
    if unused := sorted(set(contract.columns_for) - contract.statements):
        problems.append(f"columns_for: no line is a {', '.join(unused)} by this contract's statement")
    if "supplier" not in given:
        problems.append("columns: supplier needs a column or a constant that says who sells")
    if contract.statements & {"order", "shipment"}:
        problems += [
            f"columns: an order or a shipment needs {name}: it is what tells its lot"
            for name in sorted({"order_ref", "sku"} - given)
        ]
    if given & set(QUANTITY_FIELDS) and "unit" not in given:
        problems.append(
            "unit: quantities need a column or a constant that says what is counted (gpu, board, system, rack)"
        )
    if "unit_price" in given and "currency" not in given:
        problems.append("currency: unit_price needs a column or a constant that says in which currency")
    if contract.document_date is not None and "document_date" in given:
        problems.append("document_date: it is also read from a column: keep one of the two")
    dated = contract.document_date
    if dated is not None and dated.name_pattern is not None and not dated.formats and contract.calendar is None:
        problems.append("document_date: name_pattern needs formats, for example formats = ['%Y-%m-%d']")
    codes = [fold(code) for code in contract.parties]
    if twice := sorted({code for code in contract.parties if codes.count(fold(code)) > 1}):
        problems.append(f"parties: {', '.join(twice)} are one code, since case does not count: keep one")
    if contract.parties and not given & set(PARTY_FIELDS):
        problems.append("parties: neither supplier, buyer nor ship_to is read from a column: its codes stand nowhere")
    if contract.examples and not contract.example_header:
        problems.append("example_header: examples need the header line that they stand under")
    return problems


def contracts_for_name(contracts: Sequence[Contract], name: str) -> list[Contract]:
    """The contracts of which a pattern fits the file's name; folders and case do not count."""
    file_name = name.replace("\\", "/").rsplit("/", 1)[-1].casefold()
    return [one for one in contracts if any(fnmatch.fnmatchcase(file_name, glob.casefold()) for glob in one.files)]
