-- One row per lot and field (count, recipient, due, delivered, happened): how sure it is, from independent origins alone. Each origin adds its weight of evidence in bits, log2(r / (1 - r)) for its reliability r, and whoever contradicts or denies takes that away: probability = 1 / (1 + 2 ^ -(bits for - bits against)), so one origin of reliability r leaves r. Reliability: a supplier's books 0.98, a register 0.95, the party itself, an official or a plain fact 0.95, a report 0.80, a rumour 0.50; of a denial 0.85. Levels: confirmed from 0.90, if somebody confirms it, reported from 0.66, rumoured from 0.33, else denied (docs/matching.md).
-- check probability_is_one: probability BETWEEN 0 AND 1
WITH said AS (
    SELECT
        matches.shipment_id,
        matches.origin_id,
        records.record_id,
        records.source_kind,
        records.event,
        records.statement,
        records.certainty,
        records.known_at,
        records.from_id,
        records.to_id,
        coalesce(nodes.least_gpus, records.gpus_low, records.gpus_best) AS gpus_low,
        coalesce(nodes.most_gpus, records.gpus_high, records.gpus_best) AS gpus_high,
        coalesce(records.revised_start, records.promised_start, records.revised_end, records.promised_end) AS due_start,
        coalesce(records.revised_end, records.promised_end) AS due_end,
        records.event IN ('diversion', 'resale') AS is_move,
        CASE
            WHEN records.certainty = 'denied' THEN 0.85
            WHEN records.source_kind = 'supplier' AND records.statement IN ('order', 'shipment') THEN 0.98
            WHEN records.source_kind = 'supplier' THEN 0.95
            WHEN records.certainty = 'confirmed' THEN 0.95
            WHEN records.certainty = 'reported' THEN 0.80
            ELSE 0.50
        END AS reliability
    FROM shipments.record_matches AS matches
    INNER JOIN records.shipment_records AS records ON matches.record_id = records.record_id
    LEFT JOIN shipments.lot_nodes AS nodes ON matches.record_id = nodes.node_id
    WHERE matches.counts AND NOT records.superseded
    UNION ALL
    -- Rivals speak of the lot as well, and against it.
    SELECT
        rivals.of_shipment_id AS shipment_id,
        matches.origin_id,
        records.record_id,
        records.source_kind,
        'rival ' || rivals.reason AS event,
        records.statement,
        records.certainty,
        records.known_at,
        records.from_id,
        records.to_id,
        records.gpus_low,
        records.gpus_high,
        NULL AS due_start,
        NULL AS due_end,
        FALSE AS is_move,
        CASE records.certainty WHEN 'confirmed' THEN 0.95 WHEN 'reported' THEN 0.80 ELSE 0.50 END AS reliability
    FROM shipments.set_aside AS rivals
    INNER JOIN shipments.record_matches AS matches ON rivals.shipment_id = matches.shipment_id
    INNER JOIN records.shipment_records AS records ON matches.record_id = records.record_id
    WHERE rivals.reason IN ('another recipient', 'another count') AND NOT records.superseded AND records.certainty <> 'denied'
),

lots AS (
    SELECT
        said.shipment_id,
        bool_or(said.is_move AND said.certainty <> 'denied') AS is_moved,
        arg_max(said.to_id, (said.certainty = 'confirmed', said.known_at, said.record_id)) FILTER (WHERE said.is_move AND said.certainty <> 'denied') AS moved_to_id,
        arg_max(said.due_start, (said.known_at, said.record_id)) FILTER (WHERE said.due_end IS NOT NULL AND said.certainty <> 'denied') AS due_start,
        arg_max(said.due_end, (said.known_at, said.record_id)) FILTER (WHERE said.due_end IS NOT NULL AND said.certainty <> 'denied') AS due_end
    FROM said
    GROUP BY said.shipment_id
),

votes AS (
    -- That it happened at all.
    SELECT
        said.shipment_id,
        'happened' AS field,
        said.origin_id,
        said.certainty <> 'denied' AS is_for,
        said.certainty,
        said.known_at,
        said.record_id,
        said.reliability
    FROM said
    WHERE NOT starts_with(said.event, 'rival')
    UNION ALL
    -- Who gets it: of a moved lot what is said of the move, else whoever speaks of its recipient.
    SELECT
        said.shipment_id,
        'recipient' AS field,
        said.origin_id,
        said.certainty <> 'denied' AND said.event <> 'rival another recipient' AND coalesce(said.to_id = lots.moved_to_id, TRUE) AS is_for,
        said.certainty,
        said.known_at,
        said.record_id,
        said.reliability
    FROM said
    INNER JOIN lots ON said.shipment_id = lots.shipment_id
    WHERE
        said.event = 'rival another recipient'
        OR (NOT lots.is_moved AND said.to_id IS NOT NULL AND NOT starts_with(said.event, 'rival'))
        OR said.is_move
        OR (said.event IN ('shipment', 'delivery', 'allocation') AND said.to_id = lots.moved_to_id)
    UNION ALL
    -- How many: who states a count that the lot's best one may be, and who states another.
    SELECT
        said.shipment_id,
        'count' AS field,
        said.origin_id,
        said.event <> 'rival another count' AND said.gpus_low <= counts.gpus_best AND said.gpus_high >= counts.gpus_best AS is_for,
        said.certainty,
        said.known_at,
        said.record_id,
        said.reliability
    FROM said
    INNER JOIN shipments.lot_counts AS counts ON said.shipment_id = counts.shipment_id
    WHERE
        said.certainty <> 'denied' AND coalesce(said.gpus_low, said.gpus_high) IS NOT NULL
        AND said.event IN ('order', 'allocation', 'diversion', 'resale', 'rival another count')
    UNION ALL
    SELECT
        said.shipment_id,
        'due' AS field,
        said.origin_id,
        said.due_start <= lots.due_end AND said.due_end >= lots.due_start AS is_for,
        said.certainty,
        said.known_at,
        said.record_id,
        said.reliability
    FROM said
    INNER JOIN lots ON said.shipment_id = lots.shipment_id
    WHERE said.certainty <> 'denied' AND said.due_end IS NOT NULL AND lots.due_end IS NOT NULL
    UNION ALL
    SELECT
        said.shipment_id,
        'delivered' AS field,
        said.origin_id,
        said.certainty <> 'denied' AS is_for,
        said.certainty,
        said.known_at,
        said.record_id,
        said.reliability
    FROM said
    WHERE said.event = 'delivery'
),

newest AS (
    -- A newer statement of one origin revises its older one; an origin counts once, however often it speaks.
    SELECT votes.*
    FROM votes
    QUALIFY row_number() OVER (
        PARTITION BY votes.shipment_id, votes.field, votes.origin_id
        ORDER BY
            CASE WHEN votes.field = 'happened' THEN votes.is_for END DESC NULLS LAST,
            CASE WHEN votes.field = 'due' THEN NULL ELSE votes.reliability END DESC NULLS LAST,
            votes.known_at DESC,
            votes.record_id ASC
    ) = 1
),

summed AS (
    SELECT
        newest.shipment_id,
        newest.field,
        sum(CASE WHEN newest.is_for THEN log2(newest.reliability / (1 - newest.reliability)) ELSE -log2(newest.reliability / (1 - newest.reliability)) END) AS bits,
        bool_or(newest.is_for AND newest.certainty = 'confirmed') AS is_confirmed,
        count(*) FILTER (WHERE newest.is_for) AS origins_for,
        count(*) FILTER (WHERE NOT newest.is_for) AS origins_against,
        string_agg(newest.origin_id, ', ' ORDER BY newest.origin_id) FILTER (WHERE newest.is_for) AS who_for,
        string_agg(newest.origin_id, ', ' ORDER BY newest.origin_id) FILTER (WHERE NOT newest.is_for) AS who_against
    FROM newest
    GROUP BY newest.shipment_id, newest.field
)

SELECT
    summed.shipment_id, -- The lot. {key}
    summed.field, -- What it is about. {key, one of: happened, recipient, count, due, delivered}
    1 / (1 + power(2, -greatest(least(summed.bits, 200), -200))) AS probability, -- How probable it is that the ledger's value is right, 0 to 1. {not null}
    CASE
        WHEN probability >= 0.90 AND summed.is_confirmed THEN 'confirmed'
        WHEN probability >= 0.66 THEN 'reported'
        WHEN probability >= 0.33 THEN 'rumoured'
        ELSE 'denied'
    END AS level, -- The same in a word. {not null, one of: confirmed, reported, rumoured, denied}
    summed.origins_for, -- Independent origins that say so. {not null}
    summed.origins_against, -- Independent origins that say otherwise, or deny it. {not null}
    concat_ws('; ', 'for: ' || summed.who_for, 'against: ' || summed.who_against) AS why -- Who says so, and who does not. {not null}
FROM summed
ORDER BY summed.shipment_id, summed.field
