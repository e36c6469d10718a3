"""HTML pages: main text, title, date, address, language. Snippets of HTML inside feeds belong in `markup`."""

import json
import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from pipelines.news.assembly import assemble_item
from pipelines.news.charsets import decode
from pipelines.news.dates import NoSuchDateError, NotADateError, Published, parse_published
from pipelines.news.errors import UnreadableDocumentError
from pipelines.news.item import NewsItem
from pipelines.news.kinds import prolog_length

MEDIA_TYPE = "text/html"

_DECLARED = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_.:-]+)", re.IGNORECASE)
_SHORT_TEXT = 600
_DATE_PATHS = (
    "//meta[@property='article:published_time']/@content",
    "//meta[@itemprop='datePublished']/@content",
    "//*[@itemprop='datePublished']/@datetime",
    "//meta[@name='article:published_time' or @name='datePublished' or @name='pubdate']/@content",
    "//meta[@name='date' or @name='DC.date.issued' or @name='dcterms.created']/@content",
    "//time[@pubdate]/@datetime",
)


def read_page(
    data: bytes,
    name: str,
    source: str,
    charset: str | None = None,
    language: str | None = None,
    fetched_at: datetime | None = None,
) -> NewsItem:
    """Read one page: its site's name is the source and its canonical address the guid, where it gives them.

    No date after `fetched_at` is taken for the date of publication. Raises UnreadableDocumentError where the page
    has no main text, or states a date that does not exist.
    """
    # Imported here: it takes half a second, which every start of Waybill would pay.
    import trafilatura

    meta = _DECLARED.search(data[:4096])
    declared = charset or (meta[1].decode("ascii") if meta else None)
    html = decode(data, name, declared)
    html = html[prolog_length(html) :]
    if "<html" not in html[:2000].lower():
        html = f"<html><body>{html}</body></html>"
    try:
        tree = trafilatura.load_html(html)
        page_language = _language(tree)
        dates = list(_stated_dates(tree))
        found = _extract(tree, fetched_at, fast=True)
        if len(found.get("text") or "") < _SHORT_TEXT:
            # Of some pages the fast way finds only a caption; the thorough one counts where it finds far more.
            thorough = _extract(trafilatura.load_html(html), fetched_at, fast=False)
            if len(thorough.get("text") or "") > 2 * len(found.get("text") or ""):
                found = thorough
    except Exception as error:  # rubbish makes the parsers below raise whatever they like
        raise UnreadableDocumentError(
            f"{name}: not readable as HTML ({type(error).__name__}: {error}); save the page again", MEDIA_TYPE
        ) from error
    text = found.get("text") or ""
    if not text.strip():
        raise UnreadableDocumentError(
            f"{name}: a page without main text (only menus, scripts or a notice); save the article itself", MEDIA_TYPE
        )
    url = found.get("url")
    return assemble_item(
        guid=url or name,
        source=found.get("sitename") or source,
        text=text,
        title=found.get("title"),
        url=url,
        published=_published(dates, found.get("date"), name),
        language=page_language or language,
    )


def _extract(tree: Any, fetched_at: datetime | None, *, fast: bool) -> dict[str, Any]:
    import trafilatura

    document = trafilatura.bare_extraction(
        tree,
        fast=fast,
        include_comments=False,
        with_metadata=True,
        date_extraction_params={
            "original_date": True,
            "extensive_search": False,
            "max_date": fetched_at.date().isoformat() if fetched_at else "2199-12-31",
        },
    )
    if document is None or isinstance(document, dict):
        return document or {}
    return document.as_dict()


def _language(tree: Any) -> str | None:
    values = tree.xpath("/html/@lang | /html/@*[name()='xml:lang']") if tree is not None else []
    return str(values[0]) if values else None


def _stated_dates(tree: Any) -> Iterator[str]:
    if tree is None:
        return
    for script in tree.xpath("//script[@type='application/ld+json']/text()"):
        try:
            yield from _dates_in(json.loads(str(script), strict=False))
        except (ValueError, RecursionError):
            continue
    for path in _DATE_PATHS:
        yield from (str(value) for value in tree.xpath(path))


def _dates_in(value: object) -> Iterator[str]:
    if isinstance(value, list):
        for entry in value:
            yield from _dates_in(entry)
    elif isinstance(value, dict):
        if isinstance(value.get("datePublished"), str):
            yield value["datePublished"]
        yield from _dates_in(value.get("@graph"))
        yield from _dates_in(value.get("mainEntity"))


def _published(stated: list[str], found: str | None, name: str) -> Published | None:
    missing: NoSuchDateError | None = None
    for value in stated:
        try:
            return parse_published(value)
        except NotADateError:
            continue
        except NoSuchDateError as error:
            missing = missing or error
    if missing is not None:
        raise UnreadableDocumentError(f"{name}: published: {missing}; correct it in the page", MEDIA_TYPE)
    return parse_published(found) if found else None
