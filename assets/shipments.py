"""The lots that the records are about: which record belongs to which lot and why, their lives, conflicts and swaps."""

from collections.abc import Mapping

import dagster as dg

from pipelines.lineage import Lineage
from pipelines.sql_assets import sql_stage
from pipelines.sql_model import Model


def assets(models: Mapping[str, Model], lineage: Lineage) -> dg.AssetsDefinition:
    """The stage `shipments`."""
    return sql_stage("shipments", models, lineage)
