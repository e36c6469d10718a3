"""CSV bytes to rows: decoding, quoting, physical lines. What the columns mean stays in `tables`.

A file is read in chunks. Where each physical line of a chunk is surely a row, they are split all at once; other chunks
go through Python's own reader row by row, so that a broken row costs only itself.
"""

import codecs
import csv
import io
import re
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import islice

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
    return tuple(islice(_rows(_lines(_checked(head, 1, how)), how, 1), most))


def rows_below(document: Document, how: CsvFormat, header: Row, width: int) -> Iterator[Block | Row]:
    """What stands below a row: rows of `width` cells in blocks, others one by one. Raises Unreadable."""
    for pieces in _ahead(_pieces(document, how, header, width)):
        yield from pieces


def _ahead(texts: Iterator[_Pieces]) -> Iterator[_Pieces]:
    """The same, the next made by another thread while one is used: most of the work is outside of Python."""
    with ThreadPoolExecutor(1, thread_name_prefix="csv") as worker:
        coming = worker.submit(next, texts, None)
        while (found := coming.result()) is not None:
            coming = worker.submit(next, texts, None)
            yield found


def _pieces(document: Document, how: CsvFormat, header: Row, width: int) -> Iterator[_Pieces]:
    skip = header.number + len(_LINE_END.findall(header.verbatim))
    number, held = 1, ""
    for fresh, last in _with_last(_texts(document, how)):
        text, skipped = _without_first(_checked(held + fresh, number, how), skip)
        number, skip = number + skipped, skip - skipped
        lines = _split_lines(text)
        longest = lines.str.len_bytes().max()
        quoted = how.quote in text
        if _number(longest) > _BYTES_OF_A_LONG_LINE or (quoted and not _are_rows(lines, how)):
            physical = _lines(text)
            parsed = list(_rows(physical, how, number, hold_back=not last))
            taken = parsed[-1].number + len(_LINE_END.findall(parsed[-1].verbatim)) - number + 1 if parsed else 0
            held, number = "".join(physical[taken:]), number + taken
            yield list(_in_blocks(parsed, width))
        else:
            held = ""
            for part in lines.to_frame().iter_slices(_LINES_AT_ONCE):
                yield list(_split(part.to_series(), how, number, width, quoted=quoted))
                number += part.height


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


def _number(value: object) -> float:
    return value if isinstance(value, int | float) else 0.0


def _are_rows(lines: pl.Series, how: CsvFormat) -> bool:
    """Whether in each physical line a quotation mark only begins a value, and is closed where the value ends."""
    if not (how.delimiter + how.quote).isascii():
        return False  # Whoever reads quoted lines all at once knows no others.
    mark, quote = (f"\\x{{{ord(one):x}}}" for one in (how.delimiter, how.quote))
    value = f"(?:{quote}(?:[^{quote}]|{quote}{quote})*{quote}|[^{quote}{mark}]*)"
    return bool(lines.str.contains(f"^{value}(?:{mark}{value})*$").all())


def _split(texts: pl.Series, how: CsvFormat, number: int, width: int, *, quoted: bool) -> Iterator[Block | Row]:
    numbers = pl.int_range(number, number + len(texts), dtype=pl.Int64, eager=True)
    filled = texts != ""
    if not filled.all():
        numbers, texts = numbers.filter(filled), texts.filter(filled)
    if not len(texts):
        return
    cells, fitting = (_unquoted if quoted else _apart)(texts, how, width)
    cells.columns = [str(place) for place in range(width)]
    if fitting.all():
        yield Block(numbers, texts, cells)
        return
    yield Block(numbers.filter(fitting), texts.filter(fitting), cells)
    for at, text in zip(numbers.filter(~fitting), texts.filter(~fitting), strict=True):
        yield Row(at, text, tuple(next(csv.reader([text], delimiter=how.delimiter, quotechar=how.quote, strict=True))))


def _apart(texts: pl.Series, how: CsvFormat, width: int) -> tuple[pl.DataFrame, pl.Series]:
    """The cells of the lines that have as many as the header, and which lines these are; no line has a quote."""
    split = texts.str.splitn(how.delimiter, width).struct.unnest() if width > 1 else pl.DataFrame({"0": texts})
    last = split.to_series(width - 1)
    fitting = last.is_not_null() & ~last.str.contains(how.delimiter, literal=True).fill_null(False)
    return (split if fitting.all() else split.filter(fitting)), fitting


def _unquoted(texts: pl.Series, how: CsvFormat, width: int) -> tuple[pl.DataFrame, pl.Series]:
    """The same of lines that hold quoted values."""
    others: list[int] = []

    def leave_out(row: pc.InvalidRow) -> str:
        others.append(row.number - 1)
        return "skip"

    data = "\n".join(texts.to_list()).encode()
    names = [str(place) for place in range(width)]
    table = pc.read_csv(
        pa.BufferReader(data),
        pc.ReadOptions(use_threads=False, block_size=len(data) + 1, column_names=names),
        pc.ParseOptions(delimiter=how.delimiter, quote_char=how.quote, invalid_row_handler=leave_out),
        pc.ConvertOptions(check_utf8=False, column_types=dict.fromkeys(names, pa.string())),
    )
    fitting = pl.repeat(True, len(texts), dtype=pl.Boolean, eager=True)
    return pl.DataFrame(table), fitting.scatter(others, False)


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
    if "\0" not in text and not _may_hold_a_line_too_long(text):
        return text
    for at, line in enumerate(_lines(text), start=number):
        if "\0" in line:
            raise Unreadable(f"line {at} holds a NUL character: no text file, save it as CSV ({how.encoding})")
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
