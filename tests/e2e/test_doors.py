"""What was made elsewhere, through the whole main job: ready-made claims and supplier lines in our own columns."""

import json
import re
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from pipelines.settings import ROOT
from tests.e2e.running import ask, make_run

pytestmark = pytest.mark.dagster
LINES = pl.DataFrame(
    {
        "supplier": ["Castellan Integrated"] * 4,
        "buyer": ["Norrland Compute AB"] * 4,
        "order_ref": ["PO-118"] * 4,
        "line_ref": ["1", "1", "2", "3"],
        "sku": ["H100 SXM5 80GB", "H100 SXM5 80GB", "GB200 NVL72", "H100 SXM5 80GB"],
        "quantity": [1024.0, 1000.0, 4.0, -8.0],
        "unit": ["gpu", "gpu", "rack", "gpu"],
        "promised_on": [date(2024, 8, 30), date(2024, 6, 28), date(2024, 12, 20), None],
        "document_date": [date(2024, 5, 2), date(2024, 1, 12), date(2024, 5, 2), date(2024, 5, 2)],
    }
)


@pytest.fixture(scope="module")
def doors(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, dict[str, str], str]]:
    """A home after one run on the claims that docs/claims.md shows, with a bad line, and on a Parquet file of lines."""
    root = tmp_path_factory.mktemp("doors")
    for name in ("news", "suppliers", "claims"):
        (root / name).mkdir()
    (shown,) = re.findall(r"```json\n(.*?)```", (ROOT / "docs" / "claims.md").read_text(encoding="utf-8"), re.DOTALL)
    bad = json.dumps({"item_id": "x", "source": "s", "extractor": "desk", "event": "gift", "certainty": "reported"})
    (root / "claims" / "desk.jsonl").write_text(f"{shown}{bad}\n", encoding="utf-8")
    LINES.write_parquet(root / "suppliers" / "waybill-lines-2024.parquet")
    environment = {
        "WAYBILL_NEWS_DIR": str(root / "news"),
        "WAYBILL_SUPPLIER_DIR": str(root / "suppliers"),
        "WAYBILL_CLAIMS_DIR": str(root / "claims"),
    }
    ran = make_run(root / "home", **environment)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    yield root, environment, ran.stdout
    shutil.rmtree(root)


def test_ready_made_claims_reach_the_ledger(doors: tuple[Path, dict[str, str], str]) -> None:
    home = doors[0] / "home"
    (item,) = ask(home, "FROM raw.news_items")
    assert (item["guid"], item["source"], item["published_precision"]) == ("ledger-77", "Silicon Ledger", "day")
    claims = ask(home, "SELECT event, extractor, confidence, item_id FROM claims.news_claims ORDER BY event")
    assert [(claim["event"], claim["extractor"], claim["confidence"]) for claim in claims] == [
        ("delay", "desk", 1),
        ("diversion", "desk", 1),
    ]
    assert {claim["item_id"] for claim in claims} == {item["item_id"]}
    (transfer,) = ask(home, "FROM allocation.transfers")
    assert (transfer["from_id"], transfer["to_id"], transfer["product_id"], transfer["gpus_best"]) == (
        "tesla", "x-corp", "nvidia-h100", 12000,
    )  # fmt: skip


def test_lines_in_our_own_columns_reach_the_ledger_and_the_newest_version_counts(
    doors: tuple[Path, dict[str, str], str],
) -> None:
    lots = ask(
        doors[0] / "home",
        "SELECT shipment_id, gpus_best FROM shipments.shipments WHERE shipment_id LIKE 'castellan%' ORDER BY ALL",
    )
    assert [(lot["shipment_id"], lot["gpus_best"]) for lot in lots] == [
        ("castellan-integrated/po-118/1", 1024),
        ("castellan-integrated/po-118/2", 288),
    ]


def test_what_was_refused_stands_with_its_file_line_and_reasons(doors: tuple[Path, dict[str, str], str]) -> None:
    home, printed = doors[0] / "home", doors[2]
    rejected = ask(
        home, "FROM claims.rejected_lines WHERE source_kind IN ('claims', 'supplier') ORDER BY rejection_number"
    )
    assert [(row["source_kind"], row["name"], row["line_number"]) for row in rejected] == [
        ("claims", "desk.jsonl", 3),
        ("supplier", "waybill-lines-2024.parquet", 4),
    ]
    assert "'gift' is not one of order" in rejected[0]["reasons"]
    assert "quote: is missing" in rejected[0]["reasons"]
    assert "is negative" in rejected[1]["reasons"]
    assert "3 ready-made claims read, 2 accepted, 1 rejected, in 1 document" in printed


def test_the_same_again_changes_nothing_and_a_new_file_is_noticed(doors: tuple[Path, dict[str, str], str]) -> None:
    root, environment, _ = doors
    again = make_run(root / "home", **environment)
    assert "Nothing is new since the run" in again.stdout
    correction = {
        "item_id": "ledger-77", "source": "Silicon Ledger", "published_at": "2024-06-05", "extractor": "desk",
        "event": "diversion", "supplier": "Nvidia", "from_entity": "tesla", "to_entity": "X", "product": "H100",
        "quantity_low": 10000, "quantity_high": 10000, "quantity_unit": "gpu", "certainty": "reported",
        "quote": "10,000 H100 meant for Tesla went to X",
    }  # fmt: skip
    (root / "claims" / "desk-correction.jsonl").write_text(json.dumps(correction), encoding="utf-8")
    assert make_run(root / "home", **environment).returncode == 0
    (transfer,) = ask(root / "home", "FROM allocation.transfers")
    assert transfer["gpus_best"] == 10000
    assert [row["quantity_low"] for row in ask(root / "home", "FROM claims.news_claims")] == [10000]
