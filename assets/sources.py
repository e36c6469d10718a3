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
SUPPLIER_CSV = dg.AssetKey(["sources", "supplier_csv"])
SUPPLIER_XLSX = dg.AssetKey(["sources", "supplier_xlsx"])
SUPPLIER_JSON = dg.AssetKey(["sources", "supplier_json"])
SUPPLIER_PARQUET = dg.AssetKey(["sources", "supplier_parquet"])
SUPPLIER_X12 = dg.AssetKey(["sources", "supplier_x12"])
SUPPLIER_EDIFACT = dg.AssetKey(["sources", "supplier_edifact"])
SUPPLIER_ARCHIVES = dg.AssetKey(["sources", "supplier_archives"])
# Each message by what its lines name as their contract, and the asset of its standard above it.
X12 = ("850", "855", "856", "860", "865", "830", "862")
EDIFACT = ("orders", "ordrsp", "ordchg", "desadv", "delfor")
MESSAGES = {f"x12-{kind}": dg.AssetKey(["sources", f"x12_{kind}"]) for kind in X12} | {
    f"edifact-{kind}": dg.AssetKey(["sources", f"edifact_{kind}"]) for kind in EDIFACT
}
# What the suppliers' readers call each form.
SUPPLIER_FORMS = {
    "text/csv": SUPPLIER_CSV,
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": SUPPLIER_XLSX,
    "application/json": SUPPLIER_JSON,
    "application/vnd.apache.parquet": SUPPLIER_PARQUET,
    "application/EDI-X12": SUPPLIER_X12,
    "application/EDIFACT": SUPPLIER_EDIFACT,
    "application/zip": SUPPLIER_ARCHIVES,
    "application/gzip": SUPPLIER_ARCHIVES,
}
# Where suppliers' lines come in: forms, and for the two standards their messages.
SUPPLIER_LEAVES = (
    *(key for key in dict.fromkeys(SUPPLIER_FORMS.values()) if key not in (SUPPLIER_X12, SUPPLIER_EDIFACT)),
    *MESSAGES.values(),
)
PUBLIC = {"sec": SEC, "taiwan": TAIWAN, "census": CENSUS, "comtrade": COMTRADE, "epoch": EPOCH}

_DESCRIPTIONS = {
    NEWS_FOLDER: "Files with news items: plain text, HTML pages, RSS and Atom, JSON Lines. `WAYBILL_NEWS_DIR`.",
    FEEDS: "RSS and Atom feeds, asked with conditional requests. `reference/feeds.toml` and `WAYBILL_FEEDS`.",
    SUPPLIER_FOLDER: "What suppliers send, in whatever form. `WAYBILL_SUPPLIER_DIR`.",
    SUPPLIER_CSV: "Suppliers' CSV files, each read by a contract (docs/suppliers.md).",
    SUPPLIER_XLSX: "Suppliers' workbooks, each read by a contract (docs/suppliers.md).",
    SUPPLIER_JSON: "Suppliers' JSON and JSON Lines, each read by a contract (docs/suppliers.md).",
    SUPPLIER_PARQUET: "Suppliers' Parquet files, each read by a contract (docs/suppliers.md).",
    SUPPLIER_X12: "X12 interchanges, known by their first bytes (docs/edi.md).",
    SUPPLIER_EDIFACT: "EDIFACT interchanges, known by their first bytes (docs/edi.md).",
    MESSAGES["x12-850"]: "X12 850: orders (docs/edi.md).",
    MESSAGES["x12-855"]: "X12 855: what sellers promise of an order, a day for each line or part (docs/edi.md).",
    MESSAGES["x12-856"]: "X12 856: what was shipped, by its HL loops (docs/edi.md).",
    MESSAGES["x12-860"]: "X12 860: the buyers' changes of orders (docs/edi.md).",
    MESSAGES["x12-865"]: "X12 865: the sellers' changes of orders, new promises (docs/edi.md).",
    MESSAGES["x12-830"]: "X12 830: forecasts of what buyers mean to take (docs/edi.md).",
    MESSAGES["x12-862"]: "X12 862: what buyers call off (docs/edi.md).",
    MESSAGES["edifact-orders"]: "EDIFACT ORDERS: orders (docs/edi.md).",
    MESSAGES["edifact-ordrsp"]: "EDIFACT ORDRSP: what sellers promise of an order (docs/edi.md).",
    MESSAGES["edifact-ordchg"]: "EDIFACT ORDCHG: the buyers' changes of orders (docs/edi.md).",
    MESSAGES["edifact-desadv"]: "EDIFACT DESADV: what was despatched (docs/edi.md).",
    MESSAGES["edifact-delfor"]: "EDIFACT DELFOR: what buyers mean to take, or call off (docs/edi.md).",
    SUPPLIER_ARCHIVES: "Gzip and zip files, whose members are read as files of their own (docs/edi.md).",
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
    CENSUS: "json", COMTRADE: "json", EPOCH: "csv", CLAIMS_FOLDER: "file", SUPPLIER_CSV: "csv", SUPPLIER_XLSX: "excel",
    SUPPLIER_JSON: "json", SUPPLIER_PARQUET: "parquet", SUPPLIER_X12: "file", SUPPLIER_EDIFACT: "file",
    SUPPLIER_ARCHIVES: "file", **dict.fromkeys(MESSAGES.values(), "file"),
}  # fmt: skip


def specs() -> list[dg.AssetSpec]:
    """The external assets."""
    return [
        dg.AssetSpec(
            key,
            deps=_above(key),
            description=text,
            group_name="sources",
            owners=[OWNER],
            kinds={_KINDS[key]},
        )
        for key, text in _DESCRIPTIONS.items()
    ]


def _above(key: dg.AssetKey) -> list[dg.AssetKey]:
    """What a form of the suppliers is a part of: their folder, or its standard."""
    if key in SUPPLIER_FORMS.values():
        return [SUPPLIER_FOLDER]
    message = next((name for name, asset in MESSAGES.items() if asset == key), "")
    return [SUPPLIER_X12 if message.startswith("x12") else SUPPLIER_EDIFACT] if message else []
