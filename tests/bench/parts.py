"""docs/benchmarks.md as a page of parts: each is measured and written by itself, and leaves the others as they stand.

Here belongs what all parts share: the page's head, the order of the parts, the machine, tables in Markdown.
"""

import os
import platform
import re
from collections.abc import Sequence
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

import psutil

from pipelines.settings import ROOT

# The module that measures a part, and its title.
PARTS = {
    "rebuild": "Rebuild of the warehouse",
    "readers": "Suppliers' files",
    "extraction": "Claims from news items",
}
_HEAD = """\
# Benchmarks

<!-- Written by `make bench`; run that, do not change this page. -->

`make bench` measures every part, `make bench PARTS=readers` one of them. Each part says when and on what machine it was
measured: seconds depend on both, ratios between rows of one table less. Every row is a process of its own.
"""


def page_path() -> Path:
    """Where the page is: docs/benchmarks.md, or BENCH_PAGE."""
    return Path(os.environ.get("BENCH_PAGE") or ROOT / "docs" / "benchmarks.md")


def put(part: str, text: str, page: Path) -> None:
    """Write one part of the page, in the place of what it said before."""
    before = page.read_text(encoding="utf-8") if page.exists() else ""
    found = dict(re.findall(r"^## (.+)\n((?:(?!## ).*\n?)*)", before, re.MULTILINE))
    found[PARTS[part]] = f"\n{text.strip()}\n\n"
    parts = [f"## {title}\n{found[title]}" for title in PARTS.values() if title in found]
    page.write_text("\n".join([_HEAD, *(one.strip() + "\n" for one in parts)]), encoding="utf-8")


def machine(measured_at: datetime) -> str:
    """When and where, and with which versions."""
    memory = psutil.virtual_memory().total / 1e9
    libraries = ", ".join(f"{name} {version(name)}" for name in ("waybill", "duckdb", "dagster", "polars"))
    return (
        f"Measured on {measured_at:%Y-%m-%d %H:%M} UTC: {_processor()}, {psutil.cpu_count()} cores, {memory:.0f} GB of "
        f"memory, {platform.system()} {platform.machine()}; Python {platform.python_version()}, {libraries}. "
        f"{_load()}\n"
    )


def _load() -> str:
    waiting = os.getloadavg()[1] if hasattr(os, "getloadavg") else 0.0
    quiet = waiting < 1.5 * (psutil.cpu_count() or 1)
    return (
        ""
        if quiet
        else f"Others used the machine meanwhile ({waiting:.0f} processes on average): seconds are too high."
    )


def _processor() -> str:
    known = Path("/proc/cpuinfo")
    if known.exists():
        for line in known.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table in Markdown."""
    lines = [f"| {' | '.join(heads)} |", f"|{' --- |' * len(heads)}", *(f"| {' | '.join(row)} |" for row in rows)]
    return "\n".join(lines) + "\n"


def verdict(met: bool) -> str:
    """How a goal came out."""
    return "PASS" if met else "FAIL"
