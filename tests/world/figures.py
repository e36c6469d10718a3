"""How well the ledger does on worlds seen through noise: pairs, transfers, intervals, origins."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from tests.world.build import Rows
from tests.world.ledger import NEAR, Ledger
from tests.world.truth import Lot, Transfer, Truth


@dataclass(frozen=True)
class Figures:
    """How well the ledger does on noisy worlds. Shares are 0 to 1; the lists name what failed."""

    lots: int
    records: int
    pair_precision: float
    pair_recall: float
    transfer_precision: float
    transfer_recall: float
    inside: float
    inside_by_field: dict[str, float]
    known_by_field: dict[str, float]
    origins_counted_twice: int
    origins_merged: int
    only_in_news: float
    copied_items: float
    twins: float

    @property
    def pair_f1(self) -> float:
        return 2 * self.pair_precision * self.pair_recall / max(self.pair_precision + self.pair_recall, 1e-12)


def measure(ledger: Ledger) -> Figures:
    """The figures over all worlds of a build together."""
    together = sum(count * (count - 1) // 2 for count in ledger.shared.values())
    ours = sum(len(each) * (len(each) - 1) // 2 for each in ledger.members.values())
    theirs = sum(len(each) * (len(each) - 1) // 2 for each in ledger.matched.values())
    right, stated, true = transfers_found(ledger)
    inside, known, whole = intervals(ledger)
    twice, merged = origins(ledger)
    events = sum(len(seen.events) for seen in ledger.worlds)
    items = sum(len(seen.items) for seen in ledger.worlds)
    texts = sum(len({item["text"] for item in seen.items}) for seen in ledger.worlds)
    lots = len(whole)
    return Figures(
        lots, len(ledger.records), together / max(theirs, 1), together / max(ours, 1), right / max(stated, 1),
        right / max(true, 1), sum(whole.values()) / max(lots, 1),
        {name: sum(each) / max(len(each), 1) for name, each in inside.items()},
        {name: sum(each) / max(len(each), 1) for name, each in known.items()},
        len(twice), len(merged),
        1 - sum(len(seen.in_books) for seen in ledger.worlds) / max(events, 1), 1 - texts / max(items, 1),
        sum(map(twins, ledger.told.values())) / max(lots, 1),
    )  # fmt: skip


def twins(truth: Truth) -> int:
    """Lots that another of the same buyer and family resembles: counts within 15 %, and alive at the same time."""
    alike = 0
    lots = list(truth.lots.values())
    for lot in lots:
        alike += any(
            lot is not other
            and lot.original_to == other.original_to
            and truth.products[lot.product_id].family_id == truth.products[other.product_id].family_id
            and abs(lot.gpus - other.gpus) <= 0.15 * max(lot.gpus, other.gpus)
            and lot.ordered_on <= (other.ended_on or truth.as_of)
            and other.ordered_on <= (lot.ended_on or truth.as_of)
            for other in lots
        )
    return alike


def transfers_found(ledger: Ledger) -> tuple[int, int, int]:
    """(found, stated, true) transfers: same parties, family, and count within 15 %; each pair once."""
    missed, invented = transfer_errors(ledger)
    true = sum(len(truth.transfers) for truth in ledger.told.values())
    return true - len(missed), true - len(missed) + len(invented), true


def transfer_errors(ledger: Ledger) -> tuple[list[tuple[int, Transfer]], Rows]:
    """The true transfers that the ledger misses, with their seed, and those that it states and never were."""
    left = [row for row in ledger.transfers if row["certainty"] != "denied"]
    missed = []
    for truth in ledger.told.values():
        for each in truth.transfers:
            fitting = [row for row in left if _same_transfer(each, row)]
            if not fitting:
                missed.append((truth.seed, each))
                continue
            nearest = min(fitting, key=lambda row: (abs((row["transferred_end"] - each.day).days), row["transfer_id"]))
            left.remove(nearest)
    return missed, left


def _same_transfer(true: Transfer, row: dict[str, Any]) -> bool:
    # "GPUs" without a name is no other family.
    return (
        (row["from"], row["to"]) == (true.from_id, true.to_id)
        and row["family_id"] in (true.family_id, "gpu")
        and row["gpus_best"] is not None
        and abs(row["gpus_best"] - true.gpus) <= 0.15 * max(row["gpus_best"], true.gpus)
    )


def intervals(ledger: Ledger) -> tuple[dict[str, list[bool]], dict[str, list[bool]], dict[str, bool]]:
    """For each field, lot by lot, whether it is inside and whether it is known; whether all of a lot are."""
    inside: dict[str, list[bool]] = defaultdict(list)
    known: dict[str, list[bool]] = defaultdict(list)
    whole: dict[str, bool] = {}
    for truth in ledger.told.values():
        for lot_id, lot in truth.lots.items():
            if not ledger.members.get(lot_id):
                continue
            shipment_id = ledger.counterpart.get(lot_id)
            whole[lot_id] = shipment_id is not None
            if shipment_id:
                for name, is_inside, is_known in _inside(ledger, truth, lot, ledger.lots[shipment_id]):
                    inside[name].append(is_inside)
                    known[name].append(is_known)
                    whole[lot_id] &= is_inside
    return inside, known, whole


def _inside(ledger: Ledger, truth: Truth, lot: Lot, row: dict[str, Any]) -> Iterable[tuple[str, bool, bool]]:
    spans: Sequence[tuple[str, Any, Any, Any]] = (
        ("gpus", lot.gpus, row["gpus_low"], row["gpus_high"]),
        ("value", truth.value(lot), row["value_usd_low"], row["value_usd_high"]),
        ("promised", None if lot.moved == "resale" else lot.due.toordinal(),
         _ordinal(row["current_promised_start"]), _ordinal(row["current_promised_end"])),
        ("delivered", _ordinal(lot.delivered_on), *map(_ordinal, ledger.delivered_spans[row["shipment_id"]])),
    )  # fmt: skip
    for name, true, low, high in spans:
        if true is None:
            # No delivery was complete, so a day of it is wrong; a resold lot is promised nothing.
            yield name, name != "delivered" or high is None, True
        else:
            fits = (low is None or low <= true + NEAR) and (high is None or true <= high + NEAR)
            yield name, fits, low is not None or high is not None


def _ordinal(day: date | None) -> int | None:
    return day.toordinal() if day else None


def origins(ledger: Ledger) -> tuple[list[str], list[str]]:
    """Lots of the ledger that count an origin of their records twice, and those that take two for one."""
    twice, merged = [], []
    of_lot: dict[str, set[str]] = defaultdict(set)
    for row in ledger.records:
        if row["shipment_id"] and not row["superseded"] and row["certainty"] != "denied":
            of_lot[row["shipment_id"]].add(ledger.origin_of[row["key"]])
    for shipment_id, row in ledger.lots.items():
        true = len(of_lot[shipment_id])
        if row["origins"] > true:
            twice.append(shipment_id)
        if row["origins"] < true:
            merged.append(shipment_id)
    return twice, merged
