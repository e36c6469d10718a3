"""The only place where things are put together: everything that Dagster loads, by `workspace.yaml`."""

from pathlib import Path

import dagster as dg

from assets import (
    allocation,
    claims,
    delays,
    publish,
    quality,
    raw,
    records,
    reference,
    shipments,
    sources,
    supply,
)
from pipelines.lineage import load_lineage
from pipelines.resources import WarehouseResource
from pipelines.schedules import REFRESH, hourly
from pipelines.sensors import failed_runs, new_files
from pipelines.settings import ROOT
from pipelines.sql_model import read_models


def build(sql_folder: Path = ROOT / "sql") -> dg.Definitions:
    """All assets, checks, jobs, schedules and sensors, from the models below `sql_folder`."""
    models = read_models(sql_folder)
    lineage = load_lineage(models)
    stages = [
        stage.assets(models, lineage)
        for stage in (raw, reference, claims, records, shipments, allocation, delays, supply, quality)
    ]
    refresh = dg.define_asset_job(
        REFRESH,
        selection=dg.AssetSelection.all(),
        description="Takes in what is new, reads it, rebuilds all tables, publishes. Nothing new changes nothing.",
    )
    return dg.Definitions(
        assets=[*sources.specs(), *stages, publish.assets(models)],
        jobs=[refresh],
        schedules=[hourly()],
        sensors=[new_files(), failed_runs()],
        resources={"warehouse": WarehouseResource()},
        executor=dg.in_process_executor,
    )


defs = build()
