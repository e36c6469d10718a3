"""The main job in this process, on a real warehouse and a real Dagster instance."""

import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from pipelines.definitions import build, defs
from pipelines.settings import ROOT
from tests.conftest import isolate
from tests.e2e.running import AS_OF, Run, dagster_instance, differences, run_job, tables, warehouse_tables

pytestmark = pytest.mark.dagster


@pytest.fixture(scope="module")
def first_run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Run, Path]]:
    home = tmp_path_factory.mktemp("job") / "home"
    with pytest.MonkeyPatch.context() as patch:
        isolate(patch, home)
        patch.setenv("WAYBILL_AS_OF", AS_OF)
        with dagster_instance() as instance:
            yield run_job(defs, instance), home


@pytest.fixture
def home(first_run: tuple[Run, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home in which the job ran once; each test has its own copy."""
    copy = tmp_path / "waybill"
    shutil.copytree(first_run[1], copy, symlinks=True)
    monkeypatch.setenv("WAYBILL_AS_OF", AS_OF)
    return copy


@pytest.fixture
def instance(home: Path) -> Iterator[dg.DagsterInstance]:
    with dagster_instance() as instance:
        yield instance


def test_the_job_makes_everything(first_run: tuple[Run, Path]) -> None:
    run, home = first_run
    assert run.result.success
    assert run.materialized == {key.to_user_string() for key in defs.resolve_asset_graph().materializable_asset_keys}
    assert (home / "published" / "report.html").exists()
    assert len(tables(home)) == len(run.materialized) - 1


def test_a_run_leaves_row_counts_samples_and_column_types(first_run: tuple[Run, Path]) -> None:
    run, _ = first_run
    events = run.result.asset_materializations_for_node("shipments")
    (metadata,) = [event.metadata for event in events if event.asset_key.path == ["shipments", "shipments"]]
    assert metadata["dagster/row_count"].value
    assert str(metadata["sample"].value).startswith("| ")
    columns = metadata["dagster/column_schema"].value.columns
    assert "?" not in {column.type for column in columns}
    assert all(column.description for column in columns)


def test_twice_in_a_row_changes_nothing(home: Path, instance: dg.DagsterInstance) -> None:
    published = home / "published"
    before, folder, data = tables(home), published.resolve(), (published / "waybill.duckdb").read_bytes()
    run_job(defs, instance)
    assert differences(before, warehouse_tables(home, before)) == []
    assert published.resolve() == folder
    assert (published / "waybill.duckdb").read_bytes() == data


def test_a_deleted_warehouse_loses_nothing(home: Path, instance: dg.DagsterInstance) -> None:
    before = tables(home)
    (home / "warehouse.duckdb").unlink()
    run_job(defs, instance)
    assert differences(before, warehouse_tables(home, before)) == []
    assert differences(before, tables(home)) == []


def test_one_asset_can_be_made_alone(home: Path, instance: dg.DagsterInstance) -> None:
    run = run_job(defs, instance, "allocation.transfers")
    assert run.materialized == {"allocation/transfers"}
    assert {check.asset_key.path[1] for check in run.result.get_asset_check_evaluations()} == {"transfers"}


def test_a_check_can_run_without_its_table(home: Path, instance: dg.DagsterInstance) -> None:
    key = dg.AssetCheckKey(dg.AssetKey(["allocation", "transfers"]), "key_is_unique")
    job = dg.define_asset_job("one_check", selection=dg.AssetSelection.checks(key))
    graph = dg.Definitions(assets=defs.assets, jobs=[job], resources=defs.resources, executor=dg.in_process_executor)
    result = graph.resolve_job_def("one_check").execute_in_process(instance=instance)
    (evaluation,) = result.get_asset_check_evaluations()
    assert evaluation.passed
    assert result.get_asset_materialization_events() == []


@pytest.fixture(scope="module")
def impossible(tmp_path_factory: pytest.TempPathFactory) -> dg.Definitions:
    """The definitions, with a check that no lot can pass."""
    folder = tmp_path_factory.mktemp("impossible") / "sql"
    shutil.copytree(ROOT / "sql", folder)
    model = folder / "shipments" / "shipments.sql"
    header, rest = model.read_text(encoding="utf-8").split("\n", 1)
    model.write_text(f"{header}\n-- check no_lot_passes: shipment_id IS NULL\n{rest}", encoding="utf-8")
    return build(folder)


def test_a_failed_check_stops_what_follows_and_keeps_the_former_rows(
    home: Path, instance: dg.DagsterInstance, impossible: dg.Definitions
) -> None:
    published = home / "published"
    lots = ["shipments.shipments"]
    before = published.resolve(), tables(home), warehouse_tables(home, lots)
    chosen = ("shipments", "allocation", "delays", "publish")
    run = run_job(impossible, instance, *chosen, raise_on_error=False)
    assert not run.result.success
    assert {event.step_key for event in run.result.all_events if event.is_step_failure} == {"shipments"}
    assert {name.split("/")[0] for name in run.materialized} <= {"shipments"}
    assert "shipments/shipments" not in run.materialized
    failed = run.check("shipments.shipments", "no_lot_passes")
    assert not failed.passed
    assert failed.blocking
    assert failed.metadata["rows that break it"].value == len(before[1]["shipments.shipments"])
    assert "shipments.shipments keeps its former rows, since checks failed: no_lot_passes" in run.log
    assert (published.resolve(), tables(home), warehouse_tables(home, lots)) == before


def test_what_was_rejected_is_shown_with_file_line_column_and_reason(first_run: tuple[Run, Path]) -> None:
    run, _ = first_run
    check = run.check("claims.rejected_lines", "nothing_is_rejected")
    assert not check.passed
    assert check.severity == dg.AssetCheckSeverity.WARN
    assert check.metadata["rows that break it"].value
    shown = str(check.metadata["for example"].value).splitlines()
    columns = [name.strip().replace("\\", "") for name in shown[0].strip("|").split("|")]
    first = dict(zip(columns, [cell.strip() for cell in shown[2].strip("|").split("|")], strict=True))
    assert {"name", "line_number", "columns", "reasons"} <= first.keys()
    assert first["name"]
    assert first["reasons"]


@pytest.mark.parametrize("table", ["raw.news_documents", "claims.supplier_readings"])
def test_read_is_accepted_and_rejected(first_run: tuple[Run, Path], table: str) -> None:
    run, _ = first_run
    check = run.check(table, "read_is_accepted_plus_rejected")
    assert check.passed
    assert check.severity == dg.AssetCheckSeverity.ERROR


HOLDER = """
import sys
from pathlib import Path
from pipelines.warehouse import writing
with writing(Path(sys.argv[1]), 0):
    print("writing", flush=True)
    sys.stdin.readline()
"""


@pytest.fixture
def writer(home: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that is writing, until a line is sent to it."""
    command = [sys.executable, "-c", HOLDER, str(home)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "writing\n"
        yield process
        process.kill()


def test_a_run_waits_for_the_one_that_writes(
    instance: dg.DagsterInstance, writer: subprocess.Popen[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WAYBILL_LOCK_WAIT_SECONDS", "60")
    begun = time.monotonic()
    release = threading.Timer(2, writer.communicate, ["go\n"])
    release.start()
    run = run_job(defs, instance, "reference.durations")
    release.join()
    assert run.result.success
    assert time.monotonic() - begun >= 2
    assert f"waiting for process {writer.pid}, which is writing" in run.log


def test_a_run_gives_up_waiting_in_the_end(
    instance: dg.DagsterInstance, writer: subprocess.Popen[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WAYBILL_LOCK_WAIT_SECONDS", "1")
    run = run_job(defs, instance, "reference.durations", raise_on_error=False)
    assert not run.result.success
    assert run.materialized == set()
    assert f"is being written by process {writer.pid}, and still was after 1 s" in run.log
    assert "raise WAYBILL_LOCK_WAIT_SECONDS" in run.log
