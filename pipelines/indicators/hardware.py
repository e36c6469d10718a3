"""Epoch AI's table of machine learning hardware: peak rates, release days and prices of chips, as a cross-check.

Source: https://epoch.ai/data/machine-learning-hardware (ml_hardware.csv, CC BY 4.0). Here belongs which columns are
figures; what our own accelerators have stands in `reference/products.csv`.
"""

import csv
import io
from datetime import date

from pipelines.indicators.figure import Collector, Figure, FigureReading
from pipelines.indicators.json_answers import day_of, number_of

MEDIA_TYPE = "text/csv"
FIGURES = {
    "INT8 performance (OP/s)": "OP/s",
    "FP8 performance (FLOP/s)": "FLOP/s",
    "Tensor-FP16/BF16 performance (FLOP/s)": "FLOP/s",
    "Memory size per board (Byte)": "byte",
    "TDP (W)": "W",
    "Release price (USD)": "USD",
}
_NAME, _MAKER, _RELEASED, _CHANGED = "Hardware name", "Manufacturer", "Release date", "Last modified"
# Where the reader puts values that no column names.
_MORE = "(more)"
_OWN = (_NAME, _MAKER, _RELEASED, _CHANGED)


def read_hardware(data: bytes) -> FigureReading:
    """The figures of every chip, one a filled cell. Never raises for what the bytes hold.

    `item` is the chip's name, `reporter` the table, `partner` the maker; `period_end` is the day of release (of
    the row's last change, where none is known), and `known_on` the day on which the row was last changed.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return FigureReading(MEDIA_TYPE, unreadable=f"not UTF-8 (byte {error.start}): download the table again")
    lines = csv.DictReader(io.StringIO(text, newline=""), restkey=_MORE, restval="", strict=True)
    found = Collector(MEDIA_TYPE)
    try:
        columns = lines.fieldnames or []
        missing = [name for name in (_NAME, _MAKER, _RELEASED) if name not in columns]
        if missing:
            reason = f"the columns lack {', '.join(missing)}: it is not Epoch AI's hardware table"
            return FigureReading(MEDIA_TYPE, unreadable=reason)
        if twice := [name for name in (*_OWN, *FIGURES) if list(columns).count(name) > 1]:
            reason = f"the header names {', '.join(twice)} twice: nobody can tell which one counts"
            return FigureReading(MEDIA_TYPE, unreadable=reason)
        for row in lines:
            if any(one.strip() for one in row.get(_MORE) or ()):
                # Which values are shifted cannot be told, so none of the row's figures counts.
                where = f"line {lines.line_num}: more values than the {len(columns)} columns"
                found.reject(",".join([*(row[name] for name in columns), *row[_MORE]]), where)
                continue
            for measure, unit in FIGURES.items():
                if (row.get(measure) or "").strip():
                    _read(found, row, measure, unit)
    except csv.Error as error:
        return FigureReading(MEDIA_TYPE, unreadable=f"not a whole CSV table (line {lines.line_num}: {error})")
    return found.reading()


def _read(found: Collector, row: dict[str, str], measure: str, unit: str) -> None:
    verbatim = f"{row[_NAME]}: {measure} {row[measure]}"
    value = number_of(row[measure])
    released = day_of(row[_RELEASED]) or _changed(row)
    reasons = []
    if value is None or value < 0:
        reasons.append(f"{measure}: {row[measure]!r} is no number of 0 or more")
    if released is None:
        reasons.append(f"{_RELEASED}: {row[_RELEASED]!r} is no day, nor is {_CHANGED}: the figure belongs to no time")
    if not row[_NAME]:
        reasons.append(f"{_NAME}: missing")
    if value is None or released is None or reasons:
        found.reject(verbatim, *reasons)
        return
    found.accept(
        Figure(
            number=found.next_number,
            reporter="epoch",
            reporter_name="Epoch AI",
            measure=measure,
            value=value,
            unit=unit,
            period_end=released,
            item=row[_NAME].strip(),
            partner=row[_MAKER].strip() or None,
            known_on=_changed(row),
            reference=f"row {row[_NAME].strip()}",
            verbatim=verbatim,
        )
    )


def _changed(row: dict[str, str]) -> date | None:
    return day_of((row.get(_CHANGED) or "")[:10])
