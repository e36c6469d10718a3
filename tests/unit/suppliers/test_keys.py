"""A key counts once in a document, exactly, in memory that does not grow with the document."""

import json
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.suppliers import keys
from pipelines.suppliers.keys import Keys
from tests.unit.suppliers.tables import HEADER, ROOT, contract, read, workbook

# Keys of few values, some with nothing in them, in batches of lines; a line may have two parts.
BATCHES = st.lists(
    st.lists(st.tuples(st.sampled_from(["A", "B", "", None]), st.sampled_from(["1", "", None])), max_size=6), max_size=6
)


def rows_of(batches: list[list[tuple[str | None, str | None]]], parts: int) -> list[pl.DataFrame]:
    frames, number = [], 1
    for batch in batches:
        rows = []
        for order, line in batch:
            number += 1
            rows.append((order, line, number // parts, None))
        schema = {"order": pl.String, "line": pl.String, "line_number": pl.Int64, "sheet": pl.String}
        frames.append(pl.DataFrame(rows, schema=schema, orient="row"))
    return frames


@pytest.mark.parametrize("bits", [4, 28], ids=["a filter that is never sure", "a filter of full size"])
@pytest.mark.parametrize("parts", [1, 2])
def test_the_first_line_of_each_key_is_new_and_every_other_repeats_it(
    bits: int, parts: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keys, "_BITS", bits)
    monkeypatch.setattr(keys, "_ROWS_IN_MEMORY", 3)
    monkeypatch.setattr(keys, "_ROWS_HELD", 2)

    @given(BATCHES)
    @settings(max_examples=100, database=None, derandomize=True, deadline=None)
    def holds(batches: list[list[tuple[str | None, str | None]]]) -> None:
        first: dict[tuple[str | None, str | None], int] = {}
        expected_repeats = []
        new: list[int] = []
        repeats: list[tuple[int, int]] = []
        frames = rows_of(batches, parts)
        with Keys(["order", "line"]) as seen:
            for frame in frames:
                for order, line, number, _ in frame.iter_rows():
                    if first.setdefault((order, line), number) != number:
                        expected_repeats.append((number, first[order, line]))
                new += seen.new(frame)["line_number"].to_list()
                if seen.many_held:
                    _take(seen, new, repeats)
            _take(seen, new, repeats)
        assert sorted(repeats) == sorted(expected_repeats)
        assert len(new) + len(repeats) == sum(frame.height for frame in frames)

    holds()


def _take(seen: Keys, new: list[int], repeats: list[tuple[int, int]]) -> None:
    settled = seen.settled()
    if settled is not None:
        new += settled[0]["line_number"].to_list()
        repeats += settled[1].select("line_number", "before_line").iter_rows()


def test_a_line_that_repeats_one_says_which_and_the_first_stands() -> None:
    line = "A,1,H100,8,,,2024-01-01,,,open"
    reading = read(f"{HEADER}\n{line}\nB,1,H100,8,,,2024-01-01,,,open\n{line}\n{line.replace(',8,', ',16,')}\n")
    assert [(one.line_number, one.quantity) for one in reading.lines] == [(2, 8), (3, 8)]
    assert [(one.line_number, one.columns, one.reasons) for one in reading.rejected] == [
        (number, ("Line",), ("key: order_ref A, line_ref 1 stands already in line 2: a line counts once",))
        for number in (4, 5)
    ]


def test_a_line_that_repeats_one_of_another_sheet_is_told_so_even_in_the_same_row() -> None:
    cells = ["A", 1, "H100", 8, None, None, "2024-01-01", None, None, "open"]
    by = contract(files=["orders.xlsx"], format={"kind": "xlsx", "sheet": "*"})
    data = workbook([HEADER.split(","), cells], "East", West=[HEADER.split(","), cells])
    reading = read(data, by, "orders.xlsx")
    assert [line.sheet for line in reading.lines] == ["East"]
    assert "stands already in line 2 of sheet 'East'" in reading.rejected[0].reasons[0]


def test_nothing_stays_on_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys, "_ROWS_IN_MEMORY", 1)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with Keys(["order"]) as seen:
        seen.new(rows_of([[("A", "1"), ("B", "1")]], 1)[0])
        assert [path.name.startswith("waybill-keys-") for path in tmp_path.iterdir()] == [True]
    assert list(tmp_path.iterdir()) == []


READ_ONE = """
import json, sys
from pathlib import Path
from pipelines.suppliers.documents import Context, Document
from pipelines.suppliers.kinds import open_document
from tests.unit.suppliers.tables import KNOWN, contract
path = Path(sys.argv[1])
lines = 0
for batch in open_document(Document("orders.csv", path), Context([contract()], KNOWN)).batches:
    lines += batch.accepted
peak = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM:"))
print(json.dumps([lines, int(peak.split()[1]) // 1024]))
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the peak of memory is read from /proc")
def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    peaks = {}
    for megabytes in (20, 100):
        path = tmp_path / f"{megabytes}.csv"
        lines = _write(path, megabytes * 1_000_000)
        command = [sys.executable, "-c", READ_ONE, str(path)]
        done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
        read_lines, peaks[megabytes] = json.loads(done.stdout)
        assert read_lines == lines
    assert peaks[100] < 1.25 * peaks[20], f"MB of memory by MB of file: {peaks}"


def _write(path: Path, size: int) -> int:
    """Lines of which every order is another one; gives how many."""
    block = 20_000
    count = 0
    with path.open("wb") as file:
        file.write(f"{HEADER}\n".encode())
        while file.tell() < size:
            number = pl.arange(count, count + block, eager=True)
            text = pl.select(
                pl.format("PO-{}-{},1,H100,{},,,2024-01-01,2024-06-28,,open", number, pl.lit("x" * 60), number % 5_000)
            )
            file.write(("\n".join(text.to_series()) + "\n").encode())
            count += block
    return count
