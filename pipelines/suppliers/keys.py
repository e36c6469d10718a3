"""Which lines of one document repeat a key, exactly, in memory that does not grow with the document.

A filter of fixed size says which keys are surely new. The few lines of which it is not sure are held back, and compared
with all keys before them, which stand on the disk while the document is read. What becomes of a repeated line is
said in `tables`.
"""

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType

import numpy as np
import polars as pl

_BITS = 28  # 32 MB: at ten million keys one new key in a thousand has to be looked up.
_ROWS_IN_MEMORY = 200_000
_ROWS_HELD = 50_000
_PLACE = ("sheet", "line_number")
BEFORE = "before_line", "before_sheet"


class Keys:
    """The keys of a document's lines so far. To be used in a `with`: what it put on the disk goes at its end."""

    def __init__(self, names: Sequence[str]) -> None:
        self._names = list(names)
        self._filter = np.zeros(1 << (_BITS - 3), dtype=np.uint8)
        self._runs: list[pl.DataFrame] = []
        self._written: list[Path] = []
        self._held: list[pl.DataFrame] = []
        self._folder: tempfile.TemporaryDirectory[str] | None = None

    def __enter__(self) -> "Keys":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._folder is not None:
            self._folder.cleanup()

    def new(self, lines: pl.DataFrame) -> pl.DataFrame:
        """The lines whose key surely stood in none before; the others are held back until `settled` is asked."""
        if not lines.height:
            return lines
        hashes = lines.select(pl.concat_str(self._texts(), separator="\0").hash(seed=0)).to_series()
        maybe = pl.Series(self._seen(hashes.to_numpy())) | ~hashes.is_first_distinct()
        if not maybe.any():
            self._keep(lines)
            return lines
        fresh = lines.filter(~maybe)
        self._keep(fresh)
        self._held.append(_apart(lines.filter(maybe)))
        return fresh

    @property
    def many_held(self) -> bool:
        """Whether so many lines are held back that it is time to settle them."""
        return sum(frame.height for frame in self._held) >= _ROWS_HELD

    def settled(self) -> tuple[pl.DataFrame, pl.DataFrame] | None:
        """Of the lines held back those that are new, and those that repeat a key, with the place of the line BEFORE.

        None where none is held. Lines with one key in one row of a file are parts of one line, and repeat nothing.
        """
        if not self._held:
            return None
        held = pl.concat(self._held)
        self._held = []
        wanted = held.select(self._names).unique()
        before = [_apart(run.join(wanted, on=self._names, how="semi", nulls_equal=True)) for run in self._all_runs()]
        found = pl.concat([*before, self._keys(held)]).unique(self._names, keep="first", maintain_order=True)
        first = found.rename(dict(zip(("line_number", "sheet"), BEFORE, strict=True)))
        lines = held.join(first, on=self._names, how="left", nulls_equal=True, maintain_order="left")
        repeats = lines.select(
            pl.col("line_number").ne_missing(pl.col(BEFORE[0])) | pl.col("sheet").ne_missing(pl.col(BEFORE[1]))
        ).to_series()
        fresh = lines.filter(~repeats).select(held.columns)
        self._keep(fresh)
        return fresh, lines.filter(repeats)

    def _texts(self) -> list[pl.Expr]:
        return [pl.col(name).cast(pl.String).fill_null("\1") for name in self._names]

    def _keys(self, lines: pl.DataFrame) -> pl.DataFrame:
        return lines.select(list(dict.fromkeys([*self._names, *_PLACE])))

    def _seen(
        self, hashes: "np.ndarray[tuple[int], np.dtype[np.uint64]]"
    ) -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
        """Whether each key may have stood before; from now on it has."""
        seen = np.ones(len(hashes), dtype=np.bool_)
        for shift in (0, 18, 36):
            bits = (hashes >> np.uint64(shift)) & np.uint64((1 << _BITS) - 1)
            places, masks = (
                (bits >> np.uint64(3)).astype(np.int64),
                (np.uint8(1) << (bits & np.uint64(7)).astype(np.uint8)),
            )
            seen &= (self._filter[places] & masks) != 0
            np.bitwise_or.at(self._filter, places, masks)
        return seen

    def _keep(self, lines: pl.DataFrame) -> None:
        self._runs.append(self._keys(lines))
        if sum(run.height for run in self._runs) < _ROWS_IN_MEMORY:
            return
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(prefix="waybill-keys-")
        path = Path(self._folder.name, f"{len(self._written)}.arrow")
        pl.concat(self._runs).write_ipc(path)
        self._written.append(path)
        self._runs = []

    def _all_runs(self) -> Iterator[pl.DataFrame]:
        for path in self._written:
            yield pl.read_ipc(path)
        yield from self._runs


def _apart(lines: pl.DataFrame) -> pl.DataFrame:
    """The same lines without hold on the texts of those that they were taken from, which a filter keeps in memory."""
    return pl.DataFrame(lines.rows(), schema=lines.schema, orient="row")
