-- One row per two groups of tellings, or a group and a supplier's line, of which members met: what their pairs know together. In each comparison the level that says most counts, once, and the weight follows from the same fixed weights as in shipments.lot_scores.
WITH sides AS (
    SELECT
        CASE WHEN opener_head.precedence < joiner_head.precedence THEN opener_head.node_id ELSE joiner_head.node_id END AS opener_id,
        CASE WHEN opener_head.precedence < joiner_head.precedence THEN joiner_head.node_id ELSE opener_head.node_id END AS joiner_id,
        scores.roles,
        scores.supplier_level,
        scores.product_level,
        scores.count_level,
        scores.time_level,
        scores.days_level,
        scores.due_level,
        scores.item_level,
        scores.origin_level,
        scores.weight
    FROM shipments.lot_scores AS scores
    INNER JOIN shipments.lot_nodes AS opener ON scores.opener_id = opener.node_id
    LEFT JOIN shipments.lot_groups AS opening ON scores.opener_id = opening.node_id
    INNER JOIN shipments.lot_groups AS joining ON scores.joiner_id = joining.node_id
    INNER JOIN shipments.lot_nodes AS opener_head ON coalesce(opening.head_id, scores.opener_id) = opener_head.node_id
    INNER JOIN shipments.lot_nodes AS joiner_head ON joining.head_id = joiner_head.node_id
    WHERE (opener.kind = 'supplier' OR opening.node_id IS NOT NULL) AND opener_head.node_id <> joiner_head.node_id
),

pooled AS (
    SELECT
        sides.opener_id,
        sides.joiner_id,
        arg_max(sides.roles, (sides.weight, sides.roles)) AS roles,
        arg_min(sides.supplier_level, list_position(['same', 'one is the maker', 'unnamed'], sides.supplier_level)) AS supplier_level,
        arg_min(sides.product_level, list_position(['same', 'one is wider', 'another of the family'], sides.product_level)) AS product_level,
        arg_min(
            sides.count_level,
            list_position(['same', 'rounds to it', 'within 15 %', 'ranges meet', 'unstated'], sides.count_level)
        ) AS count_level,
        arg_min(
            sides.time_level,
            list_position(['within its life', 'same week', 'within two months', 'within a year', 'apart'], sides.time_level)
        ) AS time_level,
        arg_min(
            sides.days_level,
            list_position(['same day', 'another day', 'apart', 'same week', 'within two months', 'unstated'], sides.days_level)
        ) AS days_level,
        arg_min(
            sides.due_level,
            list_position(['same day', 'another day', 'apart', 'within four months', 'overlap', 'unstated'], sides.due_level)
        ) AS due_level,
        bool_or(sides.product_level = 'another of the family') AS may_be_substituted,
        min(sides.item_level = 'another') AS is_another_item,
        min(sides.origin_level = 'another') AS is_another_origin
    FROM sides
    GROUP BY sides.opener_id, sides.joiner_id
),

told AS (
    -- From when to when each group's exact days of being due were told.
    SELECT
        groups.head_id,
        min(nodes.known_at) AS first_known_at,
        max(nodes.known_at) AS last_known_at,
        min(list_min(nodes.due_days)) AS first_due_on,
        max(list_max(nodes.due_days)) AS last_due_on
    FROM shipments.lot_groups AS groups
    INNER JOIN shipments.lot_nodes AS nodes ON groups.node_id = nodes.node_id
    WHERE len(nodes.due_days) > 0
    GROUP BY groups.head_id
),

weights AS (
    SELECT map_from_entries(list((weights.comparison || ': ' || weights.level, weights.weight))) AS of_level
    FROM reference.match_weights AS weights
)

SELECT
    pooled.opener_id, -- The group that may open the lot, by its first telling, or the supplier's line. {key, -> shipments.lot_nodes.node_id}
    pooled.joiner_id, -- The group that may join it, by its first telling. {key, -> shipments.lot_nodes.node_id}
    pooled.roles, -- In which roles their parties are the same. {not null}
    pooled.due_level, -- How far apart the days are when it is due. {not null}
    thresholds.prior_weight
    + weights.of_level['roles: ' || pooled.roles]
    + weights.of_level['supplier: ' || pooled.supplier_level]
    + weights.of_level['product: ' || pooled.product_level]
    + weights.of_level['count: ' || pooled.count_level]
    + weights.of_level['time: ' || pooled.time_level]
    + weights.of_level['days: ' || pooled.days_level]
    + weights.of_level['due: ' || pooled.due_level]
    + weights.of_level['item: ' || CASE WHEN pooled.is_another_item THEN 'another' ELSE 'same' END]
    + weights.of_level['origin: ' || CASE WHEN pooled.is_another_origin THEN 'another' ELSE 'same' END] AS weight -- log2 of the odds that the two are about one lot. {not null}
FROM pooled
CROSS JOIN weights
CROSS JOIN reference.match_thresholds AS thresholds
INNER JOIN shipments.lot_nodes AS opener ON pooled.opener_id = opener.node_id
INNER JOIN shipments.lot_nodes AS joiner ON pooled.joiner_id = joiner.node_id
LEFT JOIN shipments.lot_groups AS opening ON pooled.opener_id = opening.node_id
INNER JOIN shipments.lot_groups AS joining ON pooled.joiner_id = joining.node_id
LEFT JOIN told AS opener_told ON pooled.opener_id = opener_told.head_id
LEFT JOIN told AS joiner_told ON pooled.joiner_id = joiner_told.head_id
-- Of one kind, those with other exact days are two, unless the one was told after the other, of the same order, and names a later day: it was put off.
-- Of news alone, those with other counts, each told by several, are two, unless they are due on one day: a count may be amended.
WHERE
    (
        opener.kind = 'supplier' OR joiner.kind = 'move' OR pooled.count_level <> 'within 15 %' OR pooled.due_level = 'same day'
        OR NOT (opening.is_attested AND joining.is_attested)
    )
    -- A family is no bridge between two models of it.
    AND (pooled.may_be_substituted OR list_contains(opener.kin_ids, joiner.product_id) OR list_has_any(joiner.kin_ids, opener.product_ids))
    AND (
        opener.kind <> joiner.kind
        OR (pooled.due_level <> 'another day' AND pooled.days_level <> 'another day')
        OR (
            opener.kind = 'statement' AND pooled.days_level = 'same day' AND pooled.count_level IN ('same', 'rounds to it')
            AND (
                (opener_told.last_known_at + INTERVAL 3 DAY < joiner_told.first_known_at AND opener_told.last_due_on < joiner_told.first_due_on)
                OR (joiner_told.last_known_at + INTERVAL 3 DAY < opener_told.first_known_at AND joiner_told.last_due_on < opener_told.first_due_on)
            )
        )
    )
ORDER BY pooled.opener_id, pooled.joiner_id
