from datetime import date
from pathlib import Path

import polars as pl
import pytest
from openpyxl import load_workbook

from pipelines.reference import load_reference
from pipelines.suppliers.contract_files import load_contracts
from pipelines.suppliers.kinds import read_supplier_document
from pipelines.suppliers.line import SupplierLine, SupplierReading
from pipelines.suppliers.vocabulary import vocabulary_from
from tests.unit.suppliers.sample_tables import NAME, table
from tests.unit.suppliers.sample_workbooks import NOTICES, write
from tests.unit.suppliers.tables import CONTRACTS, ROOT, SAMPLE

# The order books and shipment notices; messages have tests of their own, and tables in other forms their own below.
FILES = sorted(path.name for glob in ("nordwind-*", "meridian-shipment-*") for path in SAMPLE.glob(glob))
OTHERS = ("castellan-open-orders-*", "meridian-order-lines-*", "waybill-lines-*", "gpu_clusters-*")
OTHER_FILES = sorted(path.name for glob in OTHERS for path in SAMPLE.glob(glob))


@pytest.fixture(scope="module")
def readings() -> dict[str, SupplierReading]:
    contracts = load_contracts(CONTRACTS)
    vocabulary = vocabulary_from(load_reference(ROOT / "reference"))
    return {name: read_supplier_document((SAMPLE / name).read_bytes(), name, contracts, vocabulary) for name in FILES}


@pytest.fixture(scope="module")
def others() -> dict[str, SupplierReading]:
    contracts = load_contracts(CONTRACTS)
    known = vocabulary_from(load_reference(ROOT / "reference"))
    return {name: read_supplier_document((SAMPLE / name).read_bytes(), name, contracts, known) for name in OTHER_FILES}


def test_each_other_form_of_table_is_read_by_its_contract(others: dict[str, SupplierReading]) -> None:
    assert {name: (one.contract, len(one.lines), len(one.rejected)) for name, one in others.items()} == {
        "castellan-open-orders-2024-W27.json": ("castellan-open-orders", 1, 0),
        "castellan-open-orders-2024-W40.jsonl": ("castellan-open-orders", 1, 0),
        "gpu_clusters-sample.csv": ("epoch-clusters", 2, 1),
        "meridian-order-lines-2024-09-30.parquet": ("meridian-order-lines", 3, 0),
        "waybill-lines-2025-07.csv": ("waybill-lines", 1, 0),
    }


def test_other_forms_say_of_a_line_what_the_order_book_says(
    readings: dict[str, SupplierReading], others: dict[str, SupplierReading]
) -> None:
    book = {(line.order_ref, line.line_ref): line for line in readings["nordwind-bestellbuch-2024-06.csv"].lines}
    told = [line for name, one in others.items() if name.startswith(("castellan-", "meridian-")) for line in one.lines]
    assert len(told) == 5
    fields = ("supplier", "buyer", "sku", "quantity", "unit", "unit_price", "currency", "ordered_on", "requested_on",
              "promised_on", "revised_on", "status")  # fmt: skip
    for line in told:
        same = book[line.order_ref, line.line_ref]
        assert [getattr(line, field) for field in fields] == [getattr(same, field) for field in fields]


def test_the_parquet_file_is_the_one_that_the_script_writes() -> None:
    assert pl.read_parquet(SAMPLE / NAME).equals(table())


def latest(readings: dict[str, SupplierReading], statement: str) -> dict[tuple[str, str], SupplierLine]:
    lines = [line for reading in readings.values() for line in reading.lines if line.statement == statement]
    lines.sort(key=lambda line: line.document_date or date.min)
    return {(line.order_ref or "", line.line_ref or ""): line for line in lines}


@pytest.mark.parametrize(
    ("name", "contract", "accepted", "rejected"),
    [
        ("nordwind-bestellbuch-2024-03.csv", "nordwind-order-book", 8, 1),
        ("nordwind-bestellbuch-2024-06.csv", "nordwind-order-book", 10, 1),
        ("nordwind-bestellbuch-2025-03.csv", "nordwind-order-book", 6, 1),
        ("nordwind-bestellbuch-fehlerhaft.csv", "nordwind-order-book", 2, 13),
        ("meridian-shipment-notices-2024-07-31.xlsx", "meridian-shipment-notices", 5, 1),
        ("meridian-shipment-notices-2025-03-31.xlsx", "meridian-shipment-notices", 5, 1),
    ],
)
def test_each_readable_file_gives_its_lines(
    readings: dict[str, SupplierReading], name: str, contract: str, accepted: int, rejected: int
) -> None:
    reading = readings[name]
    assert reading.unreadable is None
    assert (reading.contract, len(reading.lines), len(reading.rejected)) == (contract, accepted, rejected)
    assert reading.lines_read == accepted + rejected


def test_no_file_of_the_sample_is_unknown_to_the_tests(readings: dict[str, SupplierReading]) -> None:
    assert [name for name, reading in readings.items() if reading.unreadable] == [
        "meridian-shipment-notices-2024-09-30.xlsx",
        "nordwind-bestellbuch-leer.csv",
    ]
    assert len(readings) == 8


def test_the_order_books_show_lots_on_time_late_partial_open_and_cancelled(
    readings: dict[str, SupplierReading],
) -> None:
    lots = latest(readings, "order")
    assert len(lots) == 12
    on_time = lots["4500017310", "10"]
    assert on_time.delivered_on is not None
    assert on_time.promised_on is not None
    assert on_time.delivered_on <= on_time.promised_on
    assert on_time.delivered_quantity == on_time.quantity == 64
    late = lots["4500017310", "20"]
    assert (late.promised_on, late.revised_on, late.delivered_on) == (
        date(2024, 6, 28), date(2024, 8, 30), date(2024, 9, 4),
    )  # fmt: skip
    partial = lots["4500017355", "10"]
    assert (partial.quantity, partial.delivered_quantity, partial.unit) == (4, 2, "rack")
    assert lots["4500017402", "10"].status == "cancelled"
    assert lots["4500017402", "20"].delivered_on is None


def test_a_line_is_split_between_two_editions_without_losing_a_unit(readings: dict[str, SupplierReading]) -> None:
    march = readings["nordwind-bestellbuch-2024-03.csv"].lines
    june = readings["nordwind-bestellbuch-2024-06.csv"].lines
    before = [line.quantity for line in march if line.order_ref == "4500017310" and line.sku == "H100 SXM5 80GB"]
    after = [line.quantity for line in june if line.order_ref == "4500017310" and line.sku == "H100 SXM5 80GB"]
    assert before == [256]
    assert after == [160, 96]


def test_the_notices_are_about_orders_of_the_book_and_add_up_to_what_it_says(
    readings: dict[str, SupplierReading],
) -> None:
    orders = latest(readings, "order")
    shipments = {
        (line.order_ref or "", line.line_ref or "", line.shipped_on): line
        for name in FILES
        for line in readings[name].lines
        if line.statement == "shipment"
    }
    delivered: dict[tuple[str, str], float] = {}
    for (order, ref, _), line in shipments.items():
        assert (line.supplier, line.buyer, line.sku, line.unit, line.quantity) == (
            orders[order, ref].supplier, orders[order, ref].buyer, orders[order, ref].sku, orders[order, ref].unit,
            orders[order, ref].quantity,
        )  # fmt: skip
        delivered[order, ref] = delivered.get((order, ref), 0) + (line.delivered_quantity or 0)
    assert {key: count for key, count in delivered.items() if count} == {
        key: line.delivered_quantity
        for key, line in orders.items()
        if line.delivered_quantity and line.supplier == "Meridian Systems"
    }


@pytest.mark.parametrize(
    ("line_number", "reasons"),
    [
        (6, ["Zugesagt: '31.09.2024' is a date that does not exist"]),
        (7, ["Menge: '-8' is negative"]),
        (8, ["Währung: 'XBT' is no currency"]),
        (9, ["Artikel: 'Quantenblitz 9000' is no SKU"]),
        (10, ["Menge: is empty"]),
        (11, ["line: only 7 values under 17 columns"]),
        (12, ["line: 18 values under 17 columns"]),
        (13, ["Menge: '2,5' is not whole", "Einzelpreis: '27,400.00' is no number"]),
        (14, ["Einheit: 'Palette'", "Bestelldatum: '2024-06-03' is no date", "Status: 'vielleicht'"]),
        (15, ["key: "]),
        (
            16,
            ["Artikel: ", "Menge: ", "Einzelpreis: ", "Währung: ", "Bestelldatum: ", "Besteller: ", "Bestellnr.: "],
        ),
        (17, ['line: a quotation mark " is opened and never closed']),
        (18, ["Artikel: '=2+2' is no SKU"]),
    ],
)
def test_each_bad_line_of_the_broken_order_book_is_rejected_with_all_its_reasons(
    readings: dict[str, SupplierReading], line_number: int, reasons: list[str]
) -> None:
    rejected = {line.line_number: line for line in readings["nordwind-bestellbuch-fehlerhaft.csv"].rejected}
    found = rejected[line_number].reasons
    assert len(found) == len(reasons)
    assert all(one.startswith(start) for one, start in zip(found, reasons, strict=True)), found


def test_the_workbooks_are_those_that_the_script_writes(tmp_path: Path) -> None:
    write(tmp_path)
    for day in NOTICES:
        name = f"meridian-shipment-notices-{day}.xlsx"
        committed, written = (load_workbook(folder / name) for folder in (SAMPLE, tmp_path))
        assert committed.sheetnames == written.sheetnames
        for page in committed.sheetnames:
            assert list(committed[page].values) == list(written[page].values)
