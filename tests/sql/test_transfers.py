"""The story of June 2024 and others like it: who lost units to whom, who controlled both, and what was swapped."""

from typing import Any

import pytest
from world import Built, World, day

TRANSFERS = "allocation.transfers"


def story() -> World:
    """Four items, one of them a copy, tell of one swap; three rest on CNBC's report, one on Reuters' own."""
    world = World()
    text = " ".join(f"word{number}" for number in range(300))
    tellings = [
        ("daily", "2024-06-04", "CNBC", text),
        ("mirror", "2024-06-05", "CNBC", text),
        ("blog", "2024-06-06", "CNBC.com", None),
        ("agency desk", "2024-06-07", "Reuters", None),
    ]
    for place, (source, published, by, words) in enumerate(tellings):
        item = world.item(source, published=published, text=words)
        world.claim("diversion", item=item, supplier="Nvidia", giver="Tesla", to="X", gpus=12_000, by=by,
                    claim_id=f"out-{place}")  # fmt: skip
        world.claim("diversion", item=item, supplier="Nvidia", giver="X", to="Tesla", gpus=12_000, by=by,
                    revised="2024-01-01..2024-06-30", claim_id=f"back-{place}")  # fmt: skip
    return world


@pytest.fixture(scope="module")
def told() -> Built:
    return story().build()


def test_the_story_is_two_lots(told: Built) -> None:
    lots = told.columns(
        "SELECT original_to_id, current_to_id, gpus_best, records, origins "
        "FROM shipments.shipments ORDER BY original_to_id"
    )
    assert lots == [("tesla", "x-corp", 12_000, 4, 2), ("x-corp", "tesla", 12_000, 4, 2)]


def test_the_story_is_two_transfers_and_counts_each_origin_once(told: Built) -> None:
    transfers = told.columns(f"SELECT from_id, to_id, product_id, gpus_best, origins FROM {TRANSFERS} ORDER BY from_id")
    assert transfers == [
        ("tesla", "x-corp", "nvidia-h100", 12_000, 2),
        ("x-corp", "tesla", "nvidia-h100", 12_000, 2),
    ]


def test_the_story_is_related_through_the_person_who_controlled_both(told: Built) -> None:
    assert told.columns(f"SELECT DISTINCT related, related_through_id FROM {TRANSFERS}") == [(True, "elon-musk")]


def test_the_story_is_one_swap_with_nothing_gained_in_units(told: Built) -> None:
    swap = told.row("shipments.swaps")
    assert {swap["a_id"], swap["b_id"]} == {"tesla", "x-corp"}
    assert (swap["net_gpus_low"], swap["net_gpus_best"], swap["net_gpus_high"]) == (0, 0, 0)
    assert told.columns(f"SELECT DISTINCT swap_id FROM {TRANSFERS}") == [(swap["swap_id"],)]
    net = told.row("allocation.net_transfers")
    assert (net["transfers"], net["a_to_b_gpus_best"], net["b_to_a_gpus_best"], net["net_gpus_best"]) == (
        2, 12_000, 12_000, 0,
    )  # fmt: skip


def test_the_second_leg_cancels_nothing_of_the_first(told: Built) -> None:
    both = told.rows("FROM allocation.entity_allocation ORDER BY entity_id")
    for entity in both:
        assert entity["diverted_in_gpus_best"] == entity["diverted_out_gpus_best"] == 12_000
        assert entity["cancelled_gpus_best"] == 0
        assert entity["outstanding_gpus_best"] == 12_000
    assert told.columns("SELECT DISTINCT status FROM shipments.shipments") == [("open",)]


def test_a_swap_in_unequal_numbers_leaves_the_difference() -> None:
    world = World()
    item = world.item()
    world.claim("diversion", item=item, giver="Tesla", to="X", gpus=12_000)
    world.claim("diversion", item=item, giver="X", to="Tesla", gpus=8_000, revised="2024-12-01")
    built = world.build()
    assert abs(built.row("shipments.swaps")["net_gpus_best"]) == 4_000
    net = built.row("allocation.net_transfers")
    assert (net["a_id"], net["b_id"], net["net_gpus_best"]) == ("tesla", "x-corp", 4_000)


@pytest.mark.parametrize(
    "back",
    [{"product": "B200"}, {"giver": "Meta"}, {"to": "Meta"}, {"certainty": "denied"}],
    ids=["another family", "another giver", "another taker", "denied"],
)
def test_what_is_no_return_makes_no_swap(back: dict[str, Any]) -> None:
    world = World()
    item = world.item()
    world.claim("diversion", item=item, giver="Tesla", to="X", gpus=12_000)
    world.claim("diversion", item=item, **{"giver": "X", "to": "Tesla", "gpus": 12_000, **back})
    assert world.build("shipments.swaps").rows("shipments.swaps") == []


def test_a_diversion_is_in_one_swap_at_most() -> None:
    world = World()
    item = world.item()
    for gpus in (12_000, 6_000, 2_000):
        world.claim("diversion", item=item, giver="Tesla", to="X", gpus=gpus)
        world.claim("diversion", item=item, giver="X", to="Tesla", gpus=gpus, revised="2024-12-01")
    built = world.build("shipments.swaps")
    legs = built.columns(
        "SELECT first_shipment_id FROM shipments.swaps UNION ALL SELECT second_shipment_id FROM shipments.swaps"
    )
    assert len(legs) == len(set(legs)) > 0


def test_units_that_go_back_and_forth_again_are_in_one_swap() -> None:
    world = World()
    for gpus, when in ((12_000, "2024-02-01"), (6_000, "2024-04-01"), (2_000, "2024-06-01")):
        giver, taker = ("X", "Tesla") if gpus == 6_000 else ("Tesla", "X")
        world.claim("diversion", item=world.item(published=when), giver=giver, to=taker, gpus=gpus, happened=when)
    built = world.build()
    assert len(built.rows("shipments.swaps")) == 1
    assert len(built.rows("allocation.transfers")) == 3


def test_whoever_waits_for_the_returned_leg_waits_as_long_as_stated() -> None:
    world = World()
    item = world.item()
    world.claim("diversion", item=item, giver="Tesla", to="X", gpus=12_000)
    world.claim("diversion", item=item, giver="X", to="Tesla", gpus=12_000, revised="2024-12-01")
    world.claim("delay", item=item, to="Tesla", gpus=12_000, late=(60, 300))
    swap = world.build("shipments.swaps").row("shipments.swaps")
    assert (swap["a_id"], swap["a_gained_days_low"], swap["a_gained_days_high"]) == ("tesla", -300, -60)
    assert (swap["b_id"], swap["b_gained_days_low"], swap["b_gained_days_high"]) == ("x-corp", 60, 300)


def transfer(*, on: str, giver: str = "Tesla", to: str = "X", **curated: Any) -> dict[str, Any]:
    world = World(**curated)
    world.claim("diversion", giver=giver, to=to, gpus=100, happened=on)
    return world.build(TRANSFERS).row(TRANSFERS)


@pytest.mark.parametrize(
    ("on", "through"),
    [
        ("2022-10-26", None),
        ("2022-10-27", "elon-musk"),
        ("2024-06-04", "elon-musk"),
        ("2025-03-27", "elon-musk"),
        ("2025-03-28", None),
        ("2025-03-29", None),
    ],
)
def test_parties_are_related_on_the_days_of_their_common_control_only(on: str, through: str | None) -> None:
    found = transfer(on=on)
    assert (found["related"], found["related_through_id"]) == (through is not None, through)


def test_unrelated_parties_are_not_related() -> None:
    assert not transfer(on="2024-06-04", to="Meta")["related"]


def test_a_party_that_controls_the_other_is_what_relates_them() -> None:
    control = [("xai", "x-corp", "subsidiary", "2024-01-01", None, "a test")]
    assert transfer(on="2024-06-04", giver="xAI", to="X", control=control)["related_through_id"] == "x-corp"


def test_parties_are_related_through_controllers_of_controllers() -> None:
    control = [
        ("tesla", "meta", "subsidiary", None, None, "a test"),
        ("meta", "elon-musk", "controller", None, None, "a test"),
        ("x-corp", "elon-musk", "controller", None, None, "a test"),
    ]
    assert transfer(on="2024-06-04", control=control)["related_through_id"] == "elon-musk"


def test_control_in_a_circle_comes_to_an_end() -> None:
    control = [("tesla", "meta", "majority", None, None, "a test"), ("meta", "tesla", "majority", None, None, "a test")]
    assert not transfer(on="2024-06-04", control=control)["related"]


def test_control_that_ended_before_a_report_but_not_before_the_transfer_counts() -> None:
    world = World()
    item = world.item(published="2025-06-01")
    world.claim("diversion", item=item, giver="Tesla", to="X", gpus=100, happened="2024-01-01..2024-03-31")
    found = world.build(TRANSFERS).row(TRANSFERS)
    assert (found["transferred_start"], found["transferred_end"]) == (day("2024-01-01"), day("2024-03-31"))
    assert found["related_through_id"] == "elon-musk"


def test_a_transfer_without_a_day_happened_by_the_day_of_its_report() -> None:
    world = World()
    world.claim("diversion", item=world.item(published="2024-06-04"), giver="Tesla", to="X", gpus=100)
    found = world.build(TRANSFERS).row(TRANSFERS)
    assert (found["transferred_start"], found["transferred_end"]) == (None, day("2024-06-04"))


def test_a_resale_by_nobody_knows_whom_is_a_transfer_to_its_buyer() -> None:
    world = World()
    world.claim("resale", supplier="Nvidia", to="Meta", gpus=500)
    built = world.build()
    found = built.row(TRANSFERS)
    assert (found["kind"], found["from_id"], found["to_id"], found["gpus_best"]) == ("resale", None, "meta", 500)
    assert not found["related"]
    meta = built.row("allocation.entity_allocation")
    assert (meta["entity_id"], meta["ordered_gpus_best"], meta["diverted_in_gpus_best"]) == ("meta", 0, 500)
    assert built.rows("allocation.net_transfers") == []


def test_a_diversion_to_nobody_knows_whom_is_a_loss_all_the_same() -> None:
    world = World()
    world.claim("diversion", giver="Tesla", gpus=500)
    built = world.build()
    found = built.row(TRANSFERS)
    assert (found["from_id"], found["to_id"]) == ("tesla", None)
    tesla = built.row("allocation.entity_allocation")
    assert (tesla["ordered_gpus_best"], tesla["diverted_out_gpus_best"], tesla["outstanding_gpus_best"]) == (
        500,
        500,
        0,
    )


def test_a_transfer_that_another_origin_denies_is_less_certain() -> None:
    world = World()
    world.claim("diversion", giver="Tesla", to="X", gpus=12_000, by="CNBC")
    world.claim("diversion", giver="Tesla", to="X", gpus=12_000, by="Elon Musk", certainty="denied")
    found = world.build(TRANSFERS).row(TRANSFERS)
    assert (found["certainty"], found["origins"]) == ("rumoured", 1)


def test_an_order_alone_is_no_transfer() -> None:
    world = World()
    world.line()
    world.claim("order", to="Meta", gpus=500)
    assert world.build(TRANSFERS).rows(TRANSFERS) == []
