"""What each source says, in its own terms: news claims, supplier lines, and what was rejected. Nothing is decided."""

import logging
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

import dagster as dg
import polars as pl

from assets.sources import MESSAGES, SUPPLIER_FORMS
from pipelines.handed_claims import read_handed_claims
from pipelines.lineage import Lineage
from pipelines.public import read_figures
from pipelines.reading import read_claims, read_supplier_lines
from pipelines.reference import load_reference
from pipelines.sql_assets import asset_key, sql_stage
from pipelines.sql_model import Model
from pipelines.warehouse import Warehouse

log = logging.getLogger("waybill")

_NEWS = {"claims.news_claims", "claims.mentions", "claims.extractions", "claims.claim_readings"}
_FIGURES = {"claims.figure_readings", "claims.indicators", "claims.rejected_lines"}
_SUPPLIERS = {"claims.supplier_lines", "claims.supplier_readings", "claims.rejected_lines"}


def assets(models: Mapping[str, Model], lineage: Lineage) -> dg.AssetsDefinition:
    """The stage `claims`. Claims name what the reference knows, so they come after it."""
    names = [asset_key("reference.entities"), asset_key("reference.products")]
    parts = [asset_key("reference.skus"), asset_key("reference.exchange_rates")]
    figures = [asset_key("reference.measures"), asset_key("reference.reporters")]
    return sql_stage(
        "claims",
        models,
        lineage,
        before=_read,
        sources={"claims.extractions": names, "claims.supplier_readings": parts, "claims.figure_readings": figures},
        kinds=frozenset({"parquet", "python"}),
    )


def _read(context: dg.AssetExecutionContext, warehouse: Warehouse) -> Iterator[dg.AssetObservation]:
    now = datetime.now(UTC).replace(tzinfo=None)
    reference = load_reference(warehouse.settings.reference_dir)
    if {asset_key(table) for table in _NEWS} & context.selected_asset_keys:
        news = read_claims(warehouse.lake, reference, now)
        log.info("claims: %d items read anew, %d claims", news.pieces, news.accepted)
        handed = read_handed_claims(warehouse.lake, now)
        log.info(
            "ready-made claims: %d files read anew (%d unreadable), %d lines accepted, %d rejected",
            handed.documents, handed.unreadable, handed.accepted, handed.rejected,
        )  # fmt: skip
    if {asset_key(table) for table in _SUPPLIERS} & context.selected_asset_keys:
        files = read_supplier_lines(warehouse.settings, warehouse.lake, reference, now)
        log.info(
            "supplier lines: %d files read anew (%d unreadable), %d lines accepted, %d rejected",
            files.pieces, files.unreadable, files.accepted, files.rejected,
        )  # fmt: skip
        yield from _forms(warehouse)
    if {asset_key(table) for table in _FIGURES} & context.selected_asset_keys:
        figures = read_figures(warehouse.settings, warehouse.lake, reference, now)
        log.info(
            "public data: %d documents read anew (%d unreadable), %d figures accepted, %d rejected",
            figures.documents, figures.unreadable, figures.accepted, figures.rejected,
        )  # fmt: skip


def _forms(warehouse: Warehouse) -> Iterator[dg.AssetObservation]:
    """What suppliers sent in each form, as it was read last."""
    readings = warehouse.lake.read("supplier_readings").sort("read_at").unique("document_id", keep="last")
    for key in dict.fromkeys(SUPPLIER_FORMS.values()):
        forms = [media_type for media_type, form in SUPPLIER_FORMS.items() if form == key]
        found = readings.filter(pl.col("media_type").is_in(forms))
        counts = {name: int(found[f"lines_{name}"].sum()) for name in ("read", "accepted", "rejected")}
        yield dg.AssetObservation(
            key, metadata={"documents": found.height} | {f"lines {name}": number for name, number in counts.items()}
        )
    yield from _messages(warehouse, readings)


def _messages(warehouse: Warehouse, readings: pl.DataFrame) -> Iterator[dg.AssetObservation]:
    """How many documents hold each message of X12 and EDIFACT, as they were read last, and how many lines it gave."""
    last = readings.select("document_id", "reader_version").lazy()
    files = warehouse.lake.files("supplier_lines")
    counts = [
        pl.scan_parquet(file)
        .filter(pl.col("contract").is_in(list(MESSAGES)))
        .join(last, on=["document_id", "reader_version"], how="semi")
        .group_by("contract", "document_id")
        .len()
        .collect()
        for file in files
    ]
    found = (
        pl.concat(counts)
        if counts
        else pl.DataFrame(schema={"contract": pl.String, "document_id": pl.String, "len": pl.UInt32})
    )
    for name, key in MESSAGES.items():
        mine = found.filter(pl.col("contract") == name)
        yield dg.AssetObservation(
            key, metadata={"documents": mine["document_id"].n_unique(), "lines accepted": int(mine["len"].sum())}
        )
