"""Who waits for which lot, how long, why, and what the wait costs and whom it serves."""

from datetime import date, datetime

import pytest
from delays_rows import Ledger, pick

SLIP = ("shipment_id", "entity_id", "slip_days_low", "slip_days_high", "open", "cause")
CANCELLED = {"due": "2024-03-31", "status": "cancelled"}


def swap_of_tesla_and_x() -> Ledger:
    """Tesla's 12,000 went to X in December 2023; X's own, due by June 2024, go to Tesla, which is late by months."""
    ledger = Ledger()
    ledger.lot("l1", "x-corp", original="tesla", gpus=12_000)
    ledger.lot("l2", "tesla", original="x-corp", gpus=12_000, due="2024-01-01..2024-06-30")
    ledger.diversion("l1", "tesla", "x-corp", "2023-12-01..2023-12-31", "2024-06-04", origin="memo")
    ledger.diversion(
        "l2", "x-corp", "tesla", "2023-12-01..2023-12-31", "2024-06-04", origin="memo", due="2024-01-01..2024-06-30"
    )
    ledger.record("l1", "delay", "2024-06-04", delay=(60, 300), value_usd_low=5e8, value_usd_best=5e8)
    ledger.swap("l1", "l2", "tesla", "x-corp")
    return ledger


def test_no_lots_give_empty_tables() -> None:
    assert Ledger().delays_and_impact("2024-06-05") == ([], [])


@pytest.mark.parametrize("as_of", ["2024-06-05", "2026-01-01"])
def test_of_a_swap_the_side_that_waits_longer_is_late_at_the_lot_that_it_lost(as_of: str) -> None:
    late, impact = swap_of_tesla_and_x().delays_and_impact(as_of)
    assert pick(
        late, "shipment_id", "entity_id", "stated_delay_days_low", "stated_delay_days_high", "cause",
        "because_of_shipment_id", "returned_shipment_id", "gpus_best", "value_usd_low", "value_usd_best",
        "value_usd_high", "open", "origins", "last_promised_end",
    ) == [
        ("l1", "tesla", 60, 300, "diversion", "l1", "l2", 12_000, 5e8, 5e8, None, True, 2, "2024-06-30")
    ]  # fmt: skip
    assert pick(impact, "shipment_id", "entity_id", "gpu_days_low", "gpu_days_best", "gpu_days_high") == [
        ("l1", "tesla", -12_000 * 300, -12_000 * 180, -12_000 * 60),
        ("l1", "x-corp", 12_000 * 60, 12_000 * 180, 12_000 * 300),
    ]


def test_a_delay_that_is_said_of_the_lot_got_in_return_is_that_of_the_lot_lost() -> None:
    ledger = swap_of_tesla_and_x()
    ledger.matches[2]["shipment_id"] = "l2"
    late = ledger.delays("2024-06-05")
    assert pick(late, "shipment_id", "entity_id", "stated_delay_days_low") == [("l1", "tesla", 60)]


def test_without_a_stated_delay_a_swap_is_measured_from_the_diversion_to_the_returned_promise() -> None:
    ledger = swap_of_tesla_and_x()
    del ledger.records[2], ledger.matches[2]
    assert pick(ledger.delays("2024-01-01"), *SLIP) == [("l1", "tesla", 1, 212, True, "diversion")]
    assert pick(ledger.delays("2024-06-05"), *SLIP) == [("l1", "tesla", 157, 212, True, "diversion")]


def test_the_delivery_of_what_came_in_return_ends_the_wait() -> None:
    ledger = swap_of_tesla_and_x()
    ledger.shipments[1] |= {"status": "delivered", "delivered_on": date(2024, 5, 1)}
    late = ledger.delays("2024-06-05")
    assert pick(late, *SLIP) == [("l1", "tesla", 122, 152, False, "diversion")]
    assert pick(late, "delivered_end") == [("2024-05-01",)]


def test_a_lot_that_was_taken_away_for_nothing_is_waited_for_to_this_day() -> None:
    ledger = Ledger()
    ledger.lot("a", "x-corp", original="tesla", due="2024-03-31", now_due="2024-01-31", status="delivered",
               delivered_on="2024-01-31")  # fmt: skip
    ledger.record("a", "order", "2023-06-01", "tesla", due="2024-03-31")
    ledger.diversion("a", "tesla", "x-corp", "2023-12-01", "2023-12-05", revised="2024-01-31")
    late, impact = ledger.delays_and_impact("2024-04-10")
    assert pick(late, *SLIP) == [("a", "tesla", 10, 10, True, "diversion")]
    assert pick(late, "known_at") == [("2023-12-05 00:00:00",)]
    assert pick(impact, "entity_id", "gpu_days_best") == [("tesla", -10_000), ("x-corp", 10_000)]
    assert pick(ledger.delays("2024-03-01"), *SLIP) == [("a", "tesla", None, None, True, "diversion")]


def test_who_sold_a_lot_on_does_not_wait_for_it() -> None:
    ledger = Ledger()
    ledger.lot("a", "xai", original="oracle", due="2030-01-01")
    ledger.event("a", "resale", "2024-01-01", to="xai", from_id="oracle")
    assert ledger.delays("2024-06-01") == []


@pytest.mark.parametrize(
    ("lot", "expected"),
    [
        ({"due": "2024-03-31", "status": "delivered", "delivered_on": "2024-03-31"}, []),
        ({"due": "2024-03-31", "status": "delivered", "delivered_on": "2024-02-01"}, []),
        ({"due": "2024-03-31", "status": "delivered", "delivered_on": "2024-04-10"}, [(10, 10, False)]),
        ({"due": "2024-03-31"}, [(62, 62, True)]),
        ({"due": "2024-06-01"}, []),
        ({"due": "2024-03-31", "now_due": "2024-07-01..2024-09-30"}, [(92, 183, True)]),
        ({"due": "2024-07-31", "now_due": "2024-08-31"}, [(31, 31, True)]),
        ({"due": "2024-07-31", "now_due": "2024-06-30"}, []),
        ({**CANCELLED, "last_known_at": datetime.fromisoformat("2024-04-05")}, [(5, 5, False)]),
        ({**CANCELLED, "last_known_at": datetime.fromisoformat("2024-03-05")}, []),
        ({}, []),
    ],
)  # fmt: skip
def test_a_lot_is_late_when_it_came_or_is_promised_after_the_first_promise(lot: dict, expected: list) -> None:
    ledger = Ledger()
    ledger.lot("a", **lot)
    assert pick(ledger.delays("2024-06-01"), "slip_days_low", "slip_days_high", "open") == expected


def test_the_cause_is_the_suppliers_where_its_own_line_moved_the_date() -> None:
    ledger = Ledger()
    ledger.lot("a", due="2024-03-31", now_due="2024-08-31")
    ledger.record("a", "order", "2024-01-01", due="2024-03-31", origin="nvidia", source="supplier")
    ledger.record("a", "order", "2024-02-01", due="2024-03-31", revised="2024-08-31", origin="nvidia",
                  source="supplier")  # fmt: skip
    late = ledger.delays("2024-06-01")
    assert pick(late, *SLIP) == [("a", "tesla", 153, 153, True, "supplier")]
    assert pick(late, "origins", "known_at") == [(1, "2024-02-01 00:00:00")]


def test_the_cause_is_an_export_control_where_the_recipients_country_may_not_get_its_family() -> None:
    ledger = Ledger()
    ledger.lot("a", "bytedance", due="2024-03-31")
    ledger.lot("b", "tesla", due="2024-03-31")
    ledger.lot("c", "bytedance", due="2024-03-31", family_id="nvidia-blackwell")
    ledger.record("nowhere", "restriction", "2024-02-01", "china")
    late = ledger.delays("2024-06-01")
    assert pick(late, "shipment_id", "cause") == [("a", "export_control"), ("b", "unknown"), ("c", "unknown")]


def test_a_restriction_after_the_delivery_or_before_the_order_is_not_the_cause() -> None:
    ledger = Ledger()
    ledger.lot("a", "bytedance", due="2024-03-31", status="delivered", delivered_on="2024-04-30")
    ledger.record("nowhere", "restriction", "2024-05-01", "bytedance")
    ledger.record("nowhere", "restriction", "2022-10-07", "china")
    assert pick(ledger.delays("2024-06-01"), "cause") == [("unknown",)]


def test_an_overdue_lot_of_which_nobody_speaks_is_known_late_the_day_after() -> None:
    ledger = Ledger()
    ledger.lot("a", due="2024-03-31", origins=3)
    late = ledger.delays("2024-06-01")
    assert pick(late, "cause", "origins", "known_at") == [("unknown", 3, "2024-04-01 00:00:00")]


def test_the_surest_stated_delay_holds_and_then_the_newest_and_denials_and_old_versions_do_not() -> None:
    ledger = Ledger()
    ledger.lot("a")
    ledger.record("a", "delay", "2024-01-01", delay=(10, 10), certainty="rumoured")
    ledger.record("a", "delay", "2024-01-02", delay=(20, 20))
    ledger.record("a", "delay", "2024-01-03", delay=(30, 40), origin="reuters")
    ledger.record("a", "delay", "2024-01-04", delay=(50, 50), certainty="rumoured")
    ledger.record("a", "delay", "2024-01-05", delay=(60, 60), certainty="denied")
    ledger.record("a", "delay", "2024-01-06", delay=(70, 70), superseded=True)
    late = ledger.delays("2024-06-01")
    assert pick(late, "stated_delay_days_low", "stated_delay_days_high", "origins") == [(30, 40, 2)]


def test_of_a_partly_delivered_lot_only_the_rest_is_late() -> None:
    ledger = Ledger()
    ledger.lot("a", due="2024-03-31", status="partly_delivered", value_usd_low=1e6, value_usd_best=1e6,
               value_usd_high=1e6, outstanding_gpus_low=200, outstanding_gpus_best=250,
               outstanding_gpus_high=300)  # fmt: skip
    late, impact = ledger.delays_and_impact("2024-04-10")
    assert pick(late, "gpus_low", "gpus_best", "gpus_high", "h100e_best", "value_usd_best") == [
        (200, 250, 300, 250, 250_000)
    ]
    assert pick(impact, "gpu_days_low", "gpu_days_best", "gpu_days_high", "h100e_days_low") == [
        (-3000, -2500, -2000, -3000)
    ]


@pytest.mark.parametrize(
    ("delay", "expected"),
    [
        ((30, 30), (-30_000, -30_000, -30_000)),
        ((30, None), (-62_000, -46_000, -30_000)),
        ((90, None), (-90_000, -90_000, -90_000)),
        ((None, 90), (-90_000, -45_000, 0)),
    ],
)
def test_an_open_end_of_a_stated_delay_runs_to_the_day_of_the_calculation(delay: tuple, expected: tuple) -> None:
    ledger = Ledger()
    ledger.lot("a", due="2024-03-31")
    ledger.record("a", "delay", "2024-05-01", delay=delay)
    _, impact = ledger.delays_and_impact("2024-06-01")
    assert pick(impact, "gpu_days_low", "gpu_days_best", "gpu_days_high") == [expected]


def test_of_a_lot_of_unknown_size_the_impact_is_unknown() -> None:
    ledger = Ledger()
    ledger.lot("a", gpus=None, due="2024-03-31")
    _, impact = ledger.delays_and_impact("2024-06-01")
    assert pick(impact, "entity_id", "gpu_days_low", "gpu_days_best") == [("tesla", None, None)]


def test_a_late_lot_without_a_known_recipient_is_late_and_costs_nobody_known() -> None:
    ledger = Ledger()
    ledger.lot("a", None, due="2024-03-31")
    late, impact = ledger.delays_and_impact("2024-06-01")
    assert pick(late, *SLIP) == [("a", None, 62, 62, True, "unknown")]
    assert impact == []


def test_who_got_a_diverted_lot_late_gains_and_loses_in_one_row() -> None:
    ledger = Ledger()
    ledger.lot("a", "x-corp", original="tesla", due="2024-03-31")
    ledger.record("a", "order", "2023-06-01", "tesla", due="2024-03-31")
    ledger.diversion("a", "tesla", "x-corp", "2023-12-01", "2023-12-05", revised="2024-02-29")
    late, impact = ledger.delays_and_impact("2024-04-10")
    assert pick(late, "entity_id", "slip_days_low", "cause") == [("tesla", 10, "diversion"), ("x-corp", 41, "unknown")]
    assert pick(impact, "entity_id", "gpu_days_best") == [("tesla", -10_000), ("x-corp", 10_000 - 41_000)]


def test_what_diversions_take_from_some_they_give_to_others() -> None:
    ledger = Ledger()
    parties = ["tesla", "x-corp", "xai"]
    for number in range(30):
        loser, gainer = parties[number % 3], parties[(number + 1 + number % 2) % 3]
        lot = f"a{number:02}"
        ledger.lot(lot, gainer, original=loser, gpus=100.0 * number, due="2024-03-31", status="delivered",
                   delivered_on="2024-02-01")  # fmt: skip
        ledger.diversion(lot, loser, gainer, "2023-12-01", "2023-12-05")
        if number % 4 == 0:
            ledger.record(lot, "delay", "2024-01-05", loser, delay=(number, None if number % 8 else number + 30))
    late, impact = ledger.delays_and_impact("2024-06-01")
    assert len(late) == 30
    assert sum(row["gpu_days_best"] for row in impact) == 0
    assert sum(row["gpu_days_low"] for row in impact) == -sum(row["gpu_days_high"] for row in impact)
    assert sum(row["gpu_days_low"] for row in impact if row["gpu_days_best"] > 0) > 0
