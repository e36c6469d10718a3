"""How counts, money, intervals and days are put into words for people. Pure; knows no table and no markup."""

import calendar
import unicodedata
from collections.abc import Sequence
from datetime import date

UNKNOWN = "?"
_TURNS = ("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI")


def number(value: float | None) -> str:
    """A count with thousands separators: `12,000`; at most one decimal."""
    if value is None:
        return UNKNOWN
    rounded = round(abs(value), 1)
    words = f"{rounded:,.0f}" if rounded == int(rounded) else f"{rounded:,.1f}"
    return f"−{words}" if value < 0 and rounded else words


def interval(low: float | None, high: float | None, unit: str = "") -> str:
    """What lies between two ends, either of which may be unknown: `60–300 days`, `at least 60 days`."""
    behind = f" {unit}" if unit else ""
    if low is None and high is None:
        return UNKNOWN
    if low is None:
        return f"up to {number(high)}{behind}"
    if high is None:
        return f"at least {number(low)}{behind}"
    if number(low) == number(high):
        return f"{number(low)}{behind}"
    between = "–" if low >= 0 else " to "
    return f"{number(low)}{between}{number(high)}{behind}"


def usd(low: float | None, high: float | None) -> str:
    """US dollars between two ends, either of which may be unknown: `at least $500 million`."""
    if low is None and high is None:
        return UNKNOWN
    if low is None:
        return f"up to {_dollars(high or 0)}"
    if high is None:
        return f"at least {_dollars(low)}"
    if _dollars(low) == _dollars(high):
        return _dollars(low)
    return f"{_dollars(low)} – {_dollars(high)}"


def _dollars(value: float) -> str:
    for size, word in ((1e9, "billion"), (1e6, "million")):
        if abs(value) >= size:
            return f"${number(value / size)} {word}"
    return f"${value:,.0f}"


def days(start: date | None, end: date | None) -> str:
    """The days from `start` to `end`, as the shortest name that means exactly them: `2025`, `Q2 2025`, `June 2024`."""
    if start is None and end is None:
        return UNKNOWN
    if start is None:
        return f"by {end}"
    if end is None:
        return f"from {start}"
    if start == end:
        return str(start)
    whole_months = start.day == 1 and end.day == calendar.monthrange(end.year, end.month)[1]
    if whole_months and start.year == end.year:
        if (start.month, end.month) == (1, 12):
            return str(start.year)
        if start.month == end.month:
            return f"{calendar.month_name[start.month]} {start.year}"
        if start.month % 3 == 1 and end.month == start.month + 2:
            return f"Q{end.month // 3} {start.year}"
    return f"{start} – {end}"


def some(count: int, noun: str, plural: str | None = None) -> str:
    """A count with its noun: `1 item`, `3 items`."""
    return f"{count:,} {noun if count == 1 else plural or noun + 's'}"


def cut(text: str, length: int) -> str:
    """`text` on one line in at most `length` characters; an ellipsis where something was left out."""
    line = " ".join(text.split())
    return line if len(line) <= length else line[: length - 1].rstrip() + "…"


def listed(words: Sequence[str]) -> str:
    """Words as a list in a sentence: `a, b and c`."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}" if words else ""


def visible(text: str, *, isolated: bool = False) -> str:
    """Text from outside with every control sign shown as `\ufffd`, so that it cannot steer a terminal or end a page.

    Signs that turn the direction of writing are kept where the text stands `isolated` from what is around it.
    """
    return "".join(
        "\ufffd"
        if (unicodedata.category(sign) in ("Cc", "Cs") and sign not in "\n\t")
        or sign in "\ufffe\uffff"  # no characters at all: XML has no place for them
        or (not isolated and unicodedata.bidirectional(sign) in _TURNS)
        else sign
        for sign in text
    )
