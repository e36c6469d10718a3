-- One row per pair of statements that a person should decide about (reference/decisions.csv): the weight is between the two thresholds, two lots fit nearly alike, the two contradict each other, or one is set aside as the other's rival. Of each statement only its best such pair is listed.
-- warn nobody_is_asked: FALSE
WITH doubts AS (
    -- A part, or what has no count, that fits two lots alike; and what fits another lot nearly as well.
    SELECT
        stars.node_id,
        stars.next_opener_id AS other_id,
        CASE WHEN stars.is_undecided THEN 'fits several lots, counts in none' ELSE 'fits another lot nearly as well' END AS question,
        stars.next_weight AS weight,
        1 AS urgency
    FROM shipments.lot_stars AS stars
    WHERE stars.next_opener_id IS NOT NULL
    UNION ALL
    SELECT
        contradictions.node_id,
        contradictions.kept_id AS other_id,
        'contradicts it about ' || contradictions.contradicted AS question,
        NULL AS weight,
        2 AS urgency
    FROM shipments.lot_contradictions AS contradictions
    WHERE contradictions.contradicted <> 'a person said so'
    UNION ALL
    SELECT
        openers.node_id,
        set_aside.of_node_id AS other_id,
        'states ' || set_aside.reason || ', counts in none' AS question,
        NULL AS weight,
        0 AS urgency
    FROM shipments.set_aside AS set_aside
    INNER JOIN shipments.lot_members AS openers ON set_aside.shipment_id = openers.shipment_id AND openers.node_id = openers.opener_id
    WHERE set_aside.reason <> 'fits several lots'
    UNION ALL
    SELECT
        scores.joiner_id AS node_id,
        scores.opener_id AS other_id,
        CASE WHEN scores.weight >= thresholds.join_from THEN 'joined, but hardly' ELSE 'nearly joined' END AS question,
        scores.weight,
        3 AS urgency
    FROM shipments.lot_scores AS scores
    CROSS JOIN reference.match_thresholds AS thresholds
    WHERE scores.weight >= thresholds.review_from AND scores.weight < thresholds.review_to
    QUALIFY row_number() OVER (PARTITION BY scores.joiner_id ORDER BY scores.weight DESC, scores.opener_id ASC) = 1
),

open_doubts AS (
    -- What is surely joined somewhere else needs nobody's decision about a weak pair; nor does what a person decided.
    SELECT doubts.*
    FROM doubts
    INNER JOIN shipments.lot_members AS members ON doubts.node_id = members.node_id
    CROSS JOIN reference.match_thresholds AS thresholds
    WHERE
        (doubts.urgency < 3 OR members.weight IS NULL OR members.weight < thresholds.review_to)
        AND doubts.node_id NOT IN (SELECT decided.one_node_id FROM shipments.lot_decisions AS decided)
        AND doubts.node_id NOT IN (SELECT decided.other_node_id FROM shipments.lot_decisions AS decided)
    QUALIFY row_number() OVER (PARTITION BY doubts.node_id ORDER BY doubts.urgency ASC, doubts.weight DESC NULLS LAST, doubts.other_id ASC) = 1
),

weights AS (
    SELECT map_from_entries(list((weights.comparison || ': ' || weights.level, weights.weight))) AS of_level
    FROM reference.match_weights AS weights
),

compared AS (
    SELECT
        open_doubts.node_id,
        list_transform(
            [
                'roles: ' || scores.roles, 'supplier: ' || scores.supplier_level, 'product: ' || scores.product_level,
                'count: ' || scores.count_level, 'time: ' || scores.time_level, 'days: ' || scores.days_level,
                'due: ' || scores.due_level, 'item: ' || scores.item_level, 'origin: ' || scores.origin_level
            ],
            LAMBDA said: { 'said': said, 'bits': weights.of_level[said] }
        ) AS levels,
        scores.weight
    FROM open_doubts
    CROSS JOIN weights
    INNER JOIN shipments.lot_scores AS scores ON open_doubts.node_id = scores.joiner_id AND open_doubts.other_id = scores.opener_id
),

line_records AS (
    SELECT
        records.order_key,
        arg_max(records.record_id, (records.event = 'order', records.known_at, records.record_id)) AS record_id
    FROM records.shipment_records AS records
    WHERE records.order_key IN (SELECT open_doubts.other_id FROM open_doubts)
    GROUP BY records.order_key
)

SELECT
    open_doubts.node_id AS record_id, -- The statement in question. {key, -> records.shipment_records.record_id}
    coalesce(line_records.record_id, open_doubts.other_id) AS other_record_id, -- The statement that it may be about one lot with. {not null, -> records.shipment_records.record_id}
    open_doubts.question, -- Why a person is asked. {not null}
    coalesce(open_doubts.weight, compared.weight) AS weight, -- The pair's match weight, in bits; empty where the two never met.
    array_to_string(list_transform(list_filter(compared.levels, LAMBDA pro: pro.bits > 0.05), LAMBDA pro: printf('%s (%+.1f)', pro.said, pro.bits)), ', ') AS speaks_for, -- What speaks for one lot, in bits.
    array_to_string(list_transform(list_filter(compared.levels, LAMBDA con: con.bits < -0.05), LAMBDA con: printf('%s (%+.1f)', con.said, con.bits)), ', ') AS speaks_against, -- What speaks against it, in bits.
    members.shipment_id, -- The lot of the statement now. {not null}
    others.shipment_id AS other_shipment_id -- The lot of the other one. {not null}
FROM open_doubts
INNER JOIN shipments.lot_members AS members ON open_doubts.node_id = members.node_id
INNER JOIN shipments.lot_members AS others ON open_doubts.other_id = others.node_id
LEFT JOIN compared ON open_doubts.node_id = compared.node_id
LEFT JOIN line_records ON open_doubts.other_id = line_records.order_key
ORDER BY open_doubts.urgency ASC, weight DESC NULLS LAST, record_id ASC
