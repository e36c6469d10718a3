"""`make bench PARTS=extraction`: how many news items a second are looked through and read, by one process and by two.

Items of 2.7 kB are made of our own labelled texts (tests/gold), and of sentences that are about anything else. Next to
it run the prototypes of the extractor, where their folder is there (WAYBILL_SHARED). Writes its part of
docs/benchmarks.md. `--items` makes it smaller.
"""

import argparse
import importlib
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa

from pipelines.extraction.batch import ITEMS, extract_batch, unread
from pipelines.extraction.parallel import run
from pipelines.extraction.vocabulary import vocabulary_from
from pipelines.reference import load_reference
from pipelines.settings import ROOT
from tests.bench.parts import machine, page_path, put, table, verdict
from tests.bench.readers import peak_bytes

BYTES_OF_AN_ITEM = 2_700
GOLD = ROOT / "tests" / "gold"
PROTOTYPES = Path(os.environ.get("WAYBILL_SHARED") or ROOT.parent / "shared") / "prototypes"
LOOKED_THROUGH, READ = 20_000, 500
BATCH = 500
DAY = date(2025, 3, 11)
HEADS = ("what", "items", "processes", "seconds", "CPU seconds", "items a CPU second", "peak memory")
OTHER_NEWS = (
    "The city council of {} voted on Tuesday to keep the swimming pool open until late in the evening.",
    "Line {} of the tram will be closed for repairs from Monday on, and buses run in its place.",
    "The orchard at the edge of town gave {} crates of apples, which is more than in any of the last ten years.",
    "A museum shows {} letters by a painter who never sold a picture while she lived.",
    "Der Gemeinderat beriet über {} Anträge und vertagte die Entscheidung über die neue Brücke.",
    "Im Stadion sahen {} Zuschauer ein Spiel, das ohne Tore endete.",
    "Le marché du samedi a réuni {} exposants autour de la vieille halle.",
    "Les pompiers sont intervenus {} fois pendant la tempête, sans faire état de blessés.",
)
_NEEDED = {"frames": "t2s.json", "learned": "model.pkl"}
Item = dict[str, Any]
Found = dict[str, float]
_WORDS = f"""\
Items of {BYTES_OF_AN_ITEM / 1000} kB, in batches of {BATCH} through `extract_batch`, as the news of a run is read.
Loading packs and names is not counted. CPU seconds are those of all processes of a row, which others that use the
machine lengthen less than seconds.

- **looked through**: items about anything but accelerators, which triage holds back;
- **read, dense**: several of our own labelled items in one, in all languages that have them, a claim in 350 bytes;
- **read, as the press writes**: one labelled item among sentences about anything else;
- **as it comes**: one item of a hundred is dense, the others are about anything else.

Memory is that of the greatest process.
"""


def main() -> int:
    """Measure, print, write the part; or, with --inside, read items and print what was found."""
    if sys.argv[1:2] == ["--inside"]:
        return _inside(sys.argv[2], Path(sys.argv[3]), int(sys.argv[4]), int(sys.argv[5]))
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=2_000, help="items that are read; other counts go by it")
    items = parser.parse_args().items
    rows: list[tuple[str, ...]] = []

    def measured(what: str, kind: str, path: Path, count: int, processes: int = 1) -> Found:
        found = _measure(kind, path, count, processes)
        rows.append(_row(what, found))
        print(" | ".join(rows[-1]), flush=True)
        return found

    with tempfile.TemporaryDirectory(prefix="waybill-bench-") as folder:
        dense, other, press, mixed = (Path(folder, f"{name}.jsonl") for name in ("dense", "other", "press", "mixed"))
        more = 2 * BATCH
        _write(dense, items + more, _texts())
        _write(other, 5 * items + more, _others())
        _write(press, items + more, _others(), _texts())
        _write_mixed(mixed, 50 * items + more, dense, other)
        looked = measured("Waybill, looked through", "waybill", other, 5 * items)
        read = {
            (name, processes): measured(f"Waybill, read, {name}", "waybill", path, items, processes)
            for name, path in (("dense", dense), ("as the press writes", press))
            for processes in (1, 2)
        }
        few, many = (measured("Waybill, as it comes", "waybill", mixed, count * items) for count in (5, 50))
        said = []
        for name in _NEEDED:
            missing = _missing(name)
            if missing:
                said.append(f"The prototype `{name}` was not measured: {missing}.")
                continue
            measured(f"prototype `{name}`, read, dense", name, dense, max(1, items // 20))
    growth = many["peak"] / few["peak"] - 1
    speeds = {name: _speed(found) for (name, processes), found in read.items() if processes == 1}
    goals = [
        f"- At least {LOOKED_THROUGH:,} items a second are looked through: "
        f"{verdict(_speed(looked) >= LOOKED_THROUGH)}, {_speed(looked):,.0f}.",
        *(
            f"- At least {READ:,} items a second are read, {name}: {verdict(speed >= READ)}, {speed:,.0f}."
            for name, speed in speeds.items()
        ),
        f"- Memory is flat in the number of items: {verdict(growth < 0.1)}, {growth:+.0%} for ten times as many.",
    ]
    parts = [
        _WORDS,
        machine(datetime.now(UTC)),
        table(HEADS, rows),
        *(f"{one}\n" for one in said),
        "### Goals\n",
        *goals,
    ]
    put("extraction", "\n".join(parts), page_path())
    print("\n".join(["", *said, *goals, "", f"Written: {page_path()}"]))
    return 0


def _others() -> list[tuple[str, str]]:
    return [("de" if " der " in one or one.startswith("Im ") else "fr" if " du " in one or " la " in one else "en", one)
            for one in OTHER_NEWS]  # fmt: skip


def _texts() -> list[tuple[str, str]]:
    lines = [line for path in sorted(GOLD.glob("*.jsonl")) for line in path.read_text("utf-8").splitlines()]
    items = [json.loads(line) for line in lines if line.strip()]
    return [(item["language"], item["text"]) for item in items]


def _write(path: Path, items: int, texts: list[tuple[str, str]], among: list[tuple[str, str]] | None = None) -> None:
    """Items of one language each, their texts drawn anew for each; with one of `among` in each, which then rules."""
    chance = random.Random(20240605)
    filling, leading = _by_language(texts), _by_language(among or [])
    languages = sorted(leading or filling)
    with path.open("w", encoding="utf-8") as file:
        for number in range(items):
            language = languages[number % len(languages)]
            pieces = [chance.choice(leading[language])] if leading else []
            while len(" ".join(pieces).encode()) < BYTES_OF_AN_ITEM:
                piece = chance.choice(filling.get(language) or filling["en"])
                pieces.append(piece.replace("{}", str(chance.randrange(2, 90_000))))
            if leading:
                chance.shuffle(pieces)
            item = {
                "item_id": f"made-{number}", "language": language, "published_at": "2025-03-11", "title": "",
                "source": "made.example.org", "url": f"https://made.example.org/{number}", "text": " ".join(pieces),
            }  # fmt: skip
            file.write(json.dumps(item, ensure_ascii=False) + "\n")


def _by_language(texts: list[tuple[str, str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for language, text in texts:
        found.setdefault(language, []).append(text)
    return found


def _write_mixed(path: Path, items: int, dense: Path, other: Path) -> None:
    """One line of a hundred from `dense`, the others from `other`, each over and over."""
    lines = {name: name.read_text("utf-8").splitlines(keepends=True) for name in (dense, other)}
    with path.open("w", encoding="utf-8") as file:
        for number in range(items):
            # The first batch is not counted: it makes what is made once for all languages.
            chosen = lines[other] if number % 100 and number >= BATCH else lines[dense]
            file.write(chosen[(number if number % 100 else number // 100) % len(chosen)])


def _missing(prototype: str) -> str | None:
    folder = PROTOTYPES / prototype
    if not folder.is_dir():
        return "its folder is not here (WAYBILL_SHARED names the one above)"
    needed = _NEEDED[prototype]
    return (
        None if (folder / needed).exists() else f"its folder lacks the file {needed}, without which it does not start"
    )


def _measure(kind: str, path: Path, count: int, processes: int) -> Found:
    command = [sys.executable, "-m", "tests.bench.extraction", "--inside", kind, str(path), str(count), str(processes)]
    environment = {**os.environ, "POLARS_MAX_THREADS": "1", "OMP_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT, env=environment)
    if done.returncode:
        raise SystemExit(f"{kind} failed:\n{done.stderr[-2000:]}")
    found: Found = json.loads(done.stdout.splitlines()[-1])
    return found


def _speed(found: Found) -> float:
    return found["items"] / found["processor"]


def _row(what: str, found: Found) -> tuple[str, ...]:
    return (
        what, f"{found['items']:,.0f}", f"{found['processes']:.0f}", f"{found['seconds']:.1f}",
        f"{found['processor']:.1f}", f"{_speed(found):,.0f}", f"{found['peak'] / 1e6:,.0f} MB",
    )  # fmt: skip


def _inside(kind: str, path: Path, count: int, processes: int) -> int:
    """Read `count` items, after a few of each language that make what is made once."""
    found = _waybill(path, count, processes) if kind == "waybill" else _prototype(kind, path, count)
    children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
    print(json.dumps({**found, "processes": processes, "peak": max(peak_bytes(), children)}))
    return 0


def _prototype(kind: str, path: Path, count: int) -> Found:
    read = PROTOTYPE_READERS[kind]()
    used, begun = time.process_time(), time.monotonic()
    for item in _items(path, count):
        read(item)
    return {"items": count, "seconds": time.monotonic() - begun, "processor": time.process_time() - used}


def _items(path: Path, count: int) -> Iterator[Item]:
    with path.open(encoding="utf-8") as file:
        for _, line in zip(range(count), file, strict=False):
            yield json.loads(line)


def _batches(path: Path, count: int) -> Iterator[pa.RecordBatch]:
    items = _items(path, count)
    while some := list(islice(items, BATCH)):
        rows = [{**item, "published_start": DAY, "published_end": DAY} for item in some]
        yield pa.RecordBatch.from_pylist(rows, schema=ITEMS)


class Timed:
    """`extract_batch`, with the process that ran it and its CPU seconds in the metadata of what it gives."""

    def __init__(self) -> None:
        self.vocabulary = vocabulary_from(load_reference(ROOT / "reference"))

    def __call__(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        begun = time.process_time()
        found = extract_batch(batch, self.vocabulary)
        used = time.process_time() - begun
        return found.replace_schema_metadata({"process": str(os.getpid()), "seconds": str(used)})


def _waybill(path: Path, count: int, processes: int) -> Found:
    """What `count` items took, after each process had a batch with which it made what is made once."""
    processors: set[bytes] = set()
    begun: float | None = None
    items = used = 0.0
    for found in run(_batches(path, count + processes * BATCH), Timed(), unread, processes):
        told = found.schema.metadata
        if begun is not None:
            items, used = items + found.num_rows, used + float(told[b"seconds"])
        processors.add(told[b"process"])
        if begun is None and len(processors) == processes:
            begun = time.monotonic()
    return {"items": items, "seconds": time.monotonic() - (begun or 0.0), "processor": used}


def _frames() -> Callable[[Item], object]:
    sys.path.insert(0, str(PROTOTYPES / "frames"))
    extract: Callable[[Item], object] = importlib.import_module("core").extract
    return extract


def _learned() -> Callable[[Item], object]:
    import pickle

    sys.path.insert(0, str(PROTOTYPES / "learned"))
    train = importlib.import_module("train")
    vars(sys.modules["__main__"])["Model"] = train.Model  # The pickle was written by a script.
    with (PROTOTYPES / "learned" / "model.pkl").open("rb") as file:
        model = pickle.load(file)

    def read(item: Item) -> object:
        (documents, nouns), *_ = train.prep([item])
        return list(model.predict(documents, nouns))

    return read


PROTOTYPE_READERS: Mapping[str, Callable[[], Callable[[Item], object]]] = {"frames": _frames, "learned": _learned}

if __name__ == "__main__":
    sys.exit(main())
