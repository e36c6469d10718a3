"""CSV bytes to rows: decoding, quoting, physical lines. What the columns mean stays in `tables`."""

import csv
import io
from collections.abc import Iterator

from pipelines.suppliers.contracts import CsvFormat
from pipelines.suppliers.rows import Row, Sheet, Unreadable

# A quote that is never closed must not swallow the rest of the file.
MOST_LINES_OF_A_ROW = 100


def read_csv(data: bytes, how: CsvFormat) -> Sheet:
    """All rows of a CSV file, a broken one with its problem. Raises Unreadable."""
    lines = list(io.StringIO(_decoded(data, how), newline=""))
    return Sheet(None, tuple(_rows(lines, how)))


def _decoded(data: bytes, how: CsvFormat) -> str:
    encoding = "utf-8-sig" if how.encoding.casefold().replace("_", "-") in ("utf-8", "utf8") else how.encoding
    try:
        text = data.decode(encoding)
    except UnicodeError as problem:
        start = getattr(problem, "start", 0)
        line = data.count(b"\n", 0, start) + 1
        raise Unreadable(
            f"line {line}, byte {start}: not {how.encoding} text: "
            f"save it as {how.encoding}, or correct the contract's encoding"
        ) from None
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise Unreadable(f"line {line} holds a NUL character: no text file, save it as CSV ({how.encoding})")
    return text


def _rows(lines: list[str], how: CsvFormat) -> Iterator[Row]:
    at = 0
    while at < len(lines):
        window = lines[at : at + MOST_LINES_OF_A_ROW]
        reader = csv.reader(window, delimiter=how.delimiter, quotechar=how.quote, strict=True)
        try:
            cells = tuple(next(reader))
        except csv.Error as problem:
            yield Row(at + 1, lines[at].rstrip("\r\n"), (), _explained(str(problem), how))
            at += 1
        else:
            yield Row(at + 1, "".join(lines[at : at + reader.line_num]).rstrip("\r\n"), cells)
            at += reader.line_num


def _explained(problem: str, how: CsvFormat) -> str:
    if "unexpected end of data" in problem:
        return f"a quotation mark {how.quote} is opened and never closed: close it, or double it within a quoted value"
    if "field larger" in problem:
        return f"a value is longer than {csv.field_size_limit()} characters: this is no value of a supplier's table"
    return (
        f"not CSV by this contract ({problem}): "
        f"quote a value that holds {how.delimiter} or {how.quote}, and double {how.quote} in it"
    )
