"""Dagster's event log in SQLite with connections that stay open: a run writes over a thousand events and checks.

Dagster opens a file anew for each statement, up to five times an event, and waits for the disk each time; both together
took longer than building all tables of a small world. Here an event, or the batch of all that a run means to do, is one
transaction in each file that it goes to. What is stored, where, and how it is read stays Dagster's.
"""

import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

from dagster import EventLogEntry
from dagster._core.storage.event_log import SqliteEventLogStorage
from dagster._core.storage.sqlite import SQLITE_BUSY_TIMEOUT_SECONDS
from dagster._serdes import ConfigurableClassData
from sqlalchemy import create_engine, event
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.pool import StaticPool

from pipelines.settings import load_settings

_OPEN_FILES = 8


class EventLog(SqliteEventLogStorage):
    """The event log below `$WAYBILL_HOME/dagster`, in the files in which Dagster keeps it by default."""

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        self._engines: OrderedDict[str, Engine] = OrderedDict()
        self._storing: int | None = None
        self._stored_in: dict[str, Connection] = {}
        self._ends = ExitStack()
        self._columns: set[str] = set()
        super().__init__(base_dir, inst_data)

    @classmethod
    def config_type(cls) -> dict[str, Any]:
        """Nothing to set: the place follows from WAYBILL_HOME."""
        return {}

    @classmethod
    def from_config_value(cls, inst_data: ConfigurableClassData | None, _config_value: Any) -> "EventLog":
        """The event log of the present WAYBILL_HOME."""
        return cls(str(load_settings().dagster_home / "history" / "runs"), inst_data)

    def store_event(self, event: EventLogEntry) -> None:
        """Store one event."""
        self.store_event_batch([event])

    def store_event_batch(self, events: Sequence[EventLogEntry]) -> None:
        """Store all of `events`, or none where storing one of them fails."""
        with self._one_transaction():
            for event in events:
                super().store_event(event)

    @contextmanager
    def _one_transaction(self) -> Iterator[None]:
        """What this thread does inside goes into one transaction a file; other threads wait."""
        with self._db_lock, ExitStack() as self._ends:
            self._storing = threading.get_ident()
            try:
                yield
            finally:
                self._storing = None
                self._stored_in.clear()

    @contextmanager
    def _connect(self, shard: str) -> Iterator[Connection]:
        if self._storing == threading.get_ident():
            if shard not in self._stored_in:
                self._stored_in[shard] = self._ends.enter_context(self._begun(shard))
            yield self._stored_in[shard]
        else:
            with self._db_lock, self._begun(shard) as connection:
                yield connection

    @contextmanager
    def _begun(self, shard: str) -> Iterator[Connection]:
        engine = self._engine(shard)
        if shard not in self._initialized_dbs:
            self._initdb(engine)
            self._initialized_dbs.add(shard)
        with engine.connect() as connection, connection.begin():
            yield connection

    def _has_asset_key_col_on_connection(self, conn: Connection, column_name: str) -> bool:
        """Whether the column is there; one that was is not looked for again, as Dagster does at each event."""
        if column_name not in self._columns and super()._has_asset_key_col_on_connection(conn, column_name):
            self._columns.add(column_name)
        return column_name in self._columns

    def _engine(self, shard: str) -> Engine:
        engine = self._engines.pop(shard, None) or _open(self.conn_string_for_shard(shard))
        self._engines[shard] = engine
        if len(self._engines) > _OPEN_FILES:
            _, oldest = self._engines.popitem(last=False)
            oldest.dispose()
        return engine

    def dispose(self) -> None:
        """Close the files."""
        for engine in self._engines.values():
            engine.dispose()
        self._engines.clear()
        super().dispose()


def _open(url: str) -> Engine:
    # One connection a file, which the storage's lock gives to one thread at a time.
    options = {"timeout": SQLITE_BUSY_TIMEOUT_SECONDS, "check_same_thread": False}
    engine = create_engine(url, poolclass=StaticPool, connect_args=options)

    @event.listens_for(engine, "connect")
    def _trust_the_log(connection: Any, _record: Any) -> None:
        # SQLite's advice beside a write-ahead log: no wait for the disk at each commit, and never a broken file.
        connection.execute("PRAGMA synchronous=NORMAL")

    return engine
