"""`make contract FILE=…`: a contract drafted from a file, with what was detected and what a person has to decide.

Only here is anything guessed. What a file's habits are is fixed by the contract once a person has read the draft.
"""

import csv
import io
import json
import re
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from pathlib import Path

from charset_normalizer import from_bytes

from pipelines.reference import load_reference
from pipelines.settings import InvalidSetting, load_settings
from pipelines.suppliers import csv_rows, json_rows, parquet_rows
from pipelines.suppliers.columns import Block
from pipelines.suppliers.contracts import DATE_FIELDS, QUANTITY_FIELDS, CsvFormat, JsonFormat, XlsxFormat, fold
from pipelines.suppliers.documents import Document
from pipelines.suppliers.draft_habits import (
    decimal_mark,
    in_a_comment,
    is_day,
    is_number,
    is_period,
    meaning_of,
    quoted,
    reads_as,
)
from pipelines.suppliers.draft_words import BLANK_WORDS, COLUMN_NAMES, DATE_FORMATS, STATES, UNITS
from pipelines.suppliers.line import Statement
from pipelines.suppliers.rows import Cell, Row, Unreadable, cell_text
from pipelines.suppliers.vocabulary import SupplierVocabulary, vocabulary_from
from pipelines.suppliers.xlsx_rows import read_xlsx

_ROWS_LOOKED_AT = 2_000
_DELIMITERS = (",", ";", "\t", "|")
WITHOUT_WORDS = (*DATE_FIELDS, *QUANTITY_FIELDS, "unit_price")


@dataclass
class Draft:
    """What was found out: the text of the contract, and everything that a person has to look at."""

    toml: str = ""
    unsure: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Found:
    how: dict[str, str | int]
    header: Row
    below: tuple[Row, ...]
    above: tuple[Row, ...]


def draft_contract(document: Document, vocabulary: SupplierVocabulary) -> Draft:
    """A contract for a file such as this. Raises Unreadable where it holds no table."""
    draft = Draft()
    found = _table(document, draft)
    names = [cell_text(cell) for cell in found.header.cells]
    cells = {
        name: [row.cells[at] for row in found.below if at < len(row.cells) and cell_text(row.cells[at])]
        for at, name in enumerate(names)
        if name
    }
    columns = _columns(names, cells, vocabulary, draft)
    by_field = {name: cells[column] for name, column in columns.items()}
    draft.toml = "\n".join(
        [
            *_top(document.name, columns, by_field, draft),
            "",
            "[format]",
            *(f"{key} = {quoted(value)}" for key, value in found.how.items()),
            *_numbers(by_field, draft),
            *_calendar(by_field, draft),
            *_document_date(document.name, found.above, draft),
            "",
            "[columns]",
            *(f"{name} = {quoted(column)}" for name, column in columns.items()),
            *_constants(columns, draft),
            *_words(by_field),
            "",
        ]
    )
    left = [name for name in names if name and name not in columns.values()]
    if left:
        draft.unsure.append(f"columns: nothing was made of {', '.join(left)}")
    first, rest = draft.toml.split("\n", 1)
    draft.toml = "\n".join([first, *(f"# Unsure: {in_a_comment(one)}" for one in draft.unsure), rest])
    return draft


def _table(document: Document, draft: Draft) -> _Found:
    head = document.head(1 << 16)
    if not head:
        raise Unreadable("the file is empty")
    if head.startswith(b"PAR1"):
        header = parquet_rows.header_of(document)
        return _Found({"kind": "parquet"}, header, tuple(_first(parquet_rows.rows_below(document))), ())
    if head.startswith(b"PK\x03\x04"):
        return _sheet(document, draft)
    if head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"{", b"["):
        how, key = _json_format(document, draft)
        header = json_rows.header_of(document, how)
        rows = json_rows.rows_below(document, how, header, refuse_others=False)
        return _Found({"kind": "json", **key}, header, tuple(_first(rows)), ())
    return _csv(document, head, draft)


def _first(pieces: Iterable[Block | Row]) -> list[Row]:
    rows = (row for piece in pieces for row in ([piece] if isinstance(piece, Row) else piece.rows()))
    return [row for row in islice(rows, _ROWS_LOOKED_AT) if row.problem is None and not row.is_blank()]


def _json_format(document: Document, draft: Draft) -> tuple[JsonFormat, dict[str, str | int]]:
    if not json_rows.is_lines(document):
        try:
            value = json.loads(document.read())
        except (ValueError, RecursionError) as problem:
            raise Unreadable(f"JSON that cannot be read: {problem}") from None
        if isinstance(value, dict):
            lists = [name for name, one in value.items() if isinstance(one, list)]
            if not lists:
                raise Unreadable("a JSON object without a list of lines in it")
            if len(lists) > 1:
                draft.unsure.append(f"format.records: it may be any of {', '.join(lists)}")
            return JsonFormat(kind="json", records=lists[0]), {"records": lists[0]}
    return JsonFormat(kind="json"), {}


def _sheet(document: Document, draft: Draft) -> _Found:
    best: _Found | None = None
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
        draft.unsure.append(f"format.sheet: the sheets {others} are left out; a pattern such as 'Ship*' takes several")
    return best


def _csv(document: Document, head: bytes, draft: Draft) -> _Found:
    encoding = _encoding(head, draft)
    text = head.decode(encoding, "replace")
    delimiter = _delimiter(text, draft)
    how = CsvFormat(kind="csv", delimiter=delimiter, encoding=encoding)
    rows = [
        row for row in csv_rows.head_rows(document, how, _ROWS_LOOKED_AT) if row.problem is None and not row.is_blank()
    ]
    found = _header_among(rows, {"kind": "csv", "delimiter": delimiter, "encoding": encoding})
    if found is None:
        raise Unreadable("no line of it looks like a header with lines beneath it")
    return found


def _encoding(head: bytes, draft: Draft) -> str:
    try:
        head[: head.rfind(b"\n") + 1 or None].decode("utf-8-sig")
        return "utf-8"
    except UnicodeDecodeError:
        pass
    best = from_bytes(
        head, cp_isolation=["cp1252", "utf_16", "cp1250", "cp1251", "gb18030", "big5", "cp932", "cp949"]
    ).best()
    encoding = {"cp1250": "cp1252"}.get(best.encoding, best.encoding) if best else "cp1252"
    draft.unsure.append(f"format.encoding: not UTF-8; taken for {encoding}, so look at its accents")
    return encoding


def _delimiter(text: str, draft: Draft) -> str:
    def steadiness(mark: str) -> tuple[int, int]:
        widths: Counter[int] = Counter()
        with suppress(csv.Error):
            widths.update(len(row) for row in csv.reader(io.StringIO(text, newline=""), delimiter=mark) if len(row) > 1)
        return max(((count, width) for width, count in widths.items()), default=(0, 0))

    ranked = sorted(_DELIMITERS, key=lambda mark: steadiness(mark)[0] * steadiness(mark)[1], reverse=True)
    if steadiness(ranked[0]) == (0, 0):
        draft.unsure.append("format.delimiter: no line has two values; taken for a comma")
        return ","
    if steadiness(ranked[1])[0] == steadiness(ranked[0])[0]:
        draft.unsure.append(f"format.delimiter: {ranked[0]!r} or {ranked[1]!r}")
    return ranked[0]


def _header_among(rows: Sequence[Row], how: dict[str, str | int]) -> _Found | None:
    """The row that names columns: the one with most known names, or else the first of the table's usual width."""
    known = {word for words in COLUMN_NAMES.values() for word in words}

    def score(row: Row) -> tuple[int, int]:
        names = [_folded(cell_text(cell)) for cell in row.cells if cell_text(cell)]
        return sum(any(_names(word, name) for word in known) for name in names), len(set(names))

    usual = Counter(sum(bool(cell_text(cell)) for cell in row.cells) for row in rows).most_common(1)
    if not rows or not usual or usual[0][0] < 2:
        return None
    candidates = [at for at, row in enumerate(rows[:60]) if score(row)[1] >= 2]
    at = max(candidates, key=lambda one: (*score(rows[one]), -one), default=None)
    if at is None:
        return None
    return _Found(how, rows[at], tuple(rows[at + 1 :]), tuple(rows[:at]))


def _folded(name: str) -> str:
    return " ".join(re.sub(r"[^\w']+|_", " ", fold(name)).split())


def _names(word: str, name: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(word)}(?!\w)", name) is not None or (not word.isascii() and word in name)


def _columns(
    names: Sequence[str], cells: dict[str, list[Cell]], vocabulary: SupplierVocabulary, draft: Draft
) -> dict[str, str]:
    columns: dict[str, str] = {}
    skus = [
        name for name, held in cells.items()
        if held and sum(vocabulary.knows_sku(" ".join(cell_text(one).split())) for one in held) * 2 > len(held)
    ]  # fmt: skip
    for by_field, words in COLUMN_NAMES.items():
        free = [name for name in names if name and name not in columns.values() and names.count(name) == 1]
        if by_field == "sku" and skus:
            columns["sku"] = skus[0]
            continue
        fitting = [(len(_folded(name)) - len(word), place, name) for place, word in enumerate(words) for name in free
                   if _names(word, _folded(name)) and _may_hold(by_field, cells.get(name, []))]  # fmt: skip
        if not fitting:
            continue
        chosen = min(fitting, key=lambda one: (one[1], one[0]))
        columns[by_field] = chosen[2]
        others = sorted({name for _, _, name in fitting} - {chosen[2]})
        if others:
            draft.unsure.append(f"columns.{by_field}: {chosen[2]}, or {', '.join(others)}")
    return columns


def _may_hold(by_field: str, held: Sequence[Cell]) -> bool:
    if by_field.endswith("_on"):
        return not held or any(is_day(cell) for cell in held)
    if by_field in (*QUANTITY_FIELDS, "unit_price"):
        return not held or any(re.search(r"\d", cell_text(cell)) and not is_day(cell) for cell in held)
    return not (by_field in ("unit", "currency", "status") and held and all(is_number(cell) for cell in held))


def _top(name: str, columns: dict[str, str], by_field: dict[str, list[Cell]], draft: Draft) -> list[str]:
    stem = Path(name).stem
    base = re.sub(r"[\W_]*\d[\d\W_]*$", "", stem) or stem
    own = re.sub(r"[^a-z0-9]+", "-", fold(base)).strip("-") or "supplier-file"
    statement = _statement(columns)
    key = [one for one in ("supplier", "order_ref", "line_ref", "shipped_on") if one in columns]
    if statement != "shipment" and "shipped_on" in key:
        key.remove("shipped_on")
    if not key:
        draft.unsure.append("key: no column tells a line from all others; name one")
    for needed, what in (("order_ref", "an order"), ("sku", "a product")):
        if needed not in columns:
            draft.unsure.append(f"columns.{needed}: no column looks like {what}; the contract is refused without it")
    draft.unsure.append(f"statement: taken for {statement}; order, shipment, holding and plan are possible")
    draft.unsure.append(f"files: every file whose name fits {base}*{Path(name).suffix} will be read by it")
    return [
        f"# Drafted from {in_a_comment(name)}. Read it, correct it, and put it into reference/contracts/{own}.toml.",
        f"name = {quoted(own)}",
        f"description = {quoted(f'{base}: say whose file this is, and what it lists')}",
        f"files = [{quoted(f'{base}*{Path(name).suffix}')}]",
        f"statement = {quoted(statement)}",
        f"key = {quoted(key or ['order_ref'])}",
        f"required = {quoted([one for one in ('buyer', 'quantity') if one in columns])}",
        *_date_formats(by_field, draft),
        *_blank_words(by_field),
    ]


def _blank_words(by_field: dict[str, list[Cell]]) -> list[str]:
    """Words that stand for nothing where days and numbers are expected."""
    held = [cell for name, cells in by_field.items() if name in WITHOUT_WORDS for cell in cells]
    words = sorted({cell.strip() for cell in held if isinstance(cell, str) and fold(cell) in BLANK_WORDS})
    return [f"blank_words = {quoted(words)}"] if words else []


def _statement(columns: dict[str, str]) -> Statement:
    if "shipped_on" in columns and "promised_on" not in columns:
        return "shipment"
    return "order" if "order_ref" in columns else "holding"


def _date_formats(by_field: dict[str, list[Cell]], draft: Draft) -> list[str]:
    texts = [
        cell
        for name, held in by_field.items()
        if name.endswith("_on")
        for cell in held
        if isinstance(cell, str) and fold(cell) not in BLANK_WORDS and not is_period(cell)
    ]
    if not texts:
        return []
    fits = {one: sum(reads_as(text.strip(), one) for text in texts) for one in DATE_FORMATS}
    most = max(fits.values())
    best = [one for one, count in fits.items() if count == most and count]
    if not best:
        draft.unsure.append(f"date_formats: {texts[0]!r} is in no form that was tried")
        return ["date_formats = ['%Y-%m-%d']"]
    if len(best) > 1:
        draft.unsure.append(f"date_formats: every day fits {' and '.join(best)}; {best[0]} was taken")
    if most < len(texts):
        other = next(text for text in texts if not reads_as(text.strip(), best[0]))
        draft.unsure.append(f"date_formats: {len(texts) - most} cells are no days in that form, such as {other!r}")
    return [f"date_formats = {quoted([best[0]])}"]


def _numbers(by_field: dict[str, list[Cell]], draft: Draft) -> list[str]:
    texts = [
        cell.strip()
        for name in (*QUANTITY_FIELDS, "unit_price")
        for cell in by_field.get(name, ())
        if isinstance(cell, str)
    ]
    marks = "".join(re.sub(r"[\d+-]", "", text.replace("\u00a0", " ")) for text in texts)
    if not texts or not set(marks) & set(".,' "):
        return []
    decimal, why = decimal_mark(texts)
    if why:
        draft.unsure.append(f"numbers.decimal: {why}")
    thousands = next((mark for mark in "., '" if mark != decimal and mark in marks), "")
    return ["", "[numbers]", f"decimal = {quoted(decimal)}", f"thousands = {quoted(thousands)}"]


def _calendar(by_field: dict[str, list[Cell]], draft: Draft) -> list[str]:
    """That cells of days hold periods, where they do."""
    named = next((cell for name in DATE_FIELDS for cell in by_field.get(name, ()) if is_period(cell)), None)
    if named is None:
        return []
    draft.unsure.append(f"calendar: {cell_text(named)!r} is a period; say in which month the fiscal year begins")
    return ["", "[calendar]", "fiscal_year_begins = 1"]


def _document_date(name: str, above: Sequence[Row], draft: Draft) -> list[str]:
    for pattern, date_format in ((r"(\d{4}-\d{2}-\d{2})", "%Y-%m-%d"), (r"(\d{8})", "%Y%m%d")):
        found = re.search(pattern, Path(name).name)
        if found and reads_as(found[1], date_format):
            return ["", "[document_date]", f"name_pattern = '{pattern}'", f"formats = {quoted([date_format])}"]
    for row in above:
        for label, cell in zip(row.cells, row.cells[1:], strict=False):
            if cell_text(label) and not is_day(label) and is_day(cell):
                formats = (
                    [] if isinstance(cell, date) else [one for one in DATE_FORMATS if reads_as(cell_text(cell), one)]
                )
                more = [f"formats = {quoted(formats[:1])}"] if formats else []
                return ["", "[document_date]", f"cell_after = {quoted(cell_text(label).rstrip(': '))}", *more]
    draft.unsure.append("document_date: neither the name nor a cell above the header says of which day the file is")
    return []


def _constants(columns: dict[str, str], draft: Draft) -> list[str]:
    constants: dict[str, str] = {}
    if "supplier" not in columns:
        constants["supplier"] = "?"
        draft.unsure.append("constants.supplier: no column says who sells; write the name")
    if "unit" not in columns and set(columns) & set(QUANTITY_FIELDS):
        constants["unit"] = "gpu"
        draft.unsure.append("constants.unit: no column says what is counted; gpu, board, system, rack or each")
    if "unit_price" in columns and "currency" not in columns:
        named = re.search(r"\b(USD|EUR|GBP|JPY|CNY|TWD|KRW|CHF|SEK)\b", columns["unit_price"])
        constants["currency"] = named[1] if named else "USD"
        if not named:
            draft.unsure.append("constants.currency: no column says it; USD was taken")
    return ["", "[constants]", *(f"{name} = {quoted(value)}" for name, value in constants.items())] if constants else []


def _words(by_field: dict[str, list[Cell]]) -> list[str]:
    lines: list[str] = []
    for name, known in (("unit", UNITS), ("status", STATES)):
        words = sorted({cell_text(cell) for cell in by_field.get(name, ())} - {one for _, one in known})
        if words and len(words) <= 40:
            lines += [
                "",
                f"[words.{name}]",
                *(f"{quoted(word)} = {quoted(meaning_of(word, known))}" for word in words),
            ]
    return lines


def main(arguments: Sequence[str]) -> int:
    """Print the contract drafted from the file that `arguments` name; what is unsure goes to standard error."""
    if len(arguments) != 1 or not arguments[0]:
        print("Say which file: make contract FILE=path/to/file.csv", file=sys.stderr)
        return 2
    path = Path(arguments[0]).expanduser()
    try:
        if not path.is_file():
            raise Unreadable("no such file")
        vocabulary = vocabulary_from(load_reference(load_settings().reference_dir))
        draft = draft_contract(Document(path.name, path), vocabulary)
    except (Unreadable, InvalidSetting, OSError) as problem:
        print(f"{path}: {problem}", file=sys.stderr)
        return 1
    print(draft.toml)
    print("Unsure, so look at these:", *(f"  - {one}" for one in draft.unsure), sep="\n", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
