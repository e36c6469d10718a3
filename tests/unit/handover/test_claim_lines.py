import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.handover.claim_lines import FIELDS, REQUIRED, HandedClaim, RejectedClaim, read_claim_line
from tests.unit.handover.lines import PLAIN, line, without


def accepted(text: str) -> HandedClaim:
    found = read_claim_line(text.encode(), 1)
    assert isinstance(found, HandedClaim), found
    return found


def reasons(text: str | bytes) -> tuple[str, ...]:
    found = read_claim_line(text.encode() if isinstance(text, str) else text, 1)
    assert isinstance(found, RejectedClaim), found
    return found.reasons


def test_a_line_gives_a_claim_and_what_it_says_of_its_item() -> None:
    found = accepted(line())
    claim = found.claim
    assert (claim.event, claim.to_entity, claim.product) == ("order", "Tesla", "H100")
    assert (claim.quantity_low, claim.quantity_high, claim.quantity_unit) == (1000, 1200, "gpu")
    assert (claim.promised_start, claim.promised_end) == (date(2024, 7, 1), date(2024, 9, 30))
    assert (claim.certainty, claim.confidence) == ("reported", 1.0)
    assert (claim.quote, claim.quote_start, claim.quote_end) == ("ordered some 1,000 H100", 10, 33)
    assert (found.item_id, found.source, found.extractor, found.language) == ("a-1", "Silicon Ledger", "somebody", "en")


@pytest.mark.parametrize(
    ("published", "precision", "days"),
    [
        ("2024-06", "month", ("2024-06-01", "2024-06-30")),
        ("2024-06-05", "day", ("2024-06-05", "2024-06-05")),
        ("2024-06-05T23:30:00-05:00", "instant", ("2024-06-06", "2024-06-06")),
    ],
)
def test_a_publication_is_an_instant_a_day_or_a_month(published: str, precision: str, days: tuple[str, str]) -> None:
    found = accepted(line(published_at=published)).published
    assert found is not None
    assert (found.precision, found.start.isoformat(), found.end.isoformat()) == (precision, *days)


@pytest.mark.parametrize("field", REQUIRED)
def test_what_every_line_needs(field: str) -> None:
    assert reasons(without(field)) == (f"{field}: is missing: every line needs it",)
    assert reasons(line(**{field: None})) == (f"{field}: is missing: every line needs it",)


@pytest.mark.parametrize(
    "field", sorted(set(PLAIN) - {"item_id", "source", "extractor", "event", "certainty", "quote"})
)
@pytest.mark.parametrize("empty", [None, "", "  "])
def test_all_else_may_be_empty(field: str, empty: str | None) -> None:
    other = {"quote_start": "quote_end", "quote_end": "quote_start"}.get(field, field)
    accepted(line(**{field: empty, other: empty}))


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"event": "ordr"}, "event: 'ordr' is not one of order, plan,"),
        ({"event": 3}, "event: 3 is not one of"),
        ({"certainty": "sure"}, "certainty: 'sure' is not one of confirmed"),
        ({"quantity_unit": "GPUs"}, "quantity_unit: 'GPUs' is not one of gpu, system, rack"),
        ({"quantity_low": 5000}, "quantity_low: 5,000 is more than quantity_high, 1,200"),
        ({"quantity_low": "1000"}, "quantity_low: '1000' is not a number: write it without quotes"),
        ({"quantity_low": True}, "quantity_low: true is not a number"),
        ({"quantity_low": -1}, "quantity_low: -1 is negative"),
        ({"quantity_high": 10**400}, "quantity_high: more than 1,000,000,000"),
        ({"quantity_high": [1]}, "quantity_high: [1] is not a number"),
        ({"promised_start": "2024-10-01"}, "promised_start: 2024-10-01 comes after promised_end, 2024-09-30"),
        ({"actual_end": "2024-02-30"}, "actual_end: '2024-02-30' is a day that does not exist"),
        ({"actual_end": "June 2024"}, "actual_end: 'June 2024' is not a day: write it as 2024-06-05"),
        ({"actual_end": 20240605}, "actual_end: 20240605 is not a day"),
        ({"actual_end": "0024-06-05"}, "actual_end: 0024-06-05 is outside the years 1990 to 2100"),
        ({"value_low": 5, "currency": "XYZ"}, "currency: 'XYZ' is no currency of ISO 4217"),
        ({"value_low": 5}, "currency: is missing, but the line states money"),
        ({"published_at": "yesterday"}, "published_at: 'yesterday' is not a date: write 2024-06"),
        ({"published_at": "2024-13"}, "published_at: the date 2024-13 does not exist"),
        ({"published_at": 1717545600}, "published_at: 1717545600 is not a date"),
        ({"language": "English"}, "language: 'English' is no language code"),
        ({"quote": ""}, "quote: is empty"),
        ({"quote": "other"}, "quote_end: 10 to 33 are 23 characters, but the quote has 5"),
        ({"quote_start": -3}, "quote_start: is no place in a text"),
        ({"quote_start": None}, "quote_start: only one of quote_start and quote_end is given"),
        ({"confidence": 2}, "confidence: more than 1"),
        ({"to_entity": "null"}, "to_entity: 'null' is a word: write null without quotes"),
        ({"to_entity": ["Tesla"]}, 'to_entity: ["Tesla"] is not text'),
        ({"to_entity": "x" * 501}, "to_entity: 501 characters, more than 500: this is no to_entity"),
        ({"quantity_hi": 5}, "'quantity_hi' is no field of a claim: did you mean quantity_high?"),
        ({"mood": 5}, "'mood' is no field of a claim: docs/claims.md lists the fields"),
    ],
)  # fmt: skip
def test_a_bad_field_is_named_with_its_value_and_what_to_do(changes: dict[str, Any], reason: str) -> None:
    (only,) = reasons(line(**changes))
    assert only.startswith(reason)


def test_every_reason_is_given_at_once() -> None:
    found = read_claim_line(line(event="ordr", quantity_low=-1, currency="XYZ").encode(), 7)
    assert isinstance(found, RejectedClaim)
    assert (found.line_number, found.columns) == (7, ("event", "quantity_low", "currency"))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b"{", "line: not JSON at character 2"),
        (b"[1]", "line: not a JSON object but list"),
        (b'"text"', "line: not a JSON object but str"),
        (b'{"event": "order", "event": "plan"}', "line: names 'event' twice"),
        (b'{"quantity_low": NaN}', "line: NaN is no JSON"),
        (b'{"quantity_low": -Infinity}', "line: -Infinity is no JSON"),
        (b'{"quantity_low": ' + b"9" * 5000 + b"}", "line: JSON that cannot be read"),
        (b"[" * 100_000, "line: JSON that cannot be read"),
        (b'{"quote": "' + b"\xe9" + b'"}', "line: byte 12 is not UTF-8"),
        (b'{"quote": "' + b"x" * 10_000_000 + b'"}', "line: 10,000,013 bytes, more than"),
    ],
)  # fmt: skip
def test_what_is_no_object_says_why(text: bytes, reason: str) -> None:
    (only,) = reasons(text)
    assert only.startswith(reason)


def test_a_number_too_large_for_a_float_is_refused() -> None:
    assert "no finite number" in reasons(line().replace("1200", "1e400"))[0]


def test_a_very_long_line_is_kept_in_part() -> None:
    found = read_claim_line(b"x" * 100_000, 1)
    assert isinstance(found, RejectedClaim)
    assert len(found.verbatim) == 20_001


def test_lone_surrogates_become_one_replacement_each() -> None:
    assert accepted(line(quote="sent \ud83d on", quote_start=0, quote_end=9)).claim.quote == "sent \ufffd on"


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.sampled_from(["order", "USD"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=4,
)


@given(st.dictionaries(st.sampled_from(FIELDS) | st.text(max_size=5), values, max_size=6))
@settings(max_examples=300, database=None, derandomize=True, deadline=None)
def test_nothing_makes_it_raise(changes: dict[str, Any]) -> None:
    found = read_claim_line(json.dumps({**PLAIN, **changes}).encode("utf-8", "surrogatepass"), 1)
    assert isinstance(found, HandedClaim) or (found.reasons and all(found.reasons))
