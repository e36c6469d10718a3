-- One row per news record of a shipment to come that stands in for what was ordered: its item also tells of an order of as many for the same party, of another product, and gives no day on which anything left. "5,300 H200 were ordered; 5,300 H100 will be sent."
SELECT
    sent.record_id, -- The record of the shipment. {key, -> records.shipment_records.record_id}
    min(ordered.record_id) AS order_record_id, -- The order that its item tells of. {not null, -> records.shipment_records.record_id}
    any_value(sent.to_id) AS to_id, -- Who gets it. {not null, -> records.entities.entity_id}
    any_value(sent.product_id) AS product_id, -- What is sent. {not null, -> reference.products.product_id}
    list(DISTINCT ordered.product_id ORDER BY ordered.product_id) AS instead_of_ids, -- What was ordered. {not null}
    any_value(sent.gpus_best) AS gpus_best, -- GPUs. {not null}
    any_value(sent.known_at) AS known_at -- When it became known (UTC). {not null}
FROM records.shipment_records AS sent
INNER JOIN records.shipment_records AS ordered ON sent.item_id = ordered.item_id AND sent.to_id = ordered.to_id
LEFT JOIN reference.product_ancestors AS kin
    ON
        (sent.product_id = kin.product_id AND ordered.product_id = kin.ancestor_id)
        OR (ordered.product_id = kin.product_id AND sent.product_id = kin.ancestor_id)
WHERE
    sent.event = 'shipment' AND coalesce(sent.actual_start, sent.actual_end) IS NULL
    AND ordered.event IN ('order', 'allocation')
    AND NOT sent.superseded AND NOT ordered.superseded AND sent.certainty <> 'denied' AND ordered.certainty <> 'denied'
    AND sent.product_id IS NOT NULL AND ordered.product_id IS NOT NULL
    -- One of the two numbers may be rounded.
    AND abs(sent.gpus_best - ordered.gpus_best) <= 0.06 * greatest(sent.gpus_best, ordered.gpus_best)
GROUP BY sent.record_id
-- What is itself on order stands in for nothing.
HAVING count(kin.product_id) = 0
ORDER BY sent.record_id
