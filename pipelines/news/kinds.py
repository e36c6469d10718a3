"""Which kind of document some bytes are, by content first, then media type, then name. Nothing is read here."""

import re
from typing import Literal

from pipelines.news.charsets import refuse_other_files
from pipelines.news.errors import UnreadableDocumentError

Kind = Literal["text", "page", "feed", "json_lines"]

_BY_MEDIA_TYPE: dict[str, Kind] = {
    "text/html": "page",
    "application/xhtml+xml": "page",
    "application/rss+xml": "feed",
    "application/atom+xml": "feed",
    "application/rdf+xml": "feed",
    "application/xml": "feed",
    "text/xml": "feed",
    "application/jsonl": "json_lines",
    "application/x-jsonlines": "json_lines",
    "application/jsonlines": "json_lines",
    "application/x-ndjson": "json_lines",
    "application/ndjson": "json_lines",
    "application/json": "json_lines",
}
_BY_SUFFIX: dict[str, Kind] = {
    "txt": "text", "text": "text", "md": "text",
    "html": "page", "htm": "page", "xhtml": "page",
    "xml": "feed", "rss": "feed", "atom": "feed", "rdf": "feed",
    "jsonl": "json_lines", "ndjson": "json_lines", "json": "json_lines",
}  # fmt: skip
_SUFFIX = re.compile(r"\.([A-Za-z][A-Za-z0-9]{0,7})\Z")
_PROLOG = re.compile(r"(?:\s+|<\?.*?\?>|<!--.*?-->)*", re.DOTALL)
_DOCTYPE = re.compile(r"<!doctype\s+([A-Za-z:]+)[^\[>]*(?:\[[^\]]*\]\s*)?>?", re.IGNORECASE)
_ELEMENT = re.compile(r"<(?:[\w.-]+:)?([A-Za-z][\w.-]*)")
_FEED_ROOTS = frozenset(("rss", "feed", "rdf"))
_FEED_TAG = re.compile(rb"<(?:rss|feed|rdf:RDF)[\s>]")
_SNIFFED_BYTES = 8192


def kind_of(data: bytes, name: str, media_type: str = "") -> Kind:
    """The kind of a document. Raises UnreadableDocumentError for what is none of them, HTML in a feed's place too."""
    refuse_other_files(data, name)
    expected = _BY_MEDIA_TYPE.get(media_type) or _by_name(name)
    root = root_element(data)
    if root == "html":
        if expected == "feed":
            raise UnreadableDocumentError(
                f"{name}: HTML where a feed was expected; check the feed's address, or name the file .html",
                "text/html",
            )
        return "page"
    if is_feed(data, root):
        return "feed"
    if root is not None and (expected == "feed" or data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<?xml")):
        raise UnreadableDocumentError(
            f"{name}: XML with the root element <{root}>, not a feed; give RSS, Atom or an HTML page", "application/xml"
        )
    if expected == "feed":
        begins = data[:40].decode("utf-8", "replace")
        raise UnreadableDocumentError(f"{name}: no feed: it begins with {begins!r}; check the feed's address")
    if expected is not None:
        return expected
    suffix = _SUFFIX.search(name)
    if suffix and media_type != "text/plain" and "://" not in name:
        raise UnreadableDocumentError(
            f"{name}: files of the kind .{suffix[1]} are not read; give .txt, .html, .xml (RSS, Atom) or .jsonl",
            media_type or None,
        )
    return "json_lines" if data.lstrip().startswith(b"{") else "text"


def root_element(data: bytes) -> str | None:
    """The name of the first element, in lower case without prefix, where the document begins with markup.

    Where a doctype and the element after it disagree, a feed is a feed; otherwise the doctype counts.
    """
    head = data[:_SNIFFED_BYTES]
    charset = "utf-16" if head.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    text = head.decode(charset, "replace")
    position = prolog_length(text)
    doctype = _DOCTYPE.match(text, position)
    if doctype:
        position = doctype.end() + prolog_length(text[doctype.end() :])
    element = _ELEMENT.match(text, position)
    name = element[1].lower() if element else None
    if doctype and name not in _FEED_ROOTS:
        return doctype[1].rpartition(":")[2].lower()
    return name


def is_feed(data: bytes, root: str | None) -> bool:
    """Whether a document with this root element is a feed, if need be with rubbish before its first tag."""
    return root in _FEED_ROOTS or (root is None and _FEED_TAG.search(data[:_SNIFFED_BYTES]) is not None)


def _by_name(name: str) -> Kind | None:
    suffix = _SUFFIX.search(name)
    return _BY_SUFFIX.get(suffix[1].lower()) if suffix else None


def prolog_length(text: str) -> int:
    """How many characters of XML declaration, comments and blanks stand before the markup proper."""
    match = _PROLOG.match(text)
    return match.end() if match else 0
