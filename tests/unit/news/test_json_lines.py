import json
from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.news.item import RejectedEntry
from tests.unit.news.reading import only_item, read


def test_every_field_of_a_line_is_taken_over() -> None:
    line = {
        "item_id": "w-1",
        "url": "https://wire.example.org/1",
        "source": "Wire",
        "published_at": "2024-06-04T11:42:00-04:00",
        "language": "en",
        "title": "A swap",
        "text": "The chips went elsewhere.\n\nAnd others came.",
        "importance": 7,
    }

    item = only_item(json.dumps(line), "wire.jsonl")

    assert (item.guid, item.url, item.source) == ("w-1", "https://wire.example.org/1", "Wire")
    assert (item.title, item.text) == ("A swap", "The chips went elsewhere.\n\nAnd others came.")
    assert (item.language, item.language_basis) == ("en", "given")
    assert (item.published_at, item.published_precision) == (datetime(2024, 6, 4, 15, 42, tzinfo=UTC), "instant")
    assert (item.published_start, item.published_end) == (date(2024, 6, 4), date(2024, 6, 4))


def test_only_the_text_is_needed() -> None:
    reading = read('\n{"text": "One."}\n{"text": "Two.", "url": "https://ex.org/2"}\n', "wire.jsonl")

    assert [(item.guid, item.source, item.title, item.published_at) for item in reading.items] == [
        ("wire.jsonl#2", "The Desk", None, None),
        ("https://ex.org/2", "The Desk", None, None),
    ]


@pytest.mark.parametrize(
    ("written", "at", "precision", "end"),
    [
        ("2024-06", datetime(2024, 6, 1, tzinfo=UTC), "month", date(2024, 6, 30)),
        ("2024-06-05", datetime(2024, 6, 5, tzinfo=UTC), "day", date(2024, 6, 5)),
        ("2024-06-05T10:30", datetime(2024, 6, 5, 10, 30, tzinfo=UTC), "instant", date(2024, 6, 5)),
        ("2024-06-05 10:30:15Z", datetime(2024, 6, 5, 10, 30, 15, tzinfo=UTC), "instant", date(2024, 6, 5)),
        ("2024-06-05T10:30:15.25+0900", datetime(2024, 6, 5, 1, 30, 15, 250000, UTC), "instant", date(2024, 6, 5)),
        ("2024-06-05T23:30:00-04:00", datetime(2024, 6, 6, 3, 30, tzinfo=UTC), "instant", date(2024, 6, 6)),
    ],
)
def test_a_date_is_read_with_its_precision(written: str, at: datetime, precision: str, end: date) -> None:
    item = only_item(json.dumps({"text": "One.", "published_at": written}), "wire.jsonl")

    assert (item.published_at, item.published_precision, item.published_end) == (at, precision, end)


@pytest.mark.parametrize(
    ("line", "column", "why"),
    [
        ('{"text": "cut', None, "not JSON at character 10: Unterminated string"),
        ("plain words", None, "not JSON at character 1"),
        ('["text"]', None, "not a JSON object but list"),
        ("null", None, "not a JSON object but NoneType"),
        ('{"title": "A"}', "text", "`text` is missing"),
        ('{"text": " "}', "text", "`text` is empty"),
        ('{"text": 5}', "text", "`text` is not a string"),
        ('{"text": "A", "title": ["B"]}', "title", "`title` is not a string"),
        ('{"text": "A", "item_id": true}', "item_id", "`item_id` is not a string"),
        ('{"text": "A", "published_at": "5 June"}', "published_at", "`published_at`: '5 June' is not a date"),
        ('{"text": "A", "published_at": 1717500000}', "published_at", "`published_at` is not a string"),
        (
            '{"text": "A", "published_at": "2024-02-30"}',
            "published_at",
            "`published_at`: the date 2024-02-30 does not exist",
        ),
        (
            '{"text": "A", "published_at": "0001-01-01T00:00:00+05:00"}',
            "published_at",
            "`published_at`: the date 0001-01-01T00:00:00+05:00 does not exist",
        ),
        ('{"text": "A", "n": ' + "[" * 100_000, None, "JSON that cannot be read"),
    ],
)
def test_a_broken_line_is_rejected_and_the_others_are_read(line: str, column: str | None, why: str) -> None:
    reading = read(f'{{"text": "Before."}}\n{line}\n{{"text": "After."}}\n', "wire.jsonl")

    assert [item.text for item in reading.items] == ["Before.", "After."]
    [entry] = reading.rejected
    assert (entry.line, entry.column, entry.verbatim) == (2, column, line)
    assert entry.reason.startswith(f"wire.jsonl, line 2: {why}")


def test_a_line_with_other_bytes_than_utf_8_is_rejected_alone() -> None:
    reading = read(b'{"text": "Before."}\r\n{"text": "re\xe7u"}\r\n{"text": "After."}', "wire.jsonl")

    assert [item.text for item in reading.items] == ["Before.", "After."]
    assert reading.rejected == (
        RejectedEntry(
            '{"text": "re\\xe7u"}',
            "wire.jsonl, line 2: byte 13 is not UTF-8; save the file as UTF-8",
            2,
        ),
    )


@pytest.mark.parametrize("charset", ["utf-8-sig", "utf-16", "utf-16-le"])
def test_a_file_may_have_a_byte_order_mark_or_be_utf_16(charset: str) -> None:
    assert only_item('{"text": "reçu"}\n'.encode(charset), "wire.jsonl").text == "reçu"


def test_line_separators_inside_a_text_end_no_line() -> None:
    assert only_item('{"text": "One.\u2028Two.\u0085Three."}', "wire.jsonl").text == "One.\u2028Two.\u0085Three."


def test_the_same_id_twice_gives_two_versions_in_order() -> None:
    reading = read('{"item_id": "1", "text": "Old."}\n{"item_id": "1", "text": "New."}', "wire.jsonl")

    assert [(item.guid, item.text) for item in reading.items] == [("1", "Old."), ("1", "New.")]


def test_lone_surrogates_are_replaced_and_pairs_joined() -> None:
    item = only_item(r'{"item_id": "\udc00", "title": "\ud800", "text": "a\ud800b \ud83d\ude00"}', "wire.jsonl")

    assert (item.guid, item.title, item.text) == ("\ufffd", "\ufffd", "a\ufffdb 😀")


@pytest.mark.parametrize("content", ['[{"text": "A"}]', '{\n  "text": "A"\n}'])
def test_a_json_document_that_is_not_json_lines_is_unreadable(content: str) -> None:
    reading = read(content, "wire.json")

    assert reading.unreadable == (
        "wire.json: one JSON value over several lines or a list, not JSON Lines; write one object a line"
    )


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=4,
)
fields = st.sampled_from(["item_id", "url", "source", "published_at", "language", "title", "text"])
lines = st.dictionaries(fields, json_values | st.just("A text.") | st.just("2024-06-05")).map(json.dumps)


@settings(database=None, deadline=None, max_examples=150)
@given(st.lists(lines | st.text(st.characters(blacklist_characters="\n")).map(lambda text: "x" + text), min_size=2))
def test_read_is_accepted_plus_rejected(written: list[str]) -> None:
    reading = read("\n".join(["{}", *written]).encode("utf-8", "surrogatepass").replace(b"\0", b""), "wire.jsonl")

    assert reading.unreadable is None
    assert len(reading.items) + len(reading.rejected) == 1 + len(written)
