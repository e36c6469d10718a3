import codecs
from collections.abc import Collection, Mapping
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.handover.documents import ClaimsReading, OwnItem, UnreadableClaims, read_claims_file
from tests.unit.handover.lines import line, quoted

OWN = {"ours": OwnItem("ab12", "Monday. Tesla ordered some 1,000 H100 from Nvidia.")}


def lookup(given_ids: Collection[str]) -> Mapping[str, OwnItem]:
    return {one: OWN[one] for one in given_ids if one in OWN}


def read(*lines: str, data: bytes | None = None, name: str = "claims.jsonl") -> ClaimsReading:
    reading = read_claims_file("\n".join(lines).encode() if data is None else data, name, lookup)
    assert reading.lines_read == reading.accepted + len(reading.rejected)
    return reading


def why(reading: ClaimsReading) -> dict[int, str]:
    return {one.line_number: "; ".join(one.reasons) for one in reading.rejected}


def test_lines_of_one_item_belong_together_wherever_they_stand() -> None:
    reading = read(quoted("First."), quoted("Elsewhere.", item_id="a-2"), quoted("Second.", event="delay"), "")
    assert [(one.given_id, len(one.claims)) for one in reading.items] == [("a-1", 2), ("a-2", 1)]


def test_an_unknown_item_has_its_quotes_as_text_each_once() -> None:
    reading = read(quoted("First."), quoted("Second.", event="delay"), quoted("First.", event="plan"))
    (only,) = reading.items
    assert only.item is not None
    assert only.item.text == "First.\nSecond."
    assert [(one.quote_start, one.quote_end) for one in only.claims] == [(0, 6), (7, 14), (0, 6)]


def test_offsets_into_a_text_that_is_not_given_are_kept() -> None:
    (only,) = read(line(quote="First.", quote_start=700, quote_end=706)).items
    assert (only.claims[0].quote_start, only.claims[0].quote_end) == (700, 706)


def test_a_text_that_is_given_is_the_items() -> None:
    reading = read(quoted("First.", text="Now. First. Then.", title="Now"), quoted("Then.", event="delay"))
    (only,) = reading.items
    assert only.item is not None
    assert (only.item.title, only.item.text) == ("Now", "Now. First. Then.")
    assert [one.quote_start for one in only.claims] == [5, 12]


@pytest.mark.parametrize("item_id", ["ours", "a-1"])
def test_a_quote_has_to_stand_in_a_text_that_is_known(item_id: str) -> None:
    text = None if item_id == "ours" else OWN["ours"].text
    reading = read(
        quoted("ordered some 1,000 H100", item_id=item_id, text=text),
        line(item_id=item_id, event="plan", text=text),
        quoted("ordered 2,000", item_id=item_id, text=text),
    )
    (only,) = reading.items
    assert only.claims[0].quote_start == 14
    assert why(reading) == {
        2: "quote: stands in the item's text at 14, not at 10: count Unicode code points, or leave "
           "quote_start and quote_end out",
        3: "quote: does not stand in the item's text: quote it word for word",
    }  # fmt: skip


def test_a_claim_of_our_own_item_needs_no_more_than_its_id() -> None:
    (only,) = read(quoted("Tesla ordered", item_id="ours", source="Elsewhere", url=None, published_at=None)).items
    assert (only.own_id, only.item) == ("ab12", None)


def test_lines_that_disagree_about_their_item_are_rejected() -> None:
    reading = read(quoted("First."), quoted("Second.", source="Other"), quoted("Third.", published_at="2024-06"))
    assert why(reading) == {
        2: "source: differs from line 1, which is about the same item: make them agree",
        3: "published_at: differs from line 1, which is about the same item: make them agree",
    }


def test_what_one_line_leaves_open_another_may_say() -> None:
    (only,) = read(quoted("First.", url=None), quoted("Second.", url="https://ledger.example/a")).items
    assert only.item is not None
    assert only.item.url == "https://ledger.example/a"


def test_the_same_claim_twice_counts_once() -> None:
    assert why(read(line(), line(event="plan"), line())) == {
        3: "line: line 1 claims the same of this item: a claim counts once"
    }


def test_claims_of_two_extractors_stand_beside_each_other() -> None:
    assert [one.extractor for one in read(line(), line(extractor="another")).items] == ["somebody", "another"]


@pytest.mark.parametrize(
    ("data", "name", "reason"),
    [
        (b"", "a.jsonl", "the file is empty"),
        (b" \n\n", "a.jsonl", "the file is empty"),
        (b'[\n{"a": 1}\n]', "a.jsonl", "one JSON value over several lines"),
        (b'{\n "a": 1\n}', "a.jsonl", "one JSON value over several lines"),
        (b"\x00\x01\x02", "a.jsonl", "binary data"),
        (b"{}", "notes.txt", "only .jsonl files are read here"),
        (codecs.BOM_UTF16_LE + b"a", "a.jsonl", "not whole utf-16 text"),
    ],
)
def test_a_file_that_is_no_json_lines_says_so(data: bytes, name: str, reason: str) -> None:
    with pytest.raises(UnreadableClaims, match=f"{name}: {reason}"):
        read(data=data, name=name)


@pytest.mark.parametrize("charset", ["utf-8-sig", "utf-16", "utf-32"])
def test_a_byte_order_mark_says_the_encoding(charset: str) -> None:
    assert read(data=(line() + "\r\n" + line(event="plan")).encode(charset)).accepted == 2


@given(st.binary(max_size=300) | st.lists(st.sampled_from([line(), quoted("x"), "{", "\x00"])).map(
    lambda lines: "\n".join(lines).encode()))  # fmt: skip
@settings(max_examples=300, database=None, derandomize=True, deadline=None)
def test_nothing_makes_it_raise_but_what_is_unreadable(data: bytes) -> None:
    with suppress(UnreadableClaims):
        read(data=data)
