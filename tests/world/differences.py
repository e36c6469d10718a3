"""All in which the ledger is not exactly the truth, for worlds that were seen in full and honestly."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from tests.world.ledger import NEAR, Ledger
from tests.world.observe import Seen
from tests.world.truth import TOTALS, Lot, Truth


def differences(ledger: Ledger) -> dict[int, list[str]]:
    """For each seed, all in which the ledger is not exactly the truth; seeds without any are left out."""
    found: dict[int, list[str]] = defaultdict(list)
    for seen in ledger.worlds:
        truth = ledger.told[seen.truth.seed]
        found[truth.seed] += _lots(ledger, seen, truth) + _transfers(ledger, truth) + _swaps(ledger, truth)
    for seed, said in _allocation(ledger):
        found[seed].append(said)
    return {seed: said for seed, said in found.items() if said}


def _lots(ledger: Ledger, seen: Seen, truth: Truth) -> list[str]:
    said = []
    for lot_id, lot in truth.lots.items():
        shipment_id = ledger.counterpart.get(lot_id)
        if shipment_id is None:
            said.append(f"lot {lot_id}: the ledger has none")
            continue
        ours, theirs = ledger.members[lot_id], ledger.matched[shipment_id]
        said += [f"lot {lot_id}: {record} is not in {shipment_id}" for record in sorted(ours - theirs)]
        said += [f"lot {lot_id}: {record} of another lot is in {shipment_id}" for record in sorted(theirs - ours)]
        row = ledger.lots[shipment_id]
        for name, true, stated in _fields(ledger, truth, lot, row):
            if true != stated:
                said.append(f"lot {lot_id}: {name} is {stated}, in truth {true} ({shipment_id})")
        origins = {ledger.origin_of[row["key"]] for row in ledger.records if row["record_id"] in ours}
        if row["origins"] != len(origins):
            said.append(f"lot {lot_id}: {row['origins']} origins, in truth {sorted(origins)} ({shipment_id})")
    return said


def _fields(ledger: Ledger, truth: Truth, lot: Lot, row: dict[str, Any]) -> Iterable[tuple[str, Any, Any]]:
    parent = ledger.counterpart.get(lot.parent_id) if lot.parent_id else None
    yield "supplier", lot.supplier_id, ledger.party(row["supplier_id"])
    yield "product", lot.product_id, row["product_id"]
    yield "first recipient", lot.original_to, ledger.party(row["original_to_id"])
    yield "recipient", lot.current_to, ledger.party(row["current_to_id"])
    yield "parent", parent, row["parent_shipment_id"]
    yield "status", lot.status, row["status"]
    for name, true in (
        ("gpus", lot.gpus), ("delivered_gpus", lot.delivered_gpus), ("cancelled_gpus", lot.cancelled),
        ("outstanding_gpus", lot.outstanding), ("shipped_gpus", lot.shipped_gpus), ("value_usd", truth.value(lot)),
    ):  # fmt: skip
        yield name, float(true), _rounded(row[f"{name}_best"])
        low, high = row[f"{name}_low"], row[f"{name}_high"]
        yield f"{name} inside", True, (low is None or low <= true + NEAR) and (high is None or true <= high + NEAR)
    yield "delivered_on", lot.delivered_on, row["delivered_on"]
    if lot.moved != "resale":
        yield "first promise", (lot.dues[0][1],) * 2, (row["first_promised_start"], row["first_promised_end"])
        yield "current promise", (lot.due,) * 2, (row["current_promised_start"], row["current_promised_end"])
        mine = tuple(due for told_on, due in lot.dues if not lot.moved_on or told_on >= lot.moved_on)
        yield "promises", mine, ledger.promises.get((row["shipment_id"], lot.current_to), ())
        outcome = ledger.outcomes.get(row["shipment_id"], {})
        yield "days late", lot.days_late(truth.as_of), outcome.get("days_late")


def _rounded(number: float | None) -> float | None:
    return None if number is None else round(number, 3)


def _transfers(ledger: Ledger, truth: Truth) -> list[str]:
    parties = set(truth.parties)
    stated = {
        (row["kind"], row["from"], row["to"], row["product_id"], _rounded(row["gpus_best"]), row["transferred_end"],
         ledger.party(row["related_through_id"]), row["swap_id"] is not None)
        for row in ledger.transfers
        if row["from"] in parties or row["to"] in parties
    }  # fmt: skip
    paired = {lot for pair in truth.swaps for lot in pair}
    true = {
        (each.kind, each.from_id, each.to_id, each.product_id, float(each.gpus), each.day, each.related_through,
         each.lot_id in paired)
        for each in truth.transfers
    }  # fmt: skip
    said = [f"transfer {row} is missing" for row in sorted(true - stated, key=str)]
    return said + [f"transfer {row} never was" for row in sorted(stated - true, key=str)]


def _swaps(ledger: Ledger, truth: Truth) -> list[str]:
    ours = {frozenset(ledger.counterpart.get(lot, lot) for lot in pair) for pair in truth.swaps}
    own = {ledger.counterpart.get(lot) for lot in truth.lots}
    theirs = {
        frozenset((row["first_shipment_id"], row["second_shipment_id"]))
        for row in ledger.built.rows("FROM shipments.swaps")
        if row["first_shipment_id"] in own
    }
    return [f"swap {sorted(pair)} is {'missing' if pair in ours else 'none'}" for pair in ours ^ theirs]


def _allocation(ledger: Ledger) -> Iterable[tuple[int, str]]:
    stated = {
        (ledger.party(row["entity_id"]), row["product_id"]): {name: row[f"{name}_gpus_best"] for name in TOTALS}
        for row in ledger.built.rows("FROM allocation.entity_allocation")
    }
    for truth in ledger.told.values():
        true = truth.allocation()
        mine = {key for key in stated if key[0] in truth.parties and key[0] not in ("nvidia", "amd")}
        for key in sorted(mine | true.keys(), key=str):
            ours = {name: float(gpus) for name, gpus in true.get(key, dict.fromkeys(TOTALS, 0)).items()}
            theirs = {name: round(gpus, 3) for name, gpus in stated.get(key, dict.fromkeys(TOTALS, 0.0)).items()}
            wrong = {name: (theirs[name], ours[name]) for name in TOTALS if theirs[name] != ours[name]}
            if wrong:
                yield truth.seed, f"allocation of {key}: (ledger, truth) {wrong}"
