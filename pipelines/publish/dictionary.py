"""The data dictionary: every published table and column in Markdown, from the comments of the SQL files alone.

`python -m pipelines.publish.dictionary` writes docs/dictionary.md anew.
"""

from collections.abc import Mapping
from pathlib import Path

from pipelines.as_known import has_as_known
from pipelines.publish.database import published_models
from pipelines.publish.macros import macro_parameter
from pipelines.settings import ROOT
from pipelines.sql_model import Column, Model, read_models

PAGE = ROOT / "docs" / "dictionary.md"
STAGES = (
    "raw", "reference", "claims", "records", "shipments", "allocation", "delays", "supply", "quality", "publish",
)  # fmt: skip
_INTRODUCTION = """\
# Data dictionary

<!-- Generated from the comments in sql/ by `python -m pipelines.publish.dictionary`; change those, not this page. -->

Every table of the published file, `published/waybill.duckdb`, and of the Parquet files beside it, stage by stage.
Counts are intervals: `_low`, `_high`, and `_best` where one number is needed. Days end in `_on`, `_start` or `_end`;
instants end in `_at` and are UTC. What is said to hold for every row is checked before a table is published, and blocks
it otherwise.

A macro is called like a table: `FROM shipments.evidence('…')`. Where the file is attached to another database, make it
the current one first: `ATTACH 'waybill.duckdb' AS waybill (READ_ONLY); USE waybill;`.
"""


def dictionary(models: Mapping[str, Model]) -> str:
    """The page for `models`, with `publish.publication`. Raises ValueError for a schema that is no stage."""
    published = published_models(models)
    if unknown := sorted({model.schema for model in published.values()} - set(STAGES)):
        raise ValueError(
            f"sql/ has folders that are no stage: {', '.join(unknown)}; the stages are {', '.join(STAGES)}"
        )
    parts = [_INTRODUCTION, _contents(published)]
    for stage in STAGES:
        tables = sorted((model for model in published.values() if model.schema == stage), key=lambda model: model.name)
        if tables:
            parts.append(f"## {stage}\n")
            parts += [_table(model, published) for model in tables]
    return "\n".join(parts)


def write_dictionary(models: Mapping[str, Model], page: Path = PAGE) -> None:
    """Write the page for `models`."""
    page.write_text(dictionary(models), encoding="utf-8")


def _contents(models: Mapping[str, Model]) -> str:
    lines = []
    for stage in STAGES:
        links = [f"[{model.name}](#{_anchor(model)})" for model in models.values() if model.schema == stage]
        if links:
            lines.append(f"- **{stage}**: {', '.join(sorted(links))}")
    return "\n".join(lines) + "\n"


def _table(model: Model, models: Mapping[str, Model]) -> str:
    lines = [f"### {_title(model)}", "", model.description, ""]
    if model.grain:
        lines += [f"Key: {', '.join(f'`{name}`' for name in model.grain)}.", ""]
    if has_as_known(model):
        lines += [f"As known on a day: `FROM {model.table}_as_known(DATE '2024-06-30')`.", ""]
    lines += ["| column | what it holds | constraints |", "|---|---|---|"]
    lines += [
        f"| `{column.name}` | {_cell(column.description)} | {_constraints(column, models)} |"
        for column in model.columns
    ]
    for blocking, said in ((True, "Holds for every row:"), (False, "Warns of rows for which this does not hold:")):
        checks = [(name, expression) for name, expression, blocks in model.row_checks if blocks is blocking]
        if checks:
            lines += ["", said, ""]
            lines += [f"- {name.replace('_', ' ')}: `{expression}`" for name, expression in checks]
    return "\n".join(lines) + "\n"


def _constraints(column: Column, models: Mapping[str, Model]) -> str:
    words = []
    if column.key:
        words.append("key")
    elif column.not_null:
        words.append("never empty")
    if column.reference:
        table, target = column.reference
        link = f"[`{table}.{target}`](#{_anchor(models[table])})" if table in models else f"`{table}.{target}`"
        words.append(f"refers to {link}")
    if column.one_of:
        words.append("one of " + ", ".join(f"`{word}`" for word in column.one_of))
    return _cell("; ".join(words))


def _title(model: Model) -> str:
    if model.macro_parameter is None:
        return model.table
    parameter, kind = macro_parameter(model)
    return f"{model.table}({parameter} {kind})"


def _anchor(model: Model) -> str:
    """The anchor that Markdown renderers give to the table's heading."""
    return "".join(sign for sign in _title(model).lower().replace(" ", "-") if sign.isalnum() or sign in "-_")


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;")


if __name__ == "__main__":
    write_dictionary(read_models(ROOT / "sql"))
