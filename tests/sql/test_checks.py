"""Every model, whichever it is: nothing in gives nothing out, and each check that it declares can run and can fail."""

import random
from collections.abc import Iterator

import duckdb
import pytest
import sqlglot
from sqlglot import exp
from world import CURATED, World, models, needed, violations

from pipelines.sql_model import Column, Model

TABLES = sorted(name for name, model in models().items() if not model.macro_parameter)
COLUMNS = [(table, column) for table in TABLES for column in models()[table].columns]
SAMPLES = {
    "DOUBLE": ["-1", "0", "0.5", "1", "2", "NULL"],
    "BIGINT": ["-1", "0", "1", "2", "7", "NULL"],
    "BOOLEAN": ["TRUE", "FALSE", "NULL"],
    "DATE": ["DATE '2024-01-01'", "DATE '2024-06-30'", "NULL"],
    "TIMESTAMP": ["TIMESTAMP '2024-03-01 00:00:00'", "TIMESTAMP '2024-09-01 12:00:00'", "NULL"],
    "VARCHAR": ["'a'", "'some words'", "NULL"],
}


@pytest.fixture(scope="module")
def empty() -> Iterator[duckdb.DuckDBPyConnection]:
    """Every table, built from a lake and a reference without a row."""
    built = World(**{name: [] for name in CURATED}).build(*TABLES)
    yield built.connection
    built.connection.close()


@pytest.fixture
def tables(empty: duckdb.DuckDBPyConnection) -> Iterator[duckdb.DuckDBPyConnection]:
    """The same, to put rows in; they are gone after the test."""
    empty.execute("BEGIN")
    yield empty
    empty.execute("ROLLBACK")


def types(connection: duckdb.DuckDBPyConnection, table: str) -> dict[str, str]:
    return {row[0]: row[1] for row in connection.execute(f"DESCRIBE {table}").fetchall()}


def put(connection: duckdb.DuckDBPyConnection, table: str, **values: str) -> None:
    connection.execute(f"INSERT INTO {table} ({', '.join(values)}) VALUES ({', '.join(values.values())})")


def samples(kind: str) -> list[str]:
    return SAMPLES.get("DOUBLE" if kind.startswith(("DECIMAL", "HUGEINT", "INTEGER")) else kind, ["NULL"])


def filling(column: Column, kind: str) -> str:
    return quoted(column.one_of[0]) if column.one_of else samples(kind)[0]


def quoted(word: str) -> str:
    return "'" + word.replace("'", "''") + "'"


@pytest.mark.parametrize("table", TABLES)
def test_nothing_in_gives_no_rows_and_breaks_no_check(empty: duckdb.DuckDBPyConnection, table: str) -> None:
    assert empty.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)
    assert violations(empty, models()[table]) == {}


@pytest.mark.parametrize("table", TABLES)
def test_columns_are_those_that_the_comments_describe(empty: duckdb.DuckDBPyConnection, table: str) -> None:
    assert list(types(empty, table)) == [column.name for column in models()[table].columns]


@pytest.mark.parametrize("table", TABLES)
def test_a_model_says_its_grain_and_is_in_a_total_order(table: str) -> None:
    assert models()[table].grain, f"{table} declares no key"
    assert sqlglot.parse_one(models()[table].sql, dialect="duckdb").args.get("order"), f"{table} has no ORDER BY"


@pytest.mark.parametrize("table", TABLES)
def test_the_same_key_twice_is_found(tables: duckdb.DuckDBPyConnection, table: str) -> None:
    kinds = types(tables, table)
    row = {column.name: filling(column, kinds[column.name]) for column in models()[table].columns if column.key}
    put(tables, table, **row)
    assert "key_is_unique" not in violations(tables, models()[table])
    put(tables, table, **row)
    assert violations(tables, models()[table])["key_is_unique"] == 1


@pytest.mark.parametrize(
    ("table", "column"),
    [(table, column) for table, column in COLUMNS if column.not_null],
    ids=lambda part: getattr(part, "name", part),
)
def test_an_empty_required_column_is_found(tables: duckdb.DuckDBPyConnection, table: str, column: Column) -> None:
    kinds = types(tables, table)
    put(tables, table, **{
        each.name: "NULL" if each is column else filling(each, kinds[each.name]) for each in models()[table].columns
    })  # fmt: skip
    assert violations(tables, models()[table])["required_columns_are_filled"] == 1


@pytest.mark.parametrize(
    ("table", "column"),
    [(table, column) for table, column in COLUMNS if column.reference],
    ids=lambda part: getattr(part, "name", part),
)
def test_a_reference_to_nowhere_is_found(tables: duckdb.DuckDBPyConnection, table: str, column: Column) -> None:
    assert column.reference
    target, target_column = column.reference
    put(tables, table, **{column.name: "'nowhere'"})
    check = f"{column.name}_resolves"
    assert violations(tables, models()[table])[check] == 1
    put(tables, target, **{target_column: "'nowhere'"})
    assert check not in violations(tables, models()[table])


@pytest.mark.parametrize(
    ("table", "column"),
    [(table, column) for table, column in COLUMNS if column.one_of],
    ids=lambda part: getattr(part, "name", part),
)
def test_an_unknown_word_is_found(tables: duckdb.DuckDBPyConnection, table: str, column: Column) -> None:
    for word in column.one_of:
        put(tables, table, **{column.name: quoted(word)})
    assert f"{column.name}_is_known" not in violations(tables, models()[table])
    put(tables, table, **{column.name: "'no such word'"})
    assert violations(tables, models()[table])[f"{column.name}_is_known"] == 1


@pytest.mark.parametrize(
    ("table", "check"), [(table, name) for table in TABLES for name, _, _ in models()[table].row_checks]
)
def test_a_check_of_rows_passes_some_rows_and_finds_others(
    tables: duckdb.DuckDBPyConnection, table: str, check: str
) -> None:
    model = models()[table]
    expression = next(text for name, text, _ in model.row_checks if name == check)
    rows = 3_000
    fill_at_random(tables, model, expression, rows)
    broken = violations(tables, model).get(check, 0)
    assert broken > 0, f"no row breaks {check}: {expression}"
    assert broken < rows or expression == "FALSE", f"every row breaks {check}: {expression}"


def fill_at_random(connection: duckdb.DuckDBPyConnection, model: Model, expression: str, rows: int) -> None:
    """Rows of small values in the columns that the expression reads."""
    kinds = types(connection, model.table)
    named = {found.name for found in sqlglot.parse_one(expression, dialect="duckdb").find_all(exp.Column)}
    assert named <= kinds.keys(), f"{model.table}: a check reads columns that it does not have: {named - kinds.keys()}"
    columns = [column for column in model.columns if column.name in named] or [model.columns[0]]
    literals = {
        text.this for text in sqlglot.parse_one(expression, dialect="duckdb").find_all(exp.Literal) if text.is_string
    }
    chance = random.Random(7)
    values = []
    for _ in range(rows):
        words = [f"'{word}'" for word in sorted(literals)]
        choices = [
            [quoted(word) for word in column.one_of]
            or samples(kinds[column.name]) + (words if kinds[column.name] == "VARCHAR" else [])
            for column in columns
        ]
        values.append(f"({', '.join(chance.choice(each) for each in choices)})")
    names = ", ".join(column.name for column in columns)
    connection.execute(f"INSERT INTO {model.table} ({names}) VALUES {', '.join(values)}")


def test_every_model_is_reached_from_the_lake_and_the_reference() -> None:
    outside = {table for name in needed(TABLES) for table in models()[name].tables} - models().keys()
    assert {table.split(".")[0] for table in outside} <= {"lake", "curated"}
