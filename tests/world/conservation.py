"""Counts units anew from the rows of `shipments.shipments`, trusting no check of the models."""

from collections import Counter, defaultdict
from typing import Any

from tests.world.build import Built
from tests.world.ledger import NEAR
from tests.world.truth import TOTALS

SCENARIOS = ("low", "best", "high")


def imbalances(built: Built) -> list[str]:
    """Where units are not conserved, counted from the lots themselves, in each scenario; empty where all is well."""
    said = []
    totals: dict[tuple[str, str, str], Counter[str]] = defaultdict(Counter)
    lots = {row["shipment_id"]: row for row in built.rows("FROM shipments.shipments")}
    for row in lots.values():
        for scenario in SCENARIOS:
            gpus, delivered, cancelled, outstanding, shipped = (
                row[f"{name}_{scenario}"] or 0.0
                for name in ("gpus", "delivered_gpus", "cancelled_gpus", "outstanding_gpus", "shipped_gpus")
            )
            where = f"{row['shipment_id']}, {scenario}"
            if abs(gpus - delivered - cancelled - outstanding) > NEAR:
                said.append(f"{where}: {gpus} are not {delivered} + {cancelled} + {outstanding}")
            if min(gpus, delivered, cancelled, outstanding, shipped) < -NEAR or shipped > gpus + NEAR:
                said.append(f"{where}: {gpus}, {delivered}, {cancelled}, {outstanding}, {shipped} cannot be")
            if row["certainty"] != "denied":
                first, last, product = row["original_to_id"], row["current_to_id"], row["product_id"]
                if first:
                    totals[first, product, scenario]["ordered"] += gpus
                if first and first != last:
                    totals[first, product, scenario]["diverted_out"] += gpus
                if last and first != last:
                    totals[last, product, scenario]["diverted_in"] += gpus
                if last:
                    totals[last, product, scenario].update(
                        delivered=delivered, cancelled=cancelled, outstanding=outstanding, shipped=shipped
                    )
        if (row["gpus_best"] is not None) and not row["gpus_low"] <= row["gpus_best"] <= row["gpus_high"]:
            said.append(f"{row['shipment_id']}: {row['gpus_low']}, {row['gpus_best']}, {row['gpus_high']} not in order")
    for row in built.rows("FROM allocation.entity_allocation"):
        for scenario in SCENARIOS:
            mine = totals.pop((row["entity_id"], row["product_id"], scenario), Counter())
            stated = {name: row[f"{name}_gpus_{scenario}"] for name in TOTALS}
            where = f"{row['entity_id']}, {row['product_id']}, {scenario}"
            if any(abs(stated[name] - mine[name]) > NEAR for name in TOTALS):
                said.append(f"{where}: stated {stated}, of its lots {dict(mine)}")
            into = stated["ordered"] + stated["diverted_in"]
            out = sum(stated[name] for name in ("delivered", "outstanding", "cancelled", "diverted_out"))
            if abs(into - out) > NEAR:
                said.append(f"{where}: {into} came in and {out} went out")
    said += [f"{key}: not in entity_allocation" for key, mine in totals.items() if any(mine.values())]
    return said


def split_losses(built: Built) -> list[str]:
    """Where a supplier's line that was split has not as many units as its parts and its rest."""
    said = []
    lots = {row["shipment_id"]: row for row in built.rows("FROM shipments.shipments")}
    lines = built.rows("""
        SELECT matches.shipment_id, arg_max(records.gpus_best, (records.known_at, records.record_id)) AS gpus
        FROM shipments.record_matches AS matches
        INNER JOIN records.shipment_records AS records ON matches.record_id = records.record_id
        WHERE records.event = 'order' AND records.source_kind = 'supplier' AND NOT records.superseded
        GROUP BY matches.shipment_id
    """)
    parts: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in lots.values():
        if row["parent_shipment_id"]:
            parts[row["parent_shipment_id"]].append(row)
    for line in lines:
        whole, of_it = lots[line["shipment_id"]], parts[line["shipment_id"]]
        moved = sum(part["gpus_best"] for part in of_it)
        if of_it and abs(whole["gpus_best"] + moved - line["gpus"]) > NEAR:
            said.append(f"{line['shipment_id']}: {line['gpus']} ordered, {whole['gpus_best']} left and {moved} moved")
    return said
