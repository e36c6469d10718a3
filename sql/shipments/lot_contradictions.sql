-- One row per two kinds of members that met at one opener and contradict each other, so that no lot holds both: other parties of a move, another supplier, another family, or another count of the whole. A part, or a date, contradicts nothing. What a person called the same does not either.
WITH decided AS (
    -- The group of what a person decided about.
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

members AS (
    SELECT
        stars.opener_id,
        stars.is_decided,
        nodes.*,
        nodes.kind <> 'statement' OR nodes.event IN ('order', 'allocation') AS is_whole,
        opener.kind = 'supplier' AS is_booked,
        coalesce(scores.weight, stars.weight, 0) AS weight,
        decided.group_id
    FROM shipments.lot_stars AS stars
    INNER JOIN shipments.lot_nodes AS nodes ON stars.node_id = nodes.node_id
    INNER JOIN shipments.lot_nodes AS opener ON stars.opener_id = opener.node_id
    LEFT JOIN shipments.lot_scores AS scores ON stars.met_id = scores.opener_id AND stars.node_id = scores.joiner_id
    LEFT JOIN decided ON nodes.node_id = decided.node_id
    WHERE NOT stars.is_undecided
),

ranked AS (
    -- Members that say the same are one likeness, so that forty copies are compared once.
    SELECT
        members.*,
        first_value(members.node_id) OVER likeness AS likeness_id,
        min(members.precedence) OVER likeness AS likeness_precedence,
        max(CASE WHEN members.node_id = members.opener_id THEN 'infinity'::DOUBLE ELSE members.weight END) OVER likeness AS likeness_weight
    FROM members
    WINDOW likeness AS (
        PARTITION BY
            members.opener_id, members.kind = 'move', members.is_whole, members.from_id, members.to_id, members.supplier_id,
            members.family_id, members.gpus_low, members.gpus_best, members.gpus_high, members.least_gpus, members.most_gpus, members.group_id
        ORDER BY members.precedence
        ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
    )
),

likenesses AS (
    SELECT *
    FROM ranked
    WHERE ranked.node_id = ranked.likeness_id
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

compared AS (
    SELECT
        one.opener_id,
        one.likeness_id AS kept_id,
        other.likeness_id AS evicted_id,
        CASE
            WHEN banned.group_id IS NOT NULL THEN 'a person said so'
            WHEN one.kind = 'move' AND other.kind = 'move' AND (one.to_id <> other.to_id OR one.from_id <> other.from_id) THEN 'parties'
            WHEN one.supplier_id <> other.supplier_id AND one.names_maker = other.names_maker THEN 'supplier'
            -- A line of a supplier's book may be delivered as something else, and says so itself.
            WHEN NOT one.is_booked AND one.family_id <> other.family_id AND one.family_id <> 'gpu' AND other.family_id <> 'gpu' THEN 'family'
            WHEN
                one.is_whole AND other.is_whole
                AND abs(one.gpus_best - other.gpus_best) > 0.15 * greatest(one.gpus_best, other.gpus_best)
                AND NOT (one.gpus_low <= other.gpus_high AND other.gpus_low <= one.gpus_high)
                THEN 'count'
        END AS contradicted
    FROM likenesses AS one
    INNER JOIN likenesses AS other ON one.opener_id = other.opener_id
    LEFT JOIN banned ON one.group_id = banned.group_id AND other.group_id = banned.other_group_id
    WHERE
        (one.likeness_weight, -one.likeness_precedence) > (other.likeness_weight, -other.likeness_precedence)
        AND coalesce(one.group_id <> other.group_id, TRUE)
)

SELECT
    ranked.node_id, -- A member that is contradicted. {key, -> shipments.lot_nodes.node_id}
    compared.kept_id, -- What contradicts it, and agrees better with the opener. {key, -> shipments.lot_nodes.node_id}
    compared.opener_id, -- The opener at which they met. {not null, -> shipments.lot_nodes.node_id}
    compared.contradicted -- What they contradict each other about. {not null, one of: a person said so, parties, supplier, family, count}
FROM compared
INNER JOIN ranked ON compared.opener_id = ranked.opener_id AND compared.evicted_id = ranked.likeness_id
WHERE compared.contradicted IS NOT NULL
ORDER BY ranked.node_id, compared.kept_id
