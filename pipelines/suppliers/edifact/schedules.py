"""EDIFACT DELFOR to plans: what the buyer means to take, or calls off, of a product by which day.

They open no lot, as for X12 830 and 862. A quantity with a time window is due at its end.
"""

from collections.abc import Iterator
from itertools import takewhile
from typing import Any

from pipelines.suppliers.edi import Line, LineMaker, Parties, Reason, due_on, plan_key, stated, units
from pipelines.suppliers.edifact import codes
from pipelines.suppliers.edifact.elements import (
    Header,
    Item,
    Quantity,
    add_party,
    add_to_item,
    describe,
    products_of,
)
from pipelines.suppliers.edifact.envelopes import Message
from pipelines.suppliers.edifact.segments import at, read

_BEGINS = ("64", "2", "10", "71", "81", "67", "69", "17")
_ENDS = ("63", "74")


def read_schedules(message: Message, maker: LineMaker) -> Iterator[Line]:
    """The lines of a DELFOR: one for each planned quantity."""
    header = Header(message, maker, sold_by_sender=False)
    common: dict[str, Any] | None = None
    item: Item | None = None
    places: list[int] = []
    recipient: str | None = None
    place = 0
    for segment, elements in read(message.segments, message.interchange.marks):
        if elements is None:
            header.reasons.append((f"segment {segment[0]}: cannot be read: {segment[2][:40]!r}", segment[2][:3]))
            continue
        tag = elements[0][0]
        if tag in ("LIN", "UNS", "CNT") or (tag == "NAD" and item is not None):
            if item is not None:
                yield from _lines(header, common or {}, item, places, recipient)
            item = None
        if tag == "LIN":
            common = header.common() if common is None else common
            place += 1
            item, places = Item(elements, [segment], place), []
        elif item is not None:
            item.segments.append(segment)
            add_to_item(header, item, elements)
            if tag == "QTY":
                places.append(len(item.segments) - 1)
        elif place == 0:
            header.add(elements)
        elif tag == "NAD":
            parties = Parties(maker.partner)
            add_party(header, parties, elements)
            party = parties.first(codes.RECIPIENTS)
            recipient = party.name if party else recipient
    if item is not None:
        yield from _lines(header, common or {}, item, places, recipient)
    if place == 0:
        yield header.without_lines("DELFOR: it holds no line (LIN): it states nothing here")


def _lines(
    header: Header, common: dict[str, Any], item: Item, places: list[int], recipient: str | None
) -> Iterator[Line]:
    reasons: list[Reason] = list(header.reasons)
    found = dict(common)
    if recipient is not None:
        found["ship_to"] = recipient
    describe(header, item, found, reasons)
    found["sku"] = header.maker.sku(products_of(header, item), "LIN", reasons)
    known = bool(item.order) or bool(found["order_ref"])
    found["line_ref"] = plan_key(found, found["line_ref"] if known else "")
    planned = [
        (one, place)
        for one, place in zip(item.quantities, places, strict=True)
        if one.qualifier in codes.SCHEDULED and (one.schedule is not None or item.schedule is None)
    ]
    if not planned:
        why = ("QTY: no planned quantity is given (cumulative ones do not say what is due on a day)", "QTY")
        yield header.maker.rejected(item.segments[0][0], header.verbatim(item.segments), [*reasons, why])
    for one, place in planned:
        yield _planned(header, item, dict(found), one, place, list(reasons))


def _planned(
    header: Header, item: Item, found: dict[str, Any], one: Quantity, place: int, reasons: list[Reason]
) -> Line:
    """The plan that one QTY states, which stands at this place among the segments of its LIN."""
    found["quantity"] = stated(units, one.text, f"QTY+{one.qualifier}", reasons, header.marks)
    found["unit"] = header.maker.unit(one.unit, codes.UNITS, "QTY", reasons)
    begins = one.dates.period(_BEGINS, reasons)
    ends = one.dates.last(_ENDS, reasons)
    schedule = one.schedule or []
    found["requested_on"] = begins[0] if begins else found["requested_on"]
    if begins and ends is None:
        ends = begins[1] if begins[1] != begins[0] else due_on(begins[0], at(schedule, 3))
    found["promised_on"] = ends or found["requested_on"]
    found["status"] = "confirmed" if at(schedule, 1) in codes.FIRM else "open"
    segment = item.segments[place]
    after = place + (2 if [one[2][:3] for one in item.segments[place + 1 : place + 3]] == ["SCC", "DTM"] else 1)
    behind = (item.segments[number] for number in range(after, len(item.segments)))
    own = [*item.segments[place:after], *takewhile(lambda one: one[2][:3] == "DTM", behind)]
    verbatim = f"{header.verbatim(item.segments[:1])}{header.verbatim(own)}"
    return header.maker.make(segment[0], verbatim, "plan", found, reasons)
