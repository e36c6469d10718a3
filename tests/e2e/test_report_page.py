"""The published report in Chromium: on a phone, with no network, and with hostile words in every field from outside."""

import os
from collections.abc import Iterator
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Route

from pipelines.publish.findings import Findings, read_findings
from pipelines.publish.pictures.plates import short
from pipelines.publish.report import draw, render
from pipelines.publish.wording import visible
from tests.e2e.browsing import browser_page, find_chromium
from tests.e2e.conftest import Story

pytestmark = [pytest.mark.browser]

HOSTILE = {
    "script": "<script>window.hacked = 1</script>",
    "image": '"><img src="https://evil.example/x.png" onerror="window.hacked = 1">',
    "end of the drawing": "</svg></title></style><style>@import 'https://evil.example/x.css';</style>",
    "handler in the drawing": "<svg onload=window.hacked=1><a xlink:href='javascript:window.hacked=1'>",
    "formula": "$x^2$ $\\frac{1}{",
    "turned text": "\u202egnp.exe\u202c \u2067abc\u2069 שלום مرحبا",
    "half a sign": "torn \ud800 apart \udfff",
    "signs of East Asia": "华为昇腾九一零 エヌビディア 엔비디아",
    "emoji": "🚀🔥 👩‍💻 chips",
    "control signs": "a\x00b\x1b[31m\x07\ufffe\uffff",
    "entity": "&lt;b&gt; &#x3C;script&#x3E; ]]>",
    "template": "{{ findings }} {% raw %} ${alert(1)}",
    "long": "W" * 10_000,
}
FREE_TEXT = {
    "from_name", "to_name", "a_name", "b_name", "entity_name", "supplier_name", "product", "related_through",
    "group_name", "origin_name", "origin_id", "quote", "source", "document", "title", "origins", "rival_value", "name",
    "reasons", "columns", "sheet",
}  # fmt: skip
ADDRESSES = (
    "javascript:window.hacked=1",
    "data:text/html,<script>window.hacked=1</script>",
    "//evil.example/",
    "http://",
)


@pytest.fixture
def page(tmp_path: Path) -> Iterator[Page]:
    if not find_chromium():
        why = "no Chromium is installed: `apt-get install chromium` (Debian's package)"
        if os.environ.get("WAYBILL_REQUIRE_BROWSER") == "1":
            pytest.fail(why)
        pytest.skip(why)
    with browser_page(tmp_path / "profile", width=360, height=740) as page:
        yield page


@pytest.fixture
def asked(page: Page) -> list[str]:
    """Every address that the page asks for; none but the file itself is answered."""
    found: list[str] = []

    def answer(route: Route) -> None:
        found.append(route.request.url)
        route.continue_() if route.request.url.startswith("file:") else route.abort()

    page.context.route("**/*", answer)
    return found


@pytest.fixture(scope="module")
def findings(story: Story) -> Findings:
    return read_findings(story.home / "published" / "waybill.duckdb", most_rejections=50, most_evidence=25)


def hostile(findings: Findings, words: str) -> Findings:
    """The sample's findings with `words` in every text from outside, and no good address."""

    def said(value: Any) -> Any:
        if isinstance(value, list):
            return [said(part) for part in value]
        if isinstance(value, dict):
            turned = {
                key: words if key in FREE_TEXT and isinstance(part, str) else said(part) for key, part in value.items()
            }
            if value.get("url"):
                turned["url"] = ADDRESSES[len(value["url"]) % len(ADDRESSES)]
            return turned
        return value

    return replace(findings, **{field.name: said(getattr(findings, field.name)) for field in fields(findings)})


def widest(page: Page) -> int:
    return int(page.evaluate("document.documentElement.scrollWidth"))


def test_the_report_fits_a_phone_and_asks_for_nothing(page: Page, asked: list[str], story: Story) -> None:
    address = (story.home / "published" / "report.html").resolve().as_uri()
    page.goto(address)
    assert asked == [address]
    assert widest(page) == 360
    shown = page.locator("svg[role=img]")
    assert shown.count() >= 6
    sizes = page.evaluate(
        "[...document.querySelectorAll('svg text')]"
        ".map(t => t.getScreenCTM().a * parseFloat(getComputedStyle(t).fontSize))"
    )
    assert min(sizes) > 8.5
    beyond = page.evaluate(
        "[...document.querySelectorAll('svg text')].filter(t => { const r = t.getBoundingClientRect();"
        " return r.width && (r.left < -1 || r.right > 361) }).map(t => t.textContent)"
    )
    assert beyond == []


def test_each_drawing_has_words_for_those_who_do_not_see_it(page: Page, story: Story) -> None:
    page.goto((story.home / "published" / "report.html").resolve().as_uri())
    names = page.evaluate(
        "[...document.querySelectorAll('svg')].map(s => s.getAttribute('aria-labelledby').split(' ')"
        ".map(id => document.getElementById(id).textContent))"
    )
    assert names
    assert [name for name in names if not all(name)] == []
    ids = page.evaluate("[...document.querySelectorAll('[id]')].map(e => e.id)")
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("is_guarded", [True, False], ids=["as published", "without its policy"])
@pytest.mark.parametrize("kind", HOSTILE)
def test_words_from_outside_are_shown_and_do_nothing(
    page: Page, asked: list[str], findings: Findings, tmp_path: Path, kind: str, is_guarded: bool
) -> None:
    words = HOSTILE[kind]
    told = hostile(findings, words)
    html = render(told, draw(told, tmp_path / "pictures"))
    assert "could not be drawn" not in html
    if not is_guarded:
        html = html.replace('http-equiv="Content-Security-Policy"', "")
    path = tmp_path / "report.html"
    path.write_text(html, encoding="utf-8")
    said: list[str] = []
    page.on("dialog", lambda dialog: (said.append(dialog.message), dialog.dismiss()))
    page.goto(path.as_uri())
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    assert page.evaluate("window.hacked") is None
    assert said == []
    assert asked == [path.as_uri()]
    assert (
        page.evaluate("document.querySelectorAll('script, img, iframe, object, embed, link, a[href^=\"java\"]').length")
        == 0
    )
    assert page.evaluate("[...document.querySelectorAll('main a')].map(a => a.protocol)") == []
    shown = visible(words, isolated=True)
    texts: list[str] = page.evaluate("[...document.querySelectorAll('bdi, blockquote')].map(e => e.textContent)")
    assert shown in texts
    drawn: list[str] = page.evaluate("[...document.querySelectorAll('svg text')].map(e => e.textContent)")
    assert [text for text in drawn if text.startswith(short(words)[:10])]
    assert widest(page) == 360
