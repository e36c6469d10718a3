"""The published DuckDB file: every table of the models with its comments, the macros, and the facts of the run.

Which tables there are is said by the models alone. Parquet and the data package are made from this file by
`pipelines.publish.package`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from importlib.metadata import version
from pathlib import Path

import duckdb

from pipelines.as_known import create_as_known, has_as_known
from pipelines.publish.macros import create_macro, macro_parameter
from pipelines.sql_model import Model, read_model
from pipelines.warehouse import Warehouse

STORAGE_VERSION = "v1.4.0"
# The warehouse is open beside a publication and has its own share; copying and describing need little.
MEMORY = "1GB"


class PublicationFailed(RuntimeError):
    """What was built cannot be published; what was published before stays as it is."""


@dataclass(frozen=True, slots=True)
class RunFacts:
    """What a publication says of the run that made it; `published_at` is UTC, with or without its zone."""

    published_at: datetime
    as_of: date
    run_id: str

    @property
    def published_at_utc(self) -> datetime:
        """The instant in UTC without a zone, as DuckDB's TIMESTAMP keeps it."""
        if self.published_at.tzinfo is None:
            return self.published_at
        return self.published_at.astimezone(UTC).replace(tzinfo=None)


def publication_model() -> Model:
    """The model of `publish.publication`, the one table that only the published file has."""
    return read_model(Path(__file__).with_name("publication.sql"))


def published_models(models: Mapping[str, Model]) -> dict[str, Model]:
    """`models` and `publish.publication`: everything that the published file holds, in the same order."""
    own = publication_model()
    return {**models, own.table: own}


def write_database(warehouse: Warehouse, models: Mapping[str, Model], path: Path, facts: RunFacts) -> dict[str, int]:
    """Write every table and macro of `models` into a new DuckDB file at `path`; give the rows of each table.

    Rows keep the order of the warehouse; views become tables. Raises PublicationFailed where a table was not built or
    a macro does not run, FileExistsError where `path` exists.
    """
    if path.exists():
        raise FileExistsError(f"{path} exists: a publication is written into a new file")
    tables = [model for model in models.values() if model.macro_parameter is None]
    macros = [model for model in models.values() if model.macro_parameter is not None]
    counts = _copy_tables(warehouse.connection, tables, path)
    with duckdb.connect(str(path), config={"memory_limit": MEMORY}) as connection:
        own = publication_model()
        connection.execute("BEGIN")  # one write to the disk, not one for each comment
        connection.execute(f"CREATE SCHEMA IF NOT EXISTS {own.schema}")
        parameters = {
            "published_at": facts.published_at_utc,
            "as_of": facts.as_of,
            "run_id": facts.run_id,
            "waybill_version": version("waybill"),
            "duckdb_version": duckdb.__version__,
        }
        connection.execute(f"CREATE TABLE {own.table} AS {own.sql}", parameters)
        counts[own.table] = 1
        connection.execute("".join(_comments(model) for model in [*tables, own]))
        for model in macros:
            _add_macro(connection, model)
        for model in filter(has_as_known, tables):
            connection.execute(create_as_known(model, models))
            comment = f"As it would have been known on a day: {model.description}"
            connection.execute(f"COMMENT ON MACRO TABLE {model.table}_as_known IS {_text(comment)}")
        connection.execute("COMMIT")
    return counts


def _copy_tables(connection: duckdb.DuckDBPyConnection, tables: list[Model], path: Path) -> dict[str, int]:
    counts = {}
    connection.execute(f"ATTACH {_text(str(path))} AS publication (STORAGE_VERSION '{STORAGE_VERSION}')")
    try:
        for model in tables:
            connection.execute(f"CREATE SCHEMA IF NOT EXISTS publication.{model.schema}")
            try:
                copied = connection.execute(f"CREATE TABLE publication.{model.table} AS FROM {model.table}").fetchone()
            except duckdb.CatalogException as error:
                raise PublicationFailed(
                    f"{model.table} is not in the warehouse: build it before publishing ({error})"
                ) from None
            counts[model.table] = int(copied[0]) if copied else 0
    finally:
        connection.execute("DETACH publication")
    return counts


def _comments(model: Model) -> str:
    lines = [f"COMMENT ON TABLE {model.table} IS {_text(model.description)};\n"]
    lines += [
        f'COMMENT ON COLUMN {model.table}."{column.name}" IS {_text(column.description)};\n' for column in model.columns
    ]
    return "".join(lines)


def _add_macro(connection: duckdb.DuckDBPyConnection, model: Model) -> None:
    _, kind = macro_parameter(model)
    try:
        connection.execute(f"CREATE SCHEMA IF NOT EXISTS {model.schema}")
        connection.execute(create_macro(model))
        connection.execute(f"COMMENT ON MACRO TABLE {model.table} IS {_text(model.description)}")
        found = connection.execute(f"FROM {model.table}(NULL::{kind}) LIMIT 0").description or ()
    except duckdb.Error as error:
        raise PublicationFailed(f"the macro {model.table} does not run in the published file: {error}") from error
    names = [name for name, *_ in found]
    if names != [column.name for column in model.columns]:
        raise PublicationFailed(f"the macro {model.table} gives {names}, and its file says otherwise")


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
