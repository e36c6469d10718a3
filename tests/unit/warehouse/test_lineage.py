"""The kept lineage is used while it fits the SQL, and is read anew when it does not."""

import json
from pathlib import Path

import pytest

from pipelines import lineage
from pipelines.lineage import KEPT, load_lineage, read_lineage, write_lineage
from pipelines.settings import ROOT
from pipelines.sql_model import Model, read_models

ITEMS = (
    "-- One row per item.\nSELECT items.item_id, -- It. {key}\n    items.text -- Words.\nFROM lake.news_items AS items"
)
CLAIMS = "-- One row per claim.\nSELECT i.item_id AS claim_id -- It. {key}\nFROM raw.items AS i"


@pytest.fixture
def models(tmp_path: Path) -> dict[str, Model]:
    for table, text in (("raw/items", ITEMS), ("claims/claims", CLAIMS)):
        path = tmp_path / "sql" / f"{table}.sql"
        path.parent.mkdir(parents=True)
        path.write_text(text)
    return read_models(tmp_path / "sql")


def test_columns_lead_through_the_lake_and_through_other_models(models: dict[str, Model]) -> None:
    assert read_lineage(models) == {
        "raw.items": {"item_id": (("lake.news_items", "item_id"),), "text": (("lake.news_items", "text"),)},
        "claims.claims": {"claim_id": (("raw.items", "item_id"),)},
    }


def test_a_kept_answer_is_used_without_reading(
    models: dict[str, Model], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = tmp_path / "lineage.json"
    write_lineage(models, kept)
    expected = read_lineage(models)

    def refuse(_: object) -> None:
        raise AssertionError("read anew")

    monkeypatch.setattr(lineage, "read_lineage", refuse)
    assert load_lineage(models, kept) == expected


def test_an_answer_to_other_sql_is_read_anew(models: dict[str, Model], tmp_path: Path) -> None:
    kept = tmp_path / "lineage.json"
    write_lineage(models, kept)
    answer = json.loads(kept.read_text())
    kept.write_text(json.dumps({**answer, "models": "of another day", "columns": {}}))
    assert load_lineage(models, kept) == read_lineage(models)


def test_without_a_kept_answer_it_is_read(models: dict[str, Model], tmp_path: Path) -> None:
    assert load_lineage(models, tmp_path / "none.json") == read_lineage(models)


def test_the_kept_lineage_is_that_of_the_sql_as_it_stands() -> None:
    models = read_models(ROOT / "sql")
    answer = json.loads(KEPT.read_text(encoding="utf-8"))
    assert answer["columns"] == json.loads(json.dumps(read_lineage(models))), "run `python -m pipelines.lineage`"


def test_every_column_of_the_ledger_leads_somewhere() -> None:
    models = read_models(ROOT / "sql")
    found = load_lineage(models)
    assert found.keys() == models.keys()
    leads = [f"{table}.{column}" for table, columns in found.items() for column, sources in columns.items() if sources]
    assert "shipments.shipments.gpus_best" in leads
    assert "records.shipment_records.to_id" in leads
