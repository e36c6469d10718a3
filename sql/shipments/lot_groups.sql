-- One row per order, allocation or move of the news: the first of all tellings of the same one. What is said of one event is gathered before it is asked which supplier's line, or which other event, it belongs to: together the tellings know more days than each does. As with lots, each is compared with the first alone, and what a person decided about is left to that.
WITH RECURSIVE wholes AS (
    SELECT
        nodes.node_id,
        nodes.kind,
        nodes.to_id,
        nodes.gpus_best,
        nodes.origin_id,
        nodes.may_open,
        nodes.precedence
    FROM shipments.lot_nodes AS nodes
    WHERE nodes.kind = 'move' OR (nodes.kind = 'statement' AND nodes.event IN ('order', 'allocation'))
),

attested AS (
    -- What two say independently is no slip of one.
    SELECT
        wholes.kind,
        wholes.to_id,
        wholes.gpus_best,
        count(DISTINCT wholes.origin_id) > 1 AS is_attested
    FROM wholes
    GROUP BY wholes.kind, wholes.to_id, wholes.gpus_best
),

decided AS (
    SELECT decisions.one_node_id AS node_id
    FROM shipments.lot_decisions AS decisions
    UNION
    SELECT decisions.other_node_id AS node_id
    FROM shipments.lot_decisions AS decisions
),

pairs AS (
    SELECT
        scores.opener_id,
        scores.joiner_id,
        opener.precedence AS opener_precedence,
        scores.weight
    FROM shipments.lot_scores AS scores
    CROSS JOIN reference.match_thresholds AS thresholds
    INNER JOIN wholes AS opener ON scores.opener_id = opener.node_id
    INNER JOIN wholes AS joiner ON scores.joiner_id = joiner.node_id AND opener.kind = joiner.kind
    LEFT JOIN attested AS opener_counts
        ON opener.kind = opener_counts.kind AND opener.to_id = opener_counts.to_id AND opener.gpus_best = opener_counts.gpus_best
    LEFT JOIN attested AS joiner_counts
        ON joiner.kind = joiner_counts.kind AND joiner.to_id = joiner_counts.to_id AND joiner.gpus_best = joiner_counts.gpus_best
    ANTI JOIN decided AS opener_decided ON scores.opener_id = opener_decided.node_id
    ANTI JOIN decided AS joiner_decided ON scores.joiner_id = joiner_decided.node_id
    -- Tellings of one event name no two exact days; nor two counts, each told by several, of which neither is the other rounded.
    WHERE
        scores.weight >= thresholds.join_from AND scores.due_level <> 'another day' AND scores.days_level <> 'another day'
        AND (
            opener.kind = 'move' OR scores.count_level <> 'within 15 %' OR scores.due_level = 'same day'
            OR NOT (opener_counts.is_attested AND joiner_counts.is_attested)
        )
),

rounds AS (
    -- In each round, what no undecided node comes before is a first one, and what agrees with a first one joins one.
    SELECT
        wholes.node_id,
        wholes.may_open,
        'undecided' AS role
    FROM wholes
    UNION ALL
    SELECT
        waiting.node_id,
        waiting.may_open,
        CASE
            WHEN bool_or(before.role = 'opener') THEN 'joiner'
            WHEN bool_or(before.role = 'undecided') THEN 'undecided'
            ELSE 'opener'
        END AS role
    FROM rounds AS waiting
    LEFT JOIN pairs ON waiting.node_id = pairs.joiner_id
    LEFT JOIN rounds AS before ON pairs.opener_id = before.node_id
    WHERE waiting.role = 'undecided'
    GROUP BY waiting.node_id, waiting.may_open
),

joined AS (
    SELECT
        pairs.joiner_id AS node_id,
        pairs.opener_id AS head_id
    FROM pairs
    INNER JOIN rounds AS opened ON pairs.opener_id = opened.node_id AND opened.role = 'opener'
    INNER JOIN rounds AS joining ON pairs.joiner_id = joining.node_id AND joining.role = 'joiner'
    QUALIFY row_number() OVER (PARTITION BY pairs.joiner_id ORDER BY pairs.weight DESC, pairs.opener_precedence ASC) = 1
)

SELECT
    wholes.node_id, -- The telling. {key, -> shipments.lot_nodes.node_id}
    coalesce(joined.head_id, wholes.node_id) AS head_id, -- The first telling of the same. {not null, -> shipments.lot_nodes.node_id}
    coalesce(attested.is_attested, FALSE) AS is_attested -- Whether another origin says the very same count of its recipient. {not null}
FROM wholes
LEFT JOIN joined ON wholes.node_id = joined.node_id
LEFT JOIN attested ON wholes.kind = attested.kind AND wholes.to_id = attested.to_id AND wholes.gpus_best = attested.gpus_best
ORDER BY wholes.node_id
