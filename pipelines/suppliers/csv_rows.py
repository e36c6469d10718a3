"""CSV bytes to rows: decoding, quoting, physical lines. What the columns mean stays in `tables`.

A file is read in chunks. Lines without a quotation mark are split all at once; the others go through Python's own
reader one by one, so that a broken row costs only itself.
"""

import codecs
import csv
import io
import re
from collections.abc import Iterator, Sequence

import polars as pl

from pipelines.suppliers.columns import Block
from pipelines.suppliers.contracts import CsvFormat
from pipelines.suppliers.documents import Document
from pipelines.suppliers.rows import Row, Unreadable

# A quote that is never closed must not swallow the rest of the file.
MOST_LINES_OF_A_ROW = 100
MOST_CHARACTERS_OF_A_LINE = 1_000_000
_LINES_AT_ONCE = 50_000
_CHARACTERS_AT_ONCE = 16_000_000
_CHARACTERS_OF_A_PIECE = 1_000_000
_LINE_END = re.compile(r"\r\n|\r|\n")


def head_rows(document: Document, how: CsvFormat, most: int) -> tuple[Row, ...]:
    """The first rows of a CSV file, a broken one with its problem. Raises Unreadable."""
    rows: list[Row] = []
    for _, lines, _ in _chunks(document, how, 0, most * MOST_LINES_OF_A_ROW):
        rows += _rows(lines, how, 1)
        break
    return tuple(rows[:most])


def rows_below(document: Document, how: CsvFormat, header: Row, width: int) -> Iterator[Block | Row]:
    """What stands below a row: rows of `width` cells in blocks, others one by one. Raises Unreadable."""
    skipped = header.number + len(_LINE_END.findall(header.verbatim))
    held: list[str] = []
    for number, fresh, last in _chunks(document, how, skipped, _LINES_AT_ONCE):
        lines, number = held + fresh, number - len(held)
        series = pl.Series(lines, dtype=pl.String)
        longest = series.str.len_bytes().max()
        if series.str.contains(how.quote, literal=True).any() or longest is None or _number(longest) > 100_000:
            parsed = list(_rows(lines, how, number, hold_back=not last))
            taken = parsed[-1].number + len(_LINE_END.findall(parsed[-1].verbatim)) - number + 1 if parsed else 0
            held = lines[taken:]
            yield from _in_blocks(parsed, width)
        else:
            held = []
            yield from _split(series, how, number, width)


def _number(value: object) -> float:
    return value if isinstance(value, int | float) else 0.0


def _split(lines: pl.Series, how: CsvFormat, number: int, width: int) -> Iterator[Block | Row]:
    texts = lines.str.strip_chars_end("\r\n")
    widths = texts.str.count_matches(how.delimiter, literal=True) + 1
    fitting = (widths == width) & (texts != "")
    numbers = pl.Series(range(number, number + len(lines)), dtype=pl.Int64)
    fit = texts.filter(fitting)
    cells = fit.str.split_exact(how.delimiter, width - 1).struct.unnest() if width > 1 else pl.DataFrame({"0": fit})
    cells.columns = [str(place) for place in range(width)]
    yield Block(numbers.filter(fitting), fit, cells)
    odd = ~fitting & (texts != "")
    for at, text in zip(numbers.filter(odd), texts.filter(odd), strict=True):
        yield Row(at, text, tuple(text.split(how.delimiter)))


def _in_blocks(rows: Sequence[Row], width: int) -> Iterator[Block | Row]:
    fitting = [row for row in rows if row.problem is None and len(row.cells) == width]
    if fitting:
        columns = zip(*(row.cells for row in fitting), strict=True)
        yield Block(
            pl.Series([row.number for row in fitting], dtype=pl.Int64),
            pl.Series([row.verbatim for row in fitting], dtype=pl.String),
            pl.DataFrame({str(at): pl.Series(column, dtype=pl.String) for at, column in enumerate(columns)}),
        )
    yield from (row for row in rows if row.problem is not None or len(row.cells) != width)


def _chunks(document: Document, how: CsvFormat, skip: int, most: int) -> Iterator[tuple[int, list[str], bool]]:
    """The physical lines after the first `skip`: the number of the first, the lines, and whether they are the last."""
    number, lines, size = skip + 1, [], 0
    for piece in _pieces(document, how, skip):
        lines += piece
        size += sum(map(len, piece))
        while len(lines) >= most or size >= _CHARACTERS_AT_ONCE:
            taken, lines = lines[:most], lines[most:]
            yield number, taken, False
            number, size = number + len(taken), sum(map(len, lines))
    yield number, lines, True


def _pieces(document: Document, how: CsvFormat, skip: int) -> Iterator[list[str]]:
    """Some physical lines at a time, with their ends; the first `skip` are left out. Raises Unreadable."""
    encoding = "utf-8-sig" if how.encoding.casefold().replace("_", "-") in ("utf-8", "utf8") else how.encoding
    with document.open() as raw, io.TextIOWrapper(raw, encoding=encoding, newline="") as text:
        before, begun = 0, ""
        try:
            while block := text.read(_CHARACTERS_OF_A_PIECE):
                block += text.read(1) if block.endswith("\r") else ""
                lines = io.StringIO(begun + block, newline="").readlines()
                begun = "" if lines[-1].endswith(("\n", "\r")) else lines.pop()
                if "\0" in block or len(begun) + max(map(len, lines), default=0) > MOST_CHARACTERS_OF_A_LINE:
                    _refuse_what_is_no_text([*lines, begun], before, how)
                yield lines[max(0, skip - before) :]
                before += len(lines)
        except UnicodeError:
            raise Unreadable(_misfit(document, how, encoding)) from None
        if begun:
            yield [begun][max(0, skip - before) :]


def _refuse_what_is_no_text(lines: Sequence[str], before: int, how: CsvFormat) -> None:
    for at, line in enumerate(lines, start=before + 1):
        if "\0" in line:
            raise Unreadable(f"line {at} holds a NUL character: no text file, save it as CSV ({how.encoding})")
        if len(line) > MOST_CHARACTERS_OF_A_LINE:
            raise Unreadable(f"line {at} is longer than {MOST_CHARACTERS_OF_A_LINE:,} characters: this is no table")


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


def _rows(lines: Sequence[str], how: CsvFormat, number: int, *, hold_back: bool = False) -> Iterator[Row]:
    """The rows that physical lines hold; with `hold_back` the last ones are left, since they may go on."""
    at = 0
    end = len(lines) - MOST_LINES_OF_A_ROW if hold_back else len(lines)
    while at < end:
        window = lines[at : at + MOST_LINES_OF_A_ROW]
        reader = csv.reader(window, delimiter=how.delimiter, quotechar=how.quote, strict=True)
        try:
            cells = tuple(next(reader))
        except csv.Error as problem:
            yield Row(number + at, lines[at].rstrip("\r\n"), (), _explained(str(problem), how))
            at += 1
        else:
            yield Row(number + at, "".join(lines[at : at + reader.line_num]).rstrip("\r\n"), cells)
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
