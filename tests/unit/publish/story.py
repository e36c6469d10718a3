"""A handful of lake rows: one swap told twice, a supplier's line, broken input, hostile words in every field."""

from collections.abc import Mapping
from datetime import date as day
from datetime import datetime
from typing import Any

from pipelines.lake import TABLES, Lake

HOSTILE_TITLE = "<script>alert('title')</script> \"12,000\" & [bold red]more[/] \u202egnp.exe"
HOSTILE_QUOTE = "12,000 <img src=x onerror=alert(1)> H100 [/] go to X\x1b[31m instead"
HOSTILE_NAME = "<b>Evil</b> [link=file:///etc/passwd]Corp[/link]"


def row(table: str, values: Mapping[str, Any]) -> dict[str, Any]:
    return {**dict.fromkeys(TABLES[table]), **values}


def tell(lake: Lake) -> None:
    """Put the story into an empty lake."""
    at = datetime.fromisoformat("2024-06-04 12:00:00")
    lake.append(
        "news_documents",
        [
            row("news_documents", {
                "document_id": "d1", "source": "folder", "name": "story.jsonl", "fetched_at": at, "content_hash": "h1",
                "size": 10, "status": "read", "entries_read": 3, "entries_accepted": 2, "entries_rejected": 1,
                "reader_version": "1",
            }),
            row("news_documents", {
                "document_id": "d2", "source": "folder", "name": "broken.html", "fetched_at": at, "content_hash": "h2",
                "size": 0, "status": "unreadable", "reason": "broken.html is empty: nothing to read", "entries_read": 0,
                "entries_accepted": 0, "entries_rejected": 0, "reader_version": "1",
            }),
        ],
    )  # fmt: skip
    lake.append(
        "rejected_entries",
        [
            row("rejected_entries", {
                "document_id": "d1", "name": "story.jsonl", "line_number": 3, "column": "published_at",
                "reason": "'2024-02-30' is no day [/red] <i>", "verbatim": "{}", "reader_version": "1", "read_at": at,
            }),
        ],
    )  # fmt: skip
    items = {"i1": ("en", "https://news.example/1"), "i2": ("fr", "javascript:alert(2)")}
    lake.append(
        "news_items",
        [
            row("news_items", {
                "item_id": item, "document_id": "d1", "guid": item, "source": f"Outlet {item}", "url": url,
                "published_at": at, "published_precision": "instant", "published_start": at.date(),
                "published_end": at.date(), "fetched_at": at, "language": language, "language_basis": "given",
                "title": HOSTILE_TITLE, "text": f"{HOSTILE_QUOTE} {item}", "content_hash": item,
            })
            for item, (language, url) in items.items()
        ],
    )  # fmt: skip
    lake.append(
        "extractions",
        [
            row("extractions", {
                "item_id": item, "extractor": "rules", "extractor_version": "1", "extracted_at": at,
                "language": language, "claims": claims, "mentions": 0,
            })
            for item, language, claims in (("i1", "en", 5), ("i2", "fr", 2))
        ],
    )  # fmt: skip
    lake.append("news_claims", [claim(name, item, **said) for name, item, said in CLAIMS])
    lake.append(
        "supplier_documents",
        [
            row("supplier_documents", {
                "document_id": "s1", "source": "folder", "name": "book.csv", "received_at": at, "content_hash": "h3",
                "size": 9,
            }),
        ],
    )  # fmt: skip
    lake.append(
        "supplier_readings",
        [
            row("supplier_readings", {
                "document_id": "s1", "reader_version": "1", "read_at": at, "contract": "book", "status": "read",
                "lines_read": 2, "lines_accepted": 1, "lines_rejected": 1,
            }),
        ],
    )  # fmt: skip
    lake.append(
        "supplier_lines",
        [
            row("supplier_lines", {
                "line_id": "l1", "document_id": "s1", "reader_version": "1", "contract": "book", "line_number": 2,
                "part": 1, "verbatim": "PO1;1;H100;64 <u>", "statement": "order", "supplier": "Nvidia",
                "buyer": HOSTILE_NAME, "order_ref": "PO1", "line_ref": "1", "sku": "NVIDIA H100",
                "quantity": 64.0, "unit": "gpu",
                "ordered_on": day(2024, 1, 1), "promised_on": day(2024, 3, 1), "status": "open",
                "certainty": "confirmed", "document_date": day(2024, 5, 1),
            }),
        ],
    )  # fmt: skip
    lake.append(
        "rejected_lines",
        [
            row("rejected_lines", {
                "document_id": "s1", "reader_version": "1", "line_number": 3, "part": 1, "columns": "quantity",
                "reasons": "-5 is negative: a count is 0 or more", "verbatim": "PO1;2;H100;-5",
            }),
        ],
    )  # fmt: skip


def claim(name: str, item: str, **said: Any) -> dict[str, Any]:
    """A claim whose quote is the hostile one."""
    return row(
        "news_claims",
        {
            "claim_id": name, "item_id": item, "extractor": "rules", "extractor_version": "1",
            "certainty": "reported", "attributed_to": "CNBC", "quote": HOSTILE_QUOTE, "quote_start": 0,
            "quote_end": len(HOSTILE_QUOTE), "confidence": 0.9, "slots": "{}", **said,
        },
    )  # fmt: skip


H100S = {"product": "H100", "quantity_low": 12000.0, "quantity_high": 12000.0, "quantity_unit": "gpu"}
CLAIMS = (
    ("c1", "i1", {"event": "diversion", "supplier": "Nvidia", "from_entity": "Tesla", "to_entity": "X", **H100S,
                  "actual_start": day(2023, 12, 1), "actual_end": day(2023, 12, 31)}),
    ("c2", "i1", {"event": "diversion", "supplier": "Nvidia", "from_entity": "X", "to_entity": "Tesla", **H100S,
                  "revised_start": day(2024, 1, 1), "revised_end": day(2024, 6, 30)}),
    ("c3", "i1", {"event": "delay", "supplier": "Nvidia", "to_entity": "Tesla", "product": "GPU", "value_low": 5e8,
                  "currency": "USD", "delay_low_days": 60.0, "delay_high_days": 300.0}),
    ("c4", "i1", {"event": "plan", "supplier": "Nvidia", "to_entity": "xAI", "product": "B200",
                  "quantity_low": 300000.0, "quantity_high": 300000.0, "quantity_unit": "gpu",
                  "promised_start": day(2025, 6, 1), "promised_end": day(2025, 8, 31), "certainty": "confirmed"}),
    ("c5", "i1", {"event": "diversion", "from_entity": HOSTILE_NAME, "to_entity": "Oracle", "product": "MI300X",
                  "quantity_high": 500.0, "quantity_unit": "gpu", "attributed_to": "DigiTimes"}),
    ("c6", "i2", {"event": "diversion", "supplier": "Nvidia", "from_entity": "Tesla", "to_entity": "X", **H100S}),
    ("c7", "i2", {"event": "diversion", "from_entity": "X", "to_entity": "Tesla", **H100S, "certainty": "denied",
                  "attributed_to": "Reuters"}),
)  # fmt: skip
