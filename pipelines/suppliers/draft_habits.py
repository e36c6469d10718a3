"""The habits of cells, as `make contract` finds them out: what reads as a day, a number, a known word.

Pure, and for drafts alone: reading a file follows its contract, never these.
"""

import json
import re
from collections.abc import Sequence
from datetime import date

from pipelines.suppliers.contracts import fold
from pipelines.suppliers.draft_words import DATE_FORMATS
from pipelines.suppliers.periods import Calendar
from pipelines.suppliers.rows import Cell, cell_text
from pipelines.suppliers.values import BadValue, day


def is_number(cell: Cell) -> bool:
    """Whether a cell is a number, by whatever marks."""
    return not isinstance(cell, bool) and (
        isinstance(cell, int | float) or re.fullmatch(r"[+-]?[\d.,' \u00a0]+", cell_text(cell)) is not None
    )


def is_day(cell: Cell) -> bool:
    """Whether a cell is a day, in any form that is tried, or a period."""
    return isinstance(cell, date) or any(reads_as(cell_text(cell), one) for one in DATE_FORMATS) or is_period(cell)


def is_period(cell: Cell) -> bool:
    """Whether a cell is text that names a quarter, a month or a week."""
    # A bare year is as well a count or a price.
    return isinstance(cell, str) and not is_number(cell) and _is_day(cell.strip(), (), Calendar())


def reads_as(text: str, date_format: str) -> bool:
    """Whether a text is a plausible day in this form."""
    return _is_day(text, (date_format,), None)


def _is_day(text: str, formats: tuple[str, ...], calendar: Calendar | None) -> bool:
    try:
        day(text, formats, calendar=calendar)
    except BadValue:
        return False
    return True


def sign_of(texts: Sequence[str]) -> str:
    """What stands before or after numbers, such as `$`, where it is the same one wherever there is one."""
    signs = {sign for text in texts if (sign := re.sub(r"[\d.,'\u2019\s+-]", "", text))}
    one = signs.pop() if len(signs) == 1 else ""
    whole = all(text.strip().removeprefix(one).removesuffix(one).count(one) == 0 for text in texts) if one else False
    return one if whole and len(one) <= 9 else ""


def decimal_mark(texts: Sequence[str]) -> tuple[str, str | None]:
    """The decimal mark, and why that is not certain."""
    for mark, other in ((".", ","), (",", ".")):
        last = [text for text in texts if mark in text and text.rfind(mark) > text.rfind(other)]
        if any(other in text or not re.search(rf"{re.escape(mark)}\d{{3}}$", text) for text in last):
            return mark, None
    example = next(text for text in texts if set(text) & set(".,' "))
    mark = "," if "." in example else "."
    return mark, f"{example!r} may be a thousand or a fraction; taken for {example.replace('.', '').replace(',', '')}"


def meaning_of(word: str, known: Sequence[tuple[str, str]]) -> str:
    """Our word for one of the file's; the last known one where none fits."""
    text = fold(word)
    for part, meaning in known:
        if text.startswith(part) or (len(part) > 3 and part in text):
            return meaning
    return known[-1][1]


def in_a_comment(text: str) -> str:
    """A text on one line, without what no comment may hold."""
    return "".join(one if one.isprintable() else " " for one in text)


def quoted(value: object) -> str:
    """A value as TOML: its basic strings are JSON's, but for the solidus and DEL."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
