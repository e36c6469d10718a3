"""The life of a supplier's order line: partly delivered, late, cancelled, over-delivered, moved away from its buyer."""

from typing import Any

import pytest
from world import Rows, World, day

LOTS = "shipments.shipments"


def the_lot(world: World) -> dict[str, Any]:
    return world.build(LOTS).row(LOTS)


def lots(world: World) -> Rows:
    return world.build(LOTS).rows(f"FROM {LOTS} ORDER BY shipment_id")


def figures(lot: dict[str, Any]) -> dict[str, float]:
    names = ("delivered", "outstanding", "cancelled", "shipped")
    return {"all": lot["gpus_best"], **{name: lot[f"{name}_gpus_best"] for name in names}}


def test_an_order_line_is_a_lot_by_its_own_key() -> None:
    world = World()
    world.line("4711", "10", quantity=100, ordered="2024-01-05", promised="2024-05-01", price=30_000, currency="USD")
    lot = the_lot(world)
    assert lot["shipment_id"] == "northwind/4711/10"
    assert (lot["supplier_id"], lot["original_to_id"], lot["current_to_id"]) == ("northwind", "tesla", "tesla")
    assert (lot["status"], lot["ordered_on"], lot["first_promised_end"]) == (
        "open",
        day("2024-01-05"),
        day("2024-05-01"),
    )
    assert (lot["value_usd_best"], lot["certainty"]) == (3_000_000, "confirmed")
    assert figures(lot) == {"all": 100, "delivered": 0, "outstanding": 100, "cancelled": 0, "shipped": 0}


@pytest.mark.parametrize(
    ("line", "status", "complete_on", "expected"),
    [
        ({"delivered": ("2024-05-03", 100)}, "delivered", "2024-05-03", (100, 100, 0, 0, 100)),
        ({"delivered": ("2024-05-03", None)}, "delivered", "2024-05-03", (100, 100, 0, 0, 100)),
        ({"delivered": ("2024-05-03", 40)}, "partly_delivered", None, (100, 40, 60, 0, 40)),
        ({"shipped": ("2024-05-02", 60)}, "shipped", None, (100, 0, 100, 0, 60)),
        (
            {"shipped": ("2024-05-02", 60), "delivered": ("2024-05-03", 40)},
            "partly_delivered",
            None,
            (100, 40, 60, 0, 60),
        ),
        ({"status": "cancelled"}, "cancelled", None, (100, 0, 0, 100, 0)),
        ({"status": "cancelled", "delivered": ("2024-05-03", 40)}, "delivered", "2024-05-03", (100, 40, 0, 60, 40)),
        ({"delivered": ("2024-05-03", 110)}, "delivered", "2024-05-03", (110, 110, 0, 0, 110)),
        ({"delivered": ("2024-05-03", 0)}, "open", None, (100, 0, 100, 0, 0)),
    ],
    ids=[
        "whole",
        "whole, unsaid",
        "part",
        "shipped",
        "part of shipped",
        "cancelled",
        "rest cancelled",
        "more",
        "none yet",
    ],
)
def test_a_line_says_where_its_lot_stands(
    line: dict[str, Any], status: str, complete_on: str | None, expected: tuple[float, ...]
) -> None:
    world = World()
    world.line(quantity=100, **line)
    lot = the_lot(world)
    assert (lot["status"], lot["delivered_on"]) == (status, day(complete_on))
    assert tuple(figures(lot).values()) == expected


def test_a_late_line_keeps_its_first_promise_beside_the_one_that_stands() -> None:
    world = World()
    world.line(dated="2024-03-31", promised="2024-05-01")
    world.line(dated="2024-06-30", promised="2024-05-01", revised="2024-08-15")
    lot = the_lot(world)
    assert (lot["first_promised_end"], lot["current_promised_end"]) == (day("2024-05-01"), day("2024-08-15"))


def test_the_newest_edition_says_how_many_were_ordered() -> None:
    world = World()
    world.line(dated="2024-06-30", quantity=80)
    world.line(dated="2024-03-31", quantity=100)
    assert the_lot(world)["gpus_best"] == 80


def test_notices_of_a_line_add_up() -> None:
    world = World()
    world.line(quantity=100)
    world.line(
        statement="shipment", dated="2024-07-31", quantity=100, shipped=("2024-05-01", 30), delivered=("2024-05-06", 30)
    )
    world.line(
        statement="shipment", dated="2024-07-31", quantity=100, shipped=("2024-06-01", 20), delivered=("2024-06-06", 20)
    )
    assert figures(the_lot(world)) == {"all": 100, "delivered": 50, "outstanding": 50, "cancelled": 0, "shipped": 50}


def test_notices_are_not_added_to_the_cumulative_figure_of_the_order_line() -> None:
    world = World()
    world.line(dated="2024-07-31", quantity=100, shipped=("2024-06-01", 50), delivered=("2024-06-06", 50))
    world.line(
        statement="shipment", dated="2024-07-30", quantity=100, shipped=("2024-05-01", 30), delivered=("2024-05-06", 30)
    )
    world.line(
        statement="shipment", dated="2024-07-30", quantity=100, shipped=("2024-06-01", 20), delivered=("2024-06-06", 20)
    )
    assert figures(the_lot(world)) == {"all": 100, "delivered": 50, "outstanding": 50, "cancelled": 0, "shipped": 50}


def test_a_later_edition_of_a_notice_is_the_same_shipment() -> None:
    world = World()
    world.line(quantity=100)
    world.line(statement="shipment", dated="2024-05-31", quantity=100, shipped=("2024-05-20", 30))
    world.line(
        statement="shipment", dated="2024-06-30", quantity=100, shipped=("2024-05-20", 30), delivered=("2024-06-03", 30)
    )
    assert figures(the_lot(world)) == {"all": 100, "delivered": 30, "outstanding": 70, "cancelled": 0, "shipped": 30}


def test_notices_without_an_order_line_make_a_lot_of_what_was_shipped() -> None:
    world = World()
    world.line(
        statement="shipment",
        dated="2024-07-31",
        quantity=None,
        shipped=("2024-05-01", 30),
        delivered=("2024-05-06", 30),
    )
    world.line(statement="shipment", dated="2024-07-31", quantity=None, shipped=("2024-06-01", 20))
    assert figures(the_lot(world)) == {"all": 50, "delivered": 30, "outstanding": 20, "cancelled": 0, "shipped": 50}


def test_news_of_an_order_joins_the_suppliers_lot_and_its_count_stays_the_suppliers() -> None:
    world = World()
    world.line(quantity=10_000)
    world.claim("order", to="Tesla", gpus=9_500)
    lot = the_lot(world)
    assert (lot["gpus_best"], lot["records"], lot["origins"]) == (10_000, 2, 2)


def test_a_whole_diversion_keeps_one_lot_with_its_first_and_its_new_recipient() -> None:
    world = World()
    world.line(quantity=12_000)
    world.claim("diversion", giver="Tesla", to="X", gpus=12_000)
    lot = the_lot(world)
    assert (lot["original_to_id"], lot["current_to_id"], lot["parent_shipment_id"]) == ("tesla", "x-corp", None)
    assert (lot["gpus_best"], lot["supplier_id"]) == (12_000, "northwind")


def test_a_whole_diversion_to_nobody_knows_whom_leaves_its_first_recipient_all_the_same() -> None:
    world = World()
    world.line(quantity=12_000)
    world.claim("diversion", giver="Tesla", gpus=12_000)
    lot = the_lot(world)
    assert (lot["original_to_id"], lot["current_to_id"]) == ("tesla", None)


def test_a_diversion_of_a_part_splits_the_lot_and_the_parts_are_the_whole() -> None:
    world = World()
    world.line(quantity=12_000)
    world.claim("diversion", giver="Tesla", to="X", gpus=5_000)
    kept, moved = lots(world)
    assert (kept["shipment_id"], kept["current_to_id"], kept["gpus_best"]) == ("northwind/4711/10", "tesla", 7_000)
    assert (moved["original_to_id"], moved["current_to_id"], moved["gpus_best"]) == ("tesla", "x-corp", 5_000)
    assert moved["parent_shipment_id"] == kept["shipment_id"]


def test_two_parts_of_one_lot_go_to_two_parties() -> None:
    world = World()
    world.line(quantity=12_000)
    world.claim("diversion", giver="Tesla", to="X", gpus=5_000)
    world.claim("diversion", giver="Tesla", to="xAI", gpus=3_000)
    found = {lot["current_to_id"]: lot["gpus_best"] for lot in lots(world)}
    assert found == {"tesla": 4_000, "x-corp": 5_000, "xai": 3_000}


def test_a_part_of_another_suppliers_or_products_lot_splits_nothing() -> None:
    world = World()
    world.line(quantity=12_000)
    world.claim("diversion", giver="Tesla", to="X", supplier="Meta", gpus=5_000)
    world.claim("diversion", giver="Tesla", to="X", product="B200", gpus=4_000)
    assert [lot["parent_shipment_id"] for lot in lots(world)] == [None, None, None]


def test_a_diversion_that_is_only_rumoured_and_denied_takes_nothing_from_the_suppliers_lot() -> None:
    world = World()
    world.line(quantity=12_000)
    world.claim("diversion", giver="Tesla", to="X", gpus=5_000, certainty="rumoured", by="CNBC")
    world.claim("diversion", giver="Tesla", to="X", gpus=5_000, certainty="denied", by="Elon Musk")
    built = world.build()
    kept = built.row(f"SELECT gpus_best FROM {LOTS} WHERE shipment_id = 'northwind/4711/10'")
    assert kept["gpus_best"] == 12_000
    held = built.row("SELECT * FROM allocation.entity_allocation WHERE entity_id = 'tesla'")
    assert (held["ordered_gpus_best"], held["outstanding_gpus_best"]) == (12_000, 12_000)


def test_a_whole_diversion_that_is_only_rumoured_and_denied_moves_nothing() -> None:
    world = World()
    world.line(quantity=12_000)
    world.claim("diversion", giver="Tesla", to="X", gpus=12_000, certainty="rumoured", by="CNBC")
    world.claim("diversion", giver="Tesla", to="X", gpus=12_000, certainty="denied", by="Elon Musk")
    lot = the_lot(world)
    assert (lot["original_to_id"], lot["current_to_id"], lot["contested"]) == ("tesla", "tesla", True)


def test_units_of_a_cancelled_line_that_was_diverted_in_part_stay_the_whole() -> None:
    world = World()
    world.line(quantity=12_000, status="cancelled")
    world.claim("diversion", giver="Tesla", to="X", gpus=5_000)
    assert sum(lot["gpus_best"] for lot in lots(world)) == 12_000


def test_units_in_systems_and_racks_are_gpus_in_the_lot() -> None:
    world = World()
    world.line(quantity=4, unit="rack", sku="GB200 NVL72", shipped=("2024-05-02", 2), delivered=("2024-05-08", 1))
    lot = the_lot(world)
    assert figures(lot) == {"all": 288, "delivered": 72, "outstanding": 216, "cancelled": 0, "shipped": 144}
    assert lot["h100e_best"] == 720
