"""`make dev` with its real processes: the UI, the daemon, the schedule, the sensors, on the state of `make run`."""

import os
import time
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.running import ask
from tests.e2e.serving import RUN_SECONDS, Dagster, wait_for

pytestmark = pytest.mark.dagster

AUTOMATION = """{ repositoriesOrError { ... on RepositoryConnection { nodes {
    schedules { name cronSchedule scheduleState { status } }
    sensors { name sensorState { status ticks { status runIds skipReason } } } } } } }"""


def automation(dagster: Dagster) -> dict[str, Any]:
    (repository,) = dagster.ask(AUTOMATION)["repositoriesOrError"]["nodes"]
    found: dict[str, Any] = repository
    return found


def test_the_schedule_and_the_sensors_run(dagster: Dagster) -> None:
    found = automation(dagster)
    assert [(schedule["name"], schedule["scheduleState"]["status"]) for schedule in found["schedules"]] == [
        ("hourly", "RUNNING")
    ]
    assert {sensor["name"]: sensor["sensorState"]["status"] for sensor in found["sensors"]} == {
        "new_files": "RUNNING",
        "failed_runs": "RUNNING",
    }


def test_a_run_from_the_terminal_is_listed_among_the_jobs(dagster: Dagster) -> None:
    (run,) = [run for run in dagster.runs() if run["tags"].get("waybill/because") == "make run"]
    assert (run["jobName"], run["status"]) == ("refresh", "SUCCESS")
    assert {"path": ["allocation", "transfers"]} in [asset["key"] for asset in run["assets"]]
    of_the_job = dagster.ask(
        """{ pipelineOrError(params: {pipelineName: "refresh", repositoryName: "__repository__",
            repositoryLocationName: "waybill"}) { ... on Pipeline { runs { runId } } } }"""
    )
    assert run["runId"] in [one["runId"] for one in of_the_job["pipelineOrError"]["runs"]]


def test_a_file_dropped_into_the_folder_is_read_by_a_run_of_the_sensor(dagster: Dagster, watched_news: Path) -> None:
    before = len(dagster.succeeded("new files"))
    dropped = watched_news / "dropped.en.txt"
    dropped.write_text("date 2024-07-01\nNvidia has shipped 512 H100 chips to Oracle.\n", encoding="utf-8")
    os.utime(dropped, (time.time() - 60,) * 2)
    wait_for("the run for the dropped file", lambda: len(dagster.succeeded("new files")) > before, RUN_SECONDS)
    items = ask(dagster.home, "SELECT guid FROM raw.news_items WHERE guid = 'dropped.en.txt'")
    assert len(items) == 1
    ticks = {sensor["name"]: sensor["sensorState"]["ticks"] for sensor in automation(dagster)["sensors"]}
    assert any(tick["status"] == "SUCCESS" and tick["runIds"] for tick in ticks["new_files"])
    assert not [tick for found in ticks.values() for tick in found if tick["status"] == "FAILURE"]
