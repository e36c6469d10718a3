-- One row per lot, field and rival value: where independent origins contradict each other. The newest statement of each origin counts; values that may agree are no conflict.
WITH said AS (
    -- Rivals that are set aside stand beside the lot that they rival; a number that may be rounded stands for all that round to it.
    SELECT
        coalesce(rivals.of_shipment_id, matches.shipment_id) AS shipment_id,
        matches.origin_id,
        records.certainty,
        records.known_at,
        records.record_id,
        records.event,
        records.to_id,
        CASE WHEN records.gpus_low IS NULL THEN 0 ELSE coalesce(nodes.least_gpus, records.gpus_low) END AS gpus_low,
        records.gpus_best,
        CASE WHEN records.gpus_high IS NULL THEN 'infinity'::DOUBLE WHEN nodes.most_gpus > records.gpus_high THEN nodes.most_gpus - 1e-6 ELSE records.gpus_high END AS gpus_high,
        coalesce(records.revised_start, records.promised_start, records.revised_end, records.promised_end) AS due_start,
        coalesce(records.revised_end, records.promised_end) AS due_end
    FROM shipments.record_matches AS matches
    INNER JOIN records.shipment_records AS records ON matches.record_id = records.record_id
    LEFT JOIN shipments.lot_nodes AS nodes ON records.record_id = nodes.node_id
    LEFT JOIN shipments.set_aside AS rivals ON matches.shipment_id = rivals.shipment_id
    WHERE NOT records.superseded AND coalesce(rivals.reason <> 'fits several lots', TRUE)
),

stated AS (
    SELECT
        said.shipment_id,
        'gpus' AS field,
        said.origin_id,
        said.certainty,
        said.known_at,
        said.record_id,
        printf('%.0f', said.gpus_best) AS stated_value,
        said.gpus_low AS value_from,
        said.gpus_high AS value_to
    FROM said
    WHERE said.gpus_best IS NOT NULL AND said.event IN ('order', 'allocation', 'diversion', 'resale') AND said.certainty <> 'denied'
    UNION ALL
    SELECT
        said.shipment_id,
        'recipient' AS field,
        said.origin_id,
        said.certainty,
        said.known_at,
        said.record_id,
        said.to_id AS stated_value,
        hash(said.to_id)::DOUBLE AS value_from,
        hash(said.to_id)::DOUBLE AS value_to
    FROM said
    WHERE said.event IN ('diversion', 'resale') AND said.to_id IS NOT NULL AND said.certainty <> 'denied'
    UNION ALL
    SELECT
        said.shipment_id,
        'due' AS field,
        said.origin_id,
        said.certainty,
        said.known_at,
        said.record_id,
        concat_ws(' to ', said.due_start, said.due_end) AS stated_value,
        epoch(said.due_start) AS value_from,
        epoch(said.due_end) AS value_to
    FROM said
    WHERE said.due_end IS NOT NULL AND said.event IN ('order', 'allocation', 'diversion', 'shipment') AND said.certainty <> 'denied'
    UNION ALL
    SELECT
        said.shipment_id,
        'happened' AS field,
        said.origin_id,
        said.certainty,
        said.known_at,
        said.record_id,
        CASE said.certainty WHEN 'denied' THEN 'denied' ELSE 'stated' END AS stated_value,
        CASE said.certainty WHEN 'denied' THEN 0 ELSE 1 END AS value_from,
        CASE said.certainty WHEN 'denied' THEN 0 ELSE 1 END AS value_to
    FROM said
),

newest AS (
    SELECT *
    FROM stated
    QUALIFY row_number() OVER (
        PARTITION BY stated.shipment_id, stated.field, stated.origin_id, stated.field = 'happened' AND stated.value_to = 0
        ORDER BY stated.known_at DESC, stated.record_id ASC
    ) = 1
),

rivals AS (
    SELECT DISTINCT
        one.shipment_id,
        one.field,
        one.record_id
    FROM newest AS one
    INNER JOIN newest AS other
        ON
            one.shipment_id = other.shipment_id
            AND one.field = other.field
            AND one.origin_id <> other.origin_id
            AND NOT (one.value_from <= other.value_to AND one.value_to >= other.value_from)
)

SELECT
    newest.shipment_id, -- The lot. {key}
    newest.field, -- What is contradicted: the count, the recipient, when it is due, or whether it happened. {key, one of: gpus, recipient, due, happened}
    newest.stated_value AS rival_value, -- One of the rival values. {key}
    string_agg(DISTINCT newest.origin_id, ', ' ORDER BY newest.origin_id) AS origins, -- The independent origins that state it. {not null}
    count(DISTINCT newest.origin_id) AS origin_count, -- Their number. {not null}
    min(newest.known_at) AS first_known_at, -- When it was first stated (UTC). {not null}
    max(newest.known_at) AS last_known_at -- When it was last stated (UTC). {not null}
FROM newest
INNER JOIN rivals ON newest.shipment_id = rivals.shipment_id AND newest.field = rivals.field AND newest.record_id = rivals.record_id
GROUP BY newest.shipment_id, newest.field, newest.stated_value
ORDER BY newest.shipment_id, newest.field, newest.stated_value
