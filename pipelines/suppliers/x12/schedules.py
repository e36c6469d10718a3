"""X12 830 and 862 to plans: what the buyer means to take, or calls off, of a product by which day.

Both are the buyer's wishes: they open no lot, because what they call off is an order of its own (850). A forecast of a
week or month is due on its last day.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from pipelines.suppliers.edi import Line, LineMaker, Reason, day, due_on, plain, plan_key, stated, units
from pipelines.suppliers.edi_segments import Segment
from pipelines.suppliers.x12 import codes
from pipelines.suppliers.x12.elements import Elements, Header, at, ids_of
from pipelines.suppliers.x12.envelopes import TransactionSet

# First segment: its date, its order number, and where it says whether quantities are cumulative.
_BEGINNINGS = {"830": ("BFR", 8, 11, 5), "862": ("BSS", 3, 10, 11)}
# Element 680: a firm quantity is called off, any other is a forecast.
_FIRM = frozenset({"A", "C"})


@dataclass(slots=True)
class _Product:
    """One LIN with the forecasts below it."""

    elements: Elements
    segment: Segment
    unit: str = ""
    order: str = ""
    descriptions: list[str] = field(default_factory=list)
    forecasts: int = 0


def read_schedules(found: TransactionSet, maker: LineMaker) -> Iterator[Line]:
    """The lines of an 830 or 862: one for each quantity and day (FST)."""
    header = Header(found, maker, sold_by_sender=False)
    tag = _BEGINNINGS[found.kind][0]
    common: dict[str, Any] | None = None
    product: _Product | None = None
    products = 0
    for segment in found.segments:
        elements = header.split(segment)
        name = elements[0]
        if name == "LIN":
            common = _common(header) if common is None else common
            if product is not None:
                yield from _unplanned(header, product)
            products += 1
            product = _Product(elements, segment)
        elif name == "CTT" and product is not None:
            yield from _unplanned(header, product)
            product = None
        elif product is not None:
            if name == "FST":
                product.forecasts += 1
                yield _forecast(header, common or {}, product, elements, segment)
            else:
                _add(product, elements)
        elif name == tag:
            header.beginning = elements
        elif products == 0:
            header.add(elements)
    if product is not None:
        yield from _unplanned(header, product)
    if products == 0:
        yield header.without_lines(f"{found.kind}: it holds no product (LIN): it states nothing here")


def _common(header: Header) -> dict[str, Any]:
    tag, dated, order, cumulative = _BEGINNINGS[header.set.kind]
    first = header.beginning
    found = header.sides()
    found["document_date"] = header.document_date(at(first, dated), f"{tag}{dated:02}")
    found["order_ref"] = plain(at(first, order)) or None
    if at(first, cumulative) == "C":
        header.reasons.append(
            (f"{tag}{cumulative:02}: its quantities are cumulative (C): what is due on a day is not said; send "
             "discrete ones (A)", f"{tag}{cumulative:02}")
        )  # fmt: skip
    return found


def _add(product: _Product, elements: Elements) -> None:
    name = elements[0]
    if name == "UIT":
        product.unit = product.unit or at(elements, 1)
    elif name == "REF" and at(elements, 1) == codes.ORDER_NUMBER:
        product.order = product.order or plain(at(elements, 2))
    elif name == "PID" and at(elements, 5):
        product.descriptions.append(plain(at(elements, 5)))


def _forecast(header: Header, common: dict[str, Any], product: _Product, elements: Elements, segment: Segment) -> Line:
    reasons: list[Reason] = list(header.reasons)
    found = dict(common)
    maker = header.maker
    ids = ids_of(product.elements, 2)
    descriptions = (("description", text) for text in product.descriptions)
    found["sku"] = maker.sku([*ids.products, *descriptions], "LIN03", reasons)
    found["order_ref"] = ids.order or product.order or found.get("order_ref")
    found["line_ref"] = plan_key(found, ids.line or plain(at(product.elements, 1)))
    found["quantity"] = stated(units, at(elements, 1), "FST01", reasons)
    if found["quantity"] is None and not at(elements, 1):
        reasons.append(("FST01: is empty: how many are planned is not said", "FST01"))
    unit = product.unit.split(header.set.interchange.marks.component)[0]
    found["unit"] = maker.unit(unit, codes.UNITS, "UIT01", reasons)
    begins = stated(day, at(elements, 4), "FST04", reasons)
    found["requested_on"] = begins
    ends = stated(day, at(elements, 5), "FST05", reasons)
    found["promised_on"] = ends or due_on(begins, at(elements, 3))
    found["status"] = "confirmed" if at(elements, 2) in _FIRM or header.set.kind == "862" else "open"
    return maker.make(segment[0], header.verbatim([product.segment, segment]), "plan", found, reasons)


def _unplanned(header: Header, product: _Product) -> Iterator[Line]:
    if product.forecasts == 0:
        why = ("FST: is missing: the product has no planned quantity", "FST")
        yield header.maker.rejected(product.segment[0], header.verbatim([product.segment]), [why])
