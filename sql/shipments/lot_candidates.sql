-- One row per pair of nodes that may be one lot: parties in the same roles, kindred products, agreeing counts, suppliers and times. The first of a pair has precedence.
WITH meetings AS (
    -- The same two parties lose and gain.
    SELECT
        opener.node_id AS opener_id,
        joiner.node_id AS joiner_id,
        'both parties' AS roles,
        4 AS role_weight
    FROM shipments.lot_nodes AS opener
    INNER JOIN shipments.lot_nodes AS joiner
        ON opener.to_id = joiner.to_id AND coalesce(opener.from_id = joiner.from_id, TRUE)
    WHERE opener.kind = 'move' AND joiner.kind = 'move'
    UNION ALL
    -- The whole of a supplier's order line is moved away from its buyer.
    SELECT
        opener.node_id AS opener_id,
        joiner.node_id AS joiner_id,
        'moved from its buyer' AS roles,
        3 AS role_weight
    FROM shipments.lot_nodes AS opener
    INNER JOIN shipments.lot_nodes AS joiner ON opener.to_id = joiner.from_id
    WHERE opener.kind = 'supplier' AND joiner.event = 'diversion' AND opener.gpus_best IS NOT NULL AND joiner.gpus_best IS NOT NULL
    UNION ALL
    -- What is said of the one who lost a moved lot: he ordered it, waits for it, or was cut off.
    SELECT
        opener.node_id AS opener_id,
        joiner.node_id AS joiner_id,
        'lost by the one who waits' AS roles,
        6 AS role_weight
    FROM shipments.lot_nodes AS opener
    INNER JOIN shipments.lot_nodes AS joiner ON opener.from_id = joiner.to_id
    WHERE
        opener.kind = 'move' AND joiner.kind = 'statement'
        AND joiner.event IN ('order', 'allocation', 'delay', 'cancellation')
    UNION ALL
    -- What is said of the one who got it.
    SELECT
        opener.node_id AS opener_id,
        joiner.node_id AS joiner_id,
        'same recipient' AS roles,
        2 AS role_weight
    FROM shipments.lot_nodes AS opener
    INNER JOIN shipments.lot_nodes AS joiner ON opener.to_id = joiner.to_id
    WHERE
        joiner.kind = 'statement'
        AND (opener.kind <> 'move' OR joiner.event IN ('allocation', 'shipment', 'delivery', 'delay'))
)

SELECT
    meetings.opener_id, -- The node that may open the lot. {key, -> shipments.lot_nodes.node_id}
    meetings.joiner_id, -- The node that may join it. {key, -> shipments.lot_nodes.node_id}
    max(meetings.role_weight)
    + max(CASE
        WHEN opener.gpus_best = joiner.gpus_best THEN 3
        WHEN opener.gpus_best IS NOT NULL AND joiner.gpus_best IS NOT NULL THEN 2
        ELSE 0
    END)
    + coalesce(max((opener.item_id = joiner.item_id)::INTEGER), 0) * 2
    + max((opener.origin_id = joiner.origin_id)::INTEGER)
    + max((opener.product_id = joiner.product_id)::INTEGER) AS weight, -- How well they agree; a sum of points. {not null}
    arg_max(meetings.roles, meetings.role_weight)
    || CASE
        WHEN max(opener.gpus_best) = max(joiner.gpus_best) THEN ', same count'
        WHEN max(joiner.gpus_best) < max(opener.gpus_best) * 0.85 THEN ', a part of the count'
        WHEN max(opener.gpus_best) IS NOT NULL AND max(joiner.gpus_best) IS NOT NULL THEN ', count within 15 %'
        ELSE ', no count'
    END
    || CASE WHEN max((opener.item_id = joiner.item_id)::INTEGER) = 1 THEN ', same item' ELSE '' END AS agreement -- What it rests on. {not null}
FROM meetings
INNER JOIN shipments.lot_nodes AS opener ON meetings.opener_id = opener.node_id
INNER JOIN shipments.lot_nodes AS joiner ON meetings.joiner_id = joiner.node_id
INNER JOIN reference.product_ancestors AS kin
    ON
        (opener.product_id = kin.product_id AND joiner.product_id = kin.ancestor_id)
        OR (joiner.product_id = kin.product_id AND opener.product_id = kin.ancestor_id)
WHERE
    opener.precedence < joiner.precedence
    AND opener.may_open
    AND coalesce(opener.supplier_id = joiner.supplier_id, TRUE)
    -- Counts agree within 15 %, or their intervals meet.
    AND coalesce(
        abs(opener.gpus_best - joiner.gpus_best) <= 0.15 * greatest(opener.gpus_best, joiner.gpus_best)
        OR (opener.gpus_low <= joiner.gpus_high AND joiner.gpus_low <= opener.gpus_high)
        -- A part that arrived, or was dropped, of what the same item says was ordered.
        OR (
            opener.event IN ('order', 'allocation') AND joiner.event IN ('shipment', 'delivery', 'cancellation')
            AND joiner.gpus_best < opener.gpus_best AND opener.item_id = joiner.item_id
        ),
        TRUE
    )
    -- A statement without a count joins only what its own item or origin speaks of, or a move between the parties.
    AND (
        (opener.gpus_best IS NOT NULL AND joiner.gpus_best IS NOT NULL)
        OR coalesce(opener.item_id = joiner.item_id, FALSE)
        OR (opener.origin_id = joiner.origin_id AND opener.kind <> 'supplier')
        OR joiner.kind = 'move'
        OR (opener.kind = 'move' AND joiner.event = 'delay')
    )
    -- Times agree: known within a year and a half, and due within four months where both say when.
    AND abs(date_diff('day', opener.known_at, joiner.known_at)) <= CASE opener.kind WHEN 'supplier' THEN 1095 ELSE 548 END
    AND coalesce(
        opener.due_start <= joiner.due_end + INTERVAL 120 DAY AND joiner.due_start <= opener.due_end + INTERVAL 120 DAY,
        TRUE
    )
GROUP BY meetings.opener_id, meetings.joiner_id
ORDER BY meetings.opener_id, meetings.joiner_id
