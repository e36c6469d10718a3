"""The supplier folder: files are received byte for byte, and each line is read once by each version of the readers."""

from pathlib import Path

import pytest

from pipelines import reading
from pipelines.arrivals import MAX_SUPPLIER_FILE_BYTES, Arrivals
from pipelines.lake import Lake
from pipelines.reading import Read
from pipelines.settings import ROOT
from tests.unit.arrivals.conftest import Inbox

BOOK = ROOT / "sample" / "suppliers" / "nordwind-bestellbuch-2024-03.csv"


def put(inbox: Inbox, name: str = BOOK.name, data: bytes | None = None) -> Path:
    path = inbox.suppliers / name
    path.write_bytes(BOOK.read_bytes() if data is None else data)
    return path


def test_an_empty_folder_gives_nothing(inbox: Inbox) -> None:
    assert (inbox.receive(), inbox.read_lines()) == (Arrivals(), Read())
    assert inbox.files() == {}


def test_a_folder_that_is_not_there_says_what_to_do(inbox: Inbox) -> None:
    inbox.suppliers.rmdir()
    with pytest.raises(NotADirectoryError, match="no such folder; create it"):
        inbox.receive()


def test_a_file_is_received_byte_for_byte_and_its_lines_are_read(inbox: Inbox) -> None:
    put(inbox)
    assert inbox.receive() == Arrivals(documents_seen=1, documents_new=1)
    (document,) = inbox.lake.read("supplier_documents").to_dicts()
    assert (document["name"], document["received_at"]) == (BOOK.name, inbox.now)
    assert inbox.lake.bytes_of(document["content_hash"]) == BOOK.read_bytes()
    read = inbox.read_lines()
    assert (read.pieces, read.unreadable) == (1, 0)
    lines = inbox.lake.read("supplier_lines")
    assert lines.height == read.accepted > 0
    assert lines["line_id"].n_unique() == lines.height
    (run,) = inbox.lake.read("supplier_readings").to_dicts()
    assert (run["contract"], run["status"], run["lines_read"]) == (
        "nordwind-order-book",
        "read",
        read.accepted + read.rejected,
    )


def test_nothing_new_adds_nothing(inbox: Inbox) -> None:
    put(inbox)
    inbox.receive()
    inbox.read_lines()
    before = inbox.files()
    assert inbox.receive() == Arrivals(documents_seen=1)
    assert inbox.read_lines() == Read()
    assert inbox.files() == before


def test_changed_bytes_add_a_version_and_only_that_is_read(inbox: Inbox) -> None:
    path = put(inbox)
    inbox.receive()
    inbox.read_lines()
    path.write_bytes(BOOK.read_bytes() + b"\r\n")
    assert inbox.receive().documents_new == 1
    assert inbox.read_lines().pieces == 1
    assert inbox.lake.read("supplier_documents").height == 2


def test_a_vanished_file_loses_nothing(inbox: Inbox) -> None:
    path = put(inbox)
    inbox.receive()
    path.unlink()
    assert inbox.receive() == Arrivals()
    assert inbox.read_lines().accepted > 0


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("nordwind-bestellbuch-leer.csv", b"", "empty"),
        ("who-knows.csv", b"a;b\n1;2\n", "no contract"),
        ("meridian-shipment-notices-broken.xlsx", b"PK no workbook", "XLSX"),
    ],
)
def test_a_file_that_cannot_be_read_is_kept_with_its_reason_and_stops_nobody(
    inbox: Inbox, name: str, data: bytes, reason: str
) -> None:
    put(inbox, name, data)
    put(inbox)
    inbox.receive()
    read = inbox.read_lines()
    assert (read.pieces, read.unreadable) == (2, 1)
    (run,) = inbox.lake.read("supplier_readings").filter(status="unreadable").to_dicts()
    assert reason in run["reason"]
    (document,) = inbox.lake.read("supplier_documents").filter(name=name).to_dicts()
    assert inbox.lake.bytes_of(document["content_hash"]) == data


def test_a_file_too_large_says_so(inbox: Inbox) -> None:
    with (inbox.suppliers / "nordwind-bestellbuch-2030-01.csv").open("wb") as file:
        file.truncate(MAX_SUPPLIER_FILE_BYTES + 1)
    inbox.receive()
    assert inbox.read_lines() == Read(pieces=1, unreadable=1)
    (run,) = inbox.lake.read("supplier_readings").to_dicts()
    assert "split the file" in run["reason"]
    assert (inbox.receive(), inbox.read_lines()) == (Arrivals(documents_seen=1), Read())


def test_a_bad_line_is_rejected_with_its_place_and_every_reason(inbox: Inbox) -> None:
    bad = ROOT / "sample" / "suppliers" / "nordwind-bestellbuch-fehlerhaft.csv"
    put(inbox, bad.name, bad.read_bytes())
    inbox.receive()
    read = inbox.read_lines()
    rejected = inbox.lake.read("rejected_lines").to_dicts()
    assert len(rejected) == read.rejected > 0
    assert all(row["line_number"] and row["verbatim"] and row["reasons"] for row in rejected)
    (run,) = inbox.lake.read("supplier_readings").to_dicts()
    assert run["lines_read"] == run["lines_accepted"] + run["lines_rejected"]


def test_other_readers_read_every_document_again_even_one_that_is_gone(
    inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = put(inbox)
    inbox.receive()
    first = inbox.read_lines()
    path.unlink()
    monkeypatch.setattr(reading, "code_version", lambda *_: "another version")
    assert inbox.read_lines() == first
    assert inbox.lake.read("supplier_lines")["reader_version"].n_unique() == 2
    assert inbox.read_lines() == Read()


class PowerCut(Exception):
    pass


def test_a_run_cut_between_lines_and_reading_reads_again_and_counts_once(
    inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(inbox)
    inbox.receive()
    append = Lake.append

    def cut(lake: Lake, table: str, rows: list[dict[str, object]]) -> int:
        if table == "supplier_readings":
            raise PowerCut
        return append(lake, table, rows)

    monkeypatch.setattr(Lake, "append", cut)
    with pytest.raises(PowerCut):
        inbox.read_lines()
    monkeypatch.setattr(Lake, "append", append)
    read = inbox.read_lines()
    assert read.pieces == 1
    assert inbox.lake.read("supplier_lines").height == read.accepted
