"""Each version of the extractor is scored on the shipped texts once, and its score is kept."""

import json
import logging
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from pipelines.extraction_scores import score_extractor
from pipelines.lake import Lake
from pipelines.publish.pictures import drawing, scores
from pipelines.reference import Reference, load_reference
from pipelines.settings import ROOT

FIRST, LATER = (datetime.fromisoformat(f"2024-06-0{day}") for day in (1, 2))
ITEM = {
    "item_id": "one", "language": "en", "published_at": "2024-06-05", "text": "Tesla ordered 5,000 H100 GPUs.",
    "claims": [{
        "event": "order", "to_entity": "Tesla", "product": "H100", "quantity_low": 5000, "quantity_high": 5000,
        "quantity_unit": "gpu", "certainty": "confirmed", "quote": "Tesla ordered",
    }],
}  # fmt: skip


@pytest.fixture(scope="module")
def reference() -> Reference:
    return load_reference(ROOT / "reference")


def texts(path: Path, *items: dict[str, Any]) -> list[Path]:
    path.write_text("".join(json.dumps(item) + "\n" for item in items), encoding="utf-8")
    return [path]


def test_a_version_is_scored_once_and_again_on_other_texts(tmp_path: Path, reference: Reference) -> None:
    lake = Lake(tmp_path / "lake")
    files = texts(tmp_path / "en.jsonl", ITEM)

    assert score_extractor(lake, reference, 0.5, FIRST, files) == 1
    assert score_extractor(lake, reference, 0.5, LATER, files) == 0
    kept = lake.read("extraction_scores")
    whole = kept.filter(language="all", event="all").to_dicts()
    assert [(row["right_claims"], row["said_claims"], row["labelled_claims"]) for row in whole] == [(1, 1, 1)]
    assert kept.height == 2 * 12
    assert kept.filter(pl.col("event") != "all")["items"].null_count() == 2 * 11

    texts(files[0], ITEM, {**ITEM, "item_id": "two"})
    assert score_extractor(lake, reference, 0.5, LATER, files) == 2
    assert lake.read("extraction_scores")["test_set_version"].n_unique() == 2


def test_without_a_test_set_that_is_said(
    tmp_path: Path, reference: Reference, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, "waybill"):
        assert score_extractor(Lake(tmp_path), reference, 0.5, FIRST, []) == 0
    assert "no test set in tests/gold" in caplog.text


def row(language: str, f1: float | None, change: float | None, *, at: datetime = LATER) -> dict[str, Any]:
    return {
        "language": language, "f1": f1, "change_f1": change, "scored_at": at, "is_latest": at == LATER, "items": 30,
        "claim_precision": f1, "recall": f1, "test_set_version": "texts",
    }  # fmt: skip


def test_the_picture_says_the_score_and_its_change(tmp_path: Path) -> None:
    shown = [row("all", 0.70, None, at=FIRST), row("all", 0.72, 0.02), row("ja", 0.5, -0.1), row("fr", 0.9, None)]
    plate = scores.plate(shown)

    assert plate.title == "The extractor's claim F1 is 0.720, 0.020 more than before."
    assert [panel.title for panel in plate.panels] == [
        "F1 by language: fr is read best, ja worst",
        "F1 over 2 versions on the same texts: from 0.700 to 0.720",
    ]
    assert drawing.png(plate, tmp_path / "fonts").startswith(b"\x89PNG")


def test_one_scoring_is_no_trend() -> None:
    plate = scores.plate([row("all", 0.72, None), row("ko", None, None)])
    assert (plate.title, len(plate.panels)) == ("The extractor's claim F1 is 0.720.", 1)


def test_without_a_score_there_is_no_picture() -> None:
    assert scores.plate([]).panels == ()
