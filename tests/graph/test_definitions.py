import importlib
import os
import subprocess
import sys
from pathlib import Path

import dagster as dg
import pytest
import yaml

from pipelines.settings import ROOT


@pytest.mark.parametrize("package", ["pipelines", "assets", "pipelines.definitions", "assets.raw"])
def test_packages_come_from_this_repository(package: str) -> None:
    file = importlib.import_module(package).__file__
    assert file is not None
    assert Path(file).resolve().is_relative_to(ROOT)
    assert Path(__file__).resolve().is_relative_to(ROOT)


def test_workspace_names_the_definitions() -> None:
    (location,) = yaml.safe_load((ROOT / "workspace.yaml").read_text(encoding="utf-8"))["load_from"]
    module = importlib.import_module(location["python_module"]["module_name"])
    assert isinstance(module.defs, dg.Definitions)


def test_the_job_refreshes_everything(definitions: dg.Definitions) -> None:
    job = definitions.resolve_job_def("refresh")
    graph = definitions.resolve_asset_graph()
    assert job.asset_layer.executable_asset_keys == graph.materializable_asset_keys
    assert job.description
    assert job.executor_def == dg.in_process_executor


def test_the_schedule_is_hourly_and_on(definitions: dg.Definitions) -> None:
    (schedule,) = definitions.get_repository_def().schedule_defs
    assert (schedule.name, schedule.job_name, schedule.cron_schedule) == ("hourly", "refresh", "15 * * * *")
    assert schedule.default_status == dg.DefaultScheduleStatus.RUNNING


def test_the_sensors_are_on(definitions: dg.Definitions) -> None:
    sensors = {sensor.name: sensor for sensor in definitions.get_repository_def().sensor_defs}
    assert set(sensors) == {"new_files", "failed_runs"}
    assert all(sensor.default_status == dg.DefaultSensorStatus.RUNNING for sensor in sensors.values())
    assert sensors["new_files"].job_name == "refresh"


def test_loading_reads_no_input_and_makes_no_state(tmp_path: Path) -> None:
    home, nowhere = tmp_path / "home", str(tmp_path / "nowhere")
    environment = {**os.environ, "WAYBILL_HOME": str(home), "DAGSTER_HOME": ""}
    environment |= {f"WAYBILL_{name}_DIR": nowhere for name in ("NEWS", "SUPPLIER", "REFERENCE")}
    command = [sys.executable, "-c", "from pipelines.definitions import defs; defs.resolve_asset_graph()"]
    subprocess.run(command, cwd=ROOT, env=environment, check=True, timeout=120)
    assert not home.exists()
