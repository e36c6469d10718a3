"""Public figures in our measures, fiscal quarters, and how many accelerators a vendor can have sold."""

import json
from datetime import date
from typing import Any

import pytest
from world import CURATED, World, at

from pipelines.indicators.figure import Figure, FigureReading
from pipelines.indicators.sec import read_company_facts
from pipelines.lake import content_id

NVIDIA = "0001045810"


def public(world: World, source: str, reading: FigureReading, *, received: str = "2025-07-01", name: str = "a") -> None:
    """Put one document's figures into the lake, as `pipelines.public` does."""
    document_id = content_id(source, name)
    world.lake["public_documents"].append({
        "document_id": document_id, "source": source, "name": name, "url": None, "received_at": at(received),
        "media_type": None, "content_hash": f"hash-{name}", "size": 1, "etag": None, "last_modified": None,
        "reason": None,
    })  # fmt: skip
    world.lake["figure_readings"].append({
        "document_id": document_id, "reader_version": "r1", "read_at": at(received), "media_type": "application/json",
        "status": "read", "reason": None, "figures_read": reading.read, "passed_over": reading.passed_over,
    })  # fmt: skip
    for one in reading.figures:
        fields = {name: getattr(one, name) for name in Figure.__slots__}
        world.lake["figures"].append({
            "figure_id": content_id(document_id, one.number), "document_id": document_id, "reader_version": "r1",
            **fields,
        })  # fmt: skip


def facts(**tags: list[tuple[str | None, str, float, str]]) -> FigureReading:
    """A filer's facts, read from bytes: tag to (start, end, value, filed)."""
    content: dict[str, Any] = {"cik": 1045810, "entityName": "NVIDIA CORP", "facts": {"us-gaap": {}}}
    for tag, stated in tags.items():
        rows = [
            {"end": end, "val": value, "accn": f"A-{filed}", "form": "10-Q", "filed": filed}
            | ({"start": start} if start else {})
            for start, end, value, filed in stated
        ]
        content["facts"]["us-gaap"][tag] = {"units": {"USD": rows}}
    wanted = {"us-gaap:Revenues", "us-gaap:SalesRevenueNet", "us-gaap:InventoryNet"}
    return read_company_facts(json.dumps(content).encode(), wanted)


QUARTERS = [
    ("2024-01-29", "2024-04-28", 26e9, "2024-05-29"),
    ("2024-04-29", "2024-07-28", 30e9, "2024-08-28"),
    ("2024-07-29", "2024-10-27", 35e9, "2024-11-20"),
]
YEAR = ("2024-01-29", "2025-01-26", 130e9, "2025-02-26")


@pytest.fixture
def world() -> World:
    return World()


def test_a_restated_figure_keeps_both_times_and_a_repeated_one_has_no_row(world: World) -> None:
    stock = [
        (None, "2024-04-28", 5.8e9, "2024-05-29"),
        (None, "2024-04-28", 5.8e9, "2024-08-28"),
        (None, "2024-04-28", 5.9e9, "2025-02-26"),
    ]
    public(world, "sec", facts(InventoryNet=stock))
    rows = world.build("supply.figures").columns(
        "SELECT entity_id, measure, value, known_at::DATE, superseded_at::DATE FROM supply.figures ORDER BY known_at"
    )
    assert rows == [
        ("nvidia", "inventory", 5.8e9, date(2024, 5, 29), date(2025, 2, 26)),
        ("nvidia", "inventory", 5.9e9, date(2025, 2, 26), None),
    ]


def test_a_filer_that_switched_tags_has_one_series_and_no_period_twice(world: World) -> None:
    old = [("2023-10-30", "2024-01-28", 22e9, "2024-02-21"), (*QUARTERS[0][:2], 25e9, "2024-05-29")]
    public(world, "sec", facts(SalesRevenueNet=old, Revenues=QUARTERS))
    built = world.build("supply.quarters")
    assert built.columns("SELECT quarter_end, revenue, basis FROM supply.quarters ORDER BY quarter_end") == [
        (date(2024, 1, 28), 22e9, "stated"),
        (date(2024, 4, 28), 26e9, "stated"),
        (date(2024, 7, 28), 30e9, "stated"),
        (date(2024, 10, 27), 35e9, "stated"),
    ]


def test_the_fourth_quarter_is_the_year_less_the_other_three(world: World) -> None:
    public(world, "sec", facts(Revenues=[*QUARTERS, YEAR]))
    row = world.build("supply.quarters").row("FROM supply.quarters WHERE basis = 'derived'")
    assert (row["quarter_start"], row["quarter_end"]) == (date(2024, 10, 28), date(2025, 1, 26))
    assert row["revenue_usd"] == 130e9 - 91e9
    assert row["known_at"] == at("2025-02-26")


@pytest.mark.parametrize("missing", [0, 1, 2])
def test_a_year_with_a_quarter_missing_gives_no_fourth(world: World, missing: int) -> None:
    public(world, "sec", facts(Revenues=[*QUARTERS[:missing], *QUARTERS[missing + 1 :], YEAR]))
    built = world.build("supply.quarters")
    assert built.columns("SELECT count(*) FROM supply.quarters WHERE basis = 'derived'") == [(0,)]


def test_three_months_of_one_quarter_are_summed_and_two_are_not(world: World) -> None:
    def month(number: int, value: float) -> Figure:
        start, end = date(2024, number, 1), date(2024, number, 30)
        return Figure(number, "2330", "Foundry", "當月營收", value, "TWD", end, start, scale=1000.0, verbatim="row")

    figures = (month(4, 200.0), month(5, 210.0), month(6, 190.0), month(7, 999.0), month(8, 999.0))
    public(world, "taiwan", FigureReading("text/html", 5, figures))
    row = world.build("supply.quarters").row("supply.quarters")
    assert (row["entity_id"], row["basis"], row["revenue"], row["currency"]) == (
        "northwind",
        "months",
        600_000.0,
        "TWD",
    )


def delivered(world: World, gpus: float, day: str) -> None:
    world.line(quantity=gpus, ordered="2024-01-02", promised=day, delivered=(day, gpus), shipped=(day, gpus),
               status="delivered", dated="2024-12-01")  # fmt: skip


def test_revenue_bounds_what_can_have_been_sold(world: World) -> None:
    public(world, "sec", facts(Revenues=QUARTERS))
    delivered(world, 1_000, "2024-05-06")
    row = world.build("supply.bounds").row("FROM supply.bounds WHERE quarter_end = DATE '2024-07-28'")
    assert (row["sold_gpus_low"], row["sold_gpus_high"]) == (30e9 / 30_000, 30e9 / 20_000)
    assert (row["claimed_lots"], row["claimed_gpus_best"], row["claimed_usd_low"]) == (1, 1_000, 20e6)
    assert not row["exceeded"]


def test_claims_beyond_the_bound_are_warned_of(world: World) -> None:
    public(world, "sec", facts(Revenues=QUARTERS))
    delivered(world, 1_500_001, "2024-05-06")
    built = world.build("supply.bounds")
    assert built.violations("supply.bounds") == {"claims_are_possible": 1}


@pytest.mark.parametrize(("theirs", "broken"), [(1979e12, {}), (1900e12, {"figures_agree": 1})])
def test_our_accelerators_are_held_against_a_public_table(theirs: float, broken: dict[str, int]) -> None:
    columns, rows = CURATED["products"]
    place = columns.split(",").index("tops_8bit_dense")
    products = [(*row[:place], "1979" if row[0] == "nvidia-h100" else None, *row[place + 1 :]) for row in rows]
    world = World(products=products)

    def peak(number: int, chip: str, value: float) -> Figure:
        return Figure(
            number, "epoch", "Epoch AI", "INT8 performance (OP/s)", value, "OP/s", date(2022, 9, 20), item=chip
        )

    figures = (peak(1, "Nvidia H100", theirs), peak(2, "Unheard Of", 1e15))
    public(world, "epoch", FigureReading("text/csv", 2, figures))
    built = world.build("quality.accelerators")
    row = built.row("quality.accelerators")
    assert (row["product_id"], row["ratio"]) == ("nvidia-h100", pytest.approx(1979e12 / theirs))
    assert built.violations("quality.accelerators") == broken
