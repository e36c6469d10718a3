"""The commands that measure: which gold files are meant, and how the score is shown."""

import json
from pathlib import Path
from typing import Any

import pytest

from pipelines.extraction.engine import Extractor
from pipelines.extraction.measuring.__main__ import main
from pipelines.extraction.measuring.gold import (
    GOLD,
    InvalidGold,
    gold_files,
    gold_version,
    read_gold,
    scores_by_language,
    shipped_test_set,
)
from pipelines.extraction.measuring.page import BEGIN, END, with_scores
from pipelines.extraction.measuring.tables import calibration_error, entering, grid, reliability, table
from pipelines.extraction.pack import available
from pipelines.extraction.score import Score
from pipelines.settings import ROOT

ORDER = {
    "event": "order", "to_entity": "Tesla", "supplier": "Nvidia", "product": "H100", "quantity_low": 5000,
    "quantity_high": 5000, "quantity_unit": "gpu", "certainty": "confirmed", "quote": "Tesla ordered",
}  # fmt: skip
TEXT = "Tesla ordered 5,000 H100 GPUs from Nvidia."


def labelled(*claims: dict[str, Any], language: str = "en", text: str = TEXT) -> dict[str, Any]:
    return {"item_id": "one", "language": language, "published_at": "2024-06-05", "text": text, "claims": list(claims)}


def write(path: Path, *items: dict[str, Any]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(item) + "\n" for item in items), encoding="utf-8")
    return path


def test_the_test_set_is_one_file_a_language_and_shares_no_item_with_what_is_learned_from() -> None:
    files = shipped_test_set()
    learned = read_gold(
        [GOLD / "story.jsonl", *sorted(GOLD.glob("sentences/*.jsonl")), *sorted(GOLD.glob("items/*.jsonl"))]
    )
    measured = read_gold(files)

    assert {path.stem for path in files} == set(available())
    assert {item["text"] for item in learned} & {item["text"] for item in measured} == set()


def test_a_folder_means_all_gold_files_below_it(tmp_path: Path) -> None:
    first, second = write(tmp_path / "a.jsonl", labelled()), write(tmp_path / "more" / "b.jsonl", labelled())

    assert gold_files([tmp_path]) == [first, second]
    assert gold_files([second]) == [second]


@pytest.mark.parametrize("place", ["nowhere.jsonl", "."])
def test_a_place_without_gold_is_named(place: str, tmp_path: Path) -> None:
    with pytest.raises(InvalidGold, match=r"no gold file\. Name a \.jsonl file"):
        gold_files([tmp_path / place])


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "line 2: no JSON"),
        ('{"text": "x"}', "line 2: no gold item: it needs a text and a list of claims"),
        ('{"text": "x", "claims": [{}]}', "line 2: a claim without an event"),
    ],
)
def test_a_line_that_is_no_gold_item_is_named(line: str, said: str, tmp_path: Path) -> None:
    path = write(tmp_path / "gold.jsonl", labelled())
    path.write_text(path.read_text(encoding="utf-8") + line + "\n", encoding="utf-8")
    with pytest.raises(InvalidGold, match=said):
        read_gold([path])


def test_another_byte_is_another_version(tmp_path: Path) -> None:
    path = write(tmp_path / "gold.jsonl", labelled())
    before = gold_version([path])
    assert gold_version([path]) == before
    write(path, labelled(), labelled())
    assert gold_version([path]) != before


def test_the_table_shows_languages_events_slots_confidence_and_speed(extractor: Extractor) -> None:
    items = [labelled(ORDER), labelled(language="fr", text="Rien.")]
    shown = table(scores_by_language(items, extractor), 0.0)

    assert "| all      |     2 |     1.000 |  1.000 | 1.000 |     1 |    1 |    1 |" in shown
    assert "| order         | 1.00 (1) |  – |" in shown
    assert "| certainty     |     1.000 |" in shown
    assert "1 of 1 claims enter the ledger: 1.000 of these are right, and the right ones are 1.000 of the 1" in shown
    assert "items/s in one process" in shown


def test_confidence_is_set_beside_the_share_that_is_right() -> None:
    score = Score(judged=[(0.95, True), (0.91, False), (1.0, True), (0.2, False)])
    score.claims["all"].gold = 4

    assert reliability(score).split("\n")[2:] == [
        "| 0.9 to 1.0 |      3 | 0.953 | 0.667 |     -0.287 |",
        "| 0.2 to 0.3 |      1 | 0.200 | 0.000 |     -0.200 |",
    ]
    assert calibration_error(score) == pytest.approx((0.86 + 0.2) / 4)
    assert "3 of 0 claims enter" in entering(score, 0.9)
    assert "0.667 of these are right, and the right ones are 0.500 of the 4 claims" in entering(score, 0.9)


def test_nothing_read_is_a_table_too() -> None:
    assert "No item was read." in table({}, 0.5)


def test_a_grid_is_aligned() -> None:
    assert grid(["a", "bb"], [["long", "1"]]) == "| a    | bb |\n| ---- | -: |\n| long |  1 |"


def test_the_command_scores_a_file_and_shows_the_worst_errors(tmp_path: Path) -> None:
    gold = write(tmp_path / "gold.jsonl", labelled({**ORDER, "to_entity": "Meta"}))
    shown = main([str(gold), "--reference", str(ROOT / "reference"), "--errors", "1"])

    assert "### Worst of 1 errors" in shown
    assert "to_entity 'meta' != 'tesla'" in shown


def test_scores_are_written_between_their_marks() -> None:
    page = f"Before.\n\n{BEGIN}\n\nold\n\n{END}\n\nAfter.\n"

    assert with_scores(page, "new\n") == f"Before.\n\n{BEGIN}\n\nnew\n\n{END}\n\nAfter.\n"
    assert with_scores(with_scores(page, "new"), "new") == with_scores(page, "new")


@pytest.mark.parametrize("page", ["", BEGIN, f"{END} {BEGIN}"])
def test_a_page_without_its_marks_is_refused(page: str) -> None:
    with pytest.raises(ValueError, match="put them back"):
        with_scores(page, "new")
