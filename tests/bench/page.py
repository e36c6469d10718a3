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
Python and Dagster. One run on an empty world goes before and is not counted: it compiles the libraries, as the first
`make run` after setting up does. Beside it stand, from the same run:

- **copy**: DuckDB copying the same tables, `CREATE TABLE … AS FROM`, out of the published file: the least that writing
  them down can take;
- **selects**: the same SELECTs by a bare script without Dagster, without checks, without publication;
- **rebuild**: all that the job does but Dagster: it looks for what is new, reads the SQL files, builds, checks, draws
  the pictures, publishes with all macros, and sums up. What the job takes longer than this is what Dagster adds: its
  own start, its state, an event for each table and check, and what its pages show of a table.

Seconds are those of the clock, CPU seconds those of all threads of the process, which others that use the machine
lengthen less. `make bench FULL=1` goes on to 10 million records, and `make bench PARTS=rebuild SIZES="50000 200000"`
measures what you name. Worlds are made for the purpose (`tests/bench/worlds.py`), in Parquet, never whole in memory:
60 % of the records from suppliers' order lines in several versions, 40 % from claims in news items, of which 40 % are
copies. There are only so many outlets, so at every size the most copied story is printed some fifty times: growth where
one story is printed thousands of times is not measured.

`allocation.history` builds the ledgers of past days, of under 150,000 records together: it takes coarser days as the
ledger grows, and the newest alone in the end. So it weighs most in small worlds, and the growth from small to large
ones looks flatter than that of all else.
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
    large = [size for size in sizes if size.asked >= GROWTH_FROM]
    points = [(size.records, size.processes["job"].seconds) for size in large]
    goal = f"Growth from 100 thousand to 10 million records under {MAX_EXPONENT} in the exponent"
    if len(points) < 2:
        return f"{goal}: not measured, since that takes two sizes from {GROWTH_FROM:,} on."
    found = exponent(points)
    processor = exponent([(size.records, size.processes["job"].processor) for size in large])
    reach = "" if sizes[-1].asked >= GROWTH_TO else f", up to {sizes[-1].asked:,} only (FULL=1 goes further)"
    return f"{goal}: {verdict(found < MAX_EXPONENT)}, {found:.2f} ({processor:.2f} in CPU seconds){reach}."


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
    # Every size: that of a large one drowns in the noise of minutes of work, so seconds on processors stand beside it.
    found = "; ".join(
        f"{_added(size):.1f} s at {size.asked:,} records ({_processor_added(size):.1f} CPU seconds)" for size in sizes
    )
    worst = max(_added(size) for size in sizes)
    return f"{goal}: {verdict(worst <= MAX_DAGSTER_SECONDS)}, {found}."


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
            rows.append([asked, *_three(size.processes.get("job")), found[:300], *[""] * 12])
            continue
        job, copy, selects, rebuild = (size.processes[kind] for kind in ("job", "copy", "selects", "rebuild"))
        rows.append([
            f"{size.records:,}", *_three(job), *_three(copy), *_three(selects), *_three(rebuild),
            f"{job.seconds / copy.seconds:.1f}", f"{job.seconds / selects.seconds:.2f}",
            f"{_added(size):.1f}", f"{_processor_added(size):.1f}",
        ])  # fmt: skip
    kinds = [f"{kind} {unit}" for kind in ("job", "copy", "selects", "rebuild") for unit in ("s", "CPU s", "MB")]
    heads = ["records", *kinds, "job ÷ copy", "job ÷ selects", "Dagster adds s", "CPU s"]
    return table(heads, rows)


def _three(process: Measured | None) -> tuple[str, str, str]:
    if process is None:
        return "", "", ""
    return f"{process.seconds:.1f}", f"{process.processor:.1f}", f"{process.peak_bytes / 1e6:,.0f}"


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
