"""JSON and JSON Lines to rows with typed cells. What the keys mean stays in `tables`."""

import codecs
import json
from collections.abc import Iterator
from itertools import islice
from typing import Any

from pipelines.suppliers.contracts import JsonFormat, fold
from pipelines.suppliers.documents import Document
from pipelines.suppliers.rows import Cell, Row, Unreadable

MOST_BYTES_OF_A_LINE = 2_000_000
MOST_BYTES_OF_A_VALUE = 300_000_000
_KEYS_WITHIN = 1_000
_DEEPEST = 8
# The place of an object, its text as it stands, and its keys and values, or why it has none.
_Entry = tuple[int, str, "dict[str, Cell] | str"]


class _Refused(ValueError):
    pass


def header_of(document: Document, how: JsonFormat) -> Row:
    """The keys of the first thousand objects as a row before them. Raises Unreadable."""
    found = [entry for _, _, entry in islice(_entries(document, how), _KEYS_WITHIN)]
    names = dict.fromkeys(name for entry in found if isinstance(entry, dict) for name in entry)
    if not names:
        raise Unreadable("no JSON object in it: write one object a line, or one list of objects")
    return Row(0, "", tuple(names))


def rows_below(document: Document, how: JsonFormat, header: Row, *, refuse_others: bool) -> Iterator[Row]:
    """All objects as rows, counted from 1 or by their lines. Raises Unreadable."""
    names = [str(name) for name in header.cells]
    known = {fold(name) for name in names}
    for number, verbatim, entry in _entries(document, how):
        if isinstance(entry, str):
            yield Row(number, verbatim, (), entry)
            continue
        others = [name for name in entry if fold(name) not in known] if refuse_others else []
        problem = f"{', '.join(map(repr, others))} is no column of it: correct the name, or leave it out"
        yield Row(number, verbatim, tuple(entry.get(name, "") for name in names), problem if others else None)


def is_lines(document: Document) -> bool:
    """Whether it is JSON Lines rather than one JSON value."""
    if document.name.lower().endswith((".jsonl", ".ndjson")):
        return True
    head = document.head(1 << 16).removeprefix(codecs.BOM_UTF8).lstrip()
    first = head.split(b"\n", 1)[0].strip()
    return head.startswith(b"{") and first.endswith(b"}") and isinstance(_parsed(first), dict) and b"\n" in head.strip()


def _entries(document: Document, how: JsonFormat) -> Iterator[_Entry]:
    if is_lines(document):
        yield from _lines(document)
        return
    if document.size > MOST_BYTES_OF_A_VALUE:
        raise Unreadable(f"{document.size:,} bytes in one JSON value: write it as JSON Lines, one object a line")
    value = _parsed(document.read().removeprefix(codecs.BOM_UTF8))
    if isinstance(value, str):
        raise Unreadable(f"{value}")
    for number, one in enumerate(_listed(value, how), start=1):
        yield number, _sound(json.dumps(one, ensure_ascii=False)), _flattened(one)


def _lines(document: Document) -> Iterator[_Entry]:
    with document.open() as stream:
        number = 0
        while line := stream.readline(MOST_BYTES_OF_A_LINE):
            number += 1
            if len(line) == MOST_BYTES_OF_A_LINE and not line.endswith(b"\n"):
                while (rest := stream.readline(MOST_BYTES_OF_A_LINE)) and not rest.endswith(b"\n"):
                    pass
                yield number, _shown(line[:1000]) + "…", f"longer than {MOST_BYTES_OF_A_LINE:,} bytes"
                continue
            text = line.removeprefix(codecs.BOM_UTF8).strip() if number == 1 else line.strip()
            if text:
                value = _parsed(text)
                yield number, _shown(text), value if isinstance(value, str) else _flattened(value)


def _parsed(text: bytes) -> dict[str, Any] | list[Any] | str:
    """The value, or why it cannot be read."""
    try:
        value = json.loads(text.decode("utf-8"), object_pairs_hook=_once, parse_constant=_no_constant)
    except UnicodeDecodeError as problem:
        return f"byte {problem.start + 1} is not UTF-8: save the file as UTF-8"
    except json.JSONDecodeError as problem:
        return f"not JSON at line {problem.lineno}, character {problem.colno}: {problem.msg}"
    except (ValueError, RecursionError) as problem:
        return f"JSON that cannot be read: {problem}"
    return value if isinstance(value, dict | list) else f"no JSON object but {type(value).__name__}"


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = [_sound(name) for name, _ in pairs]
    found = dict(zip(names, (one for _, one in pairs), strict=True))
    if len(found) < len(pairs):
        twice = sorted({name for name in names if names.count(name) > 1})
        raise _Refused(f"names {', '.join(map(repr, twice))} twice: nobody can tell which one counts")
    return found


def _no_constant(name: str) -> None:
    raise _Refused(f"{name} is no number")


def _listed(value: dict[str, Any] | list[Any], how: JsonFormat) -> list[Any]:
    found: Any = value
    for name in how.records.split(".") if how.records else ():
        found = found.get(name) if isinstance(found, dict) else None
    if isinstance(found, list):
        return found
    where = f"under {how.records!r}" if how.records else "at its top"
    raise Unreadable(f"no list of objects {where}: correct the contract's records, which names where they stand")


def _flattened(value: Any) -> dict[str, Cell] | str:
    if not isinstance(value, dict):
        return f"no JSON object but {type(value).__name__}"
    found: dict[str, Cell] = {}
    return found if _fill(found, value, "", _DEEPEST) else f"objects within objects, deeper than {_DEEPEST}"


def _fill(found: dict[str, Cell], value: dict[str, Any], prefix: str, depth: int) -> bool:
    if depth == 0:
        return False
    for name, one in value.items():
        if isinstance(one, dict):
            if not _fill(found, one, f"{prefix}{name}.", depth - 1):
                return False
        else:
            found[prefix + name] = _cell(one)
    return True


def _cell(value: Any) -> Cell:
    if value is None:
        return ""
    if isinstance(value, str):
        return _sound(value)
    return _sound(json.dumps(value, ensure_ascii=False)) if isinstance(value, list) else value


def _sound(text: str) -> str:
    """Text that can be written: JSON may escape half a character (`\\ud800`), which no encoding holds."""
    return text if text.isascii() else text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _shown(text: bytes) -> str:
    return text.decode("utf-8", "backslashreplace")
