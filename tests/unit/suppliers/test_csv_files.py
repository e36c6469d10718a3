from datetime import date
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipelines.suppliers import csv_rows
from pipelines.suppliers.columns import Block
from pipelines.suppliers.contracts import CsvFormat
from pipelines.suppliers.documents import Document
from pipelines.suppliers.kinds import read_supplier_document
from pipelines.suppliers.rows import Row
from tests.unit.suppliers.tables import COLUMNS, HEADER, KNOWN, contract, read

GOOD = "A,1,H100,8,,,,,,"


def unreadable(data: str | bytes, **changes: Any) -> str:
    reading = read(data, contract(**changes))
    assert (reading.lines_read, reading.lines, reading.rejected) == (0, (), ())
    assert reading.unreadable is not None
    assert reading.unreadable.startswith("orders.csv: ")
    return reading.unreadable


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "the file is empty: send it again"),
        (b"\r\n \r\n", "holds no line at all, not even a header"),
        (HEADER.encode() + b"\nA,1,H\xe9100,8,,,,,,\n", "line 2, byte 75: not utf-8 text: save it as utf-8"),
        (b"A\0B\n", "line 1 holds a NUL character: no text file"),
        (b"a;b;c\n1;2;3\n", "missing: Order, Line, Item, Units, Price, Currency, Ordered, Promised, Delivered, State"),
        (HEADER.replace("Promised,", "").encode(), "missing: Promised. Correct the file, or the contract's columns"),
        (HEADER.encode() + b",Units\n", "the header names Units twice"),
    ],
)
def test_a_file_of_which_nothing_can_be_read_says_what_is_wrong_and_what_to_do(data: bytes, reason: str) -> None:
    assert reason in unreadable(data)


def test_a_file_that_no_contract_fits_names_the_patterns_there_are() -> None:
    reading = read_supplier_document(b"a,b\n", "inbox/prices.csv", [contract()], KNOWN)
    assert reading.contract is None
    assert reading.media_type == "text/csv"
    assert reading.unreadable == (
        "inbox/prices.csv: no contract fits this file's name: name it as one of orders*.csv, waybill-lines*.csv, "
        "waybill-lines*.jsonl, waybill-lines*.parquet, or add a contract: "
        "make contract FILE=inbox/prices.csv drafts one (docs/suppliers.md)"
    )
    assert read_supplier_document(b"", "x.bin", [], KNOWN).unreadable is not None


def test_a_file_with_a_header_and_no_line_is_read_and_empty() -> None:
    reading = read(HEADER)
    assert reading.unreadable is None
    assert (reading.contract, reading.media_type, reading.lines_read) == ("orders", "text/csv", 0)


def test_the_header_is_found_below_a_title_and_whatever_its_case_and_order() -> None:
    names = list(reversed(HEADER.upper().split(",")))
    values = list(reversed(GOOD.split(",")))
    reading = read("Our orders\n\nof all buyers,,\n" + ",".join(names) + "\n" + ",".join(values) + "\n")
    assert [(line.line_number, line.order_ref) for line in reading.lines] == [(5, "A")]


def test_accents_in_the_header_may_be_composed_or_not() -> None:
    by = contract(columns={**COLUMNS, "ship_to": "Größe"})
    assert read(f"Gro\u0308ße,{HEADER}\nLuleå,{GOOD}\n", by).lines[0].ship_to == "Luleå"


def test_a_named_header_row_is_the_only_one_looked_at() -> None:
    by = {"format": {"kind": "csv", "header_row": 2}}
    assert len(read(f"title\n{HEADER}\n{GOOD}\n", contract(**by)).lines) == 1
    assert "row 2 hold" in unreadable(f"{HEADER}\n{GOOD}\n", **by)


def test_optional_columns_may_be_missing() -> None:
    header = HEADER.removesuffix(",State")
    assert len(read(f"{header}\n{GOOD[:-1]}\n", contract(optional_columns=["State"])).lines) == 1


def test_columns_that_the_contract_does_not_read_are_left_alone() -> None:
    assert len(read(f"Note,{HEADER}\n-8,{GOOD}\n").lines) == 1


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_quoted_line_break_keeps_the_row_whole_and_the_lines_counted(end: str) -> None:
    rows = [HEADER, f'"A{end}B",1,H100,8,,,,,,', "C,1,H100,8,,,,,,"]
    reading = read(end.join(rows))
    assert [line.line_number for line in reading.lines] == [2, 4]
    assert [line.verbatim for line in reading.lines] == rows[1:]
    assert reading.lines[0].order_ref == f"A{end}B"


def test_separators_of_unicode_are_no_line_ends() -> None:
    assert read(f"{HEADER}\nA\u2028\x0b\x85B,1,H100,8,,,,,,").lines[0].line_number == 2


def test_a_quote_that_is_never_closed_costs_only_its_own_line() -> None:
    reading = read(f'{HEADER}\n"A,1,H100,8,,,,,,\nB,1,H100,8,,,,,,\nC,1,H100,8,,,,,,\n')
    assert [line.order_ref for line in reading.lines] == ["B", "C"]
    assert [(line.line_number, line.verbatim) for line in reading.rejected] == [(2, '"A,1,H100,8,,,,,,')]
    assert "opened and never closed" in reading.rejected[0].reasons[0]


def test_text_after_a_closing_quote_is_rejected() -> None:
    reading = read(f'{HEADER}\n"A"B,1,H100,8,,,,,,\nC,1,H100,8,,,,,,\n')
    assert [line.order_ref for line in reading.lines] == ["C"]
    assert "not CSV by this contract" in reading.rejected[0].reasons[0]


def test_a_value_of_absurd_length_costs_only_its_own_line() -> None:
    reading = read(f"{HEADER}\n{'A' * 200_000},1,H100,8,,,,,,\n{GOOD}\n")
    assert [line.line_number for line in reading.lines] == [3]
    assert "longer than 131072 characters" in reading.rejected[0].reasons[0]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_the_encoding_is_the_contracts(encoding: str) -> None:
    declared = "utf-8" if encoding == "utf-8-sig" else encoding
    by = contract(format={"kind": "csv", "encoding": declared}, columns={**COLUMNS, "ship_to": "Größe"})
    data = f"Größe,{HEADER}\nLuleå,{GOOD}\n".encode(encoding)
    assert read(data, by).lines[0].ship_to == "Luleå"


def test_quotes_and_delimiters_are_the_contracts() -> None:
    by = contract(format={"kind": "csv", "delimiter": "\t", "quote": "'"})
    header = HEADER.replace(",", "\t")
    assert read(f"{header}\n'A\tB'\t1\tH100\t8" + "\t" * 6, by).lines[0].order_ref == "A\tB"


@pytest.mark.parametrize(
    ("name", "text", "by", "day"),
    [
        (
            "orders-2024-03-29.csv",
            "",
            {"name_pattern": r"-(\d{4}-\d{2}-\d{2})", "formats": ["%Y-%m-%d"]},
            date(2024, 3, 29),
        ),
        (
            "orders.csv",
            "Title\nas of :,,29.03.2024\n",
            {"cell_after": "As of", "formats": ["%d.%m.%Y"]},
            date(2024, 3, 29),
        ),
        ("orders.csv", "AS OF,2024-03-29\n", {"cell_after": "As of:"}, date(2024, 3, 29)),
    ],
)
def test_the_documents_day_is_where_the_contract_says(name: str, text: str, by: dict[str, Any], day: date) -> None:
    reading = read(f"{text}{HEADER}\n{GOOD}\n", contract(document_date=by), name=name)
    assert [line.document_date for line in reading.lines] == [day]


@pytest.mark.parametrize(
    ("text", "by", "reason"),
    [
        ("", {"name_pattern": r"(\d{4}-\d\d-\d\d)", "formats": ["%Y-%m-%d"]}, "its name holds no date"),
        ("", {"cell_after": "As of"}, "no cell above the header says 'As of'"),
        ("As of,2024-02-30\n", {"cell_after": "As of"}, "its date: '2024-02-30' is a date that does not exist"),
        ("As of\n", {"cell_after": "As of"}, "its date: '' is no date in the form 2024-12-31"),
    ],
)
def test_a_document_without_its_day_is_unreadable_since_revisions_go_by_it(
    text: str, by: dict[str, Any], reason: str
) -> None:
    assert reason in unreadable(f"{text}{HEADER}\n{GOOD}\n", document_date=by)


def test_the_documents_day_may_stand_in_a_column() -> None:
    by = contract(columns={**COLUMNS, "document_date": "As of"})
    assert read(f"{HEADER},As of\n{GOOD},2024-03-29\n", by).lines[0].document_date == date(2024, 3, 29)


@pytest.mark.parametrize("size", [1, 2, 7, 1_000_000])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_are_the_same_however_many_characters_are_read_at_once(
    size: int, end: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(csv_rows, "_CHARACTERS_AT_ONCE", size)
    rows = [HEADER, GOOD, "", f'"B{end}{end}é",1,H100,8,,,,,,', "C,1", "D,1,H100,8,,,,,,"]
    reading = read(end.join(rows))
    assert [(line.line_number, line.verbatim) for line in reading.lines] == [(2, rows[1]), (4, rows[3]), (8, rows[5])]
    assert [line.line_number for line in reading.rejected] == [7]


@pytest.mark.parametrize("size", [1, 2, 3, 1_000_000])
def test_an_end_of_line_in_two_characters_is_one_wherever_the_reading_stops(
    size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(csv_rows, "_CHARACTERS_AT_ONCE", size)
    reading = read(f"{HEADER}\r\r\n{GOOD}\r\n\n\rC,1\r\r\r\nD,1,H100,8,,,,,,")
    assert [line.line_number for line in reading.lines] == [3, 9]
    assert [line.line_number for line in reading.rejected] == [6]


def test_what_no_line_of_text_can_be_is_told_by_its_line() -> None:
    assert "line 3 is longer than 1,000,000 characters" in unreadable(f"{HEADER}\n{GOOD}\n{'x' * 2_000_000}\n{GOOD}\n")


@pytest.mark.parametrize(
    "line", ["A\0B", GOOD.replace("A,", "A\0,", 1), '"A\0\nB",1'], ids=["short", "whole", "quoted"]
)
def test_a_nul_character_costs_its_line_only(line: str) -> None:
    reading = read(f"{HEADER}\n{GOOD}\n{line}\n{GOOD.replace('A', 'B', 1)}\n")

    assert (len(reading.lines), [r.line_number for r in reading.rejected]) == (2, [3])
    assert "NUL character" in reading.rejected[0].reasons[0]


texts = st.lists(
    st.sampled_from(
        ["a", " ", "é", "日", ",", ",", ";", '"', '"', '""', '"a"', '"a,b",', ',"', '",', "\n", "\n", "\r", "\r\n"]
    ),
    max_size=40,
).map("".join)


@pytest.mark.parametrize("how", [CsvFormat(kind="csv"), CsvFormat(kind="csv", delimiter=";", quote="a")], ids=str)
@pytest.mark.parametrize("header", ["A", "A,B", "A,B,C"])
def test_rows_read_all_at_once_are_those_of_pythons_reader(how: CsvFormat, header: str) -> None:
    names = tuple(header.split(","))

    @given(texts, st.integers(1, 60))
    @example('"a,b",\n\n"a""b","\n"\n', 60)
    @settings(max_examples=400, database=None, derandomize=True, deadline=None)
    def holds(text: str, size: int) -> None:
        document = Document("a.csv", f"{header}\n{text}".encode())
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(csv_rows, "MOST_LINES_OF_A_ROW", 4)
            first, *expected = csv_rows.head_rows(document, how, 100)
            patch.setattr(csv_rows, "_CHARACTERS_AT_ONCE", size)
            patch.setattr(csv_rows, "_LINES_AT_ONCE", 2)
            found = list(csv_rows.rows_below(document, how, first, len(names)))
        rows = [row for one in found for row in (one.rows() if isinstance(one, Block) else [one])]
        assert sorted(filled(rows), key=lambda row: row.number) == filled(expected)

    holds()


def filled(rows: list[Row]) -> list[Row]:
    return [row for row in rows if not row.is_blank()]
