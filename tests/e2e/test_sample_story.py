"""What the sample must come to, asked of the published file as its readers ask."""

import json
from datetime import date
from typing import Any

import pytest

from pipelines.settings import ROOT
from tests.e2e.conftest import Story
from tests.e2e.running import ask

pytestmark = pytest.mark.dagster

LABELS = ROOT / "tests" / "unit" / "sample" / "expected.jsonl"
MONTHS = {"low": 60, "high": 300}  # "months", in days


def origins_in_sample(giver: str, taker: str) -> set[str]:
    """Who is named as the source of a diversion from `giver` to `taker`, by the labels of the sample."""
    claims = [claim for line in LABELS.read_text(encoding="utf-8").splitlines() for claim in json.loads(line)["claims"]]
    return {
        claim["attributed_to"]
        for claim in claims
        if (claim["event"], claim.get("from_entity"), claim.get("to_entity")) == ("diversion", giver, taker)
    }


def the_one(story: Story, question: str) -> dict[str, Any]:
    (row,) = ask(story.home, question)
    return row


@pytest.mark.parametrize(
    ("giver", "taker", "names"), [("tesla", "x-corp", ("Tesla", "X")), ("x-corp", "tesla", ("X", "Tesla"))]
)
def test_several_reports_of_a_diversion_are_one_transfer(
    story: Story, giver: str, taker: str, names: tuple[str, str]
) -> None:
    transfer = the_one(story, f"FROM allocation.transfers WHERE from_id = '{giver}' AND to_id = '{taker}'")
    assert transfer["product_id"] == "nvidia-h100"
    assert (transfer["gpus_low"], transfer["gpus_best"], transfer["gpus_high"]) == (12_000, 12_000, 12_000)
    assert transfer["related"]
    assert transfer["related_through_id"] == "elon-musk"
    assert transfer["origins"] == len(origins_in_sample(*names))


def test_the_two_diversions_are_a_swap_of_nothing(story: Story) -> None:
    swap = the_one(story, "FROM shipments.swaps WHERE 'tesla' IN (a_id, b_id) AND 'x-corp' IN (a_id, b_id)")
    legs = ask(story.home, "FROM allocation.transfers WHERE 'tesla' IN (from_id, to_id) ORDER BY from_id")
    assert [leg["swap_id"] for leg in legs] == [swap["swap_id"]] * 2
    assert [leg["shipment_id"] for leg in legs] == [swap["first_shipment_id"], swap["second_shipment_id"]]
    assert (swap["net_gpus_low"], swap["net_gpus_best"], swap["net_gpus_high"]) == (0, 0, 0)
    assert swap["product_id"] == "nvidia-h100"


def test_teslas_lot_is_months_late_because_of_the_diversion(story: Story) -> None:
    late = the_one(story, "FROM delays.shipment_delays WHERE entity_id = 'tesla'")
    assert (late["product_id"], late["gpus_best"]) == ("nvidia-h100", 12_000)
    assert (late["stated_delay_days_low"], late["stated_delay_days_high"]) == (MONTHS["low"], MONTHS["high"])
    assert late["cause"] == "diversion"
    assert late["value_usd_low"] >= 500_000_000


def test_what_tesla_lost_in_gpu_days_x_gained(story: Story) -> None:
    lot = the_one(story, "FROM delays.shipment_delays WHERE entity_id = 'tesla'")["shipment_id"]
    impact = {row["entity_id"]: row for row in ask(story.home, "FROM delays.impact WHERE shipment_id = ?", [lot])}
    few, many = 12_000 * MONTHS["low"], 12_000 * MONTHS["high"]
    assert set(impact) == {"tesla", "x-corp"}
    assert (impact["tesla"]["gpu_days_low"], impact["tesla"]["gpu_days_high"]) == (-many, -few)
    assert (impact["x-corp"]["gpu_days_low"], impact["x-corp"]["gpu_days_high"]) == (few, many)
    assert {row["because_of_shipment_id"] for row in impact.values()} == {lot}


def test_the_plan_for_next_year_is_a_commitment(story: Story) -> None:
    plan = the_one(story, "FROM allocation.commitments WHERE product_id = 'nvidia-b200' AND entity_id = 'xai'")
    assert (plan["target_gpus_low"], plan["target_gpus_best"]) == (300_000, 300_000)
    assert date(2025, 1, 1) <= plan["due_start"] <= plan["due_end"] <= date(2025, 12, 31)
    assert plan["origins"] == 1  # Elon Musk, whoever repeats him


def test_the_plan_to_grow_from_what_is_held_is_a_commitment(story: Story) -> None:
    plan = the_one(story, "FROM allocation.commitments WHERE entity_id = 'tesla'")
    assert plan["product_id"] == "nvidia-h100"
    assert (plan["target_gpus_best"], plan["held_gpus_best"]) == (85_000, 35_000)
    assert plan["due_end"] == date(2024, 12, 31)


def test_every_lot_leads_to_its_sentences_or_lines(story: Story) -> None:
    lots = [row["shipment_id"] for row in ask(story.home, "SELECT shipment_id FROM shipments.shipments")]
    texts = {row["item_id"]: row["text"] for row in ask(story.home, "SELECT item_id, text FROM raw.news_items")}
    for lot in lots:
        evidence = ask(story.home, "FROM shipments.evidence(?)", [lot])
        assert evidence, lot
        for row in evidence:
            if row["item_id"]:
                assert row["quote"] == texts[row["item_id"]][row["quote_start"] : row["quote_end"]]
                assert row["language"]
                assert row["document"]
            else:
                assert row["line_number"] >= 1
                assert (ROOT / "sample" / "suppliers" / row["document"]).exists()
                assert row["quote"]


def test_supplier_evidence_is_the_line_of_the_file(story: Story) -> None:
    found = ask(story.home, "FROM shipments.evidence('meridian-systems/4500017310/10')")
    in_csv = [row for row in found if row["document"].endswith(".csv")]
    assert in_csv
    for row in in_csv:
        file = ROOT / "sample" / "suppliers" / row["document"]
        assert row["quote"].splitlines()[0] == file.read_text(encoding="cp1252").splitlines()[row["line_number"] - 1]


SUPPLIER_LOTS = {
    "meridian-systems/4500017310/10": ("delivered", "on time"),
    "meridian-systems/4500017310/20": ("delivered", "late"),
    "meridian-systems/4500017310/21": ("shipped", "late"),
    "meridian-systems/4500017355/10": ("partly_delivered", "late"),
    "meridian-systems/4500017355/20": ("delivered", "on time"),
    "castellan-integrated/4500017402/10": ("cancelled", "cancelled"),
    "castellan-integrated/4500017402/20": ("open", "late"),
    "meridian-systems/4500017418/10": ("delivered", "late"),
    "castellan-integrated/4500017431/10": ("delivered", "on time"),
    "meridian-systems/4500017466/10": ("delivered", "on time"),
    "meridian-systems/4500017590/10": ("open", "late"),
    "meridian-systems/4500017591/10": ("open", "late"),
    "castellan-integrated/ac-20417/1": ("delivered", "on time"),
    "castellan-integrated/ac-20417/2": ("delivered", "late"),
    "castellan-integrated/ac-20417/3": ("open", "late"),
    "castellan-integrated/ac-20417/4": ("cancelled", "cancelled"),
    "meridian-systems/nr-2024-0815/10": ("open", "late"),
    "meridian-systems/nr-2024-0815/20": ("delivered", "late"),
    "dell/dl-70714/1": ("delivered", None),  # nobody promised a day
}


def test_supplier_lots_come_to_what_the_sample_says(story: Story) -> None:
    question = """
        SELECT shipment_id, status, CASE WHEN outcome = 'cancelled' THEN 'cancelled'
            WHEN is_on_time_in_full THEN 'on time' WHEN days_late > 0 THEN 'late' END AS punctual
        FROM shipments.shipments INNER JOIN delays.lot_outcomes USING (shipment_id)
        WHERE contains(shipment_id, '/')"""
    assert {row["shipment_id"]: (row["status"], row["punctual"]) for row in ask(story.home, question)} == SUPPLIER_LOTS


def test_the_lot_that_a_supplier_and_the_news_know_stands_side_by_side(story: Story) -> None:
    row = the_one(story, "FROM shipments.reconciliation")
    assert row["shipment_id"] == "dell/dl-70714/1"
    assert (row["supplier_gpus_best"], row["supplier_to_id"], row["news_to_id"]) == (72, "coreweave", "coreweave")
    assert (row["supplier_delivered_end"], row["news_delivered_start"]) == (date(2025, 7, 3), date(2025, 7, 1))
    assert row["delivered_days_difference"] == 0  # the news say July


@pytest.mark.parametrize("scenario", ["low", "best", "high"])
def test_units_balance(story: Story, scenario: str) -> None:
    figures = ("ordered", "diverted_in", "delivered", "outstanding", "cancelled", "diverted_out")
    columns = ", ".join(f"{figure}_gpus_{scenario} AS {figure}" for figure in figures)
    rows = ask(story.home, f"SELECT entity_id, {columns} FROM allocation.entity_allocation")
    for row in rows:
        came, went = row["ordered"] + row["diverted_in"], row["delivered"] + row["outstanding"]
        assert came == pytest.approx(went + row["cancelled"] + row["diverted_out"]), row["entity_id"]
    for figure in figures:
        assert any(row[figure] for row in rows), figure


def test_what_cannot_be_read_is_shown_with_its_reason(story: Story) -> None:
    rejected = ask(story.home, "FROM claims.rejected_lines")
    folders = (ROOT / "sample" / "news", ROOT / "sample" / "suppliers")
    broken = {path.name for folder in folders for path in folder.glob("broken-*")}
    broken |= {"nordwind-bestellbuch-fehlerhaft.csv", "nordwind-bestellbuch-leer.csv"}
    broken |= {"meridian-shipment-notices-2024-09-30.xlsx"}
    broken |= {"castellan-856-cut-short.x12", "meridian-mailbox-2024-11.zip"}
    broken |= {"CIK0001045810.json", "imports-2024-05-847330.json", "trade-202405-842-490-847180-M.json"}
    broken |= {"ml_hardware.csv", "gpu_clusters-sample.csv"}
    assert broken <= {row["name"] for row in rejected}
    assert all("total line" in row["reasons"] for row in rejected if row["name"] not in broken)
    assert all(row["reasons"] for row in rejected)
    lines = [row for row in rejected if row["name"] == "nordwind-bestellbuch-fehlerhaft.csv"]
    assert all(row["line_number"] and row["verbatim"] for row in lines), lines
    assert any(row["columns"] for row in lines)


def test_every_public_source_gives_figures_and_the_vendors_quarters_bound_what_is_claimed(story: Story) -> None:
    sources = ask(story.home, "SELECT DISTINCT source FROM claims.indicators ORDER BY source")
    assert [row["source"] for row in sources] == ["census", "comtrade", "epoch", "sec", "taiwan"]
    tsmc = the_one(story, "FROM supply.quarters WHERE entity_id = 'tsmc'")
    assert (tsmc["quarter_end"], tsmc["revenue"], tsmc["basis"]) == (date(2024, 6, 30), 673_510_177_000, "months")
    bounds = ask(story.home, "FROM supply.bounds WHERE vendor_id = 'nvidia'")
    assert bounds
    assert not any(row["exceeded"] for row in bounds)
    assert all(row["sold_gpus_low"] < row["sold_gpus_high"] for row in bounds)


def test_read_is_accepted_and_rejected(story: Story) -> None:
    news = the_one(
        story, "SELECT sum(entries_read - entries_accepted - entries_rejected) AS lost FROM raw.news_documents"
    )
    lines = the_one(
        story, "SELECT sum(lines_read - lines_accepted - lines_rejected) AS lost FROM claims.supplier_readings"
    )
    figures = the_one(
        story, "SELECT sum(figures_read - figures_accepted - figures_rejected) AS lost FROM claims.figure_readings"
    )
    assert (news["lost"], lines["lost"], figures["lost"]) == (0, 0, 0)
