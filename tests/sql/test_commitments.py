"""Stated plans, measured against what came: one plan however often it is told, met, missed or open by the day."""

from typing import Any

import pytest
from world import World, day

PLANS = "allocation.commitments"


def commitment(world: World, as_of: str = "2024-12-31") -> dict[str, Any]:
    return world.build(PLANS, as_of=as_of).row(PLANS)


def plan(world: World, gpus: float | None = 85_000, *, published: str = "2024-04-24", **fields: Any) -> World:
    world.claim("plan", item=world.item(f"outlet of {published}", published=published),
                **{"to": "Tesla", "gpus": gpus, "promised": "2024-12-31", **fields})  # fmt: skip
    return world


def test_a_plan_keeps_what_was_held_when_it_was_stated() -> None:
    world = World()
    item = world.item(published="2024-04-24")
    world.claim("plan", item=item, to="Tesla", gpus=85_000, promised="..2024-12-31")
    world.claim("holding", item=item, to="Tesla", gpus=35_000)
    found = commitment(world)
    assert (found["entity_id"], found["product_id"]) == ("tesla", "nvidia-h100")
    assert (found["target_gpus_best"], found["held_gpus_best"], found["due_end"]) == (85_000, 35_000, day("2024-12-31"))


def test_a_plan_told_twice_is_one_with_two_origins() -> None:
    world = plan(plan(World(), by="Elon Musk"), published="2024-04-30", by="Reuters")
    found = commitment(world)
    assert (found["records"], found["origins"]) == (2, 2)


def test_a_plan_told_twice_by_one_origin_has_one_origin() -> None:
    world = plan(plan(World(), by="CNBC"), published="2024-04-30", by="CNBC")
    assert commitment(world)["origins"] == 1


def test_two_tellings_without_all_details_are_one_plan_with_the_exact_day_and_the_model() -> None:
    world = plan(plan(World(), product="Hopper", promised=None), published="2024-04-30")
    found = commitment(world)
    assert (found["product_id"], found["due_end"], found["records"]) == ("nvidia-h100", day("2024-12-31"), 2)


@pytest.mark.parametrize(
    "other",
    [{"gpus": 50_000}, {"to": "X"}, {"product": "B200"}, {"promised": "2026-12-31"}],
    ids=["count", "party", "product", "day"],
)
def test_different_plans_are_different(other: dict[str, Any]) -> None:
    world = plan(plan(World()), published="2024-04-30", **other)
    assert len(world.build(PLANS).rows(PLANS)) == 2


def test_the_bounds_of_a_plan_told_in_two_ways_hold_its_best_figure() -> None:
    world = plan(plan(World(), gpus=(None, 100)), published="2024-04-30", gpus=(110, None))
    for found in world.build(PLANS).rows(PLANS):
        low, best, high = (found[f"target_gpus_{which}"] for which in ("low", "best", "high"))
        assert low is None or low <= best
        assert high is None or best <= high


@pytest.mark.parametrize(
    ("as_of", "status"), [("2024-06-30", "open"), ("2024-12-31", "open"), ("2025-01-01", "missed")]
)
def test_a_plan_is_open_until_its_last_day_has_passed(as_of: str, status: str) -> None:
    assert commitment(plan(World()), as_of)["status"] == status


def test_a_plan_without_a_day_is_never_missed() -> None:
    assert commitment(plan(World(), promised=None), "2030-01-01")["status"] == "open"


def test_a_plan_is_met_by_what_was_held_and_what_was_delivered_since() -> None:
    world = plan(World(), gpus=1_000)
    world.claim("holding", item=world.item(published="2024-04-20"), to="Tesla", gpus=400)
    world.line(quantity=600, dated="2024-10-01", delivered=("2024-09-20", 600))
    found = commitment(world, "2025-06-30")
    assert (found["held_gpus_best"], found["delivered_gpus_best"], found["status"]) == (400, 600, "met")


def test_what_was_delivered_before_the_plan_does_not_count() -> None:
    world = plan(World(), gpus=1_000)
    world.line(quantity=1_000, dated="2024-03-01", delivered=("2024-02-20", 1_000))
    found = commitment(world, "2025-06-30")
    assert (found["delivered_gpus_best"], found["status"]) == (0, "missed")


def test_what_went_to_others_or_is_another_product_does_not_count() -> None:
    world = plan(World(), gpus=1_000)
    world.line("1", quantity=1_000, buyer="Meta", dated="2024-10-01", delivered=("2024-09-20", 1_000))
    world.line("2", quantity=1_000, sku="GB200 NVL72", dated="2024-10-01", delivered=("2024-09-20", 1_000))
    assert commitment(world, "2025-06-30")["delivered_gpus_best"] == 0


def test_a_plan_of_a_family_is_met_by_its_models() -> None:
    world = plan(World(), gpus=1_000, product="Hopper")
    world.line(quantity=1_000, dated="2024-10-01", delivered=("2024-09-20", 1_000))
    assert commitment(world)["status"] == "met"


def test_a_plan_is_met_by_a_later_holding_of_as_many() -> None:
    world = plan(World(), gpus=1_000)
    world.claim("holding", item=world.item(published="2024-11-05"), to="Tesla", gpus=1_000)
    assert commitment(world, "2025-06-30")["status"] == "met"


def test_an_at_least_plan_is_met_by_its_least() -> None:
    world = plan(World(), gpus=(900, 1_100))
    world.claim("holding", item=world.item(published="2024-11-05"), to="Tesla", gpus=900)
    assert commitment(world)["status"] == "met"


def test_a_plan_in_money_only_has_no_count_and_its_dollars() -> None:
    world = plan(World(), gpus=None, value=10_000_000_000, currency="USD")
    found = commitment(world, "2025-06-30")
    assert (found["target_gpus_best"], found["target_value_usd_best"], found["status"]) == (None, 1e10, "missed")


def test_a_denied_plan_is_none_and_a_doubted_one_is_less_certain() -> None:
    assert plan(World(), certainty="denied").build(PLANS).rows(PLANS) == []
    world = plan(plan(World(), by="CNBC"), published="2024-04-30", certainty="denied", by="Elon Musk")
    found = commitment(world)
    assert (found["certainty"], found["origins"]) == ("rumoured", 1)


def test_a_corrected_item_corrects_its_plan() -> None:
    world = World()
    for gpus, fetched in ((350_000, "2024-04-24"), (85_000, "2024-04-25")):
        item = world.item("wire", guid="a", fetched=fetched)
        world.claim("plan", item=item, to="Tesla", gpus=gpus, promised="2024-12-31")
    assert commitment(world)["target_gpus_best"] == 85_000


def test_plans_are_no_orders_and_holdings_no_deliveries() -> None:
    world = plan(World(), gpus=1_000)
    world.claim("holding", item=world.item(published="2024-05-05"), to="Tesla", gpus=400)
    tesla = world.build("allocation.entity_allocation").row("allocation.entity_allocation")
    assert (tesla["planned_gpus_best"], tesla["held_gpus_best"]) == (1_000, 400)
    assert [tesla[f"{name}_gpus_best"] for name in ("ordered", "delivered", "outstanding", "diverted_in")] == [
        0,
        0,
        0,
        0,
    ]


def test_the_newest_news_of_a_holding_counts_and_the_halls_of_a_register_add_up() -> None:
    world = World()
    for published, gpus in (("2024-01-05", 300), ("2024-05-05", 400)):
        world.claim("holding", item=world.item(published=published), to="Tesla", gpus=gpus)
    world.line(None, "hall 1", statement="holding", buyer="Meta", quantity=100)
    world.line(None, "hall 2", statement="holding", buyer="Meta", quantity=50)
    built = world.build("allocation.entity_allocation")
    held = built.columns(
        "SELECT entity_id, sum(held_gpus_best) FROM allocation.entity_allocation GROUP BY 1 ORDER BY 1"
    )
    assert held == [("meta", 150), ("tesla", 400)]
