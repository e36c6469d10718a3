import os
import subprocess
import sys
from pathlib import Path

import pytest

from pipelines.settings import ROOT


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home in which the main job ran once on the embedded sample."""
    folder = tmp_path_factory.mktemp("readme") / "var"
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("WAYBILL_", "DAGSTER_"))}
    ran = subprocess.run(
        [sys.executable, "-m", "pipelines.run"],
        cwd=ROOT,
        env={**environment, "WAYBILL_HOME": str(folder), "WAYBILL_AS_OF": "2026-06-30"},
        capture_output=True,
        text=True,
        timeout=540,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return folder
