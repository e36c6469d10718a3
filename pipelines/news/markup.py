"""A snippet of HTML, as feeds carry it, to text. Whole pages belong in `pages`."""

import re
from html import unescape

_BREAKS = frozenset((
    "address", "article", "aside", "blockquote", "br", "dd", "div", "dl", "dt", "fieldset", "figcaption", "figure",
    "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav", "ol", "p", "pre",
    "section", "table", "tr", "ul",
))  # fmt: skip
_SPACES = frozenset(("td", "th"))
_BLANKS = re.compile(r"[ \t\r\n\f\v]+")
# Every branch ends at the next `<` or at the end of the text, so that no rubbish takes longer than its length. An
# own pattern and not a parser: html.parser raises on some rubbish, and lxml drops what is nested too deep.
_MARKUP = re.compile(
    r"<!--.*?(?:-->|\Z)"
    r"|<(?P<hidden>script|style|template|noscript)\b.*?(?:</(?P=hidden)\s*>|\Z)"
    r"|</?(?P<tag>[a-z][a-z0-9:-]*)(?:(?:[^<>\"']|\"[^\"]*\"|'[^']*')*+>|[^<>]*(?:>|\Z))"
    r"|<[!?/][^<>]*(?:>|\Z)",
    re.IGNORECASE | re.DOTALL,
)


def html_to_text(html: str) -> str:
    """The text of an HTML snippet: entities decoded, tags dropped, one line a paragraph, no empty lines."""
    text = unescape(_MARKUP.sub(_in_place_of, _BLANKS.sub(" ", html)))
    lines = (_BLANKS.sub(" ", line).strip(" ") for line in text.split("\n"))
    return "\n".join(line for line in lines if line)


def _in_place_of(markup: re.Match[str]) -> str:
    tag = (markup["tag"] or "").lower()
    return "\n" if tag in _BREAKS else " " if tag in _SPACES else ""
