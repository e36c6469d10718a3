from collections.abc import Callable
from dataclasses import replace

import pytest

from pipelines.publish.dictionary import PAGE, STAGES, dictionary
from pipelines.settings import ROOT
from pipelines.sql_model import Model, read_models

Build = Callable[..., dict[str, Model]]


def test_the_page_in_docs_is_the_one_that_the_sql_files_make() -> None:
    written = PAGE.read_text(encoding="utf-8")
    assert written == dictionary(read_models(ROOT / "sql")), "run: python -m pipelines.publish.dictionary"


def test_a_table_is_described_with_its_columns_and_constraints(build: Build) -> None:
    page = dictionary(build())
    section = page[page.index("### shipments.lots\n") :]
    assert section.startswith("""\
### shipments.lots

One row per lot, the largest first.

Key: `lot_id`.

As known on a day: `FROM shipments.lots_as_known(DATE '2024-06-30')`.

| column | what it holds | constraints |
|---|---|---|
| `lot_id` | The lot. | key |
| `parent_lot_id` | The lot that it was split from. | refers to [`shipments.lots.lot_id`](#shipmentslots) |
| `to_id` | Who gets it. | never empty; refers to [`reference.entities.entity_id`](#referenceentities) |
| `gpus` | Count, in GPUs. |  |
| `status` | Its state. | never empty; one of `open`, `delivered` |
""")


def test_stages_stand_in_the_order_of_the_way_of_the_data(build: Build) -> None:
    headings = [line.removeprefix("## ") for line in dictionary(build()).splitlines() if line.startswith("## ")]
    assert headings == ["reference", "shipments", "publish"]
    assert headings == [stage for stage in STAGES if stage in headings]


def test_a_macro_is_shown_as_it_is_called_and_linked(build: Build) -> None:
    page = dictionary(build())
    assert "### shipments.lots_of(asked_to_id VARCHAR)" in page
    assert "[lots_of](#shipmentslots_ofasked_to_id-varchar)" in page


def test_checks_are_listed_and_bars_do_not_break_the_table(build: Build) -> None:
    page = dictionary(
        build(
            shipments__pairs="""\
-- One row per pair.
-- check a_stands_before_b: a < b
-- warn a_is_short: length(a) < 9
SELECT
    'a' AS a, -- One side, written a|b. {key}
    'b' AS b -- The other.
"""
        )
    )
    assert "| `a` | One side, written a\\|b. | key |" in page
    assert "Holds for every row:\n\n- a stands before b: `a < b`" in page
    assert "Warns of rows for which this does not hold:\n\n- a is short: `length(a) < 9`" in page


def test_a_folder_that_is_no_stage_is_named(build: Build) -> None:
    models = build()
    models["attic.things"] = replace(models["shipments.lots"], schema="attic", name="things")
    with pytest.raises(ValueError, match="no stage: attic"):
        dictionary(models)
