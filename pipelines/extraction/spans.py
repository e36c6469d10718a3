"""Rows that have a place in a text: those between two places, and those of each sentence."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from typing import Protocol, TypeVar


class _Spanned(Protocol):
    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...


Spanned = TypeVar("Spanned", bound=_Spanned)


def within(rows: Sequence[Spanned], start: int, end: int) -> list[Spanned]:
    """Those of ordered rows that lie between two places."""
    if not rows:
        return []
    first = bisect_left(rows, start, key=lambda row: row.start)
    last = bisect_right(rows, end - 1, key=lambda row: row.start)
    return [row for row in rows[first:last] if row.end <= end]


def by_stretch(rows: Iterable[Spanned], stretches: Sequence[_Spanned]) -> dict[int, list[Spanned]]:
    """Those of ordered rows that lie in one of ordered stretches, by its index; stretches without rows are left out."""
    found: dict[int, list[Spanned]] = {}
    index, count = 0, len(stretches)
    for row in rows:
        start = row.start
        while index < count and stretches[index].end <= start:
            index += 1
        if index == count:
            break
        stretch = stretches[index]
        if stretch.start <= start and row.end <= stretch.end:
            found.setdefault(index, []).append(row)
    return found
