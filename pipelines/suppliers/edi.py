"""What X12 and EDIFACT have in common: values, parties, product ids, and a line from what a message says.

Values follow the standards, so nothing is detected or guessed here. Segments, envelopes and codes stay in the packages
`x12` and `edifact`.
"""

import re
from calendar import monthrange
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Any

from pipelines.suppliers.documents import Batch
from pipelines.suppliers.line import RejectedLine, Statement, SupplierLine
from pipelines.suppliers.partners import EdiContract
from pipelines.suppliers.values import FIRST_YEAR, LAST_YEAR, MOST_UNITS, BadValue, shown
from pipelines.suppliers.vocabulary import SupplierVocabulary

Line = SupplierLine | RejectedLine
# What is wrong, and the element or segment at fault ("" where it is the line as a whole).
Reason = tuple[str, str]
# What is kept of a message that is refused as a whole; all of it stays in the lake's document.
MOST_VERBATIM = 4_000


_NUMBER = re.compile(r"-?(?:[0-9]+\.?[0-9]*|\.[0-9]+)")
# Messages repeat their values: what was read once is not read again.
_MEMORY = 4_096
_LINES_OF_A_BATCH = 5_000


@lru_cache(_MEMORY)
def number(text: str, decimal_marks: str = ".") -> float:
    """A decimal number as both standards write it: digits, at most one decimal mark, a sign before them."""
    plain = text.strip()
    for mark in decimal_marks:
        plain = plain.replace(mark, ".")
    if _NUMBER.fullmatch(plain) is None or len(plain) > 40:
        raise BadValue(f"{shown(text)} is no number with the decimal mark {' or '.join(decimal_marks)}")
    return float(plain)


@lru_cache(_MEMORY)
def units(text: str, decimal_marks: str = ".") -> float:
    """A count of units: whole, not negative, at most a billion."""
    value = number(text, decimal_marks)
    if value < 0:
        raise BadValue(f"{shown(text)} is negative: a count of units is 0 or more")
    if not value.is_integer():
        raise BadValue(f"{shown(text)} is not whole: units are counted whole")
    if value > MOST_UNITS:
        raise BadValue(f"{shown(text)} is more than {MOST_UNITS:,} units: is this another element's value?")
    return value


def price(text: str, decimal_marks: str = ".") -> float:
    """A price: 0 or more."""
    value = number(text, decimal_marks)
    if value < 0:
        raise BadValue(f"{shown(text)} is negative: a price is 0 or more")
    return value


@lru_cache(_MEMORY)
def day(text: str) -> date:
    """A day written CCYYMMDD."""
    digits = text.strip()
    if len(digits) != 8 or not (digits.isascii() and digits.isdigit()):
        raise BadValue(f"{shown(text)} is no date in the form 20241231")
    year = int(digits[:4])
    try:
        found = date(year, int(digits[4:6]), int(digits[6:]))
    except ValueError:
        raise BadValue(f"{shown(text)} is a date that does not exist") from None
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise BadValue(f"{shown(text)} is outside the years {FIRST_YEAR} to {LAST_YEAR}")
    return found


def moment(day_text: str, time_text: str) -> datetime | None:
    """When an envelope was sent: YYMMDD or CCYYMMDD, and HHMM or more; None where it says nothing sound."""
    digits = day_text.strip()
    if len(digits) == 6:
        digits = f"20{digits}"
    clock = time_text.strip()[:6].ljust(4, "0")
    try:
        found = day(digits)
        seconds = int(clock[4:6]) if len(clock) == 6 else 0
        return datetime.combine(found, time(int(clock[:2]), int(clock[2:4]), seconds))
    except ValueError:
        return None


def month_end(of: date) -> date:
    """The last day of a day's month."""
    return of.replace(day=monthrange(of.year, of.month)[1])


def plain(text: str) -> str:
    """Text that was decoded byte for byte (Latin-1), as UTF-8 where it is that, else as Windows-1252 or Latin-1."""
    if text.isascii():
        return text
    data = text.encode("latin-1", "replace")
    for encoding in ("utf-8", "cp1252"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return text


def excerpt(text: str) -> str:
    """A segment as a reason quotes it: on one line, cut where it is long."""
    even = " ".join(text.split())
    return repr(even if len(even) <= 60 else f"{even[:57]}…")


def bounded(text: str) -> str:
    """As much of a refused message as is kept beside its reason."""
    return text if len(text) <= MOST_VERBATIM else f"{text[: MOST_VERBATIM - 1]}…"


@dataclass(frozen=True, slots=True)
class Party:
    """A party as a message names it: a name, and an id as `qualifier:id`; either may be missing, not both."""

    name: str
    code: str | None


class Parties:
    """The parties of a message by their role, and who they are by the partner's contract."""

    def __init__(self, partner: EdiContract) -> None:
        self._partner = partner
        self._found: dict[str, Party] = {}

    def add(self, role: str, name: str, qualifier: str, identifier: str) -> None:
        """Keep a party; the first one of a role counts, and one without name and id is none."""
        code = f"{qualifier}:{identifier}" if identifier else None
        known = self._partner.name_of(code) if code else None
        stated = known or name or identifier
        if stated:
            self._found.setdefault(role, Party(stated, code))

    def first(self, roles: Sequence[str]) -> Party | None:
        """The party in the first of these roles that is given."""
        return next((self._found[role] for role in roles if role in self._found), None)


class LineMaker:
    """Makes the lines of one message: knows the vocabulary, the partner's codes, and where the message stands."""

    def __init__(
        self, vocabulary: SupplierVocabulary, partner: EdiContract, sheet: str, known: dict[str, str | None]
    ) -> None:
        """`known` remembers, over all messages of a file, which product each id is: none, or the id evened out."""
        self.partner = partner
        self._vocabulary = vocabulary
        self._sheet = sheet
        self._known = known

    def _knows(self, identifier: str) -> str | None:
        if identifier not in self._known:
            if len(self._known) > _MEMORY:
                self._known.clear()
            text = " ".join(identifier.split())
            self._known[identifier] = text if text and self._vocabulary.knows_sku(text) else None
        return self._known[identifier]

    def sku(self, ids: Iterable[tuple[str, str]], element: str, reasons: list[Reason]) -> str | None:
        """The first id that reference/skus.csv knows, of those that a line gives; a reason where it knows none."""
        tried = []
        for qualifier, identifier in ids:
            if (found := self._knows(identifier)) is not None:
                return found
            text = " ".join(identifier.split())
            if not text:
                continue
            tried.append(f"{qualifier} {shown(text)}")
        if tried:
            why = f"{', '.join(tried[:6])}: none is a SKU that reference/skus.csv knows: add it there, or correct it"
        else:
            why = "names no product: give its part number"
        reasons.append((f"{element}: {why}", element))
        return None

    def unit(self, code: str, words: Mapping[str, str], element: str, reasons: list[Reason]) -> str | None:
        """What is counted, by the partner's or the standard's codes; each where the message does not say."""
        if not code:
            return "each"
        found = self.partner.words.unit.get(code) or words.get(code)
        if found is None:
            reasons.append(
                (f"{element}: {shown(code)} is no unit that counts pieces: give it a meaning in the contract's "
                 "words.unit", element)
            )  # fmt: skip
        return found

    def currency(self, code: str, element: str, reasons: list[Reason]) -> str | None:
        """The currency of prices: the message's, else the contract's; None where neither says one."""
        stated = code.strip().upper() or self.partner.constants.currency
        if stated is not None and stated not in self._vocabulary.currencies:
            reasons.append(
                (f"{element}: {shown(stated)} is no currency that reference/exchange_rates.csv knows", element)
            )
            return None
        return stated

    def make(
        self,
        number: int,
        verbatim: str,
        statement: Statement,
        found: Mapping[str, Any],
        reasons: Sequence[Reason],
        part: int = 1,
    ) -> Line:
        """The line, or the rejected line with every reason."""
        if not reasons and found["supplier"] and found["sku"] and (statement == "plan" or found["order_ref"]):
            return SupplierLine(number, verbatim, statement, part=part, sheet=self._sheet, **found)
        problems = list(reasons)
        needed = ("supplier", "sku") if statement == "plan" else ("supplier", "order_ref", "sku")
        faulty = {element for _, element in problems}
        for name in needed:
            if not found.get(name) and not (name == "sku" and faulty):
                problems.append((f"{name}: the message does not say it", name))
        return self.rejected(number, verbatim, problems, part)

    def rejected(self, number: int, verbatim: str, reasons: Sequence[Reason], part: int = 1) -> RejectedLine:
        """A line, or a whole message, with every reason why it is refused."""
        columns = tuple(dict.fromkeys(element for _, element in reasons if element))
        whys = tuple(dict.fromkeys(why for why, _ in reasons))
        return RejectedLine(number, verbatim, whys, columns, part=part, sheet=self._sheet)


def stated(read: Any, text: str, element: str, reasons: list[Reason], *more: str) -> Any:
    """The value that `read` makes of an element, None where it is empty or wrong; then with its reason."""
    if not text or text.isspace():
        return None
    try:
        return read(text, *more)
    except BadValue as problem:
        reasons.append((f"{element}: {problem}", element))
        return None


def plan_key(found: dict[str, Any], line: str) -> str:
    """What keeps its name from one plan to the next: the order's line, or who plans to take what, where to."""
    if found.get("order_ref") and line:
        return line
    return " / ".join(str(found[name]) for name in ("buyer", "ship_to", "sku") if found.get(name))


def due_on(begins: date | None, timing: str) -> date | None:
    """The last day of a forecast's time: of its week, month or quarter, or the day itself."""
    if begins is None:
        return None
    if timing == "W":
        return begins + timedelta(days=6)
    if timing == "Q":
        return month_end(month_end(month_end(begins) + timedelta(days=1)) + timedelta(days=1))
    return month_end(begins) if timing == "M" else begins


def in_batches(lines: Iterable[Line], contract: str) -> Iterator[Batch]:
    """The lines of a message, some thousand at a time.

    Plans are registers, each replaced by its next edition: whose plan for which product it is belongs to their name.
    """
    accepted: list[SupplierLine] = []
    rejected: list[RejectedLine] = []
    name = contract
    for line in lines:
        own = contract
        if isinstance(line, SupplierLine) and line.statement == "plan":
            own = f"{contract} {line.buyer or ''}: {line.sku}"
        if accepted and (own != name or len(accepted) + len(rejected) >= _LINES_OF_A_BATCH):
            yield Batch(tuple(accepted), tuple(rejected), contract=name)
            accepted, rejected = [], []
        if isinstance(line, SupplierLine):
            accepted.append(line)
            name = own
        else:
            rejected.append(line)
            if len(rejected) >= _LINES_OF_A_BATCH:
                yield Batch(tuple(accepted), tuple(rejected), contract=name)
                accepted, rejected = [], []
    if accepted or rejected:
        yield Batch(tuple(accepted), tuple(rejected), contract=name)
