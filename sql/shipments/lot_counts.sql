-- One row per lot with a count: how many GPUs it has as a whole, before parts are taken from it. A supplier's line is exact. Two independent origins with the very same count make it exact; a single one's number of two digits at most stands for all that round to it; origins that differ give the hull. Nothing is averaged.
-- check counts_are_ordered: gpus_low <= gpus_best AND gpus_best <= gpus_high
WITH said AS (
    SELECT
        matches.shipment_id,
        matches.origin_id,
        records.record_id,
        records.certainty,
        records.known_at,
        nodes.gpus_low,
        nodes.gpus_best,
        nodes.gpus_high,
        -- "More than" and "up to" leave one side open: as far as counts of one lot may differ.
        CASE WHEN records.gpus_low IS NULL THEN nodes.gpus_best * 0.85 ELSE nodes.least_gpus END AS least_gpus,
        CASE WHEN records.gpus_high IS NULL THEN nodes.gpus_best * 1.15 ELSE nodes.most_gpus END AS most_gpus,
        (records.gpus_low IS DISTINCT FROM records.gpus_high) AS is_vague,
        -- What is said of the whole comes before what may be a part of it.
        CASE
            WHEN records.event IN ('order', 'allocation', 'diversion', 'resale') THEN 0
            WHEN records.event IN ('shipment', 'delivery') THEN 1
            ELSE 2
        END AS place
    FROM shipments.record_matches AS matches
    INNER JOIN records.shipment_records AS records ON matches.record_id = records.record_id
    INNER JOIN shipments.lot_nodes AS nodes ON matches.record_id = nodes.node_id
    WHERE records.certainty <> 'denied' AND nodes.gpus_best IS NOT NULL
),

wholes AS (
    SELECT said.*
    FROM said
    QUALIFY rank() OVER (PARTITION BY said.shipment_id ORDER BY said.place) = 1
),

precise AS (
    SELECT
        wholes.shipment_id,
        wholes.gpus_best,
        max(wholes.known_at) AS last_known_at
    FROM wholes
    WHERE NOT wholes.is_vague AND wholes.least_gpus = wholes.most_gpus
    GROUP BY wholes.shipment_id, wholes.gpus_best
),

roundings AS (
    -- A round number is the precise one of which others still speak, rounded: no other count, and no news.
    SELECT DISTINCT wholes.record_id
    FROM wholes
    INNER JOIN precise
        ON
            wholes.shipment_id = precise.shipment_id AND precise.gpus_best BETWEEN wholes.least_gpus AND wholes.most_gpus
            AND wholes.known_at <= precise.last_known_at + INTERVAL 3 DAY
    WHERE NOT wholes.is_vague AND wholes.least_gpus < wholes.most_gpus
),

newest AS (
    -- A newer statement of one origin revises its older ones.
    SELECT wholes.*
    FROM wholes
    ANTI JOIN roundings ON wholes.record_id = roundings.record_id
    QUALIFY row_number() OVER (
        PARTITION BY wholes.shipment_id, wholes.origin_id ORDER BY wholes.is_vague ASC, wholes.known_at DESC, wholes.record_id ASC
    ) = 1
),

counted AS (
    SELECT
        newest.shipment_id,
        newest.gpus_best,
        count(*) AS origins,
        bool_or(newest.certainty = 'confirmed') AS is_confirmed,
        bool_and(newest.is_vague) AS is_vague,
        CASE WHEN count(*) > 1 AND NOT bool_or(newest.is_vague) THEN newest.gpus_best ELSE min(newest.least_gpus) END AS least_gpus,
        CASE WHEN count(*) > 1 AND NOT bool_or(newest.is_vague) THEN newest.gpus_best ELSE max(newest.most_gpus) END AS most_gpus,
        min(newest.known_at) AS first_known_at,
        max(newest.known_at) AS last_known_at
    FROM newest
    GROUP BY newest.shipment_id, newest.gpus_best
),

timed AS (
    SELECT
        counted.*,
        lag(counted.last_known_at) OVER by_time AS others_last_known_at,
        lead(counted.last_known_at) OVER by_time IS NULL AS is_last
    FROM counted
    WINDOW by_time AS (PARTITION BY counted.shipment_id ORDER BY counted.last_known_at, counted.gpus_best)
),

ranked AS (
    -- A later word than all others', by days, is news of a change; else the most stated, the most precise, the newest.
    SELECT
        timed.*,
        row_number() OVER (
            PARTITION BY timed.shipment_id
            ORDER BY
                timed.is_vague ASC,
                timed.is_last AND timed.is_confirmed
                AND coalesce(timed.first_known_at > timed.others_last_known_at + INTERVAL 3 DAY, FALSE) DESC,
                timed.origins DESC,
                timed.most_gpus - timed.least_gpus ASC,
                timed.last_known_at DESC,
                timed.gpus_best ASC
        ) AS place
    FROM timed
),

booked AS (
    -- Lots that a supplier's line counts.
    SELECT members.shipment_id
    FROM shipments.lot_members AS members
    INNER JOIN shipments.lot_nodes AS nodes ON members.opener_id = nodes.node_id
    WHERE nodes.kind = 'supplier' AND nodes.gpus_best IS NOT NULL
)

SELECT
    ranked.shipment_id, -- The lot. {key}
    least(min(ranked.least_gpus), arg_min(ranked.gpus_best, ranked.place)) AS gpus_low, -- Least GPUs that it may have. {not null}
    arg_min(ranked.gpus_best, ranked.place) AS gpus_best, -- GPUs where one number is needed. {not null}
    greatest(max(ranked.most_gpus), arg_min(ranked.gpus_best, ranked.place)) AS gpus_high, -- Greatest GPUs that it may have. {not null}
    CASE WHEN count(*) = 1 THEN 'stated' ELSE 'contradicted' END AS basis -- What it rests on. {not null, one of: supplier, stated, contradicted}
FROM ranked
ANTI JOIN booked ON ranked.shipment_id = booked.shipment_id
GROUP BY ranked.shipment_id
UNION ALL
SELECT
    members.shipment_id,
    nodes.gpus_best AS gpus_low,
    nodes.gpus_best,
    nodes.gpus_best AS gpus_high,
    'supplier' AS basis
FROM shipments.lot_members AS members
INNER JOIN shipments.lot_nodes AS nodes ON members.node_id = nodes.node_id AND members.opener_id = nodes.node_id
WHERE nodes.kind = 'supplier' AND nodes.gpus_best IS NOT NULL
ORDER BY shipment_id
