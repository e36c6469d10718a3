"""A model with a `-- macro:` line as the statement that makes it a table macro of the published file.

Only text is made here; running it belongs in `pipelines.publish.database`.
"""

from itertools import pairwise

import sqlglot
from sqlglot import exp

from pipelines.sql_model import InvalidModel, Model


def macro_parameter(model: Model) -> tuple[str, str]:
    """The macro's parameter as (name, SQL type).

    DuckDB puts the argument wherever the parameter's bare name stands, columns included, so a parameter that shares
    its name with a column that the SELECT uses without a table before it is called `asked_<name>`.
    """
    if model.macro_parameter is None:
        raise InvalidModel(f"{model.table} is no macro: its first comment has no line '-- macro: <parameter> <TYPE>'")
    name, kind = model.macro_parameter
    bare = {
        column.name.lower()
        for column in sqlglot.parse_one(model.sql, dialect="duckdb").find_all(exp.Column)
        if not column.table
    }
    return (f"asked_{name}" if name.lower() in bare else name, kind)


def create_macro(model: Model) -> str:
    """The statement `CREATE MACRO … AS TABLE …` for a macro model.

    Raises InvalidModel where the model has a placeholder other than its parameter: a published macro has no run to
    take `$as_of` from.
    """
    parameter, kind = macro_parameter(model)
    assert model.macro_parameter is not None
    placeholder = model.macro_parameter[0]
    if others := sorted(model.parameters - {placeholder}):
        raise InvalidModel(
            f"{model.table} is a macro of ${placeholder} and also uses {', '.join('$' + name for name in others)}: "
            "a macro takes everything from its own parameter and from published tables"
        )
    text, end = [], 0
    tokens = sqlglot.tokenize(model.sql, read="duckdb")
    for sign, word in pairwise(tokens):
        if sign.text == "$" and word.start == sign.end + 1 and word.text == placeholder:
            text += [model.sql[end : sign.start], f"CAST({parameter} AS {kind})"]
            end = word.end + 1
    text.append(model.sql[end:])
    return f"CREATE MACRO {model.table}({parameter}) AS TABLE\n{''.join(text).rstrip().rstrip(';')}"
