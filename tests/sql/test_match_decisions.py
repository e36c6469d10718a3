"""What a person decides wins over weights; what nobody can decide is listed for a person and counts in no lot."""

from typing import Any

import pytest
from world import Built, World

LOTS = "shipments.shipments"
BOOKED = "northwind/4711/10"


def decided(*rows: tuple[str, str, str]) -> World:
    return World(decisions=[(*row, "Ada", "2024-07-01", "read both") for row in rows])


def lot_of(built: Built) -> dict[str, str]:
    return dict(built.columns("SELECT record_id, shipment_id FROM shipments.record_matches"))


@pytest.mark.parametrize("name", ["far", "claim:far"], ids=["by claim", "by record"])
def test_what_a_person_calls_the_same_is_one_lot_whatever_speaks_against_it(name: str) -> None:
    world = decided((name, BOOKED, "same"))
    world.line(quantity=100)
    world.claim("order", to="Meta", product="B200", gpus=90_000, claim_id="far")
    built = world.build("shipments.record_matches", LOTS)
    assert set(lot_of(built).values()) == {BOOKED}
    assert built.columns("SELECT rule FROM shipments.record_matches WHERE record_id = 'claim:far'") == [
        ("a person decided",)
    ]


def test_what_a_person_calls_not_the_same_is_two_lots_whatever_speaks_for_it() -> None:
    world = decided(("one", "other", "not the same"))
    world.claim("order", to="Tesla", gpus=10_000, claim_id="one")
    world.claim("order", to="Tesla", gpus=10_000, claim_id="other")
    assert len(set(lot_of(world.build("shipments.record_matches")).values())) == 2


def test_not_the_same_keeps_two_apart_that_agree_with_a_third() -> None:
    world = decided(("one", "other", "not the same"))
    world.line(quantity=10_000)
    world.claim("order", to="Tesla", gpus=10_000, claim_id="one")
    world.claim("order", to="Tesla", gpus=10_000, claim_id="other")
    found = lot_of(world.build("shipments.record_matches"))
    assert found["claim:one"] != found["claim:other"]


def test_decisions_carry_over() -> None:
    world = decided(("a", "b", "same"), ("b", "c", "same"))
    for place, party in enumerate(["Tesla", "Meta", "xAI"]):
        world.claim("order", to=party, gpus=1_000 * (place + 1), claim_id="abc"[place])
    assert len(set(lot_of(world.build("shipments.record_matches")).values())) == 1


def test_decisions_that_contradict_each_other_by_other_names_stop_the_table() -> None:
    world = decided(("a", "b", "same"), ("claim:a", "claim:b", "not the same"))
    world.claim("order", to="Tesla", gpus=1_000, claim_id="a")
    world.claim("order", to="Meta", gpus=1_000, claim_id="b")
    with pytest.raises(AssertionError, match="no_decision_contradicts_others"):
        world.build("shipments.lot_decisions")


def test_a_decision_about_what_is_not_known_changes_nothing() -> None:
    world = decided(("nobody", "nothing", "same"))
    world.claim("order", to="Tesla", gpus=1_000)
    assert len(world.build(LOTS).rows(LOTS)) == 1


def delivered(world: World, **fields: Any) -> Built:
    world.claim("delivery", to="Tesla", gpus=2_000, claim_id="part", **fields)
    return world.build()


def test_a_delivered_part_finds_the_only_lot_that_fits() -> None:
    world = World()
    world.line(quantity=10_000)
    world.line("4712", buyer="Meta", quantity=10_000)
    built = delivered(world, supplier="Northwind")
    assert built.columns(f"SELECT delivered_gpus_best FROM {LOTS} WHERE shipment_id = '{BOOKED}'") == [(2_000,)]
    assert len(built.rows(LOTS)) == 2


def test_a_part_that_fits_two_lots_counts_in_none_and_is_listed() -> None:
    world = World()
    world.line(quantity=10_000)
    world.line("4712", quantity=10_000)
    built = delivered(world, supplier="Northwind")
    assert built.columns(f"SELECT sum(gpus_best), sum(delivered_gpus_best) FROM {LOTS}") == [(20_000, 0)]
    asked = built.row("SELECT * FROM shipments.match_reviews WHERE record_id = 'claim:part'")
    assert asked["question"] == "fits several lots, counts in none"
    assert "a part" in asked["speaks_against"]
    assert "same recipient" in asked["speaks_for"]


def test_a_decision_ends_the_question() -> None:
    world = decided(("part", "northwind/4712/10", "same"))
    world.line(quantity=10_000)
    world.line("4712", quantity=10_000)
    built = delivered(world, supplier="Northwind")
    assert built.columns(f"SELECT delivered_gpus_best FROM {LOTS} ORDER BY shipment_id") == [(0,), (2_000,)]
    assert built.rows("shipments.match_reviews") == []


@pytest.mark.parametrize(
    ("tellings", "expected"),
    [
        ([(12_000, "CNBC")], (11_500, 12_000, 12_500)),
        ([(100_000, "CNBC")], (95_000, 100_000, 105_000)),
        ([(11_873, "CNBC")], (11_873, 11_873, 11_873)),
        ([(12_000, "CNBC"), (12_000, "Reuters")], (12_000, 12_000, 12_000)),
        ([(12_000, "CNBC"), (12_000, "CNBC")], (11_500, 12_000, 12_500)),
        ([(11_873, "CNBC"), (12_100, "Reuters")], (11_873, 12_100, 12_100)),
    ],
)
def test_a_count_is_as_exact_as_its_origins_make_it(
    tellings: list[tuple[float, str]], expected: tuple[float, ...]
) -> None:
    world = World()
    for place, (gpus, by) in enumerate(tellings):
        item = world.item(published=f"2024-06-0{place + 1}")
        world.claim("order", item=item, to="Tesla", gpus=gpus, by=by)
    lot = world.build(LOTS).row(LOTS)
    assert (lot["gpus_low"], lot["gpus_best"], lot["gpus_high"]) == expected


def test_an_outlet_that_names_its_source_later_adds_no_origin() -> None:
    world = World()
    world.claim("order", item=world.item("Daily", published="2024-06-01"), to="Tesla", gpus=10_000)
    world.claim("order", item=world.item("Daily", published="2024-06-03"), to="Tesla", gpus=10_000, by="CNBC")
    world.claim("order", item=world.item("Blog", published="2024-06-05"), to="Tesla", gpus=10_000, by="Daily")
    assert world.build(LOTS).row(LOTS)["origins"] == 1


def test_what_a_register_no_longer_lists_has_ended() -> None:
    world = World()
    world.line(None, "hall 1", document="one", dated="2024-06-30", statement="holding", quantity=50)
    world.line(None, "hall 2", document="one", dated="2024-06-30", statement="holding", quantity=70)
    world.line(None, "hall 1", document="two", dated="2024-09-30", statement="holding", quantity=60)
    built = world.build("records.shipment_records")
    assert built.columns("SELECT gpus_best FROM records.shipment_records WHERE NOT superseded") == [(60,)]


@pytest.mark.parametrize("sku", ["nvidia-h200", "H200"])
def test_a_products_id_or_name_as_part_number_is_understood(sku: str) -> None:
    world = World()
    world.line(sku=sku)
    assert world.build("records.shipment_records").row("records.shipment_records")["product_id"] == "nvidia-h200"


def test_members_that_contradict_each_other_part() -> None:
    world = World()
    world.line(quantity=12_000)
    for gpus in (12_000, 10_400, 13_700):
        world.claim("diversion", giver="Tesla", to="X", gpus=gpus)
    built = world.build("shipments.lot_members")
    together = built.columns("SELECT count(*) FROM shipments.lot_members GROUP BY shipment_id ORDER BY 1")
    assert together == [(1,), (3,)]
