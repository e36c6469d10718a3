"""An event told as claims, in the fields of docs/claims.md, and bent by the noise.

Where an item speaks of a part (the first 300 of 1,000, the cut of 200), it also says of what: it restates the order,
or the diversion, as a claim of its own. A substitution is told as the order of the one and the shipment of the other.
"""

import random
from collections import Counter
from datetime import date
from typing import Any

from tests.world.noise import Noise, Span, two_digits, vague_day, vague_delay, wrong
from tests.world.truth import Event, Lot, Product, Truth

Fields = dict[str, Any]
EMPTY: Fields = dict.fromkeys((
    "supplier", "from_entity", "to_entity", "product", "quantity_low", "quantity_high", "quantity_unit", "value_low",
    "value_high", "currency", "promised_start", "promised_end", "revised_start", "revised_end", "actual_start",
    "actual_end", "delay_low_days", "delay_high_days", "attributed_to",
))  # fmt: skip


class Claims:
    """Tells of the events of one history."""

    def __init__(self, truth: Truth, noise: Noise, chance: random.Random) -> None:
        self.truth, self.noise, self.chance = truth, noise, chance
        self.numbers: Counter[str] = Counter()
        self.first: dict[str, Event] = {}
        self.moves: dict[str, Event] = {}
        self.shown: set[int] = set()  # numbers of the events whose outcome a claim has stated
        self.history: dict[str, list[Event]] = {}
        for event in truth.events:
            if event.kind == "order":
                self.first[event.lot_id] = event
            if event.kind in ("diversion", "resale"):
                self.moves[event.part_id or event.lot_id] = event
            past = self.history.setdefault(event.lot_id, [])
            past.append(event)
            if event.part_id:
                self.history[event.part_id] = list(past)

    def can_tell(self, event: Event) -> bool:
        """Claims have no words for a due day that comes forward."""
        return not (event.kind == "revision" and event.due and event.was_due and event.due < event.was_due)

    def of(self, event: Event) -> list[Fields]:
        """The claims that tell of an event, newly bent each time; `whole` names the lot of a restated one."""
        lot = self._lot(event)
        match event.kind:
            case "order":
                return [self._order(event, lot)]
            case "amendment":
                return [self._order(self.first[event.lot_id], lot, gpus=event.gpus)]
            case "substitution":
                before = self.truth.products[self._before(event).product_id]
                shipment = self._claim("shipment", lot, event.gpus, promised=event.due)
                return [self._restated(lot, product=before, due=self._before(event).due), shipment]
            case "revision":
                assert event.due
                assert event.was_due
                claim = self._claim("delay", lot, event.gpus, promised=event.was_due, revised=event.due)
                return self._with_whole(event, lot, self._late(claim, (event.due - event.was_due).days))
            case "diversion":
                claim = self._claim(
                    "diversion", lot, event.gpus, giver=event.from_id, to=event.to_id, promised=event.was_due,
                    revised=event.due, actual=event.day,
                )  # fmt: skip
                return [claim]
            case "resale":
                claim = self._claim(
                    "resale", lot, event.gpus, giver=event.from_id, to=event.to_id, actual=event.day, maker=True
                )
                return [claim, {**self._restated(lot), "whole": lot.lot_id}]
            case _:
                resold = lot.moved == "resale"
                due = None if resold else lot.due
                claim = self._claim(event.kind, lot, event.gpus, promised=due, actual=event.day, maker=resold)
                return self._with_whole(event, lot, claim)

    def _lot(self, event: Event) -> Lot:
        """The lot as it is after the event; of a move, the lot that it is taken from."""
        return self.truth.lots_after.get(event.number, self.truth.lots)[event.lot_id]

    def _before(self, event: Event) -> Lot:
        return self.truth.lots_after[event.number - 1][event.lot_id]

    def _with_whole(self, event: Event, lot: Lot, claim: Fields) -> list[Fields]:
        return [claim] if event.gpus == lot.known_gpus else [claim, self._restated(lot)]

    def _restated(self, lot: Lot, *, product: Product | None = None, due: date | None = None) -> Fields:
        if lot.moved:
            move = self.moves[lot.lot_id]
            return self._claim(
                move.kind, lot, move.gpus, giver=move.from_id, to=move.to_id, promised=move.was_due,
                revised=lot.due if move.due else None, actual=move.day, maker=move.kind == "resale",
            )  # fmt: skip
        order = self.first[lot.lot_id]
        return self._order(order, lot, gpus=lot.known_gpus, product=product, due=due or lot.due)

    def _order(
        self, order: Event, lot: Lot, *, gpus: int | None = None, product: Product | None = None,
        due: date | None = None,
    ) -> Fields:  # fmt: skip
        return self._claim(
            "order", lot, gpus or order.gpus, to=lot.original_to, promised=due or lot.due, actual=order.day,
            product=product,
        )  # fmt: skip

    def _claim(
        self, event: str, lot: Lot, gpus: int, *, giver: str | None = None, to: str | None = None,
        promised: date | None = None, revised: date | None = None, actual: date | None = None,
        product: Product | None = None, maker: bool = False,
    ) -> Fields:  # fmt: skip
        chance, noise, truth = self.chance, self.noise, self.truth
        product = product or truth.products[lot.product_id]
        maker = maker or chance.random() < noise.names_maker
        counts = self._number(gpus)
        if chance.random() < noise.bounded:
            counts = chance.choice(((two_digits(gpus * 0.97), None), (None, two_digits(gpus * 1.03))))
        money = self._number(gpus * product.price)
        claim = {
            **EMPTY,
            "event": event,
            "supplier": None if self._left_out() else self._name(product.maker_id if maker else lot.supplier_id),
            "from_entity": self._name(giver) if giver else None,
            "to_entity": self._name(to or lot.current_to),
            "product": self._product(product),
            "quantity_low": counts[0], "quantity_high": counts[1], "quantity_unit": "gpu",
            "certainty": self._certainty(),
        }  # fmt: skip
        if not self._left_out():
            claim |= {"value_low": money[0], "value_high": money[1], "currency": "USD"}
        days = (("promised", promised, True), ("revised", revised, True), ("actual", actual, False))
        dues = set()
        for slot, day, is_due in days:
            if day and not self._left_out():
                claim[f"{slot}_start"], claim[f"{slot}_end"] = self._day(day, deadline=is_due)
                if is_due:
                    dues.add(day)
        self._show(lot, event, gpus, product if claim["product"] == product.name else None, dues)
        return claim

    def _show(self, lot: Lot, event: str, gpus: int, product: Product | None, dues: set[date]) -> None:
        """Who restates a lot tells of what made it what it is, though nobody told of that when it happened."""
        move = self.moves.get(lot.lot_id)
        for past in self.history[lot.lot_id]:
            if (
                past.kind == "order"
                or past.due in dues
                or (past is move and event == move.kind)
                or (past.kind == "substitution" and product and past.product_id == product.product_id)
                or (past.kind == "amendment" and past.gpus == gpus)
            ):
                self.shown.add(past.number)

    def _late(self, claim: Fields, days: int) -> Fields:
        chance = self.chance
        vague = vague_delay(days, chance) if chance.random() < self.noise.vague_delays else None
        if vague:
            claim |= {"delay_low_days": vague[0], "delay_high_days": vague[1]}
            return claim | {"revised_start": None, "revised_end": None}
        low, high = self._number(days)
        return claim | {"delay_low_days": low, "delay_high_days": high}

    def _left_out(self) -> bool:
        return self.chance.random() < self.noise.left_out

    def _name(self, party_id: str) -> str:
        return self.chance.choice(self.truth.parties[party_id].spellings)

    def _product(self, product: Product) -> str:
        if self.chance.random() < self.noise.coarse:
            return self.chance.choice((product.family_name, "GPU"))
        return product.name

    def _certainty(self) -> str:
        if self.chance.random() < self.noise.unsure:
            return self.chance.choice(("reported", "reported", "reported", "rumoured"))
        return "confirmed"

    def _number(self, number: float) -> tuple[float, float]:
        drawn = self.chance.random()
        self.numbers["stated"] += 1
        if drawn < self.noise.wrong:
            self.numbers["wrong"] += 1
            number = wrong(number, self.chance)
        elif drawn < self.noise.wrong + self.noise.rounded:
            self.numbers["rounded"] += 1
            number = two_digits(number)
        return float(number), float(number)

    def _day(self, day: date, *, deadline: bool) -> Span:
        if self.chance.random() < self.noise.vague_days:
            return vague_day(day, self.chance, deadline=deadline)
        return day, day
