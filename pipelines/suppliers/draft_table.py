"""Where the table stands in a file of which no contract is known yet: its format, its header, its first rows.

Guessed for `make contract` only; what its columns mean is guessed in `draft`.
"""

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from typing import Any

from charset_normalizer import from_bytes

from pipelines.suppliers import csv_rows, json_rows, parquet_rows
from pipelines.suppliers.archives import is_archive
from pipelines.suppliers.columns import Block
from pipelines.suppliers.contracts import CsvFormat, JsonFormat, XlsxFormat, fold
from pipelines.suppliers.documents import Document
from pipelines.suppliers.draft_words import COLUMN_NAMES
from pipelines.suppliers.edifact.reader import is_edifact
from pipelines.suppliers.rows import Row, Unreadable, cell_text
from pipelines.suppliers.x12.reader import is_x12
from pipelines.suppliers.xlsx_rows import read_xlsx

_ROWS_LOOKED_AT = 2_000
_DELIMITERS = (",", ";", "\t", "|")
_RECORDS_WITHIN = 4


@dataclass(frozen=True, slots=True)
class Found:
    """A table: how its file is to be read, the row that names its columns, the rows below it and those above."""

    how: dict[str, str | int]
    header: Row
    below: tuple[Row, ...]
    above: tuple[Row, ...]


def find_table(document: Document, unsure: list[str]) -> Found:
    """The table of a file; what is doubtful about it is added to `unsure`. Raises Unreadable where it holds none."""
    head = document.head(1 << 16)
    if not head:
        raise Unreadable("the file is empty")
    if is_x12(document) or is_edifact(document):
        raise Unreadable("an X12 or EDIFACT message needs no contract: put it into the supplier folder (docs/edi.md)")
    if is_archive(document):
        raise Unreadable("an archive needs no contract of its own: unpack it, and draft one from a file in it")
    if head.startswith(b"PAR1"):
        header = parquet_rows.header_of(document)
        return Found({"kind": "parquet"}, header, tuple(_first(parquet_rows.rows_below(document))), ())
    if head.startswith(b"PK\x03\x04"):
        return _sheet(document, unsure)
    if head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"{", b"["):
        how, key = _json_format(document, unsure)
        header = json_rows.header_of(document, how)
        rows = json_rows.rows_below(document, how, header, refuse_others=False)
        return Found({"kind": "json", **key}, header, tuple(_first(rows)), ())
    return _csv(document, head, unsure)


def _first(pieces: Iterable[Block | Row]) -> list[Row]:
    rows = (row for piece in pieces for row in ([piece] if isinstance(piece, Row) else piece.rows()))
    return [row for row in islice(rows, _ROWS_LOOKED_AT) if row.problem is None and not row.is_blank()]


def _json_format(document: Document, unsure: list[str]) -> tuple[JsonFormat, dict[str, str | int]]:
    if not json_rows.is_lines(document):
        try:
            value = json.loads(document.read())
        except (ValueError, RecursionError) as problem:
            raise Unreadable(f"JSON that cannot be read: {problem}") from None
        if isinstance(value, dict):
            lists = list(_lists(value, "", _RECORDS_WITHIN))
            if not lists:
                raise Unreadable("a JSON object without a list of objects in it")
            if len(lists) > 1:
                unsure.append(f"format.records: it may be any of {', '.join(lists)}")
            return JsonFormat(kind="json", records=lists[0]), {"records": lists[0]}
    return JsonFormat(kind="json"), {}


def _lists(value: dict[str, Any], prefix: str, depth: int) -> Iterator[str]:
    """The names under which lists of objects stand, those of objects within objects with dots."""
    for name, one in value.items():
        # A name with a dot cannot be told from one within another.
        if isinstance(one, list) and any(isinstance(row, dict) for row in one) and "." not in name:
            yield f"{prefix}{name}"
    for name, one in value.items():
        if isinstance(one, dict) and depth and "." not in name:
            yield from _lists(one, f"{prefix}{name}.", depth - 1)


def _sheet(document: Document, unsure: list[str]) -> Found:
    best: Found | None = None
    sheets = read_xlsx(document.read(), XlsxFormat(kind="xlsx", sheet="*"))
    for name, rows in sheets:
        found = _header_among(
            [row for row in rows if not row.is_blank()][:_ROWS_LOOKED_AT], {"kind": "xlsx", "sheet": name}
        )
        if found and (best is None or len(found.below) > len(best.below)):
            best = found
    if best is None:
        raise Unreadable("no sheet of it holds a table")
    if len(sheets) > 1:
        others = ", ".join(name for name, _ in sheets if name != best.how["sheet"])
        unsure.append(f"format.sheet: the sheets {others} are left out; a pattern such as 'Ship*' takes several")
    return best


def _csv(document: Document, head: bytes, unsure: list[str]) -> Found:
    encoding = _encoding(head, unsure)
    text = head.decode(encoding, "replace")
    delimiter = _delimiter(text, unsure)
    how = CsvFormat(kind="csv", delimiter=delimiter, encoding=encoding)
    rows = [
        row for row in csv_rows.head_rows(document, how, _ROWS_LOOKED_AT) if row.problem is None and not row.is_blank()
    ]
    found = _header_among(rows, {"kind": "csv", "delimiter": delimiter, "encoding": encoding})
    if found is None:
        raise Unreadable("no line of it looks like a header with lines beneath it")
    return found


def _encoding(head: bytes, unsure: list[str]) -> str:
    try:
        head[: head.rfind(b"\n") + 1 or None].decode("utf-8-sig")
        return "utf-8"
    except UnicodeDecodeError:
        pass
    best = from_bytes(
        head, cp_isolation=["cp1252", "utf_16", "cp1250", "cp1251", "gb18030", "big5", "cp932", "cp949"]
    ).best()
    encoding = {"cp1250": "cp1252"}.get(best.encoding, best.encoding) if best else "cp1252"
    unsure.append(f"format.encoding: not UTF-8; taken for {encoding}, so look at its accents")
    return encoding


def _delimiter(text: str, unsure: list[str]) -> str:
    def steadiness(mark: str) -> tuple[int, int]:
        widths: Counter[int] = Counter()
        with suppress(csv.Error):
            widths.update(len(row) for row in csv.reader(io.StringIO(text, newline=""), delimiter=mark) if len(row) > 1)
        return max(((count, width) for width, count in widths.items()), default=(0, 0))

    ranked = sorted(_DELIMITERS, key=lambda mark: steadiness(mark)[0] * steadiness(mark)[1], reverse=True)
    if steadiness(ranked[0]) == (0, 0):
        unsure.append("format.delimiter: no line has two values; taken for a comma")
        return ","
    if steadiness(ranked[1])[0] == steadiness(ranked[0])[0]:
        unsure.append(f"format.delimiter: {ranked[0]!r} or {ranked[1]!r}")
    return ranked[0]


def _header_among(rows: Sequence[Row], how: dict[str, str | int]) -> Found | None:
    """The row that names columns: the one with most known names, or else the first of the table's usual width."""
    known = {word for words in COLUMN_NAMES.values() for word in words}

    def score(row: Row) -> tuple[int, int]:
        names = [folded(cell_text(cell)) for cell in row.cells if cell_text(cell)]
        return sum(any(is_named(word, name) for word in known) for name in names), len(set(names))

    usual = Counter(sum(bool(cell_text(cell)) for cell in row.cells) for row in rows).most_common(1)
    if not rows or not usual or usual[0][0] < 2:
        return None
    candidates = [at for at, row in enumerate(rows[:60]) if score(row)[1] >= 2]
    at = max(candidates, key=lambda one: (*score(rows[one]), -one), default=None)
    if at is None:
        return None
    return Found(how, rows[at], tuple(rows[at + 1 :]), tuple(rows[:at]))


def folded(name: str) -> str:
    """A column's name as words, whatever its case and its marks."""
    return " ".join(re.sub(r"[^\w']+|_", " ", fold(name)).split())


def is_named(word: str, name: str) -> bool:
    """Whether a folded name holds a word."""
    return re.search(rf"(?<!\w){re.escape(word)}(?!\w)", name) is not None or (not word.isascii() and word in name)
