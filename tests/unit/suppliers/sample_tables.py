"""Writes the Parquet file in sample/suppliers: `python tests/unit/suppliers/sample_tables.py`. All is invented."""

from datetime import date
from pathlib import Path

import polars as pl

FOLDER = Path(__file__).parents[3] / "sample" / "suppliers"
NAME = "meridian-order-lines-2024-09-30.parquet"
COLUMNS = {
    "po": pl.Int64, "pos": pl.Int32, "customer": pl.String, "ship_to": pl.String, "item": pl.String, "qty": pl.Int32,
    "uom": pl.String, "price": pl.Float64, "currency": pl.String, "ordered": pl.Date, "requested": pl.Date,
    "promised": pl.Date, "revised": pl.Date, "state": pl.String,
}  # fmt: skip
LINES = (
    (4500017310, 21, "Norrland Compute AB", "Luleå", "H100 SXM5 80GB", 96, "gpu", 28_900.0, "EUR",
     date(2024, 1, 12), date(2024, 5, 31), date(2024, 6, 28), date(2024, 11, 15), "delayed"),
    (4500017355, 10, "Helios Research Cloud", "Frankfurt am Main", "GB200 NVL72", 4, "rack", 3_150_000.0, "EUR",
     date(2024, 3, 22), date(2024, 11, 30), date(2024, 12, 20), date(2025, 3, 31), "delayed"),
    (4500017466, 10, "Helios Research Cloud", "Frankfurt am Main", "HGX B200 8-GPU", 12, "system", 402_000.0, "USD",
     date(2024, 5, 21), date(2025, 1, 31), date(2025, 2, 28), None, "confirmed"),
)  # fmt: skip


def table() -> pl.DataFrame:
    """What the file holds."""
    return pl.DataFrame(LINES, schema=COLUMNS, orient="row")


if __name__ == "__main__":
    table().write_parquet(FOLDER / NAME)
