import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.news.documents import read_document
from tests.unit.news.reading import read

PAGE = "<html><body><p>Some words of a page.</p></body></html>"
RSS = "<rss version='2.0'><channel><item><title>T</title></item></channel></rss>"
LINE = '{"text": "Some words."}'
NAMES = ["a.txt", "a.html", "a.xml", "a.jsonl", "a", "https://ex.org/feed"]


@pytest.mark.parametrize(
    ("content", "name", "media_type", "read_as"),
    [
        (PAGE, "a.html", None, "text/html"),
        (PAGE, "a.txt", None, "text/html"),
        (PAGE, "https://ex.org/a", "text/html; charset=utf-8", "text/html"),
        ("<p>Words of a page.</p>", "https://ex.org/a", "text/html", "text/html"),
        (RSS, "a.xml", None, "application/rss+xml"),
        (RSS, "https://ex.org/feed", "text/html", "application/rss+xml"),
        (RSS, "https://ex.org/feed", "text/plain", "application/rss+xml"),
        (LINE, "a.jsonl", None, "application/jsonl"),
        (LINE, "a.JSON", None, "application/jsonl"),
        (LINE, "a", None, "application/jsonl"),
        (LINE, "https://ex.org/lines", "application/x-ndjson", "application/jsonl"),
        (LINE, "a.txt", None, "text/plain"),
        ("Words.", "a.txt", None, "text/plain"),
        ("Words.", "README", None, "text/plain"),
        ("Words.", "note.2024", None, "text/plain"),
        ("a < b", "a.txt", None, "text/plain"),
        ("Words.", "a.csv", "text/plain", "text/plain"),
    ],
)
def test_the_kind_is_told_by_content_then_type_then_name(
    content: str, name: str, media_type: str | None, read_as: str
) -> None:
    reading = read(content, name, media_type)

    assert (reading.media_type, reading.unreadable, len(reading.items)) == (read_as, None, 1)


@pytest.mark.parametrize("name", ["orders.csv", "notes.docx", "a.py"])
def test_a_file_of_another_kind_is_unreadable_not_taken_for_text(name: str) -> None:
    reading = read("order,quantity\n1,2\n", name)

    assert reading.items == ()
    assert reading.unreadable is not None
    assert reading.unreadable.startswith(
        f"{name}: files of the kind .{name.rpartition('.')[2]} are not read; give .txt"
    )


def test_the_language_of_the_source_counts_where_the_document_gives_none() -> None:
    reading = read_document(b"Words.", "a.txt", source="The Desk", language="fr")

    assert (reading.items[0].language, reading.items[0].language_basis) == ("fr", "given")


def test_a_name_that_is_not_unicode_harms_nothing() -> None:
    assert read("Words.", "a\udcff.txt").items[0].guid == "a\ufffd.txt"


FRAGMENTS = st.sampled_from(
    [
        b"<rss version='2.0'><channel>", b"<item>", b"</item>", b"<title>", b"<![CDATA[", b"]]>", b"&#xD800;", b"&x;",
        b"<feed xmlns='http://www.w3.org/2005/Atom'>", b"<entry>", b"<html>", b"<body>", b"<p>", b"</p>", b"<!DOCTYPE ",
        b"<?xml version='1.0' encoding='utf-16'?>", b"<pubDate>2024-02-30</pubDate>", b'{"text": "', b'"}', b"\n",
        b"date 2024-06-05", b"date 2024-", b"<script type='application/ld+json'>", b"\\ud800", b"\xff\xfe",
        b"\xef\xbb\xbf", b"<meta charset=", b"words", b"\xe9", b"<!--", b"<time pubdate datetime='2024-13-01'>",
    ]
)  # fmt: skip


@settings(database=None, deadline=None, max_examples=300)
@given(st.binary(max_size=300) | st.lists(FRAGMENTS | st.binary(max_size=3)).map(b"".join), st.sampled_from(NAMES))
def test_no_bytes_whatever_make_the_reader_raise(data: bytes, name: str) -> None:
    reading = read(data, name)

    assert (reading.unreadable is None) or not (reading.items or reading.rejected)
    for item in reading.items:
        assert item.text.strip()
        item.text.encode("utf-8")


@settings(database=None, deadline=None, max_examples=100)
@given(st.text(st.characters(codec="utf-8", categories=["L", "Nd", "P", "Zs"]), min_size=1))
def test_a_plain_text_is_kept_to_the_letter(words: str) -> None:
    reading = read("The text: " + words, "a.txt")

    assert [item.text for item in reading.items] == ["The text: " + words]
