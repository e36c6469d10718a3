"""From the warehouse to what others read: the DuckDB file, Parquet, data package, report, summary and dictionary.

Nothing here decides anything about lots; it copies, describes and words what the models made. No dagster.
"""
