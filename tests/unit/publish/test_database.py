from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from pipelines.publish.database import PublicationFailed, RunFacts, write_database
from pipelines.sql_model import InvalidModel, Model
from pipelines.warehouse import Warehouse
from tests.unit.publish.conftest import AS_OF

Build = Callable[..., dict[str, Model]]
FACTS = RunFacts(datetime(2024, 9, 1, 12, 30, tzinfo=UTC), AS_OF, "run-1")


def publish(warehouse: Warehouse, models: dict[str, Model], path: Path) -> duckdb.DuckDBPyConnection:
    write_database(warehouse, models, path, FACTS)
    return duckdb.connect(str(path), read_only=True)


def test_every_table_is_copied_with_its_rows_in_order(warehouse: Warehouse, build: Build, tmp_path: Path) -> None:
    path = tmp_path / "waybill.duckdb"
    counts = write_database(warehouse, build(), path, FACTS)
    assert counts == {"reference.entities": 2, "shipments.lots": 3, "publish.publication": 1}
    with duckdb.connect(str(path), read_only=True) as reader:
        lots = reader.execute("SELECT lot_id, seen_on FROM shipments.lots").fetchall()
        assert lots == [("b", AS_OF), ("a", AS_OF), ("c", AS_OF)]
    assert [file.name for file in tmp_path.glob("waybill*")] == ["waybill.duckdb"]


def test_tables_columns_and_macros_carry_their_comments(warehouse: Warehouse, build: Build, tmp_path: Path) -> None:
    with publish(warehouse, build(), tmp_path / "waybill.duckdb") as reader:
        tables = dict(reader.execute("SELECT table_name, comment FROM duckdb_tables()").fetchall())
        assert tables["entities"] == "One row per entity. It's known."
        columns = dict(
            reader.execute("SELECT column_name, comment FROM duckdb_columns() WHERE table_name = 'entities'").fetchall()
        )
        assert columns == {"entity_id": "Readable id.", "name": 'Its "full" name.'}
        missing = "SELECT table_name, column_name FROM duckdb_columns() WHERE NOT internal AND comment IS NULL"
        assert reader.execute(missing).fetchall() == []
        macros = "SELECT comment FROM duckdb_functions() WHERE function_name = 'lots_of'"
        assert reader.execute(macros).fetchall() == [("One row per lot of one entity: the price is not $to_id.",)]


def test_a_macro_whose_parameter_is_named_as_a_column_takes_its_argument_and_leaves_the_column(
    warehouse: Warehouse, build: Build, tmp_path: Path
) -> None:
    with publish(warehouse, build(), tmp_path / "waybill.duckdb") as reader:
        assert reader.execute("FROM shipments.lots_of('tesla')").fetchall() == [
            ("a", "tesla", "$to_id"),
            ("c", "tesla", "$to_id"),
        ]
        assert reader.execute("FROM shipments.lots_of(asked_to_id := 'x-corp')").fetchall() == [
            ("b", "x-corp", "$to_id")
        ]


def test_a_macro_keeps_a_parameter_name_that_stands_only_behind_a_table(
    warehouse: Warehouse, build: Build, tmp_path: Path
) -> None:
    models = build(
        shipments__lots_of="""\
-- One row per lot of one entity.
-- macro: to_id VARCHAR
SELECT
    lots.lot_id -- The lot. {key}
FROM shipments.lots AS lots
WHERE lots.to_id = $to_id
ORDER BY lots.lot_id
"""
    )
    with publish(warehouse, models, tmp_path / "waybill.duckdb") as reader:
        assert reader.execute("FROM shipments.lots_of(to_id := 'x-corp')").fetchall() == [("b",)]


def test_a_macro_that_needs_the_run_is_refused(warehouse: Warehouse, build: Build, tmp_path: Path) -> None:
    models = build(
        shipments__lots_of="""\
-- One row per lot of one entity.
-- macro: entity VARCHAR
SELECT
    lots.lot_id -- The lot. {key}
FROM shipments.lots AS lots
WHERE lots.to_id = $entity AND lots.seen_on < $as_of
"""
    )
    with pytest.raises(InvalidModel, match=r"shipments\.lots_of is a macro of \$entity and also uses \$as_of"):
        write_database(warehouse, models, tmp_path / "waybill.duckdb", FACTS)


def test_a_macro_that_reads_what_is_not_published_is_refused(
    warehouse: Warehouse, build: Build, tmp_path: Path
) -> None:
    models = build(
        shipments__lots_of="""\
-- One row per lot of one entity.
-- macro: entity VARCHAR
SELECT
    stock.lot_id -- The lot. {key}
FROM lake.stock AS stock
WHERE stock.to_id = $entity
"""
    )
    with pytest.raises(PublicationFailed, match=r"macro shipments\.lots_of does not run"):
        write_database(warehouse, models, tmp_path / "waybill.duckdb", FACTS)


def test_a_table_that_was_not_built_is_named(warehouse: Warehouse, build: Build, tmp_path: Path) -> None:
    models = build()
    warehouse.connection.execute("DROP TABLE shipments.lots")
    with pytest.raises(PublicationFailed, match=r"shipments\.lots is not in the warehouse: build it"):
        write_database(warehouse, models, tmp_path / "waybill.duckdb", FACTS)
    attached = warehouse.rows("SELECT database_name FROM duckdb_databases() WHERE database_name = 'publication'")
    assert attached == []


def test_the_facts_of_the_run_stand_in_the_file(warehouse: Warehouse, build: Build, tmp_path: Path) -> None:
    with publish(warehouse, build(), tmp_path / "waybill.duckdb") as reader:
        facts = reader.execute("SELECT published_at::VARCHAR, as_of, run_id, duckdb_version FROM publish.publication")
        assert facts.fetchall() == [("2024-09-01 12:30:00", AS_OF, "run-1", duckdb.__version__)]


def test_older_clients_can_read_the_file(warehouse: Warehouse, build: Build, tmp_path: Path) -> None:
    with publish(warehouse, build(), tmp_path / "waybill.duckdb") as reader:
        (tags,) = reader.execute("SELECT tags FROM duckdb_databases() WHERE database_name = 'waybill'").fetchone() or ()
        assert tags["storage_version"].startswith("v1.4.0")
