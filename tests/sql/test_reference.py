"""The curated files as tables: typed, and every name, product and time of control found by those who look it up."""

from datetime import date

import pytest
from world import CONTROL, World, day


def names(table: str, world: World | None = None) -> dict[str, str]:
    schema, id_column = {"entity": ("entity_names", "entity_id"), "product": ("product_names", "product_id")}[table]
    built = (world or World()).build(f"reference.{schema}")
    return dict(built.columns(f"SELECT folded_name, {id_column} FROM reference.{schema}"))


@pytest.mark.parametrize(
    ("name", "entity"),
    [
        ("tesla", "tesla"),
        ("tesla, inc.", "tesla"),
        ("tsla", "tesla"),
        ("x", "x-corp"),
        ("x-corp", "x-corp"),
        ("twitter", "x-corp"),
        ("facebook", "meta"),
    ],
)
def test_an_entity_is_found_by_claim_name_full_name_id_and_alias(name: str, entity: str) -> None:
    assert names("entity")[name] == entity


def test_names_are_folded_to_lower_case_without_accents() -> None:
    french = [("societe", "Société Générale de Calcul", "Société", "buyer", "FR")]
    world = World(entities=french, aliases=[], control=[], descriptions=[], products=[], product_aliases=[], skus=[])
    assert names("entity", world) == {"societe": "societe", "societe generale de calcul": "societe"}


def test_a_claim_name_wins_over_another_entitys_alias() -> None:
    world = World(aliases=[("meta", "xAI", None)])
    assert names("entity", world)["xai"] == "xai"


@pytest.mark.parametrize(
    ("name", "product"),
    [
        ("gpu", "gpu"),
        ("hopper", "nvidia-hopper"),
        ("h100", "nvidia-h100"),
        ("h-100", "nvidia-h100"),
        ("nvidia h100", "nvidia-h100"),
        ("nvidia-h100-sxm", "nvidia-h100-sxm"),
        ("gb200 nvl72", "nvidia-gb200-nvl72"),
    ],
)
def test_a_product_is_found_by_claim_name_full_name_id_and_alias(name: str, product: str) -> None:
    assert names("product")[name] == product


def ancestors(product: str) -> dict[str, int]:
    built = World().build("reference.product_ancestors")
    return dict(
        built.columns(f"SELECT ancestor_id, steps FROM reference.product_ancestors WHERE product_id = '{product}'")
    )


def test_a_variant_is_kin_to_itself_its_model_its_family_and_the_root() -> None:
    assert ancestors("nvidia-h100-sxm") == {"nvidia-h100-sxm": 0, "nvidia-h100": 1, "nvidia-hopper": 2, "gpu": 3}


def test_a_system_is_kin_to_its_component() -> None:
    assert ancestors("nvidia-gb200-nvl72") == {
        "nvidia-gb200-nvl72": 0,
        "nvidia-gb200": 1,
        "nvidia-blackwell": 2,
        "gpu": 3,
    }


def test_siblings_are_no_kin() -> None:
    assert "nvidia-h200" not in ancestors("nvidia-h100")


def test_days_and_figures_are_typed() -> None:
    built = World().build("reference.control", "reference.products", "reference.exchange_rates")
    held = built.row("SELECT * FROM reference.control WHERE entity_id = 'x-corp'")
    assert (held["controller_id"], held["from_on"], held["to_on"]) == (
        "elon-musk",
        day("2022-10-27"),
        day("2025-03-28"),
    )
    rack = built.row("SELECT * FROM reference.products WHERE product_id = 'nvidia-gb200-nvl72'")
    assert (rack["gpus_per_unit"], rack["h100e"], rack["family_id"]) == (72.0, 2.5, "nvidia-blackwell")
    rate = built.row("SELECT * FROM reference.exchange_rates WHERE currency = 'EUR' AND month = DATE '2024-06-01'")
    assert (rate["month"], rate["usd_per_unit"]) == (date(2024, 6, 1), 1.10)


def test_the_root_is_its_own_family() -> None:
    root = World().build("reference.products").row("SELECT * FROM reference.products WHERE level = 'any'")
    assert root["family_id"] == "gpu"


def test_control_that_ended_and_began_again_is_two_rows() -> None:
    again = ("x-corp", "elon-musk", "controller", "2026-01-01", None)
    world = World(control=[(*row, "a test") for row in (*CONTROL, again)])
    built = world.build("reference.control")
    held = built.columns("SELECT from_on FROM reference.control WHERE entity_id = 'x-corp' ORDER BY from_on")
    assert held == [(date(2022, 10, 27),), (date(2026, 1, 1),)]


def test_the_other_curated_files_come_through_whole() -> None:
    built = World().build(
        *(
            f"reference.{name}"
            for name in ("aliases", "descriptions", "durations", "outlets", "product_aliases", "skus")
        )
    )
    assert built.columns("SELECT alias, needs FROM reference.aliases WHERE entity_id = 'meta'") == [
        ("Facebook", "Instagram|WhatsApp")
    ]
    assert built.columns("FROM reference.descriptions") == [("tesla", "en", "the carmaker")]
    assert built.columns("FROM reference.durations") == [("months", 60.0, 300.0)]
    assert built.columns("SELECT outlet_id, kind FROM reference.outlets") == [("cnbc", "outlet"), ("reuters", "agency")]
    assert built.columns("FROM reference.product_aliases") == [("nvidia-h100", "H-100")]
    assert len(built.rows("reference.skus")) == 3
