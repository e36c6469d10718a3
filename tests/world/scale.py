"""Worlds of any size as a lake and a reference: `python -m tests.world.scale FOLDER --records 10000000`.

A few worlds are made and seen through noise, and then repeated under new names, with orders, items and words of their
own, until there are as many records as asked. Each file is written when it is full, so memory stays bounded. What is
left at the end, and what is smaller than that, is filled with worlds of one order.
"""

import argparse
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from typing import Any

import polars as pl

from pipelines.lake import TABLES
from tests.world.build import ROOT, lake, reference
from tests.world.generate import Knobs, generate
from tests.world.names import MAKERS
from tests.world.noise import NOISY, Noise
from tests.world.observe import Seen, observe
from tests.world.truth import Party, Truth

# Most of what a ledger of this size reads comes from files; nearly every party is known by then.
KNOBS = Knobs(orders=20, buyers=10, unbooked=0.1, unknown_parties=0.0)
NOISE = replace(NOISY, told=0.1, retold=0.15, books_stop=0.03)
SMALL = Knobs(orders=1, lots_an_order=1, buyers=3, unknown_parties=0.0)
WORLDS = 6
ROWS_A_FILE = 200_000
# In a template they stand where a tile's own four letters go: at a name or an id, and at each small word of a text.
NAME, WORD = "§", "¤"
SMALL_WORD = " ([a-z])"
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_IDS = ("item_id", "document_id", "claim_id", "line_id", "guid", "name", "content_hash", "order_ref", "url")
_STATED = ("supplier", "buyer", "from_entity", "to_entity", "attributed_to")


@dataclass(frozen=True, slots=True)
class Size:
    """What was written: records (statements, as `records.shipment_records` counts them), worlds, bytes of Parquet."""

    records: int
    worlds: int
    bytes: int


def write_world(
    folder: Path, reference_folder: Path, records: int, *, noise: Noise = NOISE, reader_version: str = "world",
    extractor_version: str = "1",
) -> Size:  # fmt: skip
    """Write about `records` records below `folder`, in the lake's layout, and the reference that goes with them."""
    out = _Lake(folder)
    curated = _Reference(reference_folder)
    versions = {"reader_version": reader_version, "extractor_version": extractor_version}
    codes, done, worlds = _codes(), 0, 0
    template = _template([observe(generate(seed, KNOBS, block=seed), noise) for seed in range(WORLDS)], versions)
    small = (
        _template([observe(generate(seed, SMALL), noise)], versions)
        for seed in count(WORLDS)
    )  # fmt: skip
    while done < records:
        tile = template
        if done + template.records > records:
            tile = next(small)
            # A world of one order, though not one that would lead far beyond what was asked.
            if done and done + tile.records > records * 1.05:
                break
        code = next(codes)
        out.add(tile.frames, code)
        curated.add(tile.curated, code)
        done, worlds = done + tile.records, worlds + tile.worlds
    out.close()
    return Size(done, worlds, sum(file.stat().st_size for file in folder.rglob("*.parquet")))


@dataclass(frozen=True)
class _Template:
    frames: dict[str, pl.DataFrame]
    curated: dict[str, pl.DataFrame]
    records: int
    worlds: int


def _codes() -> Iterator[str]:
    for number in count():
        digits = []
        for _ in range(4):
            number, digit = divmod(number, len(_LETTERS))
            digits.append(_LETTERS[digit])
        yield "".join(reversed(digits))


def _template(worlds: list[Seen], versions: dict[str, str]) -> _Template:
    """The frames of these worlds with a mark wherever a tile's letters go."""
    marked = [_with_marks(seen) for seen in worlds]
    frames = {name: _marked(frame, versions) for name, frame in lake(marked).items() if len(frame)}
    plain = reference([])
    curated = {
        name: frame[len(plain[name]) :]
        for name, frame in reference(seen.truth for seen in marked).items()
        if len(frame) > len(plain[name])
    }
    return _Template(frames, curated, sum(map(_records, worlds)), len(worlds))


def _with_marks(seen: Seen) -> Seen:
    """The same, with a mark before every name of a party but the makers, and quotes where they will stand."""

    def mark(party: Party) -> Party:
        return replace(
            party, party_id=_mark(party.party_id), name=NAME + party.name,
            spellings=tuple(NAME + each for each in party.spellings),
        )  # fmt: skip

    truth = seen.truth
    parties = {key: party if key in MAKERS else mark(party) for key, party in truth.parties.items()}
    control = tuple(
        replace(held, party_id=_mark(held.party_id), controller_id=_mark(held.controller_id)) for held in truth.control
    )
    spelt = {name: NAME + name for key, party in truth.parties.items() if key not in MAKERS for name in party.spellings}
    named = Truth(truth.seed, truth.as_of, parties, control, truth.products, truth.events)

    def rename(row: dict[str, Any]) -> dict[str, Any]:
        return row | {slot: spelt.get(row[slot], row[slot]) for slot in _STATED if row.get(slot)}

    texts = {item["item_id"]: item["text"] for item in seen.items}
    claims = [rename(claim) | _moved(claim, texts[claim["item_id"]]) for claim in seen.claims]
    return Seen(named, [rename(row) for row in seen.lines], seen.items, claims)


def _moved(claim: dict[str, Any], text: str) -> dict[str, int]:
    """Where a quote stands once each small word is four letters longer."""
    begin, end = (
        place + 4 * len(re.findall(SMALL_WORD, text[:place])) for place in (claim["quote_start"], claim["quote_end"])
    )
    return {"quote_start": begin, "quote_end": end}


def _mark(party_id: str) -> str:
    return party_id[:1] + NAME + party_id[1:] if party_id.startswith("~") else NAME + party_id


def _marked(frame: pl.DataFrame, versions: dict[str, str]) -> pl.DataFrame:
    ids = [(pl.lit(NAME) + pl.col(column)).alias(column) for column in _IDS if column in frame.columns]
    words = [
        pl.col(column).str.replace_all(SMALL_WORD, f" {WORD}$1")
        for column in ("text", "quote") if column in frame.columns
    ]  # fmt: skip
    read = [pl.lit(value).alias(name) for name, value in versions.items() if name in frame.columns]
    return frame.with_columns(*ids, *words, *read)


def _records(seen: Seen) -> int:
    found = len(seen.claims)
    for line in seen.lines:
        told = line["statement"] == "order", bool(line.get("shipped_quantity")), bool(line.get("delivered_quantity"))
        found += sum(told) + (line["status"] == "cancelled")
    return found


class _Lake:
    """Writes tables file by file, each when it has enough rows."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.waiting: dict[str, list[pl.DataFrame]] = {name: [] for name in TABLES}
        self.files = count()

    def add(self, frames: dict[str, pl.DataFrame], code: str) -> None:
        for name, frame in frames.items():
            strings = [column for column, kind in frame.schema.items() if kind == pl.String]
            self.waiting[name].append(
                frame.with_columns(
                    pl.col(strings).str.replace_all(NAME, code.capitalize(), literal=True)
                    .str.replace_all(WORD, code, literal=True)
                )
            )  # fmt: skip
            if sum(map(len, self.waiting[name])) >= ROWS_A_FILE:
                self._write(name)

    def close(self) -> None:
        for name in self.waiting:
            self._write(name)

    def _write(self, name: str) -> None:
        if self.waiting[name]:
            folder = self.root / name
            folder.mkdir(parents=True, exist_ok=True)
            frame = pl.concat(self.waiting[name])
            frame.write_parquet(folder / f"{next(self.files):06}.parquet", compression="zstd")
            self.waiting[name] = []


class _Reference:
    """The project's own reference, with the parties of each tile added to it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        shutil.copytree(ROOT / "reference", folder, dirs_exist_ok=True)

    def add(self, curated: dict[str, pl.DataFrame], code: str) -> None:
        for name, frame in curated.items():
            named = frame.with_columns(
                pl.col(column).str.replace_all(
                    NAME, code if column.endswith("_id") else code.capitalize(), literal=True
                )
                for column in frame.columns
            )
            with (self.folder / f"{name}.csv").open("ab") as file:
                named.write_csv(file, include_header=False)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="where `lake` and `reference` are written")
    parser.add_argument("--records", type=int, default=100_000, help="about how many records")
    given = parser.parse_args()
    print(write_world(given.folder / "lake", given.folder / "reference", given.records))


if __name__ == "__main__":
    main()
