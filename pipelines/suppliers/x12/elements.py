"""Elements of X12 segments: values by their place, dates, product ids, parties; which segment says what stays out."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any

from pipelines.suppliers.edi import Line, LineMaker, Parties, Reason, day, plain, stated
from pipelines.suppliers.edi_segments import Segment
from pipelines.suppliers.x12 import codes
from pipelines.suppliers.x12.envelopes import TransactionSet

Elements = list[str]


def at(elements: Elements, place: int) -> str:
    """An element by its place, trimmed; empty where the segment is shorter."""
    return elements[place].strip() if place < len(elements) else ""


_PREFERENCE = {qualifier: place for place, qualifier in enumerate(codes.PRODUCT_IDS)}


@dataclass(frozen=True, slots=True)
class Ids:
    """What a segment's pairs of qualifier and id name: products, the likeliest first, and the order and its line."""

    products: tuple[tuple[str, str], ...]
    order: str
    line: str


def ids_of(elements: Elements, first: int) -> Ids:
    """The ids of a segment, from the place of the first qualifier on."""
    return _ids(tuple(elements[first:]))


@lru_cache(4_096)
def _ids(elements: tuple[str, ...]) -> Ids:
    pairs = [
        (qualifier.strip(), plain(identifier).strip())
        for qualifier, identifier in zip(elements[::2], elements[1::2], strict=False)
        if identifier and not identifier.isspace()
    ]
    named = dict(reversed(pairs))
    products = [one for one in pairs if one[0] not in (codes.ORDER_NUMBER, codes.ORDER_LINE)]
    products.sort(key=lambda one: _PREFERENCE.get(one[0], len(_PREFERENCE)))
    return Ids(tuple(products), named.get(codes.ORDER_NUMBER, ""), named.get(codes.ORDER_LINE, ""))


@dataclass(slots=True)
class Dates:
    """Dates by their qualifier, as they stand; read when they are asked for."""

    found: dict[str, str] = field(default_factory=dict)

    def add(self, elements: Elements) -> None:
        """Keep a DTM's date: CCYYMMDD, or the end of a period (RD8)."""
        text = at(elements, 2) or at(elements, 6).rpartition("-")[2]
        self.put(at(elements, 1), text)

    def put(self, qualifier: str, text: str) -> None:
        """Keep a date; of several with one qualifier, the first."""
        if qualifier and text:
            self.found.setdefault(qualifier, text)

    def first(self, qualifiers: Sequence[str], reasons: list[Reason]) -> date | None:
        """The date with the first of these qualifiers that is given."""
        if not self.found:
            return None
        for qualifier in qualifiers:
            if qualifier in self.found:
                found: date | None = stated(day, self.found[qualifier], f"DTM*{qualifier}", reasons)
                return found
        return None


class Header:
    """What a set says before its lines: parties, currency, dates; and its lines' maker."""

    def __init__(self, found: TransactionSet, maker: LineMaker, sold_by_sender: bool) -> None:
        self.set = found
        self.kind = found.kind
        self.marks = found.interchange.marks
        self.maker = maker
        self.parties = Parties(maker.partner)
        self.dates = Dates()
        self.reasons: list[Reason] = []
        self.currency = ""
        self.beginning: Elements = []
        self._sold_by_sender = sold_by_sender

    def split(self, segment: Segment) -> Elements:
        """A segment's elements."""
        return segment[2].split(self.marks.element)

    def add(self, elements: Elements) -> None:
        """Take a segment of the header."""
        tag = elements[0]
        if tag == "N1":
            add_party(self.parties, elements)
        elif tag == "CUR":
            self.currency = self.currency or at(elements, 2)
        elif tag == "DTM":
            self.dates.add(elements)

    def verbatim(self, segments: Sequence[Segment]) -> str:
        """Segments as they stand in the file, if they follow each other there."""
        mark = self.marks.terminator
        return plain((mark.join(segment[3] for segment in segments) + mark).lstrip())

    def sides(self) -> dict[str, Any]:
        """Seller, buyer and recipient; where a message does not name them, sender and receiver are meant."""
        interchange = self.set.interchange
        ends = (interchange.sender, interchange.receiver)
        seller_end, buyer_end = ends if self._sold_by_sender else ends[::-1]
        outer = Parties(self.maker.partner)
        for role, code in (("seller", seller_end), ("buyer", buyer_end)):
            qualifier, _, identifier = code.partition(":")
            outer.add(role, "", qualifier, identifier)
        seller = self.parties.first(codes.SELLERS) or outer.first(("seller",))
        buyer = self.parties.first(codes.BUYERS) or outer.first(("buyer",))
        recipient = self.parties.first(codes.RECIPIENTS)
        return {
            "supplier": seller.name if seller else "",
            "supplier_code": seller.code if seller else None,
            "buyer": buyer.name if buyer else None,
            "buyer_code": buyer.code if buyer else None,
            "ship_to": recipient.name if recipient else None,
            "sent_at": self.set.group.sent_at or interchange.sent_at,
        }

    def document_date(self, text: str, element: str) -> date | None:
        """The document's own date; where it gives none, the day on which its group was sent."""
        found: date | None = stated(day, text, element, self.reasons)
        sent_at = self.set.group.sent_at or self.set.interchange.sent_at
        if found is None and not text and sent_at is not None:
            return sent_at.date()
        return found

    def without_lines(self, what: str) -> Line:
        """The rejected line that stands for a set without any."""
        return self.maker.rejected(self.set.number, plain(self.set.header), [(what, "")])


def add_party(parties: Parties, elements: Elements) -> None:
    """Keep the party of an N1."""
    parties.add(at(elements, 1), plain(at(elements, 2)), at(elements, 3), plain(at(elements, 4)))
