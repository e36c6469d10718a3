-- One row per publication, so one row in each file: which run made this file, when, and what it knew up to.
SELECT
    $published_at::TIMESTAMP AS published_at, -- When it was made (UTC). {key}
    $as_of::DATE AS as_of, -- The day up to which open lots count as late. {not null}
    $run_id::VARCHAR AS run_id, -- The run that made it. {not null}
    $waybill_version::VARCHAR AS waybill_version, -- Version of Waybill. {not null}
    $duckdb_version::VARCHAR AS duckdb_version -- Version of DuckDB that wrote it; from 1.4 on any can read it. {not null}
ORDER BY published_at
