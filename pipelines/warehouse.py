"""The warehouse: one DuckDB file, written by one run at a time, built from lake and reference by the SQL models.

Opening, waiting, building tables and running checks belongs here; what the tables are stands in `sql`, what others
read is made by `pipelines.publish`.
"""

import fcntl
import logging
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from pipelines.lake import TABLES, Lake
from pipelines.settings import Settings
from pipelines.sql_model import Check, Model

log = logging.getLogger("waybill")
CURATED = (
    "entities", "aliases", "descriptions", "control", "products", "product_aliases", "skus", "exchange_rates",
    "outlets", "durations", "match_weights", "match_thresholds", "decisions", "measures", "reporters", "unit_prices",
)  # fmt: skip


class NotBuilt(RuntimeError):
    """A table cannot be built, since tables that it is made from do not stand yet."""


class WarehouseBusy(RuntimeError):
    """Another run has been writing for longer than this one was willing to wait."""


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What a check found: how many rows break it, and the first of them."""

    check: Check
    violations: int
    examples: tuple[dict[str, Any], ...]

    @property
    def passed(self) -> bool:
        """Whether no row breaks it."""
        return self.violations == 0


@dataclass(frozen=True, slots=True)
class Built:
    """A table that was built: its number of rows, what its checks found, and how long building and checking took."""

    rows: int
    checks: tuple[CheckResult, ...]
    build_seconds: float
    check_seconds: float

    @property
    def blocked(self) -> bool:
        """Whether a blocking check failed, so that the table keeps its former rows."""
        return any(result.check.blocking and not result.passed for result in self.checks)


@contextmanager
def writing(home: Path, wait_seconds: float) -> Iterator[None]:
    """Hold the one right to write below `home`; wait for it up to `wait_seconds`.

    Raises WarehouseBusy, naming the process that writes, when the wait is over.
    """
    home.mkdir(parents=True, exist_ok=True)
    path = home / "writing.lock"
    with path.open("a+", encoding="utf-8") as lock:
        begun = time.monotonic()
        said: float | None = None
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                now = time.monotonic()
                lock.seek(0)
                holder = lock.read().strip() or "another process"
                if now - begun >= wait_seconds:
                    raise WarehouseBusy(
                        f"{home} is being written by {holder}, and still was after {wait_seconds:.0f} s. Wait until "
                        "that run ends and start again, or raise WAYBILL_LOCK_WAIT_SECONDS."
                    ) from None
                if said is None or now - said >= 5:
                    log.info("waiting for %s, which is writing to %s (%.0f s so far)", holder, home, now - begun)
                    said = now
                time.sleep(0.1)
        lock.seek(0)
        lock.truncate()
        lock.write(f"process {os.getpid()}")
        lock.flush()
        try:
            yield
        finally:
            lock.seek(0)
            lock.truncate()
            lock.flush()
            fcntl.flock(lock, fcntl.LOCK_UN)


@contextmanager
def open_warehouse(settings: Settings) -> Iterator["Warehouse"]:
    """Open the warehouse for writing, alone. Raises WarehouseBusy where another run does not end in time."""
    with writing(settings.home, settings.lock_wait_seconds):
        connection = duckdb.connect(
            str(settings.warehouse),
            config={
                "threads": os.cpu_count() or 2,
                "memory_limit": settings.memory,
                "temp_directory": str(settings.home / "put_aside"),
            },
        )
        try:
            yield Warehouse(connection, settings)
        finally:
            connection.close()


class Warehouse:
    """An open warehouse."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, settings: Settings) -> None:
        self.connection = connection
        self.settings = settings
        self.lake = Lake(settings.lake)
        self._pointed_at: dict[str, str] = {}

    def look_outside(self) -> None:
        """Point the `lake` and `curated` schemas at the Parquet files and the curated CSV files as they stand now."""
        self.connection.execute("CREATE SCHEMA IF NOT EXISTS lake; CREATE SCHEMA IF NOT EXISTS curated")
        for table in TABLES:
            self._point(f"lake.{table}", self.lake.select(table))
        for table in CURATED:
            path = str(self.settings.reference_dir / f"{table}.csv").replace("'", "''")
            self._point(
                f"curated.{table}",
                f"SELECT * FROM read_csv('{path}', header = true, comment = '#', all_varchar = true, nullstr = '', "
                "quote = '\"')",
            )

    def _point(self, view: str, query: str) -> None:
        if self._pointed_at.get(view) != query:
            self.connection.execute(f"CREATE OR REPLACE VIEW {view} AS {query}")
            self._pointed_at[view] = query

    def build(self, model: Model) -> Built:
        """Build one table from its model and check it, in one transaction.

        Where a blocking check fails, the table keeps its former rows; the results say so. A model that reads the lake
        directly becomes a view, since its rows stand there. Raises NotBuilt where a table before it is missing.
        """
        if missing := sorted(table for table in model.dependencies if not self._stands(table)):
            raise NotBuilt(
                f"{model.table} is made from {', '.join(missing)}, which no run has built yet: materialize what stands "
                "before it first, or run the job refresh"
            )
        begun = time.monotonic()
        self.connection.execute("BEGIN")
        try:
            self.create(model)
            count = self.count(model.table)
            built = time.monotonic()
            results = tuple(self.run_check(check) for check in model.checks)
            blocked = any(result.check.blocking and not result.passed for result in results)
            self.connection.execute("ROLLBACK" if blocked else "COMMIT")
        except Exception:
            self.connection.execute("ROLLBACK")
            raise
        return Built(count, results, built - begun, time.monotonic() - built)

    def create(self, model: Model) -> None:
        """Make one table from its model, unchecked; one that stands is replaced."""
        kind = "VIEW" if any(table.startswith("lake.") for table in model.tables) else "TABLE"
        given = self.settings.sql_parameters
        parameters = {name: given[name] for name in model.parameters if name in given} or None
        self.connection.execute(f"CREATE SCHEMA IF NOT EXISTS {model.schema}")
        self._make_room(model, kind)
        # Made for all days at once, a query joins on the day everywhere, and all of a day would meet all else of it.
        self.connection.execute(f"SET disabled_optimizers = '{'join_order' if model.sql != model.written else ''}'")
        self.connection.execute(f"CREATE OR REPLACE {kind} {model.table} AS {model.sql}", parameters)

    def _make_room(self, model: Model, kind: str) -> None:
        # A view cannot replace a table, nor a table a view.
        query = "SELECT table_type FROM information_schema.tables WHERE table_schema = $schema AND table_name = $name"
        found = self.rows(query, {"schema": model.schema, "name": model.name})
        stands = "VIEW" if found and found[0]["table_type"] == "VIEW" else "TABLE"
        if found and stands != kind:
            self.connection.execute(f"DROP {stands} {model.table}")

    def _stands(self, table: str) -> bool:
        schema, name = table.split(".")
        found = "SELECT count(*) FROM information_schema.tables WHERE table_schema = $schema AND table_name = $name"
        return bool(self.row(found, {"schema": schema, "name": name})[0])

    def run_check(self, check: Check) -> CheckResult:
        """Run one check: count what breaks it and fetch the first rows that do."""
        relation = f"({check.violations})"
        (violations,) = self.row(f"SELECT count(*) FROM {relation}")
        examples = tuple(self.rows(f"FROM {relation} LIMIT 5")) if violations else ()
        return CheckResult(check, violations, examples)

    def count(self, table: str) -> int:
        """The number of rows of `table`."""
        (number,) = self.row(f"SELECT count(*) FROM {table}")
        return int(number)

    def row(self, query: str, parameters: Mapping[str, Any] | None = None) -> tuple[Any, ...]:
        """The one row that `query` gives."""
        found = self.connection.execute(query, parameters).fetchone()
        if found is None:
            raise LookupError(f"no row: {query}")
        return tuple(found)

    def rows(self, query: str, parameters: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
        """All rows that `query` gives, each as column name to value."""
        result = self.connection.execute(query, parameters)
        names = [column[0] for column in result.description or ()]
        return [dict(zip(names, values, strict=True)) for values in result.fetchall()]
