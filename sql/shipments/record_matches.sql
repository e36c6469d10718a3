-- One row per record about a flow: the lot that it belongs to, how well it agrees, and what decided.
SELECT
    records.record_id, -- The record. {key, -> records.shipment_records.record_id}
    members.shipment_id, -- The lot. {not null}
    CASE WHEN records.order_key IS NOT NULL THEN 10 ELSE members.weight END AS weight, -- How well it agrees with what opened the lot, a sum of points; empty for the one that opened it.
    CASE WHEN records.order_key IS NOT NULL THEN 'same order line' ELSE members.rule END AS rule -- What decided. {not null}
FROM records.shipment_records AS records
INNER JOIN shipments.lot_members AS members ON coalesce(records.order_key, records.record_id) = members.node_id
ORDER BY records.record_id
