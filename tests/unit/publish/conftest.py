from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from pipelines.settings import load_settings
from pipelines.sql_model import Model, read_models
from pipelines.warehouse import Warehouse, open_warehouse

AS_OF = date(2024, 9, 1)
SMALL_MODELS = {
    "reference/entities": """\
-- One row per entity. It's known.
SELECT
    ids.entity_id, -- Readable id. {key}
    upper(ids.entity_id) AS name -- Its "full" name. {not null}
FROM (VALUES ('tesla'), ('x-corp')) AS ids (entity_id)
ORDER BY ids.entity_id
""",
    "shipments/lots": """\
-- One row per lot, the largest first.
SELECT
    lots.lot_id, -- The lot. {key}
    lots.parent_lot_id, -- The lot that it was split from. {-> shipments.lots.lot_id}
    lots.to_id, -- Who gets it. {not null, -> reference.entities.entity_id}
    lots.gpus, -- Count, in GPUs.
    lots.status, -- Its state. {not null, one of: open, delivered}
    $as_of::DATE AS seen_on, -- The day.
    [lots.gpus] AS counts -- All counts.
FROM (
    VALUES ('b', NULL, 'x-corp', 12000, 'open'), ('a', 'b', 'tesla', 5000, 'open'), ('c', NULL, 'tesla', NULL, 'open')
) AS lots (lot_id, parent_lot_id, to_id, gpus, status)
ORDER BY lots.gpus DESC NULLS LAST, lots.lot_id
""",
    "shipments/lots_of": """\
-- One row per lot of one entity: the price is not $to_id.
-- macro: to_id VARCHAR
SELECT
    lot_id, -- The lot. {key}
    to_id, -- Who gets it.
    '$to_id' AS said -- Words.
FROM shipments.lots
WHERE to_id = $to_id
ORDER BY to_id, lot_id
""",
}


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[Warehouse]:
    settings = replace(load_settings({"WAYBILL_HOME": str(tmp_path / "home")}), as_of=AS_OF)
    with open_warehouse(settings) as opened:
        yield opened


@pytest.fixture
def build(tmp_path: Path, warehouse: Warehouse) -> Callable[..., dict[str, Model]]:
    """Write SQL files, build their tables in the warehouse, and give the models."""

    def build_models(**changed: str) -> dict[str, Model]:
        files = SMALL_MODELS | {name.replace("__", "/"): text for name, text in changed.items()}
        for name, text in files.items():
            path = tmp_path / "sql" / f"{name}.sql"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        models = read_models(tmp_path / "sql")
        for model in models.values():
            if model.macro_parameter is None:
                warehouse.build(model)
        return models

    return build_models
