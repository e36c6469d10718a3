"""Which columns each column is made from, for every model: read from the SQL, and kept in `sql/lineage.json`.

Reading takes seconds, loading the kept answer none. An answer that does not fit the SQL files as they stand is read
anew, so it is never wrong; `python -m pipelines.lineage` writes it.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import get_args, get_type_hints

from pipelines.lake import TABLES
from pipelines.reference import Reference
from pipelines.settings import ROOT
from pipelines.sql_model import Model, column_sources, read_models

Sources = tuple[tuple[str, str], ...]
Lineage = Mapping[str, Mapping[str, Sources]]
KEPT = ROOT / "sql" / "lineage.json"


def read_lineage(models: Mapping[str, Model]) -> dict[str, dict[str, Sources]]:
    """For each table and column, the `(schema.table, column)` pairs that it is made from; takes seconds."""
    known = {name: [column.name for column in model.columns] for name, model in models.items()}
    known |= {f"lake.{name}": list(columns) for name, columns in TABLES.items()}
    known |= {f"curated.{name}": columns for name, columns in curated_columns().items()}
    return {name: column_sources(model, known) for name, model in models.items()}


def curated_columns() -> dict[str, list[str]]:
    """The columns of each curated file: the fields of its shape."""
    shapes = {name: get_args(hint) for name, hint in get_type_hints(Reference).items()}
    return {name: [field.name for field in fields(shape)] for name, (shape,) in shapes.items()}


def load_lineage(models: Mapping[str, Model], kept: Path = KEPT) -> Lineage:
    """The kept lineage where it was made from these models, else read anew."""
    if kept.exists():
        answer = json.loads(kept.read_text(encoding="utf-8"))
        if answer["models"] == _fingerprint(models):
            return {
                table: {column: tuple((found[0], found[1]) for found in sources) for column, sources in columns.items()}
                for table, columns in answer["columns"].items()
            }
    return read_lineage(models)


def write_lineage(models: Mapping[str, Model], kept: Path = KEPT) -> None:
    """Keep the lineage of `models` for `load_lineage`."""
    answer = {"models": _fingerprint(models), "columns": read_lineage(models)}
    kept.write_text(json.dumps(answer, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def _fingerprint(models: Mapping[str, Model]) -> str:
    digest = hashlib.sha256()
    for name in sorted(models):
        digest.update(f"{name}\0{models[name].sql}\0".encode())
    return digest.hexdigest()


if __name__ == "__main__":
    write_lineage(read_models(ROOT / "sql"))
