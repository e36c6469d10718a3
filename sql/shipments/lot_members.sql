-- One row per node: the lot that it opens or joins. A node joins the one that opened the lot, never another that joined it, so no chain of weak links makes a lot.
WITH RECURSIVE rounds AS (
    -- In each round, what no undecided node comes before opens a lot, and what agrees with one that opened a lot joins one.
    SELECT
        nodes.node_id,
        nodes.may_open,
        'undecided' AS role
    FROM shipments.lot_nodes AS nodes
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
    LEFT JOIN shipments.lot_candidates AS candidates ON waiting.node_id = candidates.joiner_id
    LEFT JOIN rounds AS before ON candidates.opener_id = before.node_id
    WHERE waiting.role = 'undecided'
    GROUP BY waiting.node_id, waiting.may_open
),

openers AS (
    SELECT rounds.node_id
    FROM rounds
    WHERE rounds.role = 'opener'
),

joined AS (
    SELECT
        candidates.joiner_id AS node_id,
        candidates.opener_id,
        candidates.weight,
        candidates.agreement
    FROM shipments.lot_candidates AS candidates
    INNER JOIN openers ON candidates.opener_id = openers.node_id
    INNER JOIN shipments.lot_nodes AS opener ON candidates.opener_id = opener.node_id
    WHERE candidates.joiner_id NOT IN (SELECT opened.node_id FROM openers AS opened)
    QUALIFY row_number() OVER (
        PARTITION BY candidates.joiner_id ORDER BY candidates.weight DESC, opener.precedence ASC
    ) = 1
),

members AS (
    SELECT
        openers.node_id,
        openers.node_id AS opener_id,
        NULL::INTEGER AS weight,
        'opens the lot' AS rule
    FROM openers
    UNION ALL
    SELECT
        joined.node_id,
        joined.opener_id,
        joined.weight,
        joined.agreement AS rule
    FROM joined
)

SELECT
    members.node_id, -- The node. {key, -> shipments.lot_nodes.node_id}
    members.opener_id, -- The node that opened the lot. {not null, -> shipments.lot_nodes.node_id}
    CASE opener.kind
        WHEN 'supplier' THEN regexp_replace(opener.node_id, '\s+', '-', 'g')
        ELSE concat_ws(
            ':', opener.from_id, coalesce(opener.to_id, 'unknown'), opener.product_id, left(sha256(opener.node_id), 6)
        )
    END AS shipment_id, -- The lot. {not null}
    members.weight, -- How well it agrees with the opener; a sum of points, empty for the opener.
    members.rule -- What decided. {not null}
FROM members
INNER JOIN shipments.lot_nodes AS opener ON members.opener_id = opener.node_id
ORDER BY members.node_id
