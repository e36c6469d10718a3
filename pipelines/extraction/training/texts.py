"""The labelled text that weights are learned from: labelled items, the examples of the packs, and the sample.

Here belongs where the text is, and nothing that is measured on: `tests/gold/*.jsonl` stays out.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pipelines.extraction import pack as packs
from pipelines.news.documents import read_document
from pipelines.settings import ROOT

SENTENCES = ROOT / "tests" / "gold" / "sentences"
WHOLE = ROOT / "tests" / "gold" / "items"
STORY = ROOT / "tests" / "gold" / "story.jsonl"
SAMPLE = ROOT / "sample" / "news"
SAMPLE_LABELS = ROOT / "tests" / "unit" / "sample" / "expected.jsonl"


def labelled_items(paths: list[Path]) -> Iterator[dict[str, Any]]:
    """Items of gold files, in order."""
    for path in paths:
        with path.open(encoding="utf-8") as lines:
            yield from (json.loads(line) for line in lines if line.strip())


def all_items() -> list[dict[str, Any]]:
    """Everything to learn from."""
    return [
        *labelled_items([*sorted(SENTENCES.glob("*.jsonl")), STORY]),
        *(item | {"whole": True} for item in labelled_items(sorted(WHOLE.glob("*.jsonl")))),
        *_examples(),
        *_sample(),
    ]


def _examples() -> Iterator[dict[str, Any]]:
    """The examples of all packs; each claim quotes the whole text and leaves out what the example does not check."""
    for code in packs.available():
        for number, example in enumerate(packs.load(code).examples):
            claims = [{"certainty": "confirmed"} | claim | {"quote": example.text} for claim in example.claims]
            yield {
                "item_id": f"{code}-example-{number}",
                "language": code,
                "published_at": example.published,
                "title": example.title,
                "text": example.text,
                "claims": claims,
                "partial": True,
            }


def _sample() -> Iterator[dict[str, Any]]:
    """The items of the sample with the labels that its tests have."""
    texts = {
        (path.name, item.guid): item
        for path in sorted(SAMPLE.iterdir())
        for item in read_document(path.read_bytes(), path.name, source="sample").items
    }
    for labels in labelled_items([SAMPLE_LABELS]):
        item = texts[labels["file"], labels["guid"]]
        yield labels | {"item_id": labels["guid"], "title": item.title, "text": item.text}
