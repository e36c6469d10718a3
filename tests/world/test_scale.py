"""Worlds of a size: as many records as asked, in the lake's layout, each tile with parties and words of its own."""

from pathlib import Path

import pytest

from pipelines.reference import load_reference
from tests.world.build import build_home
from tests.world.conservation import imbalances
from tests.world.scale import write_world


@pytest.mark.parametrize("records", [10, 600, 8_000])
def test_a_world_has_about_as_many_records_as_asked(tmp_path: Path, records: int) -> None:
    size = write_world(tmp_path / "lake", tmp_path / "reference", records)
    built = build_home(tmp_path, tmp_path / "reference", wanted=("records.shipment_records", "claims.wire_groups"))
    (found,) = built.rows("SELECT count(*) AS records FROM records.shipment_records")
    assert found["records"] == size.records
    assert size.records == pytest.approx(records, rel=0.1, abs=25)


def test_tiles_share_neither_parties_nor_orders_nor_words(tmp_path: Path) -> None:
    write_world(tmp_path / "lake", tmp_path / "reference", 20_000)
    assert len(load_reference(tmp_path / "reference").entities) > 400
    built = build_home(tmp_path, tmp_path / "reference", wanted=("records.entities", "claims.wire_groups"))
    (quotes,) = built.rows("""
        SELECT
            count(*) AS claims,
            count(*) FILTER (items.text[claims.quote_start + 1 : claims.quote_end] = claims.quote) AS placed
        FROM claims.news_claims AS claims INNER JOIN raw.news_items AS items ON claims.item_id = items.item_id
    """)
    assert quotes["claims"] == quotes["placed"] > 5_000
    (copied,) = built.rows("""
        SELECT count(*) FILTER (left(item_id, 4) <> left(root_item_id, 4)) AS elsewhere,
            count(*) FILTER (item_id <> root_item_id) / count(*) AS share
        FROM claims.wire_groups
    """)
    assert copied["elsewhere"] == 0
    assert copied["share"] == pytest.approx(0.4, abs=0.02)
    assert built.rows("FROM records.entities WHERE NOT curated") == []


@pytest.mark.worlds
def test_units_are_conserved_in_a_big_world(tmp_path: Path) -> None:
    write_world(tmp_path / "lake", tmp_path / "reference", 100_000)
    assert imbalances(build_home(tmp_path, tmp_path / "reference")) == []
