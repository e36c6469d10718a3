"""How the scores of the extractor are compared over its versions, and when that gives a warning."""

from typing import Any

import pytest
from world import World, at

ALL = ("all", "all")


def scoring(
    world: World, day: str, version: str, right: int, said: int = 100, labelled: int = 100,
    group: tuple[str, str] = ALL, texts: str = "texts", **more: Any,
) -> None:  # fmt: skip
    whole = {
        "items": 50, "right_certainties": right, "grounded_claims": said, "claimless_items": 10, "silent_items": 9,
        "min_confidence": 0.8, "entering_claims": 40, "right_entering_claims": 38,
    }  # fmt: skip
    world.lake["extraction_scores"].append({
        "scored_at": at(day), "extractor_version": version, "test_set_version": texts, "language": group[0],
        "event": group[1], "right_claims": right, "said_claims": said, "labelled_claims": labelled, **whole, **more,
    })  # fmt: skip


def test_precision_recall_f1_and_what_enters_follow_from_the_counts() -> None:
    world = World()
    scoring(world, "2024-06-01", "a", right=60, said=80, labelled=120)
    row = world.build("quality.extraction").row("quality.extraction")
    assert (row["claim_precision"], row["recall"], row["f1"]) == (0.75, 0.5, 0.6)
    assert (row["certainty"], row["grounding"], row["silence"]) == (1, 1, 0.9)
    assert (row["entering_precision"], row["entering_share"]) == (0.95, 38 / 120)


def test_nothing_said_and_nothing_labelled_leaves_the_shares_open() -> None:
    world = World()
    scoring(world, "2024-06-01", "a", 0, 0, 0, group=("ko", "resale"))
    row = world.build("quality.extraction").row("quality.extraction")
    assert (row["claim_precision"], row["recall"], row["f1"]) == (None, None, None)


@pytest.mark.parametrize(
    ("scores", "warned"),
    [
        ([70], False),
        ([70, 72], False),
        ([70, 69], False),
        ([70, 68], True),
        ([70, 68, 68], False),
        ([70, 60, 65], False),
    ],
)
def test_a_drop_of_more_than_a_hundredth_against_the_version_before_is_warned_of(
    scores: list[int], warned: bool
) -> None:
    world = World()
    for number, right in enumerate(scores, start=1):
        scoring(world, f"2024-06-0{number}", f"v{number}", right)
    built = world.build("quality.extraction")
    assert built.violations("quality.extraction") == ({"score_does_not_drop": 1} if warned else {})


def test_scores_on_other_texts_are_not_compared() -> None:
    world = World()
    scoring(world, "2024-06-01", "a", 90)
    scoring(world, "2024-06-02", "b", 50, texts="other texts")
    built = world.build("quality.extraction")
    assert built.violations("quality.extraction") == {}
    assert [row["change_f1"] for row in built.rows("quality.extraction")] == [None, None]


def test_each_language_and_event_is_compared_with_itself() -> None:
    world = World()
    for group, first, second in ((ALL, 70, 70), (("ja", "all"), 50, 40), (("ja", "delay"), 10, 30)):
        scoring(world, "2024-06-01", "a", first, group=group)
        scoring(world, "2024-06-02", "b", second, group=group)
    rows = world.build("quality.extraction").rows("FROM quality.extraction WHERE is_latest ORDER BY language, event")
    assert [(row["language"], row["event"], round(row["change_f1"], 3)) for row in rows] == [
        ("all", "all", 0), ("ja", "all", -0.1), ("ja", "delay", 0.2),
    ]  # fmt: skip


def test_a_quote_that_stands_nowhere_is_warned_of() -> None:
    world = World()
    scoring(world, "2024-06-01", "a", 90, grounded_claims=99)
    assert world.build("quality.extraction").violations("quality.extraction") == {"every_quote_stands_in_its_text": 1}
