"""Small contracts, files and a vocabulary for the tests of supplier files."""

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from openpyxl import Workbook

from pipelines.suppliers.contracts import Contract
from pipelines.suppliers.kinds import read_supplier_document
from pipelines.suppliers.line import RejectedLine, SupplierLine, SupplierReading
from pipelines.suppliers.vocabulary import vocabulary

ROOT = Path(__file__).parents[3]
CONTRACTS = ROOT / "reference" / "contracts"
SAMPLE = ROOT / "sample" / "suppliers"
KNOWN = vocabulary(["EUR", "SEK"], [r"H100( SXM5)?", r"GB200 NVL72"])

COLUMNS = {
    "order_ref": "Order", "line_ref": "Line", "sku": "Item", "quantity": "Units", "unit_price": "Price",
    "currency": "Currency", "ordered_on": "Ordered", "promised_on": "Promised", "delivered_on": "Delivered",
    "status": "State",
}  # fmt: skip
HEADER = ",".join(COLUMNS.values())


def contract(**changes: Any) -> Contract:
    """An order book in CSV with ISO dates and the columns of HEADER; `changes` replace or add keys, None removes."""
    keys: dict[str, Any] = {
        "name": "orders",
        "description": "orders",
        "files": ["orders*.csv"],
        "format": {"kind": "csv"},
        "statement": "order",
        "columns": dict(COLUMNS),
        "constants": {"supplier": "Meridian", "buyer": "Norrland", "unit": "gpu"},
        "key": ["order_ref", "line_ref"],
        "required": ["quantity"],
    }
    keys.update(changes)
    return Contract.model_validate({name: value for name, value in keys.items() if value is not None})


def read(text: str | bytes, by: Contract | None = None, name: str = "orders.csv") -> SupplierReading:
    """The reading of a file; text is encoded as UTF-8."""
    data = text.encode() if isinstance(text, str) else text
    return read_supplier_document(data, name, [by or contract()], KNOWN)


def read_line(line: str, by: Contract | None = None) -> SupplierLine:
    """The one line under HEADER, which has to be accepted."""
    reading = read(f"{HEADER}\n{line}\n", by)
    assert reading.unreadable is None
    assert reading.rejected == ()
    return reading.lines[0]


def rejected_line(line: str, by: Contract | None = None) -> RejectedLine:
    """The one line under HEADER, which has to be rejected."""
    reading = read(f"{HEADER}\n{line}\n", by)
    assert reading.unreadable is None
    assert reading.lines == ()
    return reading.rejected[0]


def workbook(rows: Sequence[Sequence[Any]], sheet: str = "Data", **others: Sequence[Sequence[Any]]) -> bytes:
    """A workbook of these rows, with further sheets by name."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for name, content in {sheet: rows, **others}.items():
        page = book.create_sheet(name)
        for row in content:
            page.append(list(row))
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()
