"""The examples in a contract, run: each line gives the fields that it names, or the reason. Nothing else reads them."""

import csv
import io
from datetime import date

from pipelines.suppliers.contracts import Contract, CsvFormat, Example, Format, XlsxFormat
from pipelines.suppliers.csv_rows import head_rows
from pipelines.suppliers.documents import Document
from pipelines.suppliers.fields import LineReader
from pipelines.suppliers.line import RejectedLine, SupplierLine
from pipelines.suppliers.rows import Row
from pipelines.suppliers.tables import find_header
from pipelines.suppliers.vocabulary import SupplierVocabulary


def failed_examples(contract: Contract, vocabulary: SupplierVocabulary) -> list[str]:
    """What each example that does not hold gives instead. Raises Unreadable where example_header is no header."""
    return [
        f"{contract.name}: example {number}: {what}"
        for number, example in enumerate(contract.examples, start=1)
        for what in _failures(contract, example, vocabulary)
    ]


def _failures(contract: Contract, example: Example, vocabulary: SupplierVocabulary) -> list[str]:
    rows = _rows(contract, example)
    header = find_header(rows[:1], contract.model_copy(update={"format": _first_row_is_header(contract)}))
    reader = LineReader(contract, vocabulary, header.names, header.places, None, None)
    results = [result for row in rows[1:] for result in reader.read(row)]
    result = next((one for one in results if one.part == example.part), None)
    if result is None:
        return [f"the line has no part {example.part}"]
    if isinstance(result, RejectedLine):
        if example.reason is not None and any(example.reason in reason for reason in result.reasons):
            return []
        return [f"rejected: {'; '.join(result.reasons)} (expected: {example.reason or 'a line'})"]
    if example.reason is not None:
        return [f"accepted, expected to be rejected: {example.reason}"]
    return _differences(example, result)


def _differences(example: Example, line: SupplierLine) -> list[str]:
    expected: list[tuple[str, str | int | float | date | None]] = [*example.expect.items()]
    expected += [(name, None) for name in example.absent]
    return [
        f"{name} is {getattr(line, name)!r}, expected {value!r}"
        for name, value in expected
        if getattr(line, name) != value
    ]


def _first_row_is_header(contract: Contract) -> Format:
    tables = isinstance(contract.format, CsvFormat | XlsxFormat)
    return contract.format.model_copy(update={"header_row": 1}) if tables else contract.format


def _rows(contract: Contract, example: Example) -> tuple[Row, ...]:
    how = contract.format
    if isinstance(how, CsvFormat):
        lines = [_csv_line(one, how) for one in (contract.example_header, example.line or example.cells or ())]
        return head_rows(Document("example.csv", "\n".join(lines).encode(how.encoding)), how, len(lines))
    header = contract.example_header
    names = tuple(header) if isinstance(header, tuple) else tuple(header.split("\t"))
    cells = example.cells if example.cells is not None else tuple((example.line or "").split("\t"))
    return (Row(1, "\t".join(names), names), Row(2, "\t".join(map(str, cells)), cells))


def _csv_line(given: str | tuple[object, ...], how: CsvFormat) -> str:
    if isinstance(given, str):
        return given
    text = io.StringIO()
    csv.writer(text, delimiter=how.delimiter, quotechar=how.quote, lineterminator="").writerow(given)
    return text.getvalue()
