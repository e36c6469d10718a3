"""What others read: the DuckDB file, Parquet, the data package and the report, swapped in whole."""

import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import dagster as dg
import duckdb

from pipelines.publish.pictures.collection import markdown_of
from pipelines.publish.publication import DATABASE, PICTURES, publish_changes
from pipelines.resources import WarehouseResource
from pipelines.settings import Settings
from pipelines.sql_assets import OWNER, asset_key
from pipelines.sql_model import Model

log = logging.getLogger("waybill")


def assets(models: Mapping[str, Model]) -> dg.AssetsDefinition:
    """The stage `publish`: one asset, since nothing of it is ever published without the rest."""
    tables = [name for name, model in models.items() if not model.macro_parameter]

    @dg.asset(
        key=["publish", "publication"],
        group_name="publish",
        owners=[OWNER],
        kinds={"duckdb", "parquet", "html"},
        deps=[asset_key(name) for name in tables],
        description=(
            "Everything that others read, below `published/`: `waybill.duckdb` (read-only, all tables, comments and "
            "macros), one Parquet file a table, `datapackage.json`, `report.html`. Built beside and swapped in whole, "
            "and only where something changed."
        ),
    )
    def publication(context: dg.AssetExecutionContext, warehouse: WarehouseResource) -> dg.MaterializeResult[Any]:
        opened = warehouse.open
        made = publish_changes(opened, models, published_at=datetime.now(UTC), run_id=context.run.run_id)
        done = "all stand unchanged" if made.kept else "published anew"
        log.info("publish: %d tables in %s, %s", len(made.tables), opened.settings.published, done)
        return dg.MaterializeResult(
            metadata={
                "picture": dg.MetadataValue.md(_picture(opened.settings)),
                "folder": dg.MetadataValue.path(str(opened.settings.published)),
                "report": dg.MetadataValue.path(str(opened.settings.published / "report.html")),
                "rows": dg.MetadataValue.md(_counts(made.tables)),
                "dagster/row_count": sum(made.tables.values()),
            }
        )

    return publication


def _picture(settings: Settings) -> str:
    with duckdb.connect(str(settings.published / DATABASE), read_only=True) as connection:
        return markdown_of("publish.publication", connection, settings.as_of, settings.home / PICTURES) or ""


def _counts(tables: Mapping[str, int]) -> str:
    lines = ["| table | rows |", "| --- | ---: |"]
    return "\n".join(lines + [f"| {name.replace('_', chr(92) + '_')} | {rows:,} |" for name, rows in tables.items()])
