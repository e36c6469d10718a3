-- One row per record about a flow: the lot that it belongs to, how well it agrees, what decided, and the independent origin that it has in that lot.
WITH companions AS (
    -- What is told beside a wrong count of a surer lot, and fits into that lot, is of it.
    SELECT
        members.node_id,
        rivals.of_shipment_id
    FROM shipments.set_aside AS rivals
    INNER JOIN shipments.lot_members AS members ON rivals.shipment_id = members.shipment_id
    INNER JOIN shipments.lot_nodes AS nodes ON members.node_id = nodes.node_id
    INNER JOIN shipments.lot_nodes AS surer ON rivals.of_node_id = surer.node_id
    WHERE
        rivals.reason = 'another count' AND nodes.kind = 'statement' AND nodes.event NOT IN ('order', 'allocation')
        AND (
            (nodes.gpus_best <= 1.15 * surer.gpus_best AND nodes.event IN ('shipment', 'delivery', 'cancellation'))
            OR abs(nodes.gpus_best - surer.gpus_best) <= 0.15 * greatest(nodes.gpus_best, surer.gpus_best)
        )
),

matched AS (
    SELECT
        records.record_id,
        records.event,
        records.origin_id,
        records.publisher_id,
        records.known_at,
        records.certainty,
        CASE WHEN companions.node_id IS NULL THEN members.shipment_id ELSE companions.of_shipment_id END AS shipment_id,
        CASE WHEN records.order_key IS NULL AND companions.node_id IS NULL THEN members.weight END AS weight,
        CASE
            WHEN records.order_key IS NOT NULL THEN 'same order line'
            WHEN companions.node_id IS NOT NULL THEN 'told beside another count'
            ELSE members.rule
        END AS rule
    FROM records.shipment_records AS records
    INNER JOIN shipments.lot_members AS members ON coalesce(records.order_key, records.record_id) = members.node_id
    LEFT JOIN companions ON members.node_id = companions.node_id
),

named AS (
    -- An outlet that told something as its own and then names whom it has it from, has it from there.
    SELECT
        owned.shipment_id,
        owned.event,
        owned.origin_id,
        arg_max(sourced.origin_id, (sourced.known_at, sourced.record_id)) AS source_id
    FROM matched AS owned
    INNER JOIN matched AS sourced
        ON
            owned.shipment_id = sourced.shipment_id
            AND owned.event = sourced.event
            AND owned.origin_id = sourced.publisher_id
            AND owned.origin_id <> sourced.origin_id
    WHERE
        sourced.certainty <> 'denied' AND owned.certainty <> 'denied'
        AND sourced.known_at >= owned.known_at AND sourced.known_at <= owned.known_at + INTERVAL 60 DAY
    GROUP BY owned.shipment_id, owned.event, owned.origin_id
),

followed AS (
    -- One that names another that names a third has it from the third; two that name each other are one.
    SELECT
        named.shipment_id,
        named.event,
        named.origin_id,
        CASE
            WHEN second.source_id = named.origin_id THEN least(named.origin_id, named.source_id)
            WHEN third.source_id = named.origin_id THEN least(named.origin_id, named.source_id, second.source_id)
            ELSE coalesce(third.source_id, second.source_id, named.source_id)
        END AS source_id
    FROM named
    LEFT JOIN named AS second
        ON named.shipment_id = second.shipment_id AND named.event = second.event AND named.source_id = second.origin_id
    LEFT JOIN named AS third
        ON second.shipment_id = third.shipment_id AND second.event = third.event AND second.source_id = third.origin_id
),

books AS (
    SELECT DISTINCT
        written.shipment_id,
        written.origin_id
    FROM matched AS written
    WHERE starts_with(written.origin_id, 'supplier:')
)

SELECT
    matched.record_id, -- The record. {key, -> records.shipment_records.record_id}
    matched.shipment_id, -- The lot, or what is set aside. {not null}
    set_aside.shipment_id IS NULL AS counts, -- Whether the lot counts: neither a rival of a surer one, nor a part that fits several (shipments.set_aside). {not null}
    matched.weight, -- How well it agrees, in bits (docs/matching.md); empty for what opened the lot and for a supplier's lines, which a rule matches.
    matched.rule, -- What decided. {not null}
    coalesce(books.origin_id, followed.source_id, matched.origin_id) AS origin_id -- The independent origin: as the record has it, or whom its outlet names later. {not null}
FROM matched
LEFT JOIN shipments.set_aside AS set_aside ON matched.shipment_id = set_aside.shipment_id
LEFT JOIN followed
    ON
        matched.shipment_id = followed.shipment_id
        AND matched.event = followed.event
        AND matched.origin_id = followed.origin_id
-- A supplier that is quoted says what its books say.
LEFT JOIN books ON matched.shipment_id = books.shipment_id AND 'supplier:' || coalesce(followed.source_id, matched.origin_id) = books.origin_id
ORDER BY matched.record_id
