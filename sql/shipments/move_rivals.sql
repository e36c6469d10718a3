-- One row per move that is told by few with another count than a surer telling of the same two parties has, where no day tells the two apart: a slip of the pen (a digit changed, swapped with the next, too many or too few), or the same time of both the loss and the move. It says nothing of other lots, and stands beside the surer one in shipments.conflicts.
WITH groups AS (
    SELECT
        tellings.head_id,
        any_value(head.from_id) AS from_id,
        any_value(head.to_id) AS to_id,
        any_value(head.gpus_best) AS gpus_best,
        -- A number of two digits at most is like many others.
        any_value(head.least_gpus = head.most_gpus) AS is_precise,
        any_value(head.kin_ids) AS kin_ids,
        any_value(head.product_id) AS product_id,
        any_value(head.event) AS event,
        count(DISTINCT nodes.origin_id) AS origins,
        min(nodes.known_at) AS known_at,
        coalesce(list(DISTINCT nodes.lost_due_on) FILTER (WHERE nodes.lost_due_on IS NOT NULL), []) AS lost_days,
        list_distinct(flatten(list(nodes.moved_days))) AS moved_days,
        max(nodes.lost_due_start) AS lost_start,
        min(nodes.lost_due_end) AS lost_end,
        max(nodes.moved_start) AS moved_start,
        min(nodes.moved_end) AS moved_end,
        list(DISTINCT nodes.item_id) FILTER (WHERE nodes.item_id IS NOT NULL) AS items
    FROM shipments.lot_groups AS tellings
    INNER JOIN shipments.lot_nodes AS nodes ON tellings.node_id = nodes.node_id
    INNER JOIN shipments.lot_nodes AS head ON tellings.head_id = head.node_id
    WHERE head.kind = 'move' AND head.from_id IS NOT NULL AND head.to_id IS NOT NULL AND head.gpus_best IS NOT NULL AND nodes.may_open
    GROUP BY tellings.head_id
),

bounded AS (
    SELECT
        groups.*,
        count(*) OVER (PARTITION BY groups.from_id, groups.to_id) AS moves_of_pair
    FROM groups
)

SELECT
    one.head_id, -- The first telling of the one with the other count. {key, -> shipments.lot_nodes.node_id}
    arg_min(other.head_id, (-other.origins, other.known_at, other.head_id)) AS of_head_id -- The first telling of the surest one that it rivals. {not null, -> shipments.lot_nodes.node_id}
FROM bounded AS one
INNER JOIN bounded AS other ON one.from_id = other.from_id AND one.to_id = other.to_id AND one.head_id <> other.head_id
WHERE
    one.moves_of_pair <= 200
    AND one.event = other.event
    AND (list_contains(one.kin_ids, other.product_id) OR list_contains(other.kin_ids, one.product_id))
    -- Whoever says both in one item says that they are two.
    AND NOT list_has_any(coalesce(one.items, []), coalesce(other.items, []))
    AND abs(date_diff('day', one.known_at, other.known_at)) <= 548
    AND abs(one.gpus_best - other.gpus_best) > 0.15 * greatest(one.gpus_best, other.gpus_best)
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
    AND other.origins > one.origins
GROUP BY one.head_id
ORDER BY one.head_id
