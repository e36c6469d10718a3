"""CSV bytes to rows: decoding, quoting, physical lines. What the columns mean stays in `tables`.

A file is read in chunks. Physical lines that are surely rows are split all at once; the others go through Python's own
reader one by one, so that a broken row costs only itself.
"""

import codecs
import csv
import io
import re
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import islice

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.csv as pc

from pipelines.suppliers.columns import Block
from pipelines.suppliers.contracts import CsvFormat
from pipelines.suppliers.documents import Document
from pipelines.suppliers.rows import Row, Unreadable

# A quote that is never closed must not swallow the rest of the file.
MOST_LINES_OF_A_ROW = 100
MOST_CHARACTERS_OF_A_LINE = 1_000_000
_CHARACTERS_AT_ONCE = 4_000_000
_LINES_AT_ONCE = 100_000
_BYTES_OF_A_LONG_LINE = 100_000
_Pieces = list[Block | Row]
_LINE_END = re.compile(r"\r\n|\r|\n")


def head_rows(document: Document, how: CsvFormat, most: int) -> tuple[Row, ...]:
    """The first rows of a CSV file, a broken one with its problem. Raises Unreadable."""
    head = ""
    for text in _texts(document, how):
        head += text
        if len(head) >= _CHARACTERS_AT_ONCE:
            break
    return tuple(islice(_rows(_lines(_checked(head, 1, how)), how), most))


def rows_below(document: Document, how: CsvFormat, header: Row, width: int) -> Iterator[Block | Row]:
    """What stands below a row: rows of `width` cells in blocks, others one by one. Raises Unreadable."""
    for pieces in _ahead(_pieces(document, how, header, width)):
        yield from pieces


def _ahead(pieces: Iterator[_Pieces]) -> Iterator[_Pieces]:
    """The same, the next made by another thread while one is used: most of the work is outside of Python."""
    with ThreadPoolExecutor(1, thread_name_prefix="csv") as worker:
        coming = worker.submit(next, pieces, None)
        while (found := coming.result()) is not None:
            coming = worker.submit(next, pieces, None)
            yield found


def _pieces(document: Document, how: CsvFormat, header: Row, width: int) -> Iterator[_Pieces]:
    skip = header.number + len(_LINE_END.findall(header.verbatim))
    number, held = 1, ""
    for fresh, last in _with_last(_texts(document, how)):
        text, skipped = _without_first(_checked(held + fresh, number, how), skip)
        number, skip = number + skipped, skip - skipped
        lines = _split_lines(text)
        surely = _are_rows(lines, how, quoted=how.quote in text)
        rows: list[Row] = []
        held = ""
        if not surely.all():
            physical = _lines(text)
            rows, taken, end = _one_by_one(physical, surely, how, number, hold_back=not last)
            held = "".join(physical[end:])
            lines, surely = lines.head(end), surely.head(end) & ~taken.head(end)
        numbers = pl.int_range(number, number + len(lines), dtype=pl.Int64, eager=True)
        number += len(lines)
        surely &= lines != ""
        if not surely.all():
            numbers, lines = numbers.filter(surely), lines.filter(surely)
        yield list(_in_blocks(numbers, lines, rows, how, width))


def _are_rows(lines: pl.Series, how: CsvFormat, *, quoted: bool) -> pl.Series:
    """Which physical lines are rows by themselves, where a row begins with them: whatever is opened is closed."""
    short = (lines.str.len_bytes() <= _BYTES_OF_A_LONG_LINE) & ~lines.str.contains("\0", literal=True)
    if not quoted:
        return short
    marks = how.delimiter + how.quote
    if not marks.isascii() or set(marks) & set("\r\n") or how.delimiter == how.quote:
        return short & ~lines.str.contains(how.quote, literal=True)  # pyarrow knows no such marks.
    mark, quote = (f"\\x{{{ord(one):x}}}" for one in marks)
    value = f"(?:{quote}(?:[^{quote}]|{quote}{quote})*{quote}|[^{quote}{mark}]*)"
    return short & lines.str.contains(f"^{value}(?:{mark}{value})*$")


def _one_by_one(
    lines: Sequence[str], surely: pl.Series, how: CsvFormat, number: int, *, hold_back: bool
) -> tuple[list[Row], pl.Series, int]:
    """The rows that begin with lines that are no rows by themselves, the lines they take, and where reading ends.

    With `hold_back` it ends before a row that may go on after the last line.
    """
    rows: list[Row] = []
    taken = np.zeros(len(lines), dtype=np.bool_)
    at = 0
    for place in (~surely).arg_true():
        if place < at:
            continue  # Within the row before.
        if hold_back and place > len(lines) - MOST_LINES_OF_A_ROW:
            return rows, pl.Series(taken), place
        row, size = _row(lines[place : place + MOST_LINES_OF_A_ROW], how, number + place)
        rows.append(row)
        at = place + size
        taken[place:at] = True
    return rows, pl.Series(taken), len(lines)


def _with_last(texts: Iterator[str]) -> Iterator[tuple[str, bool]]:
    """Each text, and whether it is the last one."""
    before = next(texts, "")
    for text in texts:
        yield before, False
        before = text
    yield before, True


def _without_first(text: str, lines: int) -> tuple[str, int]:
    """A text without so many of its first physical lines, or all that it has; and how many they were."""
    ends = [found.end() for found in islice(_LINE_END.finditer(text), lines)]
    if len(ends) < lines and text[ends[-1] if ends else 0 :]:
        ends.append(len(text))
    return text[ends[-1] if ends else 0 :], len(ends)


def _lines(text: str) -> list[str]:
    """Physical lines with their ends."""
    return io.StringIO(text, newline="").readlines()


def _split_lines(text: str) -> pl.Series:
    """Physical lines without their ends, all at once."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return pl.Series([text.removesuffix("\n")] if text else [], dtype=pl.String).str.split("\n").explode()


def _in_blocks(
    numbers: pl.Series, lines: pl.Series, rows: Sequence[Row], how: CsvFormat, width: int
) -> Iterator[Block | Row]:
    """Lines that are rows, and rows read already: those of `width` cells in blocks, in their order, then the others."""
    cells, fitting = _split(lines, how, width)
    places = [str(place) for place in range(width)]
    cells.columns = places
    others = [
        _row([text], how, at)[0] for at, text in zip(numbers.filter(~fitting), lines.filter(~fitting), strict=True)
    ]
    frame = cells.with_columns(numbers.filter(fitting).alias("number"), lines.filter(fitting).alias("verbatim"))
    if rows:
        whole = [row for row in rows if row.problem is None and len(row.cells) == width]
        read = pl.DataFrame([(*row.cells, row.number, row.verbatim) for row in whole], frame.schema, orient="row")
        frame = pl.concat([frame, read]).sort("number")
        others += [row for row in rows if row.problem is not None or len(row.cells) != width]
    for part in frame.iter_slices(_LINES_AT_ONCE):
        yield Block(part["number"], part["verbatim"], part.select(places))
    yield from others


def _split(lines: pl.Series, how: CsvFormat, width: int) -> tuple[pl.DataFrame, pl.Series]:
    """The cells of the lines that have as many as the header, and which lines these are."""
    if lines.str.contains(how.quote, literal=True).any():
        return _unquoted(lines, how, width)
    cells = lines.str.splitn(how.delimiter, width).struct.unnest() if width > 1 else lines.to_frame()
    last = cells.to_series(width - 1)
    fitting = last.is_not_null() & ~last.str.contains(how.delimiter, literal=True).fill_null(False)
    return (cells if fitting.all() else cells.filter(fitting)), fitting


def _unquoted(lines: pl.Series, how: CsvFormat, width: int) -> tuple[pl.DataFrame, pl.Series]:
    others: list[int] = []

    def leave_out(row: pc.InvalidRow) -> str:
        others.append(row.number - 1)
        return "skip"

    data = "\n".join(lines.to_list()).encode()
    names = [str(place) for place in range(width)]
    table = pc.read_csv(
        pa.BufferReader(data),
        pc.ReadOptions(use_threads=False, block_size=len(data) + 1, column_names=names),
        pc.ParseOptions(delimiter=how.delimiter, quote_char=how.quote, invalid_row_handler=leave_out),
        pc.ConvertOptions(check_utf8=False, column_types=dict.fromkeys(names, pa.string())),
    )
    fitting = pl.repeat(True, len(lines), dtype=pl.Boolean, eager=True)
    return pl.DataFrame(table), fitting.scatter(others, False)


def _texts(document: Document, how: CsvFormat) -> Iterator[str]:
    """The text, some whole physical lines at a time, with their ends. Raises Unreadable."""
    encoding = "utf-8-sig" if how.encoding.casefold().replace("_", "-") in ("utf-8", "utf8") else how.encoding
    with document.open() as raw, io.TextIOWrapper(raw, encoding=encoding, newline="") as text:
        begun = ""
        try:
            while block := text.read(_CHARACTERS_AT_ONCE):
                while block.endswith("\r") and (more := text.read(1)):
                    block += more
                end = max(block.rfind("\n"), block.rfind("\r")) + 1
                whole, begun = (begun + block[:end], block[end:]) if end else ("", begun + block)
                # A line too long to be one is given as far as it was read, and refused by whoever counts lines.
                if whole or len(begun) > MOST_CHARACTERS_OF_A_LINE:
                    yield whole or begun
        except UnicodeError:
            raise Unreadable(_misfit(document, how, encoding)) from None
        if begun:
            yield begun


def _checked(text: str, number: int, how: CsvFormat) -> str:
    """A text that can be lines of a table, the first of them with this number. Raises Unreadable."""
    if number == 1 and "\0" in text.partition("\n")[0]:
        raise Unreadable(f"line 1 holds a NUL character: no text file, save it as CSV ({how.encoding})")
    if not _may_hold_a_line_too_long(text):
        return text
    for at, line in enumerate(_lines(text), start=number):
        if len(line) > MOST_CHARACTERS_OF_A_LINE:
            raise Unreadable(f"line {at} is longer than {MOST_CHARACTERS_OF_A_LINE:,} characters: this is no table")
    return text


def _may_hold_a_line_too_long(text: str) -> bool:
    """Whether no line ends in some stretch of the text, of which a line too long would fill at least one."""
    stretch = MOST_CHARACTERS_OF_A_LINE // 2
    starts = range(0, len(text) - stretch + 1, stretch)
    return any(max(text.find(end, at, at + stretch) for end in "\r\n") < 0 for at in starts)


def _misfit(document: Document, how: CsvFormat, encoding: str) -> str:
    """Where a file stops being text in its encoding."""
    decoder = codecs.getincrementaldecoder(encoding)()
    line, before = 1, 0
    with document.open() as stream:
        while True:
            chunk = stream.read(1 << 20)
            pending = len(decoder.getstate()[0])
            try:
                decoder.decode(chunk, final=not chunk)
            except UnicodeError as problem:
                at = before - pending + int(getattr(problem, "start", 0))
                break
            before += len(chunk)
            line += chunk.count(b"\n")
        stream.seek(before)
        line += stream.read(max(0, at - before)).count(b"\n")
    return (
        f"line {line}, byte {at}: not {how.encoding} text: "
        f"save it as {how.encoding}, or correct the contract's encoding"
    )


def _rows(lines: Sequence[str], how: CsvFormat) -> Iterator[Row]:
    at = 0
    while at < len(lines):
        row, size = _row(lines[at : at + MOST_LINES_OF_A_ROW], how, at + 1)
        yield row
        at += size


def _row(lines: Sequence[str], how: CsvFormat, number: int) -> tuple[Row, int]:
    """The row that begins with the first of some physical lines, and how many it takes."""
    reader = csv.reader(lines, delimiter=how.delimiter, quotechar=how.quote, strict=True)
    try:
        cells = tuple(next(reader))
    except csv.Error as problem:
        return Row(number, lines[0].rstrip("\r\n"), (), _explained(str(problem), how)), 1
    verbatim = "".join(lines[: reader.line_num]).rstrip("\r\n")
    if "\0" in verbatim:
        return Row(
            number, verbatim, (), "holds a NUL character, which is no text: write the value anew"
        ), reader.line_num
    return Row(number, verbatim, cells), reader.line_num


def _explained(problem: str, how: CsvFormat) -> str:
    if "unexpected end of data" in problem:
        return f"a quotation mark {how.quote} is opened and never closed: close it, or double it within a quoted value"
    if "field larger" in problem:
        return f"a value is longer than {csv.field_size_limit()} characters: this is no value of a supplier's table"
    return (
        f"not CSV by this contract ({problem}): "
        f"quote a value that holds {how.delimiter} or {how.quote}, and double {how.quote} in it"
    )
