"""The published tables as Parquet files with a description that programs read: a Frictionless Data Package.

https://specs.frictionlessdata.io/data-package/. Everything said there comes from the models and from the files.
"""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb

from pipelines.publish.database import MEMORY, RunFacts
from pipelines.sql_model import Column, Model

_TYPES = {
    "VARCHAR": "string",
    "JSON": "object",
    "BOOLEAN": "boolean",
    "TINYINT": "integer",
    "SMALLINT": "integer",
    "INTEGER": "integer",
    "BIGINT": "integer",
    "UTINYINT": "integer",
    "USMALLINT": "integer",
    "UINTEGER": "integer",
    "UBIGINT": "integer",
    "FLOAT": "number",
    "DOUBLE": "number",
    "DATE": "date",
    "TIME": "time",
    "TIMESTAMP": "datetime",
    "TIMESTAMP WITH TIME ZONE": "datetime",
}
RIGHTS = (
    "Figures and their derivation may be used freely with a reference to Waybill and to the sources. Texts and quotes "
    "in raw, claims and shipments belong to their publishers, who stand beside each of them, and supplier lines to "
    "those who sent them; they are there as evidence."
)
SOURCES = (
    {"title": "News items: the publisher and address of each stand in raw.news_items"},
    {"title": "Supplier documents: each stands in raw.supplier_documents"},
    {"title": "Curated reference data: the source of each row or file stands in the reference tables"},
)


def write_package(database: Path, models: Mapping[str, Model], folder: Path, facts: RunFacts) -> list[Path]:
    """Write each table of the published file `database` to `folder` as `schema.table.parquet`, and datapackage.json.

    `models` are the published models; macros are left out, since a file cannot hold them. Gives the files written.
    """
    tables = {name: model for name, model in models.items() if model.macro_parameter is None}
    resources, files = [], []
    with duckdb.connect(str(database), read_only=True, config={"memory_limit": MEMORY}) as connection:
        for name, model in tables.items():
            path = folder / f"{name}.parquet"
            target = "'" + str(path).replace("'", "''") + "'"
            connection.execute(f"COPY {name} TO {target} (FORMAT parquet, COMPRESSION zstd)")
            kinds = {row[0]: row[1] for row in connection.execute(f"DESCRIBE FROM {target}").fetchall()}
            (rows,) = connection.execute(f"SELECT count(*) FROM {target}").fetchone() or (0,)
            resources.append(_resource(model, tables, path, kinds, rows))
            files.append(path)
    package = {
        "profile": "data-package",
        "name": "waybill",
        "title": "Waybill: who was to get which AI accelerators, who got them instead, and how late",
        "description": f"As of {facts.as_of}. {RIGHTS}",
        "created": f"{facts.published_at_utc.isoformat(timespec='seconds')}Z",
        "sources": list(SOURCES),
        "resources": resources,
    }
    described = folder / "datapackage.json"
    described.write_text(json.dumps(package, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    return [*files, described]


def _resource(
    model: Model, tables: Mapping[str, Model], path: Path, kinds: Mapping[str, str], rows: int
) -> dict[str, Any]:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    schema: dict[str, Any] = {"fields": [_field(model, column, kinds[column.name]) for column in model.columns]}
    if model.grain:
        schema["primaryKey"] = list(model.grain)
    references = [
        {
            "fields": column.name,
            # A resource that refers to itself is written as an empty name.
            "reference": {"resource": "" if target == model.table else target, "fields": target_column},
        }
        for column in model.columns
        if column.reference
        for target, target_column in [column.reference]
        if target in tables
    ]
    if references:
        schema["foreignKeys"] = references
    return {
        "name": model.table,
        "path": path.name,
        "format": "parquet",
        "mediatype": "application/vnd.apache.parquet",
        "description": model.description,
        "rows": rows,
        "bytes": path.stat().st_size,
        "hash": f"sha256:{digest}",
        "schema": schema,
    }


def _field(model: Model, column: Column, kind: str) -> dict[str, Any]:
    constraints: dict[str, Any] = {}
    if column.not_null:
        constraints["required"] = True
    if column.one_of:
        constraints["enum"] = list(column.one_of)
    field = {"name": column.name, "type": _type(model, column, kind), "description": column.description}
    return field | ({"constraints": constraints} if constraints else {})


def _type(model: Model, column: Column, kind: str) -> str:
    if kind.endswith("]"):
        return "array"
    if kind.startswith(("STRUCT", "MAP")):
        return "object"
    if kind.startswith("DECIMAL"):
        return "number"
    if kind not in _TYPES:
        raise ValueError(f"{model.table}.{column.name} is a {kind}: say in {__name__} which Frictionless type that is")
    return _TYPES[kind]
