"""Which public documents are asked for: `public_sources.toml`, spelled out into one request a document.

Fetching them belongs in `polite`, reading them in the modules of each source.
"""

import itertools
import math
import re
import string
import tomllib
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

SOURCES = ("sec", "taiwan", "census", "comtrade", "epoch")
_MONTHLY = {"month", "period", "roc_year", "month_number"}
_KEYS = {"url", "name", "requests_per_second", "requests_per_run", "first_month", "key_parameter"}
_SETTLED = timedelta(days=150)
_MONTH = re.compile(r"(\d{4})-(\d{2})")


class PublicSourcesError(ValueError):
    """A list of public sources that cannot be used; the text names the file, the source, the key, and what to do."""


@dataclass(frozen=True, slots=True)
class Request:
    """One document to ask for, called `name` from run to run; `settled` says that it no longer changes."""

    name: str
    url: str
    settled: bool


@dataclass(frozen=True, slots=True)
class PublicSource:
    """One service: its requests in order, its pace, how many one run makes, and where a key goes, if it takes one."""

    source: str
    requests: tuple[Request, ...]
    requests_per_second: float
    requests_per_run: int
    key_parameter: str | None = None


def load_public_sources(path: Path, today: date) -> dict[str, PublicSource]:
    """The sources of the file by name, with requests for all months that have ended by `today`.

    Raises PublicSourcesError.
    """
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise PublicSourcesError(f"{path}: no such file; create it, empty if no source is asked") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise PublicSourcesError(f"{path}: not valid TOML: {error}; correct it") from error
    return {source: _source(source, table, f"{path}: [{source}]", today) for source, table in content.items()}


def _source(source: str, table: Any, place: str, today: date) -> PublicSource:
    if source not in SOURCES:
        raise PublicSourcesError(f"{place}: no such source; sources are {', '.join(SOURCES)}")
    if not isinstance(table, dict):
        raise PublicSourcesError(f"{place} is not a table; write [{source}] and its keys below it")
    url, name = _text(table, "url", place), _text(table, "name", place)
    fields = _fields(url, f"{place}, key `url`") | _fields(name, f"{place}, key `name`")
    lists = {}
    for key, value in table.items():
        if key in _KEYS:
            continue
        if key not in fields:
            raise PublicSourcesError(f"{place}, key `{key}` is unknown: neither url nor name holds {{{key}}}")
        if not isinstance(value, list) or not value or not all(isinstance(one, str) and one for one in value):
            raise PublicSourcesError(f'{place}, key `{key}`: write a list of texts, such as ["0001045810"]')
        lists[key] = value
    if missing := sorted(fields - _MONTHLY - lists.keys()):
        raise PublicSourcesError(f"{place}, key `{missing[0]}` is missing: the url or the name holds {{{missing[0]}}}")
    months = _months(table, place, today) if fields & _MONTHLY else [{}]
    requests = []
    for month in months:
        for values in itertools.product(*lists.values()):
            words = {**dict(zip(lists, values, strict=True)), **{key: month[key] for key in _MONTHLY & month.keys()}}
            settled = bool(month) and month["ends_on"] + _SETTLED < today
            requests.append(Request(name.format_map(words), url.format_map(words), settled))
    if len({request.name for request in requests}) < len(requests):
        raise PublicSourcesError(f"{place}, key `name`: two requests would have one name; add the fields of the url")
    return PublicSource(
        source,
        tuple(requests),
        _positive(table, "requests_per_second", 1.0, place),
        int(_positive(table, "requests_per_run", 200, place)),
        table.get("key_parameter"),
    )


def _text(table: dict[str, Any], key: str, place: str) -> str:
    value = table.get(key)
    if not isinstance(value, str) or not value.strip():
        raise PublicSourcesError(f"{place}, key `{key}` is missing or no text")
    return value


def _fields(template: str, place: str) -> set[str]:
    try:
        parts = [(name, form) for _, name, form, _ in string.Formatter().parse(template) if name is not None]
    except ValueError as error:
        raise PublicSourcesError(f"{place}: {template!r} has unpaired braces ({error})") from error
    for name, form in parts:
        if form or not name.isidentifier():
            raise PublicSourcesError(f"{place}: {{{name}}} is no plain name in braces")
    return {name for name, _ in parts}


def _months(table: dict[str, Any], place: str, today: date) -> list[dict[str, Any]]:
    first = table.get("first_month")
    found = _MONTH.fullmatch(first) if isinstance(first, str) else None
    if not found or not 1 <= int(found[2]) <= 12:
        raise PublicSourcesError(f"{place}, key `first_month`: {first!r} is no month; write 2023-01")
    months = []
    year, number = int(found[1]), int(found[2])
    while (ends_on := date(year + number // 12, number % 12 + 1, 1) - timedelta(days=1)) < today:
        months.append(
            {
                "month": f"{year}-{number:02}", "period": f"{year}{number:02}", "month_number": str(number),
                "roc_year": str(year - 1911), "ends_on": ends_on,
            }
        )  # fmt: skip
        year, number = year + number // 12, number % 12 + 1
    # The newest first: what people ask for most is there even if a run is cut short.
    return months[::-1]


def _positive(table: dict[str, Any], key: str, default: float, place: str) -> float:
    value = table.get(key, default)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value) or value <= 0:
        raise PublicSourcesError(f"{place}, key `{key}`: {value!r} is no number above 0")
    return float(value)
