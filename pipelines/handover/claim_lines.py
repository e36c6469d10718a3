"""One line of JSON to one claim, or to every reason why it is none. Pure; raises nothing.

What belongs to one line is decided here. Lines that belong together, and the items that they are about, are for
`documents`; names are not resolved, for that is done in `sql/records`.
"""

import difflib
import json
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, get_args

from pipelines.extraction.claim import Certainty, Claim, Event, QuantityUnit
from pipelines.handover.currencies import CURRENCIES
from pipelines.news.assembly import whole_characters
from pipelines.news.dates import NoSuchDateError, NotADateError, Published, parse_published
from pipelines.news.languages import normalise_language

MOST_BYTES_OF_A_LINE = 2_000_000
MOST_CHARACTERS_OF_A_NAME = 500
MOST_UNITS = 1e9
MOST_MONEY = 1e15
MOST_DAYS = 36_500.0
FIRST_YEAR, LAST_YEAR = 1990, 2100

NAMES = ("supplier", "from_entity", "to_entity", "product", "attributed_to")
NUMBERS: Mapping[str, float] = {
    "quantity_low": MOST_UNITS, "quantity_high": MOST_UNITS, "value_low": MOST_MONEY, "value_high": MOST_MONEY,
    "delay_low_days": MOST_DAYS, "delay_high_days": MOST_DAYS,
}  # fmt: skip
DAYS = ("promised_start", "promised_end", "revised_start", "revised_end", "actual_start", "actual_end")
PAIRS = (
    ("quantity_low", "quantity_high"), ("value_low", "value_high"), ("delay_low_days", "delay_high_days"),
    ("promised_start", "promised_end"), ("revised_start", "revised_end"), ("actual_start", "actual_end"),
)  # fmt: skip
WORDS: Mapping[str, tuple[str, ...]] = {
    "event": get_args(Event), "certainty": get_args(Certainty), "quantity_unit": get_args(QuantityUnit),
}  # fmt: skip
REQUIRED = ("item_id", "source", "extractor", "event", "certainty", "quote")
ITEM = ("item_id", "source", "url", "published_at", "language", "title", "text", "extractor")
# What a published claim has beside its fields: ours to give, so it is left aside.
OURS = ("claim_id", "extractor_version", "slots")
FIELDS = (
    *ITEM, "event", *NAMES, *NUMBERS, "quantity_unit", "currency", *DAYS, "certainty",
    "quote", "quote_start", "quote_end", "confidence", *OURS,
)  # fmt: skip
_KNOWN = frozenset(FIELDS)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")

# A reason, and the field at fault ("" where it is the line as a whole).
Reason = tuple[str, str]


@dataclass(frozen=True, slots=True)
class HandedClaim:
    """A claim as it was handed over, and what its line says of the item. `item_id` and `source` are as given.

    `claim.quote_start` is -1 where the line gives no place: it is then looked for in the item's text.
    """

    line_number: int
    claim: Claim
    item_id: str
    source: str
    extractor: str
    url: str | None
    published: Published | None
    language: str | None
    title: str | None
    text: str | None


@dataclass(frozen=True, slots=True)
class RejectedClaim:
    """A line that is no claim: its place, every reason, the fields at fault, and the line as it stands."""

    line_number: int
    verbatim: str
    reasons: tuple[str, ...]
    columns: tuple[str, ...] = ()


def read_claim_line(line: bytes, number: int) -> HandedClaim | RejectedClaim:
    """The claim that a line of UTF-8 JSON holds, or every reason against it."""
    reasons: list[Reason] = []
    entry = _object(line, reasons)
    claim = _Fields(entry, reasons).claim(number) if entry is not None else None
    if claim is None:
        return rejected(number, line, reasons)
    return claim


def rejected(number: int, line: bytes, reasons: list[Reason]) -> RejectedClaim:
    """A line with the reasons against it; a very long one is cut, since the whole file is kept anyway."""
    verbatim = line[:20_000].decode("utf-8", "backslashreplace") + ("…" if len(line) > 20_000 else "")
    columns = tuple(dict.fromkeys(field for _, field in reasons if field))
    return RejectedClaim(number, verbatim, tuple(why for why, _ in reasons), columns)


class _Unreadable(ValueError):
    pass


def _object(line: bytes, reasons: list[Reason]) -> dict[str, Any] | None:
    try:
        if len(line) > MOST_BYTES_OF_A_LINE:
            raise _Unreadable(f"{len(line):,} bytes, more than {MOST_BYTES_OF_A_LINE:,}: this is no claim")
        entry = json.loads(line.decode("utf-8"), object_pairs_hook=_once, parse_constant=_no_constant)
    except UnicodeDecodeError as problem:
        why = f"byte {problem.start + 1} is not UTF-8: save the file as UTF-8"
    except json.JSONDecodeError as problem:
        why = f"not JSON at character {problem.colno}: {problem.msg}; write one whole object a line"
    except _Unreadable as problem:
        why = str(problem)
    except (ValueError, RecursionError) as problem:
        why = f"JSON that cannot be read: {problem}"
    else:
        if isinstance(entry, dict):
            return entry
        why = f"not a JSON object but {type(entry).__name__}: write one object a line"
    reasons.append((f"line: {why}", ""))
    return None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = sorted({key for key in keys if keys.count(key) > 1})
        raise _Unreadable(f"names {', '.join(map(_shown, twice))} twice: nobody can tell which one counts")
    return found


def _no_constant(name: str) -> None:
    raise _Unreadable(f"{name} is no JSON: write null where there is no number")


def _shown(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str) if not isinstance(value, str) else repr(value)
    return text if len(text) <= 60 else f"{text[:57]}…"


class _Fields:
    """The fields of one line, each read by its own rule; what breaks one is added to `reasons`."""

    def __init__(self, entry: dict[str, Any], reasons: list[Reason]) -> None:
        self._entry, self._reasons = entry, reasons

    def claim(self, number: int) -> HandedClaim | None:
        """The claim, or None where there are reasons."""
        self._refuse_unknown()
        found: dict[str, Any] = {name: self._text(name, MOST_CHARACTERS_OF_A_NAME) for name in NAMES}
        found |= {name: self._word(name, words) for name, words in WORDS.items()}
        found |= {name: self._number(name, most) for name, most in NUMBERS.items()}
        found |= {name: self._day(name) for name in DAYS}
        found["currency"] = self._currency()
        found["quote"] = self._passage("quote")
        found["confidence"] = self._confidence()
        found["quote_start"], found["quote_end"] = self._place(found["quote"])
        item_id, source = self._item_id(), self._text("source", MOST_CHARACTERS_OF_A_NAME)
        extractor = self._text("extractor", MOST_CHARACTERS_OF_A_NAME)
        url, title, text = self._text("url"), self._text("title"), self._passage("text")
        published, language = self._published(), self._language()
        self._agree(found, {**found, "item_id": item_id, "source": source, "extractor": extractor})
        if self._reasons or item_id is None or source is None or extractor is None:
            return None
        return HandedClaim(number, Claim(**found), item_id, source, extractor, url, published, language, title, text)

    def _refuse_unknown(self) -> None:
        for name in self._entry:
            if name not in _KNOWN:
                near = difflib.get_close_matches(name, FIELDS, 1)
                hint = f"did you mean {near[0]}?" if near else "docs/claims.md lists the fields"
                self._refuse(name, f"{_shown(name)} is no field of a claim: {hint}", in_full=True)

    def _refuse(self, name: str, why: str, *, in_full: bool = False) -> None:
        self._reasons.append((why if in_full else f"{name}: {why}", name))

    def _agree(self, found: dict[str, Any], all_of: dict[str, Any]) -> None:
        faulty = {field for _, field in self._reasons}
        for name in REQUIRED:
            if all_of[name] is None and name not in faulty:
                self._refuse(name, "is missing: every line needs it")
        for low, high in PAIRS:
            if found[low] is not None and found[high] is not None and found[low] > found[high]:
                order = "comes after" if isinstance(found[low], date) else "is more than"
                self._refuse(low, f"{_plain(found[low])} {order} {high}, {_plain(found[high])}: exchange them")
        money = found["value_low"] is not None or found["value_high"] is not None
        if money and found["currency"] is None and "currency" not in faulty:
            self._refuse("currency", "is missing, but the line states money: write its ISO 4217 code, such as USD")

    def _given(self, name: str) -> Any:
        value = self._entry.get(name)
        return None if isinstance(value, str) and not value.strip() else value

    def _text(self, name: str, most: int | None = None) -> str | None:
        value = self._given(name)
        if value is None:
            return None
        if not isinstance(value, str):
            self._refuse(name, f"{_shown(value)} is not text: write it in quotes, or null")
            return None
        text = " ".join(whole_characters(value).split())
        if text.casefold() in ("null", "none", "nan"):
            self._refuse(name, f"{_shown(value)} is a word: write null without quotes where nothing is said")
            return None
        if most is not None and len(text) > most:
            self._refuse(name, f"{len(text):,} characters, more than {most}: this is no {name}")
            return None
        return text

    def _passage(self, name: str) -> str | None:
        value = self._given(name)
        if value is not None and not isinstance(value, str):
            self._refuse(name, f"{_shown(value)} is not text: write it in quotes")
            return None
        if value is None and isinstance(self._entry.get(name), str):
            self._refuse(name, "is empty: give the words, or leave the field out" if name == "text" else "is empty")
            return None
        return whole_characters(value) if value is not None else None

    def _item_id(self) -> str | None:
        value = self._entry.get("item_id")
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
        return self._text("item_id")

    def _word(self, name: str, words: tuple[str, ...]) -> str | None:
        value = self._given(name)
        if value is None or (isinstance(value, str) and value in words):
            return value
        self._refuse(name, f"{_shown(value)} is not one of {', '.join(words)}")
        return None

    def _number(self, name: str, most: float) -> float | None:
        value = self._given(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float):
            self._refuse(name, f"{_shown(value)} is not a number: write it without quotes, or null")
        elif isinstance(value, float) and not math.isfinite(value):
            self._refuse(name, f"{value} is no finite number")
        elif value < 0:
            self._refuse(name, f"{_shown(value)} is negative: it is 0 or more")
        elif value > most:
            self._refuse(name, f"more than {most:,.0f}: is this another field's value?")
        else:
            return float(value)
        return None

    def _confidence(self) -> float:
        value = self._number("confidence", 1.0)
        return 1.0 if value is None else value

    def _day(self, name: str) -> date | None:
        value = self._given(name)
        if value is None:
            return None
        if not isinstance(value, str) or not _DAY.fullmatch(value.strip()):
            self._refuse(name, f"{_shown(value)} is not a day: write it as 2024-06-05, or null")
            return None
        return self._dated(name, lambda: date.fromisoformat(value.strip()))

    def _dated(self, name: str, read: Callable[[], date]) -> date | None:
        try:
            day = read()
        except ValueError:
            self._refuse(name, f"{_shown(self._entry[name])} is a day that does not exist")
            return None
        if not FIRST_YEAR <= day.year <= LAST_YEAR:
            self._refuse(name, f"{day} is outside the years {FIRST_YEAR} to {LAST_YEAR}")
            return None
        return day

    def _currency(self) -> str | None:
        value = self._given("currency")
        if value is None or (isinstance(value, str) and value in CURRENCIES):
            return value
        self._refuse("currency", f"{_shown(value)} is no currency of ISO 4217: write its code, such as USD")
        return None

    def _place(self, quote: str | None) -> tuple[int, int]:
        start, end = self._offset("quote_start"), self._offset("quote_end")
        if quote is None or any(field in ("quote_start", "quote_end") for _, field in self._reasons):
            return -1, -1
        if start is None and end is None:
            return -1, -1
        if start is None or end is None:
            self._refuse("quote_start", "only one of quote_start and quote_end is given: give both or neither")
            return -1, -1
        if end - start != len(quote):
            self._refuse(
                "quote_end",
                f"{start} to {end} are {end - start} characters, but the quote has {len(quote)}: count Unicode code "
                "points of the item's text",
            )
        return start, end

    def _offset(self, name: str) -> int | None:
        value = self._given(name)
        if value is None:
            return None
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int):
            self._refuse(name, f"{_shown(value)} is not a whole number")
            return None
        if not 0 <= value < 2**31:
            self._refuse(name, "is no place in a text: it counts code points from 0")
            return None
        return value

    def _published(self) -> Published | None:
        value = self._given("published_at")
        if value is None:
            return None
        if not isinstance(value, str):
            self._refuse("published_at", f"{_shown(value)} is not a date: write 2024-06, 2024-06-05 or an instant")
            return None
        try:
            published = parse_published(value)
        except (NotADateError, NoSuchDateError) as problem:
            self._refuse("published_at", str(problem))
            return None
        return published if self._dated("published_at", lambda: published.start) else None

    def _language(self) -> str | None:
        value = self._text("language")
        if value is None or value == "und":
            return None
        code = normalise_language(value)
        if code is None:
            self._refuse("language", f"{_shown(value)} is no language code: write en, fr, zh-Hant, or null")
        return code


def _plain(value: float | date) -> str:
    return f"{value:,.10g}" if isinstance(value, float) else value.isoformat()
