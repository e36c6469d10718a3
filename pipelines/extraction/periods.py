"""Days, months, quarters, seasons and years in folded text, and durations, read from the day of publication.

A period without a year keeps its readings in the past, in the future and nearest to the publication; which one is meant
depends on the tense, so the caller chooses. What happened then is decided elsewhere.
"""

import calendar
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from typing import Literal

from pipelines.extraction.pack import LanguagePack, load
from pipelines.extraction.quantities import Number
from pipelines.extraction.text import WORD, in_word

Interval = tuple[date, date]


@dataclass(frozen=True, slots=True)
class Period:
    """An interval of whole days; `edge` says that only its end ("by June") or its start ("from June") is meant."""

    start: int
    end: int
    near: Interval
    past: Interval
    future: Interval
    floating: bool
    reading: str
    edge: Literal["", "start", "end"] = ""

    def read(self, tense: Literal["near", "past", "future"]) -> tuple[date | None, date | None]:
        """First and last day in that tense, the side that is not stated left open."""
        first, last = self.near if tense == "near" else self.past if tense == "past" else self.future
        return (None if self.edge == "end" else first), (None if self.edge == "start" else last)


@dataclass(frozen=True, slots=True)
class Duration:
    """A stated or vague length of time in days."""

    start: int
    end: int
    low: float | None
    high: float | None


UNIT_DAYS = {"day": 1, "week": 7, "month": 30, "quarter": 91, "year": 365}


def _month(year: int, month: int) -> Interval:
    return date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1])


def _shifted(year: int, month: int, shift: int) -> tuple[int, int]:
    index = year * 12 + month - 1 + shift
    return index // 12, index % 12 + 1


def _span(year: int, first: int, months: int) -> Interval:
    end_year, end_month = _shifted(year, first, months - 1)
    return date(year, first, 1), _month(end_year, end_month)[1]


def periods(text: str, plain: str, pack: LanguagePack, published: Interval | None) -> list[Period]:
    """All periods in order, neighbours that belong together ("January and June", "2025 to 2027") as one."""
    found: list[Period] = []
    for row, match in pack.period_sieve.matches(plain):
        if _lower_month(text, match, pack):
            continue
        readings = _readings(row.reading, row.shift, match, pack, published)
        if readings is not None:
            near, past, future, floating = readings
            edge: Literal["", "start", "end"] = "end" if row.reading.startswith("end-") else ""
            edge = "start" if row.reading.startswith("start-") else edge
            found.append(Period(*match.span(), near, past, future, floating, row.reading, edge))
    found.sort(key=lambda p: (p.start, -p.end))
    kept: list[Period] = []
    for period in found:
        if not kept or period.start >= kept[-1].end:
            kept.append(period)
    return [_edged(plain, period, pack) for period in _joined(plain, kept, pack)]


def _lower_month(text: str, match: re.Match[str], pack: LanguagePack) -> bool:
    groups = match.groupdict()
    word = groups.get("month")
    return word in pack.capital_months and groups.get("year") is None and not text[match.start("month")].isupper()


Readings = tuple[Interval, Interval, Interval, bool]


def _readings(
    reading: str, shift: int, match: re.Match[str], pack: LanguagePack, published: Interval | None
) -> Readings | None:
    groups = match.groupdict()
    kind = reading.removeprefix("end-").removeprefix("start-")
    year = int(groups["year"]) if groups.get("year") else None
    if year is None and published is None:
        return None
    first, today = published if published else (date.min, date.min)
    try:
        if kind == "year":
            return _fixed(_span(year if year is not None else today.year + shift, 1, 12))
        if kind == "rel-month":
            return _fixed(_month(*_shifted(today.year, today.month, shift)))
        if kind == "rel-quarter":
            return _fixed(_span(*_shifted(today.year, (today.month - 1) // 3 * 3 + 1, 3 * shift), 3))
        if kind in ("rel-week", "rel-day", "weekday"):
            return _relative_days(kind, shift, groups, pack, first, today)
        if kind == "day":
            day, month = int(groups["day"]), pack.months[groups["month"]]
            return _recurring(lambda y: (date(y, month, day),) * 2, year, first, today)
        start, months = _months_of(kind, groups, pack)
        if kind == "last-month":
            return _fixed(next(c for n in (0, -1) if (c := _span(today.year + n, start, 1))[1] < first))
        if kind == "next-month":
            return _fixed(next(c for n in (0, 1) if (c := _span(today.year + n, start, 1))[0] > today))
        if shift and kind == "season":
            return _fixed(_shifted_season(start, shift, today))
        if shift:
            return _fixed(_span(today.year + (shift if abs(shift) < 9 else 0), start, months))
        return _recurring(lambda y: _span(y, start, months), year, first, today)
    except (ValueError, OverflowError):
        return None


def _months_of(kind: str, groups: dict[str, str | None], pack: LanguagePack) -> tuple[int, int]:
    """First month and number of months of a month, season, quarter or half."""
    if kind in ("month", "last-month", "next-month"):
        return pack.months[groups["month"] or ""], 1
    if kind == "season":
        return pack.seasons[groups["season"] or ""], 3
    stated = groups["n"] or ""
    n = int(stated) if stated.isdigit() else pack.ordinals[stated]
    if kind == "quarter" and 1 <= n <= 4:
        return 3 * n - 2, 3
    if kind == "half" and 1 <= n <= 2:
        return 6 * n - 5, 6
    raise ValueError(kind)


def _shifted_season(start: int, shift: int, today: date) -> Interval:
    if shift == 9:  # "this summer"
        return _span(today.year, start, 3)
    year = today.year if date(today.year, start, 1) > today else today.year + 1
    if shift < 0:
        year = today.year if _span(today.year, start, 3)[1] < today else today.year - 1
    return _span(year, start, 3)


def _relative_days(
    kind: str, shift: int, groups: dict[str, str | None], pack: LanguagePack, first: date, today: date
) -> Readings | None:
    if first != today:
        return None
    if kind == "rel-day":
        return _fixed((today + timedelta(days=shift),) * 2)
    monday = today - timedelta(days=today.weekday())
    if kind == "rel-week":
        return _fixed((monday + timedelta(days=7 * shift), monday + timedelta(days=7 * shift + 6)))
    weekday = pack.weekdays[groups["weekday"] or ""] - 1
    back = (today.weekday() - weekday) % 7
    return _fixed((today - timedelta(days=back),) * 2)


def _fixed(interval: Interval) -> Readings:
    return interval, interval, interval, False


def _recurring(of_year: Callable[[int], Interval], year: int | None, first: date, today: date) -> Readings:
    if year is not None:
        return _fixed(of_year(year))
    choices = [of_year(today.year + n) for n in (-1, 0, 1)]
    past = [c for c in choices if c[0] <= today]
    future = [c for c in choices if c[1] >= first]
    middle = first + (today - first) / 2
    near = min(choices, key=lambda c: abs((c[0] + (c[1] - c[0]) / 2 - middle).days))
    return near, past[-1], future[0], True


def _edged(plain: str, period: Period, pack: LanguagePack) -> Period:
    before = plain[max(0, period.start - 40) : period.start]
    edges: tuple[tuple[Literal["start", "end"], str], ...] = (("end", "edge_end"), ("start", "edge_start"))
    for edge, words in edges:
        if not before.rstrip(" ").endswith(pack.words[words]):
            continue
        for word in sorted(pack.words[words], key=len, reverse=True):
            if before.endswith((word + " ", word)) and (word.endswith("'") or before.endswith(word + " ")):
                head = len(before) - len(word) - (0 if word.endswith("'") else 1)
                if head == 0 or not in_word(before[head - 1]):
                    return replace(period, start=period.start - (len(before) - head), edge=edge)
    return period


def _joined(plain: str, found: list[Period], pack: LanguagePack) -> list[Period]:
    joined: list[Period] = []
    for period in found:
        last = joined[-1] if joined else None
        gap = plain[last.end : period.start].strip() if last and period.start - last.end <= 24 else None
        if (
            last
            and gap is not None
            and gap in pack.words["period_joins"]
            and last.reading not in ("weekday", "rel-day")
        ):
            joined[-1] = _union(last, period)
        else:
            joined.append(period)
    return joined


def _union(first: Period, second: Period) -> Period:
    if first.floating and not second.floating:
        month = first.near[0].month
        year = second.near[0].year - (month > second.near[0].month)
        start = first.near[0].replace(year=year)
        near = past = future = (start, second.near[1])
    else:
        near, past, future = (
            (a[0], _from(b, a[0]) if second.floating else b[1])
            for a, b in ((first.near, second.near), (first.past, second.past), (first.future, second.future))
        )
    return Period(
        first.start, second.end, near, past, future, first.floating and second.floating, first.reading, first.edge
    )


def _from(interval: Interval, start: date) -> date:
    """The end of the interval, moved by years so that it is the first end after `start`."""
    first, last = interval
    shift = start.year - first.year + (1 if first.replace(year=start.year, day=1) < start.replace(day=1) else 0)
    year = last.year + shift
    return (
        date(year, last.month, calendar.monthrange(year, last.month)[1]) if last.day > 27 else last.replace(year=year)
    )


@cache
def _duration_patterns(code: str) -> tuple[re.Pattern[str], re.Pattern[str] | None]:
    """What follows a number that is a length of time, and the vague lengths; None for a pack without such."""
    pack = load(code)
    units, vague = (
        "|".join(re.escape(word) for word in sorted(words, key=lambda word: (-len(word), word)))
        for words in (pack.duration_units, pack.vague_durations)
    )
    return (
        re.compile(rf"[ -]?({units})(?!{WORD})"),
        re.compile(rf"(?<!{WORD})(?:{vague})(?!{WORD})") if vague else None,
    )


def durations(
    plain: str, found: list[Number], pack: LanguagePack, known: dict[str, tuple[float, float]]
) -> list[Duration]:
    """Lengths of time, vague ones by the table of durations (`months`: 60 to 300 days)."""
    result: list[Duration] = []
    unit, vague = _duration_patterns(pack.code)
    for number in found:
        if number.currency is None and (match := unit.match(plain, number.end)):
            days = UNIT_DAYS[pack.duration_units[match[1]]]
            low, high = (None if v is None else v * days for v in (number.low, number.high))
            result.append(Duration(number.start, match.end(), low, high))
    for match in vague.finditer(plain) if vague and any(map(plain.__contains__, pack.vague_durations)) else ():
        low_high = known.get(pack.vague_durations[match.group()])
        if low_high and not any(d.start < match.end() and match.start() < d.end for d in result):
            result.append(Duration(*match.span(), *low_high))
    return sorted(result, key=lambda d: d.start)


def month_days(written: str) -> Interval:
    """The whole days that `2024-06` or `2024-06-05` may mean."""
    if len(written) == 7:
        return _month(int(written[:4]), int(written[5:]))
    return (date.fromisoformat(written),) * 2
