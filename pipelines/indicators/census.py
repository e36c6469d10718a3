"""US Census Bureau, international trade: imports by HS code and country, month by month, with air value and weight.

Source: https://api.census.gov/data/timeseries/intltrade/imports/hs. The answer is a JSON list of rows, the first of
which names the columns. Here belongs what a row looks like; which codes are asked for is said in
`reference/public_sources.toml`.
"""

import re
from calendar import monthrange
from datetime import date

from pipelines.indicators.figure import Collector, Figure, FigureReading
from pipelines.indicators.json_answers import NotUsable, compact, decode, number_of

MEDIA_TYPE = "application/json"
UNITS = {
    "GEN_VAL_MO": "USD",
    "CON_VAL_MO": "USD",
    "AIR_VAL_MO": "USD",
    "VES_VAL_MO": "USD",
    "AIR_WGT_MO": "kg",
    "VES_WGT_MO": "kg",
}
_MONTH = re.compile(r"(\d{4})-(\d{2})")


def read_imports(data: bytes) -> FigureReading:
    """The monthly figures of an answer, one a row and measured column. Never raises for what the bytes hold.

    `reporter` is `US`, `partner` the Census Bureau's country code (empty for all countries), `item` the HS code,
    `measure` the column's name. Columns that measure nothing (names, codes) make no figure.
    """
    try:
        rows = decode(data)
        columns = _columns(rows)
    except NotUsable as error:
        return FigureReading(MEDIA_TYPE, unreadable=str(error))
    found = Collector(MEDIA_TYPE)
    for row in rows[1:]:
        if not isinstance(row, list) or len(row) != len(columns):
            found.reject(compact(row), f"not a row of {len(columns)} cells: {', '.join(columns)}")
            continue
        cells = dict(zip(columns, row, strict=True))
        for measure, unit in UNITS.items():
            if measure in cells:
                _read(found, cells, measure, unit, compact(row))
    return found.reading()


def _columns(rows: object) -> list[str]:
    if not isinstance(rows, list) or not rows or not isinstance(rows[0], list):
        raise NotUsable("no answer of the trade service: it is a list of rows, of which the first names the columns")
    columns = [str(name) for name in rows[0]]
    missing = [name for name in ("time", "I_COMMODITY") if name not in columns]
    if missing:
        raise NotUsable(f"the columns {', '.join(columns)} lack {', '.join(missing)}: ask for them with get=")
    if not UNITS.keys() & set(columns):
        raise NotUsable(f"the columns {', '.join(columns)} hold no figure: ask for some of {', '.join(UNITS)}")
    return columns


def _read(found: Collector, cells: dict[str, object], measure: str, unit: str, verbatim: str) -> None:
    value = number_of(cells[measure])
    month = _MONTH.fullmatch(str(cells["time"]))
    reasons = []
    if value is None:
        reasons.append(f"{measure}: {cells[measure]!r} is no number")
    elif value < 0:
        reasons.append(f"{measure}: {cells[measure]!r} is negative")
    if cells["I_COMMODITY"] in (None, ""):
        reasons.append("I_COMMODITY: missing")
    if not month or not 1 <= int(month[2]) <= 12 or int(month[1]) < 1:
        reasons.append(f"time: {cells['time']!r} is no month; it reads 2024-05")
    if value is None or not month or reasons:
        found.reject(f"{measure} {verbatim}", *reasons)
        return
    year, number = int(month[1]), int(month[2])
    country = cells.get("CTY_CODE")
    found.accept(
        Figure(
            number=found.next_number,
            reporter="US",
            reporter_name="United States",
            measure=measure,
            value=value,
            unit=unit,
            period_start=date(year, number, 1),
            period_end=date(year, number, monthrange(year, number)[1]),
            item=str(cells["I_COMMODITY"]),
            partner=None if country in (None, "-") else str(country),
            reference=str(cells["CTY_NAME"]) if cells.get("CTY_NAME") else None,
            verbatim=f"{measure} {verbatim}",
        )
    )
