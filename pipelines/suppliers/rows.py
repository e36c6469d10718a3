"""Rows of a supplier's table, whatever the format: shapes that the CSV and XLSX readers give and the table takes.

No contract's columns and no meaning of a value belong here.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

# A cell as the format types it: text in CSV; in XLSX also numbers, days, truth values. Empty is "".
Cell = str | float | int | bool | date | datetime | time | timedelta


class Unreadable(Exception):
    """A document of which nothing can be read; the message says what is wrong and what to do."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its physical line or sheet row (from 1), its text as it stands, its cells, or why it has none."""

    number: int
    verbatim: str
    cells: tuple[Cell, ...]
    problem: str | None = None

    def is_blank(self) -> bool:
        """Whether it holds nothing but white space: such a row is no line."""
        return self.problem is None and not any(cell_text(cell) for cell in self.cells)


def cell_text(cell: Cell) -> str:
    """A cell as text, trimmed: whole numbers without a decimal point, days as ISO 8601."""
    if isinstance(cell, str):
        return cell.strip()
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ")
    return cell.isoformat() if isinstance(cell, date | time) else str(cell)
