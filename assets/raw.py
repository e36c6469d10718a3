"""What arrived, with when and whence: documents byte for byte, and the news items in them. No meaning is read."""

import logging
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta

import dagster as dg

from assets.sources import CLAIMS_FOLDER, FEEDS, NEWS_FOLDER, PUBLIC, SUPPLIER_FOLDER, SUPPLIER_LEAVES
from pipelines.arrivals import collect_news, collect_supplier_documents
from pipelines.handed_claims import collect_claim_documents
from pipelines.lineage import Lineage
from pipelines.news.feed_list import load_feeds
from pipelines.public import collect_public
from pipelines.sql_assets import asset_key, sql_stage
from pipelines.sql_model import Model
from pipelines.warehouse import Warehouse

log = logging.getLogger("waybill")

_STALE_AFTER = timedelta(hours=26)
_NEWS = {"raw.news_documents", "raw.news_items"}
_PUBLIC = {"raw.public_documents", "raw.public_requests"}


def assets(models: Mapping[str, Model], lineage: Lineage) -> dg.AssetsDefinition:
    """The stage `raw`."""
    return sql_stage(
        "raw",
        models,
        lineage,
        before=_collect,
        sources={
            "raw.news_documents": (NEWS_FOLDER, FEEDS, CLAIMS_FOLDER),
            "raw.news_items": (NEWS_FOLDER, FEEDS, CLAIMS_FOLDER),
            "raw.supplier_documents": SUPPLIER_LEAVES,
            "raw.public_documents": tuple(PUBLIC.values()),
            "raw.public_requests": tuple(PUBLIC.values()),
        },
        freshness=_STALE_AFTER,
        kinds=frozenset({"parquet", "python"}),
    )


def _collect(context: dg.AssetExecutionContext, warehouse: Warehouse) -> Iterator[dg.AssetObservation]:
    now = datetime.now(UTC).replace(tzinfo=None)
    settings, lake = warehouse.settings, warehouse.lake
    if {asset_key(table) for table in _NEWS} & context.selected_asset_keys:
        news = collect_news(settings, lake, now)
        yield dg.AssetObservation(
            NEWS_FOLDER, metadata={"folder": str(settings.news_dir), "documents": news.documents_seen}
        )
        feeds = load_feeds(settings.reference_dir / "feeds.toml", settings.feeds)
        yield dg.AssetObservation(FEEDS, metadata={"feeds": len(feeds), "urls": ", ".join(feed.url for feed in feeds)})
        log.info(
            "news: %d documents seen, %d new or changed (%d unreadable), %d new items, %d entries rejected",
            news.documents_seen, news.documents_new, news.documents_unreadable, news.items_new, news.entries_rejected,
        )  # fmt: skip
        handed = collect_claim_documents(settings, lake, now)
        yield dg.AssetObservation(
            CLAIMS_FOLDER,
            metadata={"folder": str(settings.claims_dir or "not set"), "documents": handed.documents_seen},
        )
        log.info(
            "ready-made claims: %d files seen, %d new or changed, %d new items",
            handed.documents_seen, handed.documents, handed.items_new,
        )  # fmt: skip
    if asset_key("raw.supplier_documents") in context.selected_asset_keys:
        files = collect_supplier_documents(settings, lake, now)
        yield dg.AssetObservation(
            SUPPLIER_FOLDER, metadata={"folder": str(settings.supplier_dir), "documents": files.documents_seen}
        )
        log.info("suppliers: %d files seen, %d new or changed", files.documents_seen, files.documents_new)
    if {asset_key(table) for table in _PUBLIC} & context.selected_asset_keys:
        public = collect_public(settings, lake, now)
        for source, key in PUBLIC.items():
            asked = "yes" if source in settings.sources else "no"
            found = {"folder": str(settings.public_dir / source), "asked over the network": asked}
            yield dg.AssetObservation(key, metadata=found)
        log.info(
            "public data: %d documents seen, %d asked for (%d failed), %d new",
            public.documents_seen, public.requests_made, public.requests_failed, public.documents_new,
        )  # fmt: skip
