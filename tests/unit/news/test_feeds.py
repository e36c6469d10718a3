import time
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from pipelines.news.item import RejectedEntry
from tests.unit.news.reading import only_item, read


def rss(entries: str, language: str = "") -> str:
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        '<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/">\n'
        f"<channel><title>Desk</title>{language}\n{entries}\n</channel></rss>"
    )


def atom(entries: str) -> str:
    return f'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="de"><title>Desk</title>\n{entries}\n</feed>'


def test_an_rss_entry_is_an_item() -> None:
    entry = (
        "<item><guid isPermaLink='false'>n-1</guid><title>Des puces &amp;amp; des m&amp;eacute;mos</title>"
        "<link>https://ex.org/1</link><pubDate>Wed, 05 Jun 2024 11:42:00 +0200</pubDate>"
        "<description><![CDATA[<p>Le <b>constructeur</b> attend.</p><p>12&nbsp;000 &lt; 15&nbsp;000</p>]]>"
        "</description></item>"
    )

    item = only_item(rss(entry, "<language>fr-fr</language>"), "desk.xml")

    assert (item.guid, item.url, item.source) == ("n-1", "https://ex.org/1", "The Desk")
    assert item.title == "Des puces & des mémos"
    assert item.text == "Le constructeur attend.\n12\u00a0000 < 15\u00a0000"
    assert (item.language, item.language_basis) == ("fr", "given")
    assert (item.published_at, item.published_precision) == (datetime(2024, 6, 5, 9, 42, tzinfo=UTC), "instant")


def test_an_atom_entry_is_an_item() -> None:
    entry = (
        '<entry><id>tag:1</id><title type="html">A &amp;amp; B</title><link href="https://ex.org/1"/>'
        "<published>2024-06-05T11:42:00Z</published><updated>2024-06-09T00:00:00Z</updated>"
        '<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Ein Satz.</p><p>Noch einer.</p></div>'
        "</content></entry>"
    )

    reading = read(atom(entry), "desk.atom")

    [item] = reading.items
    assert reading.media_type == "application/atom+xml"
    assert (item.guid, item.url, item.title) == ("tag:1", "https://ex.org/1", "A & B")
    assert item.text == "Ein Satz.\nNoch einer."
    assert (item.language, item.language_basis) == ("de", "given")
    assert item.published_at == datetime(2024, 6, 5, 11, 42, tzinfo=UTC)


def test_an_rss_1_entry_is_an_item() -> None:
    content = (
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="https://ex.org/"><title>Desk</title>'
        '<items><rdf:Seq><rdf:li resource="https://ex.org/1"/></rdf:Seq></items></channel>'
        '<item rdf:about="https://ex.org/1"><title>Chips</title><link>https://ex.org/1</link>'
        "<description>The chips went elsewhere.</description><dc:date>2024-06-05</dc:date></item></rdf:RDF>"
    )

    item = only_item(content, "desk.rdf")

    assert (item.url, item.title, item.text) == ("https://ex.org/1", "Chips", "The chips went elsewhere.")
    assert (item.published_precision, item.published_start) == ("day", date(2024, 6, 5))


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        (
            "<description>Short.</description><content:encoded>&lt;p&gt;Long text.&lt;/p&gt;</content:encoded>",
            "Long text.",
        ),
        ("<description>Short.</description><content:encoded> </content:encoded>", "Short."),
        ("<title>Only a title</title>", "Only a title"),
        ("<title>T</title><description>&lt;img src='x'&gt;</description>", "T"),
        (
            "<description>one&lt;br/&gt;two&lt;script&gt;three()&lt;/script&gt;&lt;li&gt;four</description>",
            "one\ntwo\nfour",
        ),
        ("<description>5 &amp;lt; 6 &amp;amp; 7</description>", "5 < 6 & 7"),
    ],
)
def test_the_text_is_content_else_summary_else_title(fields: str, text: str) -> None:
    assert only_item(rss(f"<item>{fields}</item>"), "desk.xml").text == text


def test_plain_atom_text_keeps_its_angle_brackets() -> None:
    entry = "<entry><id>1</id><content type='text'>if a &lt;b&gt; c\n\n then</content></entry>"

    assert only_item(atom(entry), "desk.atom").text == "if a <b> c\n\n then"


def test_entities_left_in_plain_text_are_decoded() -> None:
    summary = "12&amp;nbsp;000 chips &amp;amp; more, AT&amp;T; Q&amp;A"
    entry = f"<entry><id>1</id><summary type='text'>{summary}</summary></entry>"

    assert only_item(atom(entry), "desk.atom").text == "12\u00a0000 chips & more, AT&T; Q&A"


def test_the_updated_date_counts_where_no_published_one_is_given() -> None:
    entry = "<entry><id>1</id><title>T</title><updated>2024-06-05T11:42:00+02:00</updated></entry>"

    assert only_item(atom(entry), "desk.atom").published_at == datetime(2024, 6, 5, 9, 42, tzinfo=UTC)


def test_an_entry_without_id_is_known_by_its_link_else_by_its_title() -> None:
    entries = "<item><title>A</title><link>https://ex.org/a</link></item><item><title>B</title></item>"
    moved = "<item><title>New</title></item>" + entries

    before, after = read(rss(entries), "desk.xml").items, read(rss(moved), "desk.xml").items

    assert before[0].guid == "https://ex.org/a"
    assert before[1].guid.startswith("desk.xml#")
    assert [item.guid for item in before] == [item.guid for item in after[1:]]


def test_entries_of_one_title_on_two_days_are_two_items() -> None:
    entries = (
        "<item><title>Closing bell</title><pubDate>Tue, 04 Jun 2024 20:00:00 GMT</pubDate></item>"
        "<item><title>Closing bell</title><pubDate>Wed, 05 Jun 2024 20:00:00 GMT</pubDate></item>"
    )

    assert len({item.guid for item in read(rss(entries), "desk.xml").items}) == 2


def test_an_entry_with_neither_text_nor_title_is_rejected_with_its_line() -> None:
    reading = read(rss("<item><title>Good</title></item>\n<item>\n<guid>2</guid></item>"), "desk.xml")

    assert [item.title for item in reading.items] == ["Good"]
    assert reading.rejected == (
        RejectedEntry(
            "<item>\n<guid>2</guid></item>",
            "desk.xml, line 5: the entry has neither text nor title",
            5,
            "text",
        ),
    )


@pytest.mark.parametrize(
    ("date_element", "why"),
    [
        ("<pubDate>Fri, 30 Feb 2024 10:00:00 GMT</pubDate>", "'Fri, 30 Feb 2024 10:00:00 GMT' is no date that exists"),
        ("<pubDate>2024-02-30T10:00:00Z</pubDate>", "the date 2024-02-30T10:00:00Z does not exist"),
        ("<pubDate>gestern</pubDate>", "'gestern' is no date that exists"),
    ],
)
def test_an_entry_with_a_date_that_does_not_exist_is_rejected(date_element: str, why: str) -> None:
    reading = read(rss(f"<item><title>T</title>{date_element}</item>"), "desk.xml")

    assert reading.items == ()
    [entry] = reading.rejected
    assert (entry.line, entry.column) == (4, "published")
    assert entry.reason.startswith(f"desk.xml, line 4: `published`: {why}")


def test_a_feed_without_entries_is_valid() -> None:
    reading = read(rss(""), "desk.xml")

    assert (reading.unreadable, reading.items, reading.rejected) == (None, (), ())
    assert reading.media_type == "application/rss+xml"


def test_of_a_feed_that_is_cut_off_the_whole_entries_are_read() -> None:
    whole = "<item><title>One</title></item>\n<item><title>Two</title></item>\n"
    content = rss(whole + "<item><title>Three</title><description>The chips we")
    content = content[: content.index("chips we") + len("chips we")]

    reading = read(content, "desk.xml")

    assert reading.unreadable is None
    assert [item.title for item in reading.items] == ["One", "Two"]
    [entry] = reading.rejected
    assert (entry.line, entry.verbatim) == (6, "<item><title>Three</title><description>The chips we")
    assert entry.reason.startswith("desk.xml, line 6: the entry is cut off: malformed XML at line 6, column ")


@pytest.mark.parametrize(
    ("second", "titles", "rejected_lines"),
    [
        ("<item><title>Two</title><![CDATA[ no end </item>", ["One", "Two", "Three", "Four"], []),
        ("<item><title>Two</title></itm>", ["One", "Three", "Four"], [5]),
        ("<item><title>Two</title></description></item>", ["One", "Two", "Three", "Four"], []),
        ("<item><title>Two</title><!-- no end </item>", ["One", "Two", "Three", "Four"], []),
        ("<item><title>Two</title></channel></item>", ["One", "Two", "Three", "Four"], []),
    ],
)
def test_xml_that_breaks_in_the_middle_loses_no_entry_without_a_word(
    second: str, titles: list[str], rejected_lines: list[int]
) -> None:
    one, three, four = (f"<item><title>{title}</title></item>" for title in ("One", "Three", "Four"))

    reading = read(rss("\n".join([one, second, three, four])), "desk.xml")

    assert [item.title for item in reading.items] == titles
    assert [entry.line for entry in reading.rejected] == rejected_lines


@pytest.mark.parametrize("text", ["AT&T waits", "a &nbsp; blank", "a <b>bold word", "&undefined; entity"])
def test_entries_of_malformed_xml_are_read(text: str) -> None:
    entries = f"<item><title>One</title><description>{text}</description></item><item><title>Two</title></item>"

    assert [item.title for item in read(rss(entries), "desk.xml").items] == ["One", "Two"]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("<rss version='2.0'><channel>\n<title>x</tit", "malformed XML at line 2, column "),
        ("<rss version='2.0'><channel><title>x</channel></rss>", "malformed XML at line 1, column "),
        ("<urlset><url/></urlset>", "XML with the root element <urlset>, not a feed"),
        ("Sorry, come back later.", "no feed: it begins with 'Sorry, come back later.'"),
        (" <!-- cached --><!DOCTYPE html><html><body>Hello</body></html>", "HTML where a feed was expected"),
    ],
)
def test_a_feed_of_which_nothing_can_be_read_is_unreadable(content: str, why: str) -> None:
    reading = read(content, "desk.xml")

    assert (reading.items, reading.rejected) == ((), ())
    assert reading.unreadable is not None
    assert reading.unreadable.startswith(f"desk.xml: {why}")


def test_a_feed_is_read_in_its_charset() -> None:
    content = rss("<item><title>Reçu à Köln</title></item>")

    latin = content.replace('encoding="utf-8"', 'encoding="iso-8859-1"').encode("latin-1")
    assert only_item(latin, "desk.xml").title == "Reçu à Köln"
    assert only_item(content.encode("latin-1"), "desk.xml", "text/xml; charset=latin-1").title == "Reçu à Köln"
    assert only_item(content.encode("utf-16"), "desk.xml").title == "Reçu à Köln"
    assert only_item(content.encode("utf-8"), "desk.xml", "text/xml").title == "Reçu à Köln"


def test_an_entity_bomb_neither_explodes_nor_takes_long() -> None:
    definitions = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    content = (
        f'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY e0 "boom">{definitions}]>'
        "<rss version='2.0'><channel><item><title>T &e9;</title></item></channel></rss>"
    )
    started = time.monotonic()

    reading = read(content, "desk.xml")

    assert time.monotonic() - started < 5
    assert sum(len(item.text) for item in reading.items) < 10_000


def test_an_external_entity_is_not_opened(tmp_path: Path) -> None:
    secret = tmp_path / "hidden.txt"
    secret.write_text("the secret", encoding="utf-8")
    content = (
        f'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY x SYSTEM "{secret.as_uri()}">]>'
        "<rss version='2.0'><channel><item><title>T &x;</title></item></channel></rss>"
    )

    assert "secret" not in "".join(item.text for item in read(content, "desk.xml").items)


@pytest.mark.parametrize(
    "before", ["\n\n", "<!-- generated -->", "PHP Warning: no cache in feed.php\n", "<!DOCTYPE html>", "\ufeff"]
)
def test_a_feed_is_known_whatever_stands_before_it(before: str) -> None:
    content = before + "<rss version='2.0'><channel><item><title>T</title></item></channel></rss>"

    assert [item.title for item in read(content, "https://ex.org/feed", "text/plain").items] == ["T"]


def test_a_feed_whose_bytes_are_the_name_of_a_file_opens_no_file() -> None:
    reading = read("/etc/passwd", "desk.xml")

    assert reading.items == ()
    assert reading.unreadable is not None
