"""`make bench PARTS=readers`: how fast suppliers' files are read, each reading in a process of its own.

A CSV file of ten million lines next to DuckDB's own reader on the same file, an X12 file of a million segments, and an
EDIFACT file next to pydifact alone, into docs/benchmarks.md. `--lines` and `--segments` make them smaller.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

import polars as pl

from pipelines.reference import load_reference
from pipelines.settings import ROOT, load_settings
from pipelines.suppliers.contract_files import load_contracts
from pipelines.suppliers.contracts import Contract
from pipelines.suppliers.documents import Context, Document
from pipelines.suppliers.kinds import open_document
from pipelines.suppliers.vocabulary import vocabulary_from
from tests.bench.parts import machine, page_path, put, table, verdict

BLOCK = 1_000_000
BUYERS = ("Tesla", "Meta", "Helios Research Cloud", "Norrland Compute AB", "Oracle", "CoreWeave")
SKUS = ("H100 SXM5 80GB", "H200 SXM", "GB200 NVL72", "H100 NVL", "B200")
MOST_TIMES_DUCKDB = 3.0
HEADS = ("what is read", "size", "seconds", "CPU seconds", "peak memory", "a second", "beside")
Found = dict[str, float]
Add = Callable[[tuple[str, ...]], None]
_WORDS = """\
One CSV file of order lines, 13 columns, read by DuckDB and by Waybill on all cores, as both are out of the box:

- **DuckDB's reader** is the yardstick: `CREATE TABLE … AS FROM read_csv(…)` into a database on the disk, types found by
  itself (text, whole numbers, days). It keeps no verbatim line and checks no more than types.
- **DuckDB, nothing kept** only parses the same columns, and gives the greatest value of each.
- **own columns** and **by contract** give what the rest of Waybill takes: each cell read by the contract (numbers,
  days, known SKUs, currencies, units, needed fields), frames of 31 typed columns with the verbatim line, every refused
  line with its reasons. By contract each key counts once, which is compared exactly. Nothing is written.
- **into the lake** is the whole way from the folder: the file kept byte for byte, its lines with an id each as Parquet.
- **quoted** is the same file with each cell in quotation marks.
"""


def main() -> int:
    """Measure and print; or, with --inside, read one file and print what was found."""
    if sys.argv[1:2] == ["--inside"]:
        return _inside(sys.argv[2], Path(sys.argv[3]))
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=10_000_000, help="lines of the CSV file")
    parser.add_argument("--segments", type=int, default=1_000_000, help="segments of the X12 file")
    asked = parser.parse_args()
    rows: list[tuple[str, ...]] = []

    def add(row: tuple[str, ...]) -> None:
        rows.append(row)
        print(" | ".join(row), flush=True)

    with tempfile.TemporaryDirectory(prefix="waybill-bench-") as folder:
        met = _measure_csv(Path(folder), asked.lines, add)
        _measure_messages(Path(folder), asked.segments, add)
    goal = f"Reading CSV with validation takes at most {MOST_TIMES_DUCKDB:.0f} times as long as DuckDB's reader: {met}."
    parts = [_WORDS, machine(datetime.now(UTC)), table(HEADS, rows), f"Goal: {goal}"]
    put("readers", "\n".join(parts), page_path())
    print(f"\n{goal}\n\nWritten: {page_path()}")
    return 0


def _measure_csv(folder: Path, lines: int, add: Add) -> str:
    file, quoted = folder / "waybill-lines.csv", folder / "quoted" / "waybill-lines.csv"
    write_csv(file, lines)
    yardstick = _measure("duckdb", file)
    add(_row("CSV, DuckDB's reader", file, yardstick, "lines", ""))

    def beside(found: Found, other: Found) -> str:
        return f"{_ratio(found, other)} × DuckDB's time"

    add(_row("CSV, DuckDB, nothing kept", file, _measure("parsed", file), "lines", ""))
    ratios = []
    for kind, what in (("ours", "own columns"), ("keyed", "by contract, each key once")):
        found = _measure(kind, file)
        ratios.append(found["seconds"] / yardstick["seconds"])
        add(_row(f"CSV, {what}", file, found, "lines", beside(found, yardstick)))
    kept = _measure("kept", file)
    add(_row("CSV, own columns, into the lake", file, kept, "lines", beside(kept, yardstick)))
    file.unlink()
    quoted.parent.mkdir()
    write_csv(quoted, lines, quoted=True)
    yardstick = _measure("duckdb", quoted)
    add(_row("CSV quoted, DuckDB's reader", quoted, yardstick, "lines", ""))
    found = _measure("ours", quoted)
    ratios.append(found["seconds"] / yardstick["seconds"])
    add(_row("CSV quoted, own columns", quoted, found, "lines", beside(found, yardstick)))
    quoted.unlink()
    return f"{verdict(max(ratios) <= MOST_TIMES_DUCKDB)}, {max(ratios):.1f} times"


def _measure_messages(folder: Path, segments: int, add: Add) -> None:
    orders, answers = folder / "orders.x12", folder / "answers.edi"
    write_x12(orders, segments)
    write_edifact(answers, segments // 10)
    add(_row("X12 850", orders, _measure("ours", orders), "segments", "", segments))
    plain = _measure("pydifact", answers)
    add(_row("EDIFACT, pydifact alone", answers, plain, "segments", "", segments // 10))
    mapped = _measure("ours", answers)
    beside = f"{_ratio(mapped, plain)} × pydifact's time"
    add(_row("EDIFACT ORDRSP", answers, mapped, "segments", beside, segments // 10))


def write_csv(path: Path, lines: int, *, quoted: bool = False) -> None:
    """A table by the contract `waybill-lines`, a million lines at a time."""
    with path.open("wb") as file:
        for start in range(0, lines, BLOCK):
            number = pl.arange(start, min(start + BLOCK, lines), eager=True).alias("n")
            frame = pl.DataFrame(number).select(
                supplier=pl.lit("Castellan Integrated"),
                buyer=_one_of(BUYERS, 7),
                order_ref=pl.format("PO-{}", pl.col("n") // 8),
                line_ref=pl.col("n") % 8 + 1,
                sku=_one_of(SKUS, 11),
                quantity=(pl.col("n") * 37 % 4096 + 1) * 8,
                unit=pl.lit("gpu"),
                unit_price=24_000 + pl.col("n") * 13 % 9_000,
                currency=pl.lit("USD"),
                ordered_on=_day(5),
                promised_on=_day(17),
                document_date=pl.lit("2024-09-30"),
                status=pl.lit("open"),
            )
            frame.write_csv(file, include_header=start == 0, quote_style="always" if quoted else "necessary")


def _one_of(words: tuple[str, ...], step: int) -> pl.Expr:
    return (pl.col("n") * step % len(words)).replace_strict(dict(enumerate(words)), return_dtype=pl.String)


def _day(step: int) -> pl.Expr:
    return pl.lit("2024-01-01").str.to_date() + pl.duration(days=pl.col("n") * step % 365)


def write_x12(path: Path, segments: int) -> None:
    """Purchase orders of ten lines each in one interchange."""
    each = 2 * 10 + 6
    orders = max(1, segments // each)
    with path.open("w", encoding="ascii", newline="") as file:
        file.write(f"ISA*00*{'':10}*00*{'':10}*ZZ*{'BUYER':15}*ZZ*{'SELLER':15}*240708*0915*^*00501*000000905*0*P*>~\n")
        file.write("GS*PO*BUYER*SELLER*20240708*0915*905*X*005010~\n")
        for number in range(orders):
            file.write(f"ST*850*{number + 1:09}~\nBEG*00*SA*PO-{number}**20240708~\n")
            file.write("N1*BY*Helios Research Cloud~\nN1*SE*Castellan Integrated~\n")
            for line in range(10):
                file.write(f"PO1*{line + 1}*{(number * 7 + line) % 512 + 1}*EA*28900**VP*H100 SXM5 80GB~\n")
                file.write("DTM*002*20241220~\n")
            file.write(f"CTT*10~\nSE*{each}*{number + 1:09}~\n")
        file.write(f"GE*{orders}*905~\nIEA*1*000000905~\n")


def write_edifact(path: Path, segments: int) -> None:
    """Order responses of ten lines each in one interchange."""
    each = 3 * 10 + 7
    answers = max(1, segments // each)
    with path.open("w", encoding="ascii", newline="") as file:
        file.write("UNA:+.? '\nUNB+UNOC:3+SELLER:ZZZ+BUYER:ZZZ+240812:0915+4711'\n")
        for number in range(answers):
            file.write(f"UNH+{number + 1}+ORDRSP:D:96A:UN'\nBGM+231+R{number}+29'\nDTM+137:20240812:102'\n")
            file.write(f"RFF+ON:PO-{number}'\nNAD+BY+++Helios Research Cloud'\nNAD+SU+++Castellan Integrated'\n")
            for line in range(10):
                file.write(f"LIN+{line + 1}+5+H100 SXM5 80GB:SA'\nQTY+21:{(number + line) % 512 + 1}:PCE'\n")
                file.write("DTM+67:20241220:102'\n")
            file.write(f"UNT+{each}+{number + 1}'\n")
        file.write(f"UNZ+{answers}+4711'\n")


def _measure(kind: str, path: Path) -> Found:
    command = [sys.executable, "-m", "tests.bench.readers", "--inside", kind, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    if done.returncode:
        raise SystemExit(f"{kind} of {path.name} failed:\n{done.stderr[-2000:]}")
    found: Found = json.loads(done.stdout.splitlines()[-1])
    return found


def _row(what: str, path: Path, found: Found, unit: str, beside: str, count: int | None = None) -> tuple[str, ...]:
    number = count if count is not None else found["accepted"] + found["rejected"]
    return (
        what, f"{path.stat().st_size / 1e6:,.0f} MB, {number:,.0f} {unit}",
        f"{found['seconds']:.1f}", f"{found['processor']:.1f}", f"{found['peak'] / 1e6:,.0f} MB",
        f"{number / found['seconds']:,.0f} {unit}", beside,
    )  # fmt: skip


def _ratio(one: Found, other: Found) -> str:
    return f"{one['seconds'] / other['seconds']:.1f}"


def _inside(kind: str, path: Path) -> int:
    begun, used = time.monotonic(), time.process_time()
    found = KINDS[kind](path)
    seconds, used = time.monotonic() - begun, time.process_time() - used
    print(json.dumps({**found, "seconds": seconds, "processor": used, "peak": peak_bytes()}))
    return 0


def peak_bytes() -> int:
    """The greatest resident memory of this process. The system's other figure counts the one that started it, too."""
    status = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM:"))


def _ours(path: Path) -> Found:
    return _read(path, load_contracts(ROOT / "reference" / "contracts"))


def _keyed(path: Path) -> Found:
    columns = Document(path.name, path).head().decode().split("\n", 1)[0].split(",")
    contract = {
        "name": "orders", "description": "orders", "files": [path.name], "format": {"kind": "csv"},
        "statement": "order", "columns": {name: name for name in columns}, "key": ["order_ref", "line_ref"],
        "required": ["buyer", "quantity"],
    }  # fmt: skip
    return _read(path, [Contract.model_validate(contract)])


def _read(path: Path, contracts: list[Contract]) -> Found:
    context = Context(contracts, vocabulary_from(load_reference(ROOT / "reference")))
    accepted, rejected = 0, 0
    for batch in open_document(Document(path.name, path), context).batches:
        accepted += batch.accepted
        rejected += len(batch.rejected)
    if rejected or not accepted:
        raise SystemExit(
            f"{path.name}: {accepted} lines accepted and {rejected} rejected: the file is not as it should be"
        )
    return {"accepted": accepted, "rejected": rejected}


def _duckdb(path: Path) -> Found:
    import duckdb

    with tempfile.TemporaryDirectory(prefix="waybill-bench-") as folder:
        connection = duckdb.connect(str(Path(folder, "yardstick.duckdb")))
        connection.execute("CREATE TABLE lines AS FROM read_csv($path, header = true)", {"path": str(path)})
        (count,) = connection.execute("SELECT count(*) FROM lines").fetchone() or (0,)
        connection.close()
    return {"accepted": count, "rejected": 0}


def _parsed(path: Path) -> Found:
    import duckdb

    query = "SELECT count(*), max(COLUMNS(*)) FROM read_csv($path, header = true)"
    count, *_ = duckdb.execute(query, {"path": str(path)}).fetchone() or (0,)
    return {"accepted": count, "rejected": 0}


def _kept(path: Path) -> Found:
    from pipelines.arrivals import collect_supplier_documents
    from pipelines.lake import Lake
    from pipelines.reading import read_supplier_lines

    with tempfile.TemporaryDirectory(prefix="waybill-bench-") as home:
        settings = load_settings({"WAYBILL_HOME": home, "WAYBILL_SUPPLIER_DIR": str(path.parent)})
        lake = Lake(settings.lake)
        now = datetime.now(UTC).replace(tzinfo=None)
        collect_supplier_documents(settings, lake, now)
        read = read_supplier_lines(settings, lake, load_reference(settings.reference_dir), now)
    return {"accepted": read.accepted, "rejected": read.rejected}


def _pydifact(path: Path) -> Found:
    from pydifact.parser import Parser

    return {"accepted": sum(1 for _ in Parser().parse(path.read_text(encoding="ascii"))), "rejected": 0}


KINDS: Mapping[str, Callable[[Path], Found]] = {
    "ours": _ours,
    "keyed": _keyed,
    "kept": _kept,
    "duckdb": _duckdb,
    "parsed": _parsed,
    "pydifact": _pydifact,
}

if __name__ == "__main__":
    sys.exit(main())
