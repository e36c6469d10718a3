"""Measuring: one world, and what is measured on it, each in a process of its own, bounded in time and cleaned up."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from pipelines.settings import ROOT
from tests.bench.worlds import AS_OF

# Room on the disk for lake, warehouse, publication and what DuckDB puts aside, by record.
DISK_BYTES_PER_RECORD = 4_000
# Memory without which a measurement says more of the machine than of Waybill: a base, and a share by record.
MEMORY_BYTES, MEMORY_BYTES_PER_RECORD = 1_000_000_000, 500
SECONDS, SECONDS_PER_RECORD = 300.0, 0.0004
Say = Callable[[str], None]


class CannotMeasure(RuntimeError):
    """A size that cannot be measured here; the message says what is short, how much, and what to do."""


@dataclass(frozen=True, slots=True)
class Measured:
    """One process: how long it took from start to end, its seconds on processors, its greatest memory, what it told."""

    seconds: float
    processor: float
    peak_bytes: int
    told: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Size:
    """One size of world: what each process took, or why it was not measured."""

    asked: int
    records: int = 0
    processes: dict[str, Measured] = field(default_factory=dict)
    failure: str | None = None


def measure(records: int, say: Say, *, seconds: float | None = None) -> Size:
    """Measure a world of `records` statements; each process may take `seconds`. What goes wrong is part of the answer.

    Nothing stays behind, also where a process fails or this one is interrupted.
    """
    bound = seconds or SECONDS + SECONDS_PER_RECORD * records
    done: dict[str, Measured] = {}
    try:
        _look_for_room(records)
        with tempfile.TemporaryDirectory(prefix="waybill-bench-") as folder:
            _measure_all(Path(folder), records, bound, done, say)
    except CannotMeasure as error:
        say(f"  {error}")
        return Size(records, processes=done, failure=str(error))
    return Size(records, done["copy"].told["records"], done)


def _measure_all(folder: Path, records: int, bound: float, done: dict[str, Measured], say: Say) -> None:
    for name in ("news", "suppliers", "public"):
        (folder / name).mkdir()
    _run("world", folder, folder / "job", records, bound)
    # What is run for the first time also waits for libraries to be compiled and to be read from the disk.
    _warm_up(folder, bound)
    for kind in ("job", "copy", "selects", "rebuild"):
        home = folder / kind
        home.mkdir(exist_ok=True)
        if kind != "job":
            (home / "lake").symlink_to(folder / "job" / "lake", target_is_directory=True)
        done[kind] = _run(kind, folder, home, records, bound)
        say(f"  {kind}: {done[kind].seconds:.1f} s, {done[kind].peak_bytes / 1e6:,.0f} MB")
        if kind == "job":
            done[kind].told.update(_run("told", folder, home, records, bound).told)
        else:
            shutil.rmtree(home)


def _warm_up(folder: Path, bound: float) -> None:
    home = folder / "warm"
    scored = "extraction_scores"
    shutil.copytree(folder / "job" / "lake" / scored, home / "lake" / scored)
    _run("job", folder, home, 0, bound)
    shutil.rmtree(home)


def _look_for_room(records: int) -> None:
    free, wanted = shutil.disk_usage(tempfile.gettempdir()).free, records * DISK_BYTES_PER_RECORD
    if free < wanted:
        raise CannotMeasure(
            f"not measured: {tempfile.gettempdir()} has {free / 1e9:.1f} GB free, and {records:,} records take "
            f"{wanted / 1e9:.1f} GB; make room, or set TMPDIR to a folder on another disk"
        )
    memory, need = psutil.virtual_memory().available, MEMORY_BYTES + records * MEMORY_BYTES_PER_RECORD
    if memory < need:
        raise CannotMeasure(
            f"not measured: {memory / 1e9:.1f} GB of memory are free, and {records:,} records want "
            f"{need / 1e9:.1f} GB; end other programs, or measure smaller sizes: make bench SIZES=100000"
        )


def _run(kind: str, folder: Path, home: Path, records: int, bound: float) -> Measured:
    result, errors = folder / f"{kind}.json", folder / f"{kind}.log"
    left_out = ("WAYBILL_", "DAGSTER_", "PYTHONDONTWRITEBYTECODE")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(left_out)}
    environment = {
        **kept,
        **{name: os.environ[name] for name in ("WAYBILL_MEMORY",) if name in os.environ},
        "PYTHONPYCACHEPREFIX": str(folder / "bytecode"),
        "WAYBILL_HOME": str(home),
        "WAYBILL_NEWS_DIR": str(folder / "news"),
        "WAYBILL_SUPPLIER_DIR": str(folder / "suppliers"),
        "WAYBILL_PUBLIC_DIR": str(folder / "public"),
        "WAYBILL_AS_OF": AS_OF.isoformat(),
        "BENCH_RECORDS": str(records),
        "BENCH_RESULT": str(result),
        "BENCH_PUBLISHED": str(folder / "job" / "published" / "waybill.duckdb"),
    }
    command = [sys.executable, "-m", "tests.bench.child", kind]
    begun = time.monotonic()
    with errors.open("w", encoding="utf-8") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log, start_new_session=True)
        try:
            code = process.wait(bound)
        except subprocess.TimeoutExpired:
            raise CannotMeasure(f"{kind}: ended after {bound:,.0f} s, the bound for {records:,} records") from None
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
    seconds = time.monotonic() - begun
    if code:
        said = errors.read_text(encoding="utf-8", errors="replace").strip()[-1_000:]
        reason = "was killed, most likely for want of memory" if code == -signal.SIGKILL else f"failed ({code})"
        raise CannotMeasure(f"{kind} {reason} on {records:,} records: {said}")
    told = json.loads(result.read_text(encoding="utf-8"))
    return Measured(seconds, told.pop("processor"), told.pop("peak_bytes"), told)
