"""The weights that SQL gives to pairs, against Splink with the same m and u over the same pairs."""

import logging
import random
from collections.abc import Mapping

import pytest
from world import World, shipped

pd = pytest.importorskip("pandas")
splink = pytest.importorskip("splink")

GAP = "greatest({event}_start_l - {event}_end_r, {event}_start_r - {event}_end_l, 0)"
EVENT_GAP = "least({})".format(
    ", ".join(
        f"CASE WHEN {event}_start_l IS NOT NULL AND {event}_start_r IS NOT NULL THEN {GAP.format(event=event)} END"
        for event in ("ordered", "shipped", "delivered", "moved")
    )
)
LIFE_GAP = GAP.format(event="life")
SAME_EVENT_DAY = " OR ".join(
    f"list_has_any({event}_days_l, {event}_days_r)" for event in ("ordered", "shipped", "delivered", "moved")
)
DUE_GAP = (
    "greatest(coalesce(due_start_l, due_end_l) - coalesce(due_end_r, due_start_r), "
    "coalesce(due_start_r, due_end_r) - coalesce(due_end_l, due_start_l), 0)"
)
FOREIGN = "NOT (kind_l = 'supplier' AND kind_r = 'move')"
# What was lost was due to its first buyer, as the book says.
APART = "NOT (kind_l = 'supplier' AND kind_r = 'move' AND lost_due_on_r IS NULL)"
BOTH_DUE = (
    f"coalesce(due_start_l, due_end_l) IS NOT NULL AND coalesce(due_start_r, due_end_r) IS NOT NULL AND {FOREIGN}"
)
LATE = "event_r IN ('shipment', 'delivery', 'cancellation', 'delay')"
HOLDS_PARTS = "(kind_l <> 'statement' OR event_l IN ('order', 'allocation'))"
# When a level fits, said anew in terms of the two statements; the first that fits holds, the opener is on the left.
LEVELS: Mapping[str, Mapping[str, str]] = {
    "roles": {
        "both parties": "kind_l = 'move' AND kind_r = 'move' AND from_id_l = from_id_r AND to_id_l = to_id_r",
        "lost by the one who waits": (
            "kind_l = 'move' AND from_id_l = to_id_r AND event_r IN ('order', 'allocation', 'delay', 'cancellation')"
        ),
        "moved from its buyer": "kind_l = 'supplier' AND to_id_l = from_id_r AND event_r = 'diversion'",
        "recipient of the moved": (
            "kind_l = 'move' AND to_id_l = to_id_r AND kind_r = 'statement' "
            "AND event_r IN ('allocation', 'shipment', 'delivery', 'delay', 'cancellation')"
        ),
        "same recipient": "kind_l <> 'move' AND to_id_l = to_id_r AND kind_r = 'statement'",
        "one party unnamed": "kind_l = 'move' AND kind_r = 'move'",
    },
    "supplier": {
        "same": "supplier_id_l = supplier_id_r",
        "unnamed": "supplier_id_l IS NULL OR supplier_id_r IS NULL",
        "one is the maker": "names_maker_l <> names_maker_r",
    },
    "product": {
        "same": "list_contains(product_ids_l, product_id_r)",
        "one is wider": "list_contains(kin_ids_l, product_id_r) OR list_has_any(kin_ids_r, product_ids_l)",
        "another of the family": "family_id_l = family_id_r",
    },
    "count": {
        "unstated": "gpus_best_l IS NULL OR gpus_best_r IS NULL",
        "same": "gpus_best_l = gpus_best_r",
        "rounds to it": (
            "(least_gpus_l <= gpus_best_r AND gpus_best_r <= most_gpus_l AND gpus_low_l = gpus_high_l) "
            "OR (least_gpus_r <= gpus_best_l AND gpus_best_l <= most_gpus_r AND gpus_low_r = gpus_high_r)"
        ),
        "within 15 %": (
            "abs(gpus_best_l - gpus_best_r) <= 0.15 * greatest(gpus_best_l, gpus_best_r) "
            "AND NOT (kind_l = 'move' AND kind_r = 'move' AND event_l <> event_r) AND (len(due_days_l) = 0 "
            f"OR len(due_days_r) = 0 OR list_has_any(due_days_l, due_days_r) OR NOT ({APART}))"
        ),
        "ranges meet": "gpus_low_l <= gpus_high_r AND gpus_low_r <= gpus_high_l",
        "a part of one item's whole": (
            f"gpus_best_r < gpus_best_l AND {LATE} AND {HOLDS_PARTS} AND item_id_l = item_id_r"
        ),
        "a part": f"gpus_best_r < gpus_best_l AND {LATE} AND {HOLDS_PARTS}",
    },
    "time": {
        "within its life": f"kind_l = 'supplier' AND {LIFE_GAP} = 0",
        "same week": f"{LIFE_GAP} <= 7",
        "within two months": f"{LIFE_GAP} <= 60",
        "within a year": f"{LIFE_GAP} <= 365",
        "apart": f"{LIFE_GAP} > 365",
    },
    "days": {
        "same day": SAME_EVENT_DAY,
        "another day": (
            "(len(ordered_days_l) > 0 AND len(ordered_days_r) > 0 "
            "AND NOT list_has_any(ordered_days_l, ordered_days_r)) "
            "OR (len(moved_days_l) > 0 AND len(moved_days_r) > 0 AND NOT list_has_any(moved_days_l, moved_days_r))"
        ),
        "same week": f"{EVENT_GAP} <= 7",
        "within two months": f"{EVENT_GAP} <= 60",
        "apart": f"{EVENT_GAP} > 60",
        "unstated": f"{EVENT_GAP} IS NULL",
    },
    "due": {
        "same day": "list_has_any(due_days_l, due_days_r)",
        "another day": f"len(due_days_l) > 0 AND len(due_days_r) > 0 AND {APART}",
        "overlap": f"{BOTH_DUE} AND {DUE_GAP} = 0",
        "within four months": f"{BOTH_DUE} AND {DUE_GAP} <= 120",
        "apart": f"{BOTH_DUE} AND {DUE_GAP} > 120",
        "unstated": f"NOT ({BOTH_DUE})",
    },
    "item": {"same": "item_id_l = item_id_r", "another": "coalesce(item_id_l <> item_id_r, TRUE)"},
    "origin": {"same": "origin_id_l = origin_id_r", "another": "origin_id_l <> origin_id_r"},
}


def told() -> World:
    chance = random.Random(5)
    world = World()
    days = [None, "2024-06-15", "2024-07-01..2024-09-30", "2024-10-20"]
    for place in range(70):
        item = world.item(f"outlet {place % 7}", published=f"2024-{chance.randrange(1, 13):02}-15")
        for _ in range(chance.choice([1, 2])):
            event = chance.choice(["order", "diversion", "delivery", "shipment", "delay", "cancellation", "allocation"])
            world.claim(
                event, item=item, giver=chance.choice(["Tesla", "Meta", None]) if event == "diversion" else None,
                to=chance.choice(["X", "Tesla"]), gpus=chance.choice([None, 400, 4_000, 4_100, 4_127, (3_000, 9_000)]),
                product=chance.choice(["H100", "Hopper", "H200", "GPU", "B200"]),
                supplier=chance.choice([None, "Nvidia", "Northwind"]), promised=chance.choice(days),
                happened=chance.choice(days), by=chance.choice([None, "CNBC"]),
            )  # fmt: skip
    for place in range(6):
        world.line(str(place), buyer=chance.choice(["X", "Tesla"]), quantity=chance.choice([400, 4_000, 4_127]),
                   promised="2024-06-15", delivered=("2024-10-20", 100))  # fmt: skip
    return world


def test_every_level_has_a_weight_and_every_weight_a_level() -> None:
    assert {(comparison, level) for comparison, level, _, _ in shipped("match_weights")} == {
        (comparison, level) for comparison, levels in LEVELS.items() for level in levels
    }


@pytest.mark.filterwarnings("ignore")
def test_splink_gives_each_pair_the_same_weight() -> None:
    import splink.comparison_level_library as levels_of
    import splink.comparison_library as comparisons_of

    logging.getLogger("splink").setLevel(logging.ERROR)
    built = told().build("shipments.lot_scores")
    ours = {(r["opener_id"], r["joiner_id"]): r["weight"] for r in built.rows("shipments.lot_scores")}
    figures = {(comparison, level): (float(m), float(u)) for comparison, level, m, u in shipped("match_weights")}
    prior = dict(shipped("match_thresholds"))["prior"]
    comparisons = [
        comparisons_of.CustomComparison(
            output_column_name=comparison,
            comparison_levels=[
                levels_of.CustomLevel(condition, level).configure(
                    m_probability=figures[comparison, level][0],
                    u_probability=figures[comparison, level][1],
                    fix_m_probability=True,
                    fix_u_probability=True,
                )
                for level, condition in levels.items()
            ],
        )
        for comparison, levels in LEVELS.items()
    ]
    settings = splink.SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="precedence",
        probability_two_random_records_match=float(prior),
        comparisons=comparisons,
        blocking_rules_to_generate_predictions=["1 = 1"],
    )
    connection = built.connection
    database = splink.DuckDBAPI(connection=connection)
    connection.execute("CREATE TABLE nodes_for_splink AS FROM shipments.lot_nodes")
    linker = splink.Linker(database.register("nodes_for_splink"), settings)
    found = linker.inference.predict().as_duckdbpyrelation().fetchall()
    names = linker.inference.predict().as_duckdbpyrelation().columns
    by_precedence = dict(built.columns("SELECT precedence, node_id FROM shipments.lot_nodes"))
    left, right, weight = (names.index(n) for n in ("precedence_l", "precedence_r", "match_weight"))
    theirs = {(by_precedence[row[left]], by_precedence[row[right]]): row[weight] for row in found}
    assert len(ours) > 300
    assert {pair: theirs[pair] for pair in ours} == pytest.approx(ours, abs=1e-9)
