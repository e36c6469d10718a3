"""EDIFACT as suppliers and buyers send it: what each message gives, and when a file, a message or a line is refused."""

import re
from datetime import date

import pytest

from pipelines.suppliers.edifact.elements import period
from pipelines.suppliers.line import RejectedLine, SupplierLine
from tests.unit.suppliers.edi_writer import edifact
from tests.unit.suppliers.messages import accepted, read, reasons, shown

SIDES = ("NAD+BY+N1::92++Norrland AB", "NAD+SU+M1::92++Meridian", "NAD+DP+H2::92++Hall 2")
HEAD = ("BGM+220+PO1+9", "DTM+137:20240604:102", *SIDES, "CUX+2:EUR:9")
LIN = "LIN+10++H100:SA"
BACK = {"sender": "MERIDIAN:ZZZ", "receiver": "NORRLAND:ZZZ"}


def orders(*segments: str) -> str:
    return edifact([("ORDERS", (*HEAD, *segments, "UNS+S"))])


def answer(*segments: str, function: str = "4") -> list[SupplierLine]:
    head = (f"BGM+231+AB1+{function}", "DTM+137:20240610:102", "RFF+ON:PO1", "DTM+171:20240604:102", *SIDES)
    return accepted(edifact([("ORDRSP", (*head, *segments, "UNS+S"))], **BACK))


def test_orders_give_what_the_buyer_ordered_and_wishes() -> None:
    [line] = accepted(orders(LIN, "QTY+21:100:PCE", "DTM+2:20240830:102", "PRI+AAA:2890050:::100"))
    assert shown(line, ("statement", "supplier", "buyer", "ship_to", "order_ref", "line_ref", "sku")) == (
        "order", "Meridian", "Norrland AB", "Hall 2", "PO1", "10", "H100",
    )  # fmt: skip
    assert shown(line, ("quantity", "unit", "unit_price", "currency", "ordered_on", "requested_on", "promised_on")) == (
        100, "each", 28900.5, "EUR", "2024-06-04", "2024-08-30", None,
    )  # fmt: skip
    assert shown(line, ("status", "document_date", "supplier_code", "buyer_code", "sent_at")) == (
        "open", "2024-06-04", "92:M1", "92:N1", "2024-08-12 09:15:00",
    )  # fmt: skip


def test_a_lines_segments_are_kept_as_they_stand_with_their_place() -> None:
    text = orders(LIN, "IMD+F++:::H100", "QTY+21:100:PCE")
    [line] = accepted(text)
    assert line.verbatim == text[text.index("LIN+") : text.index("\nUNS")]
    assert text.split("'\n")[line.line_number].startswith("LIN+10")  # the UNA is no segment of its own


@pytest.mark.parametrize(
    ("segments", "expected"),
    [
        (("LIN+10+5+H100:SA", "QTY+21:100", "DTM+69:20240913:102"), ("confirmed", 100, "2024-09-13")),
        (("LIN+10+5+H100:SA", "QTY+21:100", "DTM+2:20240830:102"), ("confirmed", 100, "2024-08-30")),
        (("LIN+10++H100:SA", "QTY+12:100:PCE", "DTM+55:20240913:102"), ("confirmed", 100, "2024-09-13")),
        (
            ("LIN+10+3+H100:SA", "QTY+21:100", "DTM+2:20240830:102", "DTM+67:20241001:102"),
            ("rescheduled", 100, "2024-10-01"),
        ),
        (
            ("LIN+10+6+H100:SA", "QTY+21:100", "QTY+113:80", "DTM+2:20240830:102", "DTM+67:20240830:102"),
            ("confirmed", 80, "2024-08-30"),
        ),
        (("LIN+10+7+H100:SA", "QTY+21:100", "DTM+69:20240913:102"), ("rejected", 100, None)),
        (("LIN+10+2+H100:SA", "QTY+21:100"), ("cancelled", 100, None)),
        (("LIN+10+5+H100:SA", "PIA+3+L40S:SA", "QTY+21:100"), ("substituted", 100, None)),
    ],
    ids=[
        "accepted",
        "accepts the wish",
        "confirmed day",
        "other day",
        "other count",
        "not accepted",
        "deleted",
        "substituted",
    ],
)
def test_an_ordrsp_is_a_dated_promise(segments: tuple[str, ...], expected: tuple[object, ...]) -> None:
    [line] = answer(*segments)
    assert shown(line, ("status", "quantity", "promised_on")) == expected
    assert shown(line, ("order_ref", "ordered_on", "document_date")) == ("PO1", "2024-06-04", "2024-06-10")
    assert line.sku == ("L40S" if expected[0] == "substituted" else "H100")


def test_what_is_back_ordered_is_a_part_of_the_line() -> None:
    lines = answer("LIN+10+3+H100:SA", "QTY+21:100", "DTM+2:20240913:102", "QTY+113:60", "DTM+69:20240913:102",
                   "QTY+83:40", "DTM+506:20241115:102")  # fmt: skip
    assert [shown(line, ("part", "quantity", "status", "promised_on")) for line in lines] == [
        (1, 60, "confirmed", "2024-09-13"),
        (2, 40, "backordered", "2024-11-15"),
    ]


def test_several_confirmed_quantities_with_their_days_are_parts_of_the_line() -> None:
    lines = answer("LIN+10+5+H100:SA", "QTY+113:60", "DTM+69:20240913:102", "QTY+113:40", "DTM+69:20241115:102")
    assert [shown(line, ("quantity", "promised_on")) for line in lines] == [(60, "2024-09-13"), (40, "2024-11-15")]


def test_an_order_that_is_not_accepted_is_rejected_as_a_whole() -> None:
    [line] = answer(LIN, "QTY+21:100", function="27")
    assert line.status == "rejected"


def test_schedules_of_an_order_are_its_parts() -> None:
    text = orders(
        LIN, "QTY+21:100", "SCC+1", "QTY+21:60", "DTM+2:20240801:102", "SCC+1", "QTY+21:40", "DTM+2:20240901:102"
    )
    assert [shown(line, ("quantity", "requested_on")) for line in accepted(text)] == [
        (60, "2024-08-01"), (40, "2024-09-01"),
    ]  # fmt: skip


@pytest.mark.parametrize(("action", "status"), [("1", "open"), ("2", "cancelled"), ("3", "open")])
def test_an_ordchg_is_the_buyers_change(action: str, status: str) -> None:
    head = ("BGM+230+AE1+4", "DTM+137:20240701:102", "RFF+ON:PO1", "DTM+171:20240604:102", *SIDES)
    [line] = accepted(edifact([("ORDCHG", (*head, f"LIN+10+{action}+H100:SA", "QTY+21:80", "UNS+S"))]))
    assert shown(line, ("order_ref", "quantity", "status", "document_date", "ordered_on")) == (
        "PO1", 80, status, "2024-07-01", "2024-06-04",
    )  # fmt: skip


def advice(*segments: str, function: str = "9") -> str:
    head = (f"BGM+351+LS1+{function}", "DTM+137:20240901:102", "DTM+11:20240831:102", "RFF+ON:PO1", *SIDES)
    return edifact([("DESADV", (*head, *segments, "CNT+2:1"))], **BACK)


def test_a_desadv_is_what_was_despatched_whatever_it_is_packed_in() -> None:
    lines = accepted(
        advice("CPS+1", "PAC+2", "CPS+2+1", LIN, "QTY+12:24:PCE", "QTY+21:100:PCE", "CPS+3+1", "LIN+2++L40S:SA",
               "QTY+12:8", "RFF+ON:PO2:20", "DTM+35:202409051030:203")
    )  # fmt: skip
    names = ("order_ref", "line_ref", "sku", "shipped_quantity", "quantity", "shipped_on", "delivered_on", "status")
    assert [shown(line, names) for line in lines] == [
        ("PO1", "10", "H100", 24, 100, "2024-08-31", None, "shipped"),
        ("PO2", "20", "L40S", 8, None, "2024-08-31", "2024-09-05", "delivered"),
    ]
    assert {line.shipment_ref for line in lines} == {"LS1"}


def test_an_advice_that_is_called_back_counts_for_nothing() -> None:
    [line] = accepted(advice("CPS+1", LIN, "QTY+12:24", function="1"))
    assert shown(line, ("status", "shipped_quantity", "shipped_on")) == ("cancelled", 0, None)


def test_what_the_buyer_wants_delivered_is_not_what_was_delivered() -> None:
    [line] = accepted(advice("CPS+1", LIN, "QTY+12:24", "QTY+131:50", "QTY+48:20"))
    assert shown(line, ("shipped_quantity", "delivered_quantity")) == (24, 20)


def test_a_delfor_is_a_plan_due_at_the_end_of_its_time() -> None:
    head = ("BGM+241+LAB1+5", "DTM+137:20240603:102", *SIDES)
    lines = accepted(edifact([("DELFOR", (
        *head, "LIN+1++H100:SA", "RFF+ON:PO1:10", "QTY+3:500", "SCC+1", "QTY+113:8", "DTM+2:20240701:102",
        "SCC+4++W", "QTY+113:16", "DTM+2:20240708:102", "SCC+4", "QTY+113:24", "DTM+64:20240801:102",
        "DTM+63:20240815:102", "SCC+4", "QTY+113:32", "DTM+2:2024090120240930:718", "UNS+S",
    ))]))  # fmt: skip
    assert [shown(line, ("statement", "quantity", "requested_on", "promised_on", "status")) for line in lines] == [
        ("plan", 8, "2024-07-01", "2024-07-01", "confirmed"),
        ("plan", 16, "2024-07-08", "2024-07-14", "open"),
        ("plan", 24, "2024-08-01", "2024-08-15", "open"),
        ("plan", 32, "2024-09-01", "2024-09-30", "open"),
    ]
    assert {(line.order_ref, line.line_ref) for line in lines} == {("PO1", "10")}


def test_a_schedule_of_a_delfor_may_stand_behind_its_quantity_as_in_d96a() -> None:
    first, second = accepted(edifact([("DELFOR", (
        "BGM+241+F1+9", "DTM+137:20240604:102", *SIDES, LIN, "QTY+12:3", "QTY+113:8", "SCC+1", "DTM+2:20240701:102",
        "QTY+113:16", "SCC+4++Q", "DTM+64:20240701:102", "UNS+S",
    ))]))  # fmt: skip
    names = ("quantity", "promised_on", "status")
    assert shown(first, names) == (8, "2024-07-01", "confirmed")
    assert shown(second, names) == (16, "2024-09-30", "open")
    assert second.verbatim.split("'\n") == ["LIN+10++H100:SA'QTY+113:16", "SCC+4++Q", "DTM+64:20240701:102'"]


def test_a_blank_in_the_una_releases_nothing() -> None:
    (line,) = accepted(edifact([("ORDERS", (*HEAD, "LIN+10++H100 SXM5:SA", "QTY+21:8", "UNS+S"))], una="UNA:+.  '"))
    assert (line.sku, line.buyer) == ("H100 SXM5", "Norrland AB")


@pytest.mark.parametrize(
    ("value", "code", "days"),
    [
        ("20240704", "102", ("2024-07-04", "2024-07-04")),
        ("240704", "101", ("2024-07-04", "2024-07-04")),
        ("202407041530", "203", ("2024-07-04", "2024-07-04")),
        ("20240704153000", "204", ("2024-07-04", "2024-07-04")),
        ("240704153000", "202", ("2024-07-04", "2024-07-04")),
        ("202407041530+01", "303", ("2024-07-04", "2024-07-04")),
        ("20240704153000M08", "304", ("2024-07-04", "2024-07-04")),
        ("202407041530", "", ("2024-07-04", "2024-07-04")),
        ("040724", "2", ("2024-07-04", "2024-07-04")),
        ("070424", "3", ("2024-07-04", "2024-07-04")),
        ("2024070120240731", "718", ("2024-07-01", "2024-07-31")),
        ("20240701-20240731", "711", ("2024-07-01", "2024-07-31")),
        ("202407010800202407311800", "719", ("2024-07-01", "2024-07-31")),
        ("202402", "610", ("2024-02-01", "2024-02-29")),
        ("202427", "616", ("2024-07-01", "2024-07-07")),
        ("20243", "608", ("2024-07-01", "2024-09-30")),
        ("2024", "602", ("2024-01-01", "2024-12-31")),
    ],
)
def test_days_by_their_format_code(value: str, code: str, days: tuple[str, str]) -> None:
    assert period(value, code) == tuple(date.fromisoformat(one) for one in days)


@pytest.mark.parametrize(
    ("segment", "why"),
    [
        ("DTM+2:20240230:102", "DTM+2: '20240230' is a date that does not exist"),
        ("DTM+2:soon:102", "DTM+2: 'soon' is no date"),
        ("DTM+2:3:804", "DTM+2: '3' has the format 804, which names no day"),
        ("QTY+21:2.5:PCE", "QTY+21: '2.5' is not whole"),
        ("QTY+21:2,000:PCE", "QTY+21: '2,000' is no number with the decimal mark ."),
        ("QTY+21:9:KGM", "QTY: 'KGM' is no unit that counts pieces"),
        ("PRI+AAA:-1", "PRI+AAA: '-1' is negative"),
    ],
)
def test_a_line_is_refused_with_its_reason(segment: str, why: str) -> None:
    found = reasons(orders(LIN, segment))
    assert len(found) == 1
    assert found[0].startswith(why)


def test_the_decimal_mark_is_that_of_the_una() -> None:
    comma = edifact([("ORDERS", (*HEAD, LIN, "QTY+21:100", "PRI+AAA:28900.50"))], una="UNA:+,? '")
    assert "28900,50" in comma
    assert accepted(comma)[0].unit_price == 28900.5
    without = edifact([("ORDERS", (*HEAD, LIN, "QTY+21:100", "PRI+AAA:28900.50"))], una=None)
    assert accepted(without)[0].unit_price == accepted(without.replace("28900.50", "28900,50"))[0].unit_price == 28900.5


@pytest.mark.parametrize("una", ["UNA:+.? '", "UNA|*.\\ ~", "UNA\x1f\x1d.\x1b \x1c"])
def test_marks_are_those_of_the_una(una: str) -> None:
    [line] = accepted(edifact([("ORDERS", (*HEAD, LIN, "QTY+21:100", "DTM+2:20240830:102"))], una=una, newline=""))
    assert shown(line, ("sku", "quantity", "requested_on", "buyer")) == ("H100", 100, "2024-08-30", "Norrland AB")


def test_marks_in_texts_are_released() -> None:
    text = orders(LIN, "QTY+21:100").replace("Norrland AB", "O?'Neill ?+ Sons?? ?: Ltd")
    assert accepted(text)[0].buyer == "O'Neill + Sons? : Ltd"


@pytest.mark.parametrize(
    ("alphabet", "codec", "name"),
    [
        ("UNOC", "latin-1", "Luleå"), ("UNOD", "iso8859-2", "Łódź"), ("UNOE", "iso8859-5", "Москва"),
        ("UNOF", "iso8859-7", "Αθήνα"), ("UNOI", "iso8859-6", "دبي"), ("UNOK", "iso8859-9", "İzmir"),
        ("UNOY", "utf-8", "東京"), ("UNOW", "utf-8", "서울"), ("UNOX", "iso2022_jp_2", "東京電子"),
    ],
)  # fmt: skip
def test_texts_are_in_the_alphabet_that_the_unb_names(alphabet: str, codec: str, name: str) -> None:
    text = edifact([("ORDERS", (*HEAD, LIN, "QTY+21:100"))], alphabet=alphabet).replace("Norrland AB", name)
    assert accepted(text.encode(codec))[0].buyer == name


def test_several_interchanges_and_messages_are_read_each_with_its_own_marks() -> None:
    first = edifact([("ORDERS", (*HEAD, LIN, "QTY+21:1")), ("ORDERS", (HEAD[0].replace("PO1", "PO2"), *SIDES, LIN))])
    second = edifact([("ORDERS", (*HEAD, LIN, "QTY+21:3"))], una="UNA|*.\\ ~", newline="", reference="9")
    third = edifact([("ORDERS", (*HEAD, LIN, "QTY+21:4"))], una=None, reference="10")
    lines = accepted(first + second + "\r\n" + third)
    assert [(line.order_ref, line.quantity) for line in lines] == [("PO1", 1), ("PO2", None), ("PO1", 3), ("PO1", 4)]
    assert len({line.sheet for line in lines}) == 4


@pytest.mark.parametrize(
    ("pattern", "to", "why", "messages"),
    [
        (r"UNT\+11\+1", "UNT+12+1", "UNT counts 12 segments, there are 11", 1),
        (r"UNT\+11\+1", "UNT+11+7", "UNT has reference 7, UNH has 1", 1),
        (r"UNT\+11\+1'\n", "", "but its UNT is missing", 1),
        (r"UNZ\+2", "UNZ+3", "UNZ counts 3 messages, there are 2", 2),
        (r"UNZ\+2\+4711", "UNZ+2+4712", "UNZ has reference 4712, UNB has 4711", 2),
        (r"UNZ.*", "", "cut short: it stops at byte", 2),
        (r"UNH\+1\+ORDERS", "UNH+1+INVOIC", "INVOIC: no message that is read here", 1),
    ],
    ids=["UNT count", "UNT reference", "UNT missing", "UNZ count", "UNZ reference", "UNZ missing", "another message"],
)
def test_an_envelope_that_is_wrong_refuses_all_that_is_in_it(pattern: str, to: str, why: str, messages: int) -> None:
    body = (*HEAD, LIN, "QTY+21:100", "UNS+S")
    text, count = re.subn(pattern, to, edifact([("ORDERS", body), ("ORDERS", body)]), count=1)
    assert count == 1
    lines = read(text)
    refused = [line for line in lines if isinstance(line, RejectedLine)]
    assert (len(refused), len(lines)) == (messages, 2)
    assert all(any(why in one for one in line.reasons) for line in refused)
    assert all(line.verbatim.startswith("UNH+") for line in refused)


def test_groups_are_counted_where_there_are_any() -> None:
    text = orders(LIN, "QTY+21:100")
    grouped = text.replace("UNH+1", "UNG+ORDERS+A+B+240812:0915+77+UN+D:96A'\nUNH+1").replace("UNZ", "UNE+1+77'\nUNZ")
    assert len(accepted(grouped)) == 1
    assert "UNE counts 2 messages, there are 1" in reasons(grouped.replace("UNE+1", "UNE+2"))[0]
    assert "its UNE is missing" in reasons(grouped.replace("UNE+1+77'\n", ""))[0]


def test_a_cut_file_says_where_it_stops() -> None:
    text = orders(LIN, "QTY+21:100")
    cut = text[: text.index("QTY+21") + 5]
    [line] = read(cut)
    assert isinstance(line, RejectedLine)
    assert f"stops at byte {len(cut)}, within segment 10 'QTY+2', after segment 9 'LIN+10" in line.reasons[-1]


def test_a_message_without_lines_is_refused_not_lost() -> None:
    assert reasons(orders()) == ["ORDERS: it holds no line (LIN): it states nothing here"]
