"""Contracts for EDI: what they may say, and the errors that name the key."""

from pathlib import Path

import pytest

from pipelines.suppliers.contract_files import InvalidContract, load_contracts
from pipelines.suppliers.partners import load_partners, partner_for
from tests.unit.suppliers.tables import CONTRACTS

WHOLE = """
name = "castellan"
description = "Castellan"

[format]
kind = "edi"
senders = ["ZZ:CASTELLAN", "4711"]

[parties]
"92:1042" = "Aurelia"
77 = "Norrland"

[constants]
currency = "USD"

[words.unit]
RK = "rack"

[words.status]
Z1 = "rescheduled"
"""


def problems(folder: Path, **files: str) -> list[str]:
    for name, text in files.items():
        (folder / f"{name}.toml").write_text(text, encoding="utf-8")
    with pytest.raises(InvalidContract) as found:
        load_partners(folder)
    return list(found.value.problems)


def test_a_contract_is_found_by_its_sender_with_or_without_qualifier(tmp_path: Path) -> None:
    (tmp_path / "castellan.toml").write_text(WHOLE, encoding="utf-8")
    [contract] = load_partners(tmp_path)
    assert [partner_for([contract], one).name for one in ("ZZ:CASTELLAN", "14:4711", "ZZ:OTHER", "14:CASTELLAN")] == [
        "castellan", "castellan", "edi", "edi",
    ]  # fmt: skip
    assert [contract.name_of(one) for one in ("92:1042", "9:77", "1042")] == ["Aurelia", "Norrland", None]


def test_contracts_of_tables_and_of_edi_stand_in_one_folder() -> None:
    assert "castellan-edi" in [one.name for one in load_partners(CONTRACTS)]
    assert "castellan-edi" not in [one.name for one in load_contracts(CONTRACTS)]


@pytest.mark.parametrize(
    ("before", "after", "key"),
    [
        ('currency = "USD"', 'currency = "dollars"', "constants.currency"),
        ('RK = "rack"', 'RK = "shelf"', "words.unit.RK"),
        ('Z1 = "rescheduled"', 'Z1 = "late"', "words.status.Z1"),
        ('senders = ["ZZ:CASTELLAN", "4711"]', "senders = []", "format.senders"),
        ("[constants]", "[constant]", "constant"),
        ('"92:1042" = "Aurelia"', '"92:1042" = ""', "parties.92:1042"),
        ('description = "Castellan"', "", "description"),
    ],
)
def test_an_error_names_file_and_key(tmp_path: Path, before: str, after: str, key: str) -> None:
    assert before in WHOLE
    [problem] = problems(tmp_path, castellan=WHOLE.replace(before, after))
    assert problem.startswith(f"castellan.toml: {key}: ")


def test_a_sender_has_one_contract_and_a_contract_the_name_of_its_file(tmp_path: Path) -> None:
    found = problems(tmp_path, castellan=WHOLE, other=WHOLE)
    assert found[0].startswith("other.toml: name: 'castellan' is not the file's")
    assert any("'4711' stands in several contracts" in one for one in found)
