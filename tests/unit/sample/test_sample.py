"""The embedded news sample as its reader sees it, against what a careful person labelled in `expected.jsonl`.

Belongs here: that every file is read or refused as its name says, and that the labels fit the texts. What an
extractor makes of the sample must stay out: the labels follow docs/claims.md, not any program.
"""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import fields
from datetime import date, datetime
from pathlib import Path
from typing import Any, get_args

import pytest

from pipelines.extraction.claim import Certainty, Claim, Event, QuantityUnit
from pipelines.news.documents import read_document
from pipelines.news.item import NewsItem, NewsReading

NEWS = Path(__file__).resolve().parents[3] / "sample" / "news"
FOLDER = "sample folder"
FILES = sorted(path.name for path in NEWS.iterdir())
GOOD_FILES = [name for name in FILES if not name.startswith("broken-")]
EXPECTED: list[dict[str, Any]] = [
    json.loads(line) for line in Path(__file__).with_name("expected.jsonl").read_text("utf-8").splitlines()
]
LABELLED = [(f"{item['file']}#{item['guid']}", item) for item in EXPECTED]
CLAIMS = [
    pytest.param(item, claim, id=f"{item['file']}#{item['guid']}-{number}-{claim['event']}")
    for item in EXPECTED
    for number, claim in enumerate(item["claims"], start=1)
]

UNREADABLE = {
    "broken-binary.txt": "binary",
    "broken-date.txt": "2024-02-30",
    "broken-empty.txt": "empty",
    "broken-no-text.html": "without main text",
}
REJECTED = {
    "broken-lines.jsonl": [
        (2, None, "not JSON"),
        (3, "text", "missing"),
        (4, "published_at", "2024-02-30"),
        (5, None, "not a JSON object"),
        (6, None, "not JSON"),
    ],
    "broken-truncated.atom": [(6, None, "cut off")],
    "broken-truncated.rss": [(7, None, "cut off")],
}
NOISE = {
    "ap-2024-0612": "a bus model named like an accelerator",
    "depeche-composants-5733": "gaming cards",
    "https://chip-trade.example.org/lab-notes-64": "benchmark figures",
    "ledger-240605-02": "12,000 shares",
    "m-240721-8": "weather",
    "ok-2": "a notice in a file with broken lines",
    "tag:datacentre-desk.example.com,2024:shortage-opinion": "demand exceeds supply",
}


def read(name: str) -> NewsReading:
    return read_document((NEWS / name).read_bytes(), name, source=FOLDER)


def item_of(expected: dict[str, Any]) -> NewsItem:
    [item] = [item for item in read(expected["file"]).items if item.guid == expected["guid"]]
    return item


def words(text: str) -> list[str]:
    return text.casefold().split()


def runs_of_five(text: str) -> set[tuple[str, ...]]:
    sequence = words(text)
    return {tuple(sequence[at : at + 5]) for at in range(len(sequence) - 4)}


def dates_of(claim: dict[str, Any]) -> Iterator[tuple[str, date]]:
    for key, value in claim.items():
        if key.startswith(("promised_", "revised_", "actual_")):
            yield key, date.fromisoformat(value)


def claim_of(label: dict[str, Any], text: str) -> Claim:
    at = text.index(label["quote"])
    given = label | dict(dates_of(label)) | {"quote_start": at, "quote_end": at + len(label["quote"])}
    return Claim(**given)


@pytest.mark.parametrize("name", FILES)
def test_every_file_gives_exactly_the_items_that_are_labelled(name: str) -> None:
    labelled = Counter(item["guid"] for item in EXPECTED if item["file"] == name)

    assert Counter(item.guid for item in read(name).items) == labelled


@pytest.mark.parametrize("name", GOOD_FILES)
def test_a_good_file_is_read_whole(name: str) -> None:
    reading = read(name)

    assert (reading.unreadable, reading.rejected) == (None, ())
    assert reading.items


@pytest.mark.parametrize("expected", [item for _, item in LABELLED], ids=[name for name, _ in LABELLED])
def test_an_item_has_the_date_language_and_source_of_its_file(expected: dict[str, Any]) -> None:
    item = item_of(expected)

    assert item.language == expected["language"]
    assert item.source == (expected["source"] or FOLDER)
    assert item.published_at == datetime.fromisoformat(expected["published_at"])
    assert item.published_precision == expected["published_precision"]
    assert str(item.published_start) == expected["published_start"]
    assert str(item.published_end) == expected["published_end"]


@pytest.mark.parametrize(("name", "why"), UNREADABLE.items())
def test_a_file_that_cannot_be_read_says_why(name: str, why: str) -> None:
    reading = read(name)

    assert reading.unreadable is not None
    assert name in reading.unreadable
    assert why in reading.unreadable
    assert (reading.items, reading.rejected) == ((), ())


@pytest.mark.parametrize(("name", "entries"), REJECTED.items())
def test_an_entry_that_cannot_be_read_is_kept_with_its_place_and_reason(
    name: str, entries: list[tuple[int, str | None, str]]
) -> None:
    rejected = read(name).rejected

    assert [(entry.line, entry.column) for entry in rejected] == [(line, column) for line, column, _ in entries]
    for entry, (_, _, why) in zip(rejected, entries, strict=True):
        assert why in entry.reason
        assert entry.verbatim


def test_every_broken_file_is_expected_to_break() -> None:
    broken = {name for name in FILES if name.startswith("broken-")}

    assert broken == UNREADABLE.keys() | REJECTED.keys()


@pytest.mark.parametrize(("expected", "label"), CLAIMS)
def test_a_quote_stands_once_in_the_text_of_its_item(expected: dict[str, Any], label: dict[str, Any]) -> None:
    assert item_of(expected).text.count(label["quote"]) == 1


@pytest.mark.parametrize(("expected", "label"), CLAIMS)
def test_a_label_is_a_valid_claim(expected: dict[str, Any], label: dict[str, Any]) -> None:
    claim = claim_of(label, item_of(expected).text)

    assert claim.event in get_args(Event)
    assert claim.certainty in get_args(Certainty)
    counted = claim.quantity_low is not None or claim.quantity_high is not None
    assert (claim.quantity_unit in get_args(QuantityUnit)) if counted else claim.quantity_unit is None
    assert (claim.value_low is not None or claim.value_high is not None) == (claim.currency is not None)
    assert None not in label.values()
    assert label.keys() <= {field.name for field in fields(Claim)} - {"confidence", "slots"}
    assert (claim.from_entity is not None) == (claim.event in ("diversion", "resale"))


@pytest.mark.parametrize(("expected", "label"), CLAIMS)
def test_an_interval_does_not_end_before_it_starts(expected: dict[str, Any], label: dict[str, Any]) -> None:
    days = dict(dates_of(label))

    for interval in ("promised", "revised", "actual"):
        assert days.get(f"{interval}_start", date.min) <= days.get(f"{interval}_end", date.max)


def test_the_items_without_a_claim_are_those_meant_as_noise() -> None:
    assert {item["guid"] for item in EXPECTED if not item["claims"]} == NOISE.keys()


def test_the_story_is_told_in_ten_languages_and_all_formats() -> None:
    story = [
        item
        for item in EXPECTED
        if any(claim["event"] == "diversion" and claim["from_entity"] == "Tesla" for claim in item["claims"])
    ]

    assert Counter(item["language"] for item in story) == {"fr": 3, "en": 4, "de": 2} | dict.fromkeys(
        ("es", "it", "ja", "ko", "nl", "pt", "zh"), 1
    )
    assert {Path(item["file"]).suffix for item in story} == {".txt", ".html", ".rss", ".atom", ".jsonl"}


def test_the_story_comes_from_three_origins() -> None:
    origins = {claim["attributed_to"] for item in EXPECTED for claim in item["claims"] if claim["event"] == "diversion"}

    assert origins == {"CNBC", "Nvidia memo", "Elon Musk"}


@pytest.mark.parametrize("event", get_args(Event))
def test_every_event_is_labelled_somewhere(event: str) -> None:
    assert any(claim["event"] == event for item in EXPECTED for claim in item["claims"])


def test_the_copy_repeats_most_of_its_original_on_the_same_day_under_another_outlet() -> None:
    items = {item.guid: item for item in read("silicon-ledger.en.jsonl").items}
    original, copy = items["ledger-240604-17"], items["gazette-88121"]
    shared = runs_of_five(original.text) & runs_of_five(copy.text)

    assert original.text != copy.text
    assert len(shared) / len(runs_of_five(original.text)) > 0.6
    assert copy.source != original.source
    assert copy.published_start == original.published_start


def test_a_page_gives_its_article_without_the_furniture_around_it() -> None:
    text = "\n".join(item.text for name in FILES if name.endswith(".html") for item in read(name).items)

    for furniture in ("ookie", "Mentions légales", "Sur le même sujet", "More from Rackside", "Impressum"):
        assert furniture not in text


def test_the_sample_stays_small() -> None:
    assert sum((NEWS / name).stat().st_size for name in FILES) < 150_000
