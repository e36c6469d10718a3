"""What assets are given by Dagster: the warehouse, open and theirs alone for the whole run."""

import logging
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import dagster as dg
from pydantic import PrivateAttr

from pipelines.settings import load_settings
from pipelines.warehouse import Warehouse, open_warehouse


class WarehouseResource(dg.ConfigurableResource["WarehouseResource"]):
    """Opens the warehouse when a run begins and closes it when the run ends.

    Two runs never write at once, whoever started them: the second waits, and fails with WarehouseBusy when its
    patience (WAYBILL_LOCK_WAIT_SECONDS) ends.
    """

    _warehouse: Warehouse | None = PrivateAttr(default=None)

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator["WarehouseResource"]:
        """Hold the warehouse while the run lasts."""
        with ExitStack() as stack:
            with _heard_by(context.log):
                self._warehouse = stack.enter_context(open_warehouse(load_settings()))
            yield self
            self._warehouse = None

    @property
    def open(self) -> Warehouse:
        """The open warehouse. Raises RuntimeError outside a run."""
        if self._warehouse is None:
            raise RuntimeError("the warehouse is open only while a run lasts: use it inside an asset")
        return self._warehouse


@contextmanager
def _heard_by(run_log: logging.Logger | None) -> Iterator[None]:
    """Pass what Waybill says to the run's log; Dagster itself listens only once a step has begun."""

    class Listener(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if run_log:
                run_log.log(record.levelno, record.getMessage())

    log, listener = logging.getLogger("waybill"), Listener()
    level = log.level
    log.addHandler(listener)
    log.setLevel(logging.INFO)
    try:
        yield
    finally:
        log.removeHandler(listener)
        log.setLevel(level)
