"""Every table of the ledger as it would have been known on a day: one SELECT made from the same SQL files.

A day's ledger is the ledger built from the records that were known by then. So a table as known is its model with every
model before it inside, as common table expressions, on top of the records of that day. Nothing is written twice.
"""

from collections.abc import Mapping

import sqlglot

from pipelines.sql_model import Model

DAY = "known_on"
SCHEMAS = ("shipments", "allocation", "delays")
_RECORDS = "records.shipment_records"
_KNOWN_RECORDS = (
    f"SELECT * REPLACE (coalesce(superseded_at::DATE <= {DAY}, FALSE) AS superseded) "
    f"FROM {_RECORDS} WHERE known_at::DATE <= {DAY}"
)


def has_as_known(model: Model) -> bool:
    """Whether a table changes with what is known, and so has an `…_as_known` macro."""
    return model.schema in SCHEMAS and model.macro_parameter is None


def select_as_known(target: Model, models: Mapping[str, Model]) -> str:
    """The SELECT of `target` on the day that the name `known_on` stands for, a DATE.

    `models` are in the order in which they are built.
    """
    needed = _needed(target, models)
    expressions = [f"{_cte(_RECORDS)} AS MATERIALIZED ({_KNOWN_RECORDS})"]
    for name, model in models.items():
        if name in needed:
            expressions.append(f"{_cte(name)} AS MATERIALIZED (\n{_on_the_day(model, models)}\n)")
    columns = ", ".join(column.name for column in target.columns)
    return f"WITH {', '.join(expressions)}\nSELECT {columns} FROM {_cte(target.table)}"


def create_as_known(target: Model, models: Mapping[str, Model]) -> str:
    """The statement that makes `target`'s table macro `schema.table_as_known(day)`."""
    return f"CREATE MACRO {target.table}_as_known({DAY}) AS TABLE\n{select_as_known(target, models)}"


def _needed(target: Model, models: Mapping[str, Model]) -> set[str]:
    needed: set[str] = set()
    waiting = [target.table]
    while waiting:
        name = waiting.pop()
        if name not in needed and has_as_known(models[name]):
            needed.add(name)
            waiting += [table for table in models[name].tables if table in models]
    return needed


def _on_the_day(model: Model, models: Mapping[str, Model]) -> str:
    text, end = [], 0
    tokens = sqlglot.tokenize(model.sql, read="duckdb")
    place = 0
    while place < len(tokens):
        here = [token.text for token in tokens[place : place + 3]]
        name = "".join(here)
        is_table = len(here) == 3 and here[1] == "." and name in models
        if is_table and (name == _RECORDS or has_as_known(models[name])):
            text += [model.sql[end : tokens[place].start], _cte(name)]
            end = tokens[place + 2].end + 1
            place += 3
        elif here[:2] == ["$", "as_of"]:
            text += [model.sql[end : tokens[place].start], DAY]
            end = tokens[place + 1].end + 1
            place += 2
        else:
            place += 1
    text.append(model.sql[end:])
    return "".join(text).strip().rstrip(";")


def _cte(table: str) -> str:
    return table.replace(".", "__") + "__known"
