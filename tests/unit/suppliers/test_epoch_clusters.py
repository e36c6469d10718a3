import csv
import os
from pathlib import Path
from typing import NamedTuple

import pytest

from pipelines.reference import load_reference
from pipelines.suppliers.contract_files import load_contracts
from pipelines.suppliers.kinds import read_supplier_document
from pipelines.suppliers.line import SupplierReading
from pipelines.suppliers.vocabulary import vocabulary_from
from tests.unit.suppliers.tables import CONTRACTS, ROOT

TABLE = Path(os.environ.get("WAYBILL_SHARED", ROOT.parent / "shared")) / "real" / "epoch" / "gpu_clusters.csv"
pytestmark = pytest.mark.skipif(not TABLE.is_file(), reason="Epoch AI's gpu_clusters.csv is not on this machine")


class Epoch(NamedTuple):
    reading: SupplierReading
    rows: list[dict[str, str]]


@pytest.fixture(scope="module")
def epoch() -> Epoch:
    reading = read_supplier_document(
        TABLE.read_bytes(), TABLE.name, load_contracts(CONTRACTS), vocabulary_from(load_reference(ROOT / "reference"))
    )
    with TABLE.open(encoding="utf-8", newline="") as file:
        return Epoch(reading, list(csv.DictReader(file)))


def counted(rows: list[dict[str, str]]) -> list[dict[str, str]]:
    """The rows that the contract means to count, found without it."""
    left_out = ("Possible Duplicate", "Superseded by", "Exclude", "Decommissioned Date (if applicable)")
    return [
        row
        for row in rows
        if row["Owner"] and row["Status"] != "Decommissioned" and not any(row[name] for name in left_out)
    ]


def test_every_row_is_accepted_or_rejected_with_a_reason(epoch: Epoch) -> None:
    reading, rows = epoch
    assert reading.unreadable is None
    assert reading.contract == "epoch-clusters"
    assert reading.lines_read == len(reading.lines) + len(reading.rejected)
    places = {line.line_number for line in [*reading.lines, *reading.rejected]}
    assert len(places) == len(rows) > 700
    assert all(line.reasons for line in reading.rejected)


def test_every_rejected_row_is_one_that_the_contract_means_to_leave_out(epoch: Epoch) -> None:
    held = {id(row) for row in counted(epoch.rows)}
    left_out = [row for row in epoch.rows if id(row) not in held]
    uncounted = [
        row for row in counted(epoch.rows) if not row["Chip quantity (primary)"] and not row["Total number of AI chips"]
    ]
    rejected = [line for line in epoch.reading.rejected if line.part == 1]
    assert len(rejected) == len(left_out) + len(uncounted)
    kinds = {reason.split(" (")[0] for line in epoch.reading.rejected for reason in line.reasons}
    assert kinds <= {
        "Owner: is empty, but the contract requires buyer",
        "Chip quantity",  # "(primary) or Total number of AI chips: is empty", or that of the secondary kind
        "Possible Duplicate: perhaps the same cluster as another row, and counted there",
        "Superseded by: a later phase replaced this one, and is counted instead",
        "Status: held no longer",
        "Exclude: Epoch AI excludes this row from its own counts",
    }
    empty = [why for line in epoch.reading.rejected for why in line.reasons if why.startswith("Chip quantity")]
    assert all("is empty, but the contract requires quantity" in why for why in empty)


def test_no_kind_of_chip_is_unknown(epoch: Epoch) -> None:
    assert [why for line in epoch.reading.rejected for why in line.reasons if "SKU" in why] == []


@pytest.mark.parametrize(("statement", "status"), [("holding", "Existing"), ("plan", "Planned")])
def test_holdings_and_plans_add_up_to_the_tables_own_figures(epoch: Epoch, statement: str, status: str) -> None:
    lines = [line for line in epoch.reading.lines if line.statement == statement]
    rows = [row for row in counted(epoch.rows) if row["Status"] == status]
    primary = sum(float(row["Chip quantity (primary)"] or row["Total number of AI chips"] or 0) for row in rows)
    secondary = sum(float(row["Chip quantity (secondary)"] or 0) for row in rows)
    assert sum(line.quantity or 0 for line in lines if line.part == 1) == primary > 100_000
    assert sum(line.quantity or 0 for line in lines if line.part == 2) == secondary > 0


def test_holders_are_the_first_owners_named(epoch: Epoch) -> None:
    owners = {row["Name"].strip(): row["Owner"].split(",")[0].strip() for row in counted(epoch.rows)}
    assert {line.site: line.buyer for line in epoch.reading.lines if line.part == 1}.items() <= owners.items()


def test_of_phases_that_follow_each_other_the_last_one_is_held(epoch: Epoch) -> None:
    held = {line.site: line.quantity for line in epoch.reading.lines if line.statement == "holding" and line.part == 1}
    assert held["xAI Colossus Memphis Phase 3"] == 200_000
    assert "xAI Colossus Memphis Phase 2" not in held


def test_certainty_is_epochs(epoch: Epoch) -> None:
    words = {"Confirmed": "confirmed", "Likely": "reported", "Unlikely": "rumoured"}
    said = {row["Name"].strip(): words[row["Certainty"]] for row in counted(epoch.rows)}
    assert all(line.certainty == said[line.site or ""] for line in epoch.reading.lines)


def test_days_of_holdings_are_deliveries_and_those_of_plans_promises(epoch: Epoch) -> None:
    assert all(line.promised_on is None for line in epoch.reading.lines if line.statement == "holding")
    assert all(line.delivered_on is None for line in epoch.reading.lines if line.statement == "plan")
    assert sum(line.delivered_on is not None for line in epoch.reading.lines) > 200
