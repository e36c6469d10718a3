"""Rows in, rows out: runs one SQL model on input tables written beside the test."""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from pipelines.sql_model import Model, read_model

SQL = Path(__file__).resolve().parents[2] / "sql"
Row = Mapping[str, Any]


def model(table: str) -> Model:
    schema, name = table.split(".")
    return read_model(SQL / schema / f"{name}.sql")


def fill(connection: duckdb.DuckDBPyConnection, table: str, columns: Mapping[str, str], rows: Sequence[Row]) -> None:
    """Create `table` with `columns` (name to SQL type) and put `rows` in; a column that a row leaves out is NULL."""
    schema, _ = table.split(".")
    connection.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")
    connection.execute(f"CREATE TABLE {table} ({', '.join(f'{name} {kind}' for name, kind in columns.items())})")
    for row in rows:
        unknown = row.keys() - columns.keys()
        assert not unknown, f"{table} has no column {sorted(unknown)}"
        connection.execute(
            f"INSERT INTO {table} ({', '.join(row)}) VALUES ({', '.join('?' for _ in row)})",
            list(row.values()),
        )


def run(connection: duckdb.DuckDBPyConnection, table: str, *, as_of: date = date(2026, 1, 1)) -> list[dict[str, Any]]:
    """Build `table` from its file, assert that every check of its comments holds, and give its rows."""
    built = model(table)
    connection.execute(f"CREATE SCHEMA IF NOT EXISTS {built.schema}")
    given = {"as_of": as_of, "min_confidence": 0.5}
    parameters = {name: given[name] for name in built.parameters} or None
    connection.execute(f"CREATE OR REPLACE TABLE {table} AS {built.sql}", parameters)
    result = connection.execute(f"FROM {table}")
    names = [column[0] for column in result.description or ()]
    assert names == [column.name for column in built.columns]
    rows = [dict(zip(names, values, strict=True)) for values in result.fetchall()]
    for check in built.checks:
        assert connection.execute(check.violations).fetchall() == [], f"{table}: {check.description}"
    return rows
