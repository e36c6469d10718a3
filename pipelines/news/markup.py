"""A snippet of HTML, as feeds carry it, to text. Whole pages belong in `pages`."""

import re
from html.parser import HTMLParser

_BREAKS = frozenset((
    "address", "article", "aside", "blockquote", "br", "dd", "div", "dl", "dt", "fieldset", "figcaption", "figure",
    "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav", "ol", "p", "pre",
    "section", "table", "tr", "ul",
))  # fmt: skip
_SPACES = frozenset(("td", "th"))
_HIDDEN = frozenset(("script", "style", "template", "noscript"))
_BLANKS = re.compile(r"[ \t\r\n\f\v]+")


def html_to_text(html: str) -> str:
    """The text of an HTML snippet: entities decoded, tags dropped, one line a paragraph, no empty lines."""
    reader = _TextReader()
    reader.feed(html)
    reader.close()
    lines = (_BLANKS.sub(" ", line).strip(" ") for line in "".join(reader.pieces).split("\n"))
    return "\n".join(line for line in lines if line)


class _TextReader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self._hidden: list[str] = []

    def handle_starttag(self, tag: str, _attrs: list[tuple[str, str | None]]) -> None:
        if tag in _HIDDEN:
            self._hidden.append(tag)
        self._separate(tag)

    def handle_endtag(self, tag: str) -> None:
        if self._hidden and self._hidden[-1] == tag:
            self._hidden.pop()
        self._separate(tag)

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.pieces.append(_BLANKS.sub(" ", data))

    def _separate(self, tag: str) -> None:
        if tag in _BREAKS:
            self.pieces.append("\n")
        elif tag in _SPACES:
            self.pieces.append(" ")
