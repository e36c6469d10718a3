-- One row per lot that counts: who was to get it first, who gets it now, and the lot that it was split from.
WITH said AS (
    SELECT
        matches.shipment_id,
        records.record_id,
        records.event,
        records.from_id,
        records.to_id,
        records.certainty,
        records.superseded,
        records.known_at
    FROM shipments.record_matches AS matches
    INNER JOIN records.shipment_records AS records ON matches.record_id = records.record_id
    WHERE matches.counts
),

openers AS (
    SELECT
        members.shipment_id,
        nodes.kind,
        nodes.to_id
    FROM shipments.lot_members AS members
    INNER JOIN shipments.lot_nodes AS nodes ON members.node_id = nodes.node_id
    WHERE members.node_id = members.opener_id
),

moves AS (
    SELECT
        said.shipment_id,
        arg_max(said.from_id, (said.certainty = 'confirmed', said.known_at, said.record_id)) FILTER (WHERE said.certainty <> 'denied') AS from_id,
        arg_max(said.to_id, (said.certainty = 'confirmed', said.known_at, said.record_id)) FILTER (WHERE said.certainty <> 'denied') AS to_id,
        bool_or(said.certainty = 'denied') AND bool_and(said.certainty IN ('rumoured', 'denied')) AS is_denied_rumour
    FROM said
    WHERE said.event IN ('diversion', 'resale') AND NOT said.superseded
    GROUP BY said.shipment_id
    HAVING bool_or(said.certainty <> 'denied')
),

told AS (
    SELECT
        said.shipment_id,
        min(said.known_at) AS first_known_at
    FROM said
    WHERE NOT said.superseded
    GROUP BY said.shipment_id
)

SELECT
    openers.shipment_id, -- The lot. {key}
    splits.parent_shipment_id, -- The lot that it was split from.
    CASE WHEN moves.shipment_id IS NULL OR openers.kind = 'supplier' THEN openers.to_id ELSE moves.from_id END AS original_to_id, -- Who was to get it first. {-> records.entities.entity_id}
    CASE WHEN moves.shipment_id IS NULL OR (openers.kind = 'supplier' AND moves.is_denied_rumour) THEN openers.to_id ELSE moves.to_id END AS current_to_id, -- Who got it, or is to get it now. {-> records.entities.entity_id}
    told.first_known_at -- When it was first known (UTC). {not null}
FROM openers
INNER JOIN told ON openers.shipment_id = told.shipment_id
LEFT JOIN moves ON openers.shipment_id = moves.shipment_id
LEFT JOIN shipments.lot_splits AS splits ON openers.shipment_id = splits.shipment_id
ORDER BY openers.shipment_id
