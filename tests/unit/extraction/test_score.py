"""The score of gold items, and the least that the extractor reaches on those that lie beside the repository."""

import json
import os
from datetime import date
from pathlib import Path
from typing import Any, Literal

import pytest

from pipelines.extraction.engine import Extractor
from pipelines.extraction.score import (
    Error,
    Score,
    agrees,
    canonical,
    combined,
    paired,
    published_days,
    score_items,
    slots_of,
)
from pipelines.extraction.vocabulary import Vocabulary

ROOT = Path(__file__).resolve().parents[3]
SHARED = Path(os.environ.get("WAYBILL_SHARED", ROOT.parent / "shared"))
GOLD = SHARED / "gold" / "dev.jsonl"
STORY = [f"dev-{number:04}" for number in (1, 2, 3, 31, 32, 33, 47, 48)]
FLOORS = {"en": 0.76, "fr": 0.77, "de": 0.85, "it": 0.84, "ja": 0.82, "ko": 0.81, "nl": 0.86}


def item(text: str, *claims: dict[str, Any]) -> dict[str, Any]:
    return {
        "item_id": "one",
        "language": "en",
        "published_at": "2024-06-05T00:00:00+00:00",
        "text": text,
        "claims": list(claims),
    }


ORDER = {
    "event": "order",
    "to_entity": "Tesla",
    "supplier": "Nvidia",
    "product": "H100",
    "quantity_low": 5000,
    "quantity_high": 5000,
    "quantity_unit": "gpu",
    "certainty": "confirmed",
    "quote": "Tesla ordered",
}


def test_a_right_claim_counts_as_right(extractor: Extractor) -> None:
    score = score_items([item("Tesla ordered 5,000 H100 GPUs from Nvidia.", ORDER)], extractor)

    assert (score.claims["all"].f1, score.certain.right, score.grounded.right) == (1.0, 1, 1)


def test_a_missed_and_an_invented_claim_count_against(extractor: Extractor) -> None:
    score = score_items([item("Meta ordered 5,000 H100 GPUs from Nvidia.", ORDER)], extractor)

    assert (score.claims["en"].right, score.claims["en"].predicted, score.claims["en"].gold) == (0, 1, 1)
    assert "to_entity" in str(score.errors[0])


def test_silence_is_counted_on_claimless_items(extractor: Extractor) -> None:
    score = score_items([item("Nvidia sells GPUs."), item("Tesla ordered 5,000 H100 GPUs from Nvidia.")], extractor)

    assert (score.silent.right, score.silent.gold) == (1, 2)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2024-06", (date(2024, 6, 1), date(2024, 6, 30))),
        ("2024-06-05", (date(2024, 6, 5), date(2024, 6, 5))),
        ("2024-06-05T23:00:00+00:00", (date(2024, 6, 5), date(2024, 6, 5))),
        (None, (None, None)),
    ],
)
def test_a_time_of_publication_is_read_as_days(written: str | None, expected: tuple[Any, Any]) -> None:
    assert published_days(written) == expected


@pytest.mark.parametrize(
    ("slot", "gold", "predicted", "expected"),
    [
        ("value", (100.0, None, "USD"), (100.9, None, "USD"), True),
        ("value", (100.0, None, "USD"), (100.0, None, "EUR"), False),
        ("value", (100.0, None, "USD"), (100.0, 100.0, "USD"), False),
        ("promised", (10, 20), (13, 17), True),
        ("promised", (10, 20), (14, 20), False),
        ("delay", (60, 300), (65, 290), True),
        ("product", None, None, True),
        ("product", "h100", None, False),
    ],
)
def test_slots_agree_within_their_tolerance(slot: str, gold: Any, predicted: Any, expected: bool) -> None:
    assert agrees(slot, gold, predicted) is expected


def test_pairs_are_those_that_agree_most_in_all(vocabulary: Vocabulary) -> None:
    name = canonical(vocabulary)
    first = slots_of({"to_entity": "Tesla", "product": "H100", "quantity_low": 1, "quantity_high": 1}, name)
    second = slots_of({"to_entity": "Tesla", "product": "H100", "quantity_low": 2, "quantity_high": 2}, name)

    assert paired([first, second], [second, first]) == [(0, 1), (1, 0)]


def test_confidence_is_judged_and_what_enters_is_counted(extractor: Extractor) -> None:
    wrong = {**ORDER, "to_entity": "Meta"}
    text = "Tesla ordered 5,000 H100 GPUs from Nvidia."
    score = combined([score_items([item(text, ORDER)], extractor), score_items([item(text, wrong)], extractor)])
    ((sure, first), (_, second)) = score.judged

    assert (first, second) == (True, False)
    assert (score.entering(0).right, score.entering(0).predicted, score.entering(0).gold) == (1, 2, 2)
    assert (score.entering(0).precision, score.entering(0).recall) == (0.5, 0.5)
    assert score.entering(sure + 0.001).predicted == 0


def test_sets_that_are_scored_apart_add_up(extractor: Extractor) -> None:
    items = [item("Tesla ordered 5,000 H100 GPUs from Nvidia.", ORDER), item("Nothing at all.")]
    together, apart = score_items(items, extractor), combined(score_items([one], extractor) for one in items)
    together.seconds = apart.seconds = 0.0

    assert apart == together


def test_the_worst_errors_are_those_that_would_enter_the_ledger() -> None:
    kinds: list[tuple[Literal["invented", "wrong", "missed", "slot"], float | None]] = [
        ("slot", 0.99), ("missed", None), ("wrong", 0.5), ("invented", 0.9),
    ]  # fmt: skip
    errors = [Error(kind, "one", "order", sure, "", "quote") for kind, sure in kinds]

    assert [e.kind for e in sorted(errors, key=lambda e: e.weight)] == ["invented", "wrong", "missed", "slot"]
    assert str(errors[3]) == "one order: invented at 0.90 | quote"


@pytest.fixture(scope="module")
def gold_items() -> list[dict[str, Any]]:
    if not GOLD.exists():
        pytest.skip(f"no gold items at {GOLD}; set WAYBILL_SHARED to the folder that holds gold/dev.jsonl")
    return [json.loads(line) for line in GOLD.read_text(encoding="utf-8").splitlines() if line.strip()]


def test_the_gold_items_are_read_as_well_as_before(extractor: Extractor, gold_items: list[dict[str, Any]]) -> None:
    score = score_items([i for i in gold_items if i["language"] in FLOORS], extractor)

    assert {language: score.claims[language].f1 >= floor for language, floor in FLOORS.items()} == dict.fromkeys(
        FLOORS, True
    )
    assert score.grounded.right == score.grounded.gold
    assert score.silent.right == score.silent.gold
    assert score.certain.right >= 0.95 * score.certain.gold


def test_the_story_is_read_whole(extractor: Extractor, gold_items: list[dict[str, Any]]) -> None:
    score: Score = score_items([i for i in gold_items if i["item_id"] in STORY], extractor)

    assert score.claims["all"].f1 >= 0.98, score.errors
    assert score.claims["diversion"].f1 == 1.0
