"""What a supplier and the news say of one lot, side by side, and which sources were right."""

from datetime import date

import pytest
from world import World


@pytest.fixture
def world() -> World:
    return World()


def both(world: World, *, gpus: float = 1_000, told: str = "2024-06-20", due: str | None = None) -> None:
    world.line(quantity=1_000, ordered="2024-06-01", promised="2024-12-01", dated="2024-06-10")
    item = world.item("CNBC", published=told)
    world.claim("order", item=item, to="Tesla", supplier="Northwind", gpus=gpus, promised=due)


def test_a_lot_that_only_one_side_knows_is_not_reconciled(world: World) -> None:
    world.line(quantity=1_000, ordered="2024-06-01", promised="2024-12-01")
    assert world.build("shipments.reconciliation").rows("shipments.reconciliation") == []


def test_the_two_stand_side_by_side(world: World) -> None:
    both(world, gpus=1_050, due="2025-01-01..2025-03-31")
    row = world.build("shipments.reconciliation").row("shipments.reconciliation")
    assert (row["supplier_gpus_best"], row["news_gpus_best"], row["gpus_difference"]) == (1_000, 1_050, 50)
    assert (row["supplier_to_id"], row["news_to_id"], row["same_recipient"]) == ("tesla", "tesla", True)
    assert (row["supplier_due_end"], row["news_due_start"]) == (date(2024, 12, 1), date(2025, 1, 1))
    assert row["due_days_difference"] == 31
    assert (row["first_kind"], row["days_ahead"]) == ("supplier", 10)


@pytest.mark.parametrize(("told", "first", "days"), [("2024-06-03", "news", 7), ("2024-06-10", "same day", 0)])
def test_who_was_first(world: World, told: str, first: str, days: int) -> None:
    both(world, told=told)
    row = world.build("shipments.reconciliation").row("shipments.reconciliation")
    assert (row["first_kind"], row["days_ahead"]) == (first, days)


def test_days_within_the_news_interval_do_not_differ(world: World) -> None:
    both(world, due="2024-10-01..2024-12-31")
    assert world.build("shipments.reconciliation").row("shipments.reconciliation")["due_days_difference"] == 0


def test_a_source_that_was_first_and_right_is_credited_with_its_lead(world: World) -> None:
    both(world, told="2024-06-03")
    built = world.build("quality.sources")
    news = built.row("FROM quality.sources WHERE origin_id = 'cnbc'")
    assert (news["statements"], news["confirmed"], news["contradicted"], news["still_open"]) == (2, 2, 0, 0)
    assert (news["confirmed_share"], news["median_lead_days"]) == (1.0, 7.0)
    supplier = built.row("FROM quality.sources WHERE source_kind = 'supplier'")
    assert (supplier["confirmed"], supplier["still_open"], supplier["median_lead_days"]) == (0, 3, None)


def test_a_count_that_a_later_origin_contradicts_is_no_merit(world: World) -> None:
    both(world, gpus=1_120, told="2024-06-03")
    rows = world.build("quality.statements").columns(
        "SELECT field, verdict FROM quality.statements WHERE origin_id = 'cnbc' ORDER BY field"
    )
    assert rows == [("count", "contradicted"), ("happened", "confirmed")]


def test_what_an_origin_repeats_confirms_nothing(world: World) -> None:
    both(world, told="2024-06-20")
    world.claim("order", item=world.item("CNBC", published="2024-08-01"), to="Tesla", supplier="Northwind", gpus=1_000)
    row = world.build("quality.sources").row("FROM quality.sources WHERE origin_id = 'cnbc'")
    assert (row["confirmed"], row["contradicted"], row["still_open"]) == (0, 0, 2)
