"""A small world for the models from `raw` to `allocation`: a reference, and a lake that a test writes in a few words.

Builders and the chain of models belong here; what must come out of them belongs in the tests. Tables are built by the
real models in the order of their dependencies, and every blocking check must hold.
"""

import csv
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import cache
from itertools import count
from typing import Any

import duckdb
import polars as pl
from rows import SQL

from pipelines.lake import TABLES
from pipelines.sql_model import Model, read_models

Rows = list[dict[str, Any]]
Happened = tuple[str | None, float | None]
Count = float | tuple[float | None, float | None] | None

ENTITIES = [
    ("nvidia", "NVIDIA Corporation", "Nvidia", "chip_vendor", "US"),
    ("tesla", "Tesla, Inc.", "Tesla", "buyer", "US"),
    ("x-corp", "X Corp.", "X", "buyer", "US"),
    ("xai", "X.AI Corp.", "xAI", "lab", "US"),
    ("elon-musk", "Elon Musk", "Elon Musk", "person", "US"),
    ("meta", "Meta Platforms", "Meta", "hyperscaler", "US"),
    ("northwind", "Northwind Systems", "Northwind", "integrator", "DE"),
]
ALIASES = [("tesla", "TSLA", None), ("x-corp", "Twitter", None), ("meta", "Facebook", "Instagram|WhatsApp")]
CONTROL = [
    ("tesla", "elon-musk", "controller", "2008-10-01", None),
    ("x-corp", "elon-musk", "controller", "2022-10-27", "2025-03-28"),
    ("xai", "elon-musk", "controller", "2023-03-09", "2025-03-28"),
]
# product, claim name, level, parent, family, unit, component, gpus per unit, h100e
PRODUCTS = [
    ("gpu", "GPU", "any", None, None, "gpu", None, None, None),
    ("nvidia-hopper", "Hopper", "family", "gpu", "nvidia-hopper", "gpu", None, None, None),
    ("nvidia-h100", "H100", "model", "nvidia-hopper", "nvidia-hopper", "gpu", None, None, "1.0"),
    ("nvidia-h100-sxm", "H100 SXM", "variant", "nvidia-h100", "nvidia-hopper", "gpu", None, None, "1.0"),
    ("nvidia-h200", "H200", "model", "nvidia-hopper", "nvidia-hopper", "gpu", None, None, "1.0"),
    ("nvidia-hgx-h100", "HGX H100", "system", "nvidia-h100-sxm", "nvidia-hopper", "system",
     "nvidia-h100-sxm", "8", "1.0"),
    ("nvidia-blackwell", "Blackwell", "family", "gpu", "nvidia-blackwell", "gpu", None, None, None),
    ("nvidia-b200", "B200", "model", "nvidia-blackwell", "nvidia-blackwell", "gpu", None, None, "2.27"),
    ("nvidia-gb200", "GB200", "model", "nvidia-blackwell", "nvidia-blackwell", "gpu", None, None, "2.5"),
    ("nvidia-gb200-nvl72", "GB200 NVL72", "system", "nvidia-gb200", "nvidia-blackwell", "rack",
     "nvidia-gb200", "72", "2.5"),
    ("nvidia-gb200-nvl36", "GB200 NVL36", "system", "nvidia-gb200", "nvidia-blackwell", "rack",
     "nvidia-gb200", "36", "2.5"),
]  # fmt: skip
SKUS = [("hgx[- ]?h100.*", "nvidia-hgx-h100"), ("h100.*", "nvidia-h100-sxm"), ("gb200 nvl72", "nvidia-gb200-nvl72")]
RATES = [("2024-05-01", "EUR", "1.08"), ("2024-06-01", "EUR", "1.10"), ("2024-06-01", "USD", "1")]
MIN_CONFIDENCE = 0.5
OUTLETS = [("cnbc", "CNBC", "CNBC.com", "outlet"), ("reuters", "Reuters", None, "agency")]


def shipped(name: str) -> list[tuple[str, ...]]:
    """The rows of a curated file as it is shipped: the weights that every test is to hold for."""
    lines = (SQL.parent / "reference" / f"{name}.csv").read_text(encoding="utf-8").splitlines()
    return [tuple(row) for row in csv.reader(line for line in lines if not line.startswith("#"))][1:]


CURATED: dict[str, tuple[str, Sequence[Sequence[str | None]]]] = {
    "entities": ("entity_id,name,claim_name,kind,country", ENTITIES),
    "aliases": ("entity_id,alias,needs", ALIASES),
    "descriptions": ("entity_id,language,description", [("tesla", "en", "the carmaker")]),
    "control": ("entity_id,controller_id,relation,from_on,to_on,source", [(*row, "a test") for row in CONTROL]),
    "products": (
        "product_id,claim_name,name,level,parent_id,family_id,vendor_id,unit,component_id,gpus_per_unit,"
        "tops_8bit_dense,h100e,h100e_16bit,launched_on,source",
        [
            (key, name, f"NVIDIA {name}", level, parent, family, None if key == "gpu" else "nvidia", unit, component,
             size, None, h100e, None, None, "a test")
            for key, name, level, parent, family, unit, component, size, h100e in PRODUCTS
        ],
    ),
    "product_aliases": ("product_id,alias", [("nvidia-h100", "H-100")]),
    "skus": ("pattern,product_id", SKUS),
    "exchange_rates": ("month,currency,usd_per_unit", RATES),
    "outlets": ("outlet_id,name,aliases,kind", OUTLETS),
    "durations": ("duration,low_days,high_days", [("months", "60", "300")]),
    "match_weights": ("comparison,level,m,u", shipped("match_weights")),
    "match_thresholds": ("name,value", shipped("match_thresholds")),
    "decisions": ("one,other,verdict,decided_by,decided_on,reason", []),
    "measures": ("source,stated_measure,measure,rank", [
        ("sec", "us-gaap:Revenues", "revenue", "1"),
        ("sec", "us-gaap:SalesRevenueNet", "revenue", "2"),
        ("sec", "us-gaap:InventoryNet", "inventory", "1"),
        ("taiwan", "當月營收", "revenue", "1"),
        ("census", "AIR_WGT_MO", "air_import_weight", "1"),
        ("epoch", "INT8 performance (OP/s)", "peak_int8", "1"),
    ]),
    "reporters": ("source,code,entity_id", [("sec", "0001045810", "nvidia"), ("taiwan", "2330", "northwind")]),
    "unit_prices": ("product_id,from_on,usd_low,usd_high,source", [
        ("nvidia-h100", "2022-09-20", "20000", "30000", "a test"),
        ("nvidia-b200", "2024-11-15", "30000", "40000", "a test"),
    ]),
}  # fmt: skip


@cache
def models() -> dict[str, Model]:
    return read_models(SQL)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def days(text: str | None) -> tuple[date | None, date | None]:
    """`2024-01-01..2024-06-30`, `..2024-12-31` (a deadline), `2025-07-01..` (a start), or one day."""
    start, dots, end = (text or "").partition("..")
    return day(start), day(end) if dots else day(start)


class World:
    """A lake and a reference. Everything that a test does not say has a plain default."""

    def __init__(self, **curated: Sequence[Sequence[str | None]]) -> None:
        self.lake: dict[str, Rows] = {table: [] for table in TABLES}
        self.curated = {name: (columns, curated.get(name, rows)) for name, (columns, rows) in CURATED.items()}
        self._numbers = count(1)

    def item(
        self, source: str = "ledger", *, published: str = "2024-06-04", guid: str | None = None,
        text: str | None = None, fetched: str = "2024-07-01", item_id: str | None = None,
        precision: str = "day", title: str | None = None,
    ) -> str:  # fmt: skip
        """A news item in a document of its own; its text is unlike any other's, unless given."""
        number = next(self._numbers)
        item_id = item_id or f"item-{number:03}"
        self.news_document(f"document-of-{item_id}", fetched=fetched)
        start = at(published)
        self.lake["news_items"].append({
            "item_id": item_id, "document_id": f"document-of-{item_id}", "guid": guid or item_id, "source": source,
            "url": None, "published_at": start, "published_precision": precision, "published_start": start.date(),
            "published_end": start.date(), "fetched_at": at(fetched), "language": "en", "language_basis": "given",
            "title": title, "text": text or f"Told nowhere else, {number}.", "content_hash": f"hash-{text or number}",
        })  # fmt: skip
        return item_id

    def news_document(self, document_id: str, *, fetched: str = "2024-07-01", **fields: Any) -> str:
        self.lake["news_documents"].append({
            "document_id": document_id, "source": "news folder", "name": f"{document_id}.txt",
            "fetched_at": at(fetched), "media_type": "text/plain",
            "content_hash": f"hash-{document_id}", "size": 10, "status": "read",
            "reason": None, "entries_read": 1, "entries_accepted": 1, "entries_rejected": 0, "etag": None,
            "last_modified": None, "reader_version": "r1", **fields,
        })  # fmt: skip
        return document_id

    def claim(
        self, event: str, *, item: str | None = None, to: str | None = None, giver: str | None = None,
        supplier: str | None = None, product: str | None = "H100", gpus: Count = None, unit: str | None = None,
        value: Count = None, currency: str | None = None,
        promised: str | None = None, revised: str | None = None, happened: str | None = None,
        late: tuple[float | None, float | None] = (None, None), certainty: str = "reported", by: str | None = None,
        claim_id: str | None = None, version: str = "v1", confidence: float = 0.9,
    ) -> str:  # fmt: skip
        """A claim of an item (of a new item of its own, if none is given); gives the claim's id."""
        number = next(self._numbers)
        claim_id = claim_id or f"claim-{number:03}"
        item = item or self.item(f"outlet {number}")
        low, high = gpus if isinstance(gpus, tuple) else (gpus, gpus)
        least, most = value if isinstance(value, tuple) else (value, value)
        (promised_start, promised_end), (revised_start, revised_end) = days(promised), days(revised)
        actual_start, actual_end = days(happened)
        quote = f"words of {claim_id}"
        self.lake["news_claims"].append({
            "claim_id": claim_id, "item_id": item, "extractor": "rules", "extractor_version": version, "event": event,
            "supplier": supplier, "from_entity": giver, "to_entity": to, "product": product, "quantity_low": low,
            "quantity_high": high, "quantity_unit": unit or ("gpu" if gpus else None), "value_low": least,
            "value_high": most, "currency": currency, "promised_start": promised_start, "promised_end": promised_end,
            "revised_start": revised_start, "revised_end": revised_end, "actual_start": actual_start,
            "actual_end": actual_end, "delay_low_days": late[0], "delay_high_days": late[1], "certainty": certainty,
            "attributed_to": by, "quote": quote, "quote_start": 3, "quote_end": 3 + len(quote),
            "confidence": confidence, "slots": "{}",
        })  # fmt: skip
        return claim_id

    def supplier_document(self, document_id: str, *, received: str = "2024-07-01", **fields: Any) -> str:
        """A supplier document with its reading, once; `reader_version` and the like may be given."""
        reading = {"reader_version": fields.pop("reader_version", "r1"), "lines_read": fields.pop("lines_read", None),
                   "status": fields.pop("status", "read"), "reason": fields.pop("reason", None)}  # fmt: skip
        self.lake["supplier_documents"].append({
            "document_id": document_id, "source": "supplier folder", "name": f"{document_id}.csv",
            "received_at": at(received), "media_type": None, "content_hash": f"hash-{document_id}", "size": 10,
            "reason": None, **fields,
        })  # fmt: skip
        self.lake["supplier_readings"].append({
            "document_id": document_id, "read_at": at(received), "contract": "book", "media_type": "text/csv",
            "lines_accepted": 0, "lines_rejected": 0, **reading,
        })  # fmt: skip
        return document_id

    def line(
        self, order: str | None = "4711", number: str | None = "10", *, document: str | None = None,
        quantity: float | None = 100, unit: str | None = "gpu", statement: str = "order",
        buyer: str | None = "Tesla", sku: str | None = "H100",
        supplier: str = "Northwind", dated: str | None = "2024-06-10", received: str = "2024-07-01",
        price: float | None = None, currency: str | None = None, ordered: str | None = None,
        promised: str | None = None, revised: str | None = None,
        shipped: Happened = (None, None), delivered: Happened = (None, None), status: str | None = None,
        certainty: str = "confirmed", version: str = "r1",
    ) -> str:  # fmt: skip
        """One line of a supplier's document (of the document of that day, if none is given); gives the line's id."""
        document = document or f"book-{dated or received}"
        if document not in {row["document_id"] for row in self.lake["supplier_documents"]}:
            self.supplier_document(document, received=received)
        place = 1 + sum(row["document_id"] == document for row in self.lake["supplier_lines"])
        line_id = f"{document}-line-{place}"
        self.lake["supplier_lines"].append({
            "line_id": line_id, "document_id": document, "reader_version": version, "contract": "book", "sheet": None,
            "line_number": place, "part": 1, "verbatim": f"{order};{number};{quantity}", "statement": statement,
            "supplier": supplier, "buyer": buyer, "ship_to": None, "order_ref": order, "line_ref": number, "sku": sku,
            "quantity": quantity, "unit": unit, "unit_price": price, "currency": currency, "ordered_on": day(ordered),
            "requested_on": None, "promised_on": day(promised), "revised_on": day(revised),
            "shipped_on": day(shipped[0]), "shipped_quantity": shipped[1],
            "delivered_on": day(delivered[0]), "delivered_quantity": delivered[1],
            "status": status, "certainty": certainty, "document_date": day(dated), "site": None,
        })  # fmt: skip
        return line_id

    def build(self, *wanted: str, as_of: str = "2024-12-31", threads: int = 1) -> "Built":
        """Build the wanted tables (all, if none is named) with everything that they need."""
        self._count_readings()
        connection = duckdb.connect(config={"threads": threads})
        connection.execute("CREATE SCHEMA lake; CREATE SCHEMA curated")
        frames = {f"lake.{table}": pl.DataFrame(rows, schema=TABLES[table]) for table, rows in self.lake.items()}
        for table, (columns, texts) in self.curated.items():
            names = columns.split(",")
            frames[f"curated.{table}"] = pl.DataFrame(texts, schema=dict.fromkeys(names, pl.String), orient="row")
        for table, frame in frames.items():
            connection.register("frame", frame)
            connection.execute(f"CREATE TABLE {table} AS FROM frame")
            connection.unregister("frame")
        usual = all(CURATED[name] == content for name, content in self.curated.items())
        for name in needed(wanted):
            if usual and name.startswith("reference."):
                _copy(connection, name)
            else:
                _build(connection, models()[name], as_of)
        return Built(connection)

    def _count_readings(self) -> None:
        """What a test does not say about runs and readings follows from the rows."""
        lake = self.lake
        for reading in lake["supplier_readings"]:
            mine = (reading["document_id"], reading["reader_version"])
            if reading["lines_read"] is None:
                reading["lines_read"] = sum(
                    (row["document_id"], row["reader_version"]) == mine
                    for row in lake["supplier_lines"] + lake["rejected_lines"]
                )
        done = {(row["item_id"], row["extractor_version"]) for row in lake["extractions"]}
        for row in lake["news_claims"] + lake["news_items"]:
            run = (row["item_id"], row.get("extractor_version", "v1"))
            if run in done:
                continue
            done.add(run)
            lake["extractions"].append({
                "item_id": run[0], "extractor": "rules", "extractor_version": run[1],
                "extracted_at": at("2024-07-02") + timedelta(days=int(run[1].removeprefix("v"))), "language": "en",
                "claims": len({one["claim_id"] for one in lake["news_claims"]
                               if (one["item_id"], one["extractor_version"]) == run}),
                "mentions": len({one["mention_id"] for one in lake["mentions"]
                                 if (one["item_id"], one["extractor_version"]) == run}),
            })  # fmt: skip


class Built:
    """The tables of a world, built."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.connection = connection

    def rows(self, query: str) -> Rows:
        """The rows of a table (`shipments.swaps`) or of a query."""
        text = query if " " in query else f"FROM {query}"
        result = self.connection.execute(text)
        names = [column[0] for column in result.description or ()]
        return [dict(zip(names, values, strict=True)) for values in result.fetchall()]

    def row(self, query: str) -> dict[str, Any]:
        """The one row of a table or query."""
        (row,) = self.rows(query)
        return row

    def columns(self, query: str) -> list[tuple[Any, ...]]:
        """All rows of a query, as tuples."""
        return self.connection.execute(query).fetchall()

    def macro(self, table: str, **arguments: str) -> Rows:
        """The rows of a model that is a macro, for these arguments."""
        result = self.connection.execute(models()[table].sql, arguments)
        names = [column[0] for column in result.description or ()]
        return [dict(zip(names, values, strict=True)) for values in result.fetchall()]

    def violations(self, table: str) -> dict[str, int]:
        """How many rows break each declared check of a table, where any does."""
        return violations(self.connection, models()[table])


def violations(connection: duckdb.DuckDBPyConnection, model: Model) -> dict[str, int]:
    found = {check.name: len(connection.execute(check.violations).fetchall()) for check in model.checks}
    return {name: number for name, number in found.items() if number}


def needed(wanted: Sequence[str]) -> list[str]:
    """The models to build for the wanted ones, in order; those from raw to allocation, if none is named."""
    chain = [
        name
        for name, model in models().items()
        if not model.macro_parameter and model.schema not in ("delays", "publish", "supply", "quality")
    ]
    if not wanted:
        return chain
    need, pending = set(), list(wanted)
    while pending:
        name = pending.pop()
        if name in models() and name not in need:
            need.add(name)
            pending += models()[name].dependencies
    return [name for name in models() if name in need]


@cache
def _usual_reference() -> dict[str, pl.DataFrame]:
    """The tables of the reference that nearly every test has, built once."""
    names = [name for name in needed(()) if name.startswith("reference.")]
    built = World(entities=list(ENTITIES)[::-1]).build(*names)
    return {name: built.connection.sql(f"FROM {name}").pl() for name in names}


def _copy(connection: duckdb.DuckDBPyConnection, table: str) -> None:
    connection.execute("CREATE SCHEMA IF NOT EXISTS reference")
    connection.register("frame", _usual_reference()[table])
    connection.execute(f"CREATE TABLE {table} AS FROM frame")
    connection.unregister("frame")


def _build(connection: duckdb.DuckDBPyConnection, model: Model, as_of: str) -> None:
    connection.execute(f"CREATE SCHEMA IF NOT EXISTS {model.schema}")
    given = {"as_of": day(as_of), "min_confidence": MIN_CONFIDENCE}
    parameters: Mapping[str, Any] | None = {name: given[name] for name in model.parameters} or None
    connection.execute(f"CREATE OR REPLACE TABLE {model.table} AS {model.sql}", parameters)
    blocking = {check.name for check in model.checks if check.blocking}
    broken = {name: number for name, number in violations(connection, model).items() if name in blocking}
    assert not broken, f"{model.table}: {broken}"
