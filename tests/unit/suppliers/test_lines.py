from datetime import date
from typing import Any

import pytest

from pipelines.suppliers.line import RejectedLine, SupplierLine
from tests.unit.suppliers.tables import COLUMNS, HEADER, contract, read, read_line, rejected_line

GERMAN: dict[str, Any] = {
    "format": {"kind": "csv", "delimiter": ";"},
    "numbers": {"decimal": ",", "thousands": "."},
    "date_formats": ["%d.%m.%Y"],
}


def test_a_line_becomes_what_its_columns_and_the_constants_say() -> None:
    text = "PO-7,1,H100,16,30000.5,eur,2024-01-12,2024-06-28,2024-07-02,Confirmed"
    assert read_line(text) == SupplierLine(
        line_number=2,
        verbatim=text,
        statement="order",
        supplier="Meridian",
        buyer="Norrland",
        order_ref="PO-7",
        line_ref="1",
        sku="H100",
        quantity=16,
        unit="gpu",
        unit_price=30000.5,
        currency="EUR",
        ordered_on=date(2024, 1, 12),
        promised_on=date(2024, 6, 28),
        delivered_on=date(2024, 7, 2),
        status="confirmed",
    )


@pytest.mark.parametrize(
    ("line", "reason", "column"),
    [
        ("A,1,H100,8,,,2024-02-30,,,", "Ordered: '2024-02-30' is a date that does not exist", "Ordered"),
        ("A,1,H100,8,,,2023-02-29,,,", "Ordered: '2023-02-29' is a date that does not exist", "Ordered"),
        ("A,1,H100,8,,,soon,,,", "Ordered: 'soon' is no date in the form 2024-12-31", "Ordered"),
        ("A,1,H100,8,,,12/01/2024,,,", "Ordered: '12/01/2024' is no date in the form 2024-12-31", "Ordered"),
        ("A,1,H100,8,,,0024-06-01,,,", "Ordered: '0024-06-01' is outside the years 1990 to 2100", "Ordered"),
        ("A,1,H100,-8,,,,,,", "Units: '-8' is negative: a count of units is 0 or more", "Units"),
        ("A,1,H100,8.5,,,,,,", "Units: '8.5' is not whole: units are counted whole", "Units"),
        ("A,1,H100,many,,,,,,", "Units: 'many' is no number as this contract writes them (such as 1234.50)", "Units"),
        ("A,1,H100,nan,,,,,,", "Units: 'nan' is no number", "Units"),
        ("A,1,H100,inf,,,,,,", "Units: 'inf' is no number", "Units"),
        ("A,1,H100,1e3,,,,,,", "Units: '1e3' is no number", "Units"),
        ("A,1,H100,٨,,,,,,", "Units: '٨' is no number", "Units"),
        (f"A,1,H100,{'9' * 400},,,,,,", "is no finite number", "Units"),
        ("A,1,H100,4500017310,,,,,,", "Units: '4500017310' is more than 1,000,000,000 units", "Units"),
        ('A,1,H100,"1,024",,,,,,', "Units: '1,024' is no number as this contract writes them", "Units"),
        ("A,1,H100,8,-1,EUR,,,,", "Price: '-1' is negative", "Price"),
        ("A,1,H100,8,5,XBT,,,,", "Currency: 'XBT' is no currency that reference/exchange_rates.csv knows", "Currency"),
        ("A,1,H100,8,5,,,,,", "Currency: is empty, but the contract requires currency", "Currency"),
        ("A,1,Voodoo 2,8,,,,,,", "Item: 'Voodoo 2' is no SKU that reference/skus.csv knows", "Item"),
        ("A,1,,8,,,,,,", "Item: is empty, but the contract requires sku", "Item"),
        ("A,1,H100,,,,,,,", "Units: is empty, but the contract requires quantity", "Units"),
        (",1,H100,8,,,,,,", "Order: is empty, but the contract requires order_ref", "Order"),
        ("A,,H100,8,,,,,,", "Line: is empty, but the contract requires line_ref", "Line"),
        ("A,1,H100,8,,,,,,lost", "State: 'lost' is not one of the words that the contract knows (open, ", "State"),
    ],
)
def test_a_value_that_breaks_the_contract_rejects_the_line_with_column_and_reason(
    line: str, reason: str, column: str
) -> None:
    rejected = rejected_line(line)
    assert rejected.line_number == 2
    assert rejected.verbatim == line
    assert rejected.columns == (column,)
    assert len(rejected.reasons) == 1
    assert reason in rejected.reasons[0]


def test_every_reason_of_a_line_is_given_at_once() -> None:
    rejected = rejected_line(",1,Voodoo 2,-8,cheap,XBT,2024-02-30,,,lost")
    assert rejected.columns == ("Item", "Units", "Price", "Currency", "Ordered", "State", "Order")
    assert len(rejected.reasons) == 7


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("A,1,H100,8", "line: only 4 values under 10 columns"),
        ("A,1,H100,8,,,,,,open,urgent", "line: 11 values under 10 columns"),
    ],
)
def test_a_line_with_too_few_or_too_many_values_is_rejected_as_a_whole(line: str, reason: str) -> None:
    rejected = rejected_line(line)
    assert rejected.columns == ()
    assert rejected.reasons[0].startswith(reason)


def test_empty_values_beyond_the_last_column_do_no_harm() -> None:
    assert read_line("A,1,H100,8,,,,,,open,,").quantity == 8


@pytest.mark.parametrize(
    ("line", "field", "value"),
    [
        ("A,1,H100,8,,,2024-06-01,,2024-05-01,delivered", "delivered_on", date(2024, 5, 1)),
        ("A,1,H100,0,,,,,,cancelled", "quantity", 0),
        ("A,1,H100,16.0,,,,,,", "quantity", 16),
        ("=2+2,1,H100,8,,,,,,", "order_ref", "=2+2"),
        ("'=cmd|x,1,H100,8,,,,,,", "order_ref", "'=cmd|x"),
        ("A,007,H100,8,,,,,,", "line_ref", "007"),
        ("A,1,  h100   sxm5 ,8,,,,,,", "sku", "h100 sxm5"),
        ("A,1,H100,8,,,,,,", "status", None),
    ],
)
def test_what_is_odd_but_possible_stays(line: str, field: str, value: object) -> None:
    assert getattr(read_line(line), field) == value


def test_german_habits_are_read_where_the_contract_says_so() -> None:
    german = contract(**GERMAN)
    header = HEADER.replace(",", ";")
    reading = read(f"{header}\nA;1;H100;1.024;1.234.567,50;EUR;31.12.2024;1.2.2025;;\n", german)
    (line,) = reading.lines
    assert (line.quantity, line.unit_price) == (1024, 1234567.5)
    assert (line.ordered_on, line.promised_on) == (date(2024, 12, 31), date(2025, 2, 1))


@pytest.mark.parametrize("text", ["1.23", "12.34.567", "1,024.50", "1.024,", ",5", ""])
def test_marks_in_the_wrong_places_are_no_number(text: str) -> None:
    reading = read(f"{HEADER.replace(',', ';')}\nA;1;H100;8;{text or '-'};EUR;;;;\n", contract(**GERMAN))
    assert reading.rejected[0].columns == ("Price",)


def test_the_files_words_for_status_unit_currency_and_certainty_are_translated() -> None:
    by = contract(
        constants={"supplier": "Meridian"},
        columns={**COLUMNS, "unit": "Unit", "certainty": "Sure", "buyer": "Who"},
        words={
            "status": {"Teilgeliefert": "partly_delivered"},
            "unit": {"Schrank": "rack"},
            "currency": {"€": "EUR"},
            "certainty": {"Hörensagen": "rumoured"},
        },
    )
    row = "A,1,GB200 NVL72,4,9,€,,,,TEILGELIEFERT,schrank,hörensagen,Norrland"
    (line,) = read(f"{HEADER},Unit,Sure,Who\n{row}\n", by).lines
    assert (line.status, line.unit, line.currency, line.certainty) == ("partly_delivered", "rack", "EUR", "rumoured")


def test_a_quantity_without_its_unit_is_rejected() -> None:
    by = contract(constants={"supplier": "Meridian"}, columns={**COLUMNS, "unit": "Unit"})
    reading = read(f"{HEADER},Unit\nA,1,H100,4,,,,,,,\n", by)
    assert reading.rejected[0].reasons == ("Unit: is empty, but the contract requires unit",)


def test_an_empty_sku_is_accepted_only_where_the_contract_says_so() -> None:
    assert read_line("A,1,,8,,,,,,", contract(allow_empty_sku=True)).sku is None


def test_of_alternative_columns_the_first_with_a_value_counts() -> None:
    by = contract(columns={**COLUMNS, "quantity": ["Units", "Line"]})
    assert read_line("A,1,H100,8,,,,,,", by).quantity == 8
    assert read_line("A,1,H100,,,,,,,", by).quantity == 1


def test_blank_words_stand_for_an_empty_cell() -> None:
    assert read_line("A,1,H100,8,,,,tbd,,", contract(blank_words=["TBD"])).promised_on is None


def test_of_several_parties_in_a_cell_the_first_one_is_taken() -> None:
    by = contract(
        constants={"supplier": "M", "unit": "gpu"}, columns={**COLUMNS, "buyer": "State"}, first_of={"buyer": "/"}
    )
    columns = {name: of for name, of in by.columns.items() if name != "status"}
    (line,) = read(f"{HEADER}\nA,1,H100,8,,,,,,/ Helios /Norrland\n", by.model_copy(update={"columns": columns})).lines
    assert line.buyer == "Helios"


def test_skipped_lines_are_counted_as_rejected_with_the_contracts_reason() -> None:
    by = contract(skip_when=[{"column": "Order", "matches": "(?i)total.*", "reason": "total line"}])
    reading = read(f"{HEADER}\nA,1,H100,8,,,,,,\nTotal,,,8\n", by)
    assert reading.lines_read == 2
    assert len(reading.lines) == 1
    assert reading.rejected == (RejectedLine(3, "Total,,,8", ("Order: total line ('Total')",), ("Order",)),)


@pytest.mark.parametrize(
    ("rule", "skipped"),
    [
        ({"equals": ["OPEN", "shipped"]}, ["open", "shipped"]),
        ({"filled": True}, ["open", "shipped", "delivered"]),
        ({"filled": False}, [""]),
        ({"matches": "s.*"}, ["shipped"]),
    ],
)
def test_a_skip_rule_asks_for_words_a_pattern_or_whether_the_cell_is_filled(
    rule: dict[str, Any], skipped: list[str]
) -> None:
    by = contract(skip_when=[{"column": "State", "reason": "left out", **rule}])
    states = ["open", "shipped", "delivered", ""]
    rows = "".join(f"A,{number},H100,8,,,,,,{state}\n" for number, state in enumerate(states))
    rejected = read(f"{HEADER}\n{rows}", by).rejected
    assert [line.verbatim.rpartition(",")[2] for line in rejected] == skipped


def test_blank_rows_are_no_lines() -> None:
    reading = read(f"\n{HEADER}\n\nA,1,H100,8,,,,,,\n,,,,,,,,,\n  \n")
    assert (reading.lines_read, len(reading.lines), reading.rejected) == (1, 1, ())


def test_a_line_whose_key_stood_before_counts_once() -> None:
    reading = read(f"{HEADER}\nA,1,H100,8,,,,,,\nA,2,H100,8,,,,,,\nA,1,H100,9,,,,,,\n")
    assert [line.line_ref for line in reading.lines] == ["1", "2"]
    (rejected,) = reading.rejected
    assert rejected.line_number == 4
    assert rejected.reasons == ("key: order_ref A, line_ref 1 stands already in line 2: a line counts once",)


def test_a_rejected_line_does_not_take_the_key_from_its_correction() -> None:
    reading = read(f"{HEADER}\nA,1,H100,-8,,,,,,\nA,1,H100,8,,,,,,\n")
    assert [line.quantity for line in reading.lines] == [8]


def test_a_column_may_say_which_statement_a_line_makes_and_which_columns_it_fills() -> None:
    by = contract(
        statement={"column": "State", "words": {"runs": "holding", "planned": "plan"}},
        columns={"order_ref": "Order", "line_ref": "Line", "sku": "Item", "quantity": "Units"},
        columns_for={"holding": {"delivered_on": "Promised"}, "plan": {"promised_on": "Promised"}},
    )
    assert read_line("A,1,H100,8,,,,2024-06-01,,Runs", by).delivered_on == date(2024, 6, 1)
    plan = read_line("A,1,H100,8,,,,2026-06-01,,planned", by)
    assert (plan.statement, plan.promised_on, plan.delivered_on) == ("plan", date(2026, 6, 1), None)
    assert rejected_line("A,1,H100,8,,,,2024-06-01,,sold", by).columns == ("State",)


def test_a_line_makes_a_second_statement_where_the_contract_sees_one() -> None:
    by = contract(
        also=[{"when_any": ["State"], "line_ref_suffix": "b", "columns": {"sku": "State", "quantity": "Price"}}],
        columns={"order_ref": "Order", "line_ref": "Line", "sku": "Item", "quantity": "Units"},
    )
    reading = read(f"{HEADER}\nA,1,H100,8,,,,,,\nA,2,H100,8,4,,,,,GB200 NVL72\nA,3,H100,8,,,,,,GB200 NVL72\n", by)
    assert [(line.line_ref, line.part, line.quantity) for line in reading.lines] == [
        ("1", 1, 8), ("2", 1, 8), ("2b", 2, 4), ("3", 1, 8),
    ]  # fmt: skip
    (rejected,) = reading.rejected
    assert (rejected.line_number, rejected.part, rejected.columns) == (4, 2, ("Price",))
    assert reading.lines_read == 5


@pytest.mark.parametrize("begin", ["=", "+", "-", "@", "\t="])
def test_a_cell_that_a_spreadsheet_would_compute_is_kept_as_text(begin: str) -> None:
    cell = f"{begin}cmd|' /C calc'!A0"
    line = read_line(f"{cell},{cell},H100,8,,,,,,")
    assert (line.order_ref, line.line_ref) == (cell.strip(), cell.strip())
    assert line.verbatim.startswith(cell)
