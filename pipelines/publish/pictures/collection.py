"""Which picture goes with which table, as PNG for the Dagster UI, drawn once and kept until what it shows changes.

What a picture shows is said by its own module. The report draws its own, as SVG, in `pipelines.publish.report`.
"""

import hashlib
import logging
import re
from base64 import b64encode
from collections.abc import Callable, Mapping
from datetime import date
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import duckdb

from pipelines.publish.pictures import curves, deliveries, drawing, facts, flows, scores, timeline
from pipelines.publish.pictures.plates import Plate
from pipelines.publish.wording import visible
from pipelines.versions import code_version

log = logging.getLogger("waybill")
Ask = Callable[[duckdb.DuckDBPyConnection], Any]
Make = Callable[[Any, date], Plate]


def _largest(connection: duckdb.DuckDBPyConnection) -> Any:
    told = facts.transfers(connection)[:1]
    return told, facts.statements(connection, [row["shipment_id"] for row in told])


def _largest_plate(found: Any, _: date) -> Plate:
    told, statements = found
    if not told:
        return Plate("timeline", "No source tells of accelerators that went to another party.")
    return timeline.plate(told[0], statements.get(told[0]["shipment_id"], []))


_PICTURES: Mapping[str, tuple[Ask, Make]] = {
    "flows": (facts.transfers, lambda rows, _: flows.plate(rows)),
    "deliveries": (facts.lots, deliveries.plate),
    "curves": (facts.curves, lambda rows, _: curves.plate(rows)),
    "scores": (facts.extraction_scores, lambda rows, _: scores.plate(rows)),
    "timeline": (_largest, _largest_plate),
}
_PICTURE_OF = {
    "allocation.transfers": "flows",
    "allocation.net_transfers": "flows",
    "allocation.entity_allocation": "deliveries",
    "delays.curves": "curves",
    "quality.extraction": "scores",
    "publish.publication": "timeline",
}


def markdown_of(table: str, connection: duckdb.DuckDBPyConnection, as_of: date, folder: Path) -> str | None:
    """The picture of `table` as Markdown for the Dagster UI, asked of `connection`; None where it has none.

    `folder` keeps the drawings. A picture that cannot be drawn is logged and said: the table itself is whole.
    """
    if table not in _PICTURE_OF:
        return None
    name = _PICTURE_OF[table]
    ask, make = _PICTURES[name]
    try:
        return _kept(name, ask(connection), as_of, make, folder)
    except Exception as error:
        log.warning("%s: no picture, since %s: %s; its rows are complete", table, type(error).__name__, error)
        return f"No picture could be drawn ({type(error).__name__}); the rows are complete."


def _kept(name: str, found: Any, as_of: date, make: Make, folder: Path) -> str:
    seen = repr((found, as_of, version("matplotlib"), _code())).encode("utf-8", "backslashreplace")
    kept = folder / f"{name}-{hashlib.sha256(seen).hexdigest()[:16]}.md"
    if kept.is_file():
        return kept.read_text(encoding="utf-8")
    plate = make(found, as_of)
    words = _markdown(plate.title)
    if plate.panels:
        words = f"![{words}](data:image/png;base64,{b64encode(drawing.png(plate, folder / 'fonts')).decode()})"
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob(f"{name}-*.md"):
        old.unlink()
    half = kept.with_suffix(".partial")
    half.write_text(words, encoding="utf-8")
    half.replace(kept)
    return words


@cache
def _code() -> str:
    return code_version(Path(__file__).parent, Path(__file__).parents[1] / "wording.py")


def _markdown(words: str) -> str:
    return re.sub(r"([!-/:-@\[-`{-~])", r"\\\1", " ".join(visible(words).split()))
