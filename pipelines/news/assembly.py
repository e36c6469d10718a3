"""One news item from the fields that a reader found. Where the fields come from belongs in the readers."""

from pipelines.news.dates import Published
from pipelines.news.item import NewsItem
from pipelines.news.languages import detect_language, normalise_language


def assemble_item(
    *,
    guid: str,
    source: str,
    text: str,
    title: str | None = None,
    url: str | None = None,
    published: Published | None = None,
    language: str | None = None,
) -> NewsItem:
    """Spread the date over its fields, settle the language, and replace what no UTF-8 file can hold."""
    text = whole_characters(text)
    title = whole_characters(title) if title else None
    given = normalise_language(language)
    return NewsItem(
        guid=whole_characters(guid),
        source=whole_characters(source),
        text=text,
        title=title,
        url=whole_characters(url) if url else None,
        published_at=published.at if published else None,
        published_precision=published.precision if published else None,
        published_start=published.start if published else None,
        published_end=published.end if published else None,
        language=given or detect_language(f"{title}\n{text}" if title else text),
        language_basis="given" if given else "detected",
    )


def whole_characters(text: str) -> str:
    """`text` with pairs of surrogates joined and lone ones replaced by U+FFFD, one for one."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text
