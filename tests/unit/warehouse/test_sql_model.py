"""A SQL file as a model: what it says is kept, and what it leaves unsaid is refused with file, place and remedy."""

from pathlib import Path

import pytest

from pipelines.settings import ROOT
from pipelines.sql_model import InvalidModel, column_sources, read_model, read_models

LOTS = """\
-- One row per lot: what was ordered,
-- and by whom.
-- check counted: gpus >= 0.
-- warn small: gpus < 100
WITH big AS (
    -- Not a column.
    SELECT orders.lot_id, orders.gpus, orders.buyer, orders.state FROM raw.orders AS orders
)

SELECT
    big.lot_id, -- The lot. {key}
    big.gpus * 2 AS gpus, -- Its units, in GPUs. {not null}
    big.buyer AS buyer_id, -- Who ordered. {not null, -> reference.entities.entity_id}
    big.state -- Where it stands {so to say}. {one of: open, it's done}
FROM big
WHERE big.gpus > $least
ORDER BY big.lot_id
"""


def write(folder: Path, table: str, text: str) -> Path:
    schema, name = table.split(".")
    path = folder / schema / f"{name}.sql"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_a_model_is_what_its_file_says(tmp_path: Path) -> None:
    model = read_model(write(tmp_path, "shipments.lots", LOTS))
    assert (model.table, model.schema, model.name) == ("shipments.lots", "shipments", "lots")
    assert model.description == "One row per lot: what was ordered, and by whom."
    assert model.grain == ("lot_id",)
    assert model.tables == {"raw.orders"}
    assert model.parameters == {"least"}
    assert model.dependencies == {"raw.orders", "reference.entities"}
    lot, gpus, buyer, state = model.columns
    assert (lot.name, lot.description, lot.key, lot.not_null) == ("lot_id", "The lot.", True, True)
    assert (gpus.name, gpus.description, gpus.key, gpus.not_null) == ("gpus", "Its units, in GPUs.", False, True)
    assert (buyer.not_null, buyer.reference) == (True, ("reference.entities", "entity_id"))
    assert (state.description, state.one_of) == ("Where it stands {so to say}.", ("open", "it's done"))


def test_constraints_become_checks_and_only_warnings_do_not_block(tmp_path: Path) -> None:
    model = read_model(write(tmp_path, "shipments.lots", LOTS))
    assert {check.name: check.blocking for check in model.checks} == {
        "key_is_unique": True,
        "required_columns_are_filled": True,
        "buyer_id_resolves": True,
        "state_is_known": True,
        "counted": True,
        "small": False,
    }
    queries = {check.name: check.violations for check in model.checks}
    assert "'it''s done'" in queries["state_is_known"]
    assert "NOT coalesce((gpus >= 0), false)" in queries["counted"]


def test_a_macro_says_its_parameter(tmp_path: Path) -> None:
    text = "-- One row per record.\n-- macro: lot VARCHAR\nSELECT a.x -- It. {key}\nFROM raw.a AS a WHERE a.x = $lot"
    model = read_model(write(tmp_path, "shipments.evidence", text))
    assert (model.macro_parameter, model.parameters) == (("lot", "VARCHAR"), {"lot"})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("SELECT a.x -- It.\nFROM raw.a AS a", "must say the grain"),
        ("-- All of them.\nSELECT a.x -- It.\nFROM raw.a AS a", "must say the grain"),
        ("-- One row per x.\nSELECT a.x\nFROM raw.a AS a", "column x has no comment"),
        ("-- One row per x.\nSELECT a.x -- {key}\nFROM raw.a AS a", "column x has no comment"),
        ("-- One row per x.\nSELECT * -- All.\nFROM raw.a AS a", "without a name"),
        ("-- One row per x.\nSELECT a.x + 1 -- More.\nFROM raw.a AS a", "without a name"),
        ("-- One row per x.\nSELECT a.x -- It. {unique}\nFROM raw.a AS a", "'unique' is no constraint"),
        ("-- One row per x.\nSELECT a.x -- It. {-> entities.id}\nFROM raw.a AS a", "is no constraint"),
        ("-- One row per x.\nSELECT a.x -- It.\nFROM a", "name the schema of a"),
        ("-- One row per x.\nSELECT a.x -- It.\nFROM raw.a AS a; SELECT 1", "holds 2 statements"),
        ("-- One row per x.\nDROP TABLE raw.a", "must hold one SELECT"),
        ("-- One row per x.\nSELECT FROM WHERE", "not readable as SQL"),
        ("-- One row per x.", "holds 0 statements"),
    ],
)
def test_what_is_no_whole_model_is_refused_with_its_file(tmp_path: Path, text: str, said: str) -> None:
    path = write(tmp_path, "raw.broken", text)
    with pytest.raises(InvalidModel, match=said) as refused:
        read_model(path)
    assert str(path) in str(refused.value)


def chained(reads: str) -> str:
    return f"-- One row per x.\nSELECT t.x -- It. {{key}}\nFROM {reads} AS t\nORDER BY t.x"


def test_models_stand_after_those_that_they_read_or_look_into(tmp_path: Path) -> None:
    write(tmp_path, "a.last", chained("b.middle"))
    write(tmp_path, "b.middle", chained("lake.things").replace("{key}", "{key, -> c.first.x}"))
    write(tmp_path, "c.first", chained("lake.things"))
    assert list(read_models(tmp_path)) == ["c.first", "b.middle", "a.last"]


def test_a_circle_is_refused(tmp_path: Path) -> None:
    write(tmp_path, "a.one", chained("b.other"))
    write(tmp_path, "b.other", chained("a.one"))
    with pytest.raises(InvalidModel, match=r"need each other: .*a\.one"):
        read_models(tmp_path)


def test_a_model_may_refer_to_itself(tmp_path: Path) -> None:
    write(tmp_path, "a.tree", chained("lake.things").replace("{key}", "{key, -> a.tree.x}"))
    assert list(read_models(tmp_path)) == ["a.tree"]


def test_columns_lead_to_what_they_are_made_from(tmp_path: Path) -> None:
    model = read_model(write(tmp_path, "shipments.lots", LOTS))
    sources = column_sources(model, {"raw.orders": ["lot_id", "gpus", "buyer", "state"]})
    assert sources["gpus"] == (("raw.orders", "gpus"),)
    assert sources["buyer_id"] == (("raw.orders", "buyer"),)


def test_every_model_of_the_project_reads_and_says_its_grain() -> None:
    models = read_models(ROOT / "sql")
    files = {f"{path.parent.name}.{path.stem}" for path in (ROOT / "sql").glob("*/*.sql")}
    assert models.keys() == files
    assert [name for name, model in models.items() if not model.grain] == []
