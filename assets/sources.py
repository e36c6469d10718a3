"""What Waybill reads from outside, as external assets: folders, feeds and the curated reference. Nothing is stored."""

import dagster as dg

from pipelines.sql_assets import OWNER

NEWS_FOLDER = dg.AssetKey(["sources", "news_folder"])
FEEDS = dg.AssetKey(["sources", "feeds"])
SUPPLIER_FOLDER = dg.AssetKey(["sources", "supplier_folder"])
REFERENCE_FOLDER = dg.AssetKey(["sources", "reference_folder"])

_DESCRIPTIONS = {
    NEWS_FOLDER: "Files with news items: plain text, HTML pages, RSS and Atom, JSON Lines. `WAYBILL_NEWS_DIR`.",
    FEEDS: "RSS and Atom feeds, asked with conditional requests. `reference/feeds.toml` and `WAYBILL_FEEDS`.",
    SUPPLIER_FOLDER: "Suppliers' CSV and XLSX files, each read by a contract. `WAYBILL_SUPPLIER_DIR`.",
    REFERENCE_FOLDER: "What people curate: entities, control, products, rates, contracts. `WAYBILL_REFERENCE_DIR`.",
}
_KINDS = {NEWS_FOLDER: "file", FEEDS: "rss", SUPPLIER_FOLDER: "file", REFERENCE_FOLDER: "csv"}


def specs() -> list[dg.AssetSpec]:
    """The external assets."""
    return [
        dg.AssetSpec(key, description=text, group_name="sources", owners=[OWNER], kinds={_KINDS[key]})
        for key, text in _DESCRIPTIONS.items()
    ]
