"""Many rows at once give what each of them gives alone; whatever the format, whatever the cells."""

import io
import json
from datetime import date, datetime
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.suppliers.columns import Block, ColumnReader, frame_of, sorted_out
from pipelines.suppliers.contracts import Contract
from pipelines.suppliers.fields import LineReader
from pipelines.suppliers.kinds import read_supplier_document
from pipelines.suppliers.line import SupplierReading
from pipelines.suppliers.rows import Row
from pipelines.suppliers.tables import find_header
from tests.unit.suppliers.tables import COLUMNS, HEADER, KNOWN, contract

NAMES = tuple(HEADER.split(","))
RICH = contract(
    columns={**COLUMNS, "quantity": ["Units", "Spare"], "buyer": "Who", "site": "Who"},
    constants={"supplier": "Meridian", "unit": "gpu"},
    statement={"column": "What", "words": {"o": "order", "h": "holding"}, "default": "plan"},
    columns_for={"holding": {"delivered_on": "Promised"}},
    first_of={"buyer": "/"},
    blank_words=["n/a"],
    allow_empty_sku=True,
    required_for={"holding": ["buyer"]},
    skip_when=[{"column": "Order", "matches": "(?i)total.*", "reason": "total"}],
    also=[{"when_any": ["Second"], "line_ref_suffix": "b", "columns": {"quantity": "Second"}}],
)
RICH_NAMES = (*NAMES, "Spare", "Who", "What", "Second")

cells = st.sampled_from(
    ["", " ", "n/a", "N/A ", "A", "1", "H100", "h100 sxm5", "B300", "8", "-8", "8.5", "nan", "1e9", "EUR", "eur", "XBT",
     "007", "0.10", "+3", " 4", "8\n", "\u0664", "999999999", "1000000000", "1000000001", "123456789.123456",
     "1.1234567",
     "2024-06-28", "2024-02-30", "Total", "open", "Lost", "o", "h", "x/y", "\u00a0A\x1f", '"']
)  # fmt: skip


def alone(by: Contract, names: tuple[str, ...], rows: list[tuple[str, ...]]) -> tuple[pl.DataFrame, list[Any]]:
    lines, rejected = sorted_out(
        result
        for number, row in enumerate(rows, 2)
        if not (made := Row(number, "\t".join(row), row)).is_blank()
        for result in reader(by, names).read(made)
    )
    return frame_of(lines), rejected


def reader(by: Contract, names: tuple[str, ...]) -> LineReader:
    header = find_header([Row(1, "", names)], by)
    return LineReader(by, KNOWN, header.names, header.places, date(2024, 7, 1), None)


def together(by: Contract, names: tuple[str, ...], rows: list[tuple[str, ...]]) -> tuple[pl.DataFrame, list[Any]]:
    block = Block(
        pl.Series(range(2, len(rows) + 2), dtype=pl.Int64),
        pl.Series(["\t".join(row) for row in rows], dtype=pl.String),
        pl.DataFrame(rows, schema={str(at): pl.String for at in range(len(names))}, orient="row"),
    )
    return ColumnReader(by, reader(by, names), None).read(block)


@pytest.mark.parametrize(("by", "names"), [(contract(), NAMES), (RICH, RICH_NAMES)], ids=["plain", "rich"])
def test_rows_together_give_what_each_gives_alone(by: Contract, names: tuple[str, ...]) -> None:
    @given(st.lists(st.tuples(*[cells] * len(names)), max_size=12))
    @settings(max_examples=150, database=None, derandomize=True, deadline=None)
    def holds(rows: list[tuple[str, ...]]) -> None:
        frame, rejected = together(by, names, rows)
        expected, expected_rejected = alone(by, names, rows)
        assert frame.sort("line_number", "part").equals(expected.sort("line_number", "part"))
        assert sorted(rejected, key=lambda one: (one.line_number, one.part)) == expected_rejected

    holds()


def parquet(**columns: Any) -> bytes:
    buffer = io.BytesIO()
    pl.DataFrame(columns).write_parquet(buffer)
    return buffer.getvalue()


def read(data: bytes, name: str, *by: Contract) -> SupplierReading:
    reading = read_supplier_document(data, name, by, KNOWN)
    assert reading.lines_read == len(reading.lines) + len(reading.rejected)
    return reading


BY = {
    kind: contract(name=f"in-{kind}", files=[f"orders*.{kind}"], format={"kind": kind.removesuffix("l")})
    for kind in ("parquet", "json", "jsonl")
}
GOOD = {"Order": "A", "Line": 1, "Item": "H100", "Units": 8, "Price": 2.5, "Currency": "EUR", "Ordered": "2024-01-02",
        "Promised": None, "Delivered": None, "State": "open"}  # fmt: skip


def test_parquet_cells_are_typed_or_text() -> None:
    columns = {name: [value] for name, value in GOOD.items()}
    typed = parquet(
        **columns | {"Ordered": [datetime.fromisoformat("2024-01-02")], "Units": [8.0], "Notes": [["a", "b"]]}
    )
    (line,) = read(typed, "orders.parquet", BY["parquet"]).lines
    assert (line.quantity, line.ordered_on, line.line_ref, line.line_number) == (8, date(2024, 1, 2), "1", 1)
    assert json.loads(line.verbatim)["Item"] == "H100"
    (same,) = read(parquet(**columns | {"Units": [b"8"]}), "orders.parquet", BY["parquet"]).lines
    assert (same.quantity, same.ordered_on) == (8, date(2024, 1, 2))


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("Units", float("nan"), "Units: 'nan' is no finite number"),
        ("Units", float("inf"), "Units: 'inf' is no finite number"),
        ("Units", 1e300, "Units: '1"),
        ("Units", True, "Units: 'TRUE' is no number but a bool"),
        ("Ordered", 20240102, "Ordered: '20240102' is no date but a int"),
        ("Ordered", date(1, 1, 1), "Ordered: '0001-01-01' is outside the years"),
        ("Units", [8], "Units: "),
        ("Units", b"\xff", "Units: '0xff' is no number"),
        ("Order", None, "Order: is empty"),
    ],
)
def test_a_parquet_cell_that_is_no_value_is_named(column: str, value: Any, reason: str) -> None:
    columns = {name: [one] for name, one in GOOD.items()} | {column: [value]}
    reading = read(parquet(**columns), "orders.parquet", BY["parquet"])
    assert reading.rejected[0].reasons[0].startswith(reason)


@pytest.mark.parametrize("size", [0, 3, 40, 300])
def test_a_parquet_file_that_is_cut_or_none_says_so(size: int) -> None:
    whole = parquet(**{name: [value] for name, value in GOOD.items()})
    reading = read(whole[:size], "orders.parquet", BY["parquet"])
    assert reading.unreadable is not None
    assert "empty" in reading.unreadable or "not a whole Parquet file" in reading.unreadable


@pytest.mark.parametrize("kind", ["json", "jsonl"])
def test_json_is_read_by_the_same_contract(kind: str) -> None:
    rows = [GOOD, {**GOOD, "Line": 2, "Units": -1}, {"Order": "A", "Line": 3}]
    text = "\n".join(map(json.dumps, rows)) if kind == "jsonl" else json.dumps(rows, indent=1)
    reading = read(text.encode(), f"orders.{kind}", BY[kind])
    assert [(line.line_number, line.quantity) for line in reading.lines] == [(1, 8)]
    assert [line.reasons for line in reading.rejected] == [
        ("Units: '-1' is negative: a count of units is 0 or more",),
        ("Units: is empty, but the contract requires quantity", "Item: is empty, but the contract requires sku"),
    ]


def test_json_within_json_is_a_column_with_a_dot() -> None:
    by = contract(
        name="nested", files=["n.json"], format={"kind": "json", "records": "data.lines"},
        columns={**COLUMNS, "buyer": "to.name"}, constants={"supplier": "Meridian", "unit": "gpu"},
    )  # fmt: skip
    document = {"data": {"lines": [{**GOOD, "to": {"name": "Norrland", "id": 4}}]}, "page": 1}
    (line,) = read(json.dumps(document).encode(), "n.json", by).lines
    assert line.buyer == "Norrland"
    assert "no list of objects under 'data.lines'" in (read(b'{"data": 1}', "n.json", by).unreadable or "")


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"{", "not JSON at line 1, character 2"),
        (b"[]", "no JSON object but list"),
        (b'{"Order": "A", "Order": "B"}', "names 'Order' twice"),
        (b'{"Units": NaN}', "NaN is no number"),
        (b'{"Units": 1e999}', "Units: 'inf' is no finite number"),
        (b'{"Units": ' + b"9" * 400 + b"}", "no finite number"),
        (b'{"Order": "\xff"}', "byte 12 is not UTF-8"),
        (b"[" * 200_000, "JSON that cannot be read"),
        (b'{"a":' * 20 + b"1" + b"}" * 20, "objects within objects"),
        (b'{"Order": "' + b"x" * 10_000_000 + b'"}', "longer than 2,000,000 bytes"),
    ],
)  # fmt: skip
def test_a_bad_line_of_json_costs_only_itself(line: bytes, reason: str) -> None:
    good = json.dumps(GOOD).encode()
    reading = read(good + b"\n" + line + b"\n" + good.replace(b'"A"', b'"B"') + b"\n", "orders.jsonl", BY["jsonl"])
    assert [one.line_number for one in reading.lines] == [1, 3]
    assert reason in "; ".join(reading.rejected[0].reasons)


@given(st.binary(max_size=200) | st.lists(st.sampled_from([json.dumps(GOOD), "{", "[", "]", "null", "{}", "\x00"])).map(
    lambda parts: "\n".join(parts).encode()))  # fmt: skip
@settings(max_examples=200, database=None, derandomize=True, deadline=None)
def test_random_bytes_are_read_or_refused(data: bytes) -> None:
    for kind, by in BY.items():
        read(data, f"orders.{kind}", by)
        read(data, f"waybill-lines.{kind}")
