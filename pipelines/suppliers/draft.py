"""`make contract FILE=…`: a contract drafted from a file, with what was detected and what a person has to decide.

Only here is anything guessed. What a file's habits are is fixed by the contract once a person has read the draft.
"""

import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from pipelines.reference import load_reference
from pipelines.settings import InvalidSetting, load_settings
from pipelines.suppliers.contracts import DATE_FIELDS, QUANTITY_FIELDS, fold
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
    sign_of,
)
from pipelines.suppliers.draft_table import find_table, folded, is_named
from pipelines.suppliers.draft_words import BLANK_WORDS, COLUMN_NAMES, DATE_FORMATS, SIGNS, STATES, UNITS
from pipelines.suppliers.line import Statement
from pipelines.suppliers.rows import Cell, Row, Unreadable, cell_text
from pipelines.suppliers.vocabulary import SupplierVocabulary, vocabulary_from

_ROWS_LOOKED_AT = 2_000
_DELIMITERS = (",", ";", "\t", "|")
WITHOUT_WORDS = (*DATE_FIELDS, *QUANTITY_FIELDS, "unit_price")


@dataclass
class Draft:
    """What was found out: the text of the contract, and everything that a person has to look at."""

    toml: str = ""
    unsure: list[str] = field(default_factory=list)


def draft_contract(document: Document, vocabulary: SupplierVocabulary) -> Draft:
    """A contract for a file such as this. Raises Unreadable where it holds no table."""
    draft = Draft()
    found = find_table(document, draft.unsure)
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
            *_constants(columns, by_field, draft),
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
        fitting = [(len(folded(name)) - len(word), place, name) for place, word in enumerate(words) for name in free
                   if is_named(word, folded(name)) and _may_hold(by_field, cells.get(name, []))]  # fmt: skip
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
    sign = sign_of(texts)
    texts = [text.removeprefix(sign).removesuffix(sign).strip().replace("\u2019", "'") for text in texts]
    marks = "".join(re.sub(r"[\d+-]", "", text.replace("\u00a0", " ").replace("\u202f", " ")) for text in texts)
    signed = [f"sign = {quoted(sign)}"] if sign else []
    if not texts or not set(marks) & set(".,' "):
        return ["", "[numbers]", *signed] if signed else []
    decimal, why = decimal_mark(texts)
    if why:
        draft.unsure.append(f"numbers.decimal: {why}")
    thousands = next((mark for mark in "., '" if mark != decimal and mark in marks), "")
    return ["", "[numbers]", f"decimal = {quoted(decimal)}", f"thousands = {quoted(thousands)}", *signed]


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


def _constants(columns: dict[str, str], by_field: dict[str, list[Cell]], draft: Draft) -> list[str]:
    constants: dict[str, str] = {}
    if "supplier" not in columns:
        constants["supplier"] = "?"
        draft.unsure.append("constants.supplier: no column says who sells; write the name")
    if "unit" not in columns and set(columns) & set(QUANTITY_FIELDS):
        constants["unit"] = "gpu"
        draft.unsure.append("constants.unit: no column says what is counted; gpu, board, system, rack or each")
    if "unit_price" in columns and "currency" not in columns:
        said = [columns["unit_price"], *(cell_text(cell) for cell in by_field["unit_price"][:1])]
        named = re.search(r"\b(USD|EUR|GBP|JPY|CNY|TWD|KRW|CHF|SEK)\b|[€£]", " ".join(said))
        constants["currency"] = SIGNS.get(named[0], named[0]) if named else "USD"
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
