"""The ledger's tables of one build, read once, with the key to which record stems from which true lot.

Ids of parties are translated by the names that were stated; no lot or record of the ledger is found by its id.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date
from functools import cached_property
from typing import Any

from tests.world.build import Built, Rows
from tests.world.observe import Seen

NEAR = 1e-6


class Ledger:
    """The tables of one build, read once, and the worlds that they were built from."""

    def __init__(self, built: Built, worlds: Iterable[Seen]) -> None:
        self.built = built
        self.worlds = tuple(worlds)
        self.party_of: dict[str, str] = {}
        for seen in self.worlds:
            spelt = {name: party.party_id for party in seen.truth.parties.values() for name in party.spellings}
            self.party_of |= {self._entities[name]: party for name, party in spelt.items() if name in self._entities}
            controllers = {held.controller_id for held in seen.truth.control}
            self.party_of |= {party: party for party in controllers}
        self.lot_of = {key: lot for seen in self.worlds for key, lot in seen.lot_of.items()}
        self.origin_of = {key: origin for seen in self.worlds for key, origin in seen.origin_of.items()}
        self.told = {seen.truth.seed: seen.told for seen in self.worlds}

    @cached_property
    def _entities(self) -> dict[str, str]:
        rows = self.built.rows("FROM records.stated_names")
        return {row["name"]: row["entity_id"] for row in rows}

    @cached_property
    def lots(self) -> dict[str, dict[str, Any]]:
        return {row["shipment_id"]: row for row in self.built.rows("FROM shipments.shipments")}

    @cached_property
    def records(self) -> Rows:
        """Every record about a flow, with its lot, and the key under which the world knows it."""
        rows = self.built.rows("""
            SELECT records.*, matches.shipment_id
            FROM records.shipment_records AS records
            LEFT JOIN shipments.record_matches AS matches ON records.record_id = matches.record_id
        """)
        for row in rows:
            row["key"] = row["claim_id"] or row["line_id"]
        return rows

    @cached_property
    def members(self) -> dict[str, set[str]]:
        """The true lot's records, and below the ledger's own."""
        found: dict[str, set[str]] = defaultdict(set)
        for row in self.records:
            found[self.lot_of[row["key"]]].add(row["record_id"])
        return found

    @cached_property
    def matched(self) -> dict[str, set[str]]:
        found: dict[str, set[str]] = defaultdict(set)
        for row in self.records:
            # What joins no lot stands alone.
            found[row["shipment_id"] or row["record_id"]].add(row["record_id"])
        return found

    @cached_property
    def shared(self) -> Counter[tuple[str, str]]:
        """How many records a true lot and one of the ledger have in common."""
        return Counter((self.lot_of[row["key"]], row["shipment_id"] or row["record_id"]) for row in self.records)

    @cached_property
    def counterpart(self) -> dict[str, str]:
        """True lot to the lot of the ledger that holds most of its records, each at most once."""
        found: dict[str, str] = {}
        taken: set[str] = set()
        for (lot, shipment), _ in sorted(self.shared.items(), key=lambda pair: (-pair[1], pair[0])):
            if lot not in found and shipment not in taken and shipment in self.lots:
                found[lot] = shipment
                taken.add(shipment)
        return found

    def party(self, entity_id: str | None) -> str | None:
        return self.party_of.get(entity_id, entity_id) if entity_id else None

    @cached_property
    def transfers(self) -> Rows:
        rows = self.built.rows("""
            SELECT transfers.*, products.family_id
            FROM allocation.transfers AS transfers
            LEFT JOIN reference.products AS products ON transfers.product_id = products.product_id
        """)
        for row in rows:
            row["from"], row["to"] = self.party(row["from_id"]), self.party(row["to_id"])
        return rows

    @cached_property
    def outcomes(self) -> dict[str, dict[str, Any]]:
        return {row["shipment_id"]: row for row in self.built.rows("FROM delays.lot_outcomes")}

    @cached_property
    def promises(self) -> dict[tuple[str, str | None], tuple[date, ...]]:
        """For each lot and party, the ends of what it was promised, in order."""
        found: dict[tuple[str, str | None], tuple[date, ...]] = {}
        for row in self.built.rows("FROM delays.promises ORDER BY shipment_id, entity_id, revision_number"):
            key = row["shipment_id"], self.party(row["entity_id"])
            found[key] = (*found.get(key, ()), row["promised_end"])
        return found

    @cached_property
    def delivered_spans(self) -> dict[str, tuple[date | None, date | None]]:
        """The days on which each lot may have been complete: delivered_on is the last of them."""
        rows = self.built.rows("""
            SELECT lots.shipment_id, lots.delivered_on, min(events.happened_start) AS first_day
            FROM shipments.shipments AS lots
            LEFT JOIN shipments.events AS events
                ON lots.shipment_id = events.shipment_id AND events.event = 'delivery'
                AND events.happened_end = lots.delivered_on AND events.certainty <> 'denied'
            GROUP BY ALL
        """)
        return {row["shipment_id"]: (row["first_day"] or row["delivered_on"], row["delivered_on"]) for row in rows}
