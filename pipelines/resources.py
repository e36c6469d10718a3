"""What assets are given by Dagster: the warehouse, open and theirs alone for the whole run."""

from collections.abc import Iterator
from contextlib import contextmanager

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
    def yield_for_execution(self, _context: dg.InitResourceContext) -> Iterator["WarehouseResource"]:
        """Hold the warehouse while the run lasts."""
        with open_warehouse(load_settings()) as warehouse:
            self._warehouse = warehouse
            yield self
            self._warehouse = None

    @property
    def open(self) -> Warehouse:
        """The open warehouse. Raises RuntimeError outside a run."""
        if self._warehouse is None:
            raise RuntimeError("the warehouse is open only while a run lasts: use it inside an asset")
        return self._warehouse
