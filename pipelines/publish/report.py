"""The report: one page that anybody can open, on a phone too, with no network and no script.

What it says comes from `pipelines.publish.findings`, its pictures from `pipelines.publish.pictures`, how it looks from
`report.html.jinja`. Everything that came from outside is escaped there, and is linked only where its address is a web
page's.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from pipelines.publish import wording
from pipelines.publish.findings import Findings, read_findings
from pipelines.publish.pictures import curves, deliveries, drawing, flows, timeline
from pipelines.publish.pictures.facts import Row
from pipelines.publish.pictures.plates import Plate

log = logging.getLogger("waybill")
MOST_ROWS = 100
MOST_WITH_EVIDENCE = 25
MOST_REJECTIONS = 50
MOST_TIMELINES = 3


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as the page shows it: its sentences, and each drawing with the sentence above it."""

    name: str
    title: str
    notes: tuple[str, ...]
    drawings: tuple[tuple[str, Markup], ...]


def write_report(database: Path, path: Path, folder: Path) -> None:
    """Write the report on the published file `database` to `path`; `folder` keeps what drawing needs."""
    findings = read_findings(database, most_rejections=MOST_REJECTIONS, most_evidence=MOST_WITH_EVIDENCE)
    path.write_text(render(findings, draw(findings, folder)), encoding="utf-8", errors="replace")


def draw(findings: Findings, folder: Path) -> dict[str, Picture]:
    """The page's pictures by name; a transfer's timeline is `timeline-` and its place in the list, from 1."""
    wanted: dict[str, Callable[[], Plate]] = {
        "flows": partial(flows.plate, findings.transfers),
        "deliveries": partial(deliveries.plate, findings.lots, findings.as_of),
        "curves": partial(curves.plate, findings.curves),
    }
    for place, row in enumerate(findings.transfers[:MOST_TIMELINES], 1):
        statements = findings.evidence.get(row["shipment_id"], [])
        wanted[f"timeline-{place}"] = partial(timeline.plate, row, statements, place)
    return {name: _picture(name, make, folder) for name, make in wanted.items()}


def _picture(name: str, make: Callable[[], Plate], folder: Path) -> Picture:
    """A picture that cannot be drawn is logged and said; the page and its tables are whole without it."""
    try:
        plate = make()
        drawings = zip(plate.panels, drawing.svgs(plate, folder / "fonts"), strict=True)
        return Picture(
            name,
            plate.title,
            tuple(plate.notes),
            tuple((panel.title if panel.title != plate.title else "", Markup(svg)) for panel, svg in drawings),
        )
    except Exception as error:
        log.warning("report: the picture %s is missing, since %s: %s", name, type(error).__name__, error)
        return Picture(name, "This picture could not be drawn; the tables on this page hold what it shows.", (), ())


def render(findings: Findings, pictures: Mapping[str, Picture]) -> str:
    """The page as HTML."""
    environment = Environment(
        autoescape=True,
        finalize=_shown,
        loader=FileSystemLoader(Path(__file__).parent),
        lstrip_blocks=True,
        trim_blocks=True,
        undefined=StrictUndefined,
    )
    environment.filters |= {
        "days": _days,
        "gpus": _gpus,
        "number": wording.number,
        "sum_of": _sum,
        "usd": _usd,
        "web": web_address,
    }
    environment.globals |= {"some": wording.some, "spread": wording.interval}
    longest = max((_late_days(row)[1] or 0 for row in findings.delays), default=0)
    return environment.get_template("report.html.jinja").render(
        findings=findings,
        pictures=pictures,
        counts=findings.counts,
        delays=[(row, *_late_days(row), _bar(row, longest)) for row in findings.delays[:MOST_ROWS]],
        most=MOST_ROWS,
    )


def web_address(url: str | None) -> str | None:
    """`url` where it is the address of a web page, else None."""
    if not url:
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return url if parts.scheme in ("http", "https") and parts.netloc else None


def _shown(value: Any) -> Any:
    if value is None:
        return wording.UNKNOWN
    return wording.visible(value, isolated=True) if type(value) is str else value


def _gpus(row: Row, name: str = "gpus") -> str:
    return wording.interval(row[f"{name}_low"], row[f"{name}_high"])


def _sum(rows: list[Row], name: str) -> float:
    return float(sum(row[name] or 0 for row in rows))


def _usd(row: Row) -> str:
    return wording.usd(row["value_usd_low"], row["value_usd_high"])


def _days(row: Row, name: str) -> str:
    return wording.days(row[f"{name}_start"], row[f"{name}_end"])


def _late_days(row: Row) -> tuple[float | None, float | None]:
    kind = "stated_delay_days" if row["is_stated"] else "slip_days"
    return row[f"{kind}_low"], row[f"{kind}_high"]


def _bar(row: Row, longest: float) -> tuple[float, float]:
    """Where the bar of a delay begins and how wide it is, in percent of the longest delay."""
    low, high = _late_days(row)
    begin = max(low or 0, 0)
    end = max(high if high is not None else begin, begin)
    return (0.0, 0.0) if longest <= 0 else (round(100 * begin / longest, 1), round(100 * (end - begin) / longest, 1))
