-- One row per day of which allocation.history tells: the last day of each day, ISO week, month, quarter or year on which something became known, was corrected or was replaced. To build a day's ledger costs as many records as were known by then, so the grain is the finest whose days, but for the newest, cost under 150,000 records together; where none does, only the newest day is there.
WITH changes AS (
    SELECT
        stated.known_on,
        sum(stated.records) AS records
    FROM (
        SELECT
            records.known_at::DATE AS known_on,
            1 AS records
        FROM records.shipment_records AS records
        UNION ALL
        SELECT
            records.superseded_at::DATE AS known_on,
            0 AS records
        FROM records.shipment_records AS records
        WHERE records.superseded_at IS NOT NULL
    ) AS stated
    GROUP BY stated.known_on
),

totals AS (
    SELECT
        changes.known_on,
        sum(changes.records) OVER (ORDER BY changes.known_on) AS records,
        lead(changes.known_on) OVER (ORDER BY changes.known_on) IS NULL AS is_newest
    FROM changes
),

grains AS (
    SELECT
        unnest(['day', 'week', 'month', 'quarter', 'year', 'newest']) AS grain,
        unnest([1, 2, 3, 4, 5, 6]) AS coarseness
),

candidates AS (
    SELECT
        grains.grain,
        grains.coarseness,
        totals.known_on,
        totals.records,
        totals.is_newest
    FROM totals
    CROSS JOIN grains
    QUALIFY row_number() OVER (
        PARTITION BY grains.grain, CASE WHEN grains.grain <> 'newest' THEN date_trunc(grains.grain, totals.known_on) END
        ORDER BY totals.known_on DESC
    ) = 1
),

affordable AS (
    SELECT candidates.grain
    FROM candidates
    GROUP BY candidates.grain, candidates.coarseness
    HAVING coalesce(sum(candidates.records) FILTER (WHERE NOT candidates.is_newest), 0) < 150000
    QUALIFY row_number() OVER (ORDER BY candidates.coarseness) = 1
)

SELECT
    candidates.known_on, -- The day. {key}
    candidates.grain, -- Of what it is the last day on which knowledge changed; newest where it is the only one. {not null, one of: day, week, month, quarter, year, newest}
    candidates.records::BIGINT AS records -- Records known by the end of it. {not null}
FROM candidates
INNER JOIN affordable ON candidates.grain = affordable.grain
ORDER BY candidates.known_on
