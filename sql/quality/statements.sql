-- One row per origin, lot and field: what an outlet, a supplier or a register stated first of it, and whether others said the same later. What it restates itself proves nothing.
-- check verdict_has_a_day: (verdict = 'open') = (decided_at IS NULL)
-- check decided_later: coalesce(decided_at >= stated_at, TRUE)
WITH said AS (
    SELECT
        matches.shipment_id,
        records.origin_id,
        records.source_kind,
        records.record_id,
        records.certainty,
        records.known_at,
        records.event,
        records.to_id,
        records.gpus_low,
        records.gpus_best,
        records.gpus_high,
        coalesce(records.revised_end, records.promised_end) AS due_end,
        coalesce(records.revised_start, records.promised_start, due_end) AS due_start,
        records.actual_end,
        coalesce(records.actual_start, records.actual_end) AS actual_start
    FROM shipments.record_matches AS matches
    INNER JOIN records.shipment_records AS records ON matches.record_id = records.record_id
),

-- Each field as an interval of numbers: two statements agree where their intervals meet, counts within 5 %, days within a week.
stated AS (
    SELECT
        said.shipment_id,
        said.origin_id,
        said.source_kind,
        said.record_id,
        said.known_at,
        'count' AS field,
        coalesce(said.gpus_low, said.gpus_best) * 0.95 AS value_from,
        coalesce(said.gpus_high, said.gpus_best) * 1.05 AS value_to
    FROM said
    WHERE said.gpus_best IS NOT NULL AND said.certainty <> 'denied' AND said.event IN ('order', 'allocation', 'diversion', 'resale')
    UNION ALL
    SELECT
        said.shipment_id,
        said.origin_id,
        said.source_kind,
        said.record_id,
        said.known_at,
        'happened' AS field,
        CASE said.certainty WHEN 'denied' THEN 0 ELSE 1 END AS value_from,
        CASE said.certainty WHEN 'denied' THEN 0 ELSE 1 END AS value_to
    FROM said
    WHERE said.event IN ('diversion', 'resale', 'cancellation', 'delay', 'order', 'allocation')
    UNION ALL
    SELECT
        said.shipment_id,
        said.origin_id,
        said.source_kind,
        said.record_id,
        said.known_at,
        'due' AS field,
        epoch(said.due_start) / 86400 - 7 AS value_from,
        epoch(said.due_end) / 86400 + 7 AS value_to
    FROM said
    WHERE said.due_end IS NOT NULL AND said.certainty <> 'denied'
    UNION ALL
    SELECT
        said.shipment_id,
        said.origin_id,
        said.source_kind,
        said.record_id,
        said.known_at,
        'delivered' AS field,
        epoch(said.actual_start) / 86400 - 7 AS value_from,
        epoch(said.actual_end) / 86400 + 7 AS value_to
    FROM said
    WHERE said.actual_end IS NOT NULL AND said.certainty <> 'denied' AND said.event = 'delivery'
),

firsts AS (
    SELECT stated.*
    FROM stated
    QUALIFY row_number() OVER (
        PARTITION BY stated.shipment_id, stated.field, stated.origin_id ORDER BY stated.known_at, stated.record_id
    ) = 1
),

answers AS (
    SELECT
        one.record_id,
        one.field,
        min(other.known_at) FILTER (WHERE one.value_from <= other.value_to AND other.value_from <= one.value_to) AS agreed_at,
        min(other.known_at) FILTER (WHERE NOT (one.value_from <= other.value_to AND other.value_from <= one.value_to)) AS contradicted_at
    FROM firsts AS one
    INNER JOIN firsts AS other
        ON
            one.shipment_id = other.shipment_id AND one.field = other.field
            AND one.origin_id <> other.origin_id AND one.known_at < other.known_at
    GROUP BY one.record_id, one.field
),

judged AS (
    SELECT
        firsts.*,
        CASE
            WHEN answers.agreed_at IS NULL AND answers.contradicted_at IS NULL THEN 'open'
            WHEN answers.contradicted_at IS NULL OR answers.agreed_at <= answers.contradicted_at THEN 'confirmed'
            ELSE 'contradicted'
        END AS verdict,
        least(answers.agreed_at, answers.contradicted_at) AS decided_at
    FROM firsts
    LEFT JOIN answers ON firsts.record_id = answers.record_id AND firsts.field = answers.field
)

SELECT
    judged.origin_id, -- The origin: an outlet, a supplier's books, a register. {key}
    judged.shipment_id, -- The lot; one of shipments.set_aside counts nowhere, but what was said of it was said. {key}
    judged.field, -- What was stated: how many, that it happened, when it is due, when it came. {key, one of: count, happened, due, delivered}
    judged.record_id, -- The record that states it first. {not null, -> records.shipment_records.record_id}
    judged.source_kind, -- Whether it is news or a supplier's. {not null, one of: news, supplier}
    judged.known_at AS stated_at, -- When it was stated (UTC). {not null}
    judged.verdict, -- Whether the first independent origin to speak of it later said the same. {not null, one of: confirmed, contradicted, open}
    judged.decided_at -- When that was (UTC); empty while it is open.
FROM judged
ORDER BY judged.origin_id, judged.shipment_id, judged.field
