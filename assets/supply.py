"""What filers and statistics offices say was sold and traded, and what can have been sold at most."""

from collections.abc import Mapping

import dagster as dg

from pipelines.lineage import Lineage
from pipelines.sql_assets import sql_stage
from pipelines.sql_model import Model


def assets(models: Mapping[str, Model], lineage: Lineage) -> dg.AssetsDefinition:
    """The stage `supply`."""
    return sql_stage("supply", models, lineage)
