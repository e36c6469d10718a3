"""How good what others read is: our figures beside public ones, and how often sources were right."""

from collections.abc import Mapping

import dagster as dg

from pipelines.lineage import Lineage
from pipelines.sql_assets import sql_stage
from pipelines.sql_model import Model


def assets(models: Mapping[str, Model], lineage: Lineage) -> dg.AssetsDefinition:
    """The stage `quality`."""
    return sql_stage("quality", models, lineage)
