"""One cell to one value: numbers, days, words, by the marks and formats of a contract.

A value that cannot be read raises BadValue, whose message ends the sentence "<column>: …". Nothing is guessed: what
the contract does not say is refused.
"""

import math
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import TypeVar

from pipelines.suppliers.contracts import Numbers, fold
from pipelines.suppliers.periods import FORMS, Calendar, last_day, month_of
from pipelines.suppliers.rows import Cell, cell_text

# Spreadsheets compute: 30000.000000000004 is meant as 30000.
DUST = 1e-12
MOST_UNITS = 1_000_000_000
FIRST_YEAR, LAST_YEAR = 1990, 2100
_SHAPES = {"%d": r"\d{1,2}", "%m": r"\d{1,2}", "%b": r"[^\W\d_]+", "%Y": r"\d{4}", "%y": r"\d{2}"}
W = TypeVar("W")


class BadValue(ValueError):
    """A value that breaks the contract; the message quotes it and says why."""


def shown(cell: Cell) -> str:
    """A value as errors quote it: in quotation marks, cut where it is long."""
    text = cell_text(cell)
    return repr(text if len(text) <= 60 else f"{text[:57]}…")


def number(cell: Cell, marks: Numbers) -> float:
    """A finite number: typed, or text by the contract's marks. Exponents, NaN and infinities are no numbers here."""
    if isinstance(cell, bool) or not isinstance(cell, str | int | float):
        raise BadValue(f"{shown(cell)} is no number but a {type(cell).__name__}")
    if isinstance(cell, str):
        value = float(_plain(cell.strip(), marks))
    else:
        value = float(cell) if not isinstance(cell, int) or abs(cell) < 10**300 else math.inf
    if not math.isfinite(value):
        raise BadValue(f"{shown(cell)} is no finite number")
    return value


def _plain(text: str, marks: Numbers) -> str:
    text = text.replace("\u00a0", " ").replace("\u202f", " ").replace("\u2019", "'")
    if marks.sign:
        text = text.removeprefix(marks.sign).removesuffix(marks.sign).strip()
    thousands, decimal = re.escape(marks.thousands), re.escape(marks.decimal)
    grouped = rf"|[0-9]{{1,3}}(?:{thousands}[0-9]{{3}})+" if marks.thousands else ""
    if not re.fullmatch(rf"[+-]?(?:[0-9]+{grouped})(?:{decimal}[0-9]+)?", text):
        written = f"1{marks.thousands}234{marks.decimal}50"
        raise BadValue(f"{shown(text)} is no number as this contract writes them (such as {written})")
    plain = text.replace(marks.thousands, "") if marks.thousands else text
    return plain.replace(marks.decimal, ".")


def units(cell: Cell, marks: Numbers) -> float:
    """A count of units: whole, not negative, at most a billion."""
    value = number(cell, marks)
    whole = float(round(value))
    if value < 0:
        raise BadValue(f"{shown(cell)} is negative: a count of units is 0 or more")
    if abs(value - whole) > DUST * whole:
        raise BadValue(f"{shown(cell)} is not whole: units are counted whole")
    if value > MOST_UNITS:
        raise BadValue(f"{shown(cell)} is more than {MOST_UNITS:,} units: is this another column's value?")
    return whole


def price(cell: Cell, marks: Numbers) -> float:
    """A price: 0 or more."""
    value = number(cell, marks)
    if value < 0:
        raise BadValue(f"{shown(cell)} is negative: a price is 0 or more")
    return value


def day(
    cell: Cell, formats: tuple[str, ...], number_dates: int | None = None, calendar: Calendar | None = None
) -> date:
    """A day: a typed one, text in one of the formats, or with `number_dates` (1900, 1904) a number as Excel counts.

    With a calendar text may name a period, which is its last day.
    """
    if number_dates is not None and isinstance(cell, int | float) and not isinstance(cell, bool):
        return _plausible(_counted(cell, number_dates), cell)
    if isinstance(cell, datetime):
        return _plausible(cell.date(), cell)
    if isinstance(cell, date):
        return _plausible(cell, cell)
    if not isinstance(cell, str) or isinstance(cell, time | timedelta):
        raise BadValue(f"{shown(cell)} is no date but a {type(cell).__name__}: format the cell as a date")
    text = cell.strip()
    for one in formats:
        try:
            return _plausible(datetime.strptime(f"{_numbered(text, one)} +0000", f"{_numeric(one)} %z").date(), cell)
        except ValueError as problem:
            if isinstance(problem, BadValue):
                raise
    if any(_has_shape(text, one) for one in formats):
        raise BadValue(f"{shown(text)} is a date that does not exist")
    forms = [*(_written(one) for one in formats), *([f"of a period ({FORMS})"] if calendar else [])]
    if calendar is not None:
        try:
            end = last_day(fold(text), calendar)
        except ValueError as problem:
            raise BadValue(f"{shown(text)}: {problem}") from None
        if end is not None:
            return _plausible(end, cell)
    raise BadValue(f"{shown(text)} is no date in the form {' or '.join(forms)}")


def _numeric(date_format: str) -> str:
    return date_format.replace("%b", "%m")


def _numbered(text: str, date_format: str) -> str:
    """The text with a month's number for its name where the format has names: what these are is no machine's locale."""
    if "%b" not in date_format:
        return text
    return re.sub(r"[^\W\d_]{3,}\.?", lambda name: str(month_of(fold(name[0]).rstrip(".")) or name[0]), text, count=1)


def _counted(cell: float, first_year: int) -> date:
    # Excel takes 1900 for a leap year, so that its days from March 1900 on are counted from 1899-12-30.
    start = date(1904, 1, 1) if first_year == 1904 else date(1899, 12, 30)
    try:
        return start + timedelta(days=math.floor(cell))
    except (OverflowError, ValueError):
        raise BadValue(f"{shown(cell)} counts no day") from None


def instant(cell: Cell) -> datetime:
    """A moment without zone: a typed one, or text in ISO 8601; one with a zone is given as UTC."""
    if not isinstance(cell, datetime):
        if not isinstance(cell, str):
            raise BadValue(f"{shown(cell)} is no moment but a {type(cell).__name__}")
        try:
            cell = datetime.fromisoformat(cell.strip())
        except ValueError:
            raise BadValue(f"{shown(cell)} is no moment as 2024-06-05T14:30:00") from None
    _plausible(cell.date(), cell)
    return cell.astimezone(UTC).replace(tzinfo=None) if cell.tzinfo else cell


def _plausible(value: date, cell: Cell) -> date:
    if not FIRST_YEAR <= value.year <= LAST_YEAR:
        raise BadValue(f"{shown(cell)} is outside the years {FIRST_YEAR} to {LAST_YEAR}")
    return value


def _has_shape(text: str, date_format: str) -> bool:
    pieces = re.split(r"(%.)", date_format)
    shape = "".join(_SHAPES.get(piece, r"\d{1,2}") if piece.startswith("%") else re.escape(piece) for piece in pieces)
    return re.fullmatch(shape, text) is not None


def _written(date_format: str) -> str:
    return date(2024, 12, 31).strftime(date_format.replace("%b", "Dec"))


def word(cell: Cell, words: Mapping[str, W], own: Mapping[str, W]) -> W:
    """One of our words for one of the file's, whatever its case; `own` are ours, always understood."""
    text = fold(cell_text(cell))
    for known in (words, own):
        for name, meaning in known.items():
            if fold(name) == text:
                return meaning
    raise BadValue(f"{shown(cell)} is not one of the words that the contract knows ({', '.join([*words, *own])})")
