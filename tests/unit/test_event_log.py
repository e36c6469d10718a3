"""Dagster's event log kept open: what is stored together, and that nothing waits for itself."""

from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from pipelines.event_log import EventLog
from pipelines.instance import prepare
from pipelines.settings import load_settings


@dg.multi_asset(
    specs=[dg.AssetSpec("lots")], check_specs=[dg.AssetCheckSpec("some_are_there", asset="lots")], can_subset=True
)
def lots() -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
    yield dg.MaterializeResult("lots", metadata={"rows": 3})
    yield dg.AssetCheckResult(passed=True, asset_key="lots", check_name="some_are_there")


@pytest.fixture
def instance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dg.DagsterInstance]:
    monkeypatch.setenv("WAYBILL_HOME", str(tmp_path / "waybill"))
    monkeypatch.setenv("DAGSTER_EVENT_BATCH_SIZE", "1000")
    monkeypatch.setenv("DAGSTER_HOME", "")
    prepare(load_settings())
    with dg.DagsterInstance.get() as found:
        yield found


def test_planned_events_stand_in_the_order_in_which_dagster_gives_them(instance: dg.DagsterInstance) -> None:
    assert isinstance(instance.event_log_storage, EventLog)
    job = dg.Definitions(assets=[lots], jobs=[dg.define_asset_job("all")]).resolve_job_def("all")
    run = job.execute_in_process(instance=instance)
    kinds = [entry.dagster_event_type for entry in instance.all_logs(run.run_id) if entry.dagster_event_type]
    planned = [kind.value for kind in kinds if kind.value.endswith("PLANNED")]
    assert planned == ["ASSET_MATERIALIZATION_PLANNED", "ASSET_CHECK_EVALUATION_PLANNED"]
    assert dg.DagsterEventType.RUN_SUCCESS in kinds


def test_what_was_made_and_checked_is_found_again(instance: dg.DagsterInstance) -> None:
    dg.materialize([lots], instance=instance)
    dg.materialize([lots], instance=instance)
    latest = instance.get_latest_materialization_event(dg.AssetKey("lots"))
    assert latest is not None
    assert latest.asset_materialization is not None
    assert latest.asset_materialization.metadata["rows"].value == 3
    history = instance.event_log_storage.get_asset_check_execution_history(
        dg.AssetCheckKey(dg.AssetKey("lots"), "some_are_there"), limit=10
    )
    assert [one.status.value for one in history] == ["SUCCEEDED", "SUCCEEDED"]


def test_of_a_batch_that_cannot_be_stored_nothing_is(
    instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = dg.materialize([lots], instance=instance)
    log = instance.event_log_storage
    assert isinstance(log, EventLog)
    before = instance.all_logs(run.run_id)
    made = [entry for entry in before if entry.dagster_event_type == dg.DagsterEventType.ASSET_MATERIALIZATION]

    def fails(*_arguments: object) -> None:
        raise OSError("the disk is full")

    with monkeypatch.context() as broken:
        broken.setattr(log, "_store_asset_event", fails)
        with pytest.raises(OSError, match="the disk is full"):
            log.store_event_batch(made)
    assert len(instance.all_logs(run.run_id)) == len(before)
    log.store_event_batch(made)
    assert len(instance.all_logs(run.run_id)) == len(before) + 1
