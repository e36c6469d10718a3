-- One row per lot that is a part of a bigger one: a diversion or resale that moves fewer units than the lot of the party that loses them. The rest keeps its recipient; what was only rumoured and then denied moves nothing.
-- check part_is_smaller: gpus_best < parent_gpus_best
-- check counts_are_ordered: gpus_low <= gpus_best AND gpus_best <= gpus_high
WITH lots AS (
    SELECT
        members.shipment_id,
        any_value(opener.kind) AS kind,
        any_value(opener.event) AS event,
        any_value(opener.supplier_id) AS supplier_id,
        any_value(opener.names_maker) AS names_maker,
        -- With what was delivered, or is told later, in place of what was ordered.
        list_distinct(any_value(opener.product_ids) || coalesce(
            list(nodes.product_id) FILTER (WHERE nodes.family_id = opener.family_id AND nodes.product_id NOT IN (nodes.family_id, 'gpu')), []
        )) AS product_ids,
        any_value(opener.product_id) AS product_id,
        any_value(opener.from_id) AS from_id,
        any_value(opener.to_id) AS to_id,
        any_value(opener.precedence) AS precedence,
        bool_or(nodes.kind = 'move' AND nodes.may_open) AS is_moved,
        -- What was itself ordered by the one who lost it is a whole lot.
        bool_or(opener.kind = 'move' AND nodes.event IN ('order', 'allocation') AND nodes.to_id = opener.from_id AND nodes.may_open) AS was_ordered,
        min(nodes.life_start) AS life_start,
        max(nodes.life_end) AS life_end,
        min(nodes.known_at) AS known_at,
        list_distinct(flatten(list(nodes.due_days))) AS due_days,
        list(DISTINCT nodes.item_id) FILTER (WHERE nodes.item_id IS NOT NULL) AS items
    FROM shipments.lot_members AS members
    INNER JOIN shipments.lot_nodes AS nodes ON members.node_id = nodes.node_id
    INNER JOIN shipments.lot_nodes AS opener ON members.opener_id = opener.node_id
    ANTI JOIN shipments.set_aside AS set_aside ON members.shipment_id = set_aside.shipment_id
    GROUP BY members.shipment_id
),

denied_rumours AS (
    SELECT matches.shipment_id
    FROM shipments.record_matches AS matches
    INNER JOIN records.shipment_records AS records ON matches.record_id = records.record_id
    WHERE NOT records.superseded
    GROUP BY matches.shipment_id
    HAVING bool_or(records.certainty = 'denied') AND bool_and(records.certainty IN ('rumoured', 'denied'))
),

parts AS (
    SELECT
        lots.*,
        counts.gpus_low,
        counts.gpus_best,
        counts.gpus_high
    FROM lots
    INNER JOIN shipments.lot_counts AS counts ON lots.shipment_id = counts.shipment_id
    WHERE
        lots.kind = 'move' AND lots.from_id IS NOT NULL AND NOT lots.was_ordered
        AND lots.shipment_id NOT IN (SELECT denied_rumours.shipment_id FROM denied_rumours)
),

wholes AS (
    SELECT
        lots.*,
        counts.gpus_low,
        counts.gpus_best,
        counts.gpus_high,
        count(*) OVER (PARTITION BY lots.to_id) AS lots_of_party
    FROM lots
    INNER JOIN shipments.lot_counts AS counts ON lots.shipment_id = counts.shipment_id
    -- Who lost the whole lot has no part of it left to lose.
    WHERE NOT lots.is_moved AND (lots.kind = 'supplier' OR (lots.kind = 'statement' AND lots.event IN ('order', 'allocation')))
),

days AS (
    SELECT
        parts.shipment_id,
        parts.from_id,
        unnest(parts.due_days) AS due_on
    FROM parts
),

whole_days AS (
    SELECT
        wholes.shipment_id,
        wholes.to_id,
        unnest(wholes.due_days) AS due_on
    FROM wholes
    WHERE wholes.lots_of_party > 200
),

met AS (
    SELECT
        parts.shipment_id,
        wholes.shipment_id AS parent_shipment_id
    FROM parts
    INNER JOIN wholes ON parts.from_id = wholes.to_id
    WHERE wholes.lots_of_party <= 200
    UNION
    -- Among hundreds of lots the day when it was due, or the item, says of which it is a part.
    SELECT
        days.shipment_id,
        whole_days.shipment_id AS parent_shipment_id
    FROM days
    INNER JOIN whole_days ON days.from_id = whole_days.to_id AND days.due_on = whole_days.due_on
),

fitting AS (
    SELECT
        parts.shipment_id,
        wholes.shipment_id AS parent_shipment_id,
        parts.event,
        parts.gpus_low,
        parts.gpus_best,
        parts.gpus_high,
        parts.known_at,
        wholes.gpus_best AS parent_gpus_best
    FROM met
    INNER JOIN parts ON met.shipment_id = parts.shipment_id
    INNER JOIN wholes ON met.parent_shipment_id = wholes.shipment_id
    INNER JOIN reference.products AS part_products ON parts.product_id = part_products.product_id
    INNER JOIN reference.products AS whole_products ON wholes.product_id = whole_products.product_id
    WHERE
        parts.gpus_best * 1.15 < wholes.gpus_best
        AND (coalesce(parts.supplier_id = wholes.supplier_id, TRUE) OR parts.names_maker <> wholes.names_maker)
        AND (
            EXISTS (
                SELECT 1
                FROM reference.product_ancestors AS kin
                WHERE
                    (kin.product_id = parts.product_id AND list_contains(wholes.product_ids, kin.ancestor_id))
                    OR (list_contains(wholes.product_ids, kin.product_id) AND kin.ancestor_id = parts.product_id)
            )
        )
        AND wholes.life_start <= parts.life_end + INTERVAL 180 DAY AND parts.life_start <= wholes.life_end + INTERVAL 1095 DAY
    QUALIFY
        row_number() OVER (
            PARTITION BY parts.shipment_id
            ORDER BY
                list_has_any(parts.due_days, wholes.due_days) DESC,
                list_has_any(coalesce(parts.items, []), coalesce(wholes.items, [])) DESC,
                wholes.kind = 'supplier' DESC,
                coalesce(parts.supplier_id = wholes.supplier_id, FALSE) DESC,
                wholes.product_id = parts.product_id DESC,
                wholes.gpus_best,
                wholes.precedence ASC
        ) = 1
),

taken AS (
    SELECT
        fitting.*,
        sum(fitting.gpus_best) OVER (
            PARTITION BY fitting.parent_shipment_id ORDER BY fitting.known_at, fitting.shipment_id
        ) AS taken_gpus
    FROM fitting
)

SELECT
    taken.shipment_id, -- The part that was moved. {key}
    taken.parent_shipment_id, -- The lot that it was taken from. {not null}
    taken.event, -- How it was moved. {not null, one of: diversion, resale}
    taken.gpus_low, -- Least GPUs moved. {not null}
    taken.gpus_best, -- GPUs moved. {not null}
    taken.gpus_high, -- Greatest GPUs moved. {not null}
    taken.parent_gpus_best -- GPUs of the whole lot. {not null}
FROM taken
-- More than the whole cannot be taken from it: what would, stands for itself.
WHERE taken.taken_gpus <= taken.parent_gpus_best
ORDER BY taken.shipment_id
