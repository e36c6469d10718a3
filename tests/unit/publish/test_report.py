import re
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest

from pipelines.publish.report import web_address
from tests.unit.publish.story import HOSTILE_NAME, HOSTILE_QUOTE, HOSTILE_TITLE

VOID = {"meta", "br", "img", "link", "input", "hr"}


class Page(HTMLParser):
    """The elements of a page and its words; `open` holds what was never closed, or closed out of turn."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.words: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if self.open and self.open[-1] == tag:
            self.open.pop()
        if tag in ("td", "th", "dt", "dd"):
            self.words.append(" ")

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join("".join(self.words).split())


@pytest.fixture(scope="module")
def html(published: Path) -> str:
    return (published / "report.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def page(html: str) -> Page:
    return Page(html)


def test_the_page_says_who_gained_and_lost_what_and_on_whose_word(page: Page) -> None:
    assert "as known on 2024-09-01" in page.text
    card = page.text[page.text.index("Tesla, Inc. → X Corp.") :]
    assert card.startswith("Tesla, Inc. → X Corp. 11,500–12,500 NVIDIA H100, worth at least $500 million")
    assert "related through Elon Musk" in card
    assert (
        "diversion, reported by 1 independent origin, December 2023, known since 2024-06-04, one side of a swap" in card
    )
    assert "Outlet i1" in card


def test_the_page_says_what_is_late_and_by_how_much(page: Page) -> None:
    late = page.text[page.text.index("What is late, and by how much") :]
    assert "Tesla, Inc. 60–300 days stated 11,500–12,500 NVIDIA H100 at least $500 million diversion" in late
    row = late[late.index("60–300 days stated") :]
    assert re.search(r"still open (confirmed|reported), [12] origins? What it rests on", row)


def test_the_page_says_what_was_announced_contradicted_and_read(page: Page) -> None:
    assert "X.AI Corp. 300,000 NVIDIA B200 2025-06-01 – 2025-08-31 open" in page.text
    assert "happened: denied, according to reuters" in page.text
    assert "News 2 1 3 2 1" in page.text
    assert "Suppliers 1 0 2 1 1" in page.text
    assert "story.jsonl 3 published_at '2024-02-30' is no day [/red] <i>" in page.text
    assert "book.csv 3 quantity -5 is negative: a count is 0 or more" in page.text


def test_words_from_outside_stay_words(html: str, page: Page) -> None:
    shown = [word.replace("\x1b", "\ufffd") for word in (HOSTILE_TITLE, HOSTILE_QUOTE, HOSTILE_NAME)]
    for word in shown:
        assert word in page.text
        assert word not in html
    assert "\x1b" not in html
    allowed = {
        "html", "head", "meta", "title", "style", "body", "header", "main", "footer", "nav", "section", "article", "h1",
        "h2", "h3", "p", "a", "ul", "ol", "li", "dl", "dt", "dd", "div", "span", "strong", "i", "bdi", "cite", "code",
        "time", "blockquote", "details", "summary", "table", "thead", "tbody", "tr", "th", "td",
        "figure", "figcaption", "svg", "desc", "defs", "g", "path", "use", "text", "clippath", "rect",
    }  # fmt: skip
    assert {tag for tag, _ in page.elements} <= allowed
    assert not any(name.startswith("on") for _, attributes in page.elements for name in attributes)


def test_text_that_turns_the_direction_of_writing_stands_isolated(html: str) -> None:
    turned = [match.start() for match in re.finditer("\u202e", html)]
    assert turned
    for place in turned:
        assert html.rfind("<bdi>", 0, place) > html.rfind("</bdi>", 0, place)


def test_only_addresses_of_web_pages_are_linked(page: Page) -> None:
    links = {attributes["href"] for tag, attributes in page.elements if tag == "a"}
    assert {link for link in links if link and not link.startswith("#")} == {"https://news.example/1"}


@pytest.mark.parametrize(
    ("url", "linked"),
    [
        ("https://news.example/a?b=c", True),
        ("http://news.example", True),
        ("javascript:alert(1)", False),
        ("JAVASCRIPT:alert(1)", False),
        ("data:text/html,x", False),
        ("//news.example/a", False),
        ("file:///etc/passwd", False),
        ("https://[broken", False),
        ("", False),
        (None, False),
    ],
)
def test_web_addresses(url: str | None, linked: bool) -> None:
    assert web_address(url) == (url if linked else None)


@pytest.mark.parametrize("kind", ["published", "published_empty"])
def test_the_page_stands_alone_and_is_well_formed(kind: str, request: pytest.FixtureRequest) -> None:
    page = Page((request.getfixturevalue(kind) / "report.html").read_text(encoding="utf-8"))
    assert page.open == []
    assert not any("src" in attributes for _, attributes in page.elements)
    assert "url(" not in "".join(attributes.get("style") or "" for _, attributes in page.elements)
    policy = [a["content"] or "" for tag, a in page.elements if a.get("http-equiv") == "Content-Security-Policy"]
    assert policy[0].startswith("default-src 'none'")
    headings = [int(tag[1]) for tag, _ in page.elements if re.fullmatch("h[1-6]", tag)]
    assert headings[0] == 1
    assert headings.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(headings))
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(ids) == len(set(ids))


def test_an_empty_publication_says_so(published_empty: Path) -> None:
    text = Page((published_empty / "report.html").read_text(encoding="utf-8")).text
    assert text.count("Nothing yet:") == 4
    assert "News 0 0 0 0 0" in text
