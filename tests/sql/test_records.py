"""Statements in one shape: counts in GPUs, money in US dollars, ids, origins, both times, and which version stands."""

from typing import Any

import pytest
from world import World, at, day

RECORDS = "records.shipment_records"


def the_record(world: World) -> dict[str, Any]:
    return world.build(RECORDS).row(RECORDS)


def gpus(**fields: Any) -> tuple[Any, Any, Any]:
    world = World()
    world.claim("order", to="Tesla", **fields)
    record = the_record(world)
    return record["gpus_low"], record["gpus_best"], record["gpus_high"]


@pytest.mark.parametrize(
    ("product", "unit", "count", "expected"),
    [
        ("H100", "gpu", 12_000, 12_000),
        ("H100", None, 12_000, 12_000),
        (None, "gpu", 500, 500),
        ("GB200 NVL72", "rack", 10, 720),
        ("GB200 NVL72", "system", 10, 720),
        ("GB200 NVL72", "gpu", 720, 720),
        ("HGX H100", "system", 125, 1_000),
        ("H100", "system", 125, 1_000),
    ],
)
def test_counts_are_in_gpus(product: str | None, unit: str | None, count: float, expected: float) -> None:
    assert gpus(product=product, unit=unit, gpus=count) == (expected, expected, expected)


def test_a_board_of_a_supplier_holds_what_its_system_holds() -> None:
    world = World()
    world.line(sku="HGX H100", unit="board", quantity=16)
    assert the_record(world)["gpus_best"] == 128


def test_a_chip_counted_in_racks_of_several_sizes_has_a_range() -> None:
    assert gpus(product="GB200", unit="rack", gpus=10) == (360, 360, 720)


@pytest.mark.parametrize(
    ("product", "unit"), [("HGX H100", "rack"), ("GB200", "system"), ("Blackwell", "rack"), ("GPU", "system")]
)
def test_a_unit_of_unknown_size_is_not_guessed_but_shown(product: str, unit: str) -> None:
    world = World()
    world.claim("order", to="Tesla", product=product, unit=unit, gpus=10)
    built = world.build(RECORDS, "records.unresolved")
    record, unresolved = built.row(RECORDS), built.row("records.unresolved")
    assert (record["stated_quantity_low"], record["stated_unit"], record["gpus_best"]) == (10, unit, None)
    assert unresolved["slot"] == "unit"
    assert unresolved["stated"].startswith(f"{unit} of ")


def test_a_board_of_a_rack_is_not_a_rack() -> None:
    world = World()
    world.line(sku="GB200 NVL72", unit="board", quantity=18)
    assert the_record(world)["gpus_best"] is None


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        ((10_000, 20_000), (10_000, 15_000, 20_000)),
        ((10_000, None), (10_000, 10_000, None)),
        ((None, 10_000), (None, 10_000, 10_000)),
        ((None, None), (None, None, None)),
    ],
    ids=["a range", "at least", "up to", "none"],
)
def test_ranges_stay_ranges(stated: tuple[float | None, float | None], expected: tuple[Any, Any, Any]) -> None:
    assert gpus(gpus=stated) == expected


def test_h100_equivalents_follow_the_product_and_are_empty_where_no_figure_is_known() -> None:
    world = World()
    world.claim("order", to="Tesla", product="GB200 NVL72", unit="rack", gpus=(1, 2), claim_id="rack")
    world.claim("order", to="Tesla", product="Hopper", gpus=100, claim_id="family")
    built = world.build(RECORDS)
    assert built.columns(f"SELECT h100e_low, h100e_best, h100e_high FROM {RECORDS} ORDER BY claim_id") == [
        (None, None, None),
        (180, 270, 360),
    ]


@pytest.mark.parametrize(
    ("published", "currency", "usd"),
    [
        ("2024-05-20", "EUR", 1_080),
        ("2024-06-01", "EUR", 1_100),
        ("2025-02-11", "EUR", 1_100),
        ("2024-04-30", "EUR", None),
        ("2024-06-04", "USD", 1_000),
        ("2020-01-01", "USD", 1_000),
        ("2024-06-04", "JPY", None),
    ],
    ids=["its month", "first day", "after the last", "before the first", "dollars", "old dollars", "no rate"],
)
def test_money_is_in_dollars_of_its_month(published: str, currency: str, usd: float | None) -> None:
    world = World()
    item = world.item(published=published)
    world.claim("order", item=item, to="Tesla", value=(1_000, None), currency=currency)
    record = the_record(world)
    assert record["value_usd_low"] == (pytest.approx(usd) if usd else None)
    assert record["value_usd_best"] == record["value_usd_low"]
    assert record["value_usd_high"] is None


def test_a_line_is_worth_its_quantity_times_its_price() -> None:
    world = World()
    world.line(quantity=4, unit="rack", sku="GB200 NVL72", price=3_000_000, currency="EUR", dated="2024-05-31")
    record = the_record(world)
    assert (record["gpus_best"], record["value_usd_best"]) == (288, pytest.approx(12_960_000))


def test_names_become_ids_by_any_of_their_spellings() -> None:
    world = World()
    world.claim("diversion", supplier="NVIDIA Corporation", giver="TSLA", to="Twitter, Inc.", product="H-100")
    record = the_record(world)
    assert (record["supplier_id"], record["from_id"], record["to_id"]) == ("nvidia", "tesla", "x-corp")
    assert (record["product_id"], record["family_id"]) == ("nvidia-h100", "nvidia-hopper")


def test_an_unknown_buyer_gets_a_provisional_id_and_its_nearest_candidates() -> None:
    world = World()
    world.line(buyer="Testla GmbH")
    built = world.build(RECORDS, "records.unresolved", "records.entities")
    assert built.row(RECORDS)["to_id"] == "~testla"
    unresolved = built.row("records.unresolved")
    assert (unresolved["slot"], unresolved["stated"], unresolved["candidates"]) == ("to", "Testla GmbH", "tesla")
    assert built.row("SELECT * FROM records.entities WHERE NOT curated")["name"] == "Testla GmbH"


def test_spellings_of_one_unknown_buyer_are_one_entity() -> None:
    world = World()
    world.line("1", buyer="Fjord Compute AS Inc.")
    world.line("2", buyer="FJORD COMPUTE AS")
    built = world.build(RECORDS)
    assert built.columns(f"SELECT DISTINCT to_id FROM {RECORDS}") == [("~fjord-compute-as",)]


def test_an_unknown_buyer_unlike_any_other_has_no_candidates() -> None:
    world = World()
    world.line(buyer="Ωμέγα Υπολογιστική")
    built = world.build(RECORDS, "records.unresolved")
    assert built.row(RECORDS)["to_id"].startswith("~")
    assert built.row("records.unresolved")["candidates"] is None


def test_an_unknown_product_is_counted_as_some_gpu_and_shown() -> None:
    world = World()
    world.claim("order", to="Tesla", product="Z900", gpus=10)
    built = world.build(RECORDS, "records.unresolved")
    assert built.row(RECORDS)["product_id"] == "gpu"
    assert built.row("SELECT slot, stated FROM records.unresolved") == {"slot": "product", "stated": "Z900"}


@pytest.mark.parametrize(
    ("sku", "product"),
    [("HGX-H100 8x", "nvidia-hgx-h100"), ("hgx h100", "nvidia-hgx-h100"), ("H100 80GB", "nvidia-h100-sxm")],
)
def test_the_longest_pattern_that_fits_a_whole_part_number_names_the_product(sku: str, product: str) -> None:
    world = World()
    world.line(sku=sku)
    assert the_record(world)["product_id"] == product


def test_a_corrected_item_supersedes_the_one_before() -> None:
    world = World()
    first = world.item("wire", guid="a", fetched="2024-06-04")
    second = world.item("wire", guid="a", fetched="2024-06-05")
    world.claim("order", item=first, to="Tesla", gpus=9_000, claim_id="wrong")
    world.claim("order", item=second, to="Tesla", gpus=12_000, claim_id="right")
    built = world.build(RECORDS)
    assert dict(built.columns(f"SELECT claim_id, superseded FROM {RECORDS}")) == {"wrong": True, "right": False}


def test_items_of_different_sources_with_the_same_guid_are_different_items() -> None:
    world = World()
    world.claim("order", item=world.item("one", guid="a"), to="Tesla")
    world.claim("order", item=world.item("other", guid="a", fetched="2024-08-01"), to="Tesla")
    assert {row["superseded"] for row in world.build(RECORDS).rows(RECORDS)} == {False}


@pytest.mark.parametrize("received", [("2024-07-01", "2024-08-01"), ("2024-08-01", "2024-07-01")])
def test_the_newest_line_by_its_documents_own_date_stands_whatever_arrived_first(received: tuple[str, str]) -> None:
    world = World()
    world.line(document="march", dated="2024-03-31", received=received[0], quantity=100)
    world.line(document="june", dated="2024-06-30", received=received[1], quantity=80)
    built = world.build(RECORDS)
    assert built.columns(f"SELECT document_id, superseded FROM {RECORDS} ORDER BY document_id") == [
        ("june", False),
        ("march", True),
    ]


def test_of_undated_documents_the_last_to_arrive_stands() -> None:
    world = World()
    world.line(document="second", dated=None, received="2024-08-01")
    world.line(document="first", dated=None, received="2024-07-01")
    built = world.build(RECORDS)
    assert built.columns(f"SELECT document_id FROM {RECORDS} WHERE NOT superseded") == [("second",)]


def test_the_same_document_twice_counts_once() -> None:
    world = World()
    world.line(document="book", quantity=100)
    world.line(document="copy-of-book", quantity=100)
    world.line(None, "hall 1", document="register", statement="holding", quantity=50)
    world.line(None, "hall 1", document="copy-of-register", statement="holding", quantity=50)
    built = world.build(RECORDS)
    assert built.columns(
        f"SELECT event, count(*) FROM {RECORDS} WHERE NOT superseded GROUP BY event ORDER BY event"
    ) == [
        ("holding", 1),
        ("order", 1),
    ]


def test_a_new_edition_of_a_register_supersedes_the_one_before() -> None:
    world = World()
    world.line(
        None, "hall 1", document="edition-1", dated=None, received="2024-07-01", statement="holding", quantity=50
    )
    world.line(
        None, "hall 1", document="edition-2", dated=None, received="2024-09-01", statement="holding", quantity=70
    )
    built = world.build(RECORDS)
    assert built.columns(f"SELECT gpus_best FROM {RECORDS} WHERE NOT superseded") == [(70,)]


def test_orders_of_different_suppliers_or_lines_are_different() -> None:
    world = World()
    world.line("1", "10")
    world.line("1", "20")
    world.line("1", "10", supplier="Nvidia")
    assert [row["superseded"] for row in world.build(RECORDS).rows(RECORDS)] == [False, False, False]


def test_a_line_states_its_order_its_shipment_and_its_delivery() -> None:
    world = World()
    world.line(quantity=100, ordered="2024-01-05", promised="2024-05-01", revised="2024-07-01",
               shipped=("2024-05-20", 60), delivered=("2024-06-01", 40))  # fmt: skip
    rows = world.build(RECORDS).rows(RECORDS)
    said = {
        row["event"]: (row["gpus_best"], row["actual_end"], row["promised_end"], row["revised_end"]) for row in rows
    }
    assert said == {
        "order": (100, day("2024-01-05"), day("2024-05-01"), day("2024-07-01")),
        "shipment": (60, day("2024-05-20"), None, None),
        "delivery": (40, day("2024-06-01"), None, None),
    }


def test_a_cancelled_line_states_the_order_and_its_cancellation() -> None:
    world = World()
    world.line(status="cancelled", dated="2024-06-10")
    rows = world.build(RECORDS).rows(RECORDS)
    assert {row["event"]: row["actual_end"] for row in rows} == {"order": None, "cancellation": day("2024-06-10")}


def test_what_was_decommissioned_is_held_no_longer() -> None:
    world = World()
    world.line(None, "hall 1", statement="holding", status="decommissioned")
    assert world.build(RECORDS).rows(RECORDS) == []


def origins(*claims: tuple[str, str | None], text: str | None = None) -> list[str]:
    """The origins of claims, each given as (source of its item, whom it names)."""
    world = World()
    for place, (source, by) in enumerate(claims):
        item = world.item(source, text=text, published=f"2024-06-{place + 1:02}")
        world.claim("order", item=item, to="Tesla", by=by, claim_id=f"{place}")
    return [origin for (origin,) in world.build(RECORDS).columns(f"SELECT origin_id FROM {RECORDS} ORDER BY claim_id")]


def test_reports_that_name_an_outlet_have_it_as_their_origin() -> None:
    assert origins(("blog", "CNBC"), ("daily", "cnbc.com")) == ["cnbc", "cnbc"]


def test_the_outlets_own_report_has_the_origin_of_those_that_name_it() -> None:
    assert origins(("CNBC", None), ("daily", "CNBC")) == ["cnbc", "cnbc"]


def test_an_entity_that_is_named_as_source_is_the_origin() -> None:
    assert origins(("blog", "Elon Musk"), ("daily", "NVIDIA Corporation")) == ["elon-musk", "nvidia"]


def test_a_source_that_nobody_knows_is_an_origin_of_its_own() -> None:
    assert origins(("blog", "an internal memo"), ("daily", "An Internal Memo")) == ["~an-internal-memo"] * 2


def test_reports_with_unnamed_sources_are_as_independent_as_their_publishers() -> None:
    one, other = origins(("blog", None), ("daily", None))
    assert one != other


def test_copies_of_one_report_have_the_origin_of_the_first() -> None:
    text = " ".join(f"word{number}" for number in range(200))
    assert len(set(origins(("blog", None), ("daily", None), ("weekly", None), text=text))) == 1


def test_the_origin_of_a_holding_is_the_register_not_the_maker_of_the_chips() -> None:
    world = World()
    world.line(None, "hall 1", statement="holding", supplier="Nvidia")
    world.line(None, "hall 2", statement="plan", supplier="Northwind")
    assert world.build(RECORDS).columns(f"SELECT DISTINCT origin_id FROM {RECORDS}") == [("register:book",)]


def test_a_registers_line_stays_the_same_when_its_chips_get_a_maker() -> None:
    world = World()
    world.line(None, "hall 1", dated="2024-06-10", statement="holding", supplier="Unknown")
    world.line(None, "hall 1", dated="2024-09-10", statement="holding", supplier="Nvidia")
    built = world.build(RECORDS)
    assert built.columns(f"SELECT supplier_id FROM {RECORDS} WHERE NOT superseded") == [("nvidia",)]


def test_a_suppliers_books_are_one_origin() -> None:
    world = World()
    world.line("1", supplier="Northwind")
    world.line("2", supplier="Northwind Systems")
    assert len(world.build(RECORDS).columns(f"SELECT DISTINCT origin_id FROM {RECORDS}")) == 1


@pytest.mark.parametrize(
    ("precision", "published", "known"),
    [("instant", "2024-06-04T09:30:00", "2024-06-04T09:30:00"), ("day", "2024-06-04", "2024-06-04")],
)
def test_an_item_is_known_when_it_was_published(precision: str, published: str, known: str) -> None:
    world = World()
    world.claim("order", item=world.item(published=published, precision=precision), to="Tesla")
    assert the_record(world)["known_at"] == at(known)


def test_an_item_without_a_date_is_known_when_it_arrived() -> None:
    world = World()
    item = world.item(fetched="2024-07-01")
    world.lake["news_items"][0].update(
        published_at=None, published_precision=None, published_start=None, published_end=None
    )
    world.claim("order", item=item, to="Tesla")
    assert the_record(world)["known_at"] == at("2024-07-01")


def test_a_line_is_known_on_its_documents_day() -> None:
    world = World()
    world.line(dated="2024-06-10", received="2024-07-01")
    assert the_record(world)["known_at"] == at("2024-06-10")
