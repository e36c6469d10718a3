"""The built-in contract `waybill-lines`: a table whose columns are those of `claims.supplier_lines`, by their names.

It is how another program hands over supplier lines. docs/suppliers.md shows an example; the format (CSV, Parquet, JSON
Lines) is told by the file itself, so it is not fixed here.
"""

from typing import get_args

from pipelines.suppliers.contracts import Contract, CsvFormat, LineField, fold
from pipelines.suppliers.line import Statement

NAME = "waybill-lines"
FIELDS: tuple[str, ...] = get_args(LineField)
# Columns of claims.supplier_lines that are ours to fill: allowed, so that a published table can be handed over.
OURS = ("line_id", "document_id", "contract", "sheet", "line_number", "part", "verbatim", "received_at")
STATEMENTS: tuple[Statement, ...] = get_args(Statement)

CONTRACT = Contract.model_validate(
    {
        "name": NAME,
        "description": "Supplier lines as another program hands them over, one column a field",
        "files": [f"{NAME}*.csv", f"{NAME}*.parquet", f"{NAME}*.jsonl"],
        "format": {"kind": "csv"},
        "statement": {"column": "statement", "words": {one: one for one in STATEMENTS}, "default": "order"},
        "columns": {name: name for name in FIELDS},
        "header": ["supplier"],
        "optional_columns": [name for name in (*FIELDS, *OURS) if name != "supplier"],
        "other_columns": "refuse",
        "key": ["supplier"],
        "versions": True,
        "allow_empty_sku": True,
        "required_for": {
            "order": ["sku"],
            "shipment": ["sku"],
            # What tells one register's line from all others: nothing else would.
            "holding": ["buyer", "line_ref"],
            "plan": ["buyer", "line_ref"],
        },
    }
)
_KNOWN = frozenset(fold(name) for name in ("statement", *FIELDS, *OURS))
_NEEDED = frozenset({"supplier", "order_ref", "sku"})


def has_its_columns(names: list[str]) -> bool:
    """Whether a header holds columns of this contract alone, and enough of them to be meant so."""
    folded = {fold(name) for name in names}
    return folded <= _KNOWN and folded >= _NEEDED


def csv_format(header: str) -> CsvFormat:
    """How a CSV file of this contract is written: UTF-8, with the delimiter that its header uses."""
    delimiter = max((",", ";", "\t", "|"), key=lambda mark: len({fold(one) for one in header.split(mark)} & _KNOWN))
    return CsvFormat(kind="csv", delimiter=delimiter)
