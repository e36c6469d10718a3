"""What each source's documents say: figures of files in the real layout; what cannot be used has its reason."""

import gzip
import json
from collections.abc import Callable
from dataclasses import asdict
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.indicators.census import read_imports
from pipelines.indicators.comtrade import read_trade
from pipelines.indicators.figure import FigureReading
from pipelines.indicators.hardware import FIGURES, read_hardware
from pipelines.indicators.sec import read_company_facts
from pipelines.indicators.taiwan import read_monthly_revenue
from pipelines.reference import load_reference
from pipelines.settings import ROOT

SAMPLE = ROOT / "sample" / "public"
TAGS = {"us-gaap:Revenues", "us-gaap:InventoryNet"}
READERS: dict[str, Callable[[bytes], FigureReading]] = {
    "sec": lambda data: read_company_facts(data, TAGS),
    "taiwan": lambda data: read_monthly_revenue(data, {"2330"}),
    "census": read_imports,
    "comtrade": read_trade,
    "epoch": read_hardware,
}
FILES = sorted(path for path in SAMPLE.rglob("*.*") if path.parent != SAMPLE)


def fact(**changes: Any) -> dict[str, Any]:
    return {"end": "2024-04-28", "val": 5, "accn": "A", "form": "10-Q", "filed": "2024-05-29", **changes}


def company(*facts: Any, **changes: Any) -> bytes:
    content = {"cik": 1045810, "entityName": "N", "facts": {"us-gaap": {"InventoryNet": {"units": {"USD": facts}}}}}
    return json.dumps(content | changes).encode()


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_the_sample_reads_and_nothing_is_lost(path: Any) -> None:
    reading = READERS[path.parent.name](path.read_bytes())
    assert reading.unreadable is None
    assert reading.read == len(reading.figures) + len(reading.rejected) > 0
    numbers = [one.number for one in (*reading.figures, *reading.rejected)]
    assert sorted(numbers) == list(range(1, reading.read + 1))


def test_a_fact_has_both_times() -> None:
    (figure,) = read_company_facts(company(fact(start="2024-01-29")), TAGS).figures
    assert (figure.reporter, figure.measure, figure.unit, figure.value) == (
        "0001045810", "us-gaap:InventoryNet", "USD", 5.0,
    )  # fmt: skip
    assert (figure.period_start, figure.period_end, figure.known_on) == (
        date(2024, 1, 29), date(2024, 4, 28), date(2024, 5, 29),
    )  # fmt: skip
    assert figure.reference == "A 10-Q"


def test_a_compressed_document_reads_as_the_plain_one() -> None:
    plain = company(fact(), fact(end="2024-07-28"))
    assert read_company_facts(gzip.compress(plain), TAGS) == read_company_facts(plain, TAGS)


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        (fact(val="5 million"), "val: '5 million' is no number"),
        (fact(val=True), "val: True is no number"),
        (fact(end="2024-04-31"), "end: '2024-04-31' is no day"),
        (fact(filed=None), "filed: None is no day"),
        (fact(start="2024-05-01"), "start: 2024-05-01 is after end, 2024-04-28"),
        ("five", "not a fact"),
    ],
)
def test_a_fact_that_cannot_be_used_says_why_and_the_rest_goes_on(broken: Any, reason: str) -> None:
    reading = read_company_facts(company(broken, fact()), TAGS)
    assert (reading.read, len(reading.figures)) == (2, 1)
    assert reading.rejected[0].reasons[0].startswith(reason)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (b"<html>", "not valid JSON"),
        (b'{"facts": {}', "not valid JSON"),
        (b"\xff\xfe", "not UTF-8"),
        (b"[1]", "no companyfacts document"),
        (company(cik="N"), "`cik` is 'N'"),
        (gzip.compress(company(fact()), mtime=0)[:-9], "the gzip file is cut off"),
        (b"\x1f\x8bnonsense", "broken gzip"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"facts": NaN}', "NaN is no JSON number"),
    ],
)
def test_a_document_that_is_none_says_why(data: bytes, reason: str) -> None:
    reading = read_company_facts(data, TAGS)
    assert (reading.read, reading.figures) == (0, ())
    assert reading.unreadable is not None
    assert reason in reading.unreadable


def test_a_filer_by_ifrs_in_another_currency_is_read_by_the_lists_of_the_reference() -> None:
    asked = {row.stated_measure for row in load_reference(ROOT / "reference").measures if row.source == "sec"}
    year = fact(start="2023-01-01", end="2023-12-31", form="20-F", filed="2024-04-18")
    facts = {
        "ifrs-full": {
            "Revenue": {"units": {"TWD": [year], "USD": [year]}},
            "Inventories": {"units": {"TWD": [fact(end="2023-12-31"), fact(end="2023-12-31", form="20-F/A", val=6)]}},
            "ProfitLoss": {"units": {"TWD": [year]}},
        }
    }
    reading = read_company_facts(company(facts=facts), asked)
    assert [(one.measure, one.unit, one.value) for one in reading.figures] == [
        ("ifrs-full:Inventories", "TWD", 5), ("ifrs-full:Inventories", "TWD", 6),
        ("ifrs-full:Revenue", "TWD", 5), ("ifrs-full:Revenue", "USD", 5),
    ]  # fmt: skip
    assert (reading.passed_over, reading.rejected) == (1, ())


def test_tags_that_nobody_asked_for_are_counted() -> None:
    reading = read_company_facts(company(fact()), {"us-gaap:Revenues"})
    assert (reading.read, reading.passed_over) == (0, 1)


def test_months_of_taiwan_count_years_from_1911_and_thousands() -> None:
    data = (SAMPLE / "taiwan" / "t21sc03_113_5_0.sii.html").read_bytes()
    reading = read_monthly_revenue(data, {"2330"})
    (figure,) = reading.figures
    assert (figure.reporter_name, figure.value, figure.scale, figure.unit) == ("台積電", 229_620_372, 1000, "TWD")
    assert (figure.period_start, figure.period_end) == (date(2024, 5, 1), date(2024, 5, 31))
    assert (figure.known_on, reading.passed_over) == (date(2024, 6, 11), 1)


@pytest.mark.parametrize("encoding", ["big5", "utf-8"])
@pytest.mark.parametrize("lines", [1, 2])
def test_a_page_reads_whatever_its_encoding_and_its_heading(encoding: str, lines: int) -> None:
    names = "<th>當月營收</th><th>上月營收</th>"
    one = f"<tr><th>公司代號</th><th>公司名稱</th>{names}</tr>"
    two = "<tr><th rowspan=2>公司<br>代號</th><th rowspan=2>公司名稱</th><th colspan=2>營業收入</th></tr>"
    two += f"<tr>{names}</tr>"
    page = (
        f'<meta charset="{encoding}"><b>民國113年5月</b><table>{one if lines == 1 else two}'
        "<tr><td>2330</td><td>台積電</td><td>1,234</td><td>999</td></tr>"
        "<tr><td>2317</td><td>鴻海</td><td>-</td><td>9</td></tr></table>"
    )
    reading = read_monthly_revenue(page.encode(encoding), {"2330", "2317"})
    assert [figure.value for figure in reading.figures] == [1234]
    assert [one.reasons for one in reading.rejected] == [("當月營收: '-' is no whole number of thousands",)]


@pytest.mark.parametrize(
    ("page", "reason"),
    [
        ("", "no HTML page"),
        ("<p>nothing</p>", "no month"),
        ("<p>113年13月</p>", "no month"),
        ("<p>113年5月</p><table><tr><td>2330</td></tr></table>", "its layout changed"),
    ],
)
def test_a_page_without_the_table_says_so(page: str, reason: str) -> None:
    assert reason in (read_monthly_revenue(page.encode("big5"), {"2330"}).unreadable or "")


def test_imports_give_a_figure_a_column_and_the_world_has_no_partner() -> None:
    rows = [
        ["CTY_CODE", "CTY_NAME", "I_COMMODITY", "GEN_VAL_MO", "AIR_WGT_MO", "time"],
        ["-", "TOTAL FOR ALL COUNTRIES", "847180", "700", "9", "2024-02"],
        ["5830", "TAIWAN", "847180", "600", None, "2024-02"],
        ["5830", "TAIWAN"],
        ["5830", "TAIWAN", "847180", "600", "1", "2024-00"],
    ]
    reading = read_imports(json.dumps(rows).encode())
    assert [(f.partner, f.measure, f.value, f.unit, f.period_end) for f in reading.figures] == [
        (None, "GEN_VAL_MO", 700, "USD", date(2024, 2, 29)),
        (None, "AIR_WGT_MO", 9, "kg", date(2024, 2, 29)),
        ("5830", "GEN_VAL_MO", 600, "USD", date(2024, 2, 29)),
    ]
    assert len(reading.rejected) == 4


@pytest.mark.parametrize("columns", [[], ["time"], ["time", "I_COMMODITY"]])
def test_an_answer_without_the_columns_says_which(columns: list[str]) -> None:
    assert read_imports(json.dumps([columns]).encode()).unreadable is not None


def trade(*rows: Any, **changes: Any) -> bytes:
    return json.dumps({"data": rows, "error": "", **changes}).encode()


def row(**changes: Any) -> dict[str, Any]:
    return {"period": "202405", "reporterCode": 842, "flowCode": "M", "partnerCode": 0, "cmdCode": "847180",
            "primaryValue": 10.5, "netWgt": None, "motCode": 0, "customsCode": "C00", **changes}  # fmt: skip


def test_trade_counts_all_modes_of_transport_once() -> None:
    reading = read_trade(trade(row(), row(motCode=1000), row(customsCode="C01"), row(netWgt=3, partnerCode=490)))
    assert [(f.measure, f.partner, f.value, f.unit) for f in reading.figures] == [
        ("M primaryValue", None, 10.5, "USD"), ("M primaryValue", "490", 10.5, "USD"), ("M netWgt", "490", 3, "kg"),
    ]  # fmt: skip
    assert (reading.passed_over, reading.rejected) == (2, ())


def test_a_year_of_trade_is_the_whole_year() -> None:
    (figure,) = read_trade(trade(row(period="2024"))).figures
    assert (figure.period_start, figure.period_end) == (date(2024, 1, 1), date(2024, 12, 31))


def test_an_error_of_the_service_is_not_an_empty_answer() -> None:
    assert "daily limit" in (read_trade(trade(error="daily limit reached")).unreadable or "")


def test_a_part_of_the_trade_between_two_countries_is_passed_over_whatever_it_is_of() -> None:
    parts = [row(partner2Code=156), row(mosCode="1"), row(motCode="2100"), row(customsCode="C04")]
    reading = read_trade(trade(row(partner2Code=0, mosCode="0", motCode="0"), *parts))
    assert (len(reading.figures), reading.passed_over) == (1, 4)


def test_a_gateway_that_answers_in_place_of_the_service_is_quoted() -> None:
    answer = b'{"statusCode": 429, "message": "Rate limit is exceeded. Try again in 1 seconds."}'
    assert "Rate limit is exceeded" in (read_trade(answer).unreadable or "")


HARDWARE = "Hardware name,Manufacturer,Release date,TDP (W),Added later\n"


def test_a_row_of_hardware_with_too_many_values_is_rejected_whole() -> None:
    reading = read_hardware(f"{HARDWARE}H100,NVIDIA,2022-09-21,700,a,700\nH200,NVIDIA,2023-11-13,700,a,\n".encode())
    assert [figure.item for figure in reading.figures] == ["H200"]
    assert [(one.verbatim, *one.reasons) for one in reading.rejected] == [
        ("H100,NVIDIA,2022-09-21,700,a,700", "line 2: more values than the 5 columns")
    ]


def test_a_table_of_hardware_with_a_column_twice_is_refused_and_one_with_others_is_not() -> None:
    assert "names TDP (W) twice" in (
        read_hardware(HARDWARE.replace("Added later", "TDP (W)").encode()).unreadable or ""
    )
    assert read_hardware(HARDWARE.encode()).unreadable is None


@pytest.mark.parametrize("text", ["1_000", "\uff11\uff12", "0x10", "1 000", "infinity"])
def test_what_only_python_takes_for_a_number_is_none(text: str) -> None:
    assert [one.reasons for one in read_company_facts(company(fact(val=text)), TAGS).rejected] == [
        (f"val: {text!r} is no number",)
    ]


def test_the_day_of_a_page_of_taiwan_may_stand_after_a_wide_colon() -> None:
    page = "<b>民國113年5月</b>出表日期\uff1a113/06/11<table><tr><th>公司代號</th><th>當月營收</th></tr>"
    page += "<tr><td>2330</td><td>5</td></tr></table>"
    (figure,) = read_monthly_revenue(page.encode("big5"), {"2330"}).figures
    assert figure.known_on == date(2024, 6, 11)


@pytest.mark.parametrize("half", ["\\ud800", "\\uDFFF"])
def test_half_a_character_does_not_reach_the_tables(half: str) -> None:
    documents = {
        "sec": company(fact(note="?"), entityName="?"),
        "census": json.dumps([["I_COMMODITY", "GEN_VAL_MO", "time"], ["?", "5", "2024-06"]]).encode(),
        "comtrade": trade(row(cmdCode="?", netWgt="?")),
    }
    for source, data in documents.items():
        reading = READERS[source](data.replace(b"?", half.encode()))
        assert reading.figures
        assert str((reading.figures, reading.rejected)).encode("utf-8")


NOISE = st.binary(max_size=300) | st.builds(
    lambda path, cut, put: path.read_bytes()[:cut] + put,
    st.sampled_from(FILES),
    st.integers(0, 3000),
    st.binary(max_size=9),
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(
        st.sampled_from(["facts", "cik", "data", "us-gaap", "Revenues", "units", "USD", "period", "end", "val"]), inner
    ),
    max_leaves=20,
)  # fmt: skip


@pytest.mark.parametrize("source", READERS)
@given(data=NOISE | JSON.map(lambda value: json.dumps(value).encode("utf-8", "surrogatepass")))
def test_no_bytes_make_a_reader_fail_or_lose_anything(source: str, data: bytes) -> None:
    reading = READERS[source](data)
    assert reading.read == len(reading.figures) + len(reading.rejected)
    assert reading.unreadable is None or not reading.read
    for one in (*reading.figures, *reading.rejected):
        json.dumps(asdict(one), ensure_ascii=False, default=str).encode("utf-8")


def test_a_row_of_hardware_that_is_cut_short_is_read_as_far_as_it_goes() -> None:
    table = b"Hardware name,FP16 (FLOP/s),Release date,Manufacturer\nShort chip,1e15,2024-01-01\nNameless,1e15\n"
    measure = next(iter(FIGURES))
    reading = read_hardware(table.replace(b"FP16 (FLOP/s)", measure.encode()))
    assert [(figure.item, figure.partner) for figure in reading.figures] == [("Short chip", None)]
    assert len(reading.rejected) == 1
