"""Publication dates as sources write them: instants, days and months. When things happened belongs in extraction."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone

from pipelines.news.item import Precision

_DAY = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_MONTH = re.compile(r"([0-9]{4})-([0-9]{2})")
_INSTANT = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})[Tt ]([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:[.,]([0-9]{1,9}))?)?"
    r" ?(?:([Zz]|UTC|GMT)|([+-])([0-9]{2}):?([0-9]{2})?)?"
)


class NotADateError(ValueError):
    """The value is not written as a date, a month or a date-time."""


class NoSuchDateError(ValueError):
    """The value is written as a date, but no calendar has it."""


@dataclass(frozen=True, slots=True)
class Published:
    """When an item was published: first instant (UTC), precision, and the whole UTC days that it may mean."""

    at: datetime
    precision: Precision
    start: date
    end: date


def published_instant(moment: datetime) -> Published:
    """The instant `moment`; without a zone it is UTC."""
    utc = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    return Published(utc, "instant", utc.date(), utc.date())


def parse_published(value: str) -> Published:
    """Read `2024-06`, `2024-06-05` or an ISO date-time with or without zone (none means UTC).

    Raises NotADateError for anything else and NoSuchDateError for the likes of 2024-02-30.
    """
    stripped = value.strip()
    try:
        if match := _MONTH.fullmatch(stripped):
            year, month = int(match[1]), int(match[2])
            first = date(year, month, 1)
            return _whole_days("month", first, first.replace(day=monthrange(year, month)[1]))
        if match := _DAY.fullmatch(stripped):
            day = date(int(match[1]), int(match[2]), int(match[3]))
            return _whole_days("day", day, day)
        if match := _INSTANT.fullmatch(stripped):
            return published_instant(_instant(match))
    except (ValueError, OverflowError) as error:
        raise NoSuchDateError(f"the date {stripped} does not exist ({error})") from error
    shown = stripped if len(stripped) <= 60 else stripped[:60] + "…"
    raise NotADateError(f"{shown!r} is not a date: write 2024-06, 2024-06-05 or 2024-06-05T14:30:00Z")


def _whole_days(precision: Precision, start: date, end: date) -> Published:
    return Published(datetime.combine(start, time.min, UTC), precision, start, end)


def _instant(match: re.Match[str]) -> datetime:
    year, month, day, hour, minute, second, fraction, _, sign, zone_hours, zone_minutes = match.groups()
    zone = UTC
    if sign is not None:
        offset = timedelta(hours=int(zone_hours), minutes=int(zone_minutes or 0))
        zone = timezone(-offset if sign == "-" else offset)
    microsecond = int((fraction or "0").ljust(6, "0")[:6])
    return datetime(int(year), int(month), int(day), int(hour), int(minute), int(second or 0), microsecond, tzinfo=zone)
