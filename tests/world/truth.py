"""A true history: parties, products, and events with exact days and counts; lots are what the events add up to.

What a history is, and what follows from it, belongs here; chance belongs in `generate`, and what others see of it in
`observe`. The readings of the design that the truth rests on:

- A lot is one line of an order. A diversion or a resale of a part splits the lot: the part is a lot of its own, with
  the party that lost it as its first recipient; it was promised what its whole was promised, and costs its share.
- A resale moves units that were delivered: they are delivered to the new owner later, and no longer to the old one.
- A part that is cancelled stays in the lot's count, as cancelled. An amendment changes the count itself.
- A substitution changes the product of the lot, and its due day where it names another, not its count.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Literal

Kind = Literal[
    "order", "revision", "amendment", "substitution", "shipment", "delivery", "cancellation", "diversion", "resale"
]
TOTALS = ("ordered", "diverted_in", "diverted_out", "cancelled", "shipped", "delivered", "outstanding")


@dataclass(frozen=True, slots=True)
class Party:
    """Who takes part. `spellings` are the names under which others write of it; `known` parties are curated."""

    party_id: str
    name: str
    spellings: tuple[str, ...]
    kind: str
    known: bool


@dataclass(frozen=True, slots=True)
class Control:
    """Who controls whom from `from_on` until the day before `to_on`."""

    party_id: str
    controller_id: str
    from_on: date
    to_on: date | None


@dataclass(frozen=True, slots=True)
class Product:
    """What is sold. `gpus_per_unit` GPUs in one `unit`; news say `name`, suppliers' files `sku`; `price` is of one GPU.

    `news_product_id` is the product that `name` alone stands for.
    """

    product_id: str
    news_product_id: str
    family_id: str
    name: str
    family_name: str
    sku: str
    unit: str
    gpus_per_unit: int
    maker_id: str
    price: int


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened to a lot on a day; fields that do not apply are empty.

    `gpus` are the units concerned, for an amendment the new count. `due` is the day promised from then on and `was_due`
    the one before. A diversion or resale of a part names the part's own lot in `part_id`. `swap` marks two legs.
    """

    number: int
    day: date
    kind: Kind
    lot_id: str
    gpus: int
    due: date | None = None
    was_due: date | None = None
    from_id: str | None = None
    to_id: str | None = None
    part_id: str | None = None
    swap: str | None = None
    product_id: str | None = None
    supplier_id: str | None = None
    order_ref: str | None = None
    line_ref: str | None = None
    booked: bool = False


@dataclass(frozen=True, slots=True)
class Lot:
    """What the events up to some day make of a lot. `dues` are (told on, due) in order; arrivals are (day, GPUs)."""

    lot_id: str
    supplier_id: str
    product_id: str
    original_to: str
    current_to: str
    gpus: int
    ordered_on: date
    order_ref: str
    line_ref: str
    booked: bool
    dues: tuple[tuple[date, date], ...]
    parent_id: str | None = None
    shipped: tuple[tuple[date, int], ...] = ()
    delivered: tuple[tuple[date, int], ...] = ()
    cancelled: int = 0
    cancelled_on: date | None = None
    moved: str | None = None
    moved_on: date | None = None
    split_off: int = 0

    @property
    def known_gpus(self) -> int:
        """The count under which others know the lot: with the parts that were taken from it."""
        return self.gpus + self.split_off

    @property
    def delivered_gpus(self) -> int:
        return sum(gpus for _, gpus in self.delivered)

    @property
    def shipped_gpus(self) -> int:
        return max(sum(gpus for _, gpus in self.shipped), self.delivered_gpus)

    @property
    def outstanding(self) -> int:
        return self.gpus - self.delivered_gpus - self.cancelled

    @property
    def due(self) -> date:
        return self.dues[-1][1]

    @property
    def delivered_on(self) -> date | None:
        """The day on which the delivery was complete."""
        return self.delivered[-1][0] if self.delivered and not self.outstanding else None

    @property
    def status(self) -> str:
        if self.cancelled >= self.gpus:
            return "cancelled"
        if self.delivered:
            return "partly_delivered" if self.outstanding else "delivered"
        return "shipped" if self.shipped else "open"

    @property
    def ended_on(self) -> date | None:
        return self.cancelled_on if self.status == "cancelled" else self.delivered_on

    def days_late(self, as_of: date) -> int | None:
        """Days from the first promise to the end, or to `as_of` while open; None while it is not due."""
        first = self.dues[0][1]
        return max(0, ((self.ended_on or as_of) - first).days) if first <= as_of else None


@dataclass(frozen=True, slots=True)
class Transfer:
    """Units that went from one party to another. `related_through` controlled both on that day."""

    lot_id: str
    kind: str
    from_id: str
    to_id: str
    product_id: str
    family_id: str
    gpus: int
    day: date
    related_through: str | None
    swap: str | None


@dataclass(frozen=True)
class Truth:
    """A whole history up to `as_of`. Events stand in the order in which they happened."""

    seed: int
    as_of: date
    parties: dict[str, Party]
    control: tuple[Control, ...]
    products: dict[str, Product]
    events: tuple[Event, ...] = field(repr=False)

    @cached_property
    def lots(self) -> dict[str, Lot]:
        """Every lot as it stands at the end."""
        return lots_of(self.events)

    @cached_property
    def lots_after(self) -> dict[int, dict[str, Lot]]:
        """The lots after each event, by its number."""
        after: dict[int, dict[str, Lot]] = {}
        lots: dict[str, Lot] = {}
        for event in self.events:
            lots = {**lots, **happen(lots, event)}
            after[event.number] = lots
        return after

    def only(self, numbers: Iterable[int]) -> "Truth":
        """The history as it would be if only these events had happened, less those of lots that never began."""
        wanted = set(numbers)
        lots: dict[str, Lot] = {}
        kept = []
        for event in self.events:
            if event.number in wanted and (event.kind == "order" or event.lot_id in lots):
                lots |= happen(lots, event)
                kept.append(event)
        return replace(self, events=tuple(kept))

    @cached_property
    def transfers(self) -> tuple[Transfer, ...]:
        found = []
        for event in self.events:
            if event.kind in ("diversion", "resale"):
                lot = self.lots[event.part_id or event.lot_id]
                assert event.from_id
                assert event.to_id
                found.append(
                    Transfer(
                        lot.lot_id, event.kind, event.from_id, event.to_id, lot.product_id,
                        self.products[lot.product_id].family_id, lot.gpus, event.day,
                        self.related_through(event.from_id, event.to_id, event.day), event.swap,
                    )
                )  # fmt: skip
        return tuple(found)

    @cached_property
    def swaps(self) -> frozenset[frozenset[str]]:
        """The pairs of lots whose diversions returned each other."""
        legs: dict[str, set[str]] = {}
        for transfer in self.transfers:
            if transfer.swap:
                legs.setdefault(transfer.swap, set()).add(transfer.lot_id)
        return frozenset(frozenset(pair) for pair in legs.values() if len(pair) == 2)

    def value(self, lot: Lot) -> int:
        """US dollars."""
        return lot.gpus * self.products[lot.product_id].price

    def controllers(self, party_id: str, day: date) -> dict[str, int]:
        """Who controlled a party on a day, itself included, and over how many steps."""
        found, edge = {party_id: 0}, [party_id]
        while edge:
            below = edge.pop()
            for held in self.control:
                if held.party_id == below and held.from_on <= day and (held.to_on is None or day < held.to_on):
                    found.setdefault(held.controller_id, found[below] + 1)
                    edge.append(held.controller_id)
        return found

    def related_through(self, one: str, other: str, day: date) -> str | None:
        """Who controlled both on that day: the nearest, among equals the first by id."""
        ours, theirs = self.controllers(one, day), self.controllers(other, day)
        common = [(ours[party] + theirs[party], party) for party in ours.keys() & theirs.keys()]
        return min(common)[1] if common else None

    def allocation(self) -> dict[tuple[str, str], dict[str, int]]:
        """For each party and product, the totals of its lots."""
        found: dict[tuple[str, str], dict[str, int]] = {}

        def add(party: str, lot: Lot, **gpus: int) -> None:
            totals = found.setdefault((party, lot.product_id), dict.fromkeys(TOTALS, 0))
            for name, count in gpus.items():
                totals[name] += count

        for lot in self.lots.values():
            add(lot.original_to, lot, ordered=lot.gpus)
            if lot.original_to != lot.current_to:
                add(lot.original_to, lot, diverted_out=lot.gpus)
                add(lot.current_to, lot, diverted_in=lot.gpus)
            add(
                lot.current_to, lot, cancelled=lot.cancelled, shipped=lot.shipped_gpus,
                delivered=lot.delivered_gpus, outstanding=lot.outstanding,
            )  # fmt: skip
        return found


def lots_of(events: Iterable[Event]) -> dict[str, Lot]:
    """The lots that events add up to."""
    lots: dict[str, Lot] = {}
    for event in events:
        lots |= happen(lots, event)
    return lots


def happen(lots: dict[str, Lot], event: Event) -> dict[str, Lot]:
    """The lots that an event changes, as they are after it."""
    if event.kind == "order":
        assert event.due
        assert event.to_id
        assert event.supplier_id
        assert event.product_id
        return {
            event.lot_id: Lot(
                event.lot_id, event.supplier_id, event.product_id, event.to_id, event.to_id, event.gpus, event.day,
                event.order_ref or "", event.line_ref or "", event.booked, ((event.day, event.due),),
            )
        }  # fmt: skip
    lot = lots[event.lot_id]
    dues = (*lot.dues, (event.day, event.due)) if event.due else lot.dues
    match event.kind:
        case "revision":
            changed = [replace(lot, dues=dues)]
        case "amendment":
            changed = [replace(lot, gpus=event.gpus)]
        case "substitution":
            assert event.product_id
            changed = [replace(lot, product_id=event.product_id, dues=lot.dues if event.due == lot.due else dues)]
        case "shipment":
            changed = [replace(lot, shipped=(*lot.shipped, (event.day, event.gpus)))]
        case "delivery":
            changed = [replace(lot, delivered=(*lot.delivered, (event.day, event.gpus)))]
        case "cancellation":
            changed = [replace(lot, cancelled=lot.cancelled + event.gpus, cancelled_on=event.day)]
        case _:
            changed = _moved(lot, event, dues)
    return {each.lot_id: each for each in changed}


def _moved(lot: Lot, event: Event, dues: tuple[tuple[date, date], ...]) -> list[Lot]:
    assert event.to_id
    if event.part_id is None:
        return [replace(lot, current_to=event.to_id, dues=dues, moved=event.kind, moved_on=event.day)]
    part = replace(
        lot, lot_id=event.part_id, parent_id=lot.lot_id, gpus=event.gpus, current_to=event.to_id, dues=dues,
        booked=False, shipped=(), delivered=(), cancelled=0, moved=event.kind, moved_on=event.day,
        split_off=0,
    )  # fmt: skip
    rest = replace(lot, gpus=lot.gpus - event.gpus, split_off=lot.split_off + event.gpus)
    if event.kind == "resale":
        rest = replace(
            rest, shipped=_less(lot.shipped, event.gpus), delivered=_less(lot.delivered, event.gpus)
        )  # fmt: skip
    return [rest, part]


def _less(arrivals: tuple[tuple[date, int], ...], gpus: int) -> tuple[tuple[date, int], ...]:
    """What is left of arrivals when so many GPUs are sold on, the first to come first."""
    left = []
    for day, came in arrivals:
        taken = min(came, gpus)
        gpus -= taken
        left.append((day, came - taken))
    return tuple(left)
