"""What counts as a promise of a lot, and what as its revision."""

from delays_rows import Ledger, pick

SHOWN = ("revision_number", "kind", "promised_start", "promised_end")
SLIPS = ("slip_from_first_days_low", "slip_from_first_days_high", "slip_from_previous_days_low",
         "slip_from_previous_days_high")  # fmt: skip


def supplier(ledger: Ledger, known: str, due: str, revised: str | None = None, **more: object) -> str:
    return ledger.record(
        "a", "order", known, due=due, revised=revised, source="supplier", origin="supplier:nvidia", **more
    )


def test_nothing_promised_gives_an_empty_table() -> None:
    assert Ledger().promises() == []


def test_each_date_that_replaces_another_is_a_revision_with_its_slip() -> None:
    ledger = Ledger()
    ledger.lot("a")
    supplier(ledger, "2024-01-01", "2024-03-31", superseded=True)
    supplier(ledger, "2024-02-01", "2024-04-30", superseded=True)
    supplier(ledger, "2024-03-01", "2024-05-31")
    rows = ledger.promises()
    assert pick(rows, *SHOWN) == [
        (1, "promise", "2024-03-31", "2024-03-31"),
        (2, "revision", "2024-04-30", "2024-04-30"),
        (3, "revision", "2024-05-31", "2024-05-31"),
    ]
    assert pick(rows, *SLIPS) == [(None,) * 4, (30, 30, 30, 30), (61, 61, 31, 31)]
    assert pick(rows, "is_known_origin", "source_kind") == [
        (False, "supplier"),
        (True, "supplier"),
        (True, "supplier"),
    ]


def test_a_line_that_restates_its_first_date_beside_the_revised_one_adds_nothing() -> None:
    ledger = Ledger()
    ledger.lot("a")
    supplier(ledger, "2024-01-01", "2024-03-31", superseded=True)
    supplier(ledger, "2024-02-01", "2024-03-31", "2024-06-30", superseded=True)
    supplier(ledger, "2024-03-01", "2024-03-31", "2024-06-30")
    assert pick(ledger.promises(), "revision_number", "promised_end") == [(1, "2024-03-31"), (2, "2024-06-30")]


def test_a_revision_heard_first_brings_the_promise_that_it_replaced() -> None:
    ledger = Ledger()
    ledger.lot("a")
    record = ledger.record("a", "delay", "2024-02-01", due="2024-01-01..2024-03-31", revised="2024-07-01..2024-09-30")
    rows = ledger.promises()
    assert pick(rows, *SHOWN, "record_id") == [
        (1, "promise", "2024-01-01", "2024-03-31", record),
        (2, "revision", "2024-07-01", "2024-09-30", record),
    ]
    assert pick(rows, *SLIPS)[1] == (92, 183, 92, 183)


def test_a_different_date_of_another_origin_is_a_revision_by_an_unknown_origin() -> None:
    ledger = Ledger()
    ledger.lot("a")
    supplier(ledger, "2024-01-01", "2024-03-31")
    ledger.record("a", "shipment", "2024-02-01", due="2024-05-01..2024-05-31", origin="reuters")
    rows = ledger.promises()
    assert pick(rows, "promised_end", "origin_id", "is_known_origin") == [
        ("2024-03-31", "supplier:nvidia", False),
        ("2024-05-31", "reuters", False),
    ]


def test_a_vaguer_statement_of_the_same_date_is_no_revision() -> None:
    ledger = Ledger()
    ledger.lot("a")
    supplier(ledger, "2024-01-01", "2024-05-15")
    ledger.record("a", "order", "2024-02-01", due="2024-04-01..2024-06-30")
    ledger.record("a", "order", "2024-02-02", due="..2024-12-31")
    ledger.record("a", "order", "2024-02-03", due="2024-01-01..", origin="reuters")
    supplier(ledger, "2024-03-01", "2024-05-15")
    assert pick(ledger.promises(), *SHOWN) == [(1, "promise", "2024-05-15", "2024-05-15")]


def test_a_narrower_interval_is_marked_as_more_precise() -> None:
    ledger = Ledger()
    ledger.lot("a")
    ledger.record("a", "order", "2024-01-01", due="2024-04-01..2024-06-30")
    ledger.record("a", "order", "2024-02-01", due="2024-05-15")
    ledger.record("a", "order", "2024-03-01", due="2024-07-15")
    assert pick(ledger.promises(), "promised_end", "is_more_precise") == [
        ("2024-06-30", False),
        ("2024-05-15", True),
        ("2024-07-15", False),
    ]


def test_an_old_date_from_a_latecomer_is_an_echo_but_from_its_own_origin_a_return() -> None:
    ledger = Ledger()
    ledger.lot("a")
    supplier(ledger, "2024-01-01", "2024-03-31")
    supplier(ledger, "2024-02-01", "2024-06-30")
    ledger.record("a", "order", "2024-02-02", due="2024-03-01..2024-03-31", origin="reuters")
    supplier(ledger, "2024-03-01", "2024-03-31")
    rows = ledger.promises()
    assert pick(rows, "promised_end", "origin_id") == [
        ("2024-03-31", "supplier:nvidia"),
        ("2024-06-30", "supplier:nvidia"),
        ("2024-03-31", "supplier:nvidia"),
    ]
    assert pick(rows, *SLIPS)[2] == (0, 0, -91, -91)


def test_a_later_deadline_slips_by_a_day_at_least() -> None:
    ledger = Ledger()
    ledger.lot("a")
    ledger.record("a", "order", "2024-01-01", due="..2024-12-31")
    ledger.record("a", "order", "2024-01-01", due="..2025-03-31", origin="reuters")
    assert pick(ledger.promises(), *SLIPS)[1] == (1, 90, 1, 90)


def test_an_earlier_deadline_slips_back_to_the_day_on_which_it_is_said_at_most() -> None:
    ledger = Ledger()
    ledger.lot("a")
    ledger.record("a", "order", "2024-01-01", due="..2024-12-31")
    ledger.record("a", "order", "2024-09-01", due="..2024-11-30")
    assert pick(ledger.promises(), *SLIPS)[1] == (-121, -31, -121, -31)


def test_a_start_without_an_end_has_no_upper_slip() -> None:
    ledger = Ledger()
    ledger.lot("a")
    ledger.record("a", "order", "2024-01-01", due="2024-06-30")
    ledger.record("a", "order", "2024-02-01", due="2024-07-10..")
    assert pick(ledger.promises(), *SLIPS)[1] == (10, None, 10, None)


def test_after_a_diversion_each_party_keeps_its_own_promises() -> None:
    ledger = Ledger()
    ledger.lot("a", "x-corp", original="tesla")
    ledger.record("a", "order", "2023-06-01", "tesla", due="2024-03-31")
    ledger.diversion("a", "tesla", "x-corp", "2023-12-01..2023-12-31", "2023-12-31", revised="2024-01-31")
    ledger.record("a", "shipment", "2024-01-15", "x-corp", due="2024-02-15")
    assert pick(ledger.promises(), "entity_id", "revision_number", "promised_end") == [
        ("tesla", 1, "2024-03-31"),
        ("x-corp", 1, "2024-01-31"),
        ("x-corp", 2, "2024-02-15"),
    ]


def test_a_diversion_that_opens_a_lot_recalls_what_the_loser_was_promised() -> None:
    ledger = Ledger()
    ledger.lot("a", "tesla", original="x-corp")
    ledger.diversion("a", "x-corp", "tesla", "2023-12-01..2023-12-31", "2024-06-04", due="2024-01-01..2024-06-30")
    assert pick(ledger.promises(), "entity_id", *SHOWN) == [
        ("tesla", 1, "promise", "2024-01-01", "2024-06-30"),
        ("x-corp", 1, "promise", "2024-01-01", "2024-06-30"),
    ]


def test_a_part_that_was_split_off_was_promised_what_the_whole_was_until_then() -> None:
    ledger = Ledger()
    ledger.lot("whole")
    ledger.lot("part", "x-corp", original="tesla", parent_shipment_id="whole")
    ledger.lot("crumb", "xai", original="x-corp", parent_shipment_id="part")
    ledger.record("whole", "order", "2023-01-01", due="2024-03-31")
    ledger.diversion("part", "tesla", "x-corp", "2023-12-01", "2023-12-01", revised="2024-02-29")
    ledger.diversion("crumb", "x-corp", "xai", "2024-01-15", "2024-01-15")
    ledger.record("whole", "order", "2024-02-01", due="2024-08-31")
    assert pick(ledger.promises(), "shipment_id", "entity_id", "promised_end") == [
        ("crumb", "tesla", "2024-03-31"),
        ("crumb", "x-corp", "2024-02-29"),
        ("part", "tesla", "2024-03-31"),
        ("part", "x-corp", "2024-02-29"),
        ("whole", "tesla", "2024-03-31"),
        ("whole", "tesla", "2024-08-31"),
    ]


def test_denials_plans_and_cancellations_promise_nothing() -> None:
    ledger = Ledger()
    ledger.lot("a")
    ledger.record("a", "order", "2024-01-01", due="2024-03-31", certainty="denied")
    for event in ("plan", "holding", "restriction", "cancellation"):
        ledger.record("a", event, "2024-01-01", due="2024-03-31")
    assert ledger.promises() == []


def test_a_lot_without_a_known_recipient_keeps_its_promises() -> None:
    ledger = Ledger()
    ledger.lot("a", None)
    ledger.record("a", "shipment", "2024-01-01", None, due="2024-03-31")
    ledger.record("a", "shipment", "2024-02-01", None, due="2024-04-30")
    assert pick(ledger.promises(), "promise_id", "entity_id") == [("a//1", None), ("a//2", None)]


def test_a_name_that_is_no_party_of_the_lot_is_promised_what_its_recipient_is() -> None:
    ledger = Ledger()
    ledger.lot("a", "tesla")
    ledger.record("a", "order", "2024-01-01", "tesla", due="2024-03-31")
    ledger.record("a", "order", "2024-02-01", "united-states", due="2024-04-30")
    assert pick(ledger.promises(), "entity_id", "revision_number") == [("tesla", 1), ("tesla", 2)]
