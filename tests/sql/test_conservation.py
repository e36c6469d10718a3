"""Whatever is told, in whatever order: units are conserved, every check holds, and equal input gives equal tables."""

import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from world import Built, Rows, World, needed

PARTIES = ["Tesla", "X", "xAI", "Meta", "Fjord Compute"]
EVENTS = ["order", "allocation", "shipment", "delivery", "diversion", "delay", "cancellation", "resale"]
PRODUCTS = ["H100", "Hopper", "H200", "GPU", "B200"]
SCENARIOS = ("low", "best", "high")
FLOWS = ("ordered", "diverted_in", "diverted_out", "delivered", "outstanding", "cancelled")

counts = st.sampled_from([50, 100, 110, 400, 1_000, 1_150, 7_500, 12_000])
ranges = st.one_of(
    st.none(),
    counts,
    st.tuples(st.none(), counts),
    st.tuples(counts, st.none()),
    st.tuples(counts, counts).map(lambda pair: (min(pair), max(pair))),
)
months = st.integers(1, 12).map(lambda month: f"2024-{month:02}")
certainties = st.sampled_from(["confirmed", "reported", "rumoured", "denied"])
parties = st.one_of(st.none(), st.sampled_from(PARTIES))

claims = st.fixed_dictionaries({
    "event": st.sampled_from(EVENTS),
    "giver": parties, "to": parties, "product": st.sampled_from(PRODUCTS), "gpus": ranges, "certainty": certainties,
    "supplier": st.sampled_from([None, "Nvidia", "Northwind"]), "by": st.sampled_from([None, "CNBC", "Reuters"]),
    "month": months, "source": st.sampled_from(["daily", "blog", "weekly"]),
})  # fmt: skip
lines = st.fixed_dictionaries({
    "order": st.sampled_from(["1", "2", "3"]), "statement": st.sampled_from(["order", "order", "shipment"]),
    "buyer": st.sampled_from(PARTIES), "sku": st.sampled_from(["H100", "HGX H100", "GB200 NVL72"]), "quantity": counts,
    "shipped": st.one_of(st.none(), counts), "delivered": st.one_of(st.none(), counts),
    "status": st.sampled_from([None, "open", "cancelled", "delivered"]), "month": months,
})  # fmt: skip


def tell(said: list[dict[str, Any]], booked: list[dict[str, Any]]) -> World:
    world = World()
    for claim in said:
        fields = dict(claim)
        item = world.item(fields.pop("source"), published=f"{fields.pop('month')}-15")
        if fields["event"] not in ("diversion", "resale"):
            fields["giver"] = None
        if fields["giver"] is None or fields["giver"] != fields["to"]:
            world.claim(item=item, **fields)
    for place, line in enumerate(booked):
        month = line["month"]
        world.line(
            line["order"],
            document=f"book-{place}",
            dated=f"{month}-28",
            shipped=(line["shipped"] and f"{month}-05", line["shipped"]),
            delivered=(line["delivered"] and f"{month}-09", line["delivered"]),
            **{name: line[name] for name in ("statement", "buyer", "sku", "quantity", "status")},
        )
    return world


@settings(max_examples=15, deadline=None, derandomize=True)
@given(st.lists(claims, max_size=14), st.lists(lines, max_size=6))
def test_units_are_conserved_in_every_scenario(said: list[dict[str, Any]], booked: list[dict[str, Any]]) -> None:
    built = tell(said, booked).build()
    for entity in built.rows("allocation.entity_allocation"):
        for scenario in SCENARIOS:
            flow = {name: entity[f"{name}_gpus_{scenario}"] for name in FLOWS}
            assert min(flow.values()) >= 0, flow
            came = flow["ordered"] + flow["diverted_in"]
            assert came == flow["delivered"] + flow["outstanding"] + flow["cancelled"] + flow["diverted_out"], flow
        for name in FLOWS:
            low, best, high = (entity[f"{name}_gpus_{scenario}"] for scenario in SCENARIOS)
            assert low <= best <= high, (name, low, best, high)
    conserved_between_entities(built)


def conserved_between_entities(built: Built) -> None:
    """What nobody is said to have lost or got aside, as many units were lost as gained."""
    for scenario in SCENARIOS:
        lots = f"SELECT coalesce(sum(gpus_{scenario}), 0) FROM shipments.shipments WHERE certainty <> 'denied' AND "
        moved = "original_to_id IS DISTINCT FROM current_to_id AND "
        for side, column in (("diverted_out", "original_to_id"), ("diverted_in", "current_to_id")):
            ((by_lot,),) = built.columns(f"{lots} {moved} {column} IS NOT NULL")
            ((by_entity,),) = built.columns(
                f"SELECT coalesce(sum({side}_gpus_{scenario}), 0) FROM allocation.entity_allocation"
            )
            assert by_lot == by_entity


@settings(max_examples=15, deadline=None, derandomize=True)
@given(st.lists(claims, max_size=14), st.lists(lines, max_size=6))
def test_every_flow_belongs_to_one_lot_and_no_other_statement_to_any(
    said: list[dict[str, Any]], booked: list[dict[str, Any]]
) -> None:
    built = tell(said, booked).build("shipments.events")
    missing = built.columns(
        "SELECT record_id FROM records.shipment_records WHERE NOT superseded AND certainty <> 'denied' "
        "AND coalesce(from_id, to_id) IS NOT NULL AND record_id NOT IN (SELECT record_id FROM shipments.record_matches)"
    )
    assert missing == []
    lots = dict(built.columns("SELECT shipment_id, records FROM shipments.shipments"))
    matched = dict(
        built.columns("SELECT shipment_id, count(*) FROM shipments.events WHERE NOT superseded GROUP BY shipment_id")
    )
    assert lots == matched


def contents(built: Built) -> dict[str, Rows]:
    return {table: built.rows(table) for table in needed(())}


def shuffled(world: World, seed: int) -> World:
    chance = random.Random(seed)
    for rows in world.lake.values():
        chance.shuffle(rows)
    world.curated = {name: (columns, chance.sample(rows, len(rows))) for name, (columns, rows) in world.curated.items()}
    return world


@settings(max_examples=10, deadline=None, derandomize=True)
@given(st.lists(claims, max_size=14), st.lists(lines, max_size=6), st.integers(0, 1_000))
def test_the_order_in_which_rows_stand_changes_nothing(
    said: list[dict[str, Any]], booked: list[dict[str, Any]], seed: int
) -> None:
    first = contents(tell(said, booked).build())
    second = contents(shuffled(tell(said, booked), seed).build())
    for table, rows in first.items():
        assert rows == second[table], table


@pytest.mark.parametrize("threads", [1, 4])
def test_building_twice_gives_equal_tables(threads: int) -> None:
    chance = random.Random(3)
    world = World()
    for _ in range(60):
        world.claim(
            chance.choice(["order", "diversion", "delivery", "plan", "holding", "delay"]),
            giver=chance.choice(PARTIES),
            to=chance.choice(["Meta", "Fjord"]),
            gpus=chance.choice([100, 110, 400]),
            by=chance.choice([None, "CNBC"]),
            product=chance.choice(PRODUCTS),
        )
        world.line(str(chance.randrange(9)), document=f"book-{chance.random()}", quantity=chance.randrange(1, 9),
                   delivered=("2024-05-05", chance.randrange(0, 9)))  # fmt: skip
    assert contents(world.build(threads=threads)) == contents(world.build(threads=threads))
