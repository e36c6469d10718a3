"""Gold files: news items with the claims that a careful reader finds in them, one JSON object a line.

Here belongs where they stand and which of them are for measuring. How they are scored belongs in `score.py`.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from pipelines.extraction.engine import Extractor
from pipelines.extraction.score import Score, score_items
from pipelines.settings import ROOT

GOLD = ROOT / "tests" / "gold"
Item = dict[str, Any]


class InvalidGold(ValueError):
    """A gold file that cannot be used; the message says which file and line, why, and what to do."""


def shipped_test_set(folder: Path = GOLD) -> list[Path]:
    """The files to measure on, one a language, `<code>.jsonl`; what is learned from stands elsewhere (its README)."""
    return sorted(folder.glob("[a-z][a-z].jsonl"))


def gold_files(places: Iterable[Path]) -> list[Path]:
    """The files that are meant: each file named, and of each folder all `.jsonl` in it and below.

    Raises InvalidGold where a place is not there or a folder holds none.
    """
    found: list[Path] = []
    for place in places:
        files = sorted(place.rglob("*.jsonl")) if place.is_dir() else [place]
        if not files or not files[0].is_file():
            raise InvalidGold(f"{place}: no gold file. Name a .jsonl file, or a folder that holds some.")
        found += files
    return found


def read_gold(files: Iterable[Path]) -> list[Item]:
    """The items of gold files, in order. Raises InvalidGold at the first line that is no labelled item."""
    items: list[Item] = []
    for path in files:
        for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), start=1):
            if line.strip():
                items.append(_item(line, f"{path}, line {number}"))
    return items


def _item(line: str, place: str) -> Item:
    try:
        item = json.loads(line)
    except ValueError as error:
        raise InvalidGold(f"{place}: no JSON: {error}. Correct the line or take it out.") from None
    if not isinstance(item, dict) or not isinstance(item.get("text"), str) or not isinstance(item.get("claims"), list):
        raise InvalidGold(f"{place}: no gold item: it needs a text and a list of claims, which may be empty.")
    if any(not isinstance(claim, dict) or not claim.get("event") for claim in item["claims"]):
        raise InvalidGold(f"{place}: a claim without an event. Give each claim its event.")
    item.setdefault("item_id", place)
    item.setdefault("language", "und")
    for claim in item["claims"]:
        claim.setdefault("quote", "")
    return item


def gold_version(files: Iterable[Path]) -> str:
    """Sixteen hexadecimal digits over names and bytes of gold files: scores of one version can be compared."""
    digest = hashlib.sha256()
    for path in files:
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]


def scores_by_language(items: Sequence[Item], extractor: Extractor) -> dict[str, Score]:
    """The score of the items of each language, by its code."""
    spoken: dict[str, list[Item]] = defaultdict(list)
    for item in items:
        spoken[item["language"]].append(item)
    return {language: score_items(spoken[language], extractor) for language in sorted(spoken)}
