"""A product that is late as a whole, the lots that it puts at risk, and the plans that wait for late lots."""

from typing import Any

import pytest
from delays_rows import Ledger, pick
from world import World

RISK = ("shipment_id", "promised_end", "ended_on", "ended_by")


def blackwell_slips(ledger: Ledger, known: str = "2024-08-02", **more: Any) -> None:
    said = {"delay": (90, 92), "product_id": "nvidia-blackwell", "supplier_id": "nvidia", "origin": "information"}
    ledger.record("nowhere", "delay", known, None, **(said | more))


def lots() -> Ledger:
    ledger = Ledger()
    ledger.lot("b200", due="2024-12-31", product_id="nvidia-b200", supplier_id="northwind")
    ledger.record("b200", "order", "2024-01-01", due="2024-12-31", product_id="nvidia-b200")
    ledger.lot("h100", due="2024-12-31")
    ledger.lot("came", due="2024-07-31", product_id="nvidia-b200", status="delivered", delivered_on="2024-07-31")
    return ledger


def risks(ledger: Ledger, as_of: str = "2024-09-01") -> list[tuple[Any, ...]]:
    return pick(ledger.built(as_of)["delays.at_risk"], *RISK)


def test_a_product_that_slips_puts_its_open_lots_at_risk_and_moves_no_promise() -> None:
    ledger = lots()
    blackwell_slips(ledger)
    built = ledger.built("2024-09-01")
    assert pick(
        built["delays.at_risk"], "product_delay_id", *RISK, "delay_days_low", "delay_days_high", "certainty"
    ) == [("nvidia-blackwell:2024-08-02", "b200", "2024-12-31", None, None, 90, 92, "reported")]
    assert pick(built["delays.promises"], "promised_end") == [("2024-12-31",)]
    assert built["delays.shipment_delays"] == []


@pytest.mark.parametrize(
    ("lot", "said"),
    [
        ({}, {"product_id": "gpu", "supplier_id": None}),
        ({}, {"supplier_id": "foxconn"}),
        ({}, {"product_id": "nvidia-gb200"}),
        ({}, {"certainty": "denied"}),
        ({}, {"superseded": True}),
        ({"first_known_at": "2024-08-03"}, {}),
    ],
    ids=["any product", "another seller", "another model", "denied", "replaced", "ordered later"],
)
def test_a_lot_is_not_at_risk_from(lot: dict[str, Any], said: dict[str, Any]) -> None:
    ledger = lots()
    ledger.shipments[0] |= lot
    blackwell_slips(ledger, **said)
    assert risks(ledger) == []


def test_a_new_promise_a_delivery_or_a_cancellation_ends_the_risk() -> None:
    ledger = lots()
    blackwell_slips(ledger)
    ledger.record("b200", "order", "2024-08-20", due="2025-03-31", product_id="nvidia-b200")
    ledger.lot("late", due="2024-07-31", product_id="nvidia-gb200", status="delivered", delivered_on="2024-08-10")
    ledger.lot("gone", due="2024-07-31", product_id="nvidia-gb200", status="cancelled")
    ledger.event("gone", "cancellation", "2024-08-11")
    assert risks(ledger) == [
        ("b200", "2024-12-31", "2024-08-20", "revised"),
        ("gone", None, "2024-08-11", "cancelled"),
        ("late", None, "2024-08-10", "delivered"),
    ]


def test_a_late_lot_that_a_late_product_touched_is_late_by_its_supplier() -> None:
    ledger = lots()
    blackwell_slips(ledger)
    late = ledger.built("2025-02-01")["delays.shipment_delays"]
    assert pick(late, "shipment_id", "cause") == [("b200", "supplier"), ("h100", "unknown")]


def test_reports_of_half_a_year_are_one_delay_of_the_product_and_denials_lower_it() -> None:
    ledger = lots()
    blackwell_slips(ledger)
    blackwell_slips(
        ledger, "2024-08-05", origin="reuters", delay=(None, None), due="..2024-09-30", revised="..2024-12-30"
    )
    blackwell_slips(ledger, "2024-08-06", certainty="denied", origin="nvidia")
    blackwell_slips(ledger, "2025-06-01", delay=(30, 30))
    rows = ledger.built("2025-06-02")["delays.product_delays"]
    assert pick(rows, "product_delay_id", "delay_days_low", "delay_days_high", "certainty", "origins", "records") == [
        ("nvidia-blackwell:2024-08-02", 91, 91, "rumoured", 2, 3),
        ("nvidia-blackwell:2025-06-01", 30, 30, "reported", 1, 1),
    ]


@pytest.mark.parametrize(
    ("delivered", "said_on", "expected"),
    [
        ("2024-03-20", "2024-05-01", [("site",)]),
        ("2024-03-20", "2024-03-01", [("unknown",)]),
        ("2024-04-20", "2024-05-01", [("unknown",)]),
    ],
    ids=["said late after it came in time", "said late before", "late indeed"],
)
def test_what_came_in_time_and_is_said_to_be_late_waits_for_its_site(
    delivered: str, said_on: str, expected: list[tuple[str]]
) -> None:
    ledger = Ledger()
    ledger.lot("a", due="2024-03-31", status="delivered", delivered_on=delivered)
    ledger.record("a", "delay", said_on)
    assert pick(ledger.delays("2024-06-01"), "cause") == expected


@pytest.mark.parametrize(
    ("restriction", "expected"),
    [
        ({"known": "2024-03-01"}, "export_control"),
        ({"known": "2024-05-01"}, "unknown"),
        ({"known": "2024-03-01", "actual_start": "2022-10-07"}, "unknown"),
    ],
    ids=["while it was awaited", "after it was late", "before it was ordered"],
)
def test_a_restriction_is_the_cause_only_if_it_came_between_order_and_due_day(
    restriction: dict[str, Any], expected: str
) -> None:
    ledger = Ledger()
    ledger.lot("a", "bytedance", due="2024-03-31")
    ledger.record("nowhere", "restriction", to="china", **restriction)
    assert pick(ledger.delays("2024-06-01"), "cause") == [(expected,)]


def test_a_supplier_that_says_in_the_news_that_it_comes_later_is_the_cause() -> None:
    ledger = Ledger()
    ledger.lot("a", due="2024-03-31")
    ledger.record("a", "order", "2024-01-01", due="2024-03-31")
    ledger.record("a", "delay", "2024-02-01", delay=(30, 30), origin="nvidia")
    assert pick(ledger.delays("2024-06-01"), "cause") == [("supplier",)]


def planned(as_of: str = "2025-06-01", *, delivered: str | None = None, **delay: Any) -> list[dict[str, Any]]:
    """A plan of Meta for 1,000 H100 by the end of 2024, an order of 800 of them, and a delay that is said, if any."""
    world = World()
    plan = world.item("daily", published="2024-01-10")
    world.claim("plan", item=plan, to="Meta", gpus=1_000, promised="2024-10-01..2024-12-31")
    world.line("1", document="book", dated="2024-02-01", buyer="Meta", quantity=900, promised="2024-11-30",
               delivered=(delivered, 900 if delivered else None))  # fmt: skip
    if delay:
        world.claim("delay", item=world.item("weekly", published="2025-01-20"), to="Meta", **delay)
    return world.build("delays.passed_on", as_of=as_of).rows("delays.passed_on")


PASSED = ("basis", "slip_days_low", "slip_days_high", "late_lots", "late_gpus_best", "late_share", "cause")


def test_what_waits_for_late_lots_is_listed_with_them() -> None:
    (row,) = planned()
    assert pick([row], *PASSED) == [("derived", 152, 152, 1, 900, 0.9, "late lots")]
    assert (row["entity_id"], row["late_shipment_ids"]) == ("meta", "northwind/1/10")


def test_lots_that_come_before_the_plan_is_due_delay_nothing() -> None:
    assert planned(as_of="2024-12-20") == []
    assert planned(delivered="2024-12-15") == []


@pytest.mark.parametrize(
    "said",
    [
        {"late": (90, 90), "promised": "2024-10-01..2024-12-31"},
        {"late": (90, 90), "gpus": 1_000},
        {"promised": "..2024-12-31", "revised": "2025-03-31"},
    ],
)
def test_a_plan_that_is_said_to_be_late_after_all_came_in_time_waits_for_its_site(said: dict[str, Any]) -> None:
    rows = planned(delivered="2024-11-20", **said)
    assert pick(rows, "basis", "slip_days_low", "slip_days_high", "late_lots", "cause") == [
        ("stated", 90, 90, 0, "site")
    ]


def test_a_delay_of_something_else_is_not_said_of_the_plan() -> None:
    assert planned(delivered="2024-11-20", late=(90, 90), gpus=400) == []
