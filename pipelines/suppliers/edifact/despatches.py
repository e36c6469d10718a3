"""EDIFACT DESADV to shipment lines: what was despatched when, for which order line, whatever it was packed in (CPS)."""

from collections.abc import Iterator
from typing import Any

from pipelines.suppliers.edi import Line, LineMaker, Reason
from pipelines.suppliers.edifact import codes
from pipelines.suppliers.edifact.elements import Header, Item, add_to_item, count, describe, products_of
from pipelines.suppliers.edifact.envelopes import Message
from pipelines.suppliers.edifact.segments import at, read


def read_despatches(message: Message, maker: LineMaker) -> Iterator[Line]:
    """The lines of a DESADV, each made when the next LIN or CPS begins."""
    header = Header(message, maker, sold_by_sender=True)
    common: dict[str, Any] | None = None
    item: Item | None = None
    place = 0
    packing = False
    for segment, elements in read(message.segments, message.interchange.marks):
        if elements is None:
            header.reasons.append((f"segment {segment[0]}: cannot be read: {segment[2][:40]!r}", segment[2][:3]))
            continue
        tag = elements[0][0]
        if tag in ("LIN", "CPS", "UNS", "CNT"):
            if item is not None:
                yield _line(header, common or {}, item)
            item = None
            packing = True
        if tag == "LIN":
            common = _common(header) if common is None else common
            place += 1
            item = Item(elements, [segment], place)
        elif item is not None:
            item.segments.append(segment)
            add_to_item(header, item, elements)
        elif not packing:
            header.add(elements)
    if item is not None:
        yield _line(header, common or {}, item)
    if place == 0:
        yield header.without_lines("DESADV: it holds no line (LIN): it states nothing here")


def _common(header: Header) -> dict[str, Any]:
    found = header.common()
    found["shipment_ref"] = header.text(at(header.beginning, 2)) or None
    for name, qualifiers in (
        ("shipped_on", codes.SHIPPED), ("delivered_on", codes.DELIVERED), ("promised_on", codes.PROMISED),
    ):  # fmt: skip
        found[name] = header.dates.last(qualifiers, header.reasons)
    return found


def _line(header: Header, common: dict[str, Any], item: Item) -> Line:
    reasons: list[Reason] = list(header.reasons)
    found = dict(common)
    describe(header, item, found, reasons)
    if item.order is None and not any(qualifier == codes.ORDER_LINE for qualifier, _ in item.ids):
        # The number of a despatch advice's own line is not that of the order's, unless nothing else says one.
        found["line_ref"] = at(item.elements, 1) or None
    found["shipped_quantity"], unit = count(header, item, codes.DESPATCHED, reasons)
    if found["shipped_quantity"] is None and not reasons:
        reasons.append(("QTY+12: is missing: how many were despatched is not said", "QTY"))
    found["quantity"], _ = count(header, item, ("21",), reasons)
    found["delivered_quantity"], _ = count(header, item, codes.DELIVERED_QUANTITY, reasons)
    found["unit"] = header.maker.unit(unit, codes.UNITS, "QTY", reasons)
    found["sku"] = header.maker.sku(products_of(header, item), "LIN", reasons)
    for name, qualifiers in (
        ("shipped_on", codes.SHIPPED), ("delivered_on", codes.DELIVERED), ("promised_on", codes.PROMISED),
    ):  # fmt: skip
        found[name] = item.dates.last(qualifiers, reasons) or found[name]
    found["status"] = "delivered" if found["delivered_on"] is not None else "shipped"
    if at(header.beginning, 3) in codes.CANCELLATION:
        # An advice that is called back keeps its place among its versions, and counts for nothing.
        found.update(status="cancelled", shipped_quantity=0.0, shipped_on=None, delivered_on=None)
        found["delivered_quantity"] = None
    return header.maker.make(item.segments[0][0], header.verbatim(item.segments), "shipment", found, reasons)
