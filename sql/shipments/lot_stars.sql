-- One row per node: the node that opens a lot, and whether this one joins it. A node joins the one that opened the lot, never another that joined it, so no chain of weak links makes a lot; a part joins what its own item says that it is a part of, wherever that belongs.
WITH RECURSIVE named_nodes AS (
    SELECT
        decisions.one_node_id AS node_id,
        decisions.one_head_id AS group_id
    FROM shipments.lot_decisions AS decisions
    UNION
    SELECT
        decisions.other_node_id AS node_id,
        decisions.other_head_id AS group_id
    FROM shipments.lot_decisions AS decisions
),

decided AS (
    -- Of nodes that a person called the same, the first stands for all.
    SELECT
        named_nodes.node_id,
        named_nodes.group_id,
        first_value(named_nodes.node_id) OVER (
            PARTITION BY named_nodes.group_id ORDER BY NOT nodes.may_open, nodes.precedence
        ) AS head_id
    FROM named_nodes
    INNER JOIN shipments.lot_nodes AS nodes ON named_nodes.node_id = nodes.node_id
),

banned AS (
    SELECT
        decisions.one_head_id AS group_id,
        decisions.other_head_id AS other_group_id
    FROM shipments.lot_decisions AS decisions
    WHERE decisions.verdict = 'not the same'
    UNION
    SELECT
        decisions.other_head_id AS group_id,
        decisions.one_head_id AS other_group_id
    FROM shipments.lot_decisions AS decisions
    WHERE decisions.verdict = 'not the same'
),

nodes AS (
    SELECT
        nodes.node_id,
        nodes.may_open,
        nodes.precedence,
        nodes.kind <> 'statement' OR nodes.event IN ('order', 'allocation') AS is_whole
    FROM shipments.lot_nodes AS nodes
    LEFT JOIN decided ON nodes.node_id = decided.node_id
    WHERE coalesce(decided.head_id = nodes.node_id, TRUE)
),

pairs AS (
    SELECT
        coalesce(opening.head_id, scores.opener_id) AS opener_id,
        scores.joiner_id,
        scores.roles,
        scores.due_level,
        scores.count_level IN ('a part', 'unstated') AS needs_room,
        scores.weight
    FROM shipments.lot_scores AS scores
    CROSS JOIN reference.match_thresholds AS thresholds
    LEFT JOIN decided AS opening ON scores.opener_id = opening.node_id
    LEFT JOIN decided AS joining ON scores.joiner_id = joining.node_id
    LEFT JOIN banned ON opening.group_id = banned.group_id AND joining.group_id = banned.other_group_id
    WHERE scores.weight >= thresholds.join_from AND banned.group_id IS NULL AND coalesce(opening.group_id <> joining.group_id, TRUE)
),

due_alike AS (
    -- Orders that others tell with the same due day.
    SELECT groups.head_id AS node_id
    FROM pairs
    INNER JOIN shipments.lot_groups AS groups ON pairs.opener_id = groups.node_id OR pairs.joiner_id = groups.node_id
    WHERE pairs.roles = 'same recipient' AND pairs.due_level = 'same day'
),

group_pairs AS (
    SELECT
        coalesce(opening.head_id, scores.opener_id) AS opener_id,
        scores.joiner_id,
        scores.roles,
        scores.due_level,
        scores.weight
    FROM shipments.group_scores AS scores
    CROSS JOIN reference.match_thresholds AS thresholds
    LEFT JOIN decided AS opening ON scores.opener_id = opening.node_id
    LEFT JOIN decided AS joining ON scores.joiner_id = joining.node_id
    LEFT JOIN banned ON opening.group_id = banned.group_id AND joining.group_id = banned.other_group_id
    WHERE scores.weight >= thresholds.join_from AND banned.group_id IS NULL AND coalesce(opening.group_id <> joining.group_id, TRUE)
),

wholes AS (
    SELECT
        pairs.*,
        opener.precedence AS opener_precedence
    FROM group_pairs AS pairs
    INNER JOIN nodes AS opener ON pairs.opener_id = opener.node_id
    INNER JOIN nodes AS joiner ON pairs.joiner_id = joiner.node_id
    LEFT JOIN due_alike ON pairs.joiner_id = due_alike.node_id
    ANTI JOIN shipments.move_rivals AS opener_rivals ON pairs.opener_id = opener_rivals.head_id
    ANTI JOIN shipments.move_rivals AS joiner_rivals ON pairs.joiner_id = joiner_rivals.head_id
    WHERE
        opener.is_whole AND joiner.is_whole AND opener.precedence < joiner.precedence
        -- What was lost is the order that was due then, not one like it that was due on another day.
        AND (pairs.roles <> 'lost by the one who waits' OR pairs.due_level <> 'another day' OR due_alike.node_id IS NULL)
),

whole_rounds AS (
    -- In each round, what no undecided node comes before opens a lot, and what agrees with one that opened a lot joins one.
    SELECT
        nodes.node_id,
        nodes.may_open,
        'undecided' AS role
    FROM nodes
    LEFT JOIN shipments.lot_groups AS groups ON nodes.node_id = groups.node_id
    WHERE nodes.is_whole AND coalesce(groups.head_id = nodes.node_id, TRUE)
    UNION ALL
    SELECT
        waiting.node_id,
        waiting.may_open,
        CASE
            WHEN bool_or(before.role = 'opener') THEN 'joiner'
            WHEN bool_or(before.role = 'undecided') THEN 'undecided'
            WHEN waiting.may_open THEN 'opener'
            ELSE 'denial of nothing'
        END AS role
    FROM whole_rounds AS waiting
    LEFT JOIN wholes ON waiting.node_id = wholes.joiner_id
    LEFT JOIN whole_rounds AS before ON wholes.opener_id = before.node_id
    WHERE waiting.role = 'undecided'
    GROUP BY waiting.node_id, waiting.may_open
),

head_stars AS (
    SELECT
        opened.node_id,
        opened.node_id AS opener_id,
        NULL::DOUBLE AS weight
    FROM whole_rounds AS opened
    WHERE opened.role = 'opener'
    UNION ALL
    SELECT
        wholes.joiner_id AS node_id,
        wholes.opener_id,
        wholes.weight
    FROM wholes
    INNER JOIN whole_rounds AS opened ON wholes.opener_id = opened.node_id AND opened.role = 'opener'
    INNER JOIN whole_rounds AS joining ON wholes.joiner_id = joining.node_id AND joining.role = 'joiner'
    QUALIFY row_number() OVER (PARTITION BY wholes.joiner_id ORDER BY wholes.weight DESC, wholes.opener_precedence ASC) = 1
),

whole_stars AS (
    SELECT
        head_stars.node_id,
        head_stars.opener_id,
        head_stars.opener_id AS met_id,
        head_stars.weight
    FROM head_stars
    UNION ALL
    -- The other tellings follow the first.
    SELECT
        groups.node_id,
        head_stars.opener_id,
        groups.head_id AS met_id,
        head_stars.weight
    FROM shipments.lot_groups AS groups
    INNER JOIN head_stars ON groups.head_id = head_stars.node_id
    WHERE groups.node_id <> groups.head_id
),

others AS (
    -- What is said of a lot that is known: of what opened it, of a move that belongs to it, or, for a part, of the whole in its own item.
    SELECT
        pairs.joiner_id,
        whole_stars.opener_id,
        arg_max(pairs.opener_id, pairs.weight) AS met_id,
        max(pairs.weight) AS weight,
        arg_max(pairs.needs_room, pairs.weight) AS needs_room
    FROM pairs
    INNER JOIN nodes AS joiner ON pairs.joiner_id = joiner.node_id
    INNER JOIN whole_stars ON pairs.opener_id = whole_stars.node_id
    WHERE NOT joiner.is_whole
    GROUP BY pairs.joiner_id, whole_stars.opener_id
),

ranked AS (
    SELECT
        others.*,
        row_number() OVER best_first AS place,
        lead(others.opener_id) OVER best_first AS next_opener_id,
        lead(others.weight) OVER best_first AS next_weight
    FROM others
    INNER JOIN nodes AS opener ON others.opener_id = opener.node_id
    WINDOW best_first AS (PARTITION BY others.joiner_id ORDER BY others.weight DESC, opener.precedence ASC)
),

leftovers AS (
    SELECT
        pairs.*,
        opener.precedence AS opener_precedence
    FROM pairs
    INNER JOIN nodes AS opener ON pairs.opener_id = opener.node_id
    INNER JOIN nodes AS joiner ON pairs.joiner_id = joiner.node_id
    ANTI JOIN others AS opener_has ON pairs.opener_id = opener_has.joiner_id
    ANTI JOIN others AS joiner_has ON pairs.joiner_id = joiner_has.joiner_id
    WHERE NOT opener.is_whole AND NOT joiner.is_whole AND opener.precedence < joiner.precedence
),

leftover_rounds AS (
    -- Shipments, deliveries, delays and cancellations of lots of which nothing else is known.
    SELECT
        nodes.node_id,
        nodes.may_open,
        'undecided' AS role
    FROM nodes
    ANTI JOIN others ON nodes.node_id = others.joiner_id
    WHERE NOT nodes.is_whole
    UNION ALL
    SELECT
        waiting.node_id,
        waiting.may_open,
        CASE
            WHEN bool_or(before.role = 'opener') THEN 'joiner'
            WHEN bool_or(before.role = 'undecided') THEN 'undecided'
            WHEN waiting.may_open THEN 'opener'
            ELSE 'denial of nothing'
        END AS role
    FROM leftover_rounds AS waiting
    LEFT JOIN leftovers ON waiting.node_id = leftovers.joiner_id
    LEFT JOIN leftover_rounds AS before ON leftovers.opener_id = before.node_id
    WHERE waiting.role = 'undecided'
    GROUP BY waiting.node_id, waiting.may_open
),

stars AS (
    SELECT
        whole_stars.node_id,
        whole_stars.opener_id,
        whole_stars.met_id,
        whole_stars.weight,
        FALSE AS is_undecided,
        NULL AS next_opener_id,
        NULL AS next_weight
    FROM whole_stars
    UNION ALL
    SELECT
        ranked.joiner_id AS node_id,
        ranked.opener_id,
        ranked.met_id,
        ranked.weight,
        -- A part that fits two lots alike is counted in neither.
        coalesce(ranked.needs_room AND ranked.next_weight > ranked.weight - thresholds.tie_margin, FALSE) AS is_undecided,
        CASE WHEN ranked.next_weight > ranked.weight - thresholds.tie_margin THEN ranked.next_opener_id END AS next_opener_id,
        CASE WHEN ranked.next_weight > ranked.weight - thresholds.tie_margin THEN ranked.next_weight END AS next_weight
    FROM ranked
    CROSS JOIN reference.match_thresholds AS thresholds
    WHERE ranked.place = 1
    UNION ALL
    SELECT
        opened.node_id,
        opened.node_id AS opener_id,
        opened.node_id AS met_id,
        NULL::DOUBLE AS weight,
        FALSE AS is_undecided,
        NULL AS next_opener_id,
        NULL AS next_weight
    FROM leftover_rounds AS opened
    WHERE opened.role = 'opener'
    UNION ALL
    SELECT
        joined.joiner_id AS node_id,
        joined.opener_id,
        joined.opener_id AS met_id,
        joined.weight,
        FALSE AS is_undecided,
        NULL AS next_opener_id,
        NULL AS next_weight
    FROM (
        SELECT
            leftovers.joiner_id,
            leftovers.opener_id,
            leftovers.weight
        FROM leftovers
        INNER JOIN leftover_rounds AS opened ON leftovers.opener_id = opened.node_id AND opened.role = 'opener'
        INNER JOIN leftover_rounds AS joining ON leftovers.joiner_id = joining.node_id AND joining.role = 'joiner'
        QUALIFY row_number() OVER (PARTITION BY leftovers.joiner_id ORDER BY leftovers.weight DESC, leftovers.opener_precedence ASC) = 1
    ) AS joined
)

SELECT
    stars.node_id, -- The node. {key, -> shipments.lot_nodes.node_id}
    stars.opener_id, -- The node that opens the lot that it fits best; itself, if it opens one. {not null, -> shipments.lot_nodes.node_id}
    stars.met_id, -- What it was compared with: the opener, or what belongs to the opener's lot. {not null, -> shipments.lot_nodes.node_id}
    stars.weight, -- How well it fits, in bits, together with all other tellings of the same; empty for an opener and where a person put it there.
    FALSE AS is_decided, -- Whether a person put it there. {not null}
    stars.is_undecided, -- Whether it is a part, or has no count, and fits another lot as well. {not null}
    stars.next_opener_id, -- The opener of the lot that it fits nearly as well.
    stars.next_weight -- How well it fits that one, in bits.
FROM stars
UNION ALL
SELECT
    decided.node_id,
    stars.opener_id,
    decided.head_id AS met_id,
    NULL::DOUBLE AS weight,
    TRUE AS is_decided,
    FALSE AS is_undecided,
    NULL AS next_opener_id,
    NULL AS next_weight
FROM decided
INNER JOIN stars ON decided.head_id = stars.node_id
WHERE decided.node_id <> decided.head_id
ORDER BY node_id
