"""What a delay that is counted in days does to a promise: it moves it once, whoever says it and however often."""

import random
from typing import Any

import pytest
from delays_rows import Ledger, pick

SHOWN = ("promised_start", "promised_end", "is_derived")
MONTHS = (60, 300)
Later = tuple[float | None, float | None]


def told(*said: dict[str, Any]) -> list[tuple[Any, ...]]:
    """The promises of one lot after what was said of it, a day apart from 2024-01-01 on, as days and `is_derived`."""
    ledger = Ledger()
    ledger.lot("a")
    for number, fields in enumerate(said, start=1):
        known = fields.pop("known", f"2024-01-{number:02}")
        ledger.record("a", fields.pop("event", "delay"), known, **fields)
    return pick(ledger.promises(), *SHOWN)


def due(text: str, **more: Any) -> dict[str, Any]:
    return {"event": "order", "due": text, "source": "supplier", "origin": "supplier:nvidia", **more}


def later(low: float | None, high: float | None, origin: str = "cnbc", **more: Any) -> dict[str, Any]:
    return {"delay": (low, high), "origin": origin, **more}


@pytest.mark.parametrize(
    ("promised", "delay", "expected"),
    [
        ("2024-03-31", (60, 60), ("2024-05-30", "2024-05-30")),
        ("2024-03-31", MONTHS, ("2024-05-30", "2025-01-25")),
        ("2024-03-31", (60, None), ("2024-05-30", None)),
        ("2024-03-31", (None, 60), ("2024-03-31", "2024-05-30")),
        ("2024-01-01..2024-03-31", (90, 92), ("2024-03-31", "2024-07-01")),
        ("2024-01-01..2024-03-31", (90, None), ("2024-03-31", None)),
        ("..2024-12-31", (31, 31), (None, "2025-01-31")),
        ("..2024-12-31", (31, None), ("2025-01-31", None)),
        ("2024-07-01..", (31, 31), ("2024-08-01", None)),
        ("2024-07-01..", (None, 31), ("2024-07-01", None)),
        ("2024-03-31", (1e12, 1e12), ("2124-03-07", "2124-03-07")),
        ("2024-03-31", (1.5, 1.5), ("2024-04-01", "2024-04-02")),
    ],
)
def test_days_move_both_ends_of_the_promise(promised: str, delay: Later, expected: tuple[Any, Any]) -> None:
    assert told(due(promised), later(*delay))[1:] == [(*expected, True)]


def test_the_promise_that_the_delay_names_is_the_one_that_it_moves() -> None:
    assert told(later(90, 90, due="2024-10-01..2024-10-31")) == [
        ("2024-10-01", "2024-10-31", False),
        ("2024-12-30", "2025-01-29", True),
    ]


def test_a_new_time_and_the_days_bring_the_promise_that_was_broken() -> None:
    assert told(later(90, 92, revised="2024-07-01..2024-09-30")) == [
        ("2024-03-31", "2024-07-02", False),
        ("2024-07-01", "2024-09-30", False),
    ]


def test_a_new_time_holds_and_the_days_beside_it_move_nothing_more() -> None:
    assert told(due("2024-03-31"), later(90, 90, revised="2024-07-15")) == [
        ("2024-03-31", "2024-03-31", False),
        ("2024-07-15", "2024-07-15", False),
    ]


@pytest.mark.parametrize("repeated", [(60, 60), MONTHS, (59, 62), (50, None), (None, 90)])
def test_what_another_says_of_the_same_delay_moves_nothing(repeated: Later) -> None:
    assert len(told(due("2024-03-31"), later(60, 60), later(*repeated, "reuters"))) == 2


def test_a_delay_that_the_supplier_has_put_in_its_line_before_moves_nothing_more() -> None:
    line = due("2024-03-31"), due("2024-03-31", revised="2024-05-31")
    assert told(*line, later(60, 60), later(*MONTHS, "reuters")) == [
        ("2024-03-31", "2024-03-31", False),
        ("2024-05-31", "2024-05-31", False),
    ]


def test_the_suppliers_day_after_the_news_of_the_delay_says_it_better() -> None:
    ledger = Ledger()
    ledger.lot("a")
    ledger.record("a", "order", "2024-01-01", due="2024-03-31", source="supplier", origin="supplier:nvidia")
    ledger.record("a", "delay", "2024-02-01", delay=(60, 60))
    ledger.record("a", "order", "2024-03-01", due="2024-05-31", source="supplier", origin="supplier:nvidia")
    assert pick(ledger.promises(), "promised_end", "is_derived", "is_more_precise") == [
        ("2024-03-31", False, False),
        ("2024-05-30", True, False),
        ("2024-05-31", False, True),
    ]


def test_an_origin_that_corrects_its_figure_counts_from_the_same_promise() -> None:
    assert told(due("2024-03-31"), later(60, 60), later(90, 90), later(60, 60)) == [
        ("2024-03-31", "2024-03-31", False),
        ("2024-05-30", "2024-05-30", True),
        ("2024-06-29", "2024-06-29", True),
        ("2024-05-30", "2024-05-30", True),
    ]


def test_rival_figures_are_not_added_up() -> None:
    assert told(due("2024-03-31"), later(60, 60), later(90, 90, "reuters"))[2:] == [("2024-06-29", "2024-06-29", True)]


def test_a_delay_that_would_be_over_when_it_is_stated_is_one_more() -> None:
    assert told(due("2024-03-31"), later(60, 60), later(30, 30, "reuters", known="2024-05-20"))[2:] == [
        ("2024-06-29", "2024-06-29", True)
    ]


def test_days_without_a_promise_promise_nothing_now_or_when_they_are_repeated() -> None:
    assert told(later(60, 60)) == []
    assert told(later(60, 60), due("2024-03-31"), later(60, 60)) == [("2024-03-31", "2024-03-31", False)]


def test_a_vague_statement_around_a_moved_promise_adds_nothing() -> None:
    assert len(told(due("2024-03-31"), later(60, 60), {"event": "shipment", "due": "2024-04-01..2024-06-30"})) == 2


def test_a_late_echo_of_the_first_promise_adds_nothing() -> None:
    echo = {"event": "order", "due": "2024-03-01..2024-03-31", "origin": "reuters"}
    assert len(told(due("2024-03-31"), later(60, 60), echo)) == 2


def test_a_shipment_that_is_to_come_says_a_new_day_and_so_does_a_changed_line() -> None:
    assert told(
        {"event": "order", "due": "2024-04-01..2024-06-30", "origin": "reuters"},
        due("2024-05-15"),
        due("2024-08-15"),
        {"event": "shipment", "due": "2024-09-01..2024-09-30"},
    ) == [
        ("2024-04-01", "2024-06-30", False),
        ("2024-05-15", "2024-05-15", False),
        ("2024-08-15", "2024-08-15", False),
        ("2024-09-01", "2024-09-30", False),
    ]


def test_days_of_a_diversion_move_no_promise_to_the_party_that_gains() -> None:
    ledger = Ledger()
    ledger.lot("a", "x-corp", original="tesla")
    ledger.record("a", "order", "2023-06-01", "tesla", due="2024-03-31")
    ledger.diversion("a", "tesla", "x-corp", "2023-12-01", "2023-12-31", revised="2024-01-31", delay=(60, 300))
    assert pick(ledger.promises(), "entity_id", "promised_end") == [("tesla", "2024-03-31"), ("x-corp", "2024-01-31")]


def test_the_revised_day_of_the_leg_that_comes_back_is_promised_to_whoever_gets_it() -> None:
    ledger = Ledger()
    ledger.lot("returned", "tesla", original="x-corp")
    ledger.record("returned", "order", "2023-06-01", "x-corp", due="2024-01-31")
    ledger.diversion("returned", "x-corp", "tesla", "2023-12-01", "2024-06-04", due="2024-01-31", revised="2024-06-30")
    ledger.record("returned", "delay", "2024-06-10", "tesla", delay=(30, 30))
    assert pick(ledger.promises(), "entity_id", *SHOWN) == [
        ("tesla", "2024-06-30", "2024-06-30", False),
        ("tesla", "2024-07-30", "2024-07-30", True),
        ("x-corp", "2024-01-31", "2024-01-31", False),
    ]


@pytest.mark.parametrize(
    ("first", "then", "expected"),
    [
        (later(*MONTHS), later(60, 60, "reuters"), ("2024-05-30", "2024-05-30", True)),
        ({"event": "shipment", "due": "2024-04-01..2024-06-30"}, later(60, 60, "reuters"),
         ("2024-05-30", "2024-05-30", True)),
        (later(*MONTHS), {"event": "shipment", "due": "2024-07-01..2024-09-30"}, ("2024-07-01", "2024-09-30", False)),
    ],
)  # fmt: skip
def test_a_vague_delay_is_followed_by_a_better_figure_of_the_same_delay(
    first: dict[str, Any], then: dict[str, Any], expected: tuple[Any, ...]
) -> None:
    assert told(due("2024-03-31"), dict(first), dict(then))[2:] == [expected]


def test_one_delay_moves_a_promise_once_in_whatever_order_and_by_however_many_it_is_told() -> None:
    tellings = [
        later(60, 60, "a"), later(*MONTHS, "b"), later(59, 62, "c"), later(60, 60, "d", due="2024-03-31"),
        {"due": "2024-03-31", "revised": "2024-05-31", "origin": "e"}, due("2024-03-31", revised="2024-05-30"),
    ]  # fmt: skip
    two_months = {"2024-05-30", "2024-05-31", "2024-06-01"}
    for seed in range(60):
        shuffled = [dict(one) for one in random.Random(seed).sample(tellings, len(tellings))]
        first, *revised = [row[1] for row in told(due("2024-03-31"), *shuffled)]
        assert first == "2024-03-31"
        assert revised[-1] in two_months, (seed, revised)
        assert set(revised) <= two_months | {"2025-01-25"}, (seed, revised)
