"""What suppliers' files show of a history: each order line as it stood in each edition of its supplier's book.

A supplier's habits differ: some give totals on the order line, some send notices of single shipments; some write a new
due day beside the promised one, some over it.
"""

import random
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from tests.world.noise import Noise, wrong
from tests.world.truth import Event, Product, Truth


@dataclass(frozen=True, slots=True)
class Habits:
    """How a supplier keeps its books."""

    notices: bool
    overwrites: bool


@dataclass(frozen=True, slots=True)
class _Line:
    """An order line as its supplier knows it: the units are those ordered, whoever gets them."""

    buyer: str
    product: Product
    gpus: int
    ordered_on: date
    promised_on: date
    revised_on: date | None = None
    shipped: tuple[tuple[date, int], ...] = ()
    delivered: tuple[tuple[date, int], ...] = ()
    cancelled: bool = False

    def status(self) -> str:
        if self.cancelled:
            return "cancelled"
        if self.delivered:
            whole = sum(gpus for _, gpus in self.delivered) >= self.gpus
            return "delivered" if whole else "partly_delivered"
        return "shipped" if self.shipped else "confirmed"


def booked_events(truth: Truth, noise: Noise, chance: random.Random) -> dict[str, list[Event]]:
    """For each lot in the books, the events that they show: all, or those before the books stop."""
    shown: dict[str, list[Event]] = {}
    for event in truth.events:
        told = event.kind not in ("diversion", "resale") and _edition(event.day, noise.edition_days) <= truth.as_of
        if truth.lots[event.lot_id].booked and told:
            shown.setdefault(event.lot_id, []).append(event)
    for events in shown.values():
        if len(events) > 1 and chance.random() < noise.books_stop:
            del events[chance.randint(1, len(events) - 1) :]
    return shown


def read_books(
    truth: Truth, noise: Noise, chance: random.Random, shown: dict[str, list[Event]]
) -> Iterable[tuple[str, dict[str, Any]]]:
    """(lot, fields of a line) for each line of each edition, in order of the editions."""
    habits: dict[str, Habits] = {}
    for lot_id, events in shown.items():
        lot = truth.lots[lot_id]
        way = habits.setdefault(lot.supplier_id, Habits(chance.random() < 0.5, chance.random() < 0.5))
        supplier, buyer = (chance.choice(truth.parties[p].spellings) for p in (lot.supplier_id, lot.original_to))
        editions: dict[date, list[Event]] = {}
        for event in events:
            editions.setdefault(_edition(event.day, noise.edition_days), []).append(event)
        line: _Line | None = None
        lines = [day for day, news in editions.items() if _shows_line(news, way)]
        for place, (day, news) in enumerate(editions.items()):
            for event in news:
                line = _after(line, event, buyer, truth.products)
            assert line
            stated = line
            slips = place < len(editions) - 1 and chance.random() < noise.book_slips
            # A supplier who makes a slip mends it: notices of shipments alone would leave it standing for ever.
            if slips and day < lines[-1]:
                size = line.product.gpus_per_unit
                stated = replace(line, gpus=int(wrong(line.gpus // size, chance)) * size)
            common = {
                "supplier": supplier, "order_ref": lot.order_ref, "line_ref": lot.line_ref,
                "sku": line.product.sku, "unit": line.product.unit, "buyer": buyer, "document_date": day,
            }  # fmt: skip
            if _shows_line(news, way):
                yield lot_id, {**common, **_order(stated, way)}
            if way.notices:
                for fields in _notices(line, news):
                    yield lot_id, {**common, **fields}


def _shows_line(news: list[Event], way: Habits) -> bool:
    return not way.notices or any(event.kind not in ("shipment", "delivery") for event in news)


def _edition(day: date, days: int) -> date:
    ordinal = day.toordinal()
    return day + timedelta(days=-ordinal % days)


def _after(line: _Line | None, event: Event, buyer: str, products: dict[str, Product]) -> _Line:
    if line is None:
        assert event.due
        assert event.product_id
        return _Line(buyer, products[event.product_id], event.gpus, event.day, event.due)
    match event.kind:
        case "revision":
            return replace(line, revised_on=event.due)
        case "amendment":
            return replace(line, gpus=event.gpus)
        case "substitution":
            assert event.product_id
            assert event.due
            due = line.revised_on or line.promised_on
            revised = event.due if event.due != due else line.revised_on
            return replace(line, product=products[event.product_id], revised_on=revised)
        case "shipment":
            return replace(line, shipped=(*line.shipped, (event.day, event.gpus)))
        case "delivery":
            return replace(line, delivered=(*line.delivered, (event.day, event.gpus)))
        case _:
            return replace(line, cancelled=True)


def _order(line: _Line, way: Habits) -> dict[str, Any]:
    size = line.product.gpus_per_unit
    shipped = sum(gpus for _, gpus in line.shipped)
    delivered = sum(gpus for _, gpus in line.delivered)
    totals = {
        "shipped_on": line.shipped[0][0] if line.shipped else None,
        "shipped_quantity": shipped / size if line.shipped else None,
        "delivered_on": line.delivered[-1][0] if line.delivered else None,
        "delivered_quantity": delivered / size if line.delivered else None,
    }
    return {
        "statement": "order", "quantity": line.gpus / size, "unit_price": float(line.product.price * size),
        "currency": "USD", "ordered_on": line.ordered_on,
        "promised_on": (line.revised_on or line.promised_on) if way.overwrites else line.promised_on,
        "revised_on": None if way.overwrites else line.revised_on, "status": line.status(),
        **({} if way.notices else totals),
    }  # fmt: skip


def _notices(line: _Line, news: list[Event]) -> Iterable[dict[str, Any]]:
    """A notice when a shipment leaves, and the same again with the day of its arrival."""
    size = line.product.gpus_per_unit
    touched = {
        place
        for kind, all_of_kind in (("shipment", line.shipped), ("delivery", line.delivered))
        for place, (day, _) in enumerate(all_of_kind)
        if any(e.kind == kind and e.day == day for e in news)
    }
    for place in sorted(touched):
        shipped_on, gpus = line.shipped[place]
        arrived = line.delivered[place] if place < len(line.delivered) else None
        yield {
            "statement": "shipment", "quantity": gpus / size, "shipped_on": shipped_on, "shipped_quantity": gpus / size,
            "delivered_on": arrived[0] if arrived else None,
            "delivered_quantity": arrived[1] / size if arrived else None,
            "status": "delivered" if arrived else "shipped",
        }  # fmt: skip
