"""Telling people how far work has come: one line for whatever takes over two seconds, in terminal and run log alike.

Callers give counts; where the lines go is decided by whoever listens to the `waybill` logger.
"""

import logging
import time
from collections.abc import Callable

log = logging.getLogger("waybill")


class Progress:
    """Counts finished pieces of one piece of work and says so every `every_seconds`, and at its end if it was long."""

    def __init__(
        self,
        what: str,
        total: int,
        unit: str,
        *,
        every_seconds: float = 2.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._what, self._total, self._unit, self._every = what, total, unit, every_seconds
        self._clock = clock
        self._begun = self._said = clock()
        self._done = 0
        self._bytes = 0

    def advance(self, pieces: int = 1, size_bytes: int = 0) -> None:
        """Count `pieces` more, of `size_bytes` together."""
        self._done += pieces
        self._bytes += size_bytes
        now = self._clock()
        if now - self._said >= self._every:
            self._say(now)
            self._said = now

    def finish(self) -> None:
        """Say the whole, if the work took long enough for somebody to wonder."""
        now = self._clock()
        if now - self._begun >= self._every:
            self._say(now)

    def _say(self, now: float) -> None:
        size = f", {self._bytes / 1e6:,.1f} MB" if self._bytes else ""
        seconds = now - self._begun
        log.info(
            "%s: %s of %s %s%s (%.0f s)", self._what, f"{self._done:,}", f"{self._total:,}", self._unit, size, seconds
        )
