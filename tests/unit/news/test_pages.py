from datetime import UTC, date, datetime

import pytest

from pipelines.news.documents import read_document
from tests.unit.news.reading import only_item, read

ARTICLE = (
    "<article><h1>Les puces</h1>"
    "<p>Le constructeur attend 12&nbsp;000 H100, selon une note interne qui circule depuis mardi.</p>"
    "<p>Le réseau social les a reçues &agrave; sa place, et rendra les siennes plus tard dans l'année.</p></article>"
)


def page(head: str = "", body: str = ARTICLE, attributes: str = "") -> str:
    return f"<!DOCTYPE html><html {attributes}><head><meta charset=utf-8>{head}</head><body>{body}</body></html>"


def test_a_page_gives_text_title_date_address_language_and_site() -> None:
    head = (
        "<title>Les puces détournées</title>"
        "<link rel=canonical href='https://journal.example.org/puces'>"
        "<meta property='og:site_name' content='Le Journal'>"
        "<meta property='article:published_time' content='2024-06-04T23:30:00-04:00'>"
    )

    item = only_item(page(head, attributes="lang=fr-FR"), "saved/puces.html")

    assert item.text == (
        "Les puces\n"
        "Le constructeur attend 12 000 H100, selon une note interne qui circule depuis mardi.\n"
        "Le réseau social les a reçues à sa place, et rendra les siennes plus tard dans l'année."
    )
    assert item.title == "Les puces"
    assert (item.guid, item.url) == ("https://journal.example.org/puces", "https://journal.example.org/puces")
    assert item.source == "Le Journal"
    assert (item.language, item.language_basis) == ("fr", "given")
    assert (item.published_at, item.published_precision) == (datetime(2024, 6, 5, 3, 30, tzinfo=UTC), "instant")


def test_a_page_of_which_little_is_found_at_first_is_read_thoroughly() -> None:
    caption = "A caption says which picture it is, by whom, and when and where it was taken. " * 4
    paragraphs = "".join(
        f"<p>Paragraph {number} says at some length which chips went where, and when.</p>" for number in range(30)
    )
    html = page(body=f"<div class=post><p>{caption}</p></div><div>{paragraphs}</div>")

    assert "Paragraph 29" in only_item(html, "a.html").text


def test_a_page_without_headline_has_the_title_of_its_window() -> None:
    html = page("<title>Les puces détournées</title>", "<p>Le constructeur attend douze mille puces.</p>")

    assert only_item(html, "a.html").title == "Les puces détournées"


def test_a_page_that_says_nothing_about_itself_has_its_file_name_and_a_detected_language() -> None:
    item = only_item(page(), "saved/puces.html")

    assert (item.guid, item.url, item.source) == ("saved/puces.html", None, "The Desk")
    assert (item.language, item.language_basis) == ("fr", "detected")
    assert (item.published_at, item.published_precision, item.published_start) == (None, None, None)


@pytest.mark.parametrize(
    ("head", "at", "precision"),
    [
        (
            '<script type="application/ld+json">{"@graph": [{"@type": "NewsArticle",'
            ' "datePublished": "2024-06-05T08:00:00+02:00"}]}</script>',
            datetime(2024, 6, 5, 6, 0, tzinfo=UTC),
            "instant",
        ),
        ('<script type="application/ld+json">{broken</script>', None, None),
        ("<meta itemprop=datePublished content='2024-06-05'>", datetime(2024, 6, 5, tzinfo=UTC), "day"),
        ("<meta name=date content='5 juin 2024'>", datetime(2024, 6, 5, tzinfo=UTC), "day"),
    ],
)
def test_the_date_is_taken_from_where_pages_state_it(head: str, at: datetime | None, precision: str | None) -> None:
    item = only_item(page(head), "a.html")

    assert (item.published_at, item.published_precision) == (at, precision)


def test_a_date_after_the_page_was_fetched_is_not_its_date_of_publication() -> None:
    data = page(body=ARTICLE + "<p class=date>2031-05-01</p>").encode("utf-8")
    fetched_at = datetime(2024, 6, 6, tzinfo=UTC)

    reading = read_document(data, "a.html", source="The Desk", fetched_at=fetched_at)

    assert reading.items[0].published_at is None


def test_a_stated_date_that_does_not_exist_makes_the_page_unreadable() -> None:
    reading = read(page("<meta property='article:published_time' content='2024-02-30'>"), "a.html")

    assert reading.items == ()
    assert reading.unreadable is not None
    assert reading.unreadable.startswith("a.html: published: the date 2024-02-30 does not exist")


def test_a_second_date_counts_where_the_first_does_not_exist() -> None:
    head = "<meta property='article:published_time' content='2024-02-30'><meta name=date content='2024-03-01'>"

    assert only_item(page(head), "a.html").published_start == date(2024, 3, 1)


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("<html><body><p>Unclosed <b>words<p>about 12,000 chips", "Unclosed words\nabout 12,000 chips"),
        ("<p>No frame at all.", "No frame at all."),
        ("<?xml version='1.0' encoding='utf-8'?>\n<html><body><p>An XHTML page.</p></body></html>", "An XHTML page."),
        ("<!-- saved --><HTML><BODY><P>In capitals.</P></BODY></HTML>", "In capitals."),
    ],
)
def test_broken_html_that_still_gives_text_is_read(content: str, text: str) -> None:
    assert only_item(content, "a.html").text == text


@pytest.mark.parametrize(
    "content",
    [
        page(body=""),
        page(body="<script>render()</script><noscript></noscript>"),
        "<html>",
        "<p></p>",
    ],
)
def test_a_page_without_main_text_is_unreadable(content: str) -> None:
    reading = read(content, "a.html")

    assert reading.items == ()
    assert reading.media_type == "text/html"
    assert reading.unreadable is not None
    assert reading.unreadable.startswith("a.html: a page without main text")


@pytest.mark.parametrize(
    ("charset", "declared", "media_type"),
    [
        ("latin-1", "", "text/html; charset=iso-8859-1"),
        ("latin-1", "iso-8859-1", None),
        ("utf-8", "", None),
        ("utf-8-sig", "iso-8859-1", None),
        ("latin-1", "utf-8", None),
    ],
)
def test_a_page_is_read_in_its_charset(charset: str, declared: str, media_type: str | None) -> None:
    head = f"<meta http-equiv='Content-Type' content='text/html; charset={declared}'>" if declared else ""
    html = f"<html><head>{head}</head><body><p>Le réseau a tout reçu.</p></body></html>"

    assert only_item(html.encode(charset), "a.html", media_type).text == "Le réseau a tout reçu."
