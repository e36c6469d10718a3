"""Which claims wait for a person: those below the least confidence, with the reason and a line to hand over."""

import json
from typing import Any

import pytest
from world import World, at

from pipelines.handover.documents import OwnItem, read_claims_file

TEXT = "Word has it that Tesla took 12,000 H100 late last week, and nobody would say more."
QUOTE = "Tesla took 12,000 H100"


def doubtful(world: World, confidence: float, slots: dict[str, Any] | None = None, **fields: Any) -> str:
    item = world.item("ledger", text=TEXT)
    claim = world.claim("delivery", item=item, confidence=confidence, **fields)
    start = TEXT.index(QUOTE)
    place = {"quote": QUOTE, "quote_start": start, "quote_end": start + len(QUOTE), "slots": json.dumps(slots or {})}
    world.lake["news_claims"][-1] |= place
    return claim


@pytest.mark.parametrize(("confidence", "waits"), [(0.499, True), (0.5, False), (1.0, False)])
def test_a_claim_enters_the_records_from_the_least_confidence_on(confidence: float, waits: bool) -> None:
    world = World()
    claim = world.claim("delivery", to="Tesla", gpus=12000, confidence=confidence, by="CNBC")
    built = world.build("records.shipment_records", "claims.review", "records.stated_names")
    assert [row["claim_id"] for row in built.rows("claims.news_claims")] == [claim]
    assert [row["claim_id"] for row in built.rows("claims.review")] == [claim] * waits
    assert [row["claim_id"] for row in built.rows("records.shipment_records")] == [claim] * (not waits)
    assert [row["name"] for row in built.rows("records.stated_names")] == ["Tesla"] * (not waits)
    assert ("CNBC" in {row["name"] for row in built.rows("records.stated_sources")}) is not waits


def test_the_reason_names_the_confidence_what_was_doubtful_and_what_is_open() -> None:
    world = World()
    slots = {
        "event": {"start": 23, "end": 27, "rule": "receive:took", "share": 0.97},
        "to_entity": {"start": 17, "end": 22, "rule": "receiver/name", "share": 0.41},
        "quantity_low": {"start": 28, "end": 34, "rule": "count-before"},
        "quantity_high": {"start": 28, "end": 34, "rule": "count-before"},
    }
    doubtful(world, 0.31, slots, to="Tesla", product=None, gpus=12000)
    row = world.build("claims.review").row("claims.review")
    assert row["reason"] == (
        "confidence 0.310 is below 0.500; doubtful: to_entity (0.41, receiver/name), quantity_low (count-before); "
        "open: product"
    )
    assert (row["quote"], row["passage"], row["source"]) == (QUOTE, TEXT, "ledger")


def test_the_passage_is_cut_around_the_quote() -> None:
    world = World()
    doubtful(world, 0.3, to="Tesla", gpus=12000)
    world.lake["news_items"][-1]["text"] = "é" * 300 + QUOTE + "ß" * 300
    world.lake["news_claims"][-1] |= {"quote_start": 300, "quote_end": 300 + len(QUOTE)}
    assert world.build("claims.review").row("claims.review")["passage"] == "é" * 200 + QUOTE + "ß" * 200


def test_whoever_agrees_hands_the_line_over_as_it_stands() -> None:
    world = World()
    doubtful(world, 0.3, to="Tesla", gpus=12000, happened="2024-05-27..2024-06-02")
    row = world.build("claims.review").row("claims.review")
    found = read_claims_file(
        row["as_line"].encode(), "agreed.jsonl", lambda given: {one: OwnItem(one, TEXT) for one in given}
    )
    assert found.rejected == ()
    (item,) = found.items
    (claim,) = item.claims
    assert (item.own_id, item.extractor, claim.confidence) == (row["item_id"], "review", 1.0)
    assert (claim.to_entity, claim.quantity_low, claim.quote_start) == ("Tesla", 12000, row["quote_start"])
    assert (str(claim.actual_start), str(claim.actual_end)) == ("2024-05-27", "2024-06-02")


def test_a_claim_that_somebody_has_made_surely_since_is_settled() -> None:
    world = World()
    doubtful(world, 0.3, to="Tesla", gpus=12000)
    ours = world.lake["news_claims"][-1]
    world.lake["news_claims"].append(
        {**ours, "claim_id": "agreed", "extractor": "review", "extractor_version": "v2", "confidence": 1.0}
    )
    run = {"item_id": ours["item_id"], "extracted_at": at("2024-07-02"), "language": "en", "claims": 1, "mentions": 0}
    for extractor, version in (("rules", "v1"), ("review", "v2")):
        world.lake["extractions"].append({**run, "extractor": extractor, "extractor_version": version})
    built = world.build("claims.review", "records.shipment_records")
    assert built.row("claims.review")["settled_by"] == "review"
    assert built.row("records.shipment_records")["claim_id"] == "agreed"


@pytest.fixture
def strict(monkeypatch: pytest.MonkeyPatch) -> None:
    """A least confidence as high as the shipped one."""
    monkeypatch.setattr("world.MIN_CONFIDENCE", 0.9)


def waiting(world: World) -> list[str]:
    return sorted(row["claim_id"] for row in world.build("claims.review").rows("claims.review"))


@pytest.mark.usefixtures("strict")
@pytest.mark.parametrize(("confidences", "wait"), [((0.7, 0.7), False), ((0.6, 0.7), True), ((0.49, 0.99), True)])
def test_what_two_outlets_tell_in_their_own_words_enters_together(confidences: tuple[float, float], wait: bool) -> None:
    world = World()
    first, second = (world.claim("plan", to="Tesla", gpus=85_000, confidence=c) for c in confidences)

    assert waiting(world) == [claim for claim, c in zip((first, second), confidences, strict=True) if wait and c < 0.9]


@pytest.mark.usefixtures("strict")
@pytest.mark.parametrize(
    "other",
    [{"to": "X"}, {"gpus": 80_000}, {"product": "H200"}, {"certainty": "denied"}, {"gpus": None}, {"unit": "rack"}],
)
def test_what_differs_in_a_party_product_or_count_is_not_the_same(other: dict[str, Any]) -> None:
    world = World()
    told = {"to": "Tesla", "gpus": 85_000}
    claims = [world.claim("plan", **fields, confidence=0.85) for fields in (told, told | other)]

    assert waiting(world) == claims


@pytest.mark.usefixtures("strict")
def test_a_copy_and_the_same_outlet_again_confirm_nothing() -> None:
    world = World()
    again = world.item("CNBC"), world.item("CNBC")
    claims = [world.claim("plan", item=item, to="Tesla", gpus=85_000, confidence=0.85) for item in again]
    claims += [world.claim("order", to="Meta", gpus=85_000, confidence=0.85) for _ in range(2)]
    world.lake["news_claims"][-1]["quote"] = world.lake["news_claims"][-2]["quote"]
    world.lake["news_claims"][-1]["quote_end"] = world.lake["news_claims"][-2]["quote_end"]

    assert waiting(world) == claims
