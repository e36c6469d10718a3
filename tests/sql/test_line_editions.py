"""Which version of a supplier's line stands: by the documents' own days, whatever the order in which they arrived."""

from datetime import datetime
from typing import Any

from world import World, day

RECORDS = "records.shipment_records"
LOTS = "shipments.shipments"


def line(world: World, sheet: str | None = None, **fields: Any) -> None:
    """A line whose message within the document, number of shipment or moment of sending matters."""
    more = {name: fields.pop(name) for name in ("shipment_ref", "sent_at") if name in fields}
    world.line(**fields)
    world.lake["supplier_lines"][-1].update(sheet=sheet, **more)


def the_lot(world: World) -> dict[str, Any]:
    return world.build(LOTS).row(LOTS)


def standing(world: World, what: str) -> list[Any]:
    built = world.build(RECORDS)
    return [row[0] for row in built.columns(f"SELECT {what} FROM {RECORDS} WHERE NOT superseded ORDER BY 1")]


def test_the_newest_by_the_documents_own_day_wins_whatever_arrived_last() -> None:
    world = World()
    world.line(dated="2024-06-20", promised="2024-09-30", received="2024-07-01", document="answer")
    world.line(dated="2024-06-04", promised="2024-08-30", received="2024-08-15", document="late mail")
    assert standing(world, "promised_end") == [day("2024-09-30")]


def test_of_documents_of_one_day_the_one_that_was_sent_last_wins() -> None:
    world = World()
    sent = datetime.fromisoformat
    line(world, quantity=80, sent_at=sent("2024-06-10T15:00"), received="2024-07-01", document="answer")
    line(world, quantity=100, sent_at=sent("2024-06-10T09:00"), received="2024-07-02", document="order")
    assert standing(world, "stated_quantity_low") == [80]


def test_parts_of_a_line_in_one_message_stand_together_and_are_promised_as_an_interval() -> None:
    world = World()
    for quantity, promised in ((60, "2024-11-29"), (40, "2025-01-31")):
        line(world, sheet="855", quantity=quantity, promised=promised, price=30_000, currency="USD", document="answer")
    lot = the_lot(world)
    assert (lot["gpus_best"], lot["value_usd_best"]) == (100, 3_000_000)
    assert (lot["first_promised_start"], lot["first_promised_end"]) == (day("2024-11-29"), day("2025-01-31"))


def test_a_newer_message_replaces_all_parts_of_the_line() -> None:
    world = World()
    for quantity in (60, 40):
        line(world, sheet="855", quantity=quantity, dated="2024-06-10", document="answer")
    line(world, sheet="865", quantity=80, dated="2024-06-20", document="change")
    assert the_lot(world)["gpus_best"] == 80


def test_a_message_twice_in_one_file_counts_once() -> None:
    world = World()
    for sheet in ("855 (segment 3)", "855 (segment 20)"):
        line(world, sheet=sheet, quantity=100, document="file")
    assert the_lot(world)["gpus_best"] == 100


def test_a_part_that_is_rejected_is_cancelled_and_the_rest_is_not() -> None:
    world = World()
    line(world, sheet="855", quantity=60, status="confirmed", document="answer")
    line(world, sheet="855", quantity=40, status="rejected", document="answer")
    lot = the_lot(world)
    figures = (lot["gpus_best"], lot["cancelled_gpus_best"], lot["outstanding_gpus_best"])
    assert (lot["status"], figures) == ("open", (100, 40, 60))


def test_two_shipments_of_one_day_are_two_by_their_numbers_and_a_correction_is_none() -> None:
    world = World()
    world.line(quantity=100)
    shipped = {"statement": "shipment", "quantity": None, "sheet": "856"}
    line(world, **shipped, shipment_ref="A", shipped=("2024-06-10", 30), document="first")
    line(world, **shipped, shipment_ref="B", shipped=("2024-06-10", 20), document="second")
    line(world, **shipped, shipment_ref="A", shipped=("2024-06-11", 25), dated="2024-06-12", document="corrected")
    assert the_lot(world)["shipped_gpus_best"] == 45


def test_packs_of_one_notice_add_up() -> None:
    world = World()
    world.line(quantity=100)
    for count in (20, 12):
        line(world, statement="shipment", quantity=None, sheet="856", shipment_ref="A",
             shipped=("2024-06-10", count), document="notice")  # fmt: skip
    assert the_lot(world)["shipped_gpus_best"] == 32


def test_a_notice_that_is_called_back_ships_nothing() -> None:
    world = World()
    world.line(quantity=100)
    shipped = {"statement": "shipment", "quantity": None, "sheet": "856", "shipment_ref": "A"}
    line(world, **shipped, shipped=("2024-06-10", 30), dated="2024-06-10", document="notice")
    line(world, **shipped, shipped=(None, 0), status="cancelled", dated="2024-06-12", document="called back")
    lot = the_lot(world)
    assert (lot["status"], lot["shipped_gpus_best"]) == ("open", 0)


def test_each_is_one_of_the_product_whatever_it_holds() -> None:
    world = World()
    for number, sku in enumerate(("H100", "HGX H100", "GB200 NVL72")):
        world.line(number=str(number), sku=sku, unit="each", quantity=4)
    built = world.build(RECORDS)
    assert built.columns(f"SELECT stated_unit, gpus_best FROM {RECORDS} ORDER BY gpus_best") == [
        ("gpu", 4), ("system", 32), ("system", 288),
    ]  # fmt: skip


def test_a_lines_number_may_be_filled_up_with_zeros() -> None:
    world = World()
    world.line(number="00010", quantity=100)
    world.line(number="10", statement="shipment", quantity=None, shipped=("2024-06-10", 30), dated="2024-06-11")
    lot = the_lot(world)
    assert (lot["shipment_id"], lot["shipped_gpus_best"]) == ("northwind/4711/10", 30)
