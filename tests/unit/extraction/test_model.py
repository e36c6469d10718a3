"""The learned weights: how they are read and added up, and that training gives the same bytes from the same text."""

from pathlib import Path

import pytest

from pipelines.extraction.confidence import WEIGHTS
from pipelines.extraction.engine import Extractor
from pipelines.extraction.model import EVENTS, InvalidModel, Table, load, model_from
from pipelines.extraction.training.fitting import fitted, written
from pipelines.extraction.training.lessons import labelled, lessons
from pipelines.extraction.vocabulary import Vocabulary

TEXTS = [
    ("Tesla ordered 5,000 H100 GPUs from Nvidia.", "order", "Tesla"),
    ("Meta plans to buy 4,000 H200 chips from Nvidia next year.", "plan", "Meta"),
    ("Oracle ordered 9,000 B200 GPUs from Nvidia.", "order", "Oracle"),
    ("xAI plans to buy 3,000 B200 GPUs next year.", "plan", "xAI"),
    ("12,000 H100 GPUs meant for Tesla were sent to X.", "diversion", "X"),
]


def items() -> list[dict[str, object]]:
    # Each slot needs one who fills it and one who does not.
    told = [
        {
            "item_id": text,
            "text": text,
            "claims": [
                {"event": event, "to_entity": party, "from_entity": "Tesla", "supplier": "Nvidia", "quote": text}
            ],
        }
        for text, event, party in TEXTS
    ]
    silent = {"item_id": "none", "text": "An H100 costs 30,000 dollars.", "claims": []}
    return [
        item | {"language": "en", "published_at": "2025-03-03"} for item in [*told, silent, silent | {"item_id": "2"}]
    ]


def test_the_same_text_gives_the_same_bytes(vocabulary: Vocabulary) -> None:
    once, again = (written(fitted(lessons(labelled(items(), vocabulary), vocabulary))) for _ in range(2))

    assert once == again


def test_a_lesson_knows_event_and_parties(vocabulary: Vocabulary) -> None:
    taught = lessons(labelled(items(), vocabulary), vocabulary)

    assert [lesson.event for lesson in taught] == ["order", "plan", "order", "plan", "diversion", None, None]
    assert all(sum(lesson.fills["to_entity"]) == 1 for lesson in taught if lesson.event)


def test_weights_of_unknown_features_are_nought() -> None:
    table = Table({"a": [1.0, 2.0], "b": [0.5, -1.0]}, 2)

    assert table.sums(["a", "b", "c"]).tolist() == [1.5, 1.0]
    assert (table.strongest(["a", "b"], 1), table.strongest(["c"], 0)) == ("a", "")


def test_the_shipped_model_is_small_and_readable() -> None:
    model = load()

    assert WEIGHTS.stat().st_size < 5_000_000
    assert model.events(["always"]).sum() == pytest.approx(1)
    assert len(model.events([])) == 1 + len(EVENTS)
    assert 0.5 <= model.min_confidence < 1


def test_more_certain_parts_make_a_more_certain_claim() -> None:
    model = load()

    assert model.confidence({"always": 1.0, "event": 4.0}) > model.confidence({"always": 1.0, "event": 0.0})


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"events": ["order"]}'])
def test_an_unusable_model_says_which_file_and_what_to_do(content: str, tmp_path: Path) -> None:
    path = tmp_path / "weights.json"
    path.write_text(content, encoding="utf-8")

    with pytest.raises(InvalidModel, match=r"weights\.json: cannot be used: .*make train"):
        load(path)


def test_models_of_other_events_are_refused() -> None:
    with pytest.raises(ValueError, match="its events are"):
        model_from({"events": ["order"]})


def test_every_party_slot_names_what_spoke_for_it(extractor: Extractor) -> None:
    (claim,) = extractor.extract(TEXTS[0][0], language="en", published_start=None, published_end=None).claims

    assert (claim.to_entity, claim.supplier) == ("Tesla", "Nvidia")
    assert claim.slots["to_entity"].rule
    assert claim.slots["event"].rule.startswith("buy:")
