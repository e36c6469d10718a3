"""X12 850, 855, 860 and 865 to order lines: what was ordered, what the seller promises, what either of them changes.

Each PO1 or POC loop is a line. Several acknowledgments (ACK) or schedules (SCH) of one line are parts of it, each with
its quantity and day.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from pipelines.suppliers.edi import Line, LineMaker, Parties, Reason, day, plain, price, stated, units
from pipelines.suppliers.edi_segments import Segment
from pipelines.suppliers.x12 import codes
from pipelines.suppliers.x12.elements import Dates, Elements, Header, Ids, add_party, at, ids_of
from pipelines.suppliers.x12.envelopes import TransactionSet

# Where a message's first segment has the order's number, its date, the message's own dates, and its kind of answer.
_BEGINNINGS = {
    "850": ("BEG", 3, 5, (5,), None),
    "855": ("BAK", 3, 4, (9,), 2),
    "860": ("BCH", 3, 6, (11, 10), None),
    "865": ("BCA", 3, 6, (10, 11), 2),
}
ANSWERS = ("855", "865")


@dataclass(frozen=True, slots=True)
class _Layout:
    """Where a line's segment has what, and how its elements are called."""

    quantity: int
    unit: int
    price: int
    ids: int
    names: tuple[str, ...]


_LAYOUTS = {
    "PO1": _Layout(2, 3, 4, 6, tuple(f"PO1{place:02}" for place in range(9))),
    "POC": _Layout(3, 5, 6, 8, tuple(f"POC{place:02}" for place in range(9))),
}


@dataclass(slots=True)
class _Item:
    """One PO1 or POC with what follows it."""

    elements: Elements
    segments: list[Segment]
    place: int
    dates: Dates = field(default_factory=Dates)
    acknowledgments: list[tuple[Elements, Dates]] = field(default_factory=list)
    schedules: list[tuple[Elements, Dates]] = field(default_factory=list)
    descriptions: list[str] = field(default_factory=list)
    prices: list[Elements] = field(default_factory=list)
    recipient: Elements | None = None
    current: Dates | None = None


def read_orders(found: TransactionSet, maker: LineMaker) -> Iterator[Line]:
    """The lines of an 850, 855, 860 or 865, each made when the next one begins."""
    header = Header(found, maker, sold_by_sender=found.kind in ANSWERS)
    tag, *_ = _BEGINNINGS[found.kind]
    common: dict[str, Any] | None = None
    item: _Item | None = None
    place = 0
    for segment in found.segments:
        elements = header.split(segment)
        name = elements[0]
        if name in ("PO1", "POC"):
            if common is None:
                common = _common(header)
            if item is not None:
                yield from _lines(header, common, item)
            place += 1
            item = _Item(elements, [segment], place)
        elif name == "CTT" and item is not None:
            yield from _lines(header, common or {}, item)
            item = None
        elif item is not None:
            item.segments.append(segment)
            _add(item, elements)
        elif name == tag:
            header.beginning = elements
        elif place == 0:
            header.add(elements)
    if item is not None:
        yield from _lines(header, common or {}, item)
    if place == 0:
        yield header.without_lines(f"{found.kind}: it holds no line of an order (PO1 or POC): it states nothing here")


def _common(header: Header) -> dict[str, Any]:
    tag, order, ordered, dated, answer = _BEGINNINGS[header.kind]
    first = header.beginning
    if not first:
        header.reasons.append((f"{tag}: the message does not begin with it, so its order is not known", tag))
    own = next((one for one in dated if at(first, one)), dated[0])
    found = header.sides()
    found["order_ref"] = plain(at(first, order)) or None
    found["document_date"] = header.document_date(at(first, own), f"{tag}{own:02}")
    found["ordered_on"] = stated(day, at(first, ordered), f"{tag}{ordered:02}", header.reasons)
    found["currency"] = header.maker.currency(header.currency, "CUR02", header.reasons)
    found["requested_on"] = header.dates.first(codes.REQUESTED, header.reasons)
    found["promised_on"] = header.dates.first(codes.PROMISED, header.reasons) if answer else None
    purpose = at(first, 1)
    if purpose in codes.CANCELLATION:
        found["status"] = "rejected" if answer else "cancelled"
    elif answer:
        found["status"] = "rejected" if at(first, answer) in codes.REFUSALS else "confirmed"
    else:
        found["status"] = "open"
    return found


def _add(item: _Item, elements: Elements) -> None:
    name = elements[0]
    if name == "DTM":
        (item.current or item.dates).add(elements)
    elif name == "ACK":
        item.current = Dates()
        item.acknowledgments.append((elements, item.current))
    elif name == "SCH":
        item.current = Dates()
        for place in (5, 8):
            item.current.put(at(elements, place), at(elements, place + 1))
        item.schedules.append((elements, item.current))
    elif name == "PID":
        if text := at(elements, 5):
            item.descriptions.append(plain(text))
    elif name == "CTP":
        item.prices.append(elements)
    elif name == "N1":
        item.current = None
        if at(elements, 1) in codes.RECIPIENTS:
            item.recipient = item.recipient or elements


def _lines(header: Header, common: dict[str, Any], item: _Item) -> Iterator[Line]:
    reasons = list(header.reasons)
    found = dict(common)
    layout = _LAYOUTS[item.elements[0]]
    ids = ids_of(item.elements, layout.ids)
    _describe(header, item, layout, ids, found, reasons)
    verbatim = header.verbatim(item.segments)
    number = item.segments[0][0]
    products = ids.products
    if item.descriptions:
        products = (*products, *(("description", text) for text in item.descriptions))
    if found["promised_on"] is None and found["status"] == "confirmed":
        # Who accepts a line that names the wished day promises that day.
        found["promised_on"] = found["requested_on"]
    if not item.acknowledgments and not item.schedules:
        found["sku"] = header.maker.sku(products, layout.names[layout.ids], reasons)
        yield header.maker.make(number, verbatim, "order", found, reasons)
        return
    parts = _acknowledged if item.acknowledgments else _scheduled
    for part, (own, problems) in enumerate(parts(header, item, found), start=1):
        substitute = ids_of(own.pop("ids"), 7).products if "ids" in own else ()
        # A substitute is named by the acknowledgment, what was ordered by the line.
        tried = (*substitute, *products) if own["status"] == "substituted" else (*products, *substitute)
        own["sku"] = header.maker.sku(tried, layout.names[layout.ids], problems)
        yield header.maker.make(number, verbatim, "order", own, [*reasons, *problems], part)


def _describe(
    header: Header, item: _Item, layout: _Layout, ids: Ids, found: dict[str, Any], reasons: list[Reason]
) -> None:
    """Put what is true of all parts of the line into `found`."""
    elements, names = item.elements, layout.names
    found["line_ref"] = ids.line or plain(at(elements, 1)) or str(item.place)
    if not found["order_ref"]:
        found["order_ref"] = ids.order or None
    found["quantity"] = stated(units, at(elements, layout.quantity), names[layout.quantity], reasons)
    unit = at(elements, layout.unit).split(header.marks.component)[0]
    found["unit"] = header.maker.unit(unit, codes.UNITS, names[layout.unit], reasons)
    amount = at(elements, layout.price)
    if not amount:
        amount = next((at(one, 3) for one in item.prices if at(one, 3)), "")
    found["unit_price"] = stated(price, amount, names[layout.price], reasons)
    if item.recipient is not None:
        parties = Parties(header.maker.partner)
        add_party(parties, item.recipient)
        recipient = parties.first(codes.RECIPIENTS)
        found["ship_to"] = recipient.name if recipient else found["ship_to"]
    if (on := item.dates.first(codes.REQUESTED, reasons)) is not None:
        found["requested_on"] = on
    answered = header.kind in ANSWERS
    if answered and (on := item.dates.first(codes.PROMISED, reasons)) is not None:
        found["promised_on"] = on
    if elements[0] == "POC":
        _change(at(elements, 2), found, answered)


def _change(code: str, found: dict[str, Any], answered: bool) -> None:
    if code in codes.DELETIONS:
        found["status"] = "cancelled"
    elif found.get("status") in ("cancelled", "rejected"):
        return
    elif code == "RC":
        found["status"] = "rejected" if answered else "open"
    elif answered and code in codes.RESCHEDULES:
        found["status"] = "rescheduled"
    elif answered and code in codes.SUBSTITUTIONS:
        found["status"] = "substituted"


def _acknowledged(header: Header, item: _Item, found: dict[str, Any]) -> Iterator[tuple[dict[str, Any], list[Reason]]]:
    """A line's acknowledgments, each a part of it."""
    for elements, dates in item.acknowledgments:
        problems: list[Reason] = []
        own = {**found, "ids": elements}
        _acknowledge(header, item, elements, dates, own, problems)
        yield own, problems


def _acknowledge(
    header: Header, item: _Item, elements: Elements, dates: Dates, own: dict[str, Any], problems: list[Reason]
) -> None:
    code = at(elements, 1)
    status = header.maker.partner.words.status.get(code) or codes.LINE_STATUS.get(code)
    if status is None:
        problems.append((f"ACK01: {code!r} is no line item status that is known: give it a meaning in the contract's "
                         "words.status", "ACK01"))  # fmt: skip
    counted = stated(units, at(elements, 2), "ACK02", problems)
    own["quantity"] = own.get("quantity") if counted is None else counted
    if at(elements, 3):
        own["unit"] = header.maker.unit(at(elements, 3), codes.UNITS, "ACK03", problems)
    qualifier, text = at(elements, 4), at(elements, 5)
    on = dates.first(codes.PROMISED, problems)
    if qualifier in codes.SHIPPED:
        own["shipped_on"] = stated(day, text, "ACK05", problems)
    elif qualifier in codes.DELIVERED:
        own["delivered_on"] = stated(day, text, "ACK05", problems)
    elif text:
        # The day of an acknowledgment is the seller's own word, whatever the qualifier calls it.
        on = stated(day, text, "ACK05", problems)
    if on is None:
        on = max(filter(None, (one.first(codes.PROMISED, problems) for _, one in item.schedules)), default=None)
    if on is not None:
        own["promised_on"] = on
    if status == "rejected":
        own["promised_on"] = None
    elif own["promised_on"] is None and status in ("confirmed", "substituted"):
        own["promised_on"] = own["requested_on"]
    if code == "IC" and on is not None and on != own["requested_on"]:
        status = "rescheduled"
    # A deletion that the seller accepts is a deletion; one that it refuses leaves the line as it was.
    if own["status"] == "cancelled":
        status = "confirmed" if status == "rejected" else "cancelled"
    own["status"] = status


def _scheduled(header: Header, item: _Item, found: dict[str, Any]) -> Iterator[tuple[dict[str, Any], list[Reason]]]:
    """A line's schedules as its parts where they add up to it; else the line, due as a whole on the last day."""
    problems: list[Reason] = []
    counts = [stated(units, at(elements, 1), "SCH01", problems) for elements, _ in item.schedules]
    answered = header.kind in ANSWERS
    name = "promised_on" if answered else "requested_on"
    qualifiers = (*codes.PROMISED, *codes.REQUESTED) if answered else (*codes.REQUESTED, *codes.PROMISED)
    days = [dates.first(qualifiers, problems) for _, dates in item.schedules]
    whole = found["quantity"]
    if len(counts) > 1 and None not in counts and whole is not None and sum(filter(None, counts)) == whole:
        for count, on in zip(counts, days, strict=True):
            yield {**found, "quantity": count, name: on or found[name]}, problems
        return
    last = max((on for on in days if on is not None), default=None)
    yield {**found, name: last or found[name]}, problems
