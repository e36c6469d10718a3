import io
import tomllib
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from pipelines.reference import load_reference
from pipelines.suppliers.contract_files import InvalidContract, is_for_edi, load_contracts
from pipelines.suppliers.contracts import Contract
from pipelines.suppliers.examples import failed_examples
from pipelines.suppliers.kinds import read_supplier_document
from pipelines.suppliers.tables import choose_contract
from pipelines.suppliers.vocabulary import SupplierVocabulary, vocabulary_from
from tests.unit.suppliers.tables import CONTRACTS, HEADER, KNOWN, ROOT, contract, read, workbook

SMALL = """
name = "{name}"
description = "Orders"
files = ["orders*.csv"]
statement = "order"
key = ["order_ref"]

[format]
kind = "csv"

[columns]
supplier = "Supplier"
order_ref = "Order"
sku = "Item"
"""


@pytest.fixture(scope="module")
def vocabulary() -> SupplierVocabulary:
    return vocabulary_from(load_reference(ROOT / "reference"))


def write(folder: Path, name: str, text: str) -> None:
    (folder / f"{name}.toml").write_text(text.replace("{name}", name), encoding="utf-8")


TABLES = [path for path in sorted(CONTRACTS.glob("*.toml")) if not is_for_edi(tomllib.loads(path.read_text("utf-8")))]


@pytest.mark.parametrize("path", TABLES, ids=lambda path: path.stem)
def test_the_examples_of_every_contract_hold(path: Path, vocabulary: SupplierVocabulary) -> None:
    one = Contract.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    assert len(one.examples) >= 2
    assert failed_examples(one, vocabulary) == []


def test_the_contracts_of_the_project_load_in_order_of_their_names() -> None:
    names = [one.name for one in load_contracts(CONTRACTS)]
    assert names == sorted(names)
    assert {"epoch-clusters", "meridian-shipment-notices", "nordwind-order-book"} <= set(names)


def test_a_folder_without_contracts_gives_none(tmp_path: Path) -> None:
    assert load_contracts(tmp_path) == []


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (("[columns]", "[columns]\nwidth = 'W'"), "columns.width: Input should be"),
        (("statement = ", "statment = "), "statment: no such key"),
        (("statement = ", "statment = "), "statement: missing"),
        (('"order"', '"invoice"'), "statement"),
        (("files = [", "files = [] #"), "files: "),
        (('kind = "csv"', 'kind = "pdf"'), "format: "),
        (('kind = "csv"', 'kind = "csv"\ndelimiter = "::"'), "format.csv.delimiter: "),
        (('kind = "csv"', 'kind = "csv"\nencoding = "latin-99"'), "format.csv.encoding: no text encoding"),
        (
            ("[format]", "[numbers]\ndecimal = ','\nthousands = ','\n[format]"),
            "numbers: decimal and thousands are the same",
        ),
        (("[format]", "[document_date]\n[format]"), "document_date: give either name_pattern or cell_after"),
        (("key = ", "date_formats = ['%d.%m']\nkey = "), "date_formats.0: does not name day, month and year"),
        (("key = ", "date_formats = ['%d %B %Y']\nkey = "), "date_formats.0: %B cannot stand in a date format"),
        (('key = ["order_ref"]', 'key = ["line_ref"]'), "line_ref has neither a column nor a constant"),
        (('order_ref = "Order"', 'quantity = "Units"'), "an order or a shipment needs order_ref"),
        (('sku = "Item"', 'sku = "Item"\nquantity = "Units"'), "unit: quantities need"),
        (('sku = "Item"', 'sku = "Item"\nunit_price = "Price"'), "currency: unit_price needs"),
        (('sku = "Item"', 'sku = "Item"\n[constants]\nsku = "H100"'), "constants: sku is also read from a column"),
        (('sku = "Item"', 'sku = "Item"\n[first_of]\nbuyer = ","'), "first_of: buyer is read from no column"),
        (('sku = "Item"', 'sku = "Item"\n[words.status]\nlost = "lost"'), "words.status.lost: "),
        (
            ('sku = "Item"', 'sku = "Item"\n[[skip_when]]\ncolumn = "Item"\nreason = "x"'),
            "skip_when.0: give exactly one of",
        ),
        (
            ('sku = "Item"', 'sku = "Item"\n[[skip_when]]\ncolumn = "Item"\nreason = "x"\nmatches = "("'),
            "skip_when.0.matches: no regular expression",
        ),
        (("[format]", "[calendar]\nfiscal_year_begins = 13\n[format]"), "calendar.fiscal_year_begins: "),
        (("[format]", "[calendar]\nbegins = 2\n[format]"), "calendar.begins: no such key"),
        (
            ("[format]", "[calendar]\nfiscal_year_begins = 2\n[format]"),
            "calendar: fiscal_year_named_by is missing: say 'end' or 'begin'",
        ),
        (
            ("[format]", "[calendar]\nfiscal_year_begins = 2\nfiscal_year_named_by = 'end'\n[format]"),
            "calendar: quarters is missing",
        ),
        (("[format]", "[document_date]\nname_pattern = '(x)'\n[format]"), "document_date: name_pattern needs formats"),
        (("[format]", "[parties]\nC1 = ''\n[format]"), "parties.C1: "),
        (("[format]", "[parties]\nC1 = 'A'\nc1 = 'B'\n[format]"), "parties: C1, c1 are one code"),
        (('sku = "Item"', 'sku = "Item"\n[[examples]]\nline = "a"\nreason = "b"'), "example_header: "),
        (('sku = "Item"', 'sku = "Item"\n[[examples]]\nline = "a"'), "examples.0: give either expect"),
        (("[columns]", "[columns"), "not TOML: "),
    ],
)
def test_a_contract_that_cannot_be_used_is_refused_with_file_and_key(
    tmp_path: Path, change: tuple[str, str], problem: str
) -> None:
    write(tmp_path, "orders", SMALL.replace(*change))
    with pytest.raises(InvalidContract) as caught:
        load_contracts(tmp_path)
    assert any(one.startswith("orders.toml: ") and problem in one for one in caught.value.problems), (
        caught.value.problems
    )


def test_every_problem_of_every_contract_is_named_at_once(tmp_path: Path) -> None:
    write(tmp_path, "one", SMALL.replace('"order"', '"invoice"').replace("key = ", "keys = "))
    write(tmp_path, "two", SMALL.replace("{name}", "three"))
    (tmp_path / "four.toml").write_bytes(b"name = '\xe9'")
    with pytest.raises(InvalidContract) as caught:
        load_contracts(tmp_path)
    files = [one.split(":")[0] for one in caught.value.problems]
    assert files == ["four.toml", "one.toml", "one.toml", "one.toml", "two.toml"]
    assert "rename one to match the other" in caught.value.problems[-1]


def test_a_contract_is_chosen_by_the_files_name_whatever_its_folder_and_case() -> None:
    orders = contract()
    notices = contract(name="notices", files=["notices-*.xlsx"], format={"kind": "xlsx"})
    chosen = choose_contract([notices, orders], "inbox/Orders-March.CSV", b"")
    assert chosen is orders
    assert choose_contract([notices, orders], "prices.csv", b"") is None


def test_of_contracts_with_one_file_pattern_the_header_decides() -> None:
    old = contract(name="old", columns={"order_ref": "Order", "line_ref": "Row", "sku": "Item", "quantity": "Units"})
    new = contract(name="new")
    assert choose_contract([old, new], "orders.csv", b"Order,Row,Item,Units\n") is old
    assert choose_contract([old, new], "orders.csv", HEADER.encode()) is new
    assert choose_contract([old, new], "orders.csv", b"A,B\n") is None
    assert choose_contract([new, new.model_copy(update={"name": "twin"})], "orders.csv", HEADER.encode()) is None


def test_a_known_sku_matches_a_pattern_as_a_whole_whatever_its_case() -> None:
    assert KNOWN.knows_sku("h100 sxm5")
    assert not KNOWN.knows_sku("H100 SXM5 80GB")
    assert not KNOWN.knows_sku("not H100")


@pytest.mark.parametrize(
    ("changes", "failure"),
    [
        ({"expect": {"quantity": 9}}, "quantity is 8.0, expected 9"),
        (
            {"expect": {"quantity": 8}, "absent": ["promised_on"]},
            "promised_on is datetime.date(2024, 6, 28), expected None",
        ),
        ({"reason": "negative"}, "accepted, expected to be rejected: negative"),
        ({"expect": {"quantity": 8}, "part": 2}, "the line has no part 2"),
    ],
)
def test_an_example_that_does_not_hold_says_what_came_instead(changes: dict[str, Any], failure: str) -> None:
    one = contract(example_header=HEADER, examples=[{"line": "A,1,H100,8,,,2024-01-01,2024-06-28,,open", **changes}])
    assert failed_examples(one, KNOWN) == [f"orders: example 1: {failure}"]


def test_a_contract_cannot_be_changed_after_it_is_loaded() -> None:
    with pytest.raises(ValidationError):
        contract().name = "other"


def test_two_fitting_contracts_make_a_file_unreadable_rather_than_read_twice() -> None:
    twins = [contract(name="one"), contract(name="two")]
    reading = read_supplier_document(HEADER.encode(), "orders.csv", twins, KNOWN)
    assert reading.contract is None
    assert reading.unreadable is not None
    assert "several contracts fit (one, two)" in reading.unreadable
    assert read(io.BytesIO(workbook([["A"]])).getvalue(), name="prices.xlsx").contract is None
