"""The sample's X12, EDIFACT and packed files: each is what the script writes, and gives the lines that it should."""

from collections import Counter

import pytest

from pipelines.reference import load_reference
from pipelines.suppliers.contract_files import load_contracts
from pipelines.suppliers.documents import Context, Document
from pipelines.suppliers.kinds import open_document
from pipelines.suppliers.line import RejectedLine, SupplierLine
from pipelines.suppliers.partners import load_partners
from pipelines.suppliers.vocabulary import vocabulary_from
from tests.unit.suppliers.messages import shown
from tests.unit.suppliers.sample_messages import FILES
from tests.unit.suppliers.tables import CONTRACTS, ROOT, SAMPLE

Read = dict[str, list[SupplierLine | RejectedLine]]
# Accepted and rejected lines by what read them.
EXPECTED = {
    "aurelia-850-2024-07-08.x12": ({"x12-850": 4}, 0),
    "castellan-855-2024-07-15.x12": ({"x12-855": 4}, 0),
    "aurelia-860-2024-09-02.x12": ({"x12-860": 2}, 0),
    "castellan-865-2024-09-06.x12": ({"x12-865": 2}, 0),
    "castellan-856-2024-10-14.x12": ({"x12-856": 2}, 0),
    "castellan-856-cut-short.x12": ({}, 1),
    "castellan-856-2025-02.x12.gz": ({"x12-856": 3}, 0),
    "aurelia-830-862-2025-06-02.x12": (
        {"x12-830 Aurelia Compute Inc: HGX B300": 2, "x12-862 Aurelia Compute Inc: GB200 NVL72": 2}, 0,
    ),
    "nordlicht-orders-2024-08-12.edi": ({"edifact-orders": 2}, 0),
    "meridian-ordrsp-2024-08-19.edi": ({"edifact-ordrsp": 2}, 0),
    "nordlicht-ordchg-2024-10-07.edi": ({"edifact-ordchg": 1}, 0),
    "meridian-ordrsp-2024-10-09.edi": ({"edifact-ordrsp": 1}, 0),
    "meridian-desadv-2024-11-22.edi": ({"edifact-desadv": 2}, 0),
    "nordlicht-delfor-2025-05-06.edi": ({"edifact-delfor Nordlicht Rechenwerke GmbH: GB300 NVL72": 2}, 0),
    "meridian-mailbox-2024-11.zip": ({"edifact-desadv": 2}, 2),
}  # fmt: skip


@pytest.fixture(scope="module")
def context() -> Context:
    vocabulary = vocabulary_from(load_reference(ROOT / "reference"))
    return Context(load_contracts(CONTRACTS), vocabulary, load_partners(CONTRACTS))


@pytest.fixture(scope="module")
def lines(context: Context) -> Read:
    return {
        name: [line for batch in open_document(Document(name, SAMPLE / name), context).batches
               for line in (*batch.lines, *batch.rejected)]
        for name in FILES
    }  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_the_sample_is_what_the_script_writes(name: str) -> None:
    assert (SAMPLE / name).read_bytes() == FILES[name]


@pytest.mark.parametrize("name", FILES)
def test_each_file_gives_its_lines(context: Context, name: str) -> None:
    accepted: Counter[str | None] = Counter()
    rejected = 0
    for batch in open_document(Document(name, SAMPLE / name), context).batches:
        if batch.lines:
            accepted[batch.contract] += len(batch.lines)
        rejected += len(batch.rejected)
    assert (accepted, rejected) == EXPECTED[name]


def test_a_contract_names_the_parties_that_castellan_gives_by_number(lines: Read) -> None:
    for name in ("castellan-855-2024-07-15.x12", "castellan-856-2024-10-14.x12"):
        for line in lines[name]:
            assert isinstance(line, SupplierLine)
            assert (line.supplier, line.buyer) == ("Castellan Integrated", "Aurelia Compute Inc")
            assert (line.supplier_code, line.buyer_code) == ("92:CI-1000", "92:C-2044")


def test_what_is_cut_short_says_where_and_what_is_no_document_says_so(lines: Read) -> None:
    whys = [why for found in lines.values() for line in found if isinstance(line, RejectedLine) for why in line.reasons]
    assert sum("cut short: it stops at byte" in why for why in whys) == 2
    assert sum("no contract fits this file's name" in why for why in whys) == 1


def test_a_line_of_an_archive_says_in_which_file_it_stands(lines: Read) -> None:
    sheets = {line.sheet for line in lines["meridian-mailbox-2024-11.zip"]}
    assert {(sheet or "").split("/DESADV")[0] for sheet in sheets} == {
        "2024-11/desadv-corrected.edi", "2024-11/desadv-cut.edi", "2024-11/readme.md",
    }  # fmt: skip


def test_the_story_of_one_line_over_all_its_messages(lines: Read) -> None:
    found = [
        line
        for name in sorted(FILES)
        for line in lines[name]
        if isinstance(line, SupplierLine) and (line.order_ref, line.line_ref) == ("AC-20417", "2")
    ]
    found.sort(key=lambda line: (str(line.document_date), line.part))
    assert [shown(line, ("document_date", "quantity", "promised_on", "status")) for line in found] == [
        ("2024-07-08", 512, None, "open"),
        ("2024-07-15", 256, "2024-11-29", "confirmed"),
        ("2024-07-15", 256, "2025-01-31", "backordered"),
        ("2024-09-02", 384, None, "open"),
        ("2024-09-06", 384, "2025-01-31", "confirmed"),
        ("2025-02-05", 384, None, "delivered"),
    ]
