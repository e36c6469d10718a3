-- One row per node: the lot that it opens or joins. A node joins the one that opened the lot, never another that joined it, so no chain of weak links makes a lot.
WITH first_openers AS (
    SELECT nodes.node_id
    FROM shipments.lot_nodes AS nodes
    WHERE
        nodes.kind = 'supplier'
        OR (
            nodes.may_open
            AND nodes.node_id NOT IN (SELECT candidates.joiner_id FROM shipments.lot_candidates AS candidates)
        )
),

first_joiners AS (
    SELECT candidates.joiner_id AS node_id
    FROM shipments.lot_candidates AS candidates
    INNER JOIN first_openers ON candidates.opener_id = first_openers.node_id
),

later AS (
    SELECT
        nodes.node_id,
        nodes.may_open
    FROM shipments.lot_nodes AS nodes
    WHERE
        nodes.node_id NOT IN (SELECT first_openers.node_id FROM first_openers)
        AND nodes.node_id NOT IN (SELECT first_joiners.node_id FROM first_joiners)
),

second_openers AS (
    SELECT later.node_id
    FROM later
    WHERE
        later.may_open
        AND later.node_id NOT IN (
            SELECT candidates.joiner_id
            FROM shipments.lot_candidates AS candidates
            INNER JOIN later AS before ON candidates.opener_id = before.node_id
        )
),

openers AS (
    SELECT first_openers.node_id FROM first_openers
    UNION ALL
    SELECT second_openers.node_id FROM second_openers
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
    WHERE candidates.joiner_id NOT IN (SELECT openers.node_id FROM openers)
    QUALIFY row_number() OVER (
        PARTITION BY candidates.joiner_id ORDER BY candidates.weight DESC, opener.precedence
    ) = 1
),

members AS (
    SELECT
        openers.node_id,
        openers.node_id AS opener_id,
        NULL AS weight,
        'opens the lot' AS rule
    FROM openers
    UNION ALL
    SELECT
        joined.node_id,
        joined.opener_id,
        joined.weight,
        joined.agreement AS rule
    FROM joined
    UNION ALL
    SELECT
        nodes.node_id,
        nodes.node_id AS opener_id,
        NULL AS weight,
        'opens the lot' AS rule
    FROM shipments.lot_nodes AS nodes
    WHERE
        nodes.may_open
        AND nodes.node_id NOT IN (SELECT openers.node_id FROM openers)
        AND nodes.node_id NOT IN (SELECT joined.node_id FROM joined)
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
