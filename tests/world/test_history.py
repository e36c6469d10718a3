"""The worlds themselves: the truth adds up, an honest observer sees all of it, and the noise as strong as said."""

import random
from collections import Counter

import pytest

from tests.world.generate import AS_OF, Knobs, generate
from tests.world.measure import worlds
from tests.world.noise import HONEST, NOISY, two_digits, vague_day, wrong
from tests.world.observe import observe
from tests.world.story import tell

SEEDS = range(40)


@pytest.mark.parametrize("seed", SEEDS)
def test_units_are_conserved_in_the_truth(seed: int) -> None:
    truth = generate(seed)
    for lot in truth.lots.values():
        assert min(lot.gpus, lot.delivered_gpus, lot.cancelled, lot.outstanding, lot.gpus - lot.shipped_gpus) >= 0
    for totals in truth.allocation().values():
        came = totals["ordered"] + totals["diverted_in"]
        went = totals["delivered"] + totals["outstanding"] + totals["cancelled"] + totals["diverted_out"]
        assert came == went


def test_an_honest_observer_sees_every_event() -> None:
    for seen in worlds(SEEDS, HONEST):
        assert seen.events == {event.number for event in seen.truth.events}
        assert seen.told.lots == seen.truth.lots


def test_the_same_seed_is_the_same_world() -> None:
    assert generate(7) == generate(7)
    assert observe(generate(7), NOISY).claims == observe(generate(7), NOISY).claims
    assert generate(7).events != generate(8).events


def test_worlds_share_no_party_but_the_makers() -> None:
    times = Counter(party for seed in range(200) for party in generate(seed).parties)
    assert {party for party, number in times.items() if number > 1} == {"nvidia", "amd"}


def test_all_kinds_of_things_happen() -> None:
    truths = [generate(seed) for seed in SEEDS]
    kinds = Counter(event.kind for truth in truths for event in truth.events)
    assert kinds.keys() == {"order", "revision", "amendment", "substitution", "shipment", "delivery", "cancellation",
                            "diversion", "resale"}  # fmt: skip
    assert min(kinds.values()) >= 10
    assert any(transfer.related_through for truth in truths for transfer in truth.transfers)
    assert any(truth.swaps for truth in truths)
    assert {lot.status for truth in truths for lot in truth.lots.values()} == {
        "open", "shipped", "partly_delivered", "delivered", "cancelled"
    }  # fmt: skip
    assert all(event.day <= AS_OF for truth in truths for event in truth.events)
    assert any(not party.known for truth in truths for party in truth.parties.values())


def test_the_noise_is_as_strong_as_it_is_said_to_be() -> None:
    seen = worlds(range(100), NOISY)
    events = sum(len(each.events) for each in seen)
    assert 1 - sum(len(each.in_books) for each in seen) / events >= 1 / 3
    numbers = sum((each.numbers for each in seen), Counter[str]())
    assert numbers["rounded"] / numbers["stated"] == pytest.approx(0.20, abs=0.01)
    assert numbers["wrong"] / numbers["stated"] == pytest.approx(0.05, abs=0.005)
    items = sum(len(each.items) for each in seen)
    originals = sum(len({item["text"] for item in each.items}) for each in seen)
    assert 1 - originals / items == pytest.approx(0.40, abs=0.01)
    claims = [claim for each in seen for claim in each.claims]
    assert {claim["certainty"] for claim in claims} == {"confirmed", "reported", "rumoured", "denied"}
    assert any((claim["delay_low_days"], claim["delay_high_days"]) == (60, 300) for claim in claims)
    assert any(each.events != {event.number for event in each.truth.events} for each in seen)


def test_quotes_stand_in_their_items() -> None:
    for seen in worlds(range(10), NOISY):
        text = {item["item_id"]: item["text"] for item in seen.items}
        for claim in seen.claims:
            assert text[claim["item_id"]][claim["quote_start"] : claim["quote_end"]] == claim["quote"]


def test_numbers_are_bent_as_news_bend_them() -> None:
    chance = random.Random(1)
    assert [two_digits(number) for number in (12_345, 12_500, 987, 7, 0)] == [12_000, 12_000, 990, 7, 0]
    assert all(wrong(number, chance) != number for number in (7, 10, 12_000, 98_765) for _ in range(50))
    day = AS_OF.replace(month=2, day=11)
    for _ in range(50):
        start, end = vague_day(day, chance, deadline=True)
        assert start is None or start <= day
        assert end is not None
        assert day <= end


def test_a_story_tells_what_happened_and_what_was_seen() -> None:
    seen = observe(generate(3, Knobs(orders=2)))
    story = tell(seen, ["lot 3-0-1: gpus is 1, in truth 2"])
    assert story.startswith("The world of seed 3")
    assert all(f"Lot {lot}" in story for lot in seen.truth.lots)
    assert story.count("    seen ") == len(seen.lines) + len(seen.claims)
    assert story.endswith("lot 3-0-1: gpus is 1, in truth 2")
