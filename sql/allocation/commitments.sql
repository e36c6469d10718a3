-- One row per stated plan: so many units of a product at one party by some day, and what came of it. The same plan told by several sources is one.
-- check targets_are_ordered: coalesce(target_gpus_low <= target_gpus_best, TRUE) AND coalesce(target_gpus_best <= target_gpus_high, TRUE)
WITH plans AS (
    SELECT
        records.record_id,
        records.to_id AS entity_id,
        records.supplier_id,
        coalesce(records.product_id, 'gpu') AS product_id,
        records.gpus_low,
        records.gpus_best,
        records.gpus_high,
        records.value_usd_low,
        records.value_usd_best,
        records.value_usd_high,
        coalesce(records.revised_start, records.promised_start) AS due_start,
        coalesce(records.revised_end, records.promised_end) AS due_end,
        records.certainty,
        records.origin_id,
        records.known_at,
        records.item_id,
        row_number() OVER (
            ORDER BY
                records.gpus_best IS NULL,
                records.promised_end IS NULL,
                products.level IN ('any', 'family'),
                records.known_at,
                records.record_id
        ) AS precedence
    FROM records.shipment_records AS records
    LEFT JOIN reference.products AS products ON coalesce(records.product_id, 'gpu') = products.product_id
    WHERE records.event = 'plan' AND records.to_id IS NOT NULL AND NOT records.superseded
),

agreeing AS (
    SELECT DISTINCT
        opener.record_id AS opener_id,
        opener.precedence AS opener_precedence,
        joiner.record_id AS joiner_id
    FROM plans AS opener
    INNER JOIN plans AS joiner
        ON opener.entity_id = joiner.entity_id AND opener.precedence < joiner.precedence
    INNER JOIN reference.product_ancestors AS kin
        ON
            (opener.product_id = kin.product_id AND joiner.product_id = kin.ancestor_id)
            OR (joiner.product_id = kin.product_id AND opener.product_id = kin.ancestor_id)
    WHERE
        opener.certainty <> 'denied'
        AND (
            (opener.gpus_best IS NULL AND joiner.gpus_best IS NULL AND abs(opener.value_usd_best - joiner.value_usd_best) <= 0.15 * opener.value_usd_best)
            OR abs(opener.gpus_best - joiner.gpus_best) <= 0.15 * greatest(opener.gpus_best, joiner.gpus_best)
        )
        AND coalesce(
            coalesce(opener.due_start, opener.due_end) <= joiner.due_end + INTERVAL 120 DAY
            AND coalesce(joiner.due_start, joiner.due_end) <= opener.due_end + INTERVAL 120 DAY,
            TRUE
        )
        AND abs(date_diff('day', opener.known_at, joiner.known_at)) <= 548
),

openers AS (
    SELECT plans.record_id
    FROM plans
    WHERE plans.certainty <> 'denied' AND plans.record_id NOT IN (SELECT agreeing.joiner_id FROM agreeing)
),

members AS (
    SELECT
        plans.record_id,
        coalesce(
            arg_min(agreeing.opener_id, agreeing.opener_precedence) FILTER (WHERE openers.record_id IS NOT NULL),
            plans.record_id
        ) AS opener_id
    FROM plans
    LEFT JOIN agreeing ON plans.record_id = agreeing.joiner_id
    LEFT JOIN openers ON agreeing.opener_id = openers.record_id
    GROUP BY plans.record_id
),

stated AS (
    SELECT
        members.opener_id,
        CASE WHEN min(plans.gpus_low) IS NOT NULL THEN least(min(plans.gpus_low), arg_min(plans.gpus_best, plans.precedence)) END AS gpus_low,
        arg_min(plans.gpus_best, plans.precedence) AS gpus_best,
        CASE WHEN max(plans.gpus_high) IS NOT NULL THEN greatest(max(plans.gpus_high), arg_min(plans.gpus_best, plans.precedence)) END AS gpus_high,
        CASE
            WHEN min(plans.value_usd_low) IS NOT NULL
                THEN least(min(plans.value_usd_low), arg_min(plans.value_usd_best, plans.precedence))
        END AS value_usd_low,
        arg_min(plans.value_usd_best, plans.precedence) AS value_usd_best,
        CASE
            WHEN max(plans.value_usd_high) IS NOT NULL
                THEN greatest(max(plans.value_usd_high), arg_min(plans.value_usd_best, plans.precedence))
        END AS value_usd_high,
        any_value(plans.supplier_id ORDER BY plans.precedence) AS supplier_id,
        arg_min({ 'days': [plans.due_start, plans.due_end] }, (
            plans.due_end IS NULL,
            coalesce(date_diff('day', plans.due_start, plans.due_end), 100000),
            plans.precedence
        )).days AS due,
        max(CASE plans.certainty WHEN 'confirmed' THEN 3 WHEN 'reported' THEN 2 WHEN 'rumoured' THEN 1 ELSE 0 END) AS sureness,
        bool_or(plans.certainty = 'denied') AS denied,
        count(*) AS records,
        count(DISTINCT plans.origin_id) FILTER (WHERE plans.certainty <> 'denied') AS origins,
        min(plans.known_at) AS known_at,
        list(DISTINCT plans.item_id) AS items
    FROM members
    INNER JOIN plans ON members.record_id = plans.record_id
    GROUP BY members.opener_id
    HAVING bool_or(plans.certainty <> 'denied')
),

commitments AS (
    SELECT
        stated.*,
        openers.entity_id,
        openers.product_id
    FROM stated
    INNER JOIN plans AS openers ON stated.opener_id = openers.record_id
),

holdings AS (
    SELECT
        records.to_id AS entity_id,
        coalesce(records.product_id, 'gpu') AS product_id,
        records.gpus_best,
        records.known_at,
        records.item_id
    FROM records.shipment_records AS records
    WHERE
        records.event = 'holding' AND records.gpus_best IS NOT NULL AND records.certainty <> 'denied'
        AND NOT records.superseded AND records.source_kind = 'news'
),

held AS (
    SELECT
        commitments.opener_id,
        arg_max(holdings.gpus_best, (list_contains(commitments.items, holdings.item_id), holdings.known_at, holdings.gpus_best))
        FILTER (WHERE holdings.known_at::DATE <= commitments.known_at::DATE OR list_contains(commitments.items, holdings.item_id)) AS held_when_stated,
        max(holdings.gpus_best) FILTER (
            WHERE holdings.known_at::DATE > commitments.known_at::DATE AND NOT list_contains(commitments.items, holdings.item_id)
        ) AS held_later
    FROM commitments
    INNER JOIN holdings ON commitments.entity_id = holdings.entity_id
    INNER JOIN reference.product_ancestors AS kin
        ON holdings.product_id = kin.product_id AND commitments.product_id = kin.ancestor_id
    GROUP BY commitments.opener_id
),

delivered AS (
    SELECT
        commitments.opener_id,
        sum(lots.delivered_gpus_best) AS gpus_best
    FROM commitments
    INNER JOIN shipments.shipments AS lots
        ON
            commitments.entity_id = lots.current_to_id
            AND coalesce(lots.delivered_on, lots.last_known_at::DATE) >= commitments.known_at::DATE
    INNER JOIN reference.product_ancestors AS kin
        ON lots.product_id = kin.product_id AND commitments.product_id = kin.ancestor_id
    GROUP BY commitments.opener_id
)

SELECT
    commitments.entity_id || ':' || commitments.product_id || ':' || left(sha256(commitments.opener_id), 6) AS commitment_id, -- The commitment. {key}
    commitments.entity_id, -- Whose plan it is. {not null, -> records.entities.entity_id}
    commitments.product_id, -- The product. {not null, -> reference.products.product_id}
    commitments.supplier_id, -- Whose accelerators. {-> records.entities.entity_id}
    commitments.gpus_low AS target_gpus_low, -- Least GPUs aimed at.
    commitments.gpus_best AS target_gpus_best, -- GPUs aimed at; empty where only money is stated.
    commitments.gpus_high AS target_gpus_high, -- Greatest GPUs aimed at.
    commitments.value_usd_low AS target_value_usd_low, -- Least money, US dollars.
    commitments.value_usd_best AS target_value_usd_best, -- Money, US dollars.
    commitments.value_usd_high AS target_value_usd_high, -- Greatest money, US dollars.
    commitments.due[1] AS due_start, -- First day of when it is due.
    commitments.due[2] AS due_end, -- Last day of when it is due.
    held.held_when_stated AS held_gpus_best, -- GPUs of that product that it held when the plan was stated, as stated.
    coalesce(delivered.gpus_best, 0) AS delivered_gpus_best, -- GPUs delivered to it since. {not null}
    CASE
        WHEN greatest(
            coalesce(held.held_later, 0),
            coalesce(held.held_when_stated, 0) + coalesce(delivered.gpus_best, 0)
        ) >= coalesce(commitments.gpus_low, commitments.gpus_best) THEN 'met'
        WHEN commitments.due[2] < $as_of THEN 'missed'
        ELSE 'open'
    END AS status, -- Whether what came, or what it says that it holds, reaches the target; missed means that no source says so by the due day. {not null, one of: met, missed, open}
    CASE greatest(commitments.sureness - commitments.denied::INTEGER, 0) WHEN 3 THEN 'confirmed' WHEN 2 THEN 'reported' WHEN 1 THEN 'rumoured' ELSE 'denied' END AS certainty, -- How sure it is that this is the plan. {not null, one of: confirmed, reported, rumoured, denied}
    commitments.records, -- Statements of it. {not null}
    commitments.origins, -- Independent origins that state it. {not null}
    commitments.known_at -- When it first became known (UTC). {not null}
FROM commitments
LEFT JOIN held ON commitments.opener_id = held.opener_id
LEFT JOIN delivered ON commitments.opener_id = delivered.opener_id
ORDER BY commitment_id
