"""A model on many days side by side: its SELECT, lifted so that each day's rows meet only rows of the same day.

What one day's ledger is, `pipelines.as_known` says: the models on the records known by then. Here the ledgers of all
days of `allocation.history_days` are built by one query. The records of each day stand in one relation with the day as
a column, `known_on`, and the query of each model is changed so that it keeps days apart: a join also asks for the same
day; a group, a window and a DISTINCT are made for each day; a subquery looks at its own day; `$as_of` is the day. So
the rows of one day are what the model gives on that day's records, and the tests hold that.

Only the change of queries belongs here; it knows no table of the ledger but the records. Where a query says something
that cannot be kept apart by day, NotByDay says what and where.
"""

from collections.abc import Iterator, Mapping
from typing import TypeVar

import sqlglot
from sqlglot import exp

DAY = "known_on"
DAYS = "allocation.history_days"
CATALOG = "each_day"
RECORDS = "records.shipment_records"
_DIALECT = "duckdb"
_DAYS = f"days__{CATALOG}"
_RECORDS_EACH_DAY = f"""
SELECT
    records.* REPLACE (
        CASE WHEN records.superseded_at::DATE <= days.{DAY} THEN records.superseded_at END AS superseded_at,
        coalesce(records.superseded_at::DATE <= days.{DAY}, FALSE) AS superseded
    ),
    days.{DAY}
FROM {RECORDS} AS records
INNER JOIN {_DAYS} AS days ON records.known_at::DATE <= days.{DAY}
"""
_Node = TypeVar("_Node", bound=exp.Expr)


class NotByDay(ValueError):
    """A query that cannot be kept apart by day; the message says what stands in the way and what to write instead."""


def on_each_day(table: str, columns: list[str], queries: Mapping[str, str]) -> str:
    """The SELECT of `table` on every day of `allocation.history_days`: its columns, and the day as `known_on`.

    `queries` are the SELECTs of `table` and of every table before it that changes with the records, in the order in
    which they are built. The newest day's rows are those of the table itself, so that nothing is computed twice.
    """
    newest = f"(SELECT max({DAY}) FROM {DAYS})"
    days = f"SELECT {DAY} FROM {DAYS} WHERE {DAY} < {newest}"
    expressions = [f"{name} AS MATERIALIZED (\n{query}\n)" for name, query in ledger_each_day(days, queries).items()]
    listed = ", ".join(columns)
    return (
        f"WITH {', '.join(expressions)}\nSELECT {listed}, {DAY} FROM {each_day(table)}\n"
        f"UNION ALL\nSELECT {listed}, {newest} AS {DAY} FROM {table}"
    )


def ledger_each_day(days: str, queries: Mapping[str, str]) -> dict[str, str]:
    """The SELECTs, by name and in order, of the days, the records, and the tables of `queries`, on all days at once."""
    dated = {RECORDS}
    lifted = {_DAYS: days, each_day(RECORDS): _RECORDS_EACH_DAY}
    for name, query in queries.items():
        lifted[each_day(name)] = lift(query, dated, name)
        dated.add(name)
    return lifted


def each_day(table: str) -> str:
    """The name of `table` on all days at once."""
    return table.replace(".", "__") + f"__{CATALOG}"


def lift(query: str, dated: set[str], name: str = "the query") -> str:
    """`query` on all days at once, with the day as its last column; `dated` are the tables that differ by day.

    Raises NotByDay, naming `name`, where the query cannot be kept apart by day.
    """
    parsed = sqlglot.parse_one(query, dialect=_DIALECT)
    try:
        _lift(parsed, frozenset(dated), None)
    except NotByDay as error:
        raise NotByDay(f"{name} cannot be built for many days side by side: {error}") from None
    return parsed.sql(dialect=_DIALECT, comments=False)


def _lift(query: exp.Expr, dated: frozenset[str], outer: exp.Column | None) -> None:
    """Change `query` in place. A query inside an expression looks at the day of the query around it, `outer`."""
    while isinstance(query, exp.Subquery):
        query = query.this
    for cte in query.ctes if isinstance(query, exp.Query) else ():
        if _is_dated(cte, dated):
            dated |= {cte.alias}
            _lift(cte.this, dated, None)
            if cte.args["alias"].columns:
                cte.args["alias"].append("columns", exp.to_identifier(DAY))
    if query.args.get("limit") and outer is None:
        raise NotByDay("it has a LIMIT, which would cut all days at once: number the rows and choose by QUALIFY")
    if outer is None:
        query.set("order", None)
    if isinstance(query, exp.SetOperation):
        _lift(query.left, dated, outer)
        _lift(query.right, dated, outer)
    elif isinstance(query, exp.Select):
        _lift_select(query, dated, outer)
    else:
        raise NotByDay(f"{query.sql(dialect=_DIALECT)[:60]!r} is no SELECT")


def _lift_select(select: exp.Select, dated: frozenset[str], outer: exp.Column | None) -> None:
    inner = [node for node in _own(select, exp.Query) if not isinstance(node.parent, exp.From | exp.Join | exp.CTE)]
    names = _lift_sources(select, dated)
    day = _day_of(select, names, outer)
    for join in select.args.get("joins") or ():
        name = join.this.alias_or_name
        if name in names and name != day.table:
            _same_day(join, day)
    if outer is not None and names:
        if outer.table in _source_names(select):
            raise NotByDay(f"the name {outer.table} stands for a table and for one of a subquery inside: rename one")
        select.where(exp.EQ(this=day.copy(), expression=outer.copy()), copy=False)
    for query in inner:
        if _is_dated(query, dated):
            _lift(query, dated, day)
    for placeholder in _own(select, exp.Placeholder):
        if placeholder.name == "as_of":
            placeholder.replace(day.copy())
    if outer is None:
        _keep_apart(select, names, day)


def _lift_sources(select: exp.Select, dated: frozenset[str]) -> set[str]:
    """Lift what `select` reads; give the names of the sources that differ by day."""
    names = set()
    for source in _sources(select):
        if isinstance(source, exp.Table) and _name(source) in dated:
            names.add(source.alias_or_name)
            if source.db:
                cte = exp.to_table(each_day(_name(source)), alias=source.alias_or_name)
                source.replace(cte)
        elif isinstance(source, exp.Subquery) and _is_dated(source, dated):
            _lift(source, dated, None)
            names.add(source.alias_or_name)
        elif not isinstance(source, exp.Table | exp.Subquery) and _is_dated(source, dated):
            raise NotByDay(f"{source.sql(dialect=_DIALECT)[:60]!r} reads what differs by day: write it as a subquery")
    return names


def _day_of(select: exp.Select, names: set[str], outer: exp.Column | None) -> exp.Column:
    """The column that says the day of a row of `select`; the days themselves are joined where nothing else has one."""
    for source in _sources(select):
        side = source.parent.side if isinstance(source.parent, exp.Join) else ""
        if source.alias_or_name in names and not side:
            return exp.column(DAY, table=source.alias_or_name)
        if source.alias_or_name in names:
            break
    if outer is not None and not names:
        return outer
    days = exp.to_table(_DAYS)
    if select.args.get("from_"):
        select.set("joins", [exp.Join(this=days, kind="CROSS"), *(select.args.get("joins") or ())])
    else:
        select.set("from_", exp.From(this=days))
    return exp.column(DAY, table=_DAYS)


def _same_day(join: exp.Join, day: exp.Column) -> None:
    if join.side in ("RIGHT", "FULL") or join.method in ("NATURAL", "POSITIONAL"):
        raise NotByDay(f"a {join.side or join.method} JOIN has no one day: write it as LEFT JOINs and UNION ALL")
    if join.args.get("using"):
        join.append("using", exp.to_identifier(DAY))
        return
    if join.kind == "CROSS":
        join.set("kind", None)
    join.on(exp.EQ(this=exp.column(DAY, table=join.this.alias_or_name), expression=day.copy()), copy=False)


def _keep_apart(select: exp.Select, names: set[str], day: exp.Column) -> None:
    """Make groups, windows and distinct rows for each day, and give the day as the last column."""
    group = select.args.get("group")
    if group and not group.args.get("all"):
        group.append("expressions", day.copy())
    elif not group and any(_is_aggregate(node) for node in _own(select, exp.AggFunc)):
        raise NotByDay("an aggregate without GROUP BY gives a row also on days that have none: group by something")
    for window in list(_own(select, exp.Window)):
        if not window.args.get("alias"):  # OVER name: the window of that name is changed
            window.append("partition_by", day.copy())
    if (distinct := select.args.get("distinct")) and distinct.args.get("on"):
        distinct.args["on"].append("expressions", day.copy())
    for projection in select.expressions:
        star = projection.this if isinstance(projection, exp.Column) else projection
        if isinstance(star, exp.Star) and (projection.table in names if star is not projection else names):
            star.append("except_", exp.to_identifier(DAY))
    select.append("expressions", exp.alias_(day.copy(), DAY))


def _is_aggregate(node: exp.Expr) -> bool:
    return not isinstance(node.find_ancestor(exp.Window, exp.Query), exp.Window)


def _is_dated(node: exp.Expr, dated: frozenset[str]) -> bool:
    return any(_name(table) in dated for table in node.find_all(exp.Table)) or any(
        placeholder.name == "as_of" for placeholder in node.find_all(exp.Placeholder)
    )


def _name(table: exp.Table) -> str:
    return f"{table.db}.{table.name}" if table.db else table.name


def _sources(select: exp.Select) -> list[exp.Expr]:
    start = select.args.get("from_")
    return [*([start.this] if start else []), *(join.this for join in select.args.get("joins") or ())]


def _source_names(select: exp.Select) -> set[str]:
    return {source.alias_or_name for source in _sources(select)}


def _own(select: exp.Select, kind: type[_Node]) -> Iterator[_Node]:
    """The nodes of a kind in `select` itself, and not in the queries inside it (which are given, if asked for)."""
    found = []
    for node in select.walk(prune=lambda node: isinstance(node, exp.Query) and node is not select):
        if node is not select and isinstance(node, kind):
            found.append(node)
    return iter(found)
