"""A query lifted to many days keeps them apart, or says why it cannot."""

import duckdb
import pytest

from pipelines.each_day import NotByDay, lift

DAYS = "CREATE TABLE days__each_day AS SELECT unnest([DATE '2024-06-03', DATE '2024-06-04']) AS known_on"
LOTS = """
CREATE TABLE a__lots__each_day AS
SELECT * FROM (VALUES ('x', 10, DATE '2024-06-03'), ('x', 12, DATE '2024-06-04'), ('y', 5, DATE '2024-06-04'))
AS lots (lot_id, gpus, known_on)
"""


@pytest.mark.parametrize(
    ("query", "first", "second"),
    [
        ("SELECT sum(l.gpus) AS n FROM a.lots AS l GROUP BY ALL", [(10,)], [(17,)]),
        ("SELECT count(*) AS n FROM a.lots AS l INNER JOIN a.lots AS m ON l.lot_id = m.lot_id GROUP BY l.lot_id",
         [(1,)], [(1,), (1,)]),
        ("SELECT l.* FROM a.lots AS l QUALIFY row_number() OVER (ORDER BY l.gpus DESC) = 1", [("x", 10)], [("x", 12)]),
        ("SELECT l.lot_id FROM a.lots AS l WHERE l.gpus = (SELECT max(m.gpus) FROM a.lots AS m)", [("x",)], [("x",)]),
        ("SELECT r.id FROM b.ids AS r WHERE r.id NOT IN (SELECT l.lot_id FROM a.lots AS l)",
         [("y",), ("z",)], [("z",)]),
        ("SELECT r.id, l.gpus FROM b.ids AS r LEFT JOIN a.lots AS l ON r.id = l.lot_id",
         [("x", 10), ("y", None), ("z", None)], [("x", 12), ("y", 5), ("z", None)]),
        ("SELECT r.id FROM b.ids AS r WHERE r.id = 'x' AND $as_of > DATE '2024-06-03'", [], [("x",)]),
    ],
)  # fmt: skip
def test_each_day_sees_its_own_rows(query: str, first: list[object], second: list[object]) -> None:
    connection = duckdb.connect()
    connection.execute(f"{DAYS}; {LOTS}; CREATE SCHEMA b; CREATE TABLE b.ids AS SELECT unnest(['x', 'y', 'z']) AS id")
    for day, rows in (("2024-06-03", first), ("2024-06-04", second)):
        lifted = f"SELECT * EXCLUDE (known_on) FROM ({lift(query, {'a.lots'})}) WHERE known_on = '{day}' ORDER BY ALL"
        assert connection.execute(lifted).fetchall() == rows


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("SELECT sum(l.gpus) AS n FROM a.lots AS l", "aggregate without GROUP BY"),
        ("SELECT l.gpus FROM a.lots AS l ORDER BY l.gpus LIMIT 1", "has a LIMIT"),
        ("SELECT l.gpus FROM a.lots AS l FULL JOIN a.lots AS m ON l.lot_id = m.lot_id", "FULL JOIN has no one day"),
        ("SELECT l.gpus FROM a.lots AS l WHERE l.lot_id IN (SELECT l.lot_id FROM a.lots AS l)", "rename one"),
    ],
)
def test_what_cannot_be_kept_apart_is_refused_by_name(query: str, said: str) -> None:
    with pytest.raises(NotByDay, match=rf"^b\.sums cannot be built for many days .*{said}"):
        lift(query, {"a.lots"}, "b.sums")
