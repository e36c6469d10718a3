"""What holds for every test: state in a folder of its own, no network but loopback, nothing left in the repository."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis.configuration import set_hypothesis_home_dir
from xdist.scheduler import LoadScopeScheduling

ROOT = Path(__file__).resolve().parents[1]
KEPT_SETTINGS = {"WAYBILL_SHARED", "WAYBILL_REQUIRE_BROWSER"}
# What shares one run of the main job and one running Dagster, so runs in one process.
TOGETHER = ("test_browser.py", "test_dev.py", "test_make_run.py", "test_sample_story.py")
CACHES = ("__pycache__/", ".mypy_cache/", ".ruff_cache/", ".venv/")

set_hypothesis_home_dir(str(Path(tempfile.gettempdir()) / "waybill-hypothesis"))


def _refuse_network(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "socket.connect":
        address = arguments[1]
        host = address[0] if isinstance(address, tuple) else None
    elif event == "socket.getaddrinfo":
        host = arguments[0]
    else:
        return
    if host not in (None, "", "127.0.0.1", "::1", "localhost", b"127.0.0.1", b"localhost"):
        raise PermissionError(f"tests use 127.0.0.1 only, and one asked for {host!r}")


sys.addaudithook(_refuse_network)


@pytest.fixture(autouse=True)
def _own_state(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    isolate(monkeypatch, tmp_path / "waybill")


def isolate(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    """Point Waybill and Dagster at `home`, with the sample as input and nothing of the caller's environment."""
    for name in [name for name in os.environ if name.startswith("WAYBILL_") and name not in KEPT_SETTINGS]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("WAYBILL_HOME", str(home))
    monkeypatch.setenv("DAGSTER_HOME", str(home / "dagster"))
    monkeypatch.setenv("DAGSTER_DISABLE_TELEMETRY", "yes")


def _stray_files() -> set[str] | None:
    command = ["git", "-C", str(ROOT), "status", "--porcelain", "--ignored", "--untracked-files=normal"]
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    if found.returncode:
        return None
    return {line[3:] for line in found.stdout.splitlines() if line[:2] in ("??", "!!") and not line.endswith(CACHES)}


def pytest_sessionstart(session: pytest.Session) -> None:
    if not hasattr(session.config, "workerinput"):
        session.config.stash[_BEFORE] = _stray_files()


@pytest.hookimpl(wrapper=True)
def pytest_sessionfinish(session: pytest.Session) -> Iterator[None]:
    before = session.config.stash.get(_BEFORE, None)
    after = _stray_files() if before is not None else None
    if before is not None and after is not None and after - before:
        print(f"\nLeft behind in the repository by the tests: {', '.join(sorted(after - before))}", file=sys.stderr)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
    yield


class ByFile(LoadScopeScheduling):
    """Sends each file's tests to one process, so that what a file sets up is set up once."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.split("::", 1)[0]
        return "together" if file.endswith(TOGETHER) else file


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByFile:
    return ByFile(config, log)


_BEFORE = pytest.StashKey[set[str] | None]()
