"""JSON and JSON Lines as suppliers' programs write them, down to what the format allows and no table can hold."""

import json

import pytest

from pipelines.suppliers.kinds import read_supplier_document
from pipelines.suppliers.line import SupplierReading
from tests.unit.suppliers.tables import KNOWN, contract

LINES = contract(name="lines", files=["*.jsonl"], format={"kind": "json"})
VALUE = contract(name="value", files=["*.json"], format={"kind": "json"})
GOOD = {"Order": "A", "Line": "1", "Item": "H100", "Units": 8, "Price": 2.5, "Currency": "EUR", "Ordered": None,
        "Promised": None, "Delivered": None, "State": "open"}  # fmt: skip
HALVES = [("Order", "A\ud83d"), ("Item", "\udc00H100"), ("Notes", ["\ud800"]), ("\udfff", 1), ("State", "\ud800")]


def read(text: str, name: str) -> SupplierReading:
    reading = read_supplier_document(text.encode(), name, [LINES, VALUE], KNOWN)
    assert reading.lines_read == len(reading.lines) + len(reading.rejected)
    return reading


@pytest.mark.parametrize(("key", "value"), HALVES)
@pytest.mark.parametrize("name", ["a.jsonl", "a.json"])
def test_half_a_character_reaches_no_table(key: str, value: object, name: str) -> None:
    rows = [json.dumps({**GOOD, key: value}), json.dumps({**GOOD, "Line": "2"})]
    reading = read("\n".join(rows) if name == "a.jsonl" else f"[{','.join(rows)}]", name)
    assert [line.line_number for line in reading.lines][-1] == 2
    for line in (*reading.lines, *reading.rejected):
        assert str(line).encode("utf-8")
        assert line.verbatim.encode("utf-8")


def test_two_escaped_halves_are_one_character() -> None:
    (line,) = read(json.dumps({**GOOD, "Order": "A\N{GRINNING FACE}"}), "a.jsonl").lines
    assert line.order_ref == "A\N{GRINNING FACE}"
