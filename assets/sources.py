"""What Waybill reads from outside, as external assets: folders, feeds and the curated reference. Nothing is stored."""

import dagster as dg

from pipelines.sql_assets import OWNER

NEWS_FOLDER = dg.AssetKey(["sources", "news_folder"])
FEEDS = dg.AssetKey(["sources", "feeds"])
SUPPLIER_FOLDER = dg.AssetKey(["sources", "supplier_folder"])
REFERENCE_FOLDER = dg.AssetKey(["sources", "reference_folder"])
CLAIMS_FOLDER = dg.AssetKey(["sources", "claims_folder"])
SEC = dg.AssetKey(["sources", "sec"])
TAIWAN = dg.AssetKey(["sources", "taiwan"])
CENSUS = dg.AssetKey(["sources", "census"])
COMTRADE = dg.AssetKey(["sources", "comtrade"])
EPOCH = dg.AssetKey(["sources", "epoch"])
PUBLIC = {"sec": SEC, "taiwan": TAIWAN, "census": CENSUS, "comtrade": COMTRADE, "epoch": EPOCH}

_DESCRIPTIONS = {
    NEWS_FOLDER: "Files with news items: plain text, HTML pages, RSS and Atom, JSON Lines. `WAYBILL_NEWS_DIR`.",
    FEEDS: "RSS and Atom feeds, asked with conditional requests. `reference/feeds.toml` and `WAYBILL_FEEDS`.",
    SUPPLIER_FOLDER: "Suppliers' CSV and XLSX files, each read by a contract. `WAYBILL_SUPPLIER_DIR`.",
    SEC: "Companies' figures as tagged in their filings (SEC companyfacts). `WAYBILL_PUBLIC_DIR`, `WAYBILL_SOURCES`.",
    TAIWAN: "Monthly revenue of companies listed in Taiwan. `WAYBILL_PUBLIC_DIR`, `WAYBILL_SOURCES`.",
    CENSUS: "US imports by HS code, with air value and weight. `WAYBILL_PUBLIC_DIR`, `WAYBILL_SOURCES`.",
    COMTRADE: "Trade between countries by HS code (UN Comtrade). `WAYBILL_PUBLIC_DIR`, `WAYBILL_SOURCES`.",
    EPOCH: "Epoch AI's tables of clusters and of hardware (CC BY 4.0). `WAYBILL_PUBLIC_DIR`, `WAYBILL_SOURCES`.",
    CLAIMS_FOLDER: "Ready-made claims of another extractor or a person, in JSON Lines. `WAYBILL_CLAIMS_DIR`.",
    REFERENCE_FOLDER: "What people curate: entities, control, products, rates, contracts. `WAYBILL_REFERENCE_DIR`.",
}
_KINDS = {
    NEWS_FOLDER: "file", FEEDS: "rss", SUPPLIER_FOLDER: "file", REFERENCE_FOLDER: "csv", SEC: "json", TAIWAN: "html",
    CENSUS: "json", COMTRADE: "json", EPOCH: "csv", CLAIMS_FOLDER: "file",
}  # fmt: skip


def specs() -> list[dg.AssetSpec]:
    """The external assets."""
    return [
        dg.AssetSpec(key, description=text, group_name="sources", owners=[OWNER], kinds={_KINDS[key]})
        for key, text in _DESCRIPTIONS.items()
    ]
