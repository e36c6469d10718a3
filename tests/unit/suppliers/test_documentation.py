import re
from datetime import date
from pathlib import Path
from typing import get_args

import pytest

from pipelines.reference import load_reference
from pipelines.suppliers.contract_files import load_contracts
from pipelines.suppliers.contracts import (
    Contract,
    CsvFormat,
    JsonFormat,
    LineField,
    SkipRule,
    StatementColumn,
    XlsxFormat,
)
from pipelines.suppliers.examples import failed_examples
from pipelines.suppliers.kinds import read_supplier_document
from pipelines.suppliers.periods import Calendar
from pipelines.suppliers.vocabulary import vocabulary_from
from tests.unit.suppliers.tables import ROOT

TEXT = (ROOT / "docs" / "suppliers.md").read_text(encoding="utf-8")


def block(language: str, which: int = 0) -> str:
    return str(re.findall(rf"```{language}\n(.*?)```", TEXT, re.DOTALL)[which])


@pytest.fixture
def contract(tmp_path: Path) -> Contract:
    (tmp_path / "castellan-orders.toml").write_text(block("toml"), encoding="utf-8")
    (only,) = load_contracts(tmp_path)
    return only


def test_the_contract_shown_reads_the_file_shown_as_the_text_says(contract: Contract) -> None:
    vocabulary = vocabulary_from(load_reference(ROOT / "reference"))
    data = block("csv").encode("cp1252")
    reading = read_supplier_document(data, "castellan-orders-2024-03-29.csv", [contract], vocabulary)
    assert reading.unreadable is None
    assert [(line.line_number, line.quantity, line.unit, line.status) for line in reading.lines] == [
        (2, 1024, "gpu", "delayed"),
        (3, 4, "rack", "open"),
    ]
    assert [(line.line_number, line.columns) for line in reading.rejected] == [(4, ("Qty", "Ordered")), (5, ("PO",))]
    assert failed_examples(contract, vocabulary) == []


@pytest.mark.parametrize("name", ["waybill-lines-2024-06.csv", "lines of somebody.csv"])
def test_the_lines_shown_need_no_contract(name: str) -> None:
    vocabulary = vocabulary_from(load_reference(ROOT / "reference"))
    reading = read_supplier_document(block("csv", 1).encode(), name, [], vocabulary)
    assert (reading.contract, reading.unreadable, reading.rejected) == ("waybill-lines", None, ())
    assert [(line.line_ref, line.promised_on, line.document_date) for line in reading.lines] == [
        ("1", date(2024, 6, 28), date(2024, 1, 12)),
        ("1", date(2024, 8, 30), date(2024, 5, 2)),
        ("2", date(2024, 12, 20), date(2024, 5, 2)),
    ]


def test_every_key_and_every_field_is_explained() -> None:
    shapes = (Contract, CsvFormat, XlsxFormat, JsonFormat, StatementColumn, SkipRule, Calendar)
    keys = {name for shape in shapes for name in shape.model_fields}
    missing = [name for name in sorted({*keys, *get_args(LineField)}) if not re.search(rf"\b{name}\b", TEXT)]
    assert missing == []


def test_the_table_of_forms_names_every_kind_of_sample_file_that_is_not_broken() -> None:
    named = {(ROOT / "docs" / path).resolve() for path in re.findall(r"\]\((\.\./sample/[^)]+)\)", TEXT)}
    assert [path for path in sorted(named) if not path.is_file()] == []
    folders = (ROOT / "sample" / "suppliers", ROOT / "sample" / "public")
    files = [
        path for folder in folders for path in folder.rglob("*") if path.is_file() and path.suffix not in ("", ".md")
    ]
    assert {path.suffix for path in named} == {path.suffix for path in files}
    messages = {one.partition("-")[2].split("-2")[0] for one in (path.stem for path in named) if "-" in one}
    assert {"850", "855", "856", "860", "865", "830-862"} <= messages
    assert {"orders", "ordrsp", "ordchg", "desadv", "delfor"} <= messages
