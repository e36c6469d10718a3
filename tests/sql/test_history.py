"""The history of what was known: each of its days against the table as known on that day, exactly."""

from datetime import date, timedelta
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rows import fill, run
from test_as_known import known, with_macros
from test_conservation import claims, lines, tell
from world import Built, World, models

from pipelines.as_known import has_as_known
from pipelines.each_day import DAYS, each_day, ledger_each_day

FIGURES = [column.name for column in models()["allocation.entity_allocation"].columns]
HISTORY = "allocation.history"
LEDGER = [table for table, model in models().items() if has_as_known(model) and table not in (DAYS, HISTORY)]
ON_THE_DAY = f"""
SELECT {", ".join(FIGURES)} FROM allocation.history WHERE known_on <= $day
QUALIFY row_number() OVER (PARTITION BY entity_id, product_id ORDER BY known_on DESC) = 1 AND is_known
"""


def days_of(built: Built) -> list[date]:
    return [known_on for (known_on,) in built.columns("SELECT known_on FROM allocation.history_days")]


def told_of(built: Built, on: date) -> list[str]:
    return sorted(map(repr, built.connection.execute(ON_THE_DAY, {"day": on}).fetchall()))


@pytest.fixture(scope="module")
def told() -> Built:
    world = World()
    for published, giver in (("2024-06-04", "Tesla"), ("2024-06-12", "Meta")):
        item = world.item("daily", guid="one", published=published, fetched=published)
        world.claim(
            "diversion", item=item, supplier="Nvidia", giver=giver, to="X" if giver == "Tesla" else "Tesla", gpus=12_000
        )
    return world.build(HISTORY)


@settings(max_examples=5, deadline=None, derandomize=True)
@given(st.lists(claims, max_size=12), st.lists(lines, max_size=6), st.data())
def test_the_history_of_any_day_is_the_table_as_known_on_it(
    said: list[dict[str, Any]], booked: list[dict[str, Any]], data: st.DataObject
) -> None:
    built = with_macros(tell(said, booked).build(HISTORY), "allocation.entity_allocation")
    for on in data.draw(st.lists(st.sampled_from(days_of(built) or [date(2024, 6, 1)]), max_size=3, unique=True)):
        quiet = on + timedelta(days=data.draw(st.integers(1, 40), label=f"days after {on}"))
        for day in (on - timedelta(days=1), on, quiet):
            assert told_of(built, day) == sorted(map(repr, known(built, "allocation.entity_allocation", str(day))))


@settings(max_examples=4, deadline=None, derandomize=True)
@given(st.lists(claims, min_size=4, max_size=12), st.lists(lines, min_size=1, max_size=6), st.data())
def test_every_table_is_kept_apart_by_day(
    said: list[dict[str, Any]], booked: list[dict[str, Any]], data: st.DataObject
) -> None:
    built = with_macros(tell(said, booked).build(*LEDGER, "allocation.history_days"), *LEDGER)
    queries = {table: models()[table].sql for table in LEDGER}
    for name, query in ledger_each_day(f"SELECT known_on FROM {DAYS}", queries).items():
        built.connection.execute(f"CREATE TABLE {name} AS {query}")
    on = data.draw(st.sampled_from(days_of(built)))
    for table in LEDGER:
        names = ", ".join(column.name for column in models()[table].columns)
        then = built.columns(f"SELECT {names} FROM {each_day(table)} WHERE known_on = '{on}'")
        assert sorted(map(repr, then)) == sorted(map(repr, known(built, table, str(on)))), table


def test_the_history_ends_with_what_is_known_now(told: Built) -> None:
    assert told_of(told, date(2030, 1, 1)) == sorted(map(repr, told.columns("FROM allocation.entity_allocation")))


def test_a_day_that_changes_nothing_of_a_pair_has_no_row_of_it(told: Built) -> None:
    rows = "SELECT known_on::VARCHAR, is_known, diverted_out_gpus_best FROM allocation.history WHERE entity_id = '{}'"
    assert told.columns(rows.format("tesla")) == [("2024-06-04", True, 12_000), ("2024-06-12", True, 0)]
    assert told.columns(rows.format("x-corp")) == [("2024-06-04", True, 0), ("2024-06-12", False, None)]


@pytest.mark.parametrize(
    ("records", "grain", "days"),
    [
        (500, "day", 500),
        (1_600, "week", 115),
        (10_000, "month", 27),
        (30_000, "quarter", 9),
        (100_000, "year", 3),
        (900_000, "newest", 1),
    ],
)
def test_the_grain_is_the_finest_that_costs_under_150_000_records(records: int, grain: str, days: int) -> None:
    connection = duckdb.connect()
    fill(connection, "records.shipment_records", {"known_at": "TIMESTAMP", "superseded_at": "TIMESTAMP"}, [])
    connection.execute(
        "INSERT INTO records.shipment_records (known_at) "
        "SELECT TIMESTAMP '2022-01-01' + to_days((i * 800 // $records)::INTEGER) FROM range($records) AS r (i)",
        {"records": records},
    )
    chosen = run(connection, DAYS)
    assert ({row["grain"] for row in chosen}, len(chosen)) == ({grain}, days)
    assert chosen[-1]["records"] == records
