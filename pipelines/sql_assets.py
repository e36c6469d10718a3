"""SQL models as Dagster assets: one stage is one step that builds its tables in order; each table is an asset.

From a model come the asset's description, columns, links to what they are made from, dependencies and checks. What the
tables are stands in `sql`, how they are built in `pipelines.warehouse`.
"""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import dagster as dg

from pipelines.lineage import Lineage
from pipelines.progress import Progress
from pipelines.publish.pictures.collection import markdown_of
from pipelines.resources import WarehouseResource
from pipelines.sql_model import Check, Column, Model
from pipelines.warehouse import Built, CheckResult, Warehouse

log = logging.getLogger("waybill")
OWNER = "team:ledger"
_SAMPLE_ROWS = 5
_SAMPLE_CHARACTERS = 60
StageResult = dg.MaterializeResult[Any] | dg.AssetCheckResult | dg.AssetObservation
Before = Callable[[dg.AssetExecutionContext, Warehouse], Iterator[dg.AssetObservation]]
Figures = Callable[[Warehouse], Mapping[str, float]]


def asset_key(table: str) -> dg.AssetKey:
    """`schema.table` as the asset key `schema/table`."""
    return dg.AssetKey(table.split("."))


def sql_stage(
    stage: str,
    models: Mapping[str, Model],
    lineage: Lineage,
    *,
    before: Before | None = None,
    sources: Mapping[str, Sequence[dg.AssetKey]] | None = None,
    freshness: timedelta | None = None,
    kinds: frozenset[str] = frozenset({"duckdb", "sql"}),
    figures: Mapping[str, Figures] | None = None,
) -> dg.AssetsDefinition:
    """The assets of one stage, from the models of that schema.

    `before` runs first and fills the lake, `sources` names what it reads by table, `freshness` is how old a table may
    be before the UI shows it as stale. `figures` gives numbers of a built table by table, which the UI plots over time.
    """
    tables = {name: model for name, model in models.items() if model.schema == stage and not model.macro_parameter}
    columns = {
        name: [_table_column(column, lineage.get(name, {}).get(column.name, ()), models) for column in model.columns]
        for name, model in tables.items()
    }
    specs = [
        _spec(model, models, columns[name], lineage.get(name, {}), (sources or {}).get(name, ()), freshness, kinds)
        for name, model in tables.items()
    ]

    @dg.multi_asset(
        name=stage,
        specs=specs,
        check_specs=[spec for model in tables.values() for spec in _check_specs(model)],
        can_subset=True,
    )
    def build(context: dg.AssetExecutionContext, warehouse: WarehouseResource) -> Iterator[StageResult]:
        opened = warehouse.open
        if before:
            yield from before(context, opened)
        opened.look_outside()
        chosen = [model for name, model in tables.items() if asset_key(name) in context.selected_asset_keys]
        progress = Progress(f"building {stage}", len(chosen), "tables")
        for model in chosen:
            yield from _build(context, opened, model, columns[model.table], (figures or {}).get(model.table))
            progress.advance()
        for model in tables.values():
            if model not in chosen:
                yield from (_check_result(model, opened.run_check(check)) for check in _asked(context, model))
        log.info("%s: %d tables, %s rows", stage, len(chosen), f"{sum(opened.count(m.table) for m in chosen):,}")

    return build


def _build(
    context: dg.AssetExecutionContext,
    warehouse: Warehouse,
    model: Model,
    columns: Sequence[dg.TableColumn],
    figures: Figures | None,
) -> Iterator[StageResult]:
    built = warehouse.build(model)
    asked = _asked(context, model)
    chosen = [_check_result(model, result) for result in built.checks if result.check in asked]
    if built.blocked:
        yield from chosen
        failed = [result for result in built.checks if result.check.blocking and not result.passed]
        lines = [f"{result.check.name}: {result.violations} rows, as {result.examples[0]}" for result in failed]
        raise dg.Failure(f"{model.table} keeps its former rows, since checks failed: " + "; ".join(lines))
    metadata = _metadata(warehouse, model, built, columns) | (dict(figures(warehouse)) if figures else {})
    yield dg.MaterializeResult(asset_key(model.table), metadata=metadata)
    yield from chosen


def _asked(context: dg.AssetExecutionContext, model: Model) -> list[Check]:
    """The checks of `model` that this run shall make; the UI can ask for them without their table."""
    keys = context.selected_asset_check_keys
    return [check for check in model.checks if dg.AssetCheckKey(asset_key(model.table), check.name) in keys]


def _spec(
    model: Model,
    models: Mapping[str, Model],
    columns: Sequence[dg.TableColumn],
    sources: Mapping[str, tuple[tuple[str, str], ...]],
    outside: Sequence[dg.AssetKey],
    freshness: timedelta | None,
    kinds: frozenset[str],
) -> dg.AssetSpec:
    upstream = sorted(model.dependencies & models.keys())
    links = ", ".join(f"[{table}](/assets/{table.replace('.', '/')})" for table in upstream)
    made_from = f"\n\nMade from {links}." if links else ""
    column_lineage = {
        name: [dg.TableColumnDep(asset_key(table), column) for table, column in found if table in models]
        for name, found in sources.items()
    }
    return dg.AssetSpec(
        asset_key(model.table),
        deps=[*(asset_key(table) for table in upstream), *outside],
        description=f"{model.description}{made_from}\n\n```sql\n{_statement(model)}\n```",
        group_name=model.schema,
        owners=[OWNER],
        kinds=set(kinds),
        metadata={
            "dagster/column_schema": dg.TableSchema(columns),
            "dagster/column_lineage": dg.TableColumnLineage(column_lineage),
            "dagster/table_name": model.table,
        },
        freshness_policy=dg.FreshnessPolicy.time_window(fail_window=freshness) if freshness else None,
    )


def _statement(model: Model) -> str:
    lines = model.written.splitlines()
    return "\n".join(line for line in lines if not line.startswith("--")).strip()


def _table_column(column: Column, sources: tuple[tuple[str, str], ...], models: Mapping[str, Model]) -> dg.TableColumn:
    links = [f"[{table}.{name}](/assets/{table.replace('.', '/')})" for table, name in sources if table in models]
    description = column.description + (f" From {', '.join(links)}." if links else "")
    other = []
    if column.reference:
        other.append(f"in {column.reference[0]}")
    if column.one_of:
        other.append(f"one of {', '.join(column.one_of)}")
    return dg.TableColumn(
        column.name,
        type="?",  # Known once the table is built.
        description=description,
        constraints=dg.TableColumnConstraints(nullable=not column.not_null, unique=False, other=other),
        tags={"key": ""} if column.key else {},
    )


def _typed(column: dg.TableColumn, kind: str) -> dg.TableColumn:
    return dg.TableColumn(
        column.name, type=kind, description=column.description, constraints=column.constraints, tags=column.tags
    )


def _check_specs(model: Model) -> Iterator[dg.AssetCheckSpec]:
    for check in model.checks:
        yield dg.AssetCheckSpec(
            check.name, asset=asset_key(model.table), description=check.description, blocking=check.blocking
        )


def _check_result(model: Model, result: CheckResult) -> dg.AssetCheckResult:
    metadata: dict[str, Any] = {"rows that break it": result.violations}
    if result.examples:
        metadata["for example"] = dg.MetadataValue.md(_markdown(result.examples))
    return dg.AssetCheckResult(
        passed=result.passed,
        asset_key=asset_key(model.table),
        check_name=result.check.name,
        severity=dg.AssetCheckSeverity.ERROR if result.check.blocking else dg.AssetCheckSeverity.WARN,
        metadata=metadata,
    )


def _metadata(warehouse: Warehouse, model: Model, built: Built, columns: Sequence[dg.TableColumn]) -> dict[str, Any]:
    types = {row["column_name"]: row["column_type"] for row in warehouse.rows(f"DESCRIBE {model.table}")}
    schema = dg.TableSchema([_typed(column, types[column.name]) for column in columns])
    sample = warehouse.rows(f"FROM {model.table} LIMIT {_SAMPLE_ROWS}")
    metadata: dict[str, Any] = {
        "dagster/row_count": built.rows,
        "dagster/column_schema": schema,
        "seconds to build": round(built.build_seconds, 3),
        "seconds to check": round(built.check_seconds, 3),
    }
    if sample:
        metadata["sample"] = dg.MetadataValue.md(_markdown(sample))
    settings = warehouse.settings
    picture = markdown_of(model.table, warehouse.connection, settings.as_of, settings.home / "pictures")
    if picture:
        metadata["picture"] = dg.MetadataValue.md(picture)
    return metadata


def _markdown(rows: Sequence[Mapping[str, Any]]) -> str:
    names = list(rows[0])
    lines = [f"| {' | '.join(names)} |", f"|{' --- |' * len(names)}"]
    lines += [f"| {' | '.join(_cell(row[name]) for name in names)} |" for row in rows]
    return "\n".join(lines)


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = value.isoformat(sep=" ", timespec="seconds") if isinstance(value, datetime) else str(value)
    text = " ".join(text.split())
    if len(text) > _SAMPLE_CHARACTERS:
        text = text[: _SAMPLE_CHARACTERS - 1] + "…"
    for character in ("\\", "|", "<", ">", "`", "*", "_", "[", "]"):
        text = text.replace(character, {"<": "&lt;", ">": "&gt;"}.get(character, "\\" + character))
    return text
