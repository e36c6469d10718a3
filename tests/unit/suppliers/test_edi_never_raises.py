"""Whatever the bytes, EDI and archives are read or refused; cut files give all or none; what is written comes back."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.suppliers.documents import Context, Document
from pipelines.suppliers.kinds import open_document, read_supplier_document
from pipelines.suppliers.line import SupplierLine, SupplierReading
from tests.unit.suppliers.edi_writer import X12Marks, edifact, x12
from tests.unit.suppliers.messages import KNOWN, accepted, read
from tests.unit.suppliers.sample_messages import FILES

STEADY = settings(max_examples=150, database=None, derandomize=True, deadline=None)
MESSAGES = {name: data for name, data in FILES.items() if name.endswith((".x12", ".edi")) and "cut" not in name}
SKUS = ("H100", "HGX H200", "GB200 NVL72", "L40S")


def check(reading: SupplierReading) -> None:
    assert reading.lines_read == len(reading.lines) + len(reading.rejected)
    assert all(line.reasons and all(line.reasons) for line in reading.rejected)
    places = [(line.sheet, line.line_number, line.part) for line in (*reading.lines, *reading.rejected)]
    assert len(places) == len(set(places))


def reading(data: bytes, name: str = "file") -> SupplierReading:
    found = read_supplier_document(data, name, [], KNOWN)
    check(found)
    return found


def content(lines: tuple[SupplierLine, ...]) -> list[tuple[object, ...]]:
    names = ("order_ref", "line_ref", "sku", "quantity", "promised_on", "requested_on", "shipped_quantity", "status")
    return [tuple(getattr(line, name) for name in names) for line in lines]


@given(st.sampled_from(sorted(FILES)), st.integers(0, 3_000), st.binary(max_size=6))
@STEADY
def test_damaged_files_are_read_or_refused(name: str, at: int, bytes_there: bytes) -> None:
    data = FILES[name]
    at %= len(data)
    reading(data[:at] + bytes_there + data[at + len(bytes_there) :], name)
    reading(data[:at] + data[at + 4 :], name)


@given(
    st.sampled_from([b"ISA*00*", b"UNA:+.? 'UNB+", b"UNB+UNOC:3+", b"PK\x03\x04", b"\x1f\x8b\x08\x00"]),
    st.binary(max_size=300),
)
@STEADY
def test_random_bytes_behind_a_true_beginning_are_refused(beginning: bytes, rest: bytes) -> None:
    assert reading(beginning + rest).lines == ()


@pytest.mark.parametrize("name", MESSAGES)
def test_a_message_cut_at_any_byte_gives_the_same_lines_or_none(name: str) -> None:
    data = MESSAGES[name]
    whole = content(reading(data, name).lines)
    for end in range(len(data)):
        found = reading(data[:end], name)
        assert content(found.lines) in (whole, []), end
        assert found.lines or found.rejected or found.unreadable, end


days = st.dates(date(2024, 1, 1), date(2026, 12, 31))
items = st.fixed_dictionaries(
    {"sku": st.sampled_from(SKUS), "quantity": st.integers(0, 10**6), "requested": days, "price": st.integers(1, 10**7)}
)
marks = st.permutations(list("*:^~|!<>&;\x1d\x1e\x1f\x1c\n")).map(lambda found: X12Marks(*found[:4], ""))


def wanted(given_items: list[dict[str, Any]]) -> list[tuple[object, ...]]:
    return [
        ("PO9", str(place), one["sku"], float(one["quantity"]), one["requested"], one["price"] / 100)
        for place, one in enumerate(given_items, start=1)
    ]


def found_in(lines: list[SupplierLine]) -> list[tuple[object, ...]]:
    return [(one.order_ref, one.line_ref, one.sku, one.quantity, one.requested_on, one.unit_price) for one in lines]


@given(st.lists(items, min_size=1, max_size=8), marks)
@STEADY
def test_x12_orders_come_back_as_they_were_written_whatever_the_marks(
    given_items: list[dict[str, Any]], these: X12Marks
) -> None:
    body = ["BEG*00*NE*PO9**20240604", "CUR*BY*EUR", "N1*SE*Meridian", "N1*BY*Norrland"]
    for place, one in enumerate(given_items, start=1):
        body += [f"PO1*{place}*{one['quantity']}*EA*{one['price'] / 100:.2f}**VP*{one['sku']}",
                 f"DTM*002*{one['requested']:%Y%m%d}"]  # fmt: skip
    assert found_in(accepted(x12([("850", body)], marks=these))) == wanted(given_items)


@given(
    st.lists(items, min_size=1, max_size=8),
    st.sampled_from(["UNA:+.? '", "UNA:+,? '", "UNA|*.\\ ~", "UNA\x1f\x1d,\x1b \x1c"]),
)
@STEADY
def test_edifact_orders_come_back_as_they_were_written_whatever_the_marks(
    given_items: list[dict[str, Any]], una: str
) -> None:
    body = ["BGM+220+PO9+9", "DTM+137:20240604:102", "NAD+SU+++Meridian", "NAD+BY+++Norrland", "CUX+2:EUR:9"]
    for place, one in enumerate(given_items, start=1):
        body += [f"LIN+{place}++{one['sku']}:SA", f"QTY+21:{one['quantity']}:PCE",
                 f"DTM+2:{one['requested']:%Y%m%d}:102", f"PRI+AAA:{one['price'] / 100:.2f}"]  # fmt: skip
    assert found_in(accepted(edifact([("ORDERS", body)], una=una))) == wanted(given_items)


@given(st.lists(st.tuples(st.sampled_from(["PO1", "PO2"]), st.integers(1, 500)), min_size=1, max_size=10))
@STEADY
def test_a_notices_tree_gives_each_item_its_order(packed: list[tuple[str, int]]) -> None:
    body = ["BSN*00*S1*20240901*1200", "HL*1**S", "DTM*011*20240831", "N1*SE*Meridian", "N1*BY*Norrland"]
    for place, (order, count) in enumerate(packed):
        number = 2 + 3 * place
        body += [f"HL*{number}*1*O", f"PRF*{order}", f"HL*{number + 1}*{number}*P",
                 f"HL*{number + 2}*{number + 1}*I", "LIN*1*VP*H100", f"SN1**{count}*EA"]  # fmt: skip
    lines = accepted(x12([("856", body)]))
    assert [(line.order_ref, line.shipped_quantity) for line in lines] == [(order, count) for order, count in packed]


def test_a_file_of_many_sets_is_read_set_by_set() -> None:
    body = ("BEG*00*NE*PO9**20240604", "N1*SE*Meridian", "N1*BY*Norrland", "PO1*1*8*EA***VP*H100")
    assert len(read(x12([("850", body)] * 3_000))) == 3_000


def test_a_set_of_many_lines_is_given_some_thousand_lines_at_a_time() -> None:
    lines = tuple(f"PO1*{place}*8*EA***VP*H100" for place in range(1, 12_001))
    text = x12([("850", ("BEG*00*NE*PO9**20240604", "N1*SE*Meridian", "N1*BY*Norrland", *lines))])
    opened = open_document(Document("big.x12", text.encode()), Context([], KNOWN))
    sizes = [batch.accepted for batch in opened.batches]
    assert sum(sizes) == 12_000
    assert max(sizes) <= 5_000
