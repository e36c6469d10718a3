"""Starting `make dev` as people start it, asking its GraphQL, and stopping all of its processes."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import httpx

from pipelines.settings import ROOT

READY_SECONDS = 120.0
RUN_SECONDS = 240.0
Found = TypeVar("Found")


def wait_for(what: str, look: Callable[[], Found | None], seconds: float) -> Found:
    """What `look` gives as soon as it gives something; fails, naming `what`, after `seconds`."""
    begun = time.monotonic()
    while True:
        found = look()
        if found:
            return found
        assert time.monotonic() - begun < seconds, f"waited {seconds:.0f} s in vain for {what}"
        time.sleep(0.5)


@dataclass(frozen=True)
class Dagster:
    """A running `make dev`."""

    url: str
    home: Path
    log: Path

    def ask(self, query: str, **variables: Any) -> dict[str, Any]:
        """The data that GraphQL gives."""
        answer = httpx.post(f"{self.url}/graphql", json={"query": query, "variables": variables}, timeout=60)
        answer.raise_for_status()
        found = answer.json()
        assert "errors" not in found, found["errors"]
        data: dict[str, Any] = found["data"]
        return data

    def runs(self) -> list[dict[str, Any]]:
        """All runs, newest first, with their tags as a dictionary."""
        fields = "runId jobName status tags { key value } assets { key { path } }"
        query = f"{{ runsOrError {{ ... on Runs {{ results {{ {fields} }} }} }} }}"
        runs: list[dict[str, Any]] = self.ask(query)["runsOrError"]["results"]
        return [{**run, "tags": {tag["key"]: tag["value"] for tag in run["tags"]}} for run in runs]

    def succeeded(self, because: str) -> list[dict[str, Any]]:
        """The runs that were started `because` of something and succeeded; fails where one failed."""
        runs = [run for run in self.runs() if run["tags"].get("waybill/because") == because]
        assert not [run for run in runs if run["status"] in ("FAILURE", "CANCELED")]
        return [run for run in runs if run["status"] == "SUCCESS"]


@contextmanager
def serve(home: Path, **environment: str) -> Iterator[Dagster]:
    """`make dev` on the state in `home` and a free port, until the block ends."""
    port, log = _free_port(), home.parent / f"{home.name}-dev.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            ["make", "--no-print-directory", "dev", f"PORT={port}"],
            cwd=ROOT,
            env={**os.environ, "WAYBILL_HOME": str(home), **environment},
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            dagster = Dagster(f"http://127.0.0.1:{port}", home, log)
            wait_for(f"the UI (see {log})", lambda: process.poll() is not None or _loaded(dagster), READY_SECONDS)
            assert process.poll() is None, log.read_text(encoding="utf-8")
            yield dagster
        finally:
            _stop(process)


def _loaded(dagster: Dagster) -> bool:
    query = "{ workspaceOrError { ... on Workspace { locationEntries { loadStatus } } } }"
    try:
        (entry,) = dagster.ask(query)["workspaceOrError"]["locationEntries"]
    except (httpx.HTTPError, ValueError):
        return False
    return bool(entry["loadStatus"] == "LOADED")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Stop the process and all that it started, as Ctrl+C does; those that stay are killed."""
    group = process.pid
    for sign, seconds in ((signal.SIGINT, 30.0), (signal.SIGKILL, 10.0)):
        try:
            os.killpg(group, sign)
        except ProcessLookupError:
            break
        begun = time.monotonic()
        while time.monotonic() - begun < seconds and _members(group):
            process.poll()
            time.sleep(0.2)
    process.wait()
    assert not _members(group), "processes of make dev are still there"


def _members(group: int) -> list[str]:
    found = subprocess.run(["ps", "-eo", "pgid=,stat=,args="], capture_output=True, text=True, check=True).stdout
    rows = [line.split(None, 2) for line in found.splitlines()]
    return [row[-1] for row in rows if int(row[0]) == group and not row[1].startswith("Z")]
