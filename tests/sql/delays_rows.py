"""The tables that the models of `delays` read, as columns and as a small ledger that a test writes down in a few words.

Shapes and builders belong here; what must come out of them belongs in the tests.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from itertools import count
from typing import Any

import duckdb
from rows import fill, run

RECORDS = {
    "record_id": "VARCHAR", "source_kind": "VARCHAR", "event": "VARCHAR", "from_id": "VARCHAR", "to_id": "VARCHAR",
    "gpus_low": "DOUBLE", "gpus_best": "DOUBLE", "gpus_high": "DOUBLE",
    "value_usd_low": "DOUBLE", "value_usd_best": "DOUBLE", "value_usd_high": "DOUBLE",
    "promised_start": "DATE", "promised_end": "DATE", "revised_start": "DATE", "revised_end": "DATE",
    "actual_start": "DATE", "product_id": "VARCHAR", "supplier_id": "VARCHAR",
    "delay_low_days": "DOUBLE", "delay_high_days": "DOUBLE", "certainty": "VARCHAR", "origin_id": "VARCHAR",
    "known_at": "TIMESTAMP", "superseded": "BOOLEAN", "statement": "VARCHAR", "family_id": "VARCHAR",
}  # fmt: skip
MATCHES = {"record_id": "VARCHAR", "shipment_id": "VARCHAR"}
SHIPMENTS = {
    "shipment_id": "VARCHAR", "parent_shipment_id": "VARCHAR", "supplier_id": "VARCHAR", "product_id": "VARCHAR",
    "family_id": "VARCHAR", "certainty": "VARCHAR",
    "gpus_low": "DOUBLE", "gpus_best": "DOUBLE", "gpus_high": "DOUBLE",
    "delivered_gpus_best": "DOUBLE", "cancelled_gpus_best": "DOUBLE",
    "h100e_low": "DOUBLE", "h100e_best": "DOUBLE", "h100e_high": "DOUBLE",
    "value_usd_low": "DOUBLE", "value_usd_best": "DOUBLE", "value_usd_high": "DOUBLE",
    "original_to_id": "VARCHAR", "current_to_id": "VARCHAR", "status": "VARCHAR",
    "outstanding_gpus_low": "DOUBLE", "outstanding_gpus_best": "DOUBLE", "outstanding_gpus_high": "DOUBLE",
    "first_promised_start": "DATE", "first_promised_end": "DATE",
    "current_promised_start": "DATE", "current_promised_end": "DATE",
    "delivered_on": "DATE", "origins": "BIGINT", "first_known_at": "TIMESTAMP", "last_known_at": "TIMESTAMP",
}  # fmt: skip
PARTIES = {
    name: SHIPMENTS[name]
    for name in ("shipment_id", "parent_shipment_id", "original_to_id", "current_to_id", "first_known_at")
}
EVENTS = {
    "shipment_id": "VARCHAR", "record_id": "VARCHAR", "event": "VARCHAR", "happened_start": "DATE",
    "happened_end": "DATE", "known_at": "TIMESTAMP", "from_id": "VARCHAR", "to_id": "VARCHAR",
    "gpus_low": "DOUBLE", "gpus_best": "DOUBLE", "gpus_high": "DOUBLE",
    "certainty": "VARCHAR", "superseded": "BOOLEAN", "origin_id": "VARCHAR",
}  # fmt: skip
SWAPS = {
    "swap_id": "VARCHAR", "first_shipment_id": "VARCHAR", "second_shipment_id": "VARCHAR",
    "a_id": "VARCHAR", "b_id": "VARCHAR", "product_id": "VARCHAR",
}  # fmt: skip
OUTCOMES = {
    "shipment_id": "VARCHAR", "supplier_id": "VARCHAR", "product_id": "VARCHAR", "buyer_id": "VARCHAR",
    "promised_gpus": "DOUBLE", "promised_end": "DATE", "quarter": "DATE", "is_due": "BOOLEAN", "outcome": "VARCHAR",
    "ended_on": "DATE", "days_late": "BIGINT", "is_on_time_in_full": "BOOLEAN", "in_time_gpus": "DOUBLE",
}  # fmt: skip

ENTITIES = {"entity_id": "VARCHAR", "kind": "VARCHAR", "country": "VARCHAR"}
PLACES = {"china": {"kind": "country", "country": "CN"}, "bytedance": {"kind": "buyer", "country": "CN"}}

PRODUCT_FIELDS = ("product_id", "level", "vendor_id")
LINES = (
    ("nvidia-h100", "nvidia-hopper", "gpu"),
    ("nvidia-b200", "nvidia-blackwell", "gpu"),
    ("nvidia-gb200", "nvidia-blackwell", "gpu"),
)
LEVELS = ("model", "family", "any")
PRODUCTS = [
    {"product_id": product, "level": level, "vendor_id": None if level == "any" else "nvidia"}
    for product, level in sorted({pair for line in LINES for pair in zip(line, LEVELS, strict=True)})
]
KIN = [
    {"product_id": product, "ancestor_id": ancestor}
    for product, ancestor in sorted({(a, b) for line in LINES for n, a in enumerate(line) for b in line[n:]})
]
LATENESS = (
    "shipments.promise_statements", "shipments.promises", "delays.promises", "delays.swap_legs",
    "delays.lot_outcomes", "delays.waits",
    "delays.stated_delays", "delays.product_delays", "delays.at_risk", "delays.causes", "delays.shipment_delays",
    "delays.impact",
)  # fmt: skip

Rows = list[dict[str, Any]]


def day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def interval(text: str | None) -> tuple[date | None, date | None]:
    """`2024-01-01..2024-06-30`, `..2024-12-31` (a deadline), `2025-07-01..` (a start), or one day."""
    start, dots, end = (text or "").partition("..")
    return day(start), day(end) if dots else day(start)


class Ledger:
    """Lots and the records matched to them. Everything that a test does not say has a plain default."""

    def __init__(self) -> None:
        self.records: Rows = []
        self.matches: Rows = []
        self.shipments: Rows = []
        self.events: Rows = []
        self.swaps: Rows = []
        self._numbers: Iterator[int] = count(1)

    def lot(
        self, shipment_id: str, to: str | None = "tesla", *, original: str | None = None, gpus: float | None = 1000,
        due: str | None = None, now_due: str | None = None, status: str = "open", **more: Any,
    ) -> None:  # fmt: skip
        start, end = interval(due)
        now_start, now_end = interval(now_due or due)
        known = datetime.fromisoformat("2023-01-01")
        self.shipments.append(
            {
                "shipment_id": shipment_id, "supplier_id": "nvidia", "product_id": "nvidia-h100",
                "family_id": "nvidia-hopper", "certainty": "reported",
                "delivered_gpus_best": gpus if status == "delivered" else 0, "cancelled_gpus_best": 0,
                "gpus_low": gpus, "gpus_best": gpus, "gpus_high": gpus,
                "h100e_low": gpus, "h100e_best": gpus, "h100e_high": gpus,
                "original_to_id": original or to, "current_to_id": to, "status": status,
                "outstanding_gpus_low": gpus, "outstanding_gpus_best": gpus, "outstanding_gpus_high": gpus,
                "first_promised_start": start, "first_promised_end": end,
                "current_promised_start": now_start, "current_promised_end": now_end,
                "origins": 1, "first_known_at": known, "last_known_at": known,
            }
            | {name: day(value) if name.endswith("_on") else value for name, value in more.items()}
        )  # fmt: skip

    def record(
        self, shipment_id: str, event: str, known: str, to: str | None = "tesla", *, due: str | None = None,
        revised: str | None = None, delay: tuple[float | None, float | None] = (None, None),
        origin: str = "cnbc", source: str = "news", **more: Any,
    ) -> str:  # fmt: skip
        record_id = f"r{next(self._numbers):02}"
        start, end = interval(due)
        revised_start, revised_end = interval(revised)
        self.records.append(
            {
                "record_id": record_id, "source_kind": source, "event": event, "to_id": to, "promised_start": start,
                "promised_end": end, "revised_start": revised_start, "revised_end": revised_end,
                "delay_low_days": delay[0], "delay_high_days": delay[1], "certainty": "reported",
                "origin_id": origin, "known_at": datetime.fromisoformat(known), "superseded": False,
                "statement": "order" if source == "supplier" else "statement", "family_id": "nvidia-hopper",
            }
            | more
        )  # fmt: skip
        self.matches.append({"record_id": record_id, "shipment_id": shipment_id})
        return record_id

    def event(self, shipment_id: str, event: str, when: str | None = None, **more: Any) -> None:
        """A record that something happened then; `gpus` is a count of which low, best and high are equal."""
        start, end = interval(when)
        gpus = more.pop("gpus", None)
        known = more.pop("known", "2024-01-01")
        counts = {"gpus_low": gpus, "gpus_best": gpus, "gpus_high": gpus}
        record_id = self.record(shipment_id, event, known, **counts, **more)
        record = self.records[-1]
        shared = ("event", "known_at", "from_id", "to_id", "certainty", "superseded", "origin_id")
        self.events.append(
            {
                "shipment_id": shipment_id, "record_id": record_id, "happened_start": start, "happened_end": end,
                **counts, **{name: record.get(name) for name in shared},
            }
        )  # fmt: skip

    def diversion(self, shipment_id: str, loser: str, gainer: str, when: str, known: str, **more: Any) -> None:
        """A record that the lot went to somebody else."""
        self.event(shipment_id, "diversion", when, known=known, to=gainer, from_id=loser, **more)

    def swap(self, first: str, second: str, a: str, b: str) -> None:
        self.swaps.append(
            {
                "swap_id": f"{first}+{second}", "first_shipment_id": first, "second_shipment_id": second,
                "a_id": a, "b_id": b, "product_id": "nvidia-h100",
            }
        )  # fmt: skip

    def connect(self) -> duckdb.DuckDBPyConnection:
        connection = duckdb.connect()
        fill(connection, "records.shipment_records", RECORDS, self.records)
        fill(connection, "shipments.record_matches", MATCHES, self.matches)
        fill(connection, "shipments.shipments", SHIPMENTS, self.shipments)
        fill(
            connection,
            "shipments.lot_parties",
            PARTIES,
            [{name: lot.get(name) for name in PARTIES} for lot in self.shipments],
        )
        fill(connection, "shipments.events", EVENTS, self.events)
        fill(connection, "shipments.swaps", SWAPS, self.swaps)
        parties = {row[name] for row in self.shipments for name in ("original_to_id", "current_to_id", "supplier_id")}
        parties |= {row[name] for row in self.records for name in ("to_id", "from_id", "supplier_id") if name in row}
        entities = [{"entity_id": party, **PLACES.get(party, {"kind": "buyer"})} for party in sorted(known(parties))]
        fill(connection, "records.entities", ENTITIES, entities)
        fill(connection, "reference.products", dict.fromkeys(PRODUCT_FIELDS, "VARCHAR"), PRODUCTS)
        fill(connection, "reference.product_ancestors", dict.fromkeys(("product_id", "ancestor_id"), "VARCHAR"), KIN)
        return connection

    def promises(self) -> Rows:
        with self.connect() as connection:
            run(connection, "shipments.promise_statements")
            run(connection, "shipments.promises")
            return run(connection, "delays.promises")

    def outcomes(self, as_of: str) -> Rows:
        with self.connect() as connection:
            return run(connection, "delays.lot_outcomes", as_of=date.fromisoformat(as_of))

    def delays(self, as_of: str) -> Rows:
        return self.delays_and_impact(as_of)[0]

    def delays_and_impact(self, as_of: str) -> tuple[Rows, Rows]:
        built = self.built(as_of)
        return built["delays.shipment_delays"], built["delays.impact"]

    def built(self, as_of: str) -> dict[str, Rows]:
        """Every table of LATENESS, as of that day."""
        with self.connect() as connection:
            return {table: run(connection, table, as_of=date.fromisoformat(as_of)) for table in LATENESS}


def known(values: set[Any]) -> set[Any]:
    return values - {None}


def pick(rows: Sequence[Mapping[str, Any]], *names: str) -> list[tuple[Any, ...]]:
    """The named columns of every row, with days as text, so that a test shows what it expects in one line a row."""
    return [tuple(str(row[name]) if isinstance(row[name], date) else row[name] for name in names) for row in rows]
