-- One row per node: the lot that it opens or joins. Of members that contradict each other the better agreeing one stays; those that leave may make lots among themselves, of which no two contradict each other either.
-- check no_two_members_contradict_each_other: contradictions = 0
WITH RECURSIVE leavers AS (
    SELECT
        stars.node_id,
        stars.opener_id AS left_id,
        nodes.may_open,
        nodes.precedence
    FROM shipments.lot_stars AS stars
    INNER JOIN shipments.lot_nodes AS nodes ON stars.node_id = nodes.node_id
    WHERE stars.node_id IN (SELECT contradictions.node_id FROM shipments.lot_contradictions AS contradictions)
),

pairs AS (
    SELECT
        opener.node_id AS opener_id,
        joiner.node_id AS joiner_id,
        opener.precedence AS opener_precedence,
        scores.weight
    FROM shipments.lot_scores AS scores
    CROSS JOIN reference.match_thresholds AS thresholds
    INNER JOIN leavers AS opener ON scores.opener_id = opener.node_id
    INNER JOIN leavers AS joiner ON scores.joiner_id = joiner.node_id AND opener.left_id = joiner.left_id
    WHERE scores.weight >= thresholds.join_from
),

rounds AS (
    SELECT
        leavers.node_id,
        leavers.may_open,
        'undecided' AS role
    FROM leavers
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
    FROM rounds AS waiting
    LEFT JOIN pairs ON waiting.node_id = pairs.joiner_id
    LEFT JOIN rounds AS before ON pairs.opener_id = before.node_id
    WHERE waiting.role = 'undecided'
    GROUP BY waiting.node_id, waiting.may_open
),

regrouped AS (
    SELECT
        opened.node_id,
        opened.node_id AS opener_id
    FROM rounds AS opened
    WHERE opened.role = 'opener'
    UNION ALL
    SELECT
        joined.joiner_id AS node_id,
        joined.opener_id
    FROM (
        SELECT
            pairs.joiner_id,
            pairs.opener_id
        FROM pairs
        INNER JOIN rounds AS opened ON pairs.opener_id = opened.node_id AND opened.role = 'opener'
        INNER JOIN rounds AS joining ON pairs.joiner_id = joining.node_id AND joining.role = 'joiner'
        QUALIFY row_number() OVER (PARTITION BY pairs.joiner_id ORDER BY pairs.weight DESC, pairs.opener_precedence ASC) = 1
    ) AS joined
),

again AS (
    -- Who is contradicted once more, by another that left.
    SELECT DISTINCT contradictions.node_id
    FROM shipments.lot_contradictions AS contradictions
    INNER JOIN regrouped AS one ON contradictions.node_id = one.node_id
    INNER JOIN regrouped AS other ON contradictions.kept_id = other.node_id AND one.opener_id = other.opener_id
),

placed AS (
    SELECT
        stars.node_id,
        CASE WHEN stars.is_undecided THEN stars.node_id ELSE stars.opener_id END AS opener_id,
        stars.met_id,
        stars.weight,
        stars.is_decided,
        stars.is_undecided
    FROM shipments.lot_stars AS stars
    ANTI JOIN leavers ON stars.node_id = leavers.node_id
    UNION ALL
    -- Who is contradicted among those that left as well stays alone.
    SELECT
        regrouped.node_id,
        CASE WHEN again.node_id IS NULL THEN regrouped.opener_id ELSE regrouped.node_id END AS opener_id,
        CASE WHEN again.node_id IS NULL THEN regrouped.opener_id ELSE regrouped.node_id END AS met_id,
        NULL::DOUBLE AS weight,
        FALSE AS is_decided,
        FALSE AS is_undecided
    FROM regrouped
    LEFT JOIN again ON regrouped.node_id = again.node_id
),

contradicted AS (
    SELECT
        one.node_id,
        count(*) AS contradictions
    FROM placed AS one
    INNER JOIN shipments.lot_contradictions AS contradictions ON one.node_id = contradictions.node_id
    INNER JOIN placed AS other ON contradictions.kept_id = other.node_id AND one.opener_id = other.opener_id
    GROUP BY one.node_id
)

SELECT
    placed.node_id, -- The node. {key, -> shipments.lot_nodes.node_id}
    placed.opener_id, -- The node that opened the lot. {not null, -> shipments.lot_nodes.node_id}
    CASE opener.kind
        WHEN 'supplier' THEN regexp_replace(opener.node_id, '\s+', '-', 'g')
        ELSE concat_ws(
            ':', opener.from_id, coalesce(opener.to_id, 'unknown'), opener.product_id, left(sha256(opener.node_id), 6)
        )
    END AS shipment_id, -- The lot. {not null}
    coalesce(scores.weight, placed.weight) AS weight, -- How well it agrees with what it was compared with, in bits; empty for the opener.
    CASE
        WHEN placed.is_undecided THEN 'fits several lots'
        WHEN placed.node_id = placed.opener_id THEN 'opens the lot'
        WHEN placed.is_decided THEN 'a person decided'
        WHEN scores.opener_id IS NULL THEN 'by what others tell of the same'
        ELSE concat_ws(
            ', ', scores.roles,
            CASE scores.count_level WHEN 'unstated' THEN 'no count' WHEN 'same' THEN 'same count' WHEN 'within 15 %' THEN 'count within 15 %' ELSE scores.count_level END,
            CASE scores.due_level WHEN 'same day' THEN 'due on the same day' END,
            CASE scores.days_level WHEN 'same day' THEN 'happened on the same day' END,
            CASE scores.item_level WHEN 'same' THEN 'same item' END,
            CASE WHEN placed.met_id <> placed.opener_id THEN 'by what belongs to it' END
        )
    END AS rule, -- What decided. {not null}
    placed.is_undecided, -- Whether it fits several lots alike, so that it stands alone and counts in none. {not null}
    coalesce(contradicted.contradictions, 0) AS contradictions -- Members of the lot that contradict it; there are none. {not null}
FROM placed
INNER JOIN shipments.lot_nodes AS opener ON placed.opener_id = opener.node_id
LEFT JOIN shipments.lot_scores AS scores ON placed.met_id = scores.opener_id AND placed.node_id = scores.joiner_id
LEFT JOIN contradicted ON placed.node_id = contradicted.node_id
ORDER BY placed.node_id
