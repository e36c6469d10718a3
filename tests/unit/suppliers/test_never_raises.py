import io
import zipfile

from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.suppliers.kinds import read_supplier_document
from pipelines.suppliers.line import SupplierReading
from pipelines.suppliers.tables import choose_contract
from tests.unit.suppliers.tables import HEADER, KNOWN, contract, workbook

CSV = contract()
XLSX = contract(name="books", files=["*.xlsx"], format={"kind": "xlsx"})
BOOK = workbook([HEADER.split(","), ["A", 1, "H100", 8, None, None, None, None, None, None]])
SHEET = "xl/worksheets/sheet1.xml"

cells = st.one_of(
    st.sampled_from(
        ["A", "1", "H100", "8", "-8", "8.5", "nan", "1e9", "EUR", "XBT", "2024-06-28", "2024-02-30", '"', ""]
    ),
    st.text(max_size=12),
)
rows = st.lists(cells, max_size=12).map(",".join)
tables = st.lists(rows, max_size=12).map(lambda lines: "\n".join([HEADER, *lines]))


def check(reading: SupplierReading) -> None:
    assert reading.lines_read == len(reading.lines) + len(reading.rejected)
    assert all(line.reasons and all(line.reasons) for line in reading.rejected)
    assert reading.unreadable is None or (reading.lines_read == 0 and reading.unreadable.startswith("orders."))
    places = [(line.sheet, line.line_number, line.part) for line in [*reading.lines, *reading.rejected]]
    assert len(places) == len(set(places))


STEADY = settings(max_examples=200, database=None, derandomize=True, deadline=None)


@given(st.binary(max_size=400))
@STEADY
def test_random_bytes_are_read_or_refused_but_never_raise(data: bytes) -> None:
    for name in ("orders.csv", "orders.xlsx", "orders.txt"):
        choose_contract([CSV, XLSX], name, data)
        check(read_supplier_document(data, name, [CSV, XLSX], KNOWN))


@given(tables)
@STEADY
def test_every_line_of_a_random_table_is_accepted_or_rejected_with_a_reason(table: str) -> None:
    reading = read_supplier_document(table.encode("utf-8", "replace"), "orders.csv", [CSV], KNOWN)
    check(reading)
    for line in reading.lines:
        assert line.quantity is not None
        assert line.quantity >= 0
        assert line.quantity.is_integer()
        assert line.sku is not None
        assert KNOWN.knows_sku(line.sku)


@given(st.integers(0, len(BOOK) - 1), st.binary(min_size=1, max_size=8))
@STEADY
def test_a_workbook_with_damaged_bytes_never_raises(at: int, bytes_there: bytes) -> None:
    check(read_supplier_document(BOOK[:at] + bytes_there + BOOK[at + 8 :], "orders.xlsx", [XLSX], KNOWN))
    check(read_supplier_document(BOOK[:at], "orders.xlsx", [XLSX], KNOWN))


@given(st.integers(0, 2000), st.binary(max_size=6))
@STEADY
def test_a_workbook_with_a_damaged_sheet_never_raises(at: int, bytes_there: bytes) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(BOOK)) as old, zipfile.ZipFile(buffer, "w") as new:
        for part in old.infolist():
            content = old.read(part)
            if part.filename == SHEET:
                content = content[: at % len(content)] + bytes_there + content[at % len(content) + 2 :]
            new.writestr(part.filename, content)
    check(read_supplier_document(buffer.getvalue(), "orders.xlsx", [XLSX], KNOWN))
