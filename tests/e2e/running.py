"""Running Waybill as people run it, and reading what it published."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb

from pipelines.instance import prepare
from pipelines.settings import ROOT, load_settings

AS_OF = "2026-01-31"
# Many times what a run takes: one that is not over by then waits for what never comes.
RUN_SECONDS = 400.0
Rows = list[tuple[Any, ...]]


class Hung(AssertionError):
    """A command that did not end; the message says what it had printed and where each of its threads stood."""


def start_run(home: Path, **environment: str) -> subprocess.Popen[str]:
    """What `make run` runs, on the state in `home`, begun in a process group of its own."""
    return subprocess.Popen(
        [sys.executable, "-X", "faulthandler", "-m", "pipelines.run"],
        cwd=ROOT,
        env={**os.environ, "WAYBILL_HOME": str(home), "WAYBILL_AS_OF": AS_OF, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def end_run(process: subprocess.Popen[str], seconds: float = RUN_SECONDS) -> subprocess.CompletedProcess[str]:
    """Wait until a run that was begun ends. Raises Hung after `seconds`; then its process group is ended."""
    try:
        said, complained = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGABRT)  # upon which Python writes down where its threads stand
        with suppress(subprocess.TimeoutExpired):
            process.wait(10)
        said, complained = _killed(process)
        raise Hung(f"`make run` had not ended after {seconds:.0f} s.\n{said}\n{complained}") from None
    finally:
        if process.poll() is None:
            _killed(process)
    return subprocess.CompletedProcess(process.args, process.returncode, said, complained)


def _killed(process: subprocess.Popen[str]) -> tuple[str, str]:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    return process.communicate()


def make_run(home: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """What `make run` runs, on the state in `home`, to its end. Raises Hung where it does not end."""
    return end_run(start_run(home, **environment))


@contextmanager
def dagster_instance() -> Iterator[dg.DagsterInstance]:
    """The Dagster instance of the present WAYBILL_HOME, with the settings that Waybill ships."""
    prepare(load_settings())
    with dg.DagsterInstance.get() as instance:
        yield instance


@dataclass(frozen=True)
class Run:
    """One run of a job in this process, and what its log says."""

    result: dg.ExecuteInProcessResult
    instance: dg.DagsterInstance

    @property
    def log(self) -> str:
        """Every message of the run's log, with the errors behind it."""
        entries = self.instance.all_logs(self.result.run_id)
        lines = [entry.user_message or entry.message for entry in entries]
        for entry in entries:
            error = getattr(entry.dagster_event and entry.dagster_event.event_specific_data, "error", None)
            lines += [error.to_string()] if error else []
        return "\n".join(lines)

    @property
    def materialized(self) -> set[str]:
        """The assets that the run made."""
        return {
            event.asset_key.to_user_string()
            for event in self.result.get_asset_materialization_events()
            if event.asset_key
        }

    def check(self, table: str, name: str) -> dg.AssetCheckEvaluation:
        """What the check `name` of `table` found."""
        (found,) = [
            evaluation
            for evaluation in self.result.get_asset_check_evaluations()
            if evaluation.asset_key == dg.AssetKey(table.split(".")) and evaluation.check_name == name
        ]
        return found


def run_job(
    definitions: dg.Definitions, instance: dg.DagsterInstance, *selected: str, raise_on_error: bool = True
) -> Run:
    """Run `refresh` in this process, or only what is `selected`: `schema.table`, or a whole `schema`."""
    job = definitions.resolve_job_def("refresh")
    keys = job.asset_layer.executable_asset_keys
    chosen = [key for key in keys if key.path[0] in selected or ".".join(key.path) in selected]
    assert bool(selected) == bool(chosen)
    result = job.execute_in_process(instance=instance, asset_selection=chosen or None, raise_on_error=raise_on_error)
    return Run(result, instance)


def ask(home: Path, question: str, parameters: Mapping[str, Any] | Sequence[Any] | None = None) -> list[dict[str, Any]]:
    """Ask `published/waybill.duckdb` as its readers do."""
    with duckdb.connect(str(home / "published" / "waybill.duckdb"), read_only=True) as connection:
        result = connection.execute(question, parameters)
        names = [column[0] for column in result.description or ()]
        return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def tables(home: Path) -> dict[str, Rows]:
    """All rows of all published tables but those about the publication itself."""
    with duckdb.connect(str(home / "published" / "waybill.duckdb"), read_only=True) as connection:
        names = connection.execute(
            "SELECT table_schema, table_name FROM information_schema.tables "
            "WHERE table_schema <> 'publish' ORDER BY ALL"
        ).fetchall()
        return {
            f"{schema}.{table}": connection.execute(f"FROM {schema}.{table} ORDER BY ALL").fetchall()
            for schema, table in names
        }


def warehouse_tables(home: Path, names: Iterable[str]) -> dict[str, Rows]:
    """All rows of the tables `names` in the warehouse itself."""
    with duckdb.connect(str(home / "warehouse.duckdb"), read_only=True) as connection:
        return {name: connection.execute(f"FROM {name} ORDER BY ALL").fetchall() for name in names}


def differences(before: Mapping[str, Rows], after: Mapping[str, Rows]) -> list[str]:
    """The tables that differ, with the first row that stands in only one of the two."""
    found = []
    for name in sorted(before.keys() | after.keys()):
        old, new = before.get(name, []), after.get(name, [])
        if old != new or (name in before) != (name in after):
            examples = [row for row in new if row not in old][:1] + [row for row in old if row not in new][:1]
            found.append(f"{name}: {len(old)} rows, then {len(new)}; {examples}")
    return found
