-- One row per lot that was lost in a swap, and lot that came in return for it.
WITH legs AS (
    SELECT
        w.first_shipment_id AS lost_id,
        w.second_shipment_id AS returned_id
    FROM shipments.swaps AS w
    UNION
    SELECT
        w.second_shipment_id AS lost_id,
        w.first_shipment_id AS returned_id
    FROM shipments.swaps AS w
)

SELECT
    l.lost_id, -- The lot that a party lost. {key, -> shipments.shipments.shipment_id}
    l.returned_id -- The lot that it got, or is to get, in return. {key, -> shipments.shipments.shipment_id}
FROM legs AS l
ORDER BY l.lost_id, l.returned_id
