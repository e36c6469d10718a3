"""Runs a function of record batches over a stream of them, in this process or in several.

Order and bytes of what comes out do not depend on how many there are, and no more than a few batches are held at a
time. Here belong starting processes and what becomes of an item at which one ends. What is done to a batch stays out.
"""

import logging
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context

import pyarrow as pa

log = logging.getLogger("waybill")

Work = Callable[[pa.RecordBatch], pa.RecordBatch]
Lost = Callable[[pa.RecordBatch, str], pa.RecordBatch]
DIED = "the process that read it ended without a word: killed, out of memory, or a fault in a library"

_work: Work | None = None


def cores() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def run(batches: Iterable[pa.RecordBatch], work: Work, lost: Lost, processes: int) -> Iterator[pa.RecordBatch]:
    """What `work` makes of each batch, in their order, by so many processes (at most one a core).

    `work` is sent to each process once, so it can be pickled; it keeps rows and their order. Where a process ends, what
    it held is tried anew in smaller parts; the row at which one ends each time comes out as `lost(row, reason)`.
    """
    processes = min(processes, cores())
    pool = _started(work, processes) if processes > 1 else None
    if pool is None:
        yield from map(work, batches)
        return
    waiting: deque[tuple[pa.RecordBatch, Future[pa.RecordBatch] | None]] = deque()
    coming = iter(batches)
    try:
        while True:
            # One batch more than there are processes, so that none waits for this one to take a result.
            while len(waiting) <= processes and (batch := next(coming, None)) is not None:
                waiting.append((batch, _begun(pool, batch)))
            if not waiting:
                return
            done = _result(waiting[0][1])
            if done is not None:
                waiting.popleft()
                yield done
                continue
            pool.shutdown(cancel_futures=True)
            held = [batch for batch, _ in waiting]
            waiting.clear()
            log.warning("a process that read items ended; %d items are read anew", sum(one.num_rows for one in held))
            for one in held:
                yield _alone(one, work, lost)
            pool = _pool(work, processes)
    finally:
        pool.shutdown(cancel_futures=True)


def _pool(work: Work, processes: int) -> ProcessPoolExecutor:
    # Not forked: this process has threads, of polars and of who runs it, and a fork of them may hang.
    return ProcessPoolExecutor(processes, get_context("spawn"), _begin, (work,))


def _started(work: Work, processes: int) -> ProcessPoolExecutor | None:
    pool = _pool(work, processes)
    try:
        pool.submit(os.getpid).result()
    except BrokenProcessPool:
        log.warning("no other process can be started here; everything is read in this one")
        pool.shutdown()
        return None
    return pool


def _begun(pool: ProcessPoolExecutor, batch: pa.RecordBatch) -> Future[pa.RecordBatch] | None:
    try:
        return pool.submit(_do, batch)
    except BrokenProcessPool:
        return None


def _result(future: Future[pa.RecordBatch] | None) -> pa.RecordBatch | None:
    """What a process made of a batch; None where it ended before."""
    try:
        return future.result() if future else None
    except BrokenProcessPool:
        return None


def _begin(work: Work) -> None:
    global _work
    _work = work


def _do(batch: pa.RecordBatch) -> pa.RecordBatch:
    assert _work is not None
    return _work(batch)


def _alone(batch: pa.RecordBatch, work: Work, lost: Lost) -> pa.RecordBatch:
    """A batch of which some row may end a process: halved until that row stands alone."""
    with _pool(work, 1) as pool:
        try:
            return pool.submit(_do, batch).result()
        except BrokenProcessPool:
            if batch.num_rows == 1:
                return lost(batch, DIED)
    half = batch.num_rows // 2
    parts = [_alone(part, work, lost) for part in (batch.slice(0, half), batch.slice(half))]
    return pa.concat_batches(parts)
