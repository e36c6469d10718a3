-- One row per lot that is a part of a bigger one: a diversion that moves fewer units than the lot of the party that loses them. The rest keeps its recipient; what was only rumoured and then denied moves nothing.
-- check part_is_smaller: gpus_best < parent_gpus_best
WITH openers AS (
    SELECT
        members.shipment_id,
        nodes.*
    FROM shipments.lot_members AS members
    INNER JOIN shipments.lot_nodes AS nodes ON members.node_id = nodes.node_id
    WHERE members.node_id = members.opener_id
),

denied_rumours AS (
    SELECT matches.shipment_id
    FROM shipments.record_matches AS matches
    INNER JOIN records.shipment_records AS records ON matches.record_id = records.record_id
    WHERE NOT records.superseded
    GROUP BY matches.shipment_id
    HAVING bool_or(records.certainty = 'denied') AND bool_and(records.certainty IN ('rumoured', 'denied'))
)

SELECT
    part.shipment_id, -- The part that was moved. {key}
    whole.shipment_id AS parent_shipment_id, -- The lot that it was taken from. {not null}
    part.gpus_best, -- GPUs moved. {not null}
    whole.gpus_best AS parent_gpus_best -- GPUs of the whole lot. {not null}
FROM openers AS part
INNER JOIN openers AS whole
    ON
        part.from_id = whole.to_id
        AND coalesce(part.supplier_id = whole.supplier_id, TRUE)
        AND part.gpus_best * 1.15 < whole.gpus_best
        AND abs(date_diff('day', part.known_at, whole.known_at)) <= 1095
INNER JOIN reference.product_ancestors AS kin
    ON
        (part.product_id = kin.product_id AND whole.product_id = kin.ancestor_id)
        OR (whole.product_id = kin.product_id AND part.product_id = kin.ancestor_id)
WHERE
    part.kind = 'move' AND part.event = 'diversion'
    AND part.shipment_id NOT IN (SELECT denied_rumours.shipment_id FROM denied_rumours)
    AND (whole.kind = 'supplier' OR (whole.kind = 'statement' AND whole.event IN ('order', 'allocation')))
QUALIFY
    row_number() OVER (
        PARTITION BY part.shipment_id
        ORDER BY whole.kind = 'supplier' DESC, whole.gpus_best, whole.precedence ASC
    ) = 1
ORDER BY part.shipment_id
