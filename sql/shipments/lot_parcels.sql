-- One row per lot, event (shipment, delivery, cancellation) and parcel: so many units that left, arrived or were dropped at one time, told once or many times. A supplier's running total is one parcel, and replaces what the news tell of the time up to its newest edition.
WITH said AS (
    SELECT
        matches.shipment_id,
        records.record_id,
        records.event,
        records.statement,
        records.source_kind = 'supplier' AS is_booked,
        records.gpus_low,
        records.gpus_best,
        records.gpus_high,
        records.certainty,
        coalesce(records.actual_start, records.actual_end) AS happened_start,
        coalesce(records.actual_end, records.actual_start) AS happened_end,
        records.known_at,
        matches.origin_id
    FROM shipments.record_matches AS matches
    INNER JOIN records.shipment_records AS records ON matches.record_id = records.record_id
    WHERE
        NOT records.superseded AND records.certainty <> 'denied' AND records.event IN ('shipment', 'delivery', 'cancellation')
        -- What will be sent by a day to come has not left.
        AND NOT (
            records.event = 'shipment' AND records.source_kind = 'news' AND coalesce(records.actual_start, records.actual_end) IS NULL
            AND coalesce(coalesce(records.revised_end, records.promised_end) > records.known_at::DATE, FALSE)
        )
),

booked AS (
    SELECT DISTINCT
        said.shipment_id,
        said.event
    FROM said
    WHERE said.is_booked
),

books AS (
    -- Up to when a supplier's own lines tell of a lot, for what they tell of at all: an order book may be silent on deliveries.
    SELECT
        matches.shipment_id,
        booked.event,
        max(records.known_at)::DATE AS told_until
    FROM shipments.record_matches AS matches
    INNER JOIN records.shipment_records AS records ON matches.record_id = records.record_id
    INNER JOIN booked ON matches.shipment_id = booked.shipment_id
    WHERE records.source_kind = 'supplier'
    GROUP BY matches.shipment_id, booked.event
),

news AS (
    SELECT said.*
    FROM said
    LEFT JOIN books ON said.shipment_id = books.shipment_id AND said.event = books.event
    WHERE NOT said.is_booked AND coalesce(coalesce(said.happened_end, said.known_at::DATE) > books.told_until, TRUE)
),

counted_exact AS (
    -- News with the same exact day tell of one parcel.
    SELECT
        news.shipment_id,
        news.event,
        news.happened_end AS happened_on,
        mode(news.gpus_best ORDER BY news.gpus_best) AS gpus_best
    FROM news
    WHERE news.happened_start = news.happened_end AND news.gpus_best IS NOT NULL
    GROUP BY news.shipment_id, news.event, news.happened_end
),

placed AS (
    SELECT
        news.*,
        CASE WHEN news.happened_start = news.happened_end THEN news.happened_end ELSE counted_exact.happened_on END AS parcel_on
    FROM news
    LEFT JOIN counted_exact
        ON
            news.shipment_id = counted_exact.shipment_id
            AND news.event = counted_exact.event
            AND news.happened_start IS DISTINCT FROM news.happened_end
            AND coalesce(
                counted_exact.happened_on BETWEEN news.happened_start AND news.happened_end,
                counted_exact.happened_on BETWEEN news.known_at::DATE - 130 AND news.known_at::DATE
            )
            AND coalesce(abs(news.gpus_best - counted_exact.gpus_best) <= 0.15 * greatest(news.gpus_best, counted_exact.gpus_best), TRUE)
    QUALIFY row_number() OVER (
        PARTITION BY news.record_id ORDER BY abs(news.gpus_best - counted_exact.gpus_best), counted_exact.happened_on
    ) = 1
),

islands AS (
    -- What has no exact day is the parcel of those with like counts that were told within two months.
    SELECT
        placed.*,
        placed.parcel_on IS NULL
        AND coalesce(
            lag(placed.known_at) OVER by_count < placed.known_at - INTERVAL 60 DAY
            OR lag(placed.gpus_best) OVER by_count < 0.85 * placed.gpus_best,
            TRUE
        ) AS is_new
    FROM placed
    WINDOW by_count AS (
        PARTITION BY placed.shipment_id, placed.event, placed.parcel_on IS NULL ORDER BY placed.gpus_best, placed.known_at, placed.record_id
    )
),

parcels AS (
    SELECT
        islands.*,
        coalesce(
            islands.parcel_on::VARCHAR,
            'vague ' || sum(islands.is_new::INTEGER) OVER (
                PARTITION BY islands.shipment_id, islands.event, islands.parcel_on IS NULL
                ORDER BY islands.gpus_best, islands.known_at, islands.record_id
            )::VARCHAR
        ) AS parcel
    FROM islands
),

heard AS (
    SELECT
        parcels.shipment_id,
        parcels.event,
        parcels.parcel,
        parcels.gpus_best,
        count(DISTINCT parcels.origin_id) AS origins,
        max(parcels.known_at) AS known_at
    FROM parcels
    GROUP BY parcels.shipment_id, parcels.event, parcels.parcel, parcels.gpus_best
),

stated AS (
    SELECT
        heard.shipment_id,
        heard.event,
        heard.parcel,
        heard.gpus_best
    FROM heard
    QUALIFY row_number() OVER (
        PARTITION BY heard.shipment_id, heard.event, heard.parcel
        ORDER BY heard.gpus_best IS NULL, heard.origins DESC, heard.known_at DESC, heard.gpus_best ASC
    ) = 1
),

totals AS (
    -- Running totals on a supplier's order lines.
    SELECT
        said.shipment_id,
        said.event,
        max(said.gpus_best) AS gpus_best,
        min(said.happened_start) AS happened_start,
        max(said.happened_end) AS happened_end,
        min(said.known_at) AS known_at
    FROM said
    WHERE said.is_booked AND said.statement = 'order'
    GROUP BY said.shipment_id, said.event
),

notices AS (
    -- What a supplier's single notices add up to.
    SELECT
        said.shipment_id,
        said.event,
        sum(said.gpus_best) AS gpus_best
    FROM said
    WHERE said.is_booked AND said.statement = 'shipment'
    GROUP BY said.shipment_id, said.event
)

SELECT
    parcels.shipment_id, -- The lot. {key}
    parcels.event, -- What happened to the units. {key, one of: shipment, delivery, cancellation}
    'news ' || parcels.parcel AS parcel, -- What tells it from other parcels. {key}
    FALSE AS is_booked, -- Whether it stands in the supplier's books. {not null}
    any_value(stated.gpus_best) AS gpus_best, -- GPUs of it; empty where nobody says how many.
    max(parcels.happened_start) AS happened_start, -- First day on which it may have happened.
    min(parcels.happened_end) AS happened_end, -- Last day on which it may have happened.
    min(parcels.known_at) AS known_at -- When it first became known (UTC). {not null}
FROM parcels
INNER JOIN stated
    ON parcels.shipment_id = stated.shipment_id AND parcels.event = stated.event AND parcels.parcel = stated.parcel
GROUP BY parcels.shipment_id, parcels.event, parcels.parcel
UNION ALL
-- Single notices of a supplier, and, where it is more, the running total on the order line beside them.
SELECT
    said.shipment_id,
    said.event,
    'notice ' || said.record_id AS parcel,
    TRUE AS is_booked,
    said.gpus_best,
    said.happened_start,
    said.happened_end,
    said.known_at
FROM said
WHERE said.is_booked AND said.statement = 'shipment'
UNION ALL
SELECT
    totals.shipment_id,
    totals.event,
    'total' AS parcel,
    TRUE AS is_booked,
    CASE WHEN totals.gpus_best IS NOT NULL THEN greatest(totals.gpus_best - coalesce(notices.gpus_best, 0), 0) END AS gpus_best,
    totals.happened_start,
    totals.happened_end,
    totals.known_at
FROM totals
LEFT JOIN notices ON totals.shipment_id = notices.shipment_id AND totals.event = notices.event
ORDER BY shipment_id, event, parcel
