"""How Waybill works and runs: readers, extraction, stores, SQL models, and what puts them together.

What exists (the Dagster assets) stands in `assets`; what the tables are stands in `sql`.
"""
