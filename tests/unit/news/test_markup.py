import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.news.markup import html_to_text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>One <b>bold</b> word.</p><p>Two.</p>", "One bold word.\nTwo."),
        ("One<br/>two<BR>three<hr>four", "One\ntwo\nthree\nfour"),
        ("<ul><li>a</li>\n<li>b</li></ul>", "a\nb"),
        ("<table><tr><td>1</td><td>2</td></tr><tr><td>3</td></tr></table>", "1 2\n3"),
        ("line\nbreaks are\tblanks", "line breaks are blanks"),
        ("5 &lt; 6 &amp;amp; 7&nbsp;000 &#8364; &#x20AC;", "5 < 6 &amp; 7\u00a0000 € €"),
        ("a < b & c > d", "a < b & c > d"),
        ("AT&T and R&D", "AT&T and R&D"),
        ("before<script>if (a < b) run('<p>')</script><style>p {}</style>after", "beforeafter"),
        ("before<!-- <p>hidden</p> -->after", "beforeafter"),
        ('<img alt="a > b"/><a title=\'<b>\' href="x">link</a>', "link"),
        ('<p class="x>unclosed quote</p>', "unclosed quote"),
        ('cut in a tag <a href="https://ex.o', "cut in a tag"),
        ("</p></div></body></html>rest", "rest"),
        ("<![CDATAsult in rubbish", ""),
        ("<b>" * 3000 + "deep" + "</b>" * 3000 + " and after", "deep and after"),
        ("", ""),
    ],
)
def test_html_becomes_text(html: str, text: str) -> None:
    assert html_to_text(html) == text


@pytest.mark.parametrize("rubbish", ["<a ", '<a "', "<a '\"", "<!", "</", "<script>", "<!--", "<a b='", "<", "&"])
def test_rubbish_takes_no_longer_than_its_length(rubbish: str) -> None:
    started = time.monotonic()

    html_to_text(rubbish * 100_000)

    assert time.monotonic() - started < 3


PIECES = st.sampled_from(["<", ">", "</", "<!", "<!--", "-->", "<![CDATA[", "<p", "<script>", "&#", "&lt;", '"', "'"])


@settings(database=None, deadline=None)
@given(st.lists(PIECES | st.text(max_size=3)).map("".join))
def test_no_text_whatever_makes_it_raise(html: str) -> None:
    assert "\n\n" not in html_to_text(html)
