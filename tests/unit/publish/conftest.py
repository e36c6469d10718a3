import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from pipelines.publish.publication import publish
from pipelines.settings import load_settings
from pipelines.sql_model import Model, read_models
from pipelines.warehouse import Warehouse, open_warehouse
from tests.unit.publish.story import tell

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


def build_all(warehouse: Warehouse) -> dict[str, Model]:
    """Build every table of the real models, and give the models."""
    models = read_models(warehouse.settings.sql_dir)
    warehouse.look_outside()
    for model in models.values():
        if model.macro_parameter is None:
            assert not warehouse.build(model).blocked, model.table
    return models


def _publish_all(home: Path, *, told: bool) -> Path:
    settings = replace(load_settings({"WAYBILL_HOME": str(home)}), as_of=AS_OF)
    with open_warehouse(settings) as warehouse:
        if told:
            tell(warehouse.lake)
        models = build_all(warehouse)
        publish(warehouse, models, published_at=datetime(2024, 9, 1, 12, 30, tzinfo=UTC), run_id="run-1")
    return settings.published


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The story of `tests.unit.publish.story`, built by the real models and published."""
    return _publish_all(tmp_path_factory.mktemp("told"), told=True)


@pytest.fixture(scope="session")
def published_empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty lake, built by the real models and published."""
    return _publish_all(tmp_path_factory.mktemp("empty"), told=False)


@pytest.fixture
def told(published: Path, tmp_path: Path) -> Iterator[Warehouse]:
    """A copy of the warehouse behind `published`, of which nothing was published yet."""
    home = tmp_path / "told"
    shutil.copytree(published.parent, home, ignore=shutil.ignore_patterns("publications", "published", "*.lock"))
    settings = replace(load_settings({"WAYBILL_HOME": str(home)}), as_of=AS_OF)
    with open_warehouse(settings) as opened:
        opened.look_outside()
        yield opened


@pytest.fixture(scope="session")
def models() -> dict[str, Model]:
    """The real models."""
    return read_models(load_settings({}).sql_dir)
