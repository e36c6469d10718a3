"""Builds the tables from what is seen, with the real SQL models in the order of their dependencies, in memory.

The reference is the project's own, with the world's parties and their control beside it. Several worlds without a
common party can stand in one build; their records are told apart by nothing but what they say.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from pipelines.lake import TABLES, content_id
from pipelines.settings import load_settings
from pipelines.sql_model import Model, read_models
from pipelines.warehouse import CURATED, Warehouse
from tests.world.generate import AS_OF
from tests.world.observe import Seen
from tests.world.truth import Truth

ROOT = Path(__file__).resolve().parents[2]
Rows = list[dict[str, Any]]
EVERYTHING = (
    "shipments.shipments", "shipments.events", "shipments.conflicts", "shipments.swaps", "allocation.transfers",
    "allocation.entity_allocation", "allocation.net_transfers", "delays.promises", "delays.shipment_delays",
    "delays.lot_outcomes",
)  # fmt: skip


SQL = ROOT / "sql"


@cache
def models(folder: Path = SQL) -> dict[str, Model]:
    return read_models(folder)


def needed(wanted: Sequence[str], folder: Path = SQL) -> dict[str, Model]:
    """The models to build for the wanted ones, in order."""
    known = models(folder)
    need, pending = set(), list(wanted)
    while pending:
        name = pending.pop()
        if name in known and name not in need:
            need.add(name)
            pending += known[name].dependencies
    return {name: model for name, model in known.items() if name in need}


class Built:
    """The tables of one build."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, models: Mapping[str, Model]) -> None:
        self.connection = connection
        self.models = models

    def rows(self, query: str) -> Rows:
        result = self.connection.execute(query)
        names = [column[0] for column in result.description or ()]
        return [dict(zip(names, values, strict=True)) for values in result.fetchall()]

    def broken_checks(self) -> dict[str, int]:
        """Declared blocking checks that do not hold: `table: check` to the number of rows that break it."""
        found = {}
        for name, model in self.models.items():
            for check in model.checks:
                if check.blocking:
                    (number,) = self.connection.execute(f"SELECT count(*) FROM ({check.violations})").fetchall()[0]
                    if number:
                        found[f"{name}: {check.name}"] = number
        return found


def build(worlds: Iterable[Seen], *, wanted: Sequence[str] = EVERYTHING, threads: int = 1, sql: Path = SQL) -> Built:
    """The tables of these worlds, all in one, by the models of a folder."""
    seen = list(worlds)
    frames = {f"lake.{name}": frame for name, frame in lake(seen).items()}
    frames |= {f"curated.{name}": frame for name, frame in reference(each.truth for each in seen).items()}
    connection = duckdb.connect(config={"threads": threads})
    connection.execute("CREATE SCHEMA lake; CREATE SCHEMA curated")
    for table, frame in frames.items():
        connection.register("frame", frame)
        connection.execute(f"CREATE TABLE {table} AS FROM frame")
        connection.unregister("frame")
    as_of = max((each.truth.as_of for each in seen), default=AS_OF)
    built = needed(wanted, sql)
    for model in built.values():
        connection.execute(f"CREATE SCHEMA IF NOT EXISTS {model.schema}")
        given = {"as_of": as_of, "min_confidence": 0.0}
        parameters = {name: given[name] for name in model.parameters} or None
        connection.execute(f"CREATE TABLE {model.table} AS {model.sql}", parameters)
    return Built(connection, built)


def build_home(home: Path, reference_folder: Path, *, wanted: Sequence[str] = EVERYTHING, threads: int = 2) -> Built:
    """The tables of the lake below a home, as a run of Waybill builds them; a blocking check that breaks raises."""
    environment = {"WAYBILL_HOME": str(home), "WAYBILL_REFERENCE_DIR": str(reference_folder)}
    settings = load_settings(environment, today=AS_OF)
    connection = duckdb.connect(config={"threads": threads})
    warehouse = Warehouse(connection, settings)
    warehouse.look_outside()
    built = needed(wanted)
    for model in built.values():
        result = warehouse.build(model)
        if result.blocked:
            broken = [check.check.name for check in result.checks if not check.passed]
            raise AssertionError(f"{model.table}: {', '.join(broken)}")
    return Built(connection, built)


@cache
def _curated() -> dict[str, pl.DataFrame]:
    options: Mapping[str, Any] = {"comment_prefix": "#", "infer_schema": False}
    return {name: pl.read_csv(ROOT / "reference" / f"{name}.csv", **options) for name in CURATED}


def reference(truths: Iterable[Truth]) -> dict[str, pl.DataFrame]:
    """The curated tables, as text, with the parties that these histories add to them."""
    entities, aliases, control = [], [], []
    taken = set(_curated()["entities"]["entity_id"])
    for truth in truths:
        for party in truth.parties.values():
            if party.known and party.party_id not in taken:
                taken.add(party.party_id)
                entities.append((party.party_id, party.spellings[1], party.name, party.kind, "SE"))
                aliases += [(party.party_id, each, None) for each in dict.fromkeys((party.name, *party.spellings[3:]))]
        control += [
            (held.party_id, held.controller_id, "controller", str(held.from_on), held.to_on and str(held.to_on),
             "a world")
            for held in truth.control
        ]  # fmt: skip
    more = {"entities": entities, "aliases": aliases, "control": control}
    return {
        name: pl.concat([frame, pl.DataFrame(more.get(name, []), schema=frame.schema, orient="row")])
        for name, frame in _curated().items()
    }


def lake(worlds: Sequence[Seen]) -> dict[str, pl.DataFrame]:
    """What is seen, as the tables of the lake: each edition of a book is a document, each item one too."""
    rows: dict[str, Rows] = {name: [] for name in TABLES}
    for seen in worlds:
        _books(seen, rows)
        _news(seen, rows)
    return {
        name: pl.DataFrame([{column: row.get(column) for column in TABLES[name]} for row in rows[name]], TABLES[name])
        for name in TABLES
    }


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time())


def _books(seen: Seen, rows: dict[str, Rows]) -> None:
    places: dict[str, int] = {}
    for line in seen.lines:
        day = line["document_date"]
        document = f"book-{content_id(seen.truth.seed, line['supplier'], day)}"
        received = _midnight(day) + timedelta(hours=6)
        places[document] = place = places.get(document, 0) + 1
        if place == 1:
            rows["supplier_documents"].append({
                "document_id": document, "source": "supplier folder", "name": f"{document}.csv",
                "received_at": received, "content_hash": document, "size": 1, "media_type": "text/csv",
            })  # fmt: skip
        rows["supplier_lines"].append({
            **line, "document_id": document, "reader_version": "world", "contract": "waybill-lines", "part": 1,
            "line_number": place, "certainty": "confirmed",
            "verbatim": ";".join(str(value) for value in line.values() if value is not None),
        })  # fmt: skip
    for document, lines in places.items():
        rows["supplier_readings"].append({
            "document_id": document, "reader_version": "world", "read_at": _midnight(seen.truth.as_of),
            "contract": "waybill-lines", "media_type": "text/csv", "status": "read", "lines_read": lines,
            "lines_accepted": lines, "lines_rejected": 0,
        })  # fmt: skip


def _news(seen: Seen, rows: dict[str, Rows]) -> None:
    counts: dict[str, int] = {}
    for claim in seen.claims:
        counts[claim["item_id"]] = counts.get(claim["item_id"], 0) + 1
        rows["news_claims"].append({
            **claim, "extractor": "world", "extractor_version": "1", "confidence": 1.0, "slots": "{}",
        })  # fmt: skip
    for item in seen.items:
        document = f"news-{item['item_id']}"
        published = item["published_at"]
        fetched = published + timedelta(hours=1)
        rows["news_documents"].append({
            "document_id": document, "source": "news folder", "name": f"{document}.txt", "fetched_at": fetched,
            "media_type": "text/plain", "content_hash": document, "size": 1, "status": "read", "entries_read": 1,
            "entries_accepted": 1, "entries_rejected": 0, "reader_version": "world",
        })  # fmt: skip
        rows["news_items"].append({
            **item, "document_id": document, "guid": item["item_id"], "published_precision": "instant",
            "published_start": published.date(), "published_end": published.date(), "fetched_at": fetched,
            "language_basis": "given", "content_hash": content_id(item["text"]),
        })  # fmt: skip
        rows["extractions"].append({
            "item_id": item["item_id"], "extractor": "world", "extractor_version": "1", "extracted_at": fetched,
            "language": item["language"], "claims": counts.get(item["item_id"], 0), "mentions": 0,
        })  # fmt: skip
