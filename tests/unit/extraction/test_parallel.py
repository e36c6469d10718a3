"""Several processes give what one gives, in the same order, and a process that ends costs one row."""

import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context

import pyarrow as pa
import pytest

from pipelines.extraction import parallel
from pipelines.extraction.batch import ITEMS, extract_batch, unread
from pipelines.extraction.parallel import run
from pipelines.extraction.vocabulary import Vocabulary

FATAL = 7


def batch(*numbers: int) -> pa.RecordBatch:
    return pa.RecordBatch.from_pydict({"n": pa.array(numbers, pa.int64()), "said": pa.nulls(len(numbers), pa.string())})


def doubled(given: pa.RecordBatch) -> pa.RecordBatch:
    """Doubles each number; ends its process at FATAL."""
    numbers = given.column("n").to_pylist()
    if FATAL in numbers:
        os._exit(3)
    return batch(*(2 * number for number in numbers))


def lost(given: pa.RecordBatch, reason: str) -> pa.RecordBatch:
    return given.set_column(1, "said", pa.array([reason] * given.num_rows))


def flat(batches: Iterator[pa.RecordBatch]) -> list[tuple[int, str | None]]:
    return [(row["n"], row["said"]) for one in batches for row in one.to_pylist()]


@pytest.fixture
def two_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parallel, "cores", lambda: 2)


@pytest.mark.usefixtures("two_cores")
def test_two_processes_keep_the_order() -> None:
    given = [batch(*range(100 + 10 * n, 110 + 10 * n)) for n in range(9)]

    assert flat(run(given, doubled, lost, 2)) == flat(map(doubled, given))


@pytest.mark.usefixtures("two_cores")
def test_a_process_that_ends_costs_only_the_row_at_which_it_ended() -> None:
    found = flat(run([batch(1, 2), batch(3, 4, FATAL, 5, 6), batch(8), batch(9)], doubled, lost, 2))

    assert [n for n, _ in found] == [2, 4, 6, 8, FATAL, 10, 12, 16, 18]
    assert {n: said for n, said in found if said} == {FATAL: parallel.DIED}


@pytest.mark.usefixtures("two_cores")
def test_claims_are_the_same_bytes_by_one_process_or_two(vocabulary: Vocabulary) -> None:
    texts = ["Tesla ordered 5,000 H100 GPUs from Nvidia.", "The pool is open.", "Nvidia, 12,000 H100 GPUs: a picture."]
    given = [
        pa.RecordBatch.from_pylist(
            [{"item_id": f"{n}-{i}", "language": "en", "text": text} for i, text in enumerate(texts)], schema=ITEMS
        )
        for n in range(4)
    ]
    work = partial(extract_batch, vocabulary=vocabulary)

    one, two = (list(run(given, work, unread, processes)) for processes in (1, 2))
    assert [found.serialize() for found in one] == [found.serialize() for found in two]
    assert sum(len(row["claims"]) for found in two for row in found.to_pylist()) == 4


@pytest.mark.usefixtures("two_cores")
def test_batches_are_not_fetched_long_before_they_are_needed() -> None:
    fetched: list[int] = []

    def coming() -> Iterator[pa.RecordBatch]:
        for number in range(50):
            fetched.append(number)
            yield batch(number + 100)

    for number, _ in enumerate(run(coming(), doubled, lost, 2)):
        assert len(fetched) <= number + 4
    assert len(fetched) == 50


def test_no_more_processes_are_started_than_there_are_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parallel, "cores", lambda: 1)

    pids: list[int] = []

    def noted(given: pa.RecordBatch) -> pa.RecordBatch:
        pids.append(os.getpid())
        return given

    list(run([batch(1)], noted, lost, 64))
    assert pids == [os.getpid()]


def _stillborn() -> None:
    os._exit(1)


@pytest.mark.usefixtures("two_cores")
def test_where_no_process_starts_everything_is_read_here(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(
        parallel, "_pool", lambda _, processes: ProcessPoolExecutor(processes, get_context("spawn"), _stillborn)
    )

    with caplog.at_level("WARNING"):
        assert flat(run([batch(1), batch(2)], doubled, lost, 2)) == [(2, None), (4, None)]
    assert "read in this one" in caplog.text
