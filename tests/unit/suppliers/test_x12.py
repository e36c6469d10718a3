"""X12 as suppliers and buyers send it: what each message gives, and when a file, a set or a line is refused."""

import re
from datetime import datetime

import pytest

from pipelines.suppliers.line import RejectedLine, SupplierLine
from pipelines.suppliers.partners import EdiContract
from tests.unit.suppliers.edi_writer import X12Marks, x12
from tests.unit.suppliers.messages import accepted, read, reasons, shown

SIDES = ("N1*BY*Norrland*92*N1", "N1*SE*Meridian*92*M1", "N1*ST*Hall 2*92*H2")
BEG = ("BEG*00*NE*PO1**20240604", "CUR*BY*EUR", *SIDES)
BAK = ("BAK*00*AC*PO1*20240604****SO1*20240610", "CUR*SE*EUR", *SIDES)
PO1 = "PO1*10*100*EA*28900.50**BP*77-1*VP*H100"
BACK = {"sender": "ZZ:MERIDIAN", "receiver": "ZZ:NORRLAND"}


def order(*segments: str) -> str:
    return x12([("850", (*BEG, *segments))])


def answer(*acknowledgments: str, line: str = PO1) -> list[SupplierLine]:
    return accepted(x12([("855", (*BAK, line, *acknowledgments))], **BACK))


def test_an_850_gives_what_the_buyer_ordered_and_wishes() -> None:
    [line] = accepted(order(PO1, "PID*F****NVIDIA H100", "DTM*002*20240830", "CTT*1"))
    assert shown(line, ("statement", "supplier", "buyer", "ship_to", "order_ref", "line_ref", "sku")) == (
        "order", "Meridian", "Norrland", "Hall 2", "PO1", "10", "H100",
    )  # fmt: skip
    assert shown(line, ("quantity", "unit", "unit_price", "currency", "ordered_on", "requested_on", "promised_on")) == (
        100, "each", 28900.5, "EUR", "2024-06-04", "2024-08-30", None,
    )  # fmt: skip
    assert shown(line, ("status", "document_date", "supplier_code", "buyer_code")) == (
        "open", "2024-06-04", "92:M1", "92:N1",
    )  # fmt: skip


def test_a_lines_segments_are_kept_as_they_stand_with_their_place() -> None:
    text = order(PO1, "PID*F****NVIDIA H100", "DTM*002*20240830", "CTT*1")
    [line] = accepted(text)
    assert line.verbatim == text[text.index("PO1*10") : text.index("\nCTT")]
    assert text.split("~\n")[line.line_number - 1].startswith("PO1*10")
    assert line.sent_at == datetime.fromisoformat("2024-07-08T09:15")


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("IA", "confirmed"), ("AC", "confirmed"), ("AR", "confirmed"), ("AA", "confirmed"), ("IP", "confirmed"),
        ("IE", "confirmed"), ("IQ", "confirmed"), ("SP", "confirmed"), ("DR", "rescheduled"), ("IB", "backordered"),
        ("BP", "backordered"), ("IS", "substituted"), ("IR", "rejected"), ("ID", "rejected"), ("R1", "rejected"),
        ("R8", "rejected"), ("IF", "open"), ("IH", "open"), ("IW", "open"),
    ],
)  # fmt: skip
def test_each_code_of_an_acknowledgment_is_one_of_our_words(code: str, status: str) -> None:
    [line] = answer(f"ACK*{code}*100*EA")
    assert line.status == status


def test_an_855_is_a_dated_promise() -> None:
    [line] = answer("ACK*IA*100*EA*067*20240913")
    assert shown(line, ("quantity", "promised_on", "ordered_on", "document_date")) == (
        100, "2024-09-13", "2024-06-04", "2024-06-10",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("segments", "expected"),
    [
        (("DTM*002*20240830", "ACK*IC*100*EA*067*20240830"), ("confirmed", "2024-08-30")),
        (("DTM*002*20240830", "ACK*IC*100*EA*067*20241001"), ("rescheduled", "2024-10-01")),
        (("ACK*IC*100*EA*068*20241001",), ("rescheduled", "2024-10-01")),
        (("ACK*IC*100*EA",), ("confirmed", None)),
        (("DTM*002*20240830", "ACK*IA*100*EA"), ("confirmed", "2024-08-30")),
        (("ACK*IA*100*EA", "DTM*068*20240901", "DTM*067*20240905"), ("confirmed", "2024-09-05")),
        (("ACK*IA*100*EA*067*20240901", "DTM*079*20240801"), ("confirmed", "2024-09-01")),
        (("DTM*069*20240901", "ACK*IR*100*EA"), ("rejected", None)),
    ],
    ids=[
        "changes, wished day",
        "changes, other day",
        "changes, a day",
        "changes, no day",
        "accepts the wish",
        "days behind it, delivery first",
        "its own day first",
        "none where refused",
    ],
)
def test_which_day_an_acknowledgment_promises(segments: tuple[str, ...], expected: tuple[str, str | None]) -> None:
    [line] = answer(*segments)
    assert shown(line, ("status", "promised_on")) == expected


def test_several_acknowledgments_of_a_line_are_parts_of_it() -> None:
    lines = answer("ACK*IA*60*EA*067*20240913", "ACK*IB*30*EA*067*20241115", "ACK*IR*10*EA")
    assert [shown(line, ("line_ref", "part", "quantity", "status", "promised_on")) for line in lines] == [
        ("10", 1, 60, "confirmed", "2024-09-13"),
        ("10", 2, 30, "backordered", "2024-11-15"),
        ("10", 3, 10, "rejected", None),
    ]


def test_a_substitute_is_the_product_of_a_substituted_line() -> None:
    [line] = answer("ACK*IS*100*EA*067*20240913**VP*L40S")
    assert (line.sku, line.status) == ("L40S", "substituted")


@pytest.mark.parametrize(
    ("answered", "status"), [("AC", "confirmed"), ("AD", "confirmed"), ("RD", "rejected"), ("RJ", "rejected")]
)
def test_without_acknowledgments_the_answer_as_a_whole_counts(answered: str, status: str) -> None:
    beginning = (BAK[0].replace("*AC*", f"*{answered}*"), *BAK[1:])
    [line] = accepted(x12([("855", (*beginning, PO1))], **BACK))
    assert line.status == status


def test_an_answer_without_its_own_day_has_the_day_on_which_it_was_sent() -> None:
    [line] = accepted(x12([("855", ("BAK*00*AC*PO1*20240604", *SIDES, PO1))], **BACK, sent=("20240611", "0800")))
    assert shown(line, ("document_date", "ordered_on")) == ("2024-06-11", "2024-06-04")


@pytest.mark.parametrize(
    ("change", "quantity", "status"),
    [("QD", 80, "open"), ("QI", 80, "open"), ("DI", 80, "cancelled"), ("CT", 80, "open"), ("AI", 80, "open")],
)
def test_an_860_is_the_buyers_change(change: str, quantity: float, status: str) -> None:
    text = x12([("860", ("BCH*04*NE*PO1**1*20240604*****20240701", *SIDES, f"POC*10*{change}*80*80*EA*9**VP*H100"))])
    [line] = accepted(text)
    assert (line.quantity, line.status, line.unit_price) == (quantity, status, 9)
    assert shown(line, ("order_ref", "document_date", "ordered_on")) == ("PO1", "2024-07-01", "2024-06-04")


@pytest.mark.parametrize(
    ("segments", "expected"),
    [
        (("POC*10*RS*100*100*EA***VP*H100", "ACK*DR*100*EA*017*20241101"), ("rescheduled", "2024-11-01")),
        (("POC*10*RS*100*100*EA***VP*H100", "DTM*067*20241101"), ("rescheduled", "2024-11-01")),
        (("POC*10*DI*100*0*EA***VP*H100", "ACK*IA*100*EA"), ("cancelled", None)),
        (("POC*10*DI*100*0*EA***VP*H100", "ACK*IR*100*EA"), ("confirmed", None)),
        (("POC*10*PC*100*100*EA***VP*H100",), ("confirmed", None)),
    ],
    ids=["rescheduled", "rescheduled without ACK", "deletion accepted", "deletion refused", "price"],
)
def test_an_865_is_a_new_dated_promise(segments: tuple[str, ...], expected: tuple[str, str | None]) -> None:
    beginning = ("BCA*00*AC*PO1**1*20240604***SO1*20240710", *SIDES)
    [line] = accepted(x12([("865", (*beginning, *segments))], **BACK))
    assert shown(line, ("status", "promised_on")) == expected
    assert shown(line, ("document_date",)) == ("2024-07-10",)


def test_schedules_that_add_up_are_parts_and_others_are_due_as_a_whole() -> None:
    both = ("SCH*60*EA***002*20240801", "SCH*40*EA***002*20240901")
    lines = accepted(order(PO1, *both))
    assert [shown(line, ("quantity", "requested_on")) for line in lines] == [(60, "2024-08-01"), (40, "2024-09-01")]
    [line] = accepted(order(PO1, both[0], "SCH*30*EA***002*20240901"))
    assert shown(line, ("quantity", "requested_on")) == (100, "2024-09-01")


def notice(*levels: str, purpose: str = "00", header: tuple[str, ...] = ()) -> str:
    body = (f"BSN*{purpose}*S1*20240901*1200", *header, "HL*1**S", "DTM*011*20240831", *SIDES, *levels)
    return x12([("856", body)], **BACK)


def test_an_856_is_what_was_shipped_with_what_is_said_above_its_level() -> None:
    [line] = accepted(
        notice(
            "HL*2*1*O", "PRF*PO1***20240604", "HL*3*2*P", "MAN*GM*1", "HL*4*3*I", "LIN*10*VP*H100", "SN1**24*EA**100"
        )
    )
    assert shown(line, ("statement", "order_ref", "line_ref", "shipped_quantity", "quantity", "shipped_on")) == (
        "shipment", "PO1", "10", 24, 100, "2024-08-31",
    )  # fmt: skip
    assert shown(line, ("shipment_ref", "document_date", "ordered_on", "supplier", "status")) == (
        "S1", "2024-09-01", "2024-06-04", "Meridian", "shipped",
    )  # fmt: skip


def test_items_hang_where_their_parents_numbers_say() -> None:
    levels = (
        "HL*2*1*O", "PRF*PO1", "HL*3*1*O", "PRF*PO2", "HL*4*2*I", "LIN*1*VP*H100", "SN1**1*EA",
        "HL*5*3*I", "LIN*1*VP*H100", "SN1**2*EA",
    )  # fmt: skip
    assert [(line.order_ref, line.shipped_quantity) for line in accepted(notice(*levels))] == [("PO1", 1), ("PO2", 2)]


def test_where_parents_are_left_out_the_last_level_above_is_meant() -> None:
    levels = ("HL*2**O", "PRF*PO1", "HL*3**I", "LIN*1*VP*H100", "SN1**1*EA", "HL*4**I", "LIN*2*VP*L40S", "SN1**2*EA")
    assert [(line.order_ref, line.line_ref) for line in accepted(notice(*levels))] == [("PO1", "1"), ("PO1", "2")]


def test_a_days_place_in_the_tree_decides_whose_it_is() -> None:
    levels = ("HL*2*1*O", "PRF*PO1", "HL*3*2*I", "LIN*1*VP*H100", "SN1**1*EA", "DTM*011*20240830", "DTM*035*20240905")
    [line] = accepted(notice(*levels))
    assert shown(line, ("shipped_on", "delivered_on", "status")) == ("2024-08-30", "2024-09-05", "delivered")


def test_a_notice_that_is_called_back_counts_for_nothing() -> None:
    [line] = accepted(notice("HL*2*1*O", "PRF*PO1", "HL*3*2*I", "LIN*1*VP*H100", "SN1**24*EA", purpose="01"))
    assert shown(line, ("status", "shipped_quantity", "shipped_on")) == ("cancelled", 0, None)


@pytest.mark.parametrize(
    ("levels", "why"),
    [
        (("HL*2*9*O", "PRF*PO1", "HL*3*2*I", "LIN*1*VP*H100", "SN1**1*EA"), "HL02: '9'"),
        (("HL*1*1*O", "PRF*PO1", "HL*3*1*I", "LIN*1*VP*H100", "SN1**1*EA"), "order_ref: the message does not say it"),
        (("HL*2*1*O", "HL*3*2*I", "LIN*1*VP*H100", "SN1**1*EA"), "order_ref: the message does not say it"),
        (("HL*2*1*O", "PRF*PO1", "HL*3*2*I", "LIN*1*VP*H100", "SN1***EA"), "SN102: is empty"),
        (("HL*2*1*O", "PRF*PO1", "HL*3*2*I", "LIN*1*VP*H100", "SN1**-2*EA"), "SN102: '-2' is negative"),
        (("HL*2*1*O", "PRF*PO1", "HL*3*2*I", "LIN*1*VP*H100"), "SN1: is missing"),
        (("HL*2*1*O", "PRF*PO1"), "856: none of its levels"),
    ],
)
def test_an_item_of_a_notice_is_refused_with_its_reason(levels: tuple[str, ...], why: str) -> None:
    assert any(one.startswith(why) for one in reasons(notice(*levels)))


def test_an_830_is_a_plan_due_at_the_end_of_its_time() -> None:
    body = ("BFR*00**R1*DL*A*20240701*20241231*20240603", *SIDES, "LIN**VP*H100", "UIT*EA",
            "FST*8*D*D*20240701", "FST*16*D*W*20240701", "FST*24*D*M*20240701",
            "FST*32*C*F*20240701*20240820")  # fmt: skip
    lines = accepted(x12([("830", body)]))
    assert [shown(line, ("statement", "quantity", "requested_on", "promised_on", "status")) for line in lines] == [
        ("plan", 8, "2024-07-01", "2024-07-01", "open"),
        ("plan", 16, "2024-07-01", "2024-07-07", "open"),
        ("plan", 24, "2024-07-01", "2024-07-31", "open"),
        ("plan", 32, "2024-07-01", "2024-08-20", "confirmed"),
    ]
    assert {shown(line, ("document_date", "line_ref")) for line in lines} == {
        ("2024-06-03", "Norrland / Hall 2 / H100")
    }  # fmt: skip


def test_an_862_calls_off_an_orders_line() -> None:
    body = (
        "BSS*00*S7*20240603*DL*20240603*20240701****PO1*A",
        *SIDES,
        "LIN*10*VP*H100",
        "UIT*EA",
        "FST*8*C*D*20240610",
    )
    [line] = accepted(x12([("862", body)]))
    assert shown(line, ("statement", "order_ref", "line_ref", "quantity", "status")) == (
        "plan", "PO1", "10", 8, "confirmed",
    )  # fmt: skip


def test_cumulative_schedules_and_products_without_one_are_refused() -> None:
    cumulative = ("BFR*00**R1*DL*C*20240701*20241231*20240603", *SIDES, "LIN**VP*H100", "FST*8*D*D*20240701")
    assert reasons(x12([("830", cumulative)]))[0].startswith("BFR05: its quantities are cumulative")
    nothing = ("BFR*00**R1*DL*A*20240701*20241231*20240603", *SIDES, "LIN**VP*H100", "UIT*EA")
    assert reasons(x12([("830", nothing)])) == ["FST: is missing: the product has no planned quantity"]


def test_every_reason_of_a_line_is_given_and_the_other_lines_are_read() -> None:
    lines = read(order("PO1*10*2.5*PL*-1**VP*Quantum 9", "DTM*002*20240230", PO1.replace("*10*", "*20*")))
    refused, sound = lines
    assert isinstance(refused, RejectedLine)
    assert isinstance(sound, SupplierLine)
    assert [why.partition(": ")[0] for why in refused.reasons] == ["PO102", "PO103", "PO104", "DTM*002", "PO106"]
    assert refused.columns == ("PO102", "PO103", "PO104", "DTM*002", "PO106")
    assert refused.verbatim.startswith("PO1*10*2.5*PL")


def test_sides_that_a_message_does_not_name_are_its_sender_and_receiver() -> None:
    [line] = accepted(x12([("850", (BEG[0], PO1))], sender="01:NORRLAND", receiver="01:MERIDIAN"))
    assert shown(line, ("buyer", "supplier", "supplier_code")) == ("NORRLAND", "MERIDIAN", "01:MERIDIAN")
    [line] = accepted(x12([("855", (BAK[0], PO1))], **BACK))
    assert shown(line, ("buyer", "supplier")) == ("NORRLAND", "MERIDIAN")


def test_a_contract_says_who_ids_are_and_what_codes_and_prices_mean() -> None:
    contract = EdiContract.model_validate({
        "name": "meridian", "description": "Meridian", "format": {"kind": "edi", "senders": ["MERIDIAN"]},
        "parties": {"92:M1": "Meridian Systems", "N1": "Norrland AB"}, "constants": {"currency": "SEK"},
        "words": {"unit": {"RK": "rack"}, "status": {"Z1": "rescheduled"}},
    })  # fmt: skip
    body = (BAK[0], "N1*SE**92*M1", "N1*BY*NORRLAND COMPUTE*92*N1", "PO1*1*2*RK*5**VP*GB200 NVL72", "ACK*Z1*2*RK")
    [line] = accepted(x12([("855", body)], **BACK), contract)
    assert shown(line, ("supplier", "buyer", "currency", "unit", "status")) == (
        "Meridian Systems", "Norrland AB", "SEK", "rack", "rescheduled",
    )  # fmt: skip
    refused = reasons(x12([("855", body)], **BACK))
    assert [why.partition(":")[0] for why in refused] == ["PO103", "ACK01", "ACK03"]


MARKS = [
    X12Marks(),
    X12Marks("|", "<", "!", "\n", ""),
    X12Marks("*", ":", "U", "~", ""),
    X12Marks("^", "&", "\\", "'", "\r\n"),
    X12Marks("\x1d", "\x1f", "\x1e", "\x1c", ""),
]


@pytest.mark.parametrize("marks", MARKS, ids=range(len(MARKS)))
def test_delimiters_are_those_that_the_isa_names(marks: X12Marks) -> None:
    body = (*BEG, PO1, "DTM*002*20240830")
    [line] = accepted(x12([("850", body)], marks=marks))
    [usual] = accepted(x12([("850", body)]))
    assert shown(line, ("sku", "quantity", "requested_on", "line_number")) == shown(
        usual, ("sku", "quantity", "requested_on", "line_number")
    )


def test_several_interchanges_groups_and_sets_are_read_each_with_its_own_marks() -> None:
    first = x12([("850", (*BEG, PO1)), ("850", (BEG[0].replace("PO1", "PO2"), *SIDES, PO1))])
    second = x12([("855", (*BAK, PO1))], **BACK, marks=X12Marks("|", ">", "^", "!", ""), control=906)
    lines = accepted(first + "\n\n" + second)
    assert [line.order_ref for line in lines] == ["PO1", "PO2", "PO1"]
    assert len({line.sheet for line in lines}) == 3
    assert [line.line_number for line in lines] == sorted(line.line_number for line in lines)


def changed(pattern: str, to: str) -> str:
    text, count = re.subn(pattern, to, x12([("850", (*BEG, PO1)), ("850", (*BEG, PO1))]), count=1)
    assert count == 1
    return text


@pytest.mark.parametrize(
    ("pattern", "to", "why", "sets"),
    [
        (r"SE\*8\*0001", "SE*9*0001", "SE01 counts 9 segments, there are 8", 1),
        (r"SE\*8\*0001", "SE*8*0007", "SE02 has control number 0007, ST has 0001", 1),
        (r"SE\*8\*0001~\n", "", "but its SE is missing", 1),
        (r"GE\*2", "GE*3", "GE01 counts 3 sets, there are 2", 2),
        (r"GE\*2\*905", "GE*2*906", "GE02 has control number 906, GS has 905", 2),
        (r"GE\*2\*905~\n", "", "its GE is missing", 2),
        (r"IEA\*1", "IEA*2", "IEA01 counts 2 groups, there are 1", 2),
        (r"IEA\*1\*0+905", "IEA*1*000000906", "IEA02 has control number 000000906, ISA has 000000905", 2),
        (r"IEA.*", "", "cut short: it stops at byte", 2),
        (r"\*X\*005010", "*X*003060", "version 003060 is older than 004010", 2),
        (r"ST\*850\*0001", "ST*810*0001", "810: no message that is read here", 1),
    ],
    ids=[
        "SE count", "SE control", "SE missing", "GE count", "GE control", "GE missing", "IEA count", "IEA control",
        "IEA missing", "version", "another message",
    ],
)  # fmt: skip
def test_an_envelope_that_is_wrong_refuses_all_that_is_in_it(pattern: str, to: str, why: str, sets: int) -> None:
    lines = read(changed(pattern, to))
    refused = [line for line in lines if isinstance(line, RejectedLine)]
    assert (len(refused), len(lines)) == (sets, 2)
    assert all(any(why in one for one in line.reasons) for line in refused)
    assert all(line.verbatim.startswith("ST*") for line in refused)


def test_a_cut_file_says_where_it_stops() -> None:
    text = order(PO1, "DTM*002*20240830")
    cut = text[: text.index("DTM*002") + 9]
    [line] = read(cut)
    assert isinstance(line, RejectedLine)
    assert f"stops at byte {len(cut)}, within segment 10 'DTM*002*2', after segment 9 'PO1*10" in line.reasons[-1]


def test_what_stands_between_interchanges_is_refused_and_the_rest_is_read() -> None:
    text = order(PO1)
    lines = read(f"{text}-- end of mail --\n{text}")
    assert [type(line) for line in lines] == [SupplierLine, RejectedLine, SupplierLine]
    assert isinstance(lines[1], RejectedLine)
    assert "outside of any interchange" in lines[1].reasons[0]


def test_a_message_without_lines_is_refused_not_lost() -> None:
    assert reasons(order()) == ["850: it holds no line of an order (PO1 or POC): it states nothing here"]


def test_names_may_be_in_utf_8_or_windows_1252() -> None:
    text = order(PO1).replace("Norrland", "Lule\u00e5")
    assert [accepted(text.encode(code))[0].buyer for code in ("utf-8", "cp1252")] == ["Luleå", "Luleå"]


def test_an_hl_without_a_parent_hangs_below_the_last_one_of_a_higher_rank() -> None:
    lines = accepted(
        notice("HL*2**O", "PRF*PO1", "HL*3**I", "LIN*1*VP*H100", "SN1**1*EA", "HL*4**I", "LIN*2*VP*H100", "SN1**2*EA",
               "HL*5**O", "PRF*PO2", "HL*6**P", "HL*7**I", "LIN*1*VP*H100", "SN1**3*EA")
    )  # fmt: skip
    assert [(line.order_ref, line.line_ref, line.shipped_quantity) for line in lines] == [
        ("PO1", "1", 1), ("PO1", "2", 2), ("PO2", "1", 3),
    ]  # fmt: skip


def test_levels_that_hang_too_deep_are_refused_and_the_others_stand() -> None:
    deep = [f"HL*{number}*{number - 1}*P" for number in range(3, 60)]
    read_lines = read(notice("HL*2*1*O", "PRF*PO1", *deep, "HL*60*59*I", "LIN*1*VP*H100", "SN1**1*EA",
                             "HL*61*2*I", "LIN*2*VP*H100", "SN1**2*EA"))  # fmt: skip
    refused = [line for line in read_lines if isinstance(line, RejectedLine)]
    assert [line.line_ref for line in read_lines if isinstance(line, SupplierLine)] == ["2"]
    assert [why for line in refused for why in line.reasons if why.startswith("HL02: hangs deeper")] != []


def test_an_isa_that_ends_within_itself_is_refused_not_read() -> None:
    broken = x12([("850", (*BEG, "PO1*1*8*EA***VP*H100"))]).replace("*^*", "*~*")
    assert any("does not name its delimiters" in why for why in reasons(broken))
