"""Slips between intervals of days with open ends, against every day that they hold."""

from datetime import date, timedelta

import pytest
from delays_rows import Ledger, pick
from hypothesis import given, settings
from hypothesis import strategies as st

ZERO = date(2024, 1, 1)
SAID = 10  # day on which the second promise is said
EDGE = 400  # stands for "any day after": no stated day is beyond 60
Interval = tuple[int | None, int | None]

ends = st.one_of(st.none(), st.integers(0, 60))
intervals = st.tuples(ends, ends).filter(lambda pair: pair != (None, None)).map(
    lambda pair: pair if None in pair else (min(pair), max(pair))
)  # fmt: skip


def text(interval: Interval) -> str:
    return "..".join("" if day is None else str(ZERO + timedelta(days=day)) for day in interval)


def days_of(new: Interval, old: Interval) -> range:
    """The days on which it may come by the new promise."""
    start, end = new
    if start is None:
        assert end is not None
        start = min(SAID, end)
        if old[1] is not None and end > old[1]:
            start = max(start, old[1] + 1)  # a later deadline says that the old one will not be met
    return range(start, (EDGE if end is None else end) + 1)


def last_days_of(old: Interval) -> range:
    """The days that may be the last of the old promise."""
    start, end = old
    return range(end, end + 1) if end is not None else range(start or 0, EDGE + 1)


def slip(old: Interval, new: Interval) -> tuple[int | None, int | None]:
    """Least and greatest slip over every pair of days; None where there is no bound."""
    days, lasts = days_of(new, old), last_days_of(old)
    slips = [day - last for day in days for last in lasts]
    return (min(slips) if lasts[-1] < EDGE else None, max(slips) if days[-1] < EDGE else None)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.lists(st.tuples(intervals, intervals), min_size=30, max_size=30))
def test_a_slip_is_the_least_and_the_greatest_over_all_days_of_both_promises(
    pairs: list[tuple[Interval, Interval]],
) -> None:
    ledger = Ledger()
    for number, (old, new) in enumerate(pairs):
        ledger.lot(f"a{number:02}")
        ledger.record(f"a{number:02}", "order", str(ZERO), due=text(old))
        ledger.record(f"a{number:02}", "order", str(ZERO + timedelta(days=SAID)), due=text(new), origin="reuters")
    for row in ledger.promises():
        if row["revision_number"] == 2:
            old, new = pairs[int(row["shipment_id"][1:])]
            expected = slip(old, new)
            assert (row["slip_from_first_days_low"], row["slip_from_first_days_high"]) == expected, (old, new)
            assert (row["slip_from_previous_days_low"], row["slip_from_previous_days_high"]) == expected, (old, new)


@pytest.mark.parametrize(
    ("first", "now", "as_of", "expected"),
    [
        ("2024-01-01..2024-03-31", None, "2024-04-10", [(10, 10, True)]),
        ("2024-01-01..2024-03-31", None, "2024-02-10", []),
        ("2024-01-01..2024-03-31", "2024-07-01..2024-09-30", "2024-02-10", [(92, 183, True)]),
        ("2024-01-01..2024-03-31", "2024-07-01..2024-09-30", "2024-08-10", [(132, 183, True)]),
        ("2024-01-01..2024-03-31", "2024-07-01..", "2024-02-10", [(92, None, True)]),
        ("2024-01-01..2024-03-31", "2024-07-01..", "2024-07-10", [(101, 101, True)]),
        ("..2024-06-30", "..2024-12-31", "2024-02-10", [(1, 184, True)]),
        ("..2024-06-30", "..2024-12-31", "2024-08-01", [(32, 184, True)]),
        ("2024-07-01..", None, "2024-12-31", []),
        ("2024-07-01..", "2024-10-01..2024-10-31", "2024-08-01", []),
    ],
)  # fmt: skip
def test_an_open_lot_slips_to_the_day_of_the_calculation_or_to_the_promise_ahead(
    first: str, now: str | None, as_of: str, expected: list[tuple[object, ...]]
) -> None:
    ledger = Ledger()
    ledger.lot("a", due=first, now_due=now)
    ledger.record("a", "order", "2023-06-01", due=first)
    if now:
        ledger.record("a", "order", "2024-01-15", due=now, origin="reuters")
    assert pick(ledger.delays(as_of), "slip_days_low", "slip_days_high", "open") == expected


def test_a_delivery_in_a_month_slips_by_an_interval() -> None:
    ledger = Ledger()
    ledger.lot("a", due="2024-03-31", status="delivered", delivered_on="2024-06-30")
    ledger.record("a", "order", "2024-01-01", due="2024-03-31")
    ledger.event("a", "delivery", "2024-06-01..2024-06-30", gpus=1000, known="2024-07-02")
    assert pick(ledger.delays("2024-12-31"), "slip_days_low", "slip_days_high", "open") == [(62, 91, False)]


def test_a_lot_that_was_taken_away_is_waited_for_until_the_day_that_its_loser_is_promised_now() -> None:
    ledger = Ledger()
    ledger.lot("a", "x-corp", original="tesla")
    ledger.record("a", "order", "2023-06-01", "tesla", due="2024-03-31")
    ledger.diversion("a", "tesla", "x-corp", "2023-12-01", "2023-12-05")
    ledger.record("a", "delay", "2024-01-05", "tesla", delay=(60, 90))
    assert pick(ledger.delays("2024-02-01"), "slip_days_low", "slip_days_high") == [(60, 90)]


def test_of_a_swap_who_waits_longer_is_delayed_by_the_difference_of_the_two_due_days() -> None:
    ledger = Ledger()
    ledger.lot("given", "x-corp", original="tesla")
    ledger.lot("back", "tesla", original="x-corp")
    ledger.record("given", "order", "2023-06-01", "tesla", due="2024-01-31")
    ledger.record("back", "order", "2023-06-01", "x-corp", due="2024-06-30")
    for lot, loser, gainer, due in (
        ("given", "tesla", "x-corp", "2024-01-31"),
        ("back", "x-corp", "tesla", "2024-06-30"),
    ):
        ledger.diversion(lot, loser, gainer, "2023-12-01", "2023-12-05", due=due)
    ledger.swap("given", "back", "tesla", "x-corp")
    late = ledger.delays("2023-12-31")
    assert pick(late, "shipment_id", "entity_id", "slip_days_low", "slip_days_high") == [("given", "tesla", 151, 151)]
