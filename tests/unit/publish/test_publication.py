import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from pipelines.publish.database import PublicationFailed
from pipelines.publish.publication import Publication, publish
from pipelines.sql_model import Model
from pipelines.warehouse import Warehouse
from tests.unit.publish.story import HOSTILE_QUOTE

AT = datetime(2024, 9, 1, 12, 30, tzinfo=UTC)
PROVISIONAL_ID = "~b-evil-b-link-file-etc-passwd-corp-link"
READER = """
import sys, duckdb
reader = duckdb.connect(sys.argv[1], read_only=True)
print("open", flush=True)
sys.stdin.readline()
print(reader.execute("SELECT run_id, (SELECT count(*) FROM shipments.shipments) FROM publish.publication").fetchone())
"""


def publish_run(warehouse: Warehouse, models: dict[str, Model], number: int) -> Publication:
    return publish(warehouse, models, published_at=AT + timedelta(minutes=number), run_id=f"run-{number}")


def run_id(database: Path) -> str:
    with duckdb.connect(str(database), read_only=True) as reader:
        (found,) = reader.execute("SELECT run_id FROM publish.publication").fetchone() or ("none",)
    return str(found)


def folders(warehouse: Warehouse) -> list[str]:
    return sorted(path.name for path in (warehouse.settings.home / "publications").iterdir())


def test_everything_stands_in_one_folder_that_the_link_shows(told: Warehouse, models: dict[str, Model]) -> None:
    made = publish_run(told, models, 1)
    published = told.settings.published
    tables = {name for name, model in models.items() if model.macro_parameter is None} | {"publish.publication"}
    assert made.tables.keys() == tables
    assert made.tables["claims.news_claims"] == 7
    assert published.is_symlink()
    assert published.resolve() == made.folder == told.settings.home / "publications" / "20240901T123100Z-run-1"
    assert {path.name for path in published.iterdir()} == {f"{name}.parquet" for name in tables} | {
        "content.sha256",
        "datapackage.json",
        "report.html",
        "waybill.duckdb",
    }


def test_the_home_may_be_moved_with_what_is_published(
    told: Warehouse, models: dict[str, Model], tmp_path: Path
) -> None:
    publish_run(told, models, 1)
    told.settings.home.rename(tmp_path / "moved")
    assert run_id(tmp_path / "moved" / "published" / "waybill.duckdb") == "run-1"
    (tmp_path / "moved").rename(told.settings.home)


def test_the_newest_is_shown_the_one_before_stays_and_older_ones_go(told: Warehouse, models: dict[str, Model]) -> None:
    for number in (1, 2, 3):
        publish_run(told, models, number)
    assert run_id(told.settings.published / "waybill.duckdb") == "run-3"
    assert folders(told) == ["20240901T123200Z-run-2", "20240901T123300Z-run-3"]


def test_halves_of_crashed_runs_are_removed(told: Warehouse, models: dict[str, Model]) -> None:
    half = told.settings.home / "publications" / ".building-20240901T000000Z-run-0"
    half.mkdir(parents=True)
    (half / "waybill.duckdb").write_bytes(b"half")
    (told.settings.home / "published.new").symlink_to("publications/nowhere")
    publish_run(told, models, 1)
    assert folders(told) == ["20240901T123100Z-run-1"]
    assert not (told.settings.home / "published.new").is_symlink()


def test_a_publication_that_fails_leaves_what_was_published(told: Warehouse, models: dict[str, Model]) -> None:
    publish_run(told, models, 1)
    told.connection.execute("ALTER TABLE delays.shipment_delays DROP COLUMN cause")
    with pytest.raises(duckdb.Error, match="cause"):
        publish_run(told, models, 2)
    assert run_id(told.settings.published / "waybill.duckdb") == "run-1"
    assert folders(told) == [".building-20240901T123200Z-run-2", "20240901T123100Z-run-1"]


def test_the_same_run_may_publish_twice_in_one_second(told: Warehouse, models: dict[str, Model]) -> None:
    first = publish(told, models, published_at=AT, run_id="run-1")
    second = publish(told, models, published_at=AT, run_id="run-1")
    assert first.folder != second.folder
    assert told.settings.published.resolve() == second.folder


def test_a_folder_in_the_way_is_left_alone_and_named(told: Warehouse, models: dict[str, Model]) -> None:
    told.settings.published.mkdir()
    (told.settings.published / "mine.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(PublicationFailed, match="published is in the way"):
        publish_run(told, models, 1)
    assert (told.settings.published / "mine.txt").read_text(encoding="utf-8") == "mine"


def test_a_reader_that_holds_the_file_keeps_it_while_two_newer_ones_come(
    told: Warehouse, models: dict[str, Model]
) -> None:
    lots = publish_run(told, models, 1).tables["shipments.shipments"]
    database = told.settings.published / "waybill.duckdb"
    command = [sys.executable, "-c", READER, str(database)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as reader:
        assert reader.stdout is not None
        assert reader.stdin is not None
        assert reader.stdout.readline() == "open\n"
        told.connection.execute("DELETE FROM shipments.shipments")
        publish_run(told, models, 2)
        publish_run(told, models, 3)
        reader.stdin.write("\n")
        reader.stdin.flush()
        assert reader.stdout.read() == f"('run-1', {lots})\n"
    assert reader.returncode == 0
    assert run_id(database) == "run-3"


def test_the_way_from_a_lot_to_its_quotes_is_open_to_any_reader(published: Path) -> None:
    with duckdb.connect(str(published / "waybill.duckdb"), read_only=True) as reader:
        quotes = reader.execute(
            "SELECT lots.current_to_id, found.event, found.quote, found.language, found.quote_end, found.line_number "
            "FROM shipments.shipments AS lots, shipments.evidence(lots.shipment_id) AS found "
            "WHERE lots.supplier_id = 'nvidia' AND (found.line_number = 2 OR found.language = 'fr') "
            "ORDER BY found.line_number, found.event, lots.current_to_id"
        ).fetchall()
    assert quotes == [
        (PROVISIONAL_ID, "order", "PO1;1;H100;64 <u>", None, None, 2),
        ("tesla", "diversion", HOSTILE_QUOTE, "fr", len(HOSTILE_QUOTE), None),
        ("x-corp", "diversion", HOSTILE_QUOTE, "fr", len(HOSTILE_QUOTE), None),
    ]
