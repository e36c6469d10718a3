"""UN Comtrade: trade between two countries by HS code, a month or a year at a time.

Source: https://comtradeapi.un.org/public/v1/preview/C/M/HS and its paid form /data/v1/get. The answer is a JSON object
with a list `data`. Here belongs what a row looks like; what is asked for is said in `reference/public_sources.toml`.
"""

import re
from calendar import monthrange
from datetime import date

from pipelines.indicators.figure import Collector, Figure, FigureReading
from pipelines.indicators.json_answers import NotUsable, compact, decode, number_of

MEDIA_TYPE = "application/json"
# A row that counts only one part of the trade between two countries has another code here than that of the whole.
WHOLE = {
    "motCode": (None, 0, "0"),
    "customsCode": (None, "C00"),
    "partner2Code": (None, 0, "0"),
    "mosCode": (None, 0, "0"),
}
MEASURES = {"primaryValue": "USD", "netWgt": "kg"}
_PERIOD = re.compile(r"(\d{4})(\d{2})?")


def read_trade(data: bytes) -> FigureReading:
    """The values and net weights of an answer. Never raises for what the bytes hold.

    `reporter` and `partner` are UN Comtrade's numeric country codes (partner empty for the world), `item` the HS code,
    `measure` flow and field (`M primaryValue`: imports). A weight that is not reported (null, or 0 with a value above
    0) makes no figure. A row of one mode of transport or supply, one customs procedure or one country of consignment
    only is passed over, since the row of all of them holds it too.
    """
    try:
        rows = _rows(decode(data))
    except NotUsable as error:
        return FigureReading(MEDIA_TYPE, unreadable=str(error))
    found = Collector(MEDIA_TYPE)
    for row in rows:
        if not isinstance(row, dict):
            found.reject(compact(row), "not a row: a row is an object with period, reporterCode, cmdCode, primaryValue")
        elif any(row.get(field) not in whole for field, whole in WHOLE.items()):
            found.passed_over += 1
        else:
            for field, unit in MEASURES.items():
                if field == "primaryValue" or row.get(field):
                    _read(found, row, field, unit)
    return found.reading()


def _rows(content: object) -> list[object]:
    if not isinstance(content, dict):
        raise NotUsable("no answer of UN Comtrade: it is an object with `data`")
    # Its gateway, which counts requests, says `message` where the service itself says `error`.
    problem = content.get("error") or (content.get("message") if "data" not in content else None)
    if problem:
        raise NotUsable(f"UN Comtrade answers with an error: {str(problem)[:200]}")
    if not isinstance(content.get("data"), list):
        raise NotUsable("no answer of UN Comtrade: it has no list `data`")
    return list(content["data"])


def _read(found: Collector, row: dict[str, object], field: str, unit: str) -> None:
    verbatim = f"{field} {compact(row)}"
    value = number_of(row.get(field))
    period = _PERIOD.fullmatch(str(row.get("period")))
    flow, reporter, item = row.get("flowCode"), row.get("reporterCode"), row.get("cmdCode")
    reasons = []
    if value is None or value < 0:
        reasons.append(f"{field}: {row.get(field)!r} is no number of 0 or more")
    if not period or int(period[1]) < 1 or (period[2] and not 1 <= int(period[2]) <= 12):
        reasons.append(f"period: {row.get('period')!r} is neither a year nor a month; it reads 2024 or 202405")
    reasons += [f"{name}: missing" for name in ("flowCode", "reporterCode", "cmdCode") if row.get(name) in (None, "")]
    if value is None or not period or reasons:
        found.reject(verbatim, *reasons)
        return
    year, month = int(period[1]), int(period[2] or 0)
    partner = row.get("partnerCode")
    found.accept(
        Figure(
            number=found.next_number,
            reporter=str(reporter),
            reporter_name=str(row["reporterDesc"]) if row.get("reporterDesc") else None,
            measure=f"{flow} {field}",
            value=value,
            unit=unit,
            period_start=date(year, month or 1, 1),
            period_end=date(year, month or 12, monthrange(year, month or 12)[1]),
            item=str(item),
            partner=None if partner in (None, 0, "0") else str(partner),
            reference=str(row["partnerDesc"]) if row.get("partnerDesc") else None,
            verbatim=verbatim,
        )
    )
