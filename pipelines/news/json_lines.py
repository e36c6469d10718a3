"""JSON Lines: one object a line, one item an object. A line that cannot be read is rejected, the others are read."""

import json
from collections.abc import Iterator

from pipelines.news.assembly import assemble_item
from pipelines.news.charsets import decode, refuse_other_files
from pipelines.news.dates import NoSuchDateError, NotADateError, Published, parse_published
from pipelines.news.errors import UnreadableDocumentError
from pipelines.news.item import NewsItem, RejectedEntry

_OPTIONAL_TEXTS = ("url", "source", "published_at", "language", "title")


class _RejectedLineError(ValueError):
    def __init__(self, reason: str, column: str | None = None) -> None:
        super().__init__(reason)
        self.column = column


def read_json_lines(
    data: bytes, name: str, source: str, charset: str | None = None, language: str | None = None
) -> tuple[tuple[NewsItem, ...], tuple[RejectedEntry, ...]]:
    """Items and rejected lines, in the file's order; blank lines are neither.

    Fields: `text`, and optionally `item_id`, `url`, `source`, `published_at`, `language`, `title`; others are left
    aside. Raises UnreadableDocumentError where the whole file is not JSON Lines.
    """
    items: list[NewsItem] = []
    rejected: list[RejectedEntry] = []
    for number, line in _lines(data, name, charset):
        verbatim = line if isinstance(line, str) else line.decode("utf-8", "backslashreplace")
        try:
            items.append(_read_line(line, f"{name}#{number}", source, language))
        except _RejectedLineError as error:
            rejected.append(RejectedEntry(verbatim, f"{name}, line {number}: {error}", number, error.column))
    return tuple(items), tuple(rejected)


def _lines(data: bytes, name: str, charset: str | None) -> Iterator[tuple[int, str | bytes]]:
    refuse_other_files(data, name)
    if charset is None and b"\x00" not in data:
        # JSON is UTF-8: a line with other bytes is that line's fault, not a reason to guess at the whole file.
        whole = data.removeprefix(b"\xef\xbb\xbf")
        _refuse_one_value(whole.strip(), name)
        for number, line in enumerate(whole.split(b"\n"), start=1):
            if line.strip():
                yield number, line.rstrip(b"\r")
        return
    text = decode(data, name, charset)
    _refuse_one_value(text.strip().encode("utf-8"), name)
    for number, text_line in enumerate(text.split("\n"), start=1):
        if text_line.strip():
            yield number, text_line.rstrip("\r")


def _refuse_one_value(whole: bytes, name: str) -> None:
    if not whole.startswith(b"[") and (b"\n" not in whole or not whole.startswith(b"{")):
        return
    try:
        json.loads(whole)
    except (ValueError, RecursionError):
        return
    raise UnreadableDocumentError(
        f"{name}: one JSON value over several lines or a list, not JSON Lines; write one object a line"
    )


def _read_line(line: str | bytes, fallback_guid: str, source: str, language: str | None) -> NewsItem:
    entry = _object(line)
    text = entry.get("text")
    if not isinstance(text, str) or not text.strip():
        what = "is missing" if text is None else "is empty" if isinstance(text, str) else "is not a string"
        raise _RejectedLineError(f"`text` {what}; every line needs the item's text", "text")
    given = {field: _optional_text(entry, field) for field in _OPTIONAL_TEXTS}
    return assemble_item(
        guid=_item_id(entry) or given["url"] or fallback_guid,
        source=given["source"] or source,
        text=text,
        title=given["title"],
        url=given["url"],
        published=_published(given["published_at"]),
        language=given["language"] or language,
    )


def _object(line: str | bytes) -> dict[str, object]:
    try:
        value = json.loads(line.decode("utf-8") if isinstance(line, bytes) else line)
    except UnicodeDecodeError as error:
        raise _RejectedLineError(f"byte {error.start + 1} is not UTF-8; save the file as UTF-8") from error
    except json.JSONDecodeError as error:
        raise _RejectedLineError(
            f"not JSON at character {error.colno}: {error.msg}; write one whole object a line"
        ) from error
    except (ValueError, RecursionError) as error:
        raise _RejectedLineError(f"JSON that cannot be read: {error}") from error
    if not isinstance(value, dict):
        raise _RejectedLineError(f"not a JSON object but {type(value).__name__}; write one object a line")
    return value


def _optional_text(entry: dict[str, object], field: str) -> str | None:
    value = entry.get(field)
    if value is not None and not isinstance(value, str):
        raise _RejectedLineError(f"`{field}` is not a string; write it in quotes or leave it out", field)
    return value.strip() or None if value else None


def _item_id(entry: dict[str, object]) -> str | None:
    value = entry.get("item_id")
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return _optional_text(entry, "item_id")


def _published(value: str | None) -> Published | None:
    if value is None:
        return None
    try:
        return parse_published(value)
    except (NotADateError, NoSuchDateError) as error:
        raise _RejectedLineError(f"`published_at`: {error}", "published_at") from error
