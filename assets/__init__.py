"""What exists: one module a stage, Dagster assets and their checks, thin. How it works stands in `pipelines`."""
