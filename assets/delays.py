"""Every promise and its revisions, the slip of every lot, statistics that respect open lots, the cost of waiting."""

from collections.abc import Mapping

import dagster as dg

from pipelines.lineage import Lineage
from pipelines.sql_assets import sql_stage
from pipelines.sql_model import Model


def assets(models: Mapping[str, Model], lineage: Lineage) -> dg.AssetsDefinition:
    """The stage `delays`."""
    return sql_stage("delays", models, lineage)
