-- One row per lot that is told but does not count: a rival telling of a surer lot (another recipient, or another count, from other items), or a part that fits several lots alike. Its records stay in shipments.record_matches; shipments.conflicts shows rivals beside what they rival.
WITH lots AS (
    SELECT
        members.shipment_id,
        any_value(opener.node_id) AS opener_id,
        bool_or(nodes.kind = 'supplier') AS is_booked,
        bool_or(members.is_undecided) AS is_undecided,
        arg_min(nodes.from_id, nodes.precedence) FILTER (WHERE nodes.kind = 'move') AS from_id,
        coalesce(arg_min(nodes.to_id, nodes.precedence) FILTER (WHERE nodes.kind = 'move'), any_value(opener.to_id)) AS to_id,
        bool_or(nodes.kind = 'move') AS is_moved,
        any_value(opener.product_id) AS product_id,
        any_value(opener.supplier_id) AS supplier_id,
        any_value(opener.names_maker) AS names_maker,
        any_value(opener.gpus_low) AS gpus_low,
        any_value(opener.gpus_best) AS gpus_best,
        any_value(opener.gpus_high) AS gpus_high,
        list_distinct(flatten(list(nodes.due_days))) AS due_days,
        list_distinct(flatten(list(nodes.moved_days))) AS moved_days,
        coalesce(list(DISTINCT nodes.lost_due_on) FILTER (WHERE nodes.lost_due_on IS NOT NULL), []) AS lost_days,
        max(coalesce(nodes.lost_due_start, nodes.lost_due_end)) FILTER (WHERE nodes.lost_due_start IS NOT NULL) AS lost_start,
        min(nodes.lost_due_end) AS lost_end,
        max(nodes.moved_start) AS moved_start,
        min(nodes.moved_end) AS moved_end,
        list(DISTINCT nodes.item_id) FILTER (WHERE nodes.item_id IS NOT NULL AND (nodes.kind = 'move' OR nodes.event IN ('order', 'allocation'))) AS items,
        list(DISTINCT nodes.origin_id) AS origins,
        -- Of what was moved, those count who tell of the move.
        CASE
            WHEN bool_or(nodes.kind = 'move') THEN count(DISTINCT nodes.origin_id) FILTER (WHERE nodes.may_open AND nodes.kind = 'move')
            ELSE count(DISTINCT nodes.origin_id) FILTER (WHERE nodes.may_open)
        END AS origin_count,
        min(nodes.known_at) AS known_at,
        max(nodes.known_at) AS last_known_at,
        -- A number of two digits at most is like many others.
        any_value(opener.least_gpus = opener.gpus_low) AS is_precise
    FROM shipments.lot_members AS members
    INNER JOIN shipments.lot_nodes AS nodes ON members.node_id = nodes.node_id
    INNER JOIN shipments.lot_nodes AS opener ON members.opener_id = opener.node_id
    GROUP BY members.shipment_id
),

told AS (
    SELECT *
    FROM lots
    WHERE NOT lots.is_undecided AND lots.gpus_best IS NOT NULL
),

buckets AS (
    SELECT
        told.shipment_id,
        told.from_id,
        unnest([floor(ln(greatest(told.gpus_best, 1)) / ln(1.18)) - 1, floor(ln(greatest(told.gpus_best, 1)) / ln(1.18)), floor(ln(greatest(told.gpus_best, 1)) / ln(1.18)) + 1]) AS bucket
    FROM told
    WHERE told.is_moved AND told.from_id IS NOT NULL
),

days AS (
    SELECT
        told.shipment_id,
        told.to_id,
        unnest(told.due_days) AS due_on
    FROM told
    WHERE told.to_id IS NOT NULL
),

moved_on AS (
    SELECT
        told.shipment_id,
        told.to_id,
        unnest(told.moved_days) AS moved_on
    FROM told
    WHERE told.to_id IS NOT NULL
),

moves AS (
    SELECT
        told.*,
        count(*) OVER (PARTITION BY told.from_id, told.to_id) AS moves_of_pair
    FROM told
    WHERE told.is_moved AND told.from_id IS NOT NULL AND told.to_id IS NOT NULL
),

misprints AS (
    -- Moves between the same two that no day tells apart, with counts that differ by a slip of the pen (a digit changed, swapped with the next, too many or too few), or with the same time of both the loss and the move.
    SELECT
        one.shipment_id,
        other.shipment_id AS other_shipment_id
    FROM moves AS one
    INNER JOIN moves AS other ON one.from_id = other.from_id AND one.to_id = other.to_id AND one.shipment_id <> other.shipment_id
    WHERE
        one.moves_of_pair <= 200
        AND (len(one.lost_days) = 0 OR len(other.lost_days) = 0 OR list_has_any(one.lost_days, other.lost_days))
        AND (len(one.moved_days) = 0 OR len(other.moved_days) = 0 OR list_has_any(one.moved_days, other.moved_days))
        AND coalesce(one.lost_start <= other.lost_end, TRUE) AND coalesce(other.lost_start <= one.lost_end, TRUE)
        AND coalesce(one.moved_start <= other.moved_end, TRUE) AND coalesce(other.moved_start <= one.moved_end, TRUE)
        AND (
            (
                (one.is_precise OR other.is_precise)
                AND damerau_levenshtein(printf('%.0f', one.gpus_best), printf('%.0f', other.gpus_best)) <= 1
            )
            OR (one.lost_end IS NOT NULL AND other.lost_end IS NOT NULL AND one.moved_end IS NOT NULL AND other.moved_end IS NOT NULL)
        )
),

met AS (
    SELECT
        one.shipment_id,
        other.shipment_id AS other_shipment_id,
        'another recipient' AS reason
    FROM buckets AS one
    INNER JOIN told AS other
        ON one.from_id = other.from_id AND one.bucket = floor(ln(greatest(other.gpus_best, 1)) / ln(1.18)) AND one.shipment_id <> other.shipment_id
    WHERE other.is_moved
    UNION
    SELECT
        one.shipment_id,
        other.shipment_id AS other_shipment_id,
        'another count' AS reason
    FROM days AS one
    INNER JOIN days AS other ON one.to_id = other.to_id AND one.due_on = other.due_on AND one.shipment_id <> other.shipment_id
    UNION
    SELECT
        one.shipment_id,
        other.shipment_id AS other_shipment_id,
        'another count' AS reason
    FROM moved_on AS one
    INNER JOIN moved_on AS other ON one.to_id = other.to_id AND one.moved_on = other.moved_on AND one.shipment_id <> other.shipment_id
    UNION
    SELECT
        misprints.shipment_id,
        misprints.other_shipment_id,
        'another count' AS reason
    FROM misprints
),

kin AS (
    SELECT
        ancestors.product_id,
        ancestors.ancestor_id AS kin_id
    FROM reference.product_ancestors AS ancestors
    UNION
    SELECT
        ancestors.ancestor_id AS product_id,
        ancestors.product_id AS kin_id
    FROM reference.product_ancestors AS ancestors
),

rivals AS (
    -- The first of a pair loses against the second.
    SELECT
        met.shipment_id,
        met.other_shipment_id,
        met.reason
    FROM met
    INNER JOIN told AS one ON met.shipment_id = one.shipment_id
    INNER JOIN told AS other ON met.other_shipment_id = other.shipment_id
    INNER JOIN kin ON one.product_id = kin.product_id AND other.product_id = kin.kin_id
    WHERE
        -- Bound to the pair, lest all lots meet all others before the blocks are asked.
        CASE
            WHEN met.reason IS NOT NULL
                THEN
                    NOT (one.is_booked AND NOT one.is_moved)
                    -- Whoever says both in one item says that they are two.
                    AND NOT list_has_any(coalesce(one.items, []), coalesce(other.items, []))
                    AND (coalesce(one.supplier_id = other.supplier_id, TRUE) OR one.names_maker <> other.names_maker)
                    AND abs(date_diff('day', one.known_at, other.known_at)) <= CASE WHEN met.reason = 'another recipient' AND NOT list_has_any(one.due_days, other.due_days) AND NOT list_has_any(one.moved_days, other.moved_days) THEN 30 ELSE 548 END
                    AND CASE met.reason
                        WHEN 'another recipient'
                            THEN
                                one.to_id <> other.to_id
                                AND abs(one.gpus_best - other.gpus_best) <= 0.15 * greatest(one.gpus_best, other.gpus_best)
                                AND NOT list_has_any(one.origins, other.origins)
                                AND (len(one.due_days) = 0 OR len(other.due_days) = 0 OR list_has_any(one.due_days, other.due_days))
                                AND (len(one.moved_days) = 0 OR len(other.moved_days) = 0 OR list_has_any(one.moved_days, other.moved_days))
                        ELSE
                            one.is_moved = other.is_moved
                            AND coalesce(one.from_id = other.from_id, TRUE)
                            -- What had been due on different days, or went on different days, is two.
                            AND (len(one.lost_days) = 0 OR len(other.lost_days) = 0 OR list_has_any(one.lost_days, other.lost_days))
                            AND (NOT one.is_moved OR len(one.moved_days) = 0 OR len(other.moved_days) = 0 OR list_has_any(one.moved_days, other.moved_days))
                            AND abs(one.gpus_best - other.gpus_best) > 0.15 * greatest(one.gpus_best, other.gpus_best)
                            AND NOT (one.gpus_low <= other.gpus_high AND other.gpus_low <= one.gpus_high)
                    END
                    -- The surer one: in a supplier's books, told by more origins, told first.
                    AND (NOT one.is_booked, -one.origin_count, one.known_at, one.shipment_id) > (NOT other.is_booked, -other.origin_count, other.known_at, other.shipment_id)
                    AND NOT one.is_booked
        END
)

SELECT
    lots.shipment_id, -- The lot that does not count. {key}
    'fits several lots' AS reason, -- Why it does not. {not null, one of: fits several lots, another recipient, another count}
    stars.opener_id AS of_node_id, -- What opened the lot that it may be a part of, or whose rival it is. {not null, -> shipments.lot_nodes.node_id}
    members.shipment_id AS of_shipment_id -- That lot. {not null}
FROM lots
INNER JOIN shipments.lot_stars AS stars ON lots.opener_id = stars.node_id
INNER JOIN shipments.lot_members AS members ON stars.opener_id = members.node_id
WHERE lots.is_undecided
UNION ALL
SELECT
    rivals.shipment_id,
    arg_min(rivals.reason, (NOT other.is_booked, -other.origin_count, other.known_at, other.shipment_id)) AS reason,
    arg_min(other.opener_id, (NOT other.is_booked, -other.origin_count, other.known_at, other.shipment_id)) AS of_node_id,
    arg_min(other.shipment_id, (NOT other.is_booked, -other.origin_count, other.known_at, other.shipment_id)) AS of_shipment_id
FROM rivals
INNER JOIN told AS other ON rivals.other_shipment_id = other.shipment_id
-- Who loses against a loser alone may still be right.
WHERE rivals.other_shipment_id NOT IN (SELECT beaten.shipment_id FROM rivals AS beaten)
GROUP BY rivals.shipment_id
ORDER BY shipment_id
