"""How good what others read is: how well news is read, our figures beside public ones, how often sources were right."""

import logging
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

import dagster as dg

from pipelines.extraction_scores import score_extractor
from pipelines.lineage import Lineage
from pipelines.reference import load_reference
from pipelines.sql_assets import asset_key, sql_stage
from pipelines.sql_model import Model
from pipelines.warehouse import Warehouse

log = logging.getLogger("waybill")

_EXTRACTION = "quality.extraction"


def assets(models: Mapping[str, Model], lineage: Lineage) -> dg.AssetsDefinition:
    """The stage `quality`. The extractor knows the names of the reference, so its score comes after it."""
    names = [asset_key("reference.entities"), asset_key("reference.products")]
    return sql_stage(
        "quality", models, lineage, before=_score, sources={_EXTRACTION: names}, figures={_EXTRACTION: _figures}
    )


def _score(context: dg.AssetExecutionContext, warehouse: Warehouse) -> Iterator[dg.AssetObservation]:
    if asset_key(_EXTRACTION) in context.selected_asset_keys:
        now = datetime.now(UTC).replace(tzinfo=None)
        settings = warehouse.settings
        reference = load_reference(settings.reference_dir)
        items = score_extractor(warehouse.lake, reference, settings.min_confidence, now)
        log.info(
            "extraction: %s", f"{items} items of the test set scored" if items else "this version is scored already"
        )
    yield from ()


def _figures(warehouse: Warehouse) -> dict[str, float]:
    """The latest scores as numbers, of which the UI draws a line over all materializations."""
    query = f"FROM {_EXTRACTION} WHERE is_latest AND event = 'all' ORDER BY language"
    figures: dict[str, float] = {}
    for row in warehouse.rows(query):
        if row["f1"] is not None:
            figures[f"F1 {row['language']}"] = round(row["f1"], 4)
        if row["language"] == "all":
            measures = ("claim_precision", "recall", "certainty", "silence", "entering_precision", "entering_share")
            figures |= {name.replace("_", " "): round(row[name], 4) for name in measures if row[name] is not None}
    return figures
