"""`make bench PARTS=extraction`: how many news items a second are looked through and read, on one core.

Items of 2.7 kB are made of our own labelled texts (tests/gold), and of sentences that are about anything else. Next to
it run the prototypes of the extractor, where their folder is there (WAYBILL_SHARED). Writes its part of
docs/benchmarks.md. `--items` makes it smaller.
"""

import argparse
import importlib
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from pipelines.settings import ROOT
from tests.bench.parts import machine, page_path, put, table, verdict
from tests.bench.readers import peak_bytes

BYTES_OF_AN_ITEM = 2_700
GOLD = ROOT / "tests" / "gold"
PROTOTYPES = Path(os.environ.get("WAYBILL_SHARED") or ROOT.parent / "shared") / "prototypes"
LOOKED_THROUGH, READ = 20_000, 500
HEADS = ("what", "items", "seconds", "items a second", "peak memory")
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
Items of {BYTES_OF_AN_ITEM / 1000} kB on one core, one after the other, in seconds of the processor; loading packs and
names is not counted.

- **looked through**: items about anything but accelerators, which have nothing to read;
- **read**: several of our own labelled items in one, in all languages that have them: a claim in about 350 bytes.

Memory is that of the whole process, with a quarter of the items and with all of them: it shall not grow.
"""


def main() -> int:
    """Measure, print, write the part; or, with --inside, read items and print what was found."""
    if sys.argv[1:2] == ["--inside"]:
        return _inside(sys.argv[2], Path(sys.argv[3]), int(sys.argv[4]))
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--items", type=int, default=2_000, help="items that are read; as many again are looked through"
    )
    asked = parser.parse_args()
    rows: list[tuple[str, ...]] = []
    with tempfile.TemporaryDirectory(prefix="waybill-bench-") as folder:
        dense, other = Path(folder, "dense.jsonl"), Path(folder, "other.jsonl")
        _write(dense, asked.items, _texts())
        _write(other, asked.items, [("en", one) for one in OTHER_NEWS])
        speeds, peaks = {}, {}
        for what, path in (("looked through", other), ("read", dense)):
            for count in (asked.items // 4, asked.items):
                found = _measure("waybill", path, count)
                rows.append(_row(f"Waybill, {what}", found))
                print(" | ".join(rows[-1]), flush=True)
                speeds[what], peaks[what, count] = found["items"] / found["seconds"], found["peak"]
        said = []
        for name in _NEEDED:
            missing = _missing(name)
            if missing:
                said.append(f"The prototype `{name}` was not measured: {missing}.")
                continue
            rows.append(_row(f"prototype `{name}`, read", _measure(name, dense, max(1, asked.items // 20))))
            print(" | ".join(rows[-1]), flush=True)
    growth = peaks["read", asked.items] / peaks["read", asked.items // 4] - 1
    goals = [
        f"- At least {LOOKED_THROUGH:,} items a second are looked through: "
        f"{verdict(speeds['looked through'] >= LOOKED_THROUGH)}, {speeds['looked through']:,.0f}.",
        f"- At least {READ:,} items a second are read: {verdict(speeds['read'] >= READ)}, {speeds['read']:,.0f}.",
        f"- Memory is flat in the number of items: {verdict(growth < 0.1)}, {growth:+.0%} for four times as many.",
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


def _texts() -> list[tuple[str, str]]:
    lines = [line for path in sorted(GOLD.glob("*.jsonl")) for line in path.read_text("utf-8").splitlines()]
    items = [json.loads(line) for line in lines if line.strip()]
    return [(item["language"], item["text"]) for item in items]


def _write(path: Path, items: int, texts: list[tuple[str, str]]) -> None:
    """Items of one language each, their texts drawn anew for each."""
    chance = random.Random(20240605)
    by_language: dict[str, list[str]] = {}
    for language, text in texts:
        by_language.setdefault(language, []).append(text)
    languages = sorted(by_language)
    with path.open("w", encoding="utf-8") as file:
        for number in range(items):
            language = languages[number % len(languages)]
            text = ""
            while len(text.encode()) < BYTES_OF_AN_ITEM:
                text += chance.choice(by_language[language]).replace("{}", str(chance.randrange(2, 90_000))) + " "
            item = {
                "item_id": f"made-{number}", "language": language, "published_at": "2025-03-11", "title": "",
                "source": "made.example.org", "url": f"https://made.example.org/{number}", "text": text.strip(),
            }  # fmt: skip
            file.write(json.dumps(item, ensure_ascii=False) + "\n")


def _missing(prototype: str) -> str | None:
    folder = PROTOTYPES / prototype
    if not folder.is_dir():
        return "its folder is not here (WAYBILL_SHARED names the one above)"
    needed = _NEEDED[prototype]
    return (
        None if (folder / needed).exists() else f"its folder lacks the file {needed}, without which it does not start"
    )


def _measure(kind: str, path: Path, count: int) -> Found:
    command = [sys.executable, "-m", "tests.bench.extraction", "--inside", kind, str(path), str(count)]
    environment = {**os.environ, "POLARS_MAX_THREADS": "1", "OMP_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT, env=environment)
    if done.returncode:
        raise SystemExit(f"{kind} failed:\n{done.stderr[-2000:]}")
    found: Found = json.loads(done.stdout.splitlines()[-1])
    return found


def _row(what: str, found: Found) -> tuple[str, ...]:
    speed = found["items"] / found["seconds"]
    return what, f"{found['items']:,.0f}", f"{found['seconds']:.1f}", f"{speed:,.0f}", f"{found['peak'] / 1e6:,.0f} MB"


def _inside(kind: str, path: Path, count: int) -> int:
    """Read `count` items. Seconds are the processor's, of the one thread there is: others may use the machine."""
    read = READERS[kind]()
    used = time.process_time()
    for item in _items(path, count):
        read(item)
    print(json.dumps({"items": count, "seconds": time.process_time() - used, "peak": peak_bytes()}))
    return 0


def _items(path: Path, count: int) -> Iterator[Item]:
    with path.open(encoding="utf-8") as file:
        for _, line in zip(range(count), file, strict=False):
            yield json.loads(line)


def _waybill() -> Callable[[Item], object]:
    from pipelines.extraction.engine import Extractor
    from pipelines.extraction.vocabulary import vocabulary_from
    from pipelines.reference import load_reference

    extractor = Extractor(vocabulary_from(load_reference(ROOT / "reference")))
    day = date(2025, 3, 11)
    return lambda item: extractor.extract(
        item["text"], language=item["language"], published_start=day, published_end=day, title=item["title"]
    )


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


READERS: Mapping[str, Callable[[], Callable[[Item], object]]] = {
    "waybill": _waybill, "frames": _frames, "learned": _learned,
}  # fmt: skip

if __name__ == "__main__":
    sys.exit(main())
