"""One run of the main job on the sample and one running Dagster, by the commands that people use, shared by all."""

import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from pipelines.settings import ROOT
from tests.e2e.running import AS_OF, make_run
from tests.e2e.serving import RUN_SECONDS, Dagster, serve, wait_for


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


@pytest.fixture(scope="session")
def watched_news(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample's news in a folder of its own, which the running Dagster watches."""
    return Path(shutil.copytree(ROOT / "sample" / "news", tmp_path_factory.mktemp("inputs") / "news"))


@pytest.fixture(scope="session")
def dagster(story: Story, watched_news: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dagster]:
    """`make dev`, on a copy of the state that `make run` left, after the run that its sensor begins with."""
    home = Path(shutil.copytree(story.home, tmp_path_factory.mktemp("dev") / "home", symlinks=True))
    with serve(home, WAYBILL_NEWS_DIR=str(watched_news), WAYBILL_AS_OF=AS_OF) as running:
        wait_for("the first run of the sensor", lambda: running.succeeded("new files"), RUN_SECONDS)
        yield running
