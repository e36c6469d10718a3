"""Plain text files: one item a file, its date in the first line if any. Other kinds have readers of their own."""

import re

from pipelines.news.assembly import assemble_item
from pipelines.news.dates import NoSuchDateError, NotADateError, Published, parse_published
from pipelines.news.errors import UnreadableDocumentError
from pipelines.news.item import NewsItem

_DATED = re.compile(r"date[ \t]+([0-9][^\s]*)(?:[ \t]+|(?=[\r\n])|\Z)")
_LINE_END = re.compile(r"\r\n|\r|\n")
_WRITTEN = re.compile(r"[0-9]{4}-[0-9]{2}(-[0-9]{2})?")


def read_plain_text(text: str, name: str, source: str, language: str | None = None) -> NewsItem:
    """Read a text whose first line may begin with `date 2024-06` or `date 2024-06-05`.

    The rest of that line and all that follows is the item's text, kept exactly. Raises UnreadableDocumentError
    where digits follow `date` that are no such date, and where no text follows.
    """
    published, body = _split_date(text, name)
    if not body.strip():
        raise UnreadableDocumentError(f"{name}, line 1: no text follows the date; write the news item below it")
    return assemble_item(guid=name, source=source, text=body, published=published, language=language)


def _split_date(text: str, name: str) -> tuple[Published | None, str]:
    match = _DATED.match(text)
    if match is None:
        return None, text
    written = match[1]
    try:
        if _WRITTEN.fullmatch(written) is None:
            raise NotADateError(f"{written[:40]!r} is not a date")
        published = parse_published(written)
    except (NotADateError, NoSuchDateError) as error:
        raise UnreadableDocumentError(
            f"{name}, line 1: {error}; begin the line with `date 2024-06` or `date 2024-06-05`, or with another word"
        ) from error
    rest = text[match.end() :]
    line_end = _LINE_END.match(rest)
    return published, rest[line_end.end() :] if line_end else rest
