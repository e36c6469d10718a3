"""EDIFACT ORDERS, ORDRSP and ORDCHG to order lines: what was ordered, promised, changed. A LIN is a line.

Several schedules (SCC) or confirmed quantities of a line are parts of it, each with its own quantity and day; so is
what is back-ordered.
"""

from collections.abc import Iterator
from typing import Any

from pipelines.suppliers.edi import Line, LineMaker, Reason, stated, units
from pipelines.suppliers.edifact import codes
from pipelines.suppliers.edifact.elements import (
    Header,
    Item,
    Quantity,
    add_to_item,
    count,
    describe,
    products_of,
)
from pipelines.suppliers.edifact.envelopes import Message
from pipelines.suppliers.edifact.segments import at, read

Part = tuple[dict[str, Any], list[Reason]]


def read_orders(message: Message, maker: LineMaker) -> Iterator[Line]:
    """The lines of an ORDERS, ORDRSP or ORDCHG, each made when the next one begins."""
    header = Header(message, maker, sold_by_sender=message.kind == "ORDRSP")
    common: dict[str, Any] | None = None
    item: Item | None = None
    place = 0
    for segment, elements in read(message.segments, message.interchange.marks):
        if elements is None:
            header.reasons.append((f"segment {segment[0]}: cannot be read: {segment[2][:40]!r}", segment[2][:3]))
            continue
        tag = elements[0][0]
        if tag == "LIN":
            common = _common(header) if common is None else common
            if item is not None:
                yield from _lines(header, common, item)
            place += 1
            item = Item(elements, [segment], place)
        elif tag in ("UNS", "CNT"):
            if item is not None:
                yield from _lines(header, common or {}, item)
            item = None
        elif item is not None:
            item.segments.append(segment)
            add_to_item(header, item, elements)
        elif place == 0:
            header.add(elements)
    if item is not None:
        yield from _lines(header, common or {}, item)
    if place == 0:
        yield header.without_lines(f"{message.kind}: it holds no line (LIN): it states nothing here")


def _common(header: Header) -> dict[str, Any]:
    found = header.common()
    beginning, kind = header.beginning, header.message.kind
    if kind == "ORDERS":
        found["order_ref"] = header.text(at(beginning, 2)) or found["order_ref"]
        found["ordered_on"] = found["ordered_on"] or found["document_date"]
    elif kind == "ORDCHG":
        found["order_ref"] = found["order_ref"] or header.text(at(beginning, 2)) or None
    function, answer = at(beginning, 3), at(beginning, 4)
    answered = kind == "ORDRSP"
    found["status"] = "confirmed" if answered else "open"
    if function in codes.CANCELLATION:
        found["status"] = "rejected" if answered else "cancelled"
    elif answered and (function in codes.NOT_ACCEPTED or answer == codes.REJECTED_ANSWER):
        found["status"] = "rejected"
    found["promised_on"] = header.dates.last(codes.PROMISED, header.reasons) if answered else None
    return found


def _lines(header: Header, common: dict[str, Any], item: Item) -> Iterator[Line]:
    reasons = list(header.reasons)
    found = dict(common)
    describe(header, item, found, reasons)
    verbatim = header.verbatim(item.segments)
    number = item.segments[0][0]
    products = products_of(header, item)
    if (on := item.dates.last(codes.REQUESTED, reasons)) is not None:
        found["requested_on"] = on
    answered = header.message.kind == "ORDRSP"
    parts = _answered(header, item, found, reasons) if answered else _ordered(header, item, found, reasons)
    for part, (own, problems) in enumerate(parts, start=1):
        substituted = answered and bool(item.substitutes) and own["status"] in ("confirmed", "rescheduled")
        if substituted:
            own["status"] = "substituted"
        tried = (*item.substitutes, *products) if substituted else products
        own["sku"] = header.maker.sku(tried, "LIN", problems)
        own["unit"] = header.maker.unit(own["unit"], codes.UNITS, "QTY", problems)
        yield header.maker.make(number, verbatim, "order", own, [*reasons, *problems], part)


def _ordered(header: Header, item: Item, found: dict[str, Any], reasons: list[Reason]) -> list[Part]:
    action = at(item.elements, 2)
    if action == "2":
        found["status"] = "cancelled"
    whole, unit = count(header, item, codes.ORDERED, reasons)
    found |= {"quantity": whole, "unit": unit}
    scheduled = [one for one in item.quantities if one.schedule is not None and one.qualifier in codes.SCHEDULED]
    problems: list[Reason] = []
    parts = [_part(header, one, found, "requested_on", codes.REQUESTED, problems) for one in scheduled]
    counts = [part["quantity"] for part in parts]
    if len(parts) > 1 and None not in counts and (whole is None or sum(counts) == whole):
        return [(part, problems) for part in parts]
    if parts:
        found["quantity"] = whole if whole is not None else (counts[0] if len(counts) == 1 else None)
        days = [part["requested_on"] for part in parts if part["requested_on"] is not None]
        found["requested_on"] = max(days, default=found["requested_on"])
    return [(found, problems)]


def _answered(header: Header, item: Item, found: dict[str, Any], reasons: list[Reason]) -> list[Part]:
    action = at(item.elements, 2)
    meaning = header.maker.partner.words.status.get(action) or codes.LINE_STATUS.get(action)
    if meaning is None:
        reasons.append((f"LIN 1229: {action!r} is no action that is known: give it a meaning in the contract's "
                        "words.status", "LIN"))  # fmt: skip
    if found["status"] == "rejected":
        meaning = "rejected"
    if (on := item.dates.last(codes.PROMISED, reasons)) is not None:
        found["promised_on"] = on
    confirmed = [one for one in item.quantities if one.qualifier in codes.CONFIRMED]
    scheduled = [one for one in item.quantities if one.schedule is not None and one.qualifier in codes.SCHEDULED]
    delayed = [one for one in item.quantities if one.qualifier == codes.BACKORDERED]
    whole, unit = count(header, item, codes.ORDERED, reasons)
    several = scheduled if len(scheduled) > 1 else [one for one in confirmed if one.dates.found]
    problems: list[Reason] = []
    if len(several) > 1:
        parts = [_part(header, one, found, "promised_on", codes.PROMISED, problems) for one in several]
    else:
        given, given_unit = count(header, item, codes.CONFIRMED, reasons)
        late = sum(stated(units, one.text, "QTY+83", problems, header.marks) or 0 for one in delayed)
        if given is None and whole is not None:
            given = whole - late
        first = {**found, "quantity": given, "unit": given_unit or unit}
        parts = [] if delayed and not given else [first]
    for part in parts:
        part["status"] = _status(part, meaning)
    for one in delayed:
        part = _part(header, one, {**found, "promised_on": None}, "promised_on", codes.PROMISED, problems)
        if part["quantity"]:
            parts.append({**part, "status": "backordered"})
    return [(part, problems) for part in parts or [{**found, "quantity": whole, "unit": unit, "status": meaning}]]


def _part(
    header: Header, one: Quantity, found: dict[str, Any], name: str, qualifiers: tuple[str, ...], problems: list[Reason]
) -> dict[str, Any]:
    quantity = stated(units, one.text, f"QTY+{one.qualifier}", problems, header.marks)
    both = (*qualifiers, *codes.REQUESTED)
    on = one.dates.last(both, problems)
    return {**found, "quantity": quantity, "unit": one.unit, name: on or found[name]}


def _status(part: dict[str, Any], meaning: str | None) -> str | None:
    """A line's state, and its promise: who accepts a line that names the wished day promises that day."""
    promised, requested = part["promised_on"], part["requested_on"]
    if meaning in ("rejected", "cancelled"):
        part["promised_on"] = None
        return meaning
    if meaning in ("confirmed", "changed") and promised is None:
        part["promised_on"] = requested
    if meaning == "changed":
        return "rescheduled" if promised is not None and promised != requested else "confirmed"
    return meaning
