"""The warehouse: one writer at a time, tables replaced whole or not at all, checks that say what breaks them."""

import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import duckdb
import pytest

from pipelines.lake import TABLES
from pipelines.settings import ROOT, Settings, load_settings
from pipelines.sql_model import Model, read_model
from pipelines.warehouse import CURATED, NotBuilt, Warehouse, WarehouseBusy, open_warehouse, writing

HOLD = """
import sys, time
from pathlib import Path
from pipelines.warehouse import writing
with writing(Path(sys.argv[1]), 0):
    print("writing", flush=True)
    sys.stdin.readline()
"""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    environment = {"WAYBILL_HOME": str(tmp_path / "home"), "WAYBILL_LOCK_WAIT_SECONDS": "20"}
    return load_settings(environment, today=date(2024, 6, 5))


@pytest.fixture
def warehouse(settings: Settings) -> Iterator[Warehouse]:
    with open_warehouse(settings) as opened:
        yield opened


@pytest.fixture
def writer(settings: Settings) -> Iterator[subprocess.Popen[str]]:
    """Another process that writes until it is told to end."""
    command = [sys.executable, "-c", HOLD, str(settings.home)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdout.readline() == "writing\n"
        yield process
        process.kill()


def model(tmp_path: Path, table: str, text: str) -> Model:
    schema, name = table.split(".")
    path = tmp_path / "sql" / schema / f"{name}.sql"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return read_model(path)


def numbers(tmp_path: Path, values: str, checks: str = "") -> Model:
    text = (
        f"-- One row per number.\n{checks}\nSELECT t.n -- The number. {{key}}\n"
        f"FROM (VALUES {values}) AS t (n)\nORDER BY t.n"
    )
    return model(tmp_path, "a.numbers", text)


def test_a_second_process_waits_says_for_whom_and_then_writes(
    settings: Settings, writer: subprocess.Popen[str], caplog: pytest.LogCaptureFixture
) -> None:
    assert writer.stdin
    ending = threading.Timer(1.0, writer.stdin.close)
    ending.start()
    begun = time.monotonic()
    with caplog.at_level(logging.INFO, logger="waybill"), open_warehouse(settings) as opened:
        assert opened.row("SELECT 1") == (1,)
    ending.join()
    assert 0.9 <= time.monotonic() - begun < 15
    assert f"waiting for process {writer.pid}, which is writing to {settings.home}" in caplog.messages[0]


def test_a_process_that_waits_too_long_ends_with_the_writers_name_and_what_to_do(
    settings: Settings, writer: subprocess.Popen[str]
) -> None:
    begun = time.monotonic()
    with (
        pytest.raises(WarehouseBusy, match=f"process {writer.pid}") as busy,
        open_warehouse(replace(settings, lock_wait_seconds=0.5)),
    ):
        pass
    assert 0.5 <= time.monotonic() - begun < 5
    assert str(settings.home) in str(busy.value)
    assert "raise WAYBILL_LOCK_WAIT_SECONDS" in str(busy.value)


def test_a_writer_that_was_killed_blocks_nobody(settings: Settings, writer: subprocess.Popen[str]) -> None:
    os.kill(writer.pid, signal.SIGKILL)
    writer.wait()
    with writing(settings.home, 0):
        pass


def test_the_right_to_write_is_given_back_after_an_error(settings: Settings) -> None:
    with pytest.raises(RuntimeError, match="mine"), writing(settings.home, 0):
        raise RuntimeError("mine")
    with writing(settings.home, 0):
        pass


def test_two_processes_that_write_one_after_the_other_both_succeed(settings: Settings) -> None:
    script = (
        "import sys; from pipelines.settings import load_settings; from pipelines.warehouse import open_warehouse\n"
        "with open_warehouse(load_settings()) as opened:\n"
        "    opened.connection.execute('CREATE TABLE IF NOT EXISTS runs (n INTEGER)')\n"
        "    opened.connection.execute('INSERT INTO runs VALUES (1)')\n"
    )
    environment = {**os.environ, "WAYBILL_HOME": str(settings.home), "WAYBILL_LOCK_WAIT_SECONDS": "30"}
    both = [subprocess.Popen([sys.executable, "-c", script], cwd=ROOT, env=environment) for _ in range(2)]
    assert [process.wait(timeout=60) for process in both] == [0, 0]
    with open_warehouse(settings) as opened:
        assert opened.count("runs") == 2


def test_tables_are_there_for_the_next_run(settings: Settings, tmp_path: Path) -> None:
    with open_warehouse(settings) as opened:
        opened.build(numbers(tmp_path, "(2), (1)"))
    with open_warehouse(settings) as opened:
        assert opened.rows("FROM a.numbers") == [{"n": 1}, {"n": 2}]


def test_a_table_is_replaced_whole(warehouse: Warehouse, tmp_path: Path) -> None:
    warehouse.build(numbers(tmp_path, "(1), (2)"))
    built = warehouse.build(numbers(tmp_path, "(3)"))
    assert (built.rows, built.blocked) == (1, False)
    assert warehouse.rows("FROM a.numbers") == [{"n": 3}]


def test_a_blocking_check_keeps_the_former_rows_and_shows_what_breaks_it(warehouse: Warehouse, tmp_path: Path) -> None:
    warehouse.build(numbers(tmp_path, "(1)"))
    built = warehouse.build(numbers(tmp_path, "(7), (7), (NULL)"))
    assert built.blocked
    found = {result.check.name: (result.violations, result.examples) for result in built.checks}
    assert found == {
        "key_is_unique": (1, ({"n": 7, "copies": 2},)),
        "required_columns_are_filled": (1, ({"n": None},)),
    }
    assert warehouse.rows("FROM a.numbers") == [{"n": 1}]


def test_the_first_build_of_a_table_that_breaks_a_check_leaves_none(warehouse: Warehouse, tmp_path: Path) -> None:
    assert warehouse.build(numbers(tmp_path, "(7), (7)")).blocked
    with pytest.raises(duckdb.CatalogException):
        warehouse.count("a.numbers")


def test_a_warning_is_reported_and_the_rows_stay(warehouse: Warehouse, tmp_path: Path) -> None:
    built = warehouse.build(numbers(tmp_path, "(1), (2), (3), (4), (5), (6), (7)", "-- warn small: n < 1"))
    (warned,) = [result for result in built.checks if not result.passed]
    assert (warned.check.name, warned.violations, len(warned.examples), built.blocked) == ("small", 7, 5, False)
    assert warehouse.count("a.numbers") == 7


def test_sql_that_fails_leaves_the_former_rows_and_an_open_warehouse(warehouse: Warehouse, tmp_path: Path) -> None:
    warehouse.build(numbers(tmp_path, "(1)"))
    with pytest.raises(duckdb.ConversionException):
        warehouse.build(numbers(tmp_path, "('no number'::INTEGER)"))
    assert warehouse.rows("FROM a.numbers") == [{"n": 1}]
    warehouse.build(numbers(tmp_path, "(2)"))
    assert warehouse.rows("FROM a.numbers") == [{"n": 2}]


def test_a_table_before_what_it_is_made_from_says_what_is_missing(warehouse: Warehouse, tmp_path: Path) -> None:
    text = (
        "-- One row per number.\nSELECT\n    n.number -- The number. {key}\nFROM trial.others AS n\nORDER BY n.number\n"
    )
    with pytest.raises(NotBuilt, match=r"trial\.numbers is made from trial\.others, which no run has built yet"):
        warehouse.build(model(tmp_path, "trial.numbers", text))


def test_a_model_gets_the_day_of_the_run(warehouse: Warehouse, tmp_path: Path) -> None:
    warehouse.build(model(tmp_path, "a.today", "-- One row per day.\nSELECT $as_of AS today -- The day. {key}"))
    assert warehouse.rows("FROM a.today") == [{"today": date(2024, 6, 5)}]


def test_lake_and_curated_files_are_seen_as_they_stand_now(warehouse: Warehouse, tmp_path: Path) -> None:
    warehouse.look_outside()
    lines = model(
        tmp_path,
        "a.lines",
        "-- One row per line.\nSELECT l.line_number -- Its place. {key}\nFROM lake.rejected_lines AS l",
    )
    assert warehouse.build(lines).rows == 0
    row = dict.fromkeys(TABLES["rejected_lines"]) | {"line_number": 3}
    warehouse.lake.append("rejected_lines", [row])
    warehouse.look_outside()
    warehouse.build(lines)
    assert warehouse.rows("FROM a.lines") == [{"line_number": 3}]
    for table in CURATED:
        # Nobody has had to decide anything yet.
        assert warehouse.count(f"curated.{table}") > 0 or table == "decisions", table


def test_curated_values_stay_text_and_empty_ones_are_null(settings: Settings, tmp_path: Path) -> None:
    folder = tmp_path / "it's curated"
    folder.mkdir()
    for table in CURATED:
        (folder / f"{table}.csv").write_text(
            '# From a test.\n# "Quoted.\nkey,note\n007,\n"a, b",last\n', encoding="utf-8"
        )
    with open_warehouse(replace(settings, reference_dir=folder)) as opened:
        opened.look_outside()
        assert opened.rows("FROM curated.entities") == [{"key": "007", "note": None}, {"key": "a, b", "note": "last"}]


def test_one_row_is_asked_for_and_none_is_an_error(warehouse: Warehouse) -> None:
    assert warehouse.row("SELECT $n + 1", {"n": 1}) == (2,)
    with pytest.raises(LookupError, match="no row"):
        warehouse.row("SELECT 1 WHERE false")


def test_a_table_that_was_a_view_becomes_a_table_and_back(warehouse: Warehouse, tmp_path: Path) -> None:
    warehouse.look_outside()
    view = "-- One row per line.\nSELECT l.line_number AS n -- Its place. {key}\nFROM lake.rejected_lines AS l"
    for text in (numbers(tmp_path, "(1)"), model(tmp_path, "a.numbers", view), numbers(tmp_path, "(2)")):
        warehouse.build(text)
    assert warehouse.rows("FROM a.numbers") == [{"n": 2}]
