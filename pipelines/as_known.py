"""Every table of the ledger as it would have been known on a day: one SELECT made from the same SQL files.

A day's ledger is the ledger built from the records that were known by then. So a table as known is its model with every
model before it inside, as common table expressions, on top of the records of that day. Nothing is written twice.

What is known on a day: a record counts from the day of its `known_at`; it counts as replaced from the day of its
`superseded_at`, and stands unreplaced before; `$as_of` is the day. Reference data, names and counts of a unit are those
of today, for they say what statements mean and not what was stated; what is dated in them keeps its date.
"""

from collections.abc import Mapping
from functools import cache

import sqlglot

from pipelines.each_day import RECORDS
from pipelines.sql_model import CHANGES_WITH_RECORDS, Model, needed_for

PARAMETER = "day"
DAY = f"CAST({PARAMETER} AS DATE)"
_KNOWN_RECORDS = f"""
SELECT * REPLACE (
    CASE WHEN superseded_at::DATE <= {DAY} THEN superseded_at END AS superseded_at,
    coalesce(superseded_at::DATE <= {DAY}, FALSE) AS superseded
)
FROM {RECORDS}
WHERE known_at::DATE <= {DAY}
"""


def has_as_known(model: Model) -> bool:
    """Whether a table changes with what is known, and so has an `…_as_known` macro."""
    return model.schema in CHANGES_WITH_RECORDS and model.macro_parameter is None


def select_as_known(target: Model, models: Mapping[str, Model]) -> str:
    """The SELECT of `target` on the day that the name `day` stands for.

    `models` are in the order in which they are built.
    """
    expressions = [f"{_cte(RECORDS)} AS MATERIALIZED ({_KNOWN_RECORDS})"]
    for name in _needed_for(target.table, models):
        dated = frozenset((RECORDS, *_needed_for(name, models)))
        expressions.append(f"{_cte(name)} AS MATERIALIZED (\n{_on_the_day(models[name].sql, dated)}\n)")
    columns = ", ".join(column.name for column in target.columns)
    return f"WITH {', '.join(expressions)}\nSELECT {columns} FROM {_cte(target.table)}"


def create_as_known(target: Model, models: Mapping[str, Model]) -> str:
    """The statement that makes `target`'s table macro `schema.table_as_known(day)`."""
    return f"CREATE MACRO {target.table}_as_known({PARAMETER}) AS TABLE\n{select_as_known(target, models)}"


def _needed_for(table: str, models: Mapping[str, Model]) -> list[str]:
    return [name for name in needed_for(table, models) if has_as_known(models[name])]


@cache
def _on_the_day(sql: str, dated: frozenset[str]) -> str:
    """A query on the day; cached, since the macro of every table after it holds it too."""
    text, end = [], 0
    tokens = sqlglot.tokenize(sql, read="duckdb")
    place = 0
    while place < len(tokens):
        here = [token.text for token in tokens[place : place + 3]]
        if len(here) == 3 and here[1] == "." and "".join(here) in dated:
            text += [sql[end : tokens[place].start], _cte("".join(here))]
            end = tokens[place + 2].end + 1
            place += 3
        elif here[:2] == ["$", "as_of"]:
            text += [sql[end : tokens[place].start], DAY]
            end = tokens[place + 1].end + 1
            place += 2
        else:
            place += 1
    text.append(sql[end:])
    return "".join(text).strip().rstrip(";")


def _cte(table: str) -> str:
    return table.replace(".", "__") + "__known"
