"""Quarters, months, weeks and years in cells of days, by the calendar of a contract: a period is its last day.

Here belong the forms in which periods are written, the names of months, and what a calendar says. Whole days, and
which cell is asked, stay in `values`.
"""

import calendar
import re
from datetime import date
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

_NAMES = (
    "january jan januar jänner jän janvier janv", "february feb februar février fevrier févr fevr fév fev",
    "march mar märz maerz mär mrz mars", "april apr avril avr", "may mai", "june jun juni juin",
    "july jul juli juillet juil", "august aug août aout", "september sept sep septembre",
    "october oct oktober okt octobre", "november nov novembre", "december dec dezember dez décembre decembre déc",
)  # fmt: skip
MONTHS = {name: number for number, names in enumerate(_NAMES, start=1) for name in names.split()}
FORMS = "2024-W32, wk 32/2024, Aug 2024, 2024-08, Q3 2024, FY25 Q3, H1 2025, FY2025"


class Calendar(BaseModel):
    """How the contract's file counts time. Without it cells hold days, and a period is refused.

    `fiscal_year_named_by` is the calendar year in which a fiscal year ends or begins, `quarters` what a quarter, half
    or numbered period is that is marked neither FY nor CY. Both have to be said where the fiscal year is not the
    calendar's.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    fiscal_year_begins: int = Field(default=1, ge=1, le=12)
    fiscal_year_named_by: Literal["end", "begin"] | None = None
    quarters: Literal["fiscal", "calendar"] | None = None

    @model_validator(mode="after")
    def _is_said(self) -> Self:
        if self.fiscal_year_begins != 1 and self.fiscal_year_named_by is None:
            raise ValueError(
                "fiscal_year_named_by is missing: say 'end' or 'begin', the year by which a fiscal year is called"
            )
        if self.fiscal_year_begins != 1 and self.quarters is None:
            raise ValueError("quarters is missing: say what 'Q3 2024' is without FY or CY, 'fiscal' or 'calendar'")
        return self


_YEAR = r"(?P<mark>fy|cy)?[ '-]*(?P<year>[0-9]{4}|[0-9]{2})"
_BETWEEN = r"[ /.,_-]*"
_WEEK = r"(?:cw|kw|wk|ww|week|woche|semaine|sem|w)[ .]*(?P<n>[0-9]{1,2})"
_NAME = r"(?P<name>[^\W\d_]{3,})\.?"
_FIRST = r"(?:by |until |bis |d'ici )?(?:the )?(?:end of |end |ende |fin de |fin |eo)"


def _forms() -> tuple[tuple[str, re.Pattern[str]], ...]:
    parts = [r"(?P<kind>q|h)(?P<n>[1-4])", r"(?P<n>[1-4])(?P<kind>q|h)", r"(?P<kind>p)(?P<n>[0-9]{1,2})",
             r"(?P<n>[1-4])(?:\.|e|er|ème)? ?(?P<kind>quartal|trimestre)"]  # fmt: skip
    written = [("part", f"{_YEAR}{_BETWEEN}{part}") for part in parts]
    written += [("part", f"(?P<letter>f|c)?{part}{_BETWEEN}{_YEAR}") for part in parts]
    written += [
        ("week", rf"(?P<year>[0-9]{{4}}){_BETWEEN}{_WEEK}(?:-(?P<weekday>[1-7]))?"),
        ("week", rf"{_WEEK}{_BETWEEN}(?P<year>[0-9]{{4}}|[0-9]{{2}})"),
        ("month", rf"{_NAME}{_BETWEEN}(?P<year>[0-9]{{4}})"),
        # A bare "Aug 24" may be a day of August, so that it is refused.
        ("month", rf"{_NAME} ?[-/'’] ?(?P<year>[0-9]{{2}})"),
        ("month", rf"(?P<year>[0-9]{{4}}){_BETWEEN}{_NAME}"),
        ("month", r"(?P<n>[0-9]{1,2})[/.-](?P<year>[0-9]{4})"),
        ("month", r"(?P<year>[0-9]{4})[/.-](?P<n>[0-9]{1,2})"),
        ("year", r"(?P<mark>fy|cy)?[ '-]*(?P<year>[0-9]{4})"),
        ("year", r"(?P<mark>fy|cy)[ '-]*(?P<year>[0-9]{2})"),
    ]
    return tuple((kind, re.compile(f"(?:{_FIRST})?{pattern}")) for kind, pattern in written)


_FORMS = _forms()


def last_day(text: str, by: Calendar) -> date | None:
    """The last day of the period that a folded text names; None where it names none.

    Raises ValueError where it names one that does not exist, or that the calendar does not explain.
    """
    for kind, form in _FORMS:
        found = form.fullmatch(text)
        if found is None:
            continue
        given = found.groupdict()
        if kind == "month" and given.get("name") is not None and given["name"] not in MONTHS:
            continue
        year = int(given["year"]) if len(given["year"]) == 4 else 2000 + int(given["year"])
        if kind == "week":
            return _day_of_week(year, int(given["n"]), int(given["weekday"] or 7) if "weekday" in given else 7)
        if kind == "month":
            return _end_of_month(year, MONTHS[given["name"]] if given.get("name") else int(given["n"]))
        return _end_of_part(year, _mark(given), kind, given, by)
    return None


def month_of(word: str) -> int | None:
    """The number of a month by its name in English, German or French, whole or shortened."""
    return MONTHS.get(word)


def _mark(given: dict[str, str | None]) -> str | None:
    letter = given.get("letter")
    return given.get("mark") or (f"{letter}y" if letter else None)


def _day_of_week(year: int, week: int, weekday: int) -> date:
    try:
        return date.fromisocalendar(year, week, weekday)
    except ValueError:
        raise ValueError(f"there is no week {week} in {year}") from None


def _end_of_month(year: int, month: int) -> date:
    if not 1 <= month <= 12 or year < 1:
        raise ValueError(f"there is no month {month} in {year}")
    return date(year, month, calendar.monthrange(year, month)[1])


def _end_of_part(year: int, mark: str | None, kind: str, given: dict[str, str | None], by: Calendar) -> date:
    letter = (given.get("kind") or "")[:1].replace("t", "q")
    months = 12 if kind == "year" else {"q": 3, "h": 6, "p": 1}[letter]
    number = 1 if kind == "year" else int(given["n"] or 0)
    if not 1 <= number <= 12 // months:
        raise ValueError(f"there is no {letter.upper()}{number} in a year")
    # A bare year is the calendar's: only quarters and the like are counted by books that name no year.
    fiscal = mark == "fy" or (mark is None and kind == "part" and by.quarters != "calendar")
    begins = by.fiscal_year_begins if fiscal else 1
    first = year - 1 if fiscal and begins > 1 and by.fiscal_year_named_by == "end" else year
    end = begins - 1 + number * months
    return _end_of_month(first + (end - 1) // 12, (end - 1) % 12 + 1)
