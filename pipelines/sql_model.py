"""A table as its one SQL file says it: what it is, its columns, constraints, checks, and what it is made from.

`sql/<schema>/<table>.sql` holds one SELECT. The first comment block says what the table is and its grain; lines
`-- check <name>: <expression>` hold for every row, `-- warn <name>: …` should; a line `-- macro: <parameter> <TYPE>`
makes it a table macro of the published file. The comment behind each output column says what it holds, with its
constraints in braces: `{key, not null, -> schema.table.column, one of: a, b}`. A star stands for the columns of another
table, which its comment names: `{columns of schema.table}`. A table read as `each_day.schema.table` is that table on
each day of `allocation.history_days`, with the day as `known_on` (`pipelines.each_day`).

Reading files and turning constraints into queries belongs here; running them belongs in `pipelines.warehouse`,
Dagster in `pipelines.sql_assets`.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import cast

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.lineage import lineage

from pipelines.each_day import CATALOG, DAY, NotByDay, on_each_day

CHANGES_WITH_RECORDS = ("shipments", "allocation", "delays")
_BRACES = re.compile(r"\s*\{(?P<constraints>[^{}]*)\}\s*$")
_CHECK = re.compile(r"^(?P<kind>check|warn)\s+(?P<name>\w+):\s*(?P<expression>.+)$")
_MACRO = re.compile(r"^macro:\s*(?P<parameter>\w+)\s+(?P<type>\w+)$")
_COLUMNS_OF = re.compile(r"^columns of (?P<table>\w+\.\w+)$")
_REFERENCE = re.compile(r"^->\s*(?P<table>\w+\.\w+)\.(?P<column>\w+)$")


class InvalidModel(ValueError):
    """A SQL file that does not say what a model must say; the message names file, place and remedy."""


@dataclass(frozen=True, slots=True)
class Column:
    """One output column: what it holds, and what always holds for it."""

    name: str
    description: str
    key: bool = False
    not_null: bool = False
    reference: tuple[str, str] | None = None
    one_of: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Check:
    """Something that must hold: `violations` is a SELECT that gives one row for each row that breaks it.

    A check that is not `blocking` warns, and the run goes on.
    """

    name: str
    description: str
    violations: str
    blocking: bool = True


@dataclass(frozen=True)
class Model:
    """One SQL file. `written` is its text, `sql` what runs: the same but for tables that it reads on each day.

    `tables` are the `schema.table` names that its SELECT reads.
    """

    schema: str
    name: str
    description: str
    sql: str
    columns: tuple[Column, ...]
    row_checks: tuple[tuple[str, str, bool], ...]
    tables: frozenset[str]
    parameters: frozenset[str]
    macro_parameter: tuple[str, str] | None = None
    written: str = ""

    @property
    def table(self) -> str:
        """The table's full name, `schema.table`."""
        return f"{self.schema}.{self.name}"

    @property
    def grain(self) -> tuple[str, ...]:
        """The columns that together are unique."""
        return tuple(column.name for column in self.columns if column.key)

    @cached_property
    def checks(self) -> tuple[Check, ...]:
        """Every check that the comments ask for, key first."""
        checks: list[Check] = []
        if self.grain:
            keys = ", ".join(self.grain)
            query = f"SELECT {keys}, count(*) AS copies FROM {self.table} GROUP BY {keys} HAVING count(*) > 1"
            checks.append(Check("key_is_unique", f"One row per {keys}.", query))
        required = [column.name for column in self.columns if column.not_null]
        if required:
            where = " OR ".join(f"{name} IS NULL" for name in required)
            query = f"SELECT {', '.join(required)} FROM {self.table} WHERE {where}"
            checks.append(Check("required_columns_are_filled", f"Never empty: {', '.join(required)}.", query))
        for column in self.columns:
            if column.reference:
                table, target = column.reference
                query = (
                    f"SELECT {column.name} FROM {self.table} WHERE {column.name} IS NOT NULL "
                    f"AND {column.name} NOT IN (SELECT {target} FROM {table} WHERE {target} IS NOT NULL)"
                )
                checks.append(
                    Check(f"{column.name}_resolves", f"Every {column.name} stands in {table}.{target}.", query)
                )
            if column.one_of:
                words = ", ".join("'" + word.replace("'", "''") + "'" for word in column.one_of)
                query = (
                    f"SELECT {column.name} FROM {self.table} "
                    f"WHERE {column.name} IS NOT NULL AND {column.name} NOT IN ({words})"
                )
                known = f"{column.name} is one of {', '.join(column.one_of)}."
                checks.append(Check(f"{column.name}_is_known", known, query))
        for name, expression, blocking in self.row_checks:
            query = f"SELECT * FROM {self.table} WHERE NOT coalesce(({expression}), false)"
            checks.append(Check(name, f"For every row: {expression}.", query, blocking))
        return tuple(checks)

    @property
    def dependencies(self) -> frozenset[str]:
        """The tables that must stand before this one: those that it reads and those that its checks look into."""
        looked_into = {column.reference[0] for column in self.columns if column.reference}
        return (self.tables | looked_into) - {self.table}


def read_model(path: Path) -> Model:
    """Read `sql/<schema>/<table>.sql`. Raises InvalidModel where it is not a whole model."""
    text = path.read_text(encoding="utf-8")
    header = _header(text)
    prose, row_checks, macro = [], [], None
    for line in header:
        if check := _CHECK.match(line):
            row_checks.append((check["name"], check["expression"].rstrip("."), check["kind"] == "check"))
        elif found := _MACRO.match(line):
            macro = (found["parameter"], found["type"])
        else:
            prose.append(line)
    description = " ".join(prose)
    if "one row" not in description.lower():
        raise InvalidModel(f"{path}: the first comment must say the grain: 'One row per …'")
    select = _parse(path, text)
    ctes = {cte.alias for cte in select.find_all(exp.CTE)}
    tables = {f"{table.db}.{table.name}" for table in select.find_all(exp.Table) if table.db or table.name not in ctes}
    if bare := sorted(name for name in tables if name.startswith(".")):
        raise InvalidModel(f"{path}: name the schema of {', '.join(name[1:] for name in bare)}")
    return Model(
        schema=path.parent.name,
        name=path.stem,
        description=description,
        sql=text,
        columns=tuple(_column(path, projection) for projection in select.selects),
        row_checks=tuple(row_checks),
        tables=frozenset(tables),
        parameters=frozenset(str(node.this) for node in select.find_all(exp.Placeholder) if node.this),
        macro_parameter=macro,
        written=text,
    )


def read_models(folder: Path) -> dict[str, Model]:
    """Read every model below `folder`, by full name, each after those that it depends on.

    Raises InvalidModel where a file is no model, or where models depend on each other in a circle.
    """
    models = {model.table: model for model in map(read_model, sorted(folder.glob("*/*.sql")))}
    graph = {name: models[name].dependencies & models.keys() for name in models}
    try:
        ordered = {name: models[name] for name in TopologicalSorter(graph).static_order()}
    except CycleError as error:
        raise InvalidModel(f"{folder}: these models need each other: {' -> '.join(error.args[1])}") from None
    return {name: _with_each_day(_with_columns(model, ordered), ordered) for name, model in ordered.items()}


def needed_for(table: str, models: Mapping[str, Model]) -> list[str]:
    """`table` and the tables before it that change with the records, in the order in which they are built."""
    needed: set[str] = set()
    waiting = [table]
    while waiting:
        name = waiting.pop()
        if name not in needed and name in models and models[name].schema in CHANGES_WITH_RECORDS:
            needed.add(name)
            waiting += models[name].tables
    return [name for name in models if name in needed]


def column_sources(model: Model, known_columns: Mapping[str, Iterable[str]]) -> dict[str, tuple[tuple[str, str], ...]]:
    """For each output column, the `(schema.table, column)` pairs that it is made from.

    `known_columns` gives the columns of every table that the model reads.
    """
    schema: dict[str, object] = {}
    for table in sorted(model.tables):
        database, name = table.split(".")
        columns = dict.fromkeys(known_columns.get(table, ()), "VARCHAR")
        if f"{CATALOG}.{table}" in model.written:
            columns[DAY] = "DATE"
        schema[database] = {**cast(dict[str, object], schema.get(database, {})), name: columns}
    roots = lineage(None, model.written, schema, dialect="duckdb")
    sources: dict[str, tuple[tuple[str, str], ...]] = {}
    for column in model.columns:
        found = {
            (f"{node.source.db}.{node.source.name}", node.name.rsplit(".", 1)[-1].strip('"'))
            for node in roots[column.name].walk()
            if isinstance(node.source, exp.Table) and node.source.db
        }
        sources[column.name] = tuple(sorted(found))
    return sources


def _with_columns(model: Model, models: Mapping[str, Model]) -> Model:
    """`model` with its star unfolded: the columns that it does not name itself, which may be empty here."""
    columns: list[Column] = []
    named = {column.name for column in model.columns}
    for column in model.columns:
        found = _COLUMNS_OF.match(column.name)
        if found is None:
            columns.append(column)
        elif found["table"] not in models:
            raise InvalidModel(
                f"{model.table}: {{{column.name}}} names no model: write a table of sql/ as schema.table"
            )
        else:
            others = [other for other in models[found["table"]].columns if other.name not in named]
            columns += [replace(other, key=False, not_null=False) for other in others]
    return replace(model, columns=tuple(columns))


def _with_each_day(model: Model, models: Mapping[str, Model]) -> Model:
    """`model` with each table that it reads as `each_day.schema.table` put before it as a query."""
    text, end = [], 0
    tokens = sqlglot.tokenize(model.written, read="duckdb")
    for place, token in enumerate(tokens[:-4]):
        if token.text == CATALOG and tokens[place + 1].text == ".":
            table = "".join(part.text for part in tokens[place + 2 : place + 5])
            if table not in models:
                raise InvalidModel(f"{model.table} reads {CATALOG}.{table}, which is no model")
            columns = [column.name for column in models[table].columns]
            queries = {name: models[name].sql for name in needed_for(table, models)}
            try:
                query = on_each_day(table, columns, queries)
            except NotByDay as error:
                raise InvalidModel(f"{model.table}: {error}") from None
            text += [model.written[end : token.start], f"(\n{query}\n)"]
            end = tokens[place + 4].end + 1
    return replace(model, sql="".join([*text, model.written[end:]])) if text else model


def _header(text: str) -> list[str]:
    lines = []
    for line in text.splitlines():
        if not line.startswith("--"):
            break
        lines.append(line.removeprefix("--").strip())
    return [line for line in lines if line]


def _parse(path: Path, text: str) -> exp.Query:
    try:
        statements = [statement for statement in sqlglot.parse(text, dialect="duckdb") if statement]
    except SqlglotError as error:
        raise InvalidModel(f"{path}: not readable as SQL: {error}") from None
    if len(statements) != 1 or not isinstance(statements[0], exp.Query):
        raise InvalidModel(f"{path}: must hold one SELECT, and holds {len(statements)} statements")
    return statements[0]


def _column(path: Path, projection: exp.Expr) -> Column:
    name = projection.alias_or_name
    comment = " ".join(part.strip() for part in projection.comments or ())
    constraints = _BRACES.search(comment)
    if name == "*" and constraints and _COLUMNS_OF.match(constraints["constraints"]):
        return Column(constraints["constraints"], _BRACES.sub("", comment).strip())
    if not name or name == "*":
        raise InvalidModel(f"{path}: an output column without a name ({projection.sql()}): write it out, AS name")
    description = _BRACES.sub("", comment).strip()
    if not description:
        raise InvalidModel(f"{path}: column {name} has no comment behind it: say what it holds and its unit")
    key, not_null = False, False
    reference: tuple[str, str] | None = None
    one_of: tuple[str, ...] = ()
    words = re.split(r",\s*(?=key\b|not null\b|->|one of:)", constraints["constraints"]) if constraints else []
    for word in (word.strip() for word in words):
        if word == "key":
            key = not_null = True
        elif word == "not null":
            not_null = True
        elif target := _REFERENCE.match(word):
            reference = (target["table"], target["column"])
        elif word.startswith("one of:"):
            one_of = tuple(part.strip() for part in word.removeprefix("one of:").split(","))
        else:
            raise InvalidModel(
                f"{path}: column {name}: {word!r} is no constraint: write key, not null, -> schema.table.column, "
                "or one of: a, b"
            )
    return Column(name, description, key, not_null, reference, one_of)
