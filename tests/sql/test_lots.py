"""Which news make one lot and which do not: agreement joins, weak chains, rivals and denials do not."""

from collections.abc import Callable
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from world import Built, Rows, World

LOTS = "shipments.shipments"


def lots(world: World) -> Rows:
    return world.build(LOTS).rows(f"FROM {LOTS} ORDER BY gpus_best, shipment_id")


def counts(world: World) -> list[float | None]:
    return [lot["gpus_best"] for lot in lots(world)]


def orders(world: World, *gpus: float | None, **fields: str) -> World:
    """One order of so many H100 by Tesla in each of several items of different publishers."""
    for each in gpus:
        world.claim("order", to="Tesla", gpus=each, **fields)
    return world


def test_statements_that_agree_within_15_percent_are_one_lot() -> None:
    (lot,) = lots(orders(World(), 10_000, 11_000, 9_500))
    assert (lot["records"], lot["origins"], lot["current_to_id"], lot["original_to_id"]) == (3, 3, "tesla", "tesla")


def test_two_that_agree_with_a_third_but_not_with_each_other_are_not_in_one_lot() -> None:
    found = lots(orders(World(), 10_000, 11_000, 9_000))
    assert sorted(lot["records"] for lot in found) == [1, 2]


def test_a_count_within_a_stated_range_joins_it() -> None:
    world = World()
    world.claim("order", to="Tesla", gpus=(8_000, 16_000))
    world.claim("order", to="Tesla", gpus=15_000)
    assert len(lots(world)) == 1


@pytest.mark.parametrize(
    "other",
    [
        {"to": "Meta"},
        {"product": "B200"},
        {"product": "H200"},
        {"gpus": 14_000},
        {"supplier": "Meta"},
        {"promised": "2026-01-01..2026-03-31"},
    ],
    ids=lambda other: next(iter(other)) + str(next(iter(other.values()))),
)
def test_statements_that_disagree_are_two_lots(other: dict[str, Any]) -> None:
    stated: dict[str, Any] = {
        "to": "Tesla",
        "gpus": 10_000,
        "supplier": "Northwind",
        "promised": "2024-01-01..2024-03-31",
    }
    world = World()
    world.claim("order", **stated)
    world.claim("order", **{**stated, **other})
    assert len(lots(world)) == 2


def test_one_names_the_seller_and_another_the_maker_of_one_lot() -> None:
    world = World()
    world.claim("order", to="Tesla", gpus=10_000, supplier="Northwind")
    world.claim("order", to="Tesla", gpus=10_000, supplier="Nvidia")
    assert len(lots(world)) == 1


def test_statements_two_years_apart_are_two_lots() -> None:
    world = World()
    world.claim("order", item=world.item(published="2022-06-01"), to="Tesla", gpus=10_000)
    world.claim("order", item=world.item(published="2024-06-01"), to="Tesla", gpus=10_000)
    assert len(lots(world)) == 2


def test_a_family_or_unnamed_product_joins_the_model_and_the_lot_has_the_model() -> None:
    world = World()
    world.claim("order", to="Tesla", product="Hopper", gpus=10_000)
    world.claim("order", to="Tesla", product="H100", gpus=10_000)
    world.claim("order", to="Tesla", product="GPU", gpus=10_000)
    (lot,) = lots(world)
    assert (lot["product_id"], lot["records"]) == ("nvidia-h100", 3)


def test_a_family_is_no_bridge_between_two_models() -> None:
    world = World()
    for product in ("H100", "Hopper", "H200"):
        world.claim("order", to="Tesla", product=product, gpus=10_000)
    assert [lot["product_id"] for lot in lots(world)].count("nvidia-h200") == 1
    assert len(lots(world)) == 2


def test_reversed_parties_are_two_lots() -> None:
    world = World()
    world.claim("diversion", giver="Tesla", to="X", gpus=12_000)
    world.claim("diversion", giver="X", to="Tesla", gpus=12_000)
    assert {(lot["original_to_id"], lot["current_to_id"]) for lot in lots(world)} == {
        ("tesla", "x-corp"),
        ("x-corp", "tesla"),
    }


@pytest.mark.parametrize("event", ["allocation", "shipment", "delivery"])
def test_what_is_said_of_the_one_who_gained_a_moved_lot_joins_it(event: str) -> None:
    world = World()
    world.claim("diversion", giver="Tesla", to="X", gpus=12_000)
    world.claim(event, to="X", gpus=12_000)
    assert [lot["records"] for lot in lots(world)] == [2]


@pytest.mark.parametrize("event", ["order", "allocation", "delay", "cancellation"])
def test_what_is_said_of_the_one_who_lost_a_moved_lot_joins_it(event: str) -> None:
    world = World()
    world.claim("diversion", giver="Tesla", to="X", gpus=12_000)
    world.claim(event, to="Tesla", gpus=12_000)
    assert [lot["records"] for lot in lots(world)] == [2]


@pytest.mark.parametrize("order", list(permutations((10_000, 11_400, 13_000))))
def test_a_chain_of_weak_links_is_two_lots(order: tuple[float, ...]) -> None:
    found = orders(World(), *order).build(LOTS).rows(LOTS)
    assert sorted(lot["records"] for lot in found) == [1, 2]


def test_no_lot_of_a_long_chain_has_more_than_two_links() -> None:
    chain = [round(10_000 * 1.13**place) for place in range(10)]
    found = lots(orders(World(), *chain))
    assert sum(lot["records"] for lot in found) == 10
    assert max(lot["records"] for lot in found) == 2


def agree(one: float, other: float) -> bool:
    return abs(one - other) <= 0.15 * max(one, other)


@settings(max_examples=15, deadline=None, derandomize=True)
@given(st.lists(st.integers(min_value=10, max_value=60).map(lambda n: n * 250.0), min_size=1, max_size=9))
def test_all_members_of_a_lot_agree_with_each_other(gpus: list[float]) -> None:
    built = orders(World(), *gpus).build("shipments.lot_members")
    members = built.columns(
        "SELECT members.opener_id, list(nodes.gpus_best) FROM shipments.lot_members AS members "
        "INNER JOIN shipments.lot_nodes AS nodes ON members.node_id = nodes.node_id GROUP BY members.opener_id"
    )
    assert sum(len(counts) for _, counts in members) == len(gpus)
    assert all(agree(one, other) for _, counts in members for one in counts for other in counts)


def test_rival_counts_are_two_lots_never_an_average() -> None:
    assert counts(orders(World(), 9_000, 12_000)) == [9_000, 12_000]


def conflicts(built: Built) -> list[tuple[str, str, str]]:
    return built.columns("SELECT field, rival_value, origins FROM shipments.conflicts ORDER BY field, rival_value")


def test_counts_that_nearly_agree_are_one_lot_with_a_conflict_and_one_of_the_counts() -> None:
    world = World()
    world.claim("diversion", giver="Tesla", to="X", gpus=12_000, by="CNBC")
    world.claim("diversion", giver="Tesla", to="X", gpus=11_000, by="Reuters")
    built = world.build(LOTS)
    lot = built.row(LOTS)
    assert lot["gpus_best"] in (11_000, 12_000)
    assert lot["contested"]
    assert conflicts(built) == [("gpus", "11000", "reuters"), ("gpus", "12000", "cnbc")]


def test_the_newest_statement_of_one_origin_revises_and_is_no_conflict() -> None:
    world = World()
    world.claim("diversion", item=world.item(published="2024-06-01"), giver="Tesla", to="X", gpus=11_000, by="CNBC")
    world.claim("diversion", item=world.item(published="2024-06-04"), giver="Tesla", to="X", gpus=12_000, by="CNBC")
    built = world.build(LOTS)
    assert (built.row(LOTS)["gpus_best"], built.row(LOTS)["contested"]) == (12_000, False)
    assert conflicts(built) == []


@pytest.mark.parametrize("stated", [(10_000, None), (10_000, 14_000), (None, 12_500)], ids=str)
def test_counts_that_may_both_be_true_are_no_conflict(stated: tuple[float | None, float | None]) -> None:
    world = World()
    world.claim("order", to="Tesla", gpus=stated, by="CNBC")
    world.claim("order", to="Tesla", gpus=11_000, by="Reuters")
    built = world.build(LOTS)
    assert built.row(LOTS)["records"] == 2
    assert conflicts(built) == []


def test_rival_recipients_of_news_count_once_and_both_are_shown() -> None:
    world = World()
    world.claim("diversion", giver="Tesla", to="X", gpus=12_000, by="CNBC")
    world.claim("diversion", giver="Tesla", to="X", gpus=12_000, by="Elon Musk")
    world.claim("diversion", giver="Tesla", to="xAI", gpus=12_000, by="Reuters")
    built = world.build()
    assert built.columns(
        "SELECT diverted_out_gpus_best FROM allocation.entity_allocation WHERE entity_id = 'tesla'"
    ) == [(12_000,)]
    assert conflicts(built) == [("recipient", "x-corp", "cnbc, elon-musk"), ("recipient", "xai", "reuters")]
    assert [row["reason"] for row in built.rows("shipments.set_aside")] == ["another recipient"]


def test_one_who_says_both_of_two_recipients_means_two_lots() -> None:
    world = World()
    item = world.item()
    world.claim("diversion", item=item, giver="Tesla", to="X", gpus=12_000)
    world.claim("diversion", item=item, giver="Tesla", to="xAI", gpus=12_000)
    assert {lot["current_to_id"] for lot in lots(world)} == {"x-corp", "xai"}


def test_rival_recipients_of_one_order_line_are_a_conflict() -> None:
    world = World()
    world.line(quantity=12_000)
    world.claim("diversion", giver="Tesla", to="X", gpus=12_000, by="CNBC")
    world.claim("diversion", giver="Tesla", to="xAI", gpus=12_000, by="Reuters")
    built = world.build(LOTS)
    assert built.row(f"FROM {LOTS} WHERE shipment_id = 'northwind/4711/10'")["contested"]
    assert conflicts(built) == [("recipient", "x-corp", "cnbc"), ("recipient", "xai", "reuters")]


def test_rival_due_days_are_a_conflict() -> None:
    world = World()
    world.claim("order", to="Tesla", gpus=100, promised="2024-07-01..2024-07-31", by="CNBC")
    world.claim("order", to="Tesla", gpus=100, promised="2024-09-01..2024-09-30", by="Reuters")
    assert {field for field, _, _ in conflicts(world.build(LOTS))} == {"due"}


def test_a_month_and_a_day_within_it_are_no_conflict() -> None:
    world = World()
    world.claim("order", to="Tesla", gpus=100, promised="2024-07-01..2024-07-31", by="CNBC")
    world.claim("order", to="Tesla", gpus=100, promised="2024-07-15", by="Reuters")
    assert conflicts(world.build(LOTS)) == []


def test_a_denial_alone_opens_no_lot() -> None:
    world = World()
    world.claim("diversion", giver="Tesla", to="X", gpus=12_000, certainty="denied")
    assert lots(world) == []


@pytest.mark.parametrize(
    ("stated", "left"), [("confirmed", "reported"), ("reported", "rumoured"), ("rumoured", "denied")]
)
def test_a_denial_joins_the_lot_and_makes_it_less_certain(stated: str, left: str) -> None:
    world = World()
    world.claim("diversion", giver="Tesla", to="X", gpus=12_000, certainty=stated, by="CNBC")
    world.claim("diversion", giver="Tesla", to="X", gpus=12_000, certainty="denied", by="Elon Musk")
    built = world.build(LOTS)
    lot = built.row(LOTS)
    assert (lot["certainty"], lot["records"], lot["origins"], lot["contested"]) == (left, 2, 1, True)
    assert conflicts(built) == [("happened", "denied", "elon-musk"), ("happened", "stated", "cnbc")]


def test_a_denial_without_a_count_joins_too() -> None:
    world = World()
    world.claim("diversion", giver="Tesla", to="X", gpus=12_000, by="CNBC")
    world.claim("diversion", giver="Tesla", to="X", certainty="denied", by="Elon Musk")
    assert [lot["certainty"] for lot in lots(world)] == ["rumoured"]


@pytest.mark.parametrize("event", ["holding", "plan", "restriction"])
def test_stock_intentions_and_restrictions_open_no_lot(event: str) -> None:
    world = World()
    world.claim(event, to="Tesla", gpus=35_000)
    assert lots(world) == []


def test_a_superseded_item_speaks_no_longer() -> None:
    world = World()
    world.claim("order", item=world.item("wire", guid="a", fetched="2024-06-04"), to="Tesla", gpus=9_000)
    world.claim("order", item=world.item("wire", guid="a", fetched="2024-06-05"), to="Tesla", gpus=12_000)
    assert counts(world) == [12_000]


def test_part_of_an_order_that_arrived_by_the_same_item_is_part_of_the_lot() -> None:
    world = World()
    item = world.item()
    world.claim("order", item=item, to="Tesla", gpus=10_000)
    world.claim("delivery", item=item, to="Tesla", gpus=4_000, happened="2024-05-01")
    (lot,) = lots(world)
    assert (lot["gpus_best"], lot["delivered_gpus_best"], lot["outstanding_gpus_best"]) == (10_000, 4_000, 6_000)
    assert (lot["status"], lot["delivered_on"]) == ("partly_delivered", None)


def test_part_of_an_order_that_was_cancelled_by_the_same_item_is_part_of_the_lot() -> None:
    world = World()
    item = world.item()
    world.claim("order", item=item, to="Tesla", gpus=10_000)
    world.claim("cancellation", item=item, to="Tesla", gpus=4_000)
    (lot,) = lots(world)
    assert (lot["gpus_best"], lot["cancelled_gpus_best"], lot["outstanding_gpus_best"]) == (10_000, 4_000, 6_000)
    assert lot["status"] == "open"


def test_a_cancellation_of_all_cancels_the_lot() -> None:
    world = World()
    world.claim("order", to="Tesla", gpus=10_000)
    world.claim("cancellation", to="Tesla", gpus=10_000)
    (lot,) = lots(world)
    assert (lot["status"], lot["cancelled_gpus_best"], lot["outstanding_gpus_best"]) == ("cancelled", 10_000, 0)


def test_a_lot_of_which_nobody_gives_a_count_has_none() -> None:
    world = World()
    world.claim("order", to="Tesla")
    (lot,) = lots(world)
    assert (lot["gpus_best"], lot["outstanding_gpus_best"], lot["status"]) == (None, None, "open")


def test_counts_that_are_no_whole_numbers_are_conserved_too() -> None:
    world = World()
    item = world.item()
    world.claim("order", item=item, to="Tesla", gpus=2.3 * 1e6)
    world.claim("delivery", item=item, to="Tesla", gpus=0.7 * 1e6 / 3)
    world.claim("cancellation", item=item, to="Tesla", gpus=0.1 * 1e6 / 7)
    assert len(lots(world)) == 1


def test_each_record_of_a_lot_is_an_event_with_its_days() -> None:
    world = World()
    world.claim("diversion", giver="Tesla", to="X", gpus=12_000, happened="2023-12-01..2023-12-31", claim_id="told")
    built = world.build("shipments.events")
    (event,) = built.rows("shipments.events")
    assert (event["record_id"], event["event"], event["from_id"], event["to_id"]) == (
        "claim:told",
        "diversion",
        "tesla",
        "x-corp",
    )
    assert [str(event["happened_start"]), str(event["happened_end"])] == ["2023-12-01", "2023-12-31"]


@pytest.mark.parametrize(
    "tell", [lambda world: orders(world, 100), lambda world: world.line() and world], ids=["news", "line"]
)
def test_evidence_leads_from_a_lot_to_the_words_or_the_line(tell: Callable[[World], World]) -> None:
    built = tell(World()).build()
    lot = built.row(LOTS)["shipment_id"]
    rows = built.macro("shipments.evidence", shipment_id=lot)
    assert len(rows) == 1
    assert rows[0]["quote"] in ("words of claim-001", "4711;10;100")
    assert rows[0]["document"]
    assert (rows[0]["quote_start"] is None) == (rows[0]["line_number"] is not None)
