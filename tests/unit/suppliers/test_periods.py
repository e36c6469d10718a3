"""Cells that name a quarter, a month or a week, and codes that stand for parties."""

from datetime import date

import pytest

from tests.unit.suppliers.tables import HEADER, contract, read, read_line, rejected_line

# The fiscal year 2025 begins in February 2024, as Nvidia's does; unmarked quarters are the calendar's.
NAMED_BY_END = {"fiscal_year_begins": 2, "fiscal_year_named_by": "end", "quarters": "calendar"}
# The fiscal year 2025 begins in April 2025, as in Japan; unmarked quarters are fiscal.
NAMED_BY_BEGIN = {"fiscal_year_begins": 4, "fiscal_year_named_by": "begin", "quarters": "fiscal"}


@pytest.mark.parametrize(
    ("cell", "by_end", "by_begin"),
    [
        ("FY25 Q3", "2024-10-31", "2025-12-31"),
        ("Q3 FY2025", "2024-10-31", "2025-12-31"),
        ("FY2025-Q4", "2025-01-31", "2026-03-31"),
        ("FQ1 2025", "2024-04-30", "2025-06-30"),
        ("2025Q3", "2025-09-30", "2025-12-31"),
        ("CY2025 Q3", "2025-09-30", "2025-09-30"),
        ("3Q25", "2025-09-30", "2025-12-31"),
        ("3. Quartal 2025", "2025-09-30", "2025-12-31"),
        ("H1 FY25", "2024-07-31", "2025-09-30"),
        ("FY25 P07", "2024-08-31", "2025-10-31"),
        ("FY25", "2025-01-31", "2026-03-31"),
        ("end of 2025", "2025-12-31", "2025-12-31"),
    ],
)
def test_a_quarter_is_its_last_day_by_the_year_of_the_contract(cell: str, by_end: str, by_begin: str) -> None:
    for calendar, expected in ((NAMED_BY_END, by_end), (NAMED_BY_BEGIN, by_begin)):
        line = read_line(f"A,1,H100,8,,,2024-01-01,{cell},,open", contract(calendar=calendar))
        assert line.promised_on == date.fromisoformat(expected)
        assert line.verbatim.split(",")[7] == cell


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("wk 32/2024", "2024-08-11"),
        ("2024-W32", "2024-08-11"),
        ("KW 32/2024", "2024-08-11"),
        ("CW1 2025", "2025-01-05"),
        ("2024-W32-3", "2024-08-07"),
        ("Aug 2024", "2024-08-31"),
        ("end of Aug 2024", "2024-08-31"),
        ("August-24", "2024-08-31"),
        ("fin août 2024", "2024-08-31"),
        ("Ende März 2024", "2024-03-31"),
        ("02/2024", "2024-02-29"),
        ("2024-02", "2024-02-29"),
        ("Q3 2024", "2024-09-30"),
        ("2024-06-28", "2024-06-28"),
    ],
)
def test_a_week_or_month_is_its_last_day(cell: str, expected: str) -> None:
    line = read_line(f"A,1,H100,8,,,2024-01-01,{cell},,open", contract(calendar={}))
    assert line.promised_on == date.fromisoformat(expected)


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("wk 54/2024", "there is no week 54 in 2024"),
        ("2024-W53", "there is no week 53 in 2024"),
        ("13/2024", "there is no month 13 in 2024"),
        ("Q5 2024", "is no date in the form"),
        ("Aug 24", "is no date in the form"),
        ("mid Aug 2024", "is no date in the form"),
        ("Blah 2024", "is no date in the form"),
        ("Q3 1924", "is outside the years"),
        ("2024-02-30", "is a date that does not exist"),
    ],
)
def test_what_is_no_period_is_refused_and_quoted(cell: str, reason: str) -> None:
    line = rejected_line(f"A,1,H100,8,,,2024-01-01,{cell},,open", contract(calendar={}))
    assert line.columns == ("Promised",)
    assert line.reasons[0].startswith(f"Promised: '{cell}'")
    assert reason in line.reasons[0]


def test_without_a_calendar_a_period_is_no_day() -> None:
    assert "is no date in the form 2024-12-31" in rejected_line("A,1,H100,8,,,2024-01-01,Q3 2024,,open").reasons[0]


@pytest.mark.parametrize("cell", ["28-Jun-2024", "28-JUNE-2024", "28-juin-2024", "28-Juni-2024"])
def test_a_month_may_be_written_by_its_name_in_any_language_read_here(cell: str) -> None:
    line = read_line(f"A,1,H100,8,,,,{cell},,open", contract(date_formats=["%d-%b-%Y"]))
    assert line.promised_on == date(2024, 6, 28)
    wrong = rejected_line("A,1,H100,8,,,,31-Jun-2024,,open", contract(date_formats=["%d-%b-%Y"]))
    assert "is a date that does not exist" in wrong.reasons[0]


def test_a_document_may_be_of_a_week() -> None:
    by = contract(calendar={}, files=["orders*.csv"], document_date={"name_pattern": r"(\d{4}-w\d\d)"})
    reading = read(f"{HEADER}\nA,1,H100,8,,,2024-01-01,,,open\n", by, name="orders-2024-w32.csv")
    assert [line.document_date for line in reading.lines] == [date(2024, 8, 11)]


def test_codes_stand_for_names_and_a_name_for_itself() -> None:
    by = contract(
        columns={"order_ref": "Order", "line_ref": "Line", "sku": "Item", "quantity": "Units", "buyer": "State",
                 "buyer_code": "State", "supplier": "Currency"},
        constants={"unit": "gpu"},
        parties={"C-1000": "Norrland Compute AB", "4711": "Meridian Systems"},
    )  # fmt: skip
    reading = read(f"{HEADER}\nA,1,H100,8,,4711,,,,c-1000\nA,2,H100,8,,Castellan,,,,Helios\n", by)
    assert [(line.supplier, line.buyer, line.buyer_code) for line in reading.lines] == [
        ("Meridian Systems", "Norrland Compute AB", "c-1000"),
        ("Castellan", "Helios", "Helios"),
    ]
