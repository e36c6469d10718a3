"""One run of the main job on the sample, by the command that people use, shared by all who ask about it."""

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.e2e.running import make_run


@dataclass(frozen=True)
class Story:
    """A home in which `make run` ran once on the sample, and what it printed. To be read only."""

    home: Path
    ran: "subprocess.CompletedProcess[str]"


@pytest.fixture(scope="session")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    home = tmp_path_factory.mktemp("story") / "home"
    ran = make_run(home)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return Story(home, ran)


@pytest.fixture
def own_story(story: Story, tmp_path: Path) -> Path:
    """A copy of that home, for tests that change it."""
    return Path(shutil.copytree(story.home, tmp_path / "waybill", symlinks=True))
