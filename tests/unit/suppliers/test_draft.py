import gzip
import json
import tomllib
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.reference import load_reference
from pipelines.suppliers.contract_files import load_contracts
from pipelines.suppliers.contracts import Contract
from pipelines.suppliers.documents import Document
from pipelines.suppliers.draft import Draft, draft_contract, main
from pipelines.suppliers.kinds import read_supplier_document
from pipelines.suppliers.rows import Unreadable
from pipelines.suppliers.vocabulary import SupplierVocabulary, vocabulary, vocabulary_from
from tests.unit.suppliers.tables import KNOWN, ROOT, SAMPLE, workbook
from tests.unit.suppliers.test_columns import parquet


@pytest.fixture(scope="module")
def known() -> SupplierVocabulary:
    return vocabulary_from(load_reference(ROOT / "reference"))


def draft(data: bytes | str, name: str = "orders 2024-03-29.csv") -> tuple[dict[str, Any], Draft]:
    made = draft_contract(Document(name, data.encode() if isinstance(data, str) else data), KNOWN)
    Contract.model_validate(tomllib.loads(made.toml))
    return tomllib.loads(made.toml), made


@pytest.mark.parametrize("name", ["nordwind-bestellbuch-2024-06.csv", "meridian-shipment-notices-2024-07-31.xlsx"])
def test_a_draft_reads_its_file_as_the_contract_that_was_written_by_hand_does(
    name: str, known: SupplierVocabulary, tmp_path: Path
) -> None:
    data = (SAMPLE / name).read_bytes()
    made = draft_contract(Document(name, data), known)
    keys = tomllib.loads(made.toml)
    (tmp_path / f"{keys['name']}.toml").write_text(made.toml, encoding="utf-8")
    drafted = read_supplier_document(data, name, load_contracts(tmp_path), known)
    by_hand = read_supplier_document(data, name, load_contracts(ROOT / "reference" / "contracts"), known)
    fields = ("order_ref", "line_ref", "sku", "buyer", "quantity", "unit_price", "promised_on", "shipped_on", "status")
    seen = [{field: getattr(line, field) for field in fields} for line in drafted.lines]
    assert seen
    assert seen == [{field: getattr(line, field) for field in fields} for line in by_hand.lines]


def test_periods_among_the_days_draft_a_calendar() -> None:
    keys, made = draft(
        "PO,Line,Customer,Part,Qty,Promised\nP1,1,Norrland,H100,8,FY25 Q3\nP1,2,Norrland,H100,8,wk 32/2024\n"
    )
    assert keys["calendar"] == {"fiscal_year_begins": 1}
    assert keys["columns"]["promised_on"] == "Promised"
    assert any(one.startswith("calendar: 'FY25 Q3' is a period") for one in made.unsure)


def test_days_with_names_of_months_draft_their_format() -> None:
    keys, _ = draft(
        "PO,Line,Customer,Part,Qty,Promised\nP1,1,Norrland,H100,8,28-Jun-2024\nP1,2,Norrland,H100,8,3-May-2024\n"
    )
    assert keys["date_formats"] == ["%d-%b-%Y"]


TABLE = "PO;Line;Customer;Part;Qty;Price;Promised\nP1;1;Norrland;H100;{};{};{}\nP1;2;Norrland;H100;16;2;{}\n"


@pytest.mark.parametrize(
    ("quantity", "price", "marks", "certain"),
    [
        ("1.024", "28.900,50", (",", "."), True),
        ("1,024", "28,900.50", (".", ","), True),
        ("1024", "28900.50", (".", ""), True),
        ("1024", "28900,5", (",", ""), True),
        ("1.024", "3", (",", "."), False),
        ("1 024", "28 900,50", (",", " "), True),
    ],
)
def test_decimal_habits_are_detected_and_doubt_is_told(
    quantity: str, price: str, marks: tuple[str, str], certain: bool
) -> None:
    keys, made = draft(TABLE.format(quantity, price, "2024-06-28", "2024-06-28"))
    assert (keys["numbers"]["decimal"], keys["numbers"]["thousands"]) == marks
    assert certain == (not any(one.startswith("numbers.decimal") for one in made.unsure))


@pytest.mark.parametrize(
    ("days", "formats", "certain"),
    [
        (("28.06.2024", "01.02.2024"), ["%d.%m.%Y"], True),
        (("06/28/2024", "01/02/2024"), ["%m/%d/%Y"], True),
        (("28/06/2024", "01/02/2024"), ["%d/%m/%Y"], True),
        (("02/06/2024", "01/02/2024"), ["%d/%m/%Y"], False),
        (("2024-06-28", "2024-02-01"), ["%Y-%m-%d"], True),
    ],
)
def test_date_formats_are_detected_and_doubt_is_told(days: tuple[str, str], formats: list[str], certain: bool) -> None:
    keys, made = draft(TABLE.format("8", "2", *days))
    assert keys["date_formats"] == formats
    assert certain == (not any(one.startswith("date_formats: every day fits") for one in made.unsure))


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "utf-8-sig"])
def test_delimiter_and_encoding_are_detected(delimiter: str, encoding: str) -> None:
    text = "Bestellnr.;Kunde;Menge;Artikel\nA1;Käufer GmbH;8;H100\nA2;Südkäufer AG;9;H100\n".replace(";", delimiter)
    keys, _ = draft(text.encode(encoding))
    assert keys["format"] == {"kind": "csv", "delimiter": delimiter, "encoding": encoding.removesuffix("-sig")}


def test_a_header_below_titles_is_found_and_the_date_above_it() -> None:
    data = workbook([["Orders of Castellan"], ["As of:", "2024-03-29"], [], ["PO Number", "Item", "Qty", "Customer"],
                     ["P1", "H100", 8, "Norrland"], ["P2", "H100", 9, "Norrland"]], notes=[["read me"]])  # fmt: skip
    keys, made = draft(data, "castellan.xlsx")
    assert keys["format"] == {"kind": "xlsx", "sheet": "Data"}
    assert keys["document_date"] == {"cell_after": "As of", "formats": ["%Y-%m-%d"]}
    assert keys["columns"] == {"order_ref": "PO Number", "sku": "Item", "quantity": "Qty", "buyer": "Customer"}
    assert any("the sheets notes are left out" in one for one in made.unsure)


def test_what_is_not_there_is_said() -> None:
    _, made = draft("PO,Part\nP1,H100\n", "orders.csv")
    for said in ("constants.supplier: no column", "document_date: neither", "statement: taken for order"):
        assert any(one.startswith(said) for one in made.unsure), said
    assert all(f"# Unsure: {one}" in made.toml for one in made.unsure)


def test_parquet_and_json_are_drafted_too() -> None:
    rows = [{"po": "P1", "sku": "H100", "qty": 8, "customer": "Norrland"}]
    by_parquet, _ = draft(parquet(**pl.DataFrame(rows).to_dict(as_series=False)), "a.parquet")
    by_json, _ = draft(json.dumps({"items": rows, "page": 1}), "a.json")
    by_lines, _ = draft(json.dumps(rows[0]) + "\n", "a.jsonl")
    assert by_parquet["columns"] == by_json["columns"] == by_lines["columns"]
    assert by_json["format"] == {"kind": "json", "records": "items"}


@pytest.mark.parametrize("arguments", [[], [""], ["no such file.csv"]])
def test_the_command_says_what_is_wrong(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) in (1, 2)
    assert capsys.readouterr().err


def test_the_command_prints_a_contract(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(SAMPLE / "nordwind-bestellbuch-2024-06.csv")]) == 0
    printed = capsys.readouterr()
    assert tomllib.loads(printed.out)["name"] == "nordwind-bestellbuch"
    assert "Unsure, so look at these:" in printed.err


@given(st.binary(max_size=300) | st.text(alphabet='PO;,Qt1.\n"\t ', max_size=200).map(str.encode))
@settings(max_examples=200, database=None, derandomize=True, deadline=None)
def test_random_bytes_are_drafted_or_refused(data: bytes) -> None:
    for name in ("a.csv", "a.xlsx", "a.json", "a.parquet"):
        try:
            made = draft_contract(Document(name, data), KNOWN)
        except Unreadable:
            continue
        tomllib.loads(made.toml)


def test_a_list_of_lines_is_found_within_objects() -> None:
    lines = {"data": {"lines": [{"po": "P1", "line": 1, "part": "H100", "qty": 4}]}, "errors": ["none"]}
    keys, _ = draft(json.dumps(lines), "a.json")
    assert keys["format"] == {"kind": "json", "records": "data.lines"}


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"ISA*00*          *00*          *ZZ*A*ZZ*B*240604*0915*^*00501*1*0*P*>~", "needs no contract"),
        (b"UNB+UNOC:3+A+B+240604:0915+1'", "needs no contract"),
        (gzip.compress(b"PO,Part\nP1,H100\n", mtime=0), "unpack it"),
    ],
)
def test_what_needs_no_contract_says_so(data: bytes, why: str) -> None:
    with pytest.raises(Unreadable, match=why):
        draft(data, "file")


def test_a_price_is_not_taken_for_a_unit() -> None:
    keys, _ = draft('PO,Line,Part,Qty,Unit price\nP1,1,H100,4,"$28,900.50"\n')
    assert keys["columns"]["unit_price"] == "Unit price"
    assert "unit" not in keys["columns"]


@pytest.mark.parametrize(
    ("price", "sign", "value", "currency"),
    [
        ("$28,900.50", "$", 28_900.5, "USD"),
        ("28.900,50 €", "€", 28_900.5, "EUR"),
        ("CHF 28\u2019900.50", "CHF", 28_900.5, "CHF"),
        ("£ 28900", "£", 28_900, "GBP"),
        ("28 900,50", "", 28_900.5, "USD"),
    ],
)
def test_signs_of_prices_are_fixed_by_the_draft(price: str, sign: str, value: float, currency: str) -> None:
    text = f'PO,Line,Part,Qty,Unit price\nP1,1,H100,4,"{price}"\n'
    keys, made = draft(text)
    assert (keys.get("numbers", {}).get("sign", ""), keys["constants"]["currency"]) == (sign, currency)
    by = Contract.model_validate(tomllib.loads(made.toml))
    everywhere = vocabulary(["USD", "EUR", "CHF", "GBP"], ["H100"])
    (line,) = read_supplier_document(text.encode(), "orders 2024-03-29.csv", [by], everywhere).lines
    assert (line.unit_price, line.currency) == (value, currency)
