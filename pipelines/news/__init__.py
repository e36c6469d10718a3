"""Bytes to news items: plain text, pages, feeds, JSON Lines. No meaning is read into them; no dagster, no duckdb."""
