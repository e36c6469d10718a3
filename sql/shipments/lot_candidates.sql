-- One row per pair of nodes that meet in a block and may be one lot by every rule: parties in the same roles, kindred products, no other supplier, counts and times that can agree. The first of a pair has precedence; how well they agree is scored in shipments.lot_scores.
WITH marks AS (
    -- One bit for each family of a node's products, and all bits where none is stated: nodes without a bit in common are no kin.
    SELECT
        stated.precedence,
        bit_or(CASE WHEN products.level = 'any' THEN -1 ELSE 1::BIGINT << (hash(products.family_id) % 62)::INTEGER END) AS families
    FROM (
        SELECT
            nodes.precedence,
            unnest(nodes.product_ids) AS product_id
        FROM shipments.lot_nodes AS nodes
    ) AS stated
    INNER JOIN reference.products AS products ON stated.product_id = products.product_id
    GROUP BY stated.precedence
),

sides AS (
    -- Each node under each of its parties. Counts within 15 % are at most one bucket apart, since 1.18 > 1 / 0.85.
    SELECT
        nodes.node_id,
        nodes.precedence,
        nodes.kind,
        nodes.event,
        nodes.may_open,
        nodes.gpus_best,
        nodes.item_id,
        nodes.origin_id,
        nodes.supplier_id,
        nodes.product_id,
        marks.families,
        'to' AS side,
        nodes.to_id AS party_id,
        floor(ln(greatest(nodes.least_gpus, 1)) / ln(1.18))::INTEGER AS first_bucket,
        least(floor(ln(greatest(nodes.most_gpus, 1)) / ln(1.18))::INTEGER, first_bucket + 24) AS last_bucket
    FROM shipments.lot_nodes AS nodes
    INNER JOIN marks ON nodes.precedence = marks.precedence
    WHERE nodes.to_id IS NOT NULL
    UNION ALL
    SELECT
        nodes.node_id,
        nodes.precedence,
        nodes.kind,
        nodes.event,
        nodes.may_open,
        nodes.gpus_best,
        nodes.item_id,
        nodes.origin_id,
        nodes.supplier_id,
        nodes.product_id,
        marks.families,
        'from' AS side,
        nodes.from_id AS party_id,
        floor(ln(greatest(nodes.least_gpus, 1)) / ln(1.18))::INTEGER AS first_bucket,
        least(floor(ln(greatest(nodes.most_gpus, 1)) / ln(1.18))::INTEGER, first_bucket + 24) AS last_bucket
    FROM shipments.lot_nodes AS nodes
    INNER JOIN marks ON nodes.precedence = marks.precedence
    WHERE nodes.from_id IS NOT NULL
),

openers AS (
    SELECT
        sides.*,
        unnest(range(sides.first_bucket - 1, sides.last_bucket + 2)) AS bucket
    FROM sides
    WHERE sides.may_open AND sides.gpus_best IS NOT NULL
),

joiners AS (
    SELECT
        sides.*,
        unnest(range(sides.first_bucket, sides.last_bucket + 1)) AS bucket
    FROM sides
    WHERE sides.kind <> 'supplier' AND sides.gpus_best IS NOT NULL
),

wholes AS (
    -- Lots that something smaller, or something without a count, may be said about.
    SELECT
        sides.*,
        count(*) OVER (PARTITION BY sides.party_id) AS lots_of_party,
        count(*) OVER (PARTITION BY sides.party_id, sides.supplier_id, sides.product_id) AS lots_of_kind
    FROM sides
    WHERE sides.may_open AND sides.side = 'to' AND (sides.kind <> 'statement' OR sides.event IN ('order', 'allocation'))
),

parts AS (
    SELECT sides.*
    FROM sides
    WHERE
        sides.kind = 'statement' AND sides.side = 'to'
        AND (sides.gpus_best IS NULL OR sides.event IN ('shipment', 'delivery', 'cancellation', 'delay'))
),

-- Pairs of places in the order of precedence: numbers take a fraction of the memory that names take.
met AS (
    -- Counts that are near.
    SELECT
        openers.precedence AS opener_id,
        joiners.precedence AS joiner_id
    FROM openers
    INNER JOIN joiners ON openers.party_id = joiners.party_id AND openers.bucket = joiners.bucket
    WHERE openers.precedence < joiners.precedence AND (openers.families & joiners.families) <> 0
    UNION
    -- Where one of two moves, or a denial, has no count.
    SELECT
        one.precedence AS opener_id,
        other.precedence AS joiner_id
    FROM sides AS one
    INNER JOIN sides AS other ON one.party_id = other.party_id AND one.side = other.side
    WHERE
        one.precedence < other.precedence AND one.may_open AND one.kind = 'move' AND other.kind = 'move'
        AND (one.gpus_best IS NULL OR other.gpus_best IS NULL) AND (one.families & other.families) <> 0
    UNION
    -- What one item or one origin says of one party.
    SELECT
        one.precedence AS opener_id,
        other.precedence AS joiner_id
    FROM sides AS one
    INNER JOIN sides AS other ON one.party_id = other.party_id AND one.item_id = other.item_id
    WHERE one.precedence < other.precedence AND one.may_open AND (one.families & other.families) <> 0
    UNION
    SELECT
        one.precedence AS opener_id,
        other.precedence AS joiner_id
    FROM sides AS one
    INNER JOIN sides AS other ON one.party_id = other.party_id AND one.origin_id = other.origin_id
    WHERE
        one.precedence < other.precedence AND one.may_open AND one.kind <> 'supplier'
        AND (one.gpus_best IS NULL OR other.gpus_best IS NULL) AND (one.families & other.families) <> 0
    UNION
    -- A delay of what was lost, told without a count.
    SELECT
        one.precedence AS opener_id,
        other.precedence AS joiner_id
    FROM sides AS one
    INNER JOIN sides AS other ON one.party_id = other.party_id AND other.side = 'to'
    WHERE one.kind = 'move' AND one.may_open AND other.event = 'delay' AND other.gpus_best IS NULL AND (one.families & other.families) <> 0
    UNION
    -- A part of a lot, or what is said of it without a count. Among hundreds of lots no part finds its own.
    SELECT
        wholes.precedence AS opener_id,
        parts.precedence AS joiner_id
    FROM wholes
    INNER JOIN parts ON wholes.party_id = parts.party_id
    WHERE wholes.lots_of_party <= 200 AND wholes.precedence < parts.precedence AND (wholes.families & parts.families) <> 0
    UNION
    SELECT
        wholes.precedence AS opener_id,
        parts.precedence AS joiner_id
    FROM wholes
    INNER JOIN parts
        ON wholes.party_id = parts.party_id AND wholes.supplier_id = parts.supplier_id AND wholes.product_id = parts.product_id
    WHERE wholes.lots_of_party > 200 AND wholes.lots_of_kind <= 200 AND wholes.precedence < parts.precedence
),

pairs AS (
    SELECT
        opener.node_id AS opener_id,
        joiner.node_id AS joiner_id,
        met.opener_id AS opener_precedence,
        met.joiner_id AS joiner_precedence,
        CASE
            WHEN opener.kind = 'move' AND joiner.kind = 'move' AND opener.from_id = joiner.from_id AND opener.to_id = joiner.to_id
                THEN 'both parties'
            WHEN opener.kind = 'move' AND opener.from_id = joiner.to_id AND joiner.event IN ('order', 'allocation', 'delay', 'cancellation')
                THEN 'lost by the one who waits'
            WHEN opener.kind = 'supplier' AND opener.to_id = joiner.from_id AND joiner.event = 'diversion' THEN 'moved from its buyer'
            WHEN
                opener.kind = 'move' AND opener.to_id = joiner.to_id AND joiner.kind = 'statement'
                AND joiner.event IN ('allocation', 'shipment', 'delivery', 'delay', 'cancellation')
                THEN 'recipient of the moved'
            WHEN opener.kind <> 'move' AND opener.to_id = joiner.to_id AND joiner.kind = 'statement' THEN 'same recipient'
            -- One of the two moves leaves open who lost or who got them.
            WHEN
                opener.kind = 'move' AND joiner.kind = 'move'
                AND coalesce(opener.from_id = joiner.from_id, TRUE) AND coalesce(opener.to_id = joiner.to_id, TRUE)
                AND coalesce(opener.from_id = joiner.from_id, opener.to_id = joiner.to_id, FALSE)
                THEN 'one party unnamed'
        END AS roles,
        CASE
            WHEN
                opener.gpus_best IS NULL OR joiner.gpus_best IS NULL THEN 'unstated'
            WHEN opener.gpus_best = joiner.gpus_best THEN 'same'
            WHEN opener.least_gpus <= joiner.gpus_best AND joiner.gpus_best <= opener.most_gpus AND opener.gpus_low = opener.gpus_high THEN 'rounds to it'
            WHEN joiner.least_gpus <= opener.gpus_best AND opener.gpus_best <= joiner.most_gpus AND joiner.gpus_low = joiner.gpus_high THEN 'rounds to it'
            -- Neither of one count nor due on one day, or one diverted and one resold: two lots that are alike.
            WHEN
                abs(opener.gpus_best - joiner.gpus_best) <= 0.15 * greatest(opener.gpus_best, joiner.gpus_best)
                AND NOT (opener.kind = 'move' AND joiner.kind = 'move' AND opener.event <> joiner.event)
                AND (
                    len(opener.due_days) = 0 OR len(joiner.due_days) = 0 OR list_has_any(opener.due_days, joiner.due_days)
                    OR (opener.kind = 'supplier' AND joiner.kind = 'move' AND joiner.lost_due_on IS NULL)
                    OR (opener.kind = 'move' AND joiner.kind = 'move' AND coalesce(opener.lost_due_on = joiner.lost_due_on, TRUE))
                )
                THEN 'within 15 %'
            WHEN opener.gpus_low <= joiner.gpus_high AND joiner.gpus_low <= opener.gpus_high THEN 'ranges meet'
            WHEN
                joiner.gpus_best < opener.gpus_best AND joiner.kind = 'statement'
                AND joiner.event IN ('shipment', 'delivery', 'cancellation', 'delay')
                AND (opener.kind <> 'statement' OR opener.event IN ('order', 'allocation'))
                THEN CASE WHEN opener.item_id = joiner.item_id THEN 'a part of one item''s whole' ELSE 'a part' END
        END AS count_level
    FROM met
    INNER JOIN shipments.lot_nodes AS opener ON met.opener_id = opener.precedence
    INNER JOIN shipments.lot_nodes AS joiner ON met.joiner_id = joiner.precedence
    WHERE
        -- Bound to the pair, lest all nodes meet all others of their time before the blocks are asked.
        CASE
            WHEN met.opener_id IS NOT NULL
                THEN
                    -- One supplier, or none named, or the maker of what another sells.
                    (
                        (coalesce(opener.supplier_id = joiner.supplier_id, TRUE) OR opener.names_maker <> joiner.names_maker)
                    )
                    -- Two orders, told within days of each other to be due on different days, are two: none is the other revised.
                    -- So are two moves, or orders, of different days that are due on different days.
                    AND NOT (
                        len(opener.due_days) > 0 AND len(joiner.due_days) > 0 AND NOT list_has_any(opener.due_days, joiner.due_days)
                        AND CASE
                            WHEN opener.kind = 'move' AND joiner.kind = 'move'
                                THEN
                                    len(opener.moved_days) > 0 AND len(joiner.moved_days) > 0
                                    AND NOT list_has_any(opener.moved_days, joiner.moved_days)
                            WHEN opener.kind = 'statement' AND opener.event IN ('order', 'allocation') AND joiner.event IN ('order', 'allocation')
                                THEN
                                    abs(opener.known_at::DATE - joiner.known_at::DATE) <= 3
                                    OR (
                                        len(opener.ordered_days) > 0 AND len(joiner.ordered_days) > 0
                                        AND NOT list_has_any(opener.ordered_days, joiner.ordered_days)
                                    )
                            ELSE FALSE
                        END
                    )
                    -- Times agree: due on one day, or spoken of, or known, within a year and a half and due within four hundred days.
                    AND (
                        list_has_any(opener.due_days, joiner.due_days)
                        OR (
                            opener.life_start <= joiner.life_end + INTERVAL 548 DAY
                            AND joiner.life_start <= opener.life_end + INTERVAL 548 DAY
                            AND coalesce(
                                opener.due_start <= joiner.due_end + INTERVAL 400 DAY
                                AND joiner.due_start <= opener.due_end + INTERVAL 400 DAY,
                                TRUE
                            )
                        )
                    )
        END
)

SELECT
    pairs.opener_id, -- The node that may open the lot. {key, -> shipments.lot_nodes.node_id}
    pairs.joiner_id, -- The node that may join it. {key, -> shipments.lot_nodes.node_id}
    pairs.roles, -- In which roles their parties are the same. {not null, one of: both parties, lost by the one who waits, moved from its buyer, recipient of the moved, same recipient, one party unnamed}
    pairs.count_level -- How their counts agree. {not null, one of: same, rounds to it, within 15 %, ranges meet, a part of one item's whole, a part, unstated}
FROM pairs
WHERE pairs.roles IS NOT NULL AND pairs.count_level IS NOT NULL
ORDER BY pairs.opener_precedence, pairs.joiner_precedence
