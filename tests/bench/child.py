"""What is measured, each in a process of its own: `python -m tests.bench.child world|job|told|rebuild|selects|copy`.

Each makes its tables below WAYBILL_HOME in its own way and writes what it knows as JSON to the file BENCH_RESULT, with
the greatest memory that its process ever had. Seconds are taken from outside, so that starting, loading libraries and
closing the database count.
"""

import json
import os
import resource
import sys
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
from rich.console import Console

from pipelines.arrivals import collect_news, collect_supplier_documents
from pipelines.extraction_scores import score_extractor
from pipelines.handed_claims import collect_claim_documents, read_handed_claims
from pipelines.lake import Lake
from pipelines.public import collect_public, read_figures
from pipelines.publish.pictures.collection import markdown_of
from pipelines.publish.publication import DATABASE, PICTURES, publish_changes
from pipelines.publish.summary import print_summary
from pipelines.reading import read_claims, read_supplier_lines
from pipelines.reference import load_reference
from pipelines.settings import Settings, load_settings
from pipelines.sql_model import read_models
from pipelines.warehouse import open_warehouse
from tests.bench.worlds import write_world

Found = dict[str, Any]


def main() -> int:
    """Do what the argument names; give the exit code."""
    found = KINDS[sys.argv[1]](load_settings())
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    Path(os.environ["BENCH_RESULT"]).write_text(
        json.dumps({"peak_bytes": peak, "processor": time.process_time(), **found}), encoding="utf-8"
    )
    return 0


def world(settings: Settings) -> Found:
    """The lake that everything is built from, this extractor's score on the test set included; not measured."""
    write_world(settings.lake, settings.reference_dir, int(os.environ["BENCH_RECORDS"]))
    reference, now = load_reference(settings.reference_dir), datetime.now(UTC).replace(tzinfo=None)
    score_extractor(Lake(settings.lake), reference, settings.min_confidence, now)
    return {}


def job(settings: Settings) -> Found:
    """The whole rebuild as `make run` does it: the Dagster job in this process, checks and publication included."""
    from pipelines import run

    if run.main():
        raise SystemExit("the run failed; its messages stand above")
    return {"warehouse_bytes": settings.warehouse.stat().st_size}


def told(settings: Settings) -> Found:
    """What Dagster kept of that job: seconds of each stage and table; not measured."""
    from pipelines.instance import prepare

    prepare(settings)
    import dagster as dg

    models: dict[str, dict[str, float]] = {}
    with dg.DagsterInstance.get() as instance:
        (run,) = instance.get_runs(limit=1)
        steps = instance.get_run_step_stats(run.run_id)
        made = instance.get_records_for_run(run.run_id, of_type=dg.DagsterEventType.ASSET_MATERIALIZATION).records
    for record in made:
        asset = record.asset_materialization
        if asset and "seconds to build" in asset.metadata:
            names = {"rows": "dagster/row_count", "build": "seconds to build", "check": "seconds to check"}
            figures = {key: float(str(asset.metadata[name].value)) for key, name in names.items()}
            models[".".join(asset.asset_key.path)] = figures
    stages = {step.step_key.split("__")[0]: (step.end_time or 0.0) - (step.start_time or 0.0) for step in steps}
    return {"stages": stages, "models": models}


def rebuild(settings: Settings) -> Found:
    """All that the job does but Dagster: looks for what is new, builds, checks, draws, publishes, sums up.

    What the UI alone shows of a table, its first rows and the types of its columns, is left to Dagster's part.
    """
    models = read_models(settings.sql_dir)
    now = datetime.now(UTC).replace(tzinfo=None)
    with open_warehouse(settings) as warehouse:
        lake = warehouse.lake
        collect_news(settings, lake, now)
        collect_claim_documents(settings, lake, now)
        collect_supplier_documents(settings, lake, now)
        collect_public(settings, lake, now)
        reference = load_reference(settings.reference_dir)
        read_claims(lake, reference, now)
        read_handed_claims(lake, now)
        read_supplier_lines(settings, lake, reference, now)
        read_figures(settings, lake, reference, now)
        score_extractor(lake, reference, settings.min_confidence, now)
        warehouse.look_outside()
        pictures = settings.home / PICTURES
        for model in models.values():
            if not model.macro_parameter:
                if warehouse.build(model).blocked:
                    raise SystemExit(f"{model.table}: a check failed")
                markdown_of(model.table, warehouse.connection, settings.as_of, pictures)
        published = publish_changes(warehouse, models, published_at=datetime.now(UTC), run_id="bench")
    with duckdb.connect(str(published.folder / DATABASE), read_only=True) as connection:
        markdown_of("publish.publication", connection, settings.as_of, pictures)
    print_summary(settings.published, Console())
    return {}


def selects(settings: Settings) -> Found:
    """The same SELECTs by a bare script: no Dagster, no checks, no publication."""
    with open_warehouse(settings) as warehouse:
        warehouse.look_outside()
        for model in read_models(settings.sql_dir).values():
            if not model.macro_parameter:
                warehouse.create(model)
    return {}


def copy(settings: Settings) -> Found:
    """DuckDB copying the same tables, out of the published file into a new one."""
    published = os.environ["BENCH_PUBLISHED"].replace("'", "''")
    with open_warehouse(settings) as warehouse:
        connection = warehouse.connection
        connection.execute(f"ATTACH '{published}' AS published (READ_ONLY)")
        tables = warehouse.rows(
            "SELECT schema_name, table_name FROM duckdb_tables() WHERE database_name = 'published' ORDER BY ALL"
        )
        for table in tables:
            name = f"{table['schema_name']}.{table['table_name']}"
            connection.execute(f"CREATE SCHEMA IF NOT EXISTS {table['schema_name']}")
            connection.execute(f"CREATE TABLE {name} AS FROM published.{name}")
        records = warehouse.count("records.shipment_records")
    return {"tables": len(tables), "records": records, "duckdb": duckdb.__version__}


KINDS: Mapping[str, Callable[[Settings], Found]] = {
    "world": world, "job": job, "told": told, "rebuild": rebuild, "selects": selects, "copy": copy,
}  # fmt: skip

if __name__ == "__main__":
    sys.exit(main())
