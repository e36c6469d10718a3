"""The end of a run in the terminal: what was found, what was read, and where the files are.

What it says comes from `pipelines.publish.findings`. Words from outside are printed as plain text, never as markup.
"""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from pipelines.publish.findings import Findings, read_findings
from pipelines.publish.pictures.facts import Row
from pipelines.publish.wording import UNKNOWN, cut, days, interval, listed, number, some, usd, visible

MOST_ROWS = 12
MOST_REJECTIONS = 8
_NOTHING = "nothing yet"
_MAY_WRAP = ("file", "from → to", "product", "reason", "related through", "who", "who waits")


def print_summary(published: Path, console: Console) -> None:
    """Print what the folder `published` holds. Raises FileNotFoundError where nothing was published."""
    database = published / "waybill.duckdb"
    if not database.exists():
        raise FileNotFoundError(f"{database} is not there: nothing was published yet; run the main job first")
    findings = read_findings(database, most_rejections=MOST_REJECTIONS)
    console.print()
    console.print(Text(f"Waybill as of {findings.as_of}", style="bold"))
    _transfers(console, findings)
    _delays(console, findings)
    _commitments(console, findings)
    _read(console, findings)
    console.print()
    console.print(Text("Published", style="bold"))
    for name, what in (
        ("report.html", "to read"),
        ("waybill.duckdb", "every table, read-only"),
        ("datapackage.json", "what the *.parquet files beside it hold"),
    ):
        console.print(Text(f"  {published / name}  ({what})"), soft_wrap=True)


def _transfers(console: Console, findings: Findings) -> None:
    _section(
        console,
        "Who gained and who lost what",
        findings.transfers,
        "allocation.transfers",
        (">GPUs", "product", "from → to", "related through", ">origins", "day"),
        lambda row: (
            interval(row["gpus_low"], row["gpus_high"]),
            row["product"],
            f"{row['from_name'] or UNKNOWN} → {row['to_name'] or UNKNOWN}",
            (row["related_through"] or UNKNOWN) if row["related"] else "–",
            number(row["origins"]),
            days(row["transferred_start"], row["transferred_end"]),
        ),
    )
    for row in findings.net_transfers[:MOST_ROWS]:
        _line(console, _net(row))
    for row in findings.swaps[:MOST_ROWS]:
        _line(console, _swap(row))


def _net(row: Row) -> str:
    one, other, net = row["a_name"], row["b_name"], row["net_gpus_best"]
    moved = f"{one} gave {number(row['a_to_b_gpus_best'])} and got {number(row['b_to_a_gpus_best'])} {row['product']}"
    if not net:
        return f"Net {one} / {other}: {moved}; neither side gained units"
    gained = interval(*sorted((abs(row["net_gpus_low"]), abs(row["net_gpus_high"]))))
    return f"Net {one} / {other}: {moved}; {other if net > 0 else one} gained {gained}"


def _swap(row: Row) -> str:
    low, high = row["b_gained_days_low"], row["b_gained_days_high"]
    if low is None and high is None:
        time = "the time that it cost is not known"
    elif (high or low) < 0:
        time = f"{row['a_name']} gained {interval(-high if high else None, -low if low else None, 'days')} by it"
    else:
        time = f"{row['b_name']} gained {interval(low, high, 'days')} by it, {row['a_name']} lost them"
    return f"Swap of {row['product']}: {row['a_name']} gave first, {row['b_name']} returned; {time}"


def _delays(console: Console, findings: Findings) -> None:
    _section(
        console,
        "What is late, and by how much",
        findings.delays,
        "delays.shipment_delays",
        ("who waits", "product", ">GPUs", "late by", "cause", "worth"),
        lambda row: (
            row["entity_name"] or UNKNOWN,
            row["product"] or UNKNOWN,
            interval(row["gpus_low"], row["gpus_high"]),
            _late(row),
            row["cause"].replace("_", " "),
            usd(row["value_usd_low"], row["value_usd_high"]),
        ),
    )


def _late(row: Row) -> str:
    if row["is_stated"]:
        return interval(row["stated_delay_days_low"], row["stated_delay_days_high"], "days") + " stated"
    return interval(row["slip_days_low"], row["slip_days_high"], "days") + (" so far" if row["open"] else "")


def _commitments(console: Console, findings: Findings) -> None:
    _section(
        console,
        "Commitments",
        findings.commitments,
        "allocation.commitments",
        ("who", "product", ">target", "due", ">held when stated", ">came since", "state"),
        lambda row: (
            row["entity_name"] or UNKNOWN,
            row["product"],
            interval(row["target_gpus_low"], row["target_gpus_high"]),
            days(row["due_start"], row["due_end"]),
            number(row["held_gpus_best"]),
            number(row["delivered_gpus_best"]),
            row["status"],
        ),
    )


def _read(console: Console, findings: Findings) -> None:
    counts = findings.counts
    _heading(console, "What was read")
    for kind, noun, documents, unreadable in (
        ("items", "news item", "news_documents", "unreadable_news_documents"),
        ("handed", "ready-made claim", "claim_documents", "unreadable_claim_documents"),
        ("lines", "supplier line", "supplier_documents", "unreadable_supplier_documents"),
    ):
        if kind == "handed" and not counts[documents]:
            continue
        words = (
            f"{some(counts[f'{kind}_read'], noun)} read, {number(counts[f'{kind}_accepted'])} accepted, "
            f"{number(counts[f'{kind}_rejected'])} rejected, in {some(counts[documents], 'document')}"
        )
        _line(console, words + (f", {number(counts[unreadable])} of them unreadable" if counts[unreadable] else ""))
    made = listed(
        [some(counts["claims"], "claim"), some(counts["records"], "shipment record"), some(counts["lots"], "lot")]
    )
    _line(console, f"They gave {made}; {some(len(findings.contested), 'lot')} contested")
    if not findings.rejections:
        return
    _heading(console, "Rejected")
    _rows(
        console,
        findings.rejections,
        ("file", ">line", "column", "reason"),
        lambda row: (
            f"{row['name']}, {row['sheet']}" if row["sheet"] else row["name"],
            "all" if row["line_number"] is None else number(row["line_number"]),
            row["columns"] or "",
            cut(row["reasons"], 160),
        ),
    )
    _more(console, counts["rejections"] - len(findings.rejections), "claims.rejected_lines")


def _section(
    console: Console,
    title: str,
    rows: Sequence[Row],
    table: str,
    columns: Sequence[str],
    cells: Callable[[Row], Sequence[str]],
) -> None:
    _heading(console, title)
    if not rows:
        _line(console, _NOTHING)
        return
    _rows(console, rows[:MOST_ROWS], columns, cells)
    _more(console, len(rows) - MOST_ROWS, table)


def _rows(console: Console, rows: Iterable[Row], columns: Sequence[str], cells: Callable[[Row], Sequence[str]]) -> None:
    """Print a table; a column whose name begins with `>` is set flush right."""
    grid = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    for name in columns:
        grid.add_column(
            Text(name.removeprefix(">")),
            justify="right" if name.startswith(">") else "left",
            no_wrap=name not in _MAY_WRAP,
            overflow="fold",
        )
    for row in rows:
        grid.add_row(*(Text(visible(cell)) for cell in cells(row)))
    console.print(Padding(grid, (0, 0, 0, 2), expand=False))


def _heading(console: Console, title: str) -> None:
    console.print()
    console.print(Text(title, style="bold"))


def _line(console: Console, words: str) -> None:
    console.print(Padding(Text(visible(words)), (0, 0, 0, 2), expand=False))


def _more(console: Console, number_left: int, table: str) -> None:
    if number_left > 0:
        _line(console, f"and {number(number_left)} more in {table}")
