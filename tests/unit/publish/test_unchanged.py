from dataclasses import replace
from datetime import UTC, datetime

import pytest

from pipelines.publish.publication import Publication, publish_changes
from pipelines.sql_model import Model
from pipelines.warehouse import Warehouse


def publish_on(told: Warehouse, models: dict[str, Model], day: int) -> Publication:
    return publish_changes(told, models, published_at=datetime(2024, 9, day, tzinfo=UTC), run_id=f"run-{day}")


def test_what_says_the_same_stays_byte_for_byte(told: Warehouse, models: dict[str, Model]) -> None:
    first = publish_on(told, models, 1)
    data = (told.settings.published / "waybill.duckdb").read_bytes()
    second = publish_on(told, models, 2)
    assert (first.kept, second.kept) == (False, True)
    assert second.folder == first.folder == told.settings.published.resolve()
    assert (told.settings.published / "waybill.duckdb").read_bytes() == data


def test_a_table_built_again_to_the_same_rows_stays(told: Warehouse, models: dict[str, Model]) -> None:
    publish_on(told, models, 1)
    told.connection.execute("CREATE OR REPLACE TABLE shipments.shipments AS FROM shipments.shipments")
    assert publish_on(told, models, 2).kept


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE shipments.shipments SET gpus_best = gpus_best + 1",
        "DELETE FROM shipments.shipments",
        "INSERT INTO shipments.shipments FROM shipments.shipments LIMIT 1",
    ],
)
def test_a_changed_row_is_published(told: Warehouse, models: dict[str, Model], change: str) -> None:
    first = publish_on(told, models, 1)
    told.connection.execute(change)
    second = publish_on(told, models, 2)
    assert not second.kept
    assert second.folder != first.folder


def test_a_changed_model_is_published(told: Warehouse, models: dict[str, Model]) -> None:
    publish_on(told, models, 1)
    lots = models["shipments.shipments"]
    explained = {**models, lots.table: replace(lots, sql=f"{lots.sql}-- Said better.\n")}
    assert not publish_on(told, explained, 2).kept


@pytest.mark.parametrize("name", ["waybill.duckdb", "report.html", "content.sha256"])
def test_a_publication_that_lost_a_file_is_made_anew(told: Warehouse, models: dict[str, Model], name: str) -> None:
    publish_on(told, models, 1)
    (told.settings.published / name).unlink()
    assert not publish_on(told, models, 2).kept
    assert (told.settings.published / name).exists()
