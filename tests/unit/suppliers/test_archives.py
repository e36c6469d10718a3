"""Gzip and zip files: what is in them is read, and what must not be is refused without harm to the rest."""

import gzip
import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

import pytest

from pipelines.suppliers import archives
from pipelines.suppliers.documents import Context, Document
from pipelines.suppliers.kinds import open_document, read_supplier_document
from pipelines.suppliers.line import SupplierReading
from tests.unit.suppliers.messages import KNOWN
from tests.unit.suppliers.tables import HEADER, contract, workbook

CSV = f"{HEADER}\nA,1,H100,8,,,,,,\n".encode()


def packed(*members: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, data in members:
            archive.writestr(zipfile.ZipInfo(name), data, method)
    return buffer.getvalue()


def read(data: bytes, name: str = "files.zip") -> SupplierReading:
    reading = read_supplier_document(data, name, [contract()], KNOWN)
    assert reading.lines_read == len(reading.lines) + len(reading.rejected)
    return reading


def whys(reading: SupplierReading) -> dict[str | None, Sequence[str]]:
    return {line.sheet: line.reasons for line in reading.rejected}


def test_each_file_of_an_archive_is_a_document_of_its_own() -> None:
    reading = read(packed(("orders-1.csv", CSV), ("2024/", b""), ("2024/orders-2.csv", CSV)))
    assert [(line.sheet, line.order_ref, line.line_number) for line in reading.lines] == [
        ("orders-1.csv", "A", 2), ("2024/orders-2.csv", "A", 2),
    ]  # fmt: skip
    assert reading.media_type == "application/zip"


def test_a_gzip_file_is_the_file_that_it_holds() -> None:
    reading = read(gzip.compress(CSV), "orders.csv.gz")
    assert [(line.sheet, line.order_ref) for line in reading.lines] == [("orders.csv", "A")]
    two = gzip.compress(CSV) + gzip.compress(b"B,1,H100,8,,,,,,\n")
    assert [line.order_ref for line in read(two, "orders.csv.gz").lines] == ["A", "B"]


def test_what_a_file_is_shows_in_its_bytes_not_in_its_name() -> None:
    assert len(read(packed(("orders.csv", CSV)), "orders.csv").lines) == 1
    assert len(read(gzip.compress(CSV), "orders.csv").lines) == 1


def test_a_workbook_is_no_archive() -> None:
    book = workbook([HEADER.split(","), ["A", 1, "H100", 8, None, None, None, None, None, None]])
    for name in ("orders.xlsx", "orders"):
        assert not archives.is_archive(Document(name, book))


def test_one_archive_within_another_is_read_and_no_deeper_one() -> None:
    inner = packed(("orders.csv", CSV), ("deep.zip", packed(("orders.csv", CSV))))
    reading = read(packed(("inner.zip", inner), ("orders.csv.gz", gzip.compress(CSV))))
    assert [line.sheet for line in reading.lines] == ["inner.zip/orders.csv", "orders.csv.gz/orders.csv"]
    [(sheet, (why,))] = whys(reading).items()
    assert sheet == "inner.zip/deep.zip"
    assert "an archive within 2 others" in why


def test_a_broken_file_does_not_stop_the_others() -> None:
    data = bytearray(packed(("orders-1.csv", CSV * 50), ("orders-2.csv", CSV)))
    data[60] ^= 0xFF
    reading = read(bytes(data))
    assert [line.sheet for line in reading.lines] == ["orders-2.csv"]
    [(sheet, (why,))] = whys(reading).items()
    assert sheet == "orders-1.csv"
    assert "cut short or damaged" in why


@pytest.mark.parametrize("end", [0.2, 0.6, 0.99])
def test_a_cut_archive_is_refused_as_a_whole(end: float) -> None:
    for data, name in ((packed(("orders.csv", CSV * 99)), "files.zip"), (gzip.compress(CSV * 99), "orders.csv.gz")):
        reading = read(data[: int(len(data) * end)], name)
        assert reading.lines == ()
        assert "cut short or damaged" in (reading.unreadable or reading.rejected[0].reasons[0])


def test_an_encrypted_file_is_refused() -> None:
    data = bytearray(packed(("orders.csv", CSV), ("secret.csv", CSV)))
    for sign, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.rindex(sign) + at] |= 1
    reading = read(bytes(data))
    assert [line.sheet for line in reading.lines] == ["orders.csv"]
    assert whys(reading) == {"secret.csv": ("files.zip/secret.csv: is encrypted: send it without a password",)}


def test_what_grows_suspiciously_is_refused_before_it_fills_the_memory() -> None:
    zeros = bytes(archives.RATIO_FROM_BYTES * 4)
    reading = read(packed(("orders-bomb.csv", zeros), ("orders.csv", CSV)))
    assert [line.sheet for line in reading.lines] == ["orders.csv"]
    assert "grows to more than" in whys(reading)["orders-bomb.csv"][0]
    [why] = whys(read(gzip.compress(zeros), "orders.csv.gz"))["orders.csv"]
    assert "grows to more than" in why


@pytest.mark.parametrize(
    ("limit", "value", "why"),
    [
        ("MOST_MEMBERS", 1, "holds 2 files, more than 1"),
        ("MOST_MEMBER_BYTES", 10, "more than 10"),
        ("MOST_ARCHIVE_BYTES", 10, "come to more than 10 bytes"),
    ],
)
def test_limits_are_said_where_they_are_reached(
    monkeypatch: pytest.MonkeyPatch, limit: str, value: int, why: str
) -> None:
    monkeypatch.setattr(archives, limit, value)
    reading = read(packed(("orders-1.csv", CSV), ("orders-2.csv", CSV)))
    assert reading.lines == ()
    assert why in (reading.unreadable or reading.rejected[0].reasons[0])


def test_names_only_tell_files_apart_and_reach_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    names = ("../../orders.csv", "/etc/orders.csv", "C:\\orders.csv", "a\x07/orders.csv")
    reading = read(packed(*((name, CSV) for name in names)))
    assert [line.sheet for line in reading.lines] == [
        "../../orders.csv", "/etc/orders.csv", "C:\\orders.csv", "a\N{REPLACEMENT CHARACTER}/orders.csv",
    ]  # fmt: skip
    assert list(tmp_path.iterdir()) == []


def test_files_of_one_name_are_told_apart() -> None:
    with pytest.warns(UserWarning, match="Duplicate name"):
        data = packed(("orders.csv", CSV), ("orders.csv", CSV))
    assert [line.sheet for line in read(data).lines] == ["orders.csv", "orders.csv (2)"]


@pytest.mark.parametrize("data", [packed(), packed(("folder/", b""))])
def test_an_archive_without_files_is_refused(data: bytes) -> None:
    assert read(data).unreadable == "files.zip: the archive holds no file: send it again"


def test_a_member_is_read_from_any_place() -> None:
    archive = Document("files.zip", packed(("orders.csv", CSV)))
    member = archives.Member("files.zip/orders.csv", b"", archive, "zip")
    assert member.size == len(CSV)
    with member.open() as stream:
        assert stream.read(5) == CSV[:5]
        assert stream.seek(0, io.SEEK_END) == len(CSV)
        stream.seek(2)
        assert stream.read() == CSV[2:]


@pytest.mark.parametrize("held", [0, archives.MOST_HELD_BYTES])
def test_a_member_gives_the_same_lines_whether_it_is_held_or_taken_out_anew(
    held: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archives, "MOST_HELD_BYTES", held)
    inner = packed(("orders-3.csv", CSV), ("broken.csv.gz", gzip.compress(CSV)[:-9]))
    reading = read(packed(("orders-1.csv", CSV), ("orders-2.csv.gz", gzip.compress(CSV)), ("inner.zip", inner)))
    assert [line.sheet for line in reading.lines] == [
        "orders-1.csv",
        "orders-2.csv.gz/orders-2.csv",
        "inner.zip/orders-3.csv",
    ]
    assert list(whys(reading)) == ["inner.zip/broken.csv.gz"]


def test_an_archive_of_many_files_is_not_opened_anew_for_each() -> None:
    @dataclass(frozen=True, slots=True)
    class Counted(Document):
        opened: list[str] = field(default_factory=list)

        def open(self) -> BinaryIO:
            self.opened.append(self.name)
            return Document.open(self)

    def times(files: int) -> int:
        archive = Counted("files.zip", packed(*((f"orders-{number}.csv", CSV) for number in range(files))))
        batches = list(open_document(archive, Context([contract()], KNOWN)).batches)
        assert sum(batch.accepted for batch in batches) == files
        return len(archive.opened)

    assert times(50) == times(2)


def test_a_file_without_a_name_is_refused_like_another_of_no_use() -> None:
    reading = read(packed(("aaaa", CSV), ("orders.csv", CSV)).replace(b"aaaa", b"\0aaa"))
    assert [line.sheet for line in reading.lines] == ["orders.csv"]
    assert list(whys(reading)) == ["(no name)"]
