"""A seed and knobs make a true history. All chance about what happens is here; chance about what is seen is not.

Lots of one buyer and product overlap in time, counts recur, and some stand in no supplier's books. What nobody could
tell apart does not occur: two lots of one party and family are never promised for the same day, and where the counts
are near and one of the two stands in no books, never within a month.
"""

import random
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from tests.world.names import BLOCK, BOOKED, MAKERS, PRODUCTS, TOLD, coin
from tests.world.truth import Control, Event, Kind, Party, Product, Truth

AS_OF = date(2026, 3, 31)
BEGIN = date(2023, 9, 1)
APART = 30  # days


@dataclass(frozen=True, slots=True)
class Knobs:
    """How much of what happens in a world. Shares are chances for each lot unless said otherwise."""

    orders: int = 6
    buyers: int = 5
    unknown_parties: float = 0.3  # of each party, that the reference does not know it
    lots_an_order: int = 3  # at most
    unbooked: float = 0.2  # that a lot stands in no supplier's books
    same_count: float = 0.3  # that a lot has a count that another has
    revisions: int = 3  # at most
    amended: float = 0.1
    substituted: float = 0.1
    diverted: float = 0.3
    in_part: float = 0.5  # of a diversion, that it moves a part only
    swapped: float = 0.25  # of a diversion, that another one returns it
    resold: float = 0.1
    cancelled: float = 0.15
    late: float = 0.5
    parcels: int = 3  # deliveries of a lot, at most
    controlled: float = 0.5  # of a world, that somebody controls two of its buyers for a time


def generate(seed: int, knobs: Knobs | None = None, *, block: int | None = None) -> Truth:
    """The history of a seed. Worlds of different blocks of names share no party but the makers."""
    return _World(seed, knobs or Knobs(), seed if block is None else block).truth()


@dataclass
class _Lot:
    """A lot while its life is told."""

    lot_id: str
    holder: str
    gpus: int
    product: Product
    due: date
    booked: bool
    day: date
    events: list[Event] = field(default_factory=list)


class _World:
    def __init__(self, seed: int, knobs: Knobs, block: int) -> None:
        self.seed, self.knobs, self.block = seed, knobs, block
        self.chance = random.Random(f"world {seed}")
        self.parties: dict[str, Party] = dict(MAKERS)
        self.buyers = [self._party(place, seller=False) for place in range(min(knobs.buyers, BLOCK - 4))]
        self.sellers = [self._party(BLOCK - 1 - place, seller=True) for place in range(2)]
        self.control = self._control()
        self.events: list[Event] = []
        self.counts: list[int] = []
        self.taken: dict[tuple[str, str], list[tuple[date, str, int, bool]]] = {}
        self.moves: set[tuple[str, str, str]] = set()
        self.numbers = 0

    def truth(self) -> Truth:
        waiting: list[_Lot] = []
        for number in range(self.knobs.orders):
            waiting += self._order(number)
        self._swaps(waiting)
        for lot in waiting:
            self._live(lot)
        happened = sorted((e for e in self.events if e.day <= AS_OF), key=lambda e: (e.day, e.number))
        events = tuple(replace(event, number=place) for place, event in enumerate(happened))
        return Truth(self.seed, AS_OF, self.parties, self.control, PRODUCTS, events)

    def _party(self, place: int, *, seller: bool) -> str:
        known = self.chance.random() >= self.knobs.unknown_parties
        party = coin(self.block, place, self.chance, seller=seller, known=known)
        self.parties[party.party_id] = party
        return party.party_id

    def _control(self) -> tuple[Control, ...]:
        known = [party for party in self.buyers if self.parties[party].known]
        if len(known) < 2 or self.chance.random() >= self.knobs.controlled:
            return ()
        owner = coin(self.block, BLOCK - 4, self.chance, seller=False, known=True)
        self.parties[owner.party_id] = owner
        turn = BEGIN + timedelta(days=self.chance.randint(150, 500))
        end = turn + timedelta(days=self.chance.randint(90, 500)) if self.chance.random() < 0.5 else None
        first, second, *others = known
        periods = [Control(first, owner.party_id, BEGIN, None), Control(second, owner.party_id, turn, end)]
        if others:
            periods.append(Control(others[0], second, BEGIN, turn))
        return tuple(periods)

    def _happen(self, lot: _Lot, kind: Kind, gpus: int, **fields: Any) -> None:
        self.events.append(Event(self.numbers, lot.day, kind, lot.lot_id, gpus, **fields))
        self.numbers += 1

    def _fresh(self, day: date, lot: _Lot, *parties: str, gpus: int | None = None) -> date:
        """A day for which none of these parties was promised anything that could be taken for this."""
        gpus, family = gpus or lot.gpus, lot.product.family_id
        promised = [each for party in parties for each in self.taken.setdefault((party, family), [])]

        def clashes(day: date) -> bool:
            return any(
                day == other
                or (
                    lot_id != lot.lot_id
                    and not (booked and lot.booked)
                    and abs(count - gpus) <= 0.15 * max(count, gpus)
                    and abs((other - day).days) < APART
                )
                for other, lot_id, count, booked in promised
            )

        while clashes(day):
            day += timedelta(days=self.chance.randint(1, 5))
        for party in parties:
            self.taken[party, family].append((day, lot.lot_id, gpus, lot.booked))
        return day

    def _count(self, product: Product) -> int:
        size = product.gpus_per_unit
        fitting = [count for count in self.counts if count % size == 0]
        if fitting and self.chance.random() < self.knobs.same_count:
            return self.chance.choice(fitting)
        step = self.chance.choice((1, 8, 8, 100, 1000)) * size
        least, most = 256, 40_000
        count = max(step, round(self.chance.triangular(least, most, least) / step) * step)
        self.counts.append(count)
        return count

    def _order(self, number: int) -> list[_Lot]:
        chance, knobs = self.chance, self.knobs
        buyer = chance.choice(self.buyers)
        booked = chance.random() >= knobs.unbooked
        day = BEGIN + timedelta(days=chance.randint(0, 600))
        maker = "amd" if chance.random() < 0.2 else "nvidia"
        products = [PRODUCTS[each] for each in (BOOKED if booked else TOLD) if PRODUCTS[each].maker_id == maker]
        seller = chance.choice(self.sellers) if booked or chance.random() < 0.5 else maker
        usual = chance.choice(products)
        lots = []
        for line in range(1, chance.randint(1, knobs.lots_an_order) + 1):
            product = usual if chance.random() < 0.7 else chance.choice(products)
            due = day + timedelta(days=chance.randint(40, 270))
            lot = _Lot(f"{self.seed}-{number}-{line}", buyer, self._count(product), product, due, booked, day)
            lot.due = due = self._fresh(due, lot, buyer)
            self._happen(
                lot, "order", lot.gpus, due=due, to_id=buyer, product_id=product.product_id, supplier_id=seller,
                order_ref=f"PO-{day.year}-{self.block:05}{number:02}", line_ref=str(line * 10), booked=booked,
            )  # fmt: skip
            lots.append(lot)
        return lots

    def _swaps(self, lots: list[_Lot]) -> None:
        """Some whole lots change places with lots of other buyers on nearly the same day, before anything else."""
        chance, knobs = self.chance, self.knobs
        free = list(lots)
        for lot in lots:
            if lot not in free or chance.random() >= knobs.diverted * knobs.swapped * 2:
                continue
            fitting = [
                other
                for other in free
                if other.holder != lot.holder
                and other.product.family_id == lot.product.family_id
                and abs((other.day - lot.day).days) < 200
                and self._may_move(lot.holder, other.holder, lot.product.family_id)
                and self._may_move(other.holder, lot.holder, lot.product.family_id)
                and self._unmoved(other.holder, lot.holder, lot.product.family_id)
            ]
            if not fitting:
                continue
            other = chance.choice(fitting)
            free = [each for each in free if each not in (lot, other)]
            day = max(lot.day, other.day) + timedelta(days=chance.randint(3, 60))
            one, two = lot.holder, other.holder
            for leg, to in ((lot, two), (other, one)):
                leg.day = day + timedelta(days=chance.randint(0, 10))
                self._move(leg, to, swap=f"{lot.lot_id}/{other.lot_id}")

    def _may_move(self, giver: str, taker: str, family: str) -> bool:
        # A second move back between the same two would be a swap by chance.
        return (taker, giver, family) not in self.moves

    def _unmoved(self, giver: str, taker: str, family: str) -> bool:
        return (giver, taker, family) not in self.moves

    def _move(self, lot: _Lot, to: str, *, swap: str | None = None, part: int | None = None) -> _Lot | None:
        """Divert the lot, or a part of it, which then is a lot of its own."""
        family = lot.product.family_id
        giver, was_due = lot.holder, lot.due
        self.moves.add((giver, to, family))
        due = max(max(lot.due, lot.day) + timedelta(days=self.chance.randint(-20, 60)), lot.day + timedelta(days=5))
        due = self._fresh(due, lot, giver, to, gpus=part)
        part_id = f"{lot.lot_id}p" if part else None
        self._happen(
            lot, "diversion", part or lot.gpus, due=due, was_due=was_due, from_id=giver, to_id=to, part_id=part_id,
            swap=swap,
        )  # fmt: skip
        if part is None:
            lot.holder, lot.due = to, due
            return None
        lot.gpus -= part
        assert part_id
        return _Lot(part_id, to, part, lot.product, due, False, lot.day)

    def _live(self, lot: _Lot, *, moved: bool = False) -> None:
        chance, knobs = self.chance, self.knobs
        moved = moved or any(e.kind == "diversion" and e.lot_id == lot.lot_id for e in self.events)
        # What is ordered is settled before anybody else gets some of it.
        settled = ["amendment"] if chance.random() < knobs.amended and not moved else []
        settled += ["substitution"] if chance.random() < knobs.substituted and not moved else []
        acts = ["revision"] * chance.randint(0, knobs.revisions)
        acts += ["diversion"] if chance.random() < knobs.diverted and not moved else []
        chance.shuffle(acts)
        acts = settled + acts
        for act in acts:
            lot.day += timedelta(days=chance.randint(4, 60))
            if act == "revision":
                self._revise(lot)
            elif act == "substitution":
                self._substitute(lot)
            elif act == "amendment":
                self._amend(lot)
            else:
                self._divert(lot)
        if chance.random() < knobs.cancelled:
            self._cancel(lot)
        else:
            self._deliver(lot, lot.gpus)

    def _revise(self, lot: _Lot) -> None:
        chance = self.chance
        shift = chance.randint(10, 150)
        if lot.booked and chance.random() < 0.15 and (lot.due - lot.day).days > 40:
            shift = -chance.randint(5, 30)
        was_due = lot.due
        lot.due = self._fresh(lot.due + timedelta(days=shift), lot, lot.holder)
        self._happen(lot, "revision", lot.gpus, due=lot.due, was_due=was_due)

    def _substitute(self, lot: _Lot) -> None:
        others = [
            product
            for product in (PRODUCTS[each] for each in (BOOKED if lot.booked else TOLD))
            if product.product_id != lot.product.product_id
            and product.maker_id == lot.product.maker_id
            and lot.gpus % product.gpus_per_unit == 0
            and (lot.booked or product.family_id == lot.product.family_id)
        ]
        if others:
            lot.product = self.chance.choice(others)
            lot.due = self._fresh(lot.due, lot, lot.holder) if lot.booked else lot.due
            self._happen(lot, "substitution", lot.gpus, product_id=lot.product.product_id, due=lot.due)

    def _amend(self, lot: _Lot) -> None:
        size = lot.product.gpus_per_unit
        change = round(lot.gpus * self.chance.choice((-1, 1)) * self.chance.uniform(0.03, 0.12) / size) * size
        if change and lot.gpus + change > 0:
            lot.gpus += change
            self._happen(lot, "amendment", lot.gpus)

    def _divert(self, lot: _Lot) -> None:
        chance, family = self.chance, lot.product.family_id
        takers = [
            party for party in self.buyers
            if party != lot.holder and self._may_move(lot.holder, party, family)
        ]  # fmt: skip
        if not takers:
            return
        part = None
        if chance.random() < self.knobs.in_part:
            size = lot.product.gpus_per_unit
            part = round(lot.gpus * chance.uniform(0.15, 0.75) / size) * size
            if not 0 < part <= lot.gpus * 0.8:
                return
        split = self._move(lot, chance.choice(takers), part=part)
        if split:
            self._live(split, moved=True)

    def _cancel(self, lot: _Lot) -> None:
        lot.day += timedelta(days=self.chance.randint(5, 60))
        size = lot.product.gpus_per_unit
        kept = round(lot.gpus * self.chance.uniform(0.2, 0.8) / size) * size
        if self.chance.random() < 0.5 or not 0 < kept < lot.gpus:
            self._happen(lot, "cancellation", lot.gpus)
        elif lot.booked:
            # A line in the books ends when what came of it came: the rest is cancelled then.
            self._deliver(lot, kept, resold=False)
            lot.day += timedelta(days=self.chance.randint(3, 40))
            self._happen(lot, "cancellation", lot.gpus - kept)
        else:
            self._happen(lot, "cancellation", lot.gpus - kept)
            self._deliver(lot, kept, resold=False)

    def _deliver(self, lot: _Lot, gpus: int, *, resold: bool = True) -> None:
        chance, size = self.chance, lot.product.gpus_per_unit
        late = chance.randint(1, 120) if chance.random() < self.knobs.late else -chance.randint(0, 20)
        first = max(lot.due + timedelta(days=late), lot.day + timedelta(days=8))
        parcels = chance.randint(1, self.knobs.parcels)
        units = gpus // size
        cuts = sorted(chance.sample(range(1, units), min(parcels - 1, units - 1))) if units > 1 else []
        day = first
        for begin, end in zip([0, *cuts], [*cuts, units], strict=True):
            lot.day = max(lot.day + timedelta(days=1), day - timedelta(days=chance.randint(2, 20)))
            self._happen(lot, "shipment", (end - begin) * size)
            lot.day = max(lot.day + timedelta(days=1), day)
            self._happen(lot, "delivery", (end - begin) * size)
            day = lot.day + timedelta(days=chance.randint(5, 60))
        if resold and chance.random() < self.knobs.resold:
            self._resell(lot)

    def _resell(self, lot: _Lot) -> None:
        """An owner sells a part of what it got; it arrives at the new owner some days later."""
        chance, size = self.chance, lot.product.gpus_per_unit
        lot.day += timedelta(days=chance.randint(20, 200))
        part = round(lot.gpus * chance.uniform(0.15, 0.75) / size) * size
        takers = [party for party in self.buyers if party != lot.holder]
        if not 0 < part <= lot.gpus * 0.8 or not takers or lot.lot_id.endswith("p"):
            return
        if any(e.kind == "diversion" and e.lot_id == lot.lot_id for e in self.events):
            return
        sold = _Lot(f"{lot.lot_id}p", chance.choice(takers), part, lot.product, lot.due, False, lot.day)
        self._happen(lot, "resale", part, from_id=lot.holder, to_id=sold.holder, part_id=sold.lot_id)
        sold.day += timedelta(days=chance.randint(2, 20))
        self._happen(sold, "shipment", part)
        sold.day += timedelta(days=chance.randint(1, 10))
        self._happen(sold, "delivery", part)
