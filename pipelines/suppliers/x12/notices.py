"""X12 856 to shipment lines: what was shipped when, under which order line, by the tree of its HL loops."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from pipelines.suppliers.edi import Line, LineMaker, Parties, Reason, day, plain, stated, units
from pipelines.suppliers.edi_segments import Segment
from pipelines.suppliers.x12 import codes
from pipelines.suppliers.x12.elements import Dates, Elements, Header, add_party, at, ids_of
from pipelines.suppliers.x12.envelopes import TransactionSet

ITEM = "I"
# Element 735, from the whole shipment to the component; what is not listed hangs where HL02 says.
# A shipment is packed five or six levels deep; what hangs deeper was made to be slow.
_DEEPEST = 30
_RANKS = {"S": 1, "E": 2, "O": 3, "T": 4, "P": 5, "K": 6, "I": 7, "F": 8}


@dataclass(slots=True)
class _Level:
    """One HL with what it says; what it does not say is said above it."""

    elements: Elements
    segments: list[Segment]
    parent: "_Level | None"
    depth: int = 1
    problem: Reason | None = None
    dates: Dates = field(default_factory=Dates)
    order: Elements | None = None
    line: Elements | None = None
    shipped: Elements | None = None
    line_number: str = ""
    descriptions: list[str] = field(default_factory=list)
    parties: Parties | None = None

    def chain(self) -> Iterator["_Level"]:
        """This level and those above it."""
        level: _Level | None = self
        while level is not None:
            yield level
            level = level.parent


def read_notices(found: TransactionSet, maker: LineMaker) -> Iterator[Line]:
    """The lines of an 856: one for each level that says how many units were shipped, each made at its end."""
    header = Header(found, maker, sold_by_sender=True)
    levels: dict[str, _Level] = {}
    latest: dict[int, tuple[int, _Level]] = {}
    level: _Level | None = None
    lines = 0
    for segment in found.segments:
        elements = header.split(segment)
        name = elements[0]
        if name in ("HL", "CTT"):
            if level is not None:
                for line in _lines(header, level):
                    lines += 1
                    yield line
            level = _open(levels, latest, elements, segment) if name == "HL" else None
        elif level is not None:
            level.segments.append(segment)
            _add(header, level, elements)
        elif name == "BSN":
            header.beginning = elements
        elif not levels:
            header.add(elements)
    if level is not None:
        for line in _lines(header, level):
            lines += 1
            yield line
    if lines == 0:
        yield header.without_lines("856: none of its levels (HL) says what was shipped (SN1): it states nothing here")


def _open(
    levels: dict[str, _Level], latest: dict[int, tuple[int, _Level]], elements: Elements, segment: Segment
) -> _Level:
    """The level that an HL opens; `latest` has of each rank the last one with the number of its segment."""
    number, above = at(elements, 1), at(elements, 2)
    rank = _RANKS.get(at(elements, 3), 0)
    if above:
        parent = levels.get(above)
    else:
        # Some senders leave the parent out: then it is the last level of a higher rank.
        higher = (latest[one] for one in latest if one < rank)
        parent = max(higher, key=lambda one: one[0], default=(0, None))[1]
    level = _Level(elements, [segment], parent, 1 if parent is None else parent.depth + 1)
    if above and level.parent is None:
        level.problem = (f"HL02: {above!r} is the number of no HL before it: its order is not known", "HL02")
    elif number in levels:
        level.problem = (f"HL01: {number!r} is the number of an HL before it: which one is meant is not clear", "HL01")
    if level.depth > _DEEPEST:
        level.parent, level.depth = None, 1
        level.problem = (f"HL02: hangs deeper than {_DEEPEST} levels: send it in fewer", "HL02")
    # What nothing can hang below is not kept, so that a long notice does not fill the memory.
    if number and number not in levels and not (at(elements, 3) == ITEM and at(elements, 4) == "0"):
        levels[number] = level
        latest[rank] = (segment[0], level)
    return level


def _add(header: Header, level: _Level, elements: Elements) -> None:
    name = elements[0]
    if name == "DTM":
        level.dates.add(elements)
    elif name == "PRF":
        level.order = level.order or elements
    elif name == "LIN":
        level.line = level.line or elements
    elif name == "SN1":
        level.shipped = level.shipped or elements
    elif name == "REF" and at(elements, 1) == "LI":
        level.line_number = level.line_number or plain(at(elements, 2))
    elif name == "PID" and at(elements, 5):
        level.descriptions.append(plain(at(elements, 5)))
    elif name == "N1":
        if level.parties is None:
            level.parties = Parties(header.maker.partner)
        add_party(level.parties, elements)


def _lines(header: Header, level: _Level) -> Iterator[Line]:
    number, verbatim = level.segments[0][0], header.verbatim(level.segments)
    # Levels below refer to what this one says, no longer to its text.
    level.segments = level.segments[:1]
    if level.shipped is None:
        if at(level.elements, 3) == ITEM and level.line is not None:
            why = ("SN1: is missing, so how many were shipped is not said", "SN1")
            yield header.maker.rejected(number, verbatim, [why])
        return
    reasons: list[Reason] = [one.problem for one in level.chain() if one.problem is not None]
    found = _shipped(header, level, reasons)
    yield header.maker.make(number, verbatim, "shipment", found, reasons)


def _shipped(header: Header, level: _Level, reasons: list[Reason]) -> dict[str, Any]:
    found = _document(header, reasons)
    maker = header.maker
    shipped, line = level.shipped or [], level.line or []
    ids = ids_of(line, 2)
    order = next((one.order for one in level.chain() if one.order is not None), [])
    found["order_ref"] = plain(at(order, 1)) or ids.order or None
    found["ordered_on"] = stated(day, at(order, 4), "PRF04", reasons)
    found["line_ref"] = ids.line or plain(at(line, 1)) or level.line_number or plain(at(shipped, 1)) or None
    found["shipped_quantity"] = stated(units, at(shipped, 2), "SN102", reasons)
    if found["shipped_quantity"] is None and not at(shipped, 2):
        reasons.append(("SN102: is empty: how many were shipped is not said", "SN102"))
    found["quantity"] = stated(units, at(shipped, 5), "SN105", reasons)
    found["unit"] = maker.unit(at(shipped, 3), codes.UNITS, "SN103", reasons)
    descriptions = (("description", text) for text in level.descriptions)
    found["sku"] = maker.sku([*ids.products, *descriptions], "LIN03", reasons)
    _parties(level, found)
    all_dates = [*(one.dates for one in level.chain()), header.dates]
    for name, qualifiers in (
        ("shipped_on", codes.SHIPPED), ("delivered_on", codes.DELIVERED), ("promised_on", codes.PROMISED),
        ("requested_on", codes.REQUESTED),
    ):  # fmt: skip
        found[name] = next((on for dates in all_dates if (on := dates.first(qualifiers, reasons)) is not None), None)
    found["status"] = "delivered" if found["delivered_on"] is not None else "shipped"
    if at(header.beginning, 1) in codes.CANCELLATION:
        # A notice that is called back keeps its place among its versions, and counts for nothing.
        found.update(status="cancelled", shipped_quantity=0.0, shipped_on=None, delivered_on=None)
    return found


def _document(header: Header, reasons: list[Reason]) -> dict[str, Any]:
    beginning = header.beginning
    found = header.sides()
    reasons += header.reasons
    if not beginning:
        reasons.append(("BSN: the message does not begin with it, so which shipment it is about is not known", "BSN"))
    header.reasons = []
    found["shipment_ref"] = plain(at(beginning, 2)) or None
    found["document_date"] = header.document_date(at(beginning, 3), "BSN03")
    reasons += header.reasons
    return found


def _parties(level: _Level, found: dict[str, Any]) -> None:
    """The nearest parties above the line come before those of the header."""
    for name, roles in (("supplier", codes.SELLERS), ("buyer", codes.BUYERS), ("ship_to", codes.RECIPIENTS)):
        for one in level.chain():
            party = one.parties.first(roles) if one.parties is not None else None
            if party is not None:
                found[name] = party.name
                if name != "ship_to":
                    found[f"{name}_code"] = party.code
                break
