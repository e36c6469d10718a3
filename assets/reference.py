"""What people curate, checked as a whole before anything uses it: entities, control, products, rates, durations."""

import logging
from collections.abc import Iterator, Mapping

import dagster as dg

from assets.sources import REFERENCE_FOLDER
from pipelines.lineage import Lineage
from pipelines.reference import load_reference
from pipelines.sql_assets import sql_stage
from pipelines.sql_model import Model
from pipelines.warehouse import Warehouse

log = logging.getLogger("waybill")


def assets(models: Mapping[str, Model], lineage: Lineage) -> dg.AssetsDefinition:
    """The stage `reference`."""
    curated = [name for name, model in models.items() if any(table.startswith("curated.") for table in model.tables)]
    return sql_stage("reference", models, lineage, before=_check, sources=dict.fromkeys(curated, (REFERENCE_FOLDER,)))


def _check(_context: dg.AssetExecutionContext, warehouse: Warehouse) -> Iterator[dg.AssetObservation]:
    folder = warehouse.settings.reference_dir
    reference = load_reference(folder)
    log.info("reference: %d entities, %d products", len(reference.entities), len(reference.products))
    yield dg.AssetObservation(REFERENCE_FOLDER, metadata={"folder": str(folder), "entities": len(reference.entities)})
