"""The rebuild's part of docs/benchmarks.md: one row a size, stages, the slowest tables, and the goals."""

import math
import statistics
from collections.abc import Sequence
from datetime import datetime

from tests.bench.measure import Measured, Size
from tests.bench.parts import machine, table, verdict

MAX_EXPONENT, MAX_BYTES, MAX_DAGSTER_SECONDS = 1.1, 8_000_000_000, 5.0
GROWTH_FROM, GROWTH_TO = 100_000, 10_000_000
_SLOWEST = 5
_WORDS = """\
How long the whole rebuild takes, and how much memory: the main job as `make run` starts it, in one process, on a lake
in which claims and supplier lines are read already. Checks and publication are part of it, and so are the start of
Python and Dagster. Beside it stand, from the same run:

- **copy**: DuckDB copying the same tables, `CREATE TABLE … AS FROM`, out of the published file: the least that writing
  them down can take;
- **selects**: the same SELECTs by a bare script without Dagster, without checks, without publication;
- **rebuild**: with checks and publication, without Dagster. What the job takes longer than this is what Dagster adds.

Sizes are 10 thousand to 1 million records; `make bench FULL=1` goes on to 10 million, and
`make bench PARTS=rebuild SIZES="50000 200000"` measures what you name. Worlds are made for the purpose
(`tests/bench/worlds.py`): 60 % of the records from suppliers' order lines in several versions, 40 % from claims in news
items, of which 40 % are copies.
"""


def page(sizes: Sequence[Size], measured_at: datetime) -> str:
    """The part as Markdown."""
    parts = [_WORDS, machine(measured_at), "### Seconds and memory\n", _whole(sizes)]
    whole = [size for size in sizes if "job" in size.processes]
    if whole:
        parts += ["### Stages, in seconds\n", _stages(whole), "### The slowest tables\n", _slowest(whole)]
    parts += ["### Goals\n", "\n".join(f"- {line}" for line in goals(sizes)) + "\n"]
    return "\n".join(parts)


def goals(sizes: Sequence[Size]) -> list[str]:
    """One line a goal: what was wanted, what was measured, and whether it is met."""
    whole = [size for size in sizes if size.failure is None]
    return [_growth(whole), _memory(sizes), _dagster(whole)]


def exponent(points: Sequence[tuple[float, float]]) -> float:
    """The slope of seconds over records, both as logarithms, by least squares: 1 is linear."""
    return statistics.linear_regression(*zip(*[(math.log(x), math.log(y)) for x, y in points], strict=True)).slope


def _growth(sizes: Sequence[Size]) -> str:
    points = [(size.records, size.processes["job"].seconds) for size in sizes if size.asked >= GROWTH_FROM]
    goal = f"Growth from 100 thousand to 10 million records under {MAX_EXPONENT} in the exponent"
    if len(points) < 2:
        return f"{goal}: not measured, since that takes two sizes from {GROWTH_FROM:,} on."
    found = exponent(points)
    reach = "" if sizes[-1].asked >= GROWTH_TO else f", up to {sizes[-1].asked:,} only (FULL=1 goes further)"
    return f"{goal}: {verdict(found < MAX_EXPONENT)}, {found:.2f}{reach}."


def _memory(sizes: Sequence[Size]) -> str:
    goal = "10 million records rebuild within 8 GB of memory"
    found = [size for size in sizes if size.asked >= GROWTH_TO and "job" in size.processes]
    if not found:
        asked = [size.failure for size in sizes if size.asked >= GROWTH_TO and size.failure]
        return f"{goal}: {'FAIL, ' + asked[0] if asked else 'not measured (FULL=1 does)'}."
    peak = found[-1].processes["job"].peak_bytes
    return f"{goal}: {verdict(peak <= MAX_BYTES)}, {peak / 1e9:.2f} GB."


def _dagster(sizes: Sequence[Size]) -> str:
    goal = f"Dagster adds no more than {MAX_DAGSTER_SECONDS:.0f} s"
    if not sizes:
        return f"{goal}: not measured."
    # At small sizes the difference is Dagster's; at large ones it drowns in the noise of minutes of work.
    size = min(sizes, key=lambda one: one.asked)
    return (
        f"{goal}: {verdict(_added(size) <= MAX_DAGSTER_SECONDS)}, {_added(size):.1f} s at {size.asked:,} records "
        f"({_processor_added(size):.1f} s of them on processors)."
    )


def _added(size: Size) -> float:
    return size.processes["job"].seconds - size.processes["rebuild"].seconds


def _processor_added(size: Size) -> float:
    return size.processes["job"].processor - size.processes["rebuild"].processor


def _whole(sizes: Sequence[Size]) -> str:
    rows = []
    for size in sizes:
        asked = f"{size.asked:,}"
        if size.failure:
            found = " ".join(size.failure.split()).replace("|", "\\|")
            rows.append([asked, *_pair(size.processes.get("job")), found[:300], *[""] * 6])
            continue
        job, copy, selects, rebuild = (size.processes[kind] for kind in ("job", "copy", "selects", "rebuild"))
        rows.append([
            f"{size.records:,}", *_pair(job), *_pair(copy), *_pair(selects), f"{rebuild.seconds:.1f}",
            f"{job.seconds / copy.seconds:.1f}", f"{job.seconds / selects.seconds:.2f}", f"{_added(size):.1f}",
        ])  # fmt: skip
    heads = ["records", "job s", "MB", "copy s", "MB", "selects s", "MB", "rebuild s", "job ÷ copy", "job ÷ selects",
             "Dagster adds s"]  # fmt: skip
    return table(heads, rows)


def _pair(process: Measured | None) -> tuple[str, str]:
    return (f"{process.seconds:.1f}", f"{process.peak_bytes / 1e6:,.0f}") if process else ("", "")


def _stages(sizes: Sequence[Size]) -> str:
    names = list(dict.fromkeys(name for size in sizes for name in size.processes["job"].told["stages"]))
    rows = [[name, *(f"{size.processes['job'].told['stages'].get(name, 0.0):.1f}" for size in sizes)] for name in names]
    return table(["stage", *(f"{size.asked:,}" for size in sizes)], rows)


def _slowest(sizes: Sequence[Size]) -> str:
    rows = []
    for size in sizes:
        models = size.processes["job"].told["models"]
        slowest = sorted(models, key=lambda name: -models[name]["build"] - models[name]["check"])[:_SLOWEST]
        for name in slowest:
            one = models[name]
            rows.append(
                [f"{size.asked:,}", f"`{name}`", f"{one['rows']:,.0f}", f"{one['build']:.1f}", f"{one['check']:.1f}"]
            )
    return table(["records", "table", "rows", "build s", "check s"], rows)
