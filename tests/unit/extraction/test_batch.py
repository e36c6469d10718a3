"""A batch of items gives what each would give alone, and no item costs another its claims."""

from dataclasses import asdict
from datetime import date
from typing import Any

import pyarrow as pa
import pytest

from pipelines.extraction.batch import CLAIM, FOUND, ITEMS, MENTION, extract_batch, unread
from pipelines.extraction.engine import Extractor
from pipelines.extraction.vocabulary import Vocabulary

DAY = date(2024, 6, 5)
TOLD = {
    "en": "CNBC reports that Nvidia sent 12,000 H100s meant for Tesla to X.",
    "de": "Tesla bestellte 5.000 H100 bei Nvidia.",
    "fi": "Tesla ostaa 12 000 H100 GPU.",
    "en-GB": "Nvidia, 12,000 H100 GPUs: a picture.",
    "fr": "Le marché du samedi a réuni 40 exposants.",
}


def items(*texts: tuple[str, str], **more: Any) -> pa.RecordBatch:
    rows = [
        {"item_id": f"i{number}", "language": language, "title": None, "text": text, "published_start": DAY,
         "published_end": DAY, **more}
        for number, (language, text) in enumerate(texts)
    ]  # fmt: skip
    return pa.RecordBatch.from_pylist(rows, schema=ITEMS)


def test_a_batch_gives_what_its_items_give_alone(extractor: Extractor, vocabulary: Vocabulary) -> None:
    found = extract_batch(items(*TOLD.items()), vocabulary)

    assert found.schema.equals(FOUND, check_metadata=True)
    rows = found.to_pylist()
    for number, (row, (language, text)) in enumerate(zip(rows, TOLD.items(), strict=True)):
        alone = extractor.extract(text, language=language, published_start=DAY, published_end=DAY)
        kept = [{k: v for k, v in asdict(claim).items() if k != "slots"} for claim in alone.claims]
        assert [{k: v for k, v in claim.items() if k != "slots"} for claim in row["claims"]] == kept
        assert row["mentions"] == [asdict(mention) for mention in alone.mentions]
        assert (row["item_id"], row["read_as"], row["failure"]) == (f"i{number}", alone.language, None)
    assert [len(row["claims"]) for row in rows] == [1, 1, 0, 0, 0]
    assert [len(row["mentions"]) for row in rows] == [0, 0, 1, 1, 0]
    assert [row["passed"] for row in rows] == [True, True, True, True, False]


def test_every_field_of_claims_and_mentions_has_a_column() -> None:
    assert pa.types.is_date32(CLAIM.field("promised_start").type)
    assert pa.types.is_floating(MENTION.field("quantity_low").type)


def test_a_language_that_no_pack_reads_gives_mentions_and_says_so(vocabulary: Vocabulary) -> None:
    (row,) = extract_batch(items(("fi", TOLD["fi"])), vocabulary).to_pylist()

    assert (row["read_as"], row["claims"]) == (None, [])
    assert [mention["reason"] for mention in row["mentions"]] == ["no pack for this language"]


def test_an_item_of_two_languages_is_read_in_the_one_that_it_is_said_to_be_in(vocabulary: Vocabulary) -> None:
    both = f"{TOLD['en']}\n\n{TOLD['de']}"
    english, german, other = extract_batch(items(("en", both), ("de", both), ("fi", both)), vocabulary).to_pylist()

    assert ("diversion", "X") in [(c["event"], c["to_entity"]) for c in english["claims"]]
    assert ("order", "Tesla") in [(c["event"], c["to_entity"]) for c in german["claims"]]
    assert (other["read_as"], other["claims"], len(other["mentions"])) == (None, [], 2)


def test_an_item_that_breaks_the_extractor_costs_the_others_nothing(
    vocabulary: Vocabulary, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = Extractor.extract

    def broken(self: Extractor, text: str, **given: Any) -> Any:
        if text == TOLD["de"]:
            raise RecursionError("too deep")
        return whole(self, text, **given)

    monkeypatch.setattr(Extractor, "extract", broken)
    rows = extract_batch(items(*TOLD.items()), vocabulary).to_pylist()

    assert [row["failure"] for row in rows] == [None, "RecursionError: too deep", None, None, None]
    assert [len(row["claims"]) for row in rows] == [1, 0, 0, 0, 0]


def test_a_batch_that_lacks_a_column_says_which(vocabulary: Vocabulary) -> None:
    with pytest.raises(ValueError, match="lacks the columns language, title"):
        extract_batch(items(("en", "")).drop_columns(["title", "language"]), vocabulary)


def test_no_items_give_no_rows(vocabulary: Vocabulary) -> None:
    assert extract_batch(items(), vocabulary).num_rows == 0


def test_items_of_a_process_that_ended_keep_their_ids_and_the_reason() -> None:
    rows = unread(items(("en", "a"), ("en", "b")), "it ended").to_pylist()

    assert [(row["item_id"], row["claims"], row["failure"]) for row in rows] == [
        ("i0", [], "it ended"), ("i1", [], "it ended"),
    ]  # fmt: skip
