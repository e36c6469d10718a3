"""Lines of ready-made claims for tests, in a few words."""

import json
from typing import Any

PLAIN: dict[str, Any] = {
    "event": "order", "supplier": "Nvidia", "to_entity": "Tesla", "product": "H100", "quantity_low": 1000,
    "quantity_high": 1200, "quantity_unit": "gpu", "promised_start": "2024-07-01", "promised_end": "2024-09-30",
    "certainty": "reported", "quote": "ordered some 1,000 H100", "quote_start": 10, "quote_end": 33,
    "item_id": "a-1", "published_at": "2024-06-05", "source": "Silicon Ledger", "url": "https://ledger.example/a-1",
    "language": "en", "extractor": "somebody",
}  # fmt: skip


def line(**changes: Any) -> str:
    """A line that is accepted; `changes` replace or add fields."""
    return json.dumps({**PLAIN, **changes})


def without(*fields: str) -> str:
    """A line that lacks some fields."""
    return json.dumps({name: value for name, value in PLAIN.items() if name not in fields})


def quoted(quote: str, **changes: Any) -> str:
    """A line with another quote, whose place is not given."""
    return line(quote=quote, quote_start=None, quote_end=None, **changes)
