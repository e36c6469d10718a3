import hashlib
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from pipelines.publish.database import RunFacts, published_models, write_database
from pipelines.publish.package import write_package
from pipelines.sql_model import Model
from pipelines.warehouse import Warehouse
from tests.unit.publish.conftest import AS_OF

Build = Callable[..., dict[str, Model]]
FACTS = RunFacts(datetime(2024, 9, 1, 12, 30, tzinfo=UTC), AS_OF, "run-1")


def package(warehouse: Warehouse, models: dict[str, Model], folder: Path) -> dict[str, Any]:
    folder.mkdir()
    write_database(warehouse, models, folder / "waybill.duckdb", FACTS)
    write_package(folder / "waybill.duckdb", published_models(models), folder, FACTS)
    described: dict[str, Any] = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    return described


def test_each_table_is_one_parquet_file_with_its_rows_in_order(
    warehouse: Warehouse, build: Build, tmp_path: Path
) -> None:
    package(warehouse, build(), tmp_path / "out")
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "datapackage.json",
        "publish.publication.parquet",
        "reference.entities.parquet",
        "shipments.lots.parquet",
        "waybill.duckdb",
    ]
    assert pl.read_parquet(tmp_path / "out" / "shipments.lots.parquet")["lot_id"].to_list() == ["b", "a", "c"]


def test_a_resource_says_what_its_file_holds(warehouse: Warehouse, build: Build, tmp_path: Path) -> None:
    described = package(warehouse, build(), tmp_path / "out")
    assert [resource["name"] for resource in described["resources"]] == [
        "reference.entities",
        "shipments.lots",
        "publish.publication",
    ]
    lots = described["resources"][1]
    data = (tmp_path / "out" / lots["path"]).read_bytes()
    assert lots["bytes"] == len(data)
    assert lots["hash"] == "sha256:" + hashlib.sha256(data).hexdigest()
    assert lots["rows"] == 3
    assert lots["description"] == "One row per lot, the largest first."
    assert lots["schema"]["primaryKey"] == ["lot_id"]
    assert lots["schema"]["fields"][:2] == [
        {"name": "lot_id", "type": "string", "description": "The lot.", "constraints": {"required": True}},
        {"name": "parent_lot_id", "type": "string", "description": "The lot that it was split from."},
    ]
    assert [field["type"] for field in lots["schema"]["fields"]] == [
        "string", "string", "string", "integer", "string", "date", "array",
    ]  # fmt: skip
    assert lots["schema"]["fields"][4]["constraints"] == {"required": True, "enum": ["open", "delivered"]}
    assert lots["schema"]["foreignKeys"] == [
        {"fields": "parent_lot_id", "reference": {"resource": "", "fields": "lot_id"}},
        {"fields": "to_id", "reference": {"resource": "reference.entities", "fields": "entity_id"}},
    ]


def test_a_package_says_when_it_was_made_and_whose_the_texts_are(
    warehouse: Warehouse, build: Build, tmp_path: Path
) -> None:
    described = package(warehouse, build(), tmp_path / "out")
    assert described["created"] == "2024-09-01T12:30:00Z"
    assert described["description"].startswith("As of 2024-09-01.")
    assert "publishers" in described["description"]
    assert all(source["title"] for source in described["sources"])


def test_equal_tables_give_equal_files(warehouse: Warehouse, build: Build, tmp_path: Path) -> None:
    models = build()
    first, second = package(warehouse, models, tmp_path / "a"), package(warehouse, models, tmp_path / "b")
    assert first == second


def test_a_type_without_a_word_for_it_is_named(warehouse: Warehouse, build: Build, tmp_path: Path) -> None:
    models = build(
        shipments__spans="""\
-- One row per span.
SELECT
    INTERVAL 3 DAY AS span -- How long. {key}
"""
    )
    with pytest.raises(ValueError, match=r"shipments\.spans\.span is a INTERVAL"):
        package(warehouse, models, tmp_path / "out")
