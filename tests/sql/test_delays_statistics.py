"""How lots end against their first promise, the curves of what is still awaited, and the statistics drawn from them."""

import random
import warnings
from collections.abc import Sequence
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import duckdb
import polars as pl
import pytest
from delays_rows import OUTCOMES, Ledger, pick
from rows import fill, run

DUE = date(2024, 3, 31)
Rows = list[dict[str, Any]]


def outcome(number: int, days_late: int | None, outcome: str, **more: Any) -> dict[str, Any]:
    """A lot due on 2024-03-31 that ended, or was last seen open, `days_late` after that day; None is not yet due."""
    ended = None if outcome == "open" else DUE + timedelta(days=days_late or 0)
    on_time = outcome == "delivered" and days_late == 0
    return {
        "shipment_id": f"a{number:03}", "supplier_id": "nvidia", "product_id": "nvidia-h100", "buyer_id": "tesla",
        "promised_gpus": 100, "promised_end": DUE, "quarter": date(2024, 1, 1), "is_due": days_late is not None,
        "outcome": outcome, "ended_on": ended, "days_late": days_late, "is_on_time_in_full": on_time,
        "in_time_gpus": (100 if on_time else 0) if days_late is not None else None,
    } | more  # fmt: skip


def curves_and_statistics(rows: Sequence[dict[str, Any]]) -> tuple[Rows, Rows]:
    with duckdb.connect() as connection:
        fill(connection, "delays.lot_outcomes", OUTCOMES, [])
        if rows:
            frame = pl.DataFrame(rows, infer_schema_length=None)
            connection.register("lots", frame).execute("INSERT INTO delays.lot_outcomes BY NAME FROM lots")
        run(connection, "delays.outcome_counts")
        run(connection, "delays.incidence")
        return run(connection, "delays.curves"), run(connection, "delays.statistics")


def of_all(rows: Rows) -> Rows:
    return [row for row in rows if row["group_kind"] == "all"]


def data_sets(count: int, kinds: Sequence[str]) -> dict[str, Rows]:
    """Seeded data sets of 1 to 60 lots, each the lots of one buyer, so that one run draws all curves."""
    sets = {}
    for seed in range(count):
        generator = random.Random(seed)
        longest = generator.choice([3, 15, 300])
        sets[f"seed-{seed:03}"] = [
            outcome(seed * 100 + n, generator.randint(0, longest), generator.choice(kinds), buyer_id=f"seed-{seed:03}")
            for n in range(generator.randint(1, 60))
        ]
    return sets


def curves_by_buyer(sets: dict[str, Rows]) -> dict[str, Rows]:
    curves, _ = curves_and_statistics([lot for lots in sets.values() for lot in lots])
    return {seed: [row for row in curves if row["group_id"] == seed] for seed in sets}


@pytest.mark.parametrize(
    ("lot", "expected"),
    [
        ({"due": "2024-03-31", "status": "delivered", "delivered_on": "2024-03-01"}, ("delivered", 0, True, 1000)),
        ({"due": "2024-03-31", "status": "delivered", "delivered_on": "2024-03-31"}, ("delivered", 0, True, 1000)),
        ({"due": "2024-03-31", "status": "delivered", "delivered_on": "2024-04-03"}, ("delivered", 3, False, 0)),
        ({"due": "2024-03-31", "status": "delivered", "delivered_on": "2024-06-02"}, ("open", 62, False, 0)),
        ({"due": "2024-03-31"}, ("open", 62, False, 0)),
        ({"due": "2024-03-31", "gpus": None}, ("open", 62, False, None)),
        ({"due": "2024-06-01"}, ("open", 0, False, 0)),
        ({"due": "2024-06-02"}, ("open", None, False, None)),
        ({"due": "2024-06-02", "status": "delivered", "delivered_on": "2024-05-30"}, ("delivered", None, True, 1000)),
        ({}, ("open", None, False, None)),
    ],
)
def test_a_lot_ends_against_its_first_promise(lot: dict[str, Any], expected: tuple[Any, ...]) -> None:
    ledger = Ledger()
    ledger.lot("a", **lot)
    shown = pick(ledger.outcomes("2024-06-01"), "outcome", "days_late", "is_on_time_in_full", "in_time_gpus")
    assert shown == [expected]


def test_a_cancelled_lot_ends_on_the_day_of_its_cancellation() -> None:
    ledger = Ledger()
    ledger.lot("a", due="2024-03-31", status="cancelled")
    ledger.event("a", "cancellation", "2024-04-30")
    assert pick(ledger.outcomes("2024-06-01"), "outcome", "ended_on", "days_late") == [("cancelled", "2024-04-30", 30)]


def test_a_denied_lot_has_no_outcome() -> None:
    ledger = Ledger()
    ledger.lot("a", due="2024-03-31", certainty="denied")
    assert ledger.outcomes("2024-06-01") == []


def test_a_lot_of_which_a_part_was_cancelled_is_not_delivered_in_full() -> None:
    ledger = Ledger()
    ledger.lot("a", due="2024-03-31", status="delivered", delivered_on="2024-03-01", delivered_gpus_best=800,
               cancelled_gpus_best=200)  # fmt: skip
    shown = pick(ledger.outcomes("2024-06-01"), "outcome", "is_on_time_in_full", "in_time_gpus")
    assert shown == [("delivered", False, 800)]


def test_notices_of_single_shipments_add_up() -> None:
    ledger = Ledger()
    ledger.lot("a", due="2024-03-31", status="partly_delivered")
    for when, old in [("2024-03-01", False), ("2024-03-20", False), ("2024-03-21", True), ("2024-04-20", False)]:
        ledger.event("a", "delivery", when, gpus=200, statement="shipment", superseded=old)
    assert pick(ledger.outcomes("2024-06-01"), "in_time_gpus") == [(400,)]


def test_what_was_delivered_in_part_by_the_promised_end_counts_into_the_fill_rate() -> None:
    ledger = Ledger()
    ledger.lot("a", due="2024-03-31", status="partly_delivered")
    for when, gpus in [("2024-03-01", 200), ("2024-03-20", 300), ("2024-04-20", 900)]:
        ledger.event("a", "delivery", when, gpus=gpus, source="supplier", superseded=gpus < 900)
    ledger.event("a", "delivery", "2024-03-20", gpus=700, certainty="denied")
    assert pick(ledger.outcomes("2024-06-01"), "outcome", "in_time_gpus") == [("open", 300)]


def test_no_lots_give_empty_tables() -> None:
    assert Ledger().outcomes("2024-06-01") == []
    assert curves_and_statistics([]) == ([], [])


def test_a_curve_counts_who_is_at_risk_and_what_became_of_them() -> None:
    lots = [
        outcome(1, 0, "delivered"), outcome(2, 0, "delivered"), outcome(3, 5, "cancelled"), outcome(4, 5, "open"),
        outcome(5, 10, "delivered"), outcome(6, None, "open"),
    ]  # fmt: skip
    curves, _ = curves_and_statistics(lots)
    assert pick(of_all(curves), "days_late", "at_risk", "delivered", "cancelled", "censored") == [
        (0, 5, 2, 0, 0),
        (5, 3, 0, 1, 1),
        (10, 1, 1, 0, 0),
    ]
    shares = [pytest.approx(row) for row in [(0.6, 0.4, 0.0), (0.4, 0.4, 0.2), (0.0, 0.8, 0.2)]]
    assert pick(of_all(curves), "undelivered_share", "delivered_share", "cancelled_share") == shares
    assert {(row["group_kind"], row["group_id"]) for row in curves} == {
        ("all", "all"), ("supplier", "nvidia"), ("product", "nvidia-h100"), ("buyer", "tesla"),
    }  # fmt: skip


def test_lots_without_a_supplier_or_buyer_stand_in_the_other_groups() -> None:
    curves, statistics = curves_and_statistics([outcome(1, 5, "open", supplier_id=None, buyer_id=None)])
    for rows in (curves, statistics):
        assert [row["group_kind"] for row in rows] == ["all", "product"]


def kinds_of_data_sets() -> dict[str, Rows]:
    """100 data sets with ties and all three ends, and the extremes: one lot, all open, all delivered, all cancelled."""
    sets = data_sets(100, ["delivered", "delivered", "cancelled", "open"])
    extremes = [
        [0], [7], [3, 3, 3], [0, 0, 5, 5, 9, 9], list(range(20)),
    ]  # fmt: skip
    for kind in ("delivered", "cancelled", "open"):
        for number, days in enumerate(extremes):
            name = f"{kind}-{number}"
            sets[name] = [
                outcome(100_000 + n, day, kind, shipment_id=f"{name}/{n}", buyer_id=name) for n, day in enumerate(days)
            ]
    return sets


@pytest.fixture(scope="module")
def told() -> tuple[dict[str, Rows], dict[str, Rows]]:
    sets = kinds_of_data_sets()
    return sets, curves_by_buyer(sets)


def test_the_share_awaited_and_its_band_are_those_of_lifelines(told: tuple[dict[str, Rows], dict[str, Rows]]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from lifelines import KaplanMeierFitter
    sets, curves = told
    for name, lots in sets.items():
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            fitted = KaplanMeierFitter().fit(
                [lot["days_late"] for lot in lots], [lot["outcome"] != "open" for lot in lots]
            )
        assert curves[name]
        for row in curves[name]:
            day = float(row["days_late"])
            share = fitted.survival_function_.loc[day].iloc[0]
            assert row["undelivered_share"] == pytest.approx(share, abs=1e-9), f"{name}, day {day}"
            low, high = fitted.confidence_interval_.loc[day]
            if row["undelivered_share"] > 0:
                found = (row["undelivered_low"], row["undelivered_high"])
                assert found == pytest.approx((low, high), abs=1e-9), f"{name}, day {day}"
            else:
                assert (row["undelivered_low"], row["undelivered_high"]) == (None, None)


def test_the_shares_delivered_and_cancelled_are_those_of_lifelines_ties_included(
    told: tuple[dict[str, Rows], dict[str, Rows]],
) -> None:
    """lifelines jitters ties, which moves no share. An open lot is open to the day's end; 0 is its day 1."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from lifelines import AalenJohansenFitter
    sets, curves = told
    for name, lots in sets.items():
        days = [lot["days_late"] + (1.5 if lot["outcome"] == "open" else 1.0) for lot in lots]
        for code, share in ((1, "delivered_share"), (2, "cancelled_share")):
            kinds = {"open": 0, "delivered": 1, "cancelled": 2}
            codes = [kinds[lot["outcome"]] for lot in lots]
            if code not in codes:
                assert {row[share] for row in curves[name]} == {0.0}
                continue
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                fitted = AalenJohansenFitter(calculate_variance=False, seed=7).fit(days, codes, event_of_interest=code)
            table = fitted.cumulative_density_.iloc[:, 0]
            for row in curves[name]:
                so_far = table[table.index <= row["days_late"] + 1.25]
                expected = so_far.iloc[-1] if len(so_far) else 0.0
                assert row[share] == pytest.approx(expected, abs=1e-9), f"{name}, day {row['days_late']}"


def test_a_curve_of_under_five_lots_says_so(told: tuple[dict[str, Rows], dict[str, Rows]]) -> None:
    sets, curves = told
    for name, rows in curves.items():
        expected = "under 5 lots" if len(sets[name]) < 5 else None
        assert {(row["lots"], row["note"]) for row in rows} == {(len(sets[name]), expected)}


def exact_incidence(lots: Rows) -> dict[int, tuple[Fraction, Fraction, Fraction]]:
    """Share awaited, delivered and cancelled by day, in fractions, straight from the definition."""
    awaited, delivered, cancelled = Fraction(1), Fraction(0), Fraction(0)
    shares = {}
    for day in sorted({lot["days_late"] for lot in lots}):
        at_risk = sum(lot["days_late"] >= day for lot in lots)
        ended = [lot["outcome"] for lot in lots if lot["days_late"] == day]
        delivered += awaited * Fraction(ended.count("delivered"), at_risk)
        cancelled += awaited * Fraction(ended.count("cancelled"), at_risk)
        awaited *= 1 - Fraction(ended.count("delivered") + ended.count("cancelled"), at_risk)
        shares[day] = (awaited, delivered, cancelled)
    return shares


def test_the_shares_are_exact_on_100_data_sets_with_ties_and_cancellations() -> None:
    sets = data_sets(100, ["delivered", "cancelled", "open"])
    for seed, rows in curves_by_buyer(sets).items():
        expected = exact_incidence(sets[seed])
        assert [row["days_late"] for row in rows] == sorted(expected)
        for row in rows:
            found = (row["undelivered_share"], row["delivered_share"], row["cancelled_share"])
            assert found == pytest.approx(tuple(map(float, expected[row["days_late"]])), abs=1e-9), seed


def test_statistics_count_the_lots_of_a_quarter() -> None:
    lots = [
        outcome(1, 0, "delivered"), outcome(2, 0, "delivered"), outcome(3, 20, "delivered"), outcome(4, 30, "open"),
        outcome(5, 5, "cancelled"), outcome(6, 30, "open", promised_gpus=None, in_time_gpus=None),
        outcome(7, None, "open"), outcome(8, 10, "open", in_time_gpus=50),
    ]  # fmt: skip
    _, statistics = curves_and_statistics(lots)
    (row,) = of_all(statistics)
    assert row == {
        "group_kind": "all", "group_id": "all", "quarter": date(2024, 1, 1), "lots": 8, "lots_due": 7,
        "on_time_in_full": 2, "on_time_in_full_share": pytest.approx(2 / 7), "due_gpus": 600, "in_time_gpus": 250,
        "fill_rate": pytest.approx(250 / 600), "median_slip_days": None, "p90_slip_days": None, "delivered": 3,
        "cancelled": 1, "open": 3, "lots_without_count": 1, "note": "median not reached",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        ([], (None, None, "under 5 lots")),
        ([1, 2, 3, 4], (None, None, "under 5 lots")),
        ([1, 2, 3, 4, 5], (3, 5, None)),
        (list(range(1, 11)), (5, 9, None)),
        ([0] * 9 + [70], (0, 0, None)),
    ],
)
def test_percentiles_are_the_first_day_by_which_so_many_are_delivered(days: list[int], expected: tuple) -> None:
    lots = [outcome(number, day, "delivered") for number, day in enumerate(days)]
    _, statistics = curves_and_statistics([*lots, outcome(99, None, "open")])
    assert pick(of_all(statistics), "median_slip_days", "p90_slip_days", "note") == [expected]


def test_open_and_cancelled_lots_keep_a_median_out_of_reach() -> None:
    for kind in ("open", "cancelled"):
        lots = [outcome(1, 1, "delivered"), outcome(2, 2, "delivered"), *(outcome(n, 3, kind) for n in (3, 4, 5))]
        (row,) = of_all(curves_and_statistics(lots)[1])
        assert (row["median_slip_days"], row["note"]) == (None, "median not reached")


def test_groups_and_quarters_add_up() -> None:
    generator = random.Random(7)
    lots = [
        lot
        | {
            "supplier_id": generator.choice(["nvidia", "amd"]),
            "buyer_id": generator.choice(["tesla", "xai", "meta"]),
            "quarter": generator.choice([date(2024, 1, 1), date(2024, 4, 1)]),
        }
        for lots in data_sets(3, ["delivered", "cancelled", "open"]).values()
        for lot in lots
    ]
    curves, statistics = curves_and_statistics(lots)
    for kind in ("all", "supplier", "product", "buyer"):
        mine = [row for row in statistics if row["group_kind"] == kind]
        assert sum(row["lots_due"] for row in mine) == len(lots)
        assert sum(row["delivered"] + row["cancelled"] + row["open"] for row in mine) == len(lots)
        mine = [row for row in curves if row["group_kind"] == kind]
        assert sum(row["delivered"] + row["cancelled"] + row["censored"] for row in mine) == len(lots)
