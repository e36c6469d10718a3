"""Every statement in one shape: canonical ids, GPU counts, US dollars, whole-day intervals, and both times."""

from collections.abc import Mapping

import dagster as dg

from pipelines.lineage import Lineage
from pipelines.sql_assets import sql_stage
from pipelines.sql_model import Model


def assets(models: Mapping[str, Model], lineage: Lineage) -> dg.AssetsDefinition:
    """The stage `records`."""
    return sql_stage("records", models, lineage)
