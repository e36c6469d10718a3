import io
import zipfile
from datetime import date, datetime, time
from typing import Any

import pytest
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from pipelines.suppliers.line import SupplierReading
from tests.unit.suppliers.tables import HEADER, contract, read, workbook

NOON = datetime.fromisoformat("2024-06-28T12:00")
NAMES = HEADER.split(",")
GOOD: list[Any] = ["A", 1, "H100", 8, 30000.5, "EUR", date(2024, 1, 12), NOON, None, "open"]


def read_book(data: bytes, sheet: str | None = None, **changes: Any) -> SupplierReading:
    by = contract(files=["*.xlsx"], format={"kind": "xlsx", **({"sheet": sheet} if sheet else {})}, **changes)
    return read(data, by, name="orders.xlsx")


def saved(book: Workbook) -> bytes:
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def page(book: Workbook) -> Worksheet:
    sheet = book.worksheets[0]
    for row in (NAMES, GOOD):
        sheet.append(row)
    return sheet


def test_typed_cells_give_numbers_and_days_and_the_row_as_tabbed_text() -> None:
    reading = read_book(workbook([["Orders"], [], NAMES, GOOD]))
    (line,) = reading.lines
    assert (line.line_number, line.sheet) == (4, "Data")
    assert (line.line_ref, line.quantity, line.unit_price) == ("1", 8, 30000.5)
    assert (line.ordered_on, line.promised_on, line.delivered_on) == (date(2024, 1, 12), date(2024, 6, 28), None)
    assert line.verbatim == "A\t1\tH100\t8\t30000.5\tEUR\t2024-01-12\t2024-06-28 12:00:00\t\topen"


def test_numbers_and_days_may_be_text_by_the_contracts_habits() -> None:
    row = ["A", "1", "H100", "1,024", "30,000.50", "EUR", "06/28/2024", None, None, None]
    by = {"numbers": {"decimal": ".", "thousands": ","}, "date_formats": ["%m/%d/%Y"]}
    (line,) = read_book(workbook([NAMES, row]), **by).lines
    assert (line.quantity, line.unit_price, line.ordered_on) == (1024, 30000.5, date(2024, 6, 28))


@pytest.mark.parametrize(
    ("place", "value", "reason"),
    [
        (3, -8, "Units: '-8' is negative"),
        (3, 8.5, "Units: '8.5' is not whole"),
        (3, True, "Units: 'TRUE' is no number but a bool"),
        (3, date(2024, 1, 1), "Units: '2024-01-01' is no number but a date"),
        (6, 45000, "Ordered: '45000' is no date but a float: format the cell as a date"),
        (6, time(3), "Ordered: '03:00:00' is no date but a time"),
        (6, date(1900, 3, 1), "Ordered: '1900-03-01' is outside the years 1990 to 2100"),
        (2, "=2+2", "Item: is empty, but the contract requires sku"),
        (3, "#N/A", "Units: '#ERROR' is no number as this contract writes them"),
        (6, "#REF!", "Ordered: '#ERROR' is no date in the form 2024-12-31"),
    ],
)
def test_a_cell_that_breaks_the_contract_rejects_its_row(place: int, value: Any, reason: str) -> None:
    row = [*GOOD[:place], value, *GOOD[place + 1 :]]
    reading = read_book(workbook([NAMES, row, ["B", *GOOD[1:]]]))
    assert [line.order_ref for line in reading.lines] == ["B"]
    (rejected,) = reading.rejected
    assert (rejected.line_number, rejected.sheet) == (2, "Data")
    assert len(rejected.reasons) == 1
    assert rejected.reasons[0].startswith(reason)


def test_text_that_looks_like_a_formula_is_kept_as_text() -> None:
    book = Workbook()
    cell = page(book)["A2"]
    cell.value = "=HYPERLINK(1)"
    cell.data_type = "s"
    assert read_book(saved(book)).lines[0].order_ref == "=HYPERLINK(1)"


def test_the_dust_of_computed_counts_is_not_taken_for_a_part_of_a_unit() -> None:
    assert read_book(workbook([NAMES, [*GOOD[:3], 30000.000000000004, *GOOD[4:]]])).lines[0].quantity == 30000


def test_without_a_sheet_in_the_contract_the_first_visible_one_is_read() -> None:
    book = Workbook()
    page(book)
    hidden = book.create_sheet("Hidden", 0)
    hidden.sheet_state = "hidden"
    assert [line.sheet for line in read_book(saved(book)).lines] == ["Sheet"]


def test_every_sheet_that_the_pattern_names_is_read_and_a_line_counts_once_in_all_of_them() -> None:
    data = workbook([NAMES, GOOD], "Ship 1", **{"SHIP 2": [NAMES, ["B", *GOOD[1:]], GOOD], "Notes": [["x"]]})
    reading = read_book(data, sheet="Ship*")
    assert [(line.sheet, line.order_ref) for line in reading.lines] == [("Ship 1", "A"), ("SHIP 2", "B")]
    assert [(line.sheet, line.line_number) for line in reading.rejected] == [("SHIP 2", 3)]


def broken(data: bytes) -> bytes:
    """The same package with one part of its sheet cut off: whole as a zip file, broken as a workbook."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(buffer, "w") as new:
        for part in old.infolist():
            content = old.read(part)
            new.writestr(part.filename, content[: len(content) // 2] if "sheet1" in part.filename else content)
    return buffer.getvalue()


WHOLE = workbook([NAMES, GOOD])


@pytest.mark.parametrize(
    ("data", "sheet", "reason"),
    [
        (b"", None, "the file is empty"),
        (b"Order,Line\n", None, "not a whole XLSX file (File is not a zip file): send it again"),
        (WHOLE[: len(WHOLE) // 2], None, "not a whole XLSX file"),
        (broken(WHOLE), None, "not a whole XLSX workbook"),
        (WHOLE, "Orders", "no visible sheet fits 'Orders' (there are: Data): rename the sheet"),
        (workbook([["x"]]), None, "of sheet 'Data' hold no header with the columns that contract orders reads"),
        (workbook([]), None, "holds no line at all"),
    ],
)
def test_a_workbook_of_which_nothing_can_be_read_says_what_is_wrong(
    data: bytes, sheet: str | None, reason: str
) -> None:
    reading = read_book(data, sheet)
    assert reading.lines_read == 0
    assert reading.unreadable is not None
    assert reading.unreadable.startswith("orders.xlsx: ")
    assert reason in reading.unreadable


def test_a_zip_file_that_is_no_workbook_is_unreadable() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("hello.txt", "hello")
    assert "not a whole XLSX file" in (read_book(buffer.getvalue()).unreadable or "")


def test_a_stray_cell_far_away_makes_the_file_unreadable_instead_of_ending_the_process() -> None:
    book = Workbook()
    page(book).cell(1_048_576, 16_384, "stray")
    reason = read_book(saved(book)).unreadable or ""
    assert "reaches to row 1,048,576 and column 16,384" in reason
    assert "remove the stray cells" in reason


def test_formatted_but_empty_cells_far_away_do_no_harm() -> None:
    book = Workbook()
    page(book).cell(1_048_576, 16_384).number_format = "0.00"
    assert len(read_book(saved(book)).lines) == 1


@pytest.mark.parametrize(("counted_from", "number"), [(1900, 45471), (1904, 44009)])
def test_days_may_be_bare_numbers_where_the_contract_says_so(counted_from: int, number: int) -> None:
    by = contract(files=["*.xlsx"], format={"kind": "xlsx", "number_dates": counted_from})
    days = (number, number + 0.75, 1e300)
    rows = [["A", place, "H100", 8, None, None, None, day, None, None] for place, day in enumerate(days)]
    reading = read(workbook([NAMES, *rows]), by, name="orders.xlsx")
    assert [line.promised_on for line in reading.lines] == [date(2024, 6, 28)] * 2
    assert "counts no day" in reading.rejected[0].reasons[0]
