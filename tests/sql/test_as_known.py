"""What was known on a day: each table's macro against the table built from the records that were known by then."""

from typing import Any

import pytest
import sqlglot
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlglot import exp
from test_conservation import claims, lines, tell
from world import Built, World, day, models

from pipelines.as_known import PARAMETER, create_as_known, has_as_known
from pipelines.sql_model import Model

TABLES = [model for model in models().values() if has_as_known(model)]
MACROS = {model.table: create_as_known(model, models()) for model in TABLES}


def with_macros(built: Built, *tables: str) -> Built:
    """`built` with the macros of `tables`, or of all."""
    for table, macro in MACROS.items():
        if table in tables or not tables:
            built.connection.execute(macro)
    return built


def known(built: Built, table: str, on: str) -> list[tuple[Any, ...]]:
    return built.columns(f"FROM {table}_as_known(DATE '{on}')")


def rebuild_from_records_known_by(built: Built, on: str) -> None:
    """The ledger of a day as it was built on that day: later records away, later versions not there yet."""
    built.connection.execute("DROP TABLE IF EXISTS later; ALTER TABLE records.shipment_records RENAME TO all_records")
    built.connection.execute(
        "CREATE TABLE records.shipment_records AS SELECT * REPLACE ("
        "CASE WHEN superseded_at::DATE <= $day THEN superseded_at END AS superseded_at, "
        "coalesce(superseded_at::DATE <= $day, FALSE) AS superseded) "
        "FROM records.all_records WHERE known_at::DATE <= $day",
        {"day": day(on)},
    )
    for model in TABLES:
        parameters = {"as_of": day(on)} if "as_of" in model.parameters else None
        built.connection.execute(f"CREATE OR REPLACE TABLE {model.table} AS {model.sql}", parameters)
    built.connection.execute(
        "DROP TABLE records.shipment_records; ALTER TABLE records.all_records RENAME TO shipment_records"
    )


@settings(max_examples=6, deadline=None, derandomize=True)
@given(st.lists(claims, max_size=10), st.lists(lines, max_size=4), st.integers(1, 12))
def test_a_table_as_known_is_the_table_built_from_what_was_known(
    said: list[dict[str, Any]], booked: list[dict[str, Any]], month: int
) -> None:
    built = with_macros(tell(said, booked).build(*(model.table for model in TABLES)))
    on = f"2024-{month:02}-20"
    as_known = {model.table: known(built, model.table, on) for model in TABLES}
    rebuild_from_records_known_by(built, on)
    for model in TABLES:
        assert sorted(map(repr, as_known[model.table])) == sorted(map(repr, built.columns(f"FROM {model.table}")))


@pytest.fixture(scope="module")
def told() -> Built:
    world = World()
    for published, by in (("2024-06-04", "CNBC"), ("2024-06-07", "Reuters")):
        item = world.item(by, published=published)
        world.claim("diversion", item=item, supplier="Nvidia", giver="Tesla", to="X", gpus=12_000, by=by)
    world.line("1", document="march", dated="2024-03-31", buyer="Meta", sku="H100", quantity=100, promised="2024-05-01")
    world.line("1", document="june", dated="2024-06-30", buyer="Meta", sku="H100", quantity=100, promised="2024-09-01")
    return with_macros(world.build(*(model.table for model in TABLES)))


def test_a_day_before_the_report_nothing_of_it_is_known(told: Built) -> None:
    assert known(told, "allocation.transfers", "2024-06-03") == []


@pytest.mark.parametrize(("on", "origins"), [("2024-06-04", 1), ("2024-06-06", 1), ("2024-06-07", 2)])
def test_origins_are_counted_as_they_come(told: Built, on: str, origins: int) -> None:
    assert told.columns(f"SELECT origins FROM allocation.transfers_as_known(DATE '{on}')") == [(origins,)]


def test_a_later_edition_replaces_the_earlier_one_only_from_its_own_day(told: Built) -> None:
    promised = "SELECT current_promised_end FROM shipments.shipments_as_known(DATE '{}') WHERE original_to_id = 'meta'"
    assert told.columns(promised.format("2024-06-29")) == [(day("2024-05-01"),)]
    assert told.columns(promised.format("2024-06-30")) == [(day("2024-09-01"),)]


def test_open_lots_are_late_up_to_that_day(told: Built) -> None:
    late = "SELECT slip_days_high FROM delays.shipment_delays_as_known(DATE '{}') WHERE entity_id = 'meta'"
    assert told.columns(late.format("2024-05-11")) == [(10,)]


@pytest.mark.parametrize("model", TABLES, ids=lambda model: model.table)
def test_no_model_has_a_column_that_the_day_would_replace(model: Model) -> None:
    # DuckDB puts a macro's argument wherever its bare name stands.
    columns = sqlglot.parse_one(model.sql, dialect="duckdb").find_all(exp.Column)
    assert [column.sql() for column in columns if not column.table and column.name.lower() == PARAMETER] == []


@pytest.mark.parametrize("model", TABLES, ids=lambda model: model.table)
def test_no_window_has_arguments_that_older_clients_read_wrongly(model: Model) -> None:
    # Up to 1.5, DuckDB reads the offset and the default of a stored lag or lead as further values.
    windows = sqlglot.parse_one(model.sql, dialect="duckdb").find_all(exp.Lag, exp.Lead)
    assert [window.sql() for window in windows if window.args.get("offset") or window.args.get("default")] == []
