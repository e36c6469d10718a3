"""What EDIFACT messages say in the same way: days, parties, references, product ids; and a message's header."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from pipelines.suppliers.edi import Line, LineMaker, Parties, Reason, day, month_end, price, stated, units
from pipelines.suppliers.edi_segments import Segment
from pipelines.suppliers.edifact import codes
from pipelines.suppliers.edifact.envelopes import Message
from pipelines.suppliers.edifact.segments import Elements, at, in_alphabet
from pipelines.suppliers.values import BadValue, shown

# Format codes (2379) of days, by how many digits the day takes, with and without its century; what follows is a time.
_ZONED = frozenset({"301", "302", "303", "304"})
_LONG = frozenset({"102", "203", "204", "303", "304"})
_SHORT = frozenset({"101", "201", "202", "301", "302"})
# Of periods from one day to another, dividing marks left out: the digits of each day with its time.
_PERIODS = {"711": 8, "718": 8, "719": 12, "713": 10, "717": 6}


def period(value: str, code: str) -> tuple[date, date]:
    """The first and the last day that a DTM names, by its format code; without one by its length."""
    text = value.strip()
    # A moment may end with its zone: +01, M08, UTC. The day is the one that is written.
    digits = re.split(r"[^0-9]", text)[0] if code in _ZONED else text.replace("-", "")
    if not (digits.isascii() and digits.isdigit()):
        raise BadValue(f"{shown(value)} is no date")
    if code in _PERIODS:
        width = _PERIODS[code]
        if len(digits) != 2 * width:
            raise BadValue(f"{shown(value)} is no period in the format {code}")
        return _day(digits[:width]), _day(digits[width:])
    if code in _LONG or (not code and len(digits) in (8, 12, 14)):
        found = day(digits[:8])
    elif code in _SHORT or (not code and len(digits) == 6):
        found = day(f"20{digits[:6]}")
    elif code == "2" and len(digits) == 6:
        found = day(f"20{digits[4:]}{digits[2:4]}{digits[:2]}")
    elif code == "3" and len(digits) == 6:
        found = day(f"20{digits[4:]}{digits[:4]}")
    elif code in ("610", "609"):
        found = day(f"{digits if code == '610' else f'20{digits}'}01")
        return found, month_end(found)
    elif code in ("616", "615"):
        return _week(digits if code == "616" else f"20{digits}", value)
    elif code == "608" and len(digits) == 5 and digits[4] in "1234":
        found = day(f"{digits[:4]}{int(digits[4]) * 3 - 2:02}01")
        return found, month_end(found.replace(month=found.month + 2))
    elif code == "602" and len(digits) == 4:
        return day(f"{digits}0101"), day(f"{digits}1231")
    else:
        raise BadValue(f"{shown(value)} has the format {code or '(none)'}, which names no day that is read here")
    return found, found


def _day(digits: str) -> date:
    return day(digits[:8]) if len(digits) in (8, 12) else day(f"20{digits[:6]}")


def _week(digits: str, value: str) -> tuple[date, date]:
    try:
        monday = date.fromisocalendar(int(digits[:4]), int(digits[4:]), 1)
    except ValueError:
        raise BadValue(f"{shown(value)} is a week that does not exist") from None
    return monday, monday + timedelta(days=6)


@dataclass(slots=True)
class Dates:
    """Days by their qualifier, as they stand; read when they are asked for."""

    found: dict[str, tuple[str, str]] = field(default_factory=dict)

    def add(self, elements: Elements) -> None:
        """Keep a DTM; of several with one qualifier, the first."""
        if at(elements, 1, 2):
            self.found.setdefault(at(elements, 1), (at(elements, 1, 2), at(elements, 1, 3)))

    def period(self, qualifiers: Sequence[str], reasons: list[Reason]) -> tuple[date, date] | None:
        """First and last day of the DTM with the first of these qualifiers that is given."""
        for qualifier in qualifiers:
            if qualifier in self.found:
                value, code = self.found[qualifier]
                found: tuple[date, date] | None = stated(period, value, f"DTM+{qualifier}", reasons, code)
                return found
        return None

    def last(self, qualifiers: Sequence[str], reasons: list[Reason]) -> date | None:
        """The last day of that period."""
        found = self.period(qualifiers, reasons)
        return found[1] if found else None


@dataclass(slots=True)
class Quantity:
    """One QTY, with the days that stand behind it."""

    qualifier: str
    text: str
    unit: str
    dates: Dates = field(default_factory=Dates)
    schedule: Elements | None = None


@dataclass(slots=True)
class Item:
    """One LIN with what follows it."""

    elements: Elements
    segments: list[Segment]
    place: int
    dates: Dates = field(default_factory=Dates)
    quantities: list[Quantity] = field(default_factory=list)
    ids: list[tuple[str, str]] = field(default_factory=list)
    substitutes: list[tuple[str, str]] = field(default_factory=list)
    descriptions: list[str] = field(default_factory=list)
    prices: list[Elements] = field(default_factory=list)
    order: Elements | None = None
    schedule: Elements | None = None


class Header:
    """What a message says before its lines: number, days, parties, order, currency; and its lines' maker."""

    def __init__(self, message: Message, maker: LineMaker, sold_by_sender: bool) -> None:
        self.message = message
        self.maker = maker
        self.marks = message.interchange.decimal_marks
        self.parties = Parties(maker.partner)
        self.dates = Dates()
        self.reasons: list[Reason] = []
        self.beginning: Elements = []
        self.currency = ""
        self.order = ""
        self.order_dates = Dates()
        self._in_order_reference = False
        self._order_rank = len(codes.ORDER_REFERENCES)
        self._sold_by_sender = sold_by_sender

    def text(self, text: str) -> str:
        """A text in the interchange's alphabet."""
        return in_alphabet(text, self.message.interchange.alphabet)

    def add(self, elements: Elements) -> None:
        """Take a segment of the header."""
        tag = elements[0][0]
        if tag == "DTM":
            (self.order_dates if self._in_order_reference else self.dates).add(elements)
            return
        self._in_order_reference = False
        if tag == "BGM":
            self.beginning = elements
        elif tag == "RFF" and at(elements, 1) in codes.ORDER_REFERENCES:
            rank = codes.ORDER_REFERENCES.index(at(elements, 1))
            self._in_order_reference = True
            if rank < self._order_rank:
                self._order_rank = rank
                self.order = self.text(at(elements, 1, 2))
        elif tag == "NAD":
            add_party(self, self.parties, elements)
        elif tag == "CUX":
            self.currency = self.currency or at(elements, 1, 2)

    def verbatim(self, segments: Sequence[Segment]) -> str:
        """Segments as they stand in the file, if they follow each other there."""
        mark = self.message.interchange.marks.segment_terminator
        return self.text((mark.join(segment[3] for segment in segments) + mark).lstrip())

    def common(self) -> dict[str, Any]:
        """What is true of all lines: sides, days, currency, order. Unnamed sides are the sender and the receiver."""
        interchange = self.message.interchange
        ends = (interchange.sender, interchange.receiver)
        outer = Parties(self.maker.partner)
        for role, code in zip(("seller", "buyer"), ends if self._sold_by_sender else ends[::-1], strict=True):
            qualifier, _, identifier = code.partition(":")
            outer.add(role, "", qualifier, identifier)
        seller = self.parties.first(codes.SELLERS) or outer.first(("seller",))
        buyer = self.parties.first(codes.BUYERS) or outer.first(("buyer",))
        recipient = self.parties.first(codes.RECIPIENTS)
        reasons = self.reasons
        if not self.beginning:
            reasons.append(("BGM: the message does not begin with it, so which document it is is not known", "BGM"))
        document_date = self.dates.last(codes.DOCUMENT, reasons)
        if document_date is None and "137" not in self.dates.found and interchange.sent_at is not None:
            document_date = interchange.sent_at.date()
        ordered_on = self.dates.last(codes.ORDER_DAY, reasons)
        return {
            "supplier": seller.name if seller else "",
            "supplier_code": seller.code if seller else None,
            "buyer": buyer.name if buyer else None,
            "buyer_code": buyer.code if buyer else None,
            "ship_to": recipient.name if recipient else None,
            "sent_at": interchange.sent_at,
            "document_date": document_date,
            "ordered_on": ordered_on or self.order_dates.last((codes.ORDER_DAY_BY_REFERENCE, "4", "137"), reasons),
            "currency": self.maker.currency(self.currency, "CUX", reasons),
            "requested_on": self.dates.last(codes.REQUESTED, reasons),
            "order_ref": self.order or None,
        }

    def without_lines(self, what: str) -> Line:
        """The rejected line that stands for a message without any."""
        message = self.message
        return self.maker.rejected(message.number, self.text(message.header), [(what, "")])


def add_party(header: Header, parties: Parties, elements: Elements) -> None:
    """Keep the party of a NAD: role, id and its agency, name or else the first line of name and address."""
    name = header.text(at(elements, 4) or at(elements, 3))
    parties.add(at(elements, 1), name, at(elements, 2, 3), header.text(at(elements, 2)))


def add_to_item(header: Header, item: Item, elements: Elements) -> None:
    """Take a segment that follows a LIN."""
    tag = elements[0][0]
    if tag == "QTY":
        item.quantities.append(
            Quantity(at(elements, 1), at(elements, 1, 2), at(elements, 1, 3), schedule=item.schedule)
        )
    elif tag == "DTM":
        item.dates.add(elements)
        if _schedule_is_behind_its_quantity(item):
            item.quantities[-1].schedule = item.schedule
        if item.quantities:
            item.quantities[-1].dates.add(elements)
    elif tag == "SCC":
        item.schedule = elements
    elif tag == "PIA":
        ids = [(at(elements, place, 2), header.text(at(elements, place))) for place in range(2, len(elements))]
        (item.substitutes if at(elements, 1) == codes.SUBSTITUTED_BY else item.ids).extend(ids)
    elif tag == "IMD":
        if text := " ".join(filter(None, (at(elements, 3, 4), at(elements, 3, 5)))):
            item.descriptions.append(header.text(text))
    elif tag == "PRI":
        item.prices.append(elements)
    elif tag == "RFF" and at(elements, 1) in codes.ORDER_REFERENCES and item.order is None:
        item.order = elements


def _schedule_is_behind_its_quantity(item: Item) -> bool:
    """Whether the DTM that was read last ends QTY, SCC, DTM, as in DELFOR D.96A; from D.97A on SCC comes first."""
    tags = [segment[2][:3] for segment in item.segments[-3:-1]]
    # What was despatched last may stand before the first schedule, too.
    return tags == ["QTY", "SCC"] and item.quantities[-1].qualifier != "12"


def products_of(header: Header, item: Item) -> tuple[tuple[str, str], ...]:
    """A line's product ids, the likeliest first, and its descriptions; substitutes stay apart."""
    first = (at(item.elements, 3, 2), header.text(at(item.elements, 3)))
    ids = [one for one in (first, *item.ids) if one[1] and one[0] not in {*codes.ORDER_NUMBER, codes.ORDER_LINE}]
    rank = {qualifier: place for place, qualifier in enumerate(codes.PRODUCT_IDS)}
    ids.sort(key=lambda one: rank.get(one[0], len(rank)))
    return (*ids, *(("description", text) for text in item.descriptions))


def describe(header: Header, item: Item, found: dict[str, Any], reasons: list[Reason]) -> None:
    """Put order, line and price of a line into `found`."""
    order = item.order or []
    found["order_ref"] = header.text(at(order, 1, 2)) or found["order_ref"]
    line = next((identifier for qualifier, identifier in item.ids if qualifier == codes.ORDER_LINE), "")
    found["line_ref"] = header.text(at(order, 1, 3)) or line or at(item.elements, 1) or str(item.place)
    for qualifier in codes.PRICES:
        elements = next((one for one in item.prices if at(one, 1) == qualifier and at(one, 1, 2)), None)
        if elements is not None:
            element = f"PRI+{qualifier}"
            amount = stated(price, at(elements, 1, 2), element, reasons, header.marks)
            basis = stated(units, at(elements, 1, 5), element, reasons, header.marks)
            found["unit_price"] = amount / basis if amount is not None and basis else amount
            return


def count(header: Header, item: Item, qualifiers: Sequence[str], reasons: list[Reason]) -> tuple[float | None, str]:
    """The quantity with the first of these qualifiers that is given, and its unit's code."""
    for qualifier in qualifiers:
        for quantity in item.quantities:
            if quantity.qualifier == qualifier:
                return stated(units, quantity.text, f"QTY+{qualifier}", reasons, header.marks), quantity.unit
    return None, ""
