"""Who ordered, was given, lost, gained, holds and still awaits what."""

from collections.abc import Mapping

import dagster as dg

from pipelines.lineage import Lineage
from pipelines.sql_assets import sql_stage
from pipelines.sql_model import Model


def assets(models: Mapping[str, Model], lineage: Lineage) -> dg.AssetsDefinition:
    """The stage `allocation`."""
    return sql_stage("allocation", models, lineage)
