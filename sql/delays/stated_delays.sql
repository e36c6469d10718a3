-- One row per record that says that a lot comes late, and party that waits for it: the party that the record names, or
-- else the one that would wait. Said of a lot got in a swap, it is said of the wait that began with the lot lost.
WITH matched AS (
    SELECT
        m.shipment_id,
        s.current_to_id,
        r.*,
        CASE
            WHEN r.event IN ('diversion', 'resale') THEN coalesce(r.from_id, s.original_to_id)
            WHEN r.to_id IN (s.original_to_id, s.current_to_id) THEN r.to_id
            ELSE coalesce(s.original_to_id, s.current_to_id)
        END AS waiting_id
    FROM records.shipment_records AS r
    INNER JOIN shipments.record_matches AS m ON r.record_id = m.record_id
    INNER JOIN shipments.shipments AS s ON m.shipment_id = s.shipment_id
    WHERE
        (r.event = 'delay' OR coalesce(r.delay_low_days, r.delay_high_days) IS NOT NULL)
        AND r.event NOT IN ('plan', 'holding', 'restriction', 'cancellation')
        AND r.certainty <> 'denied' AND NOT r.superseded
)

SELECT
    coalesce(l.lost_id, m.shipment_id) AS shipment_id, -- The lot that is waited for, or that was lost. {key, -> shipments.shipments.shipment_id}
    m.record_id, -- The record that says so. {key, -> records.shipment_records.record_id}
    m.waiting_id AS entity_id, -- Who waits; empty where no recipient is known. {-> records.entities.entity_id}
    m.shipment_id AS said_of_id, -- The lot that the record is about. {not null, -> shipments.shipments.shipment_id}
    m.delay_low_days AS delay_days_low, -- Delay as stated, at least.
    m.delay_high_days AS delay_days_high, -- Delay as stated, at most.
    CASE WHEN m.event = 'delay' THEN m.gpus_low END AS gpus_low, -- Late GPUs as stated, at least.
    CASE WHEN m.event = 'delay' THEN m.gpus_best END AS gpus_best, -- Late GPUs as stated.
    CASE WHEN m.event = 'delay' THEN m.gpus_high END AS gpus_high, -- Late GPUs as stated, at most.
    CASE WHEN m.event = 'delay' THEN m.value_usd_low END AS value_usd_low, -- Their value as stated, US dollars, at least.
    CASE WHEN m.event = 'delay' THEN m.value_usd_best END AS value_usd_best, -- Their value as stated, US dollars.
    CASE WHEN m.event = 'delay' THEN m.value_usd_high END AS value_usd_high, -- Their value as stated, US dollars, at most.
    CASE m.certainty
        WHEN 'confirmed' THEN 1 WHEN 'reported' THEN 2 ELSE 3
    END AS doubt, -- 1 for a confirmed statement, 2 for a reported one, 3 for a rumour. {not null}
    m.origin_id, -- The independent origin. {not null}
    m.known_at -- When it became known (UTC). {not null}
FROM matched AS m
LEFT JOIN delays.swap_legs AS l ON m.shipment_id = l.returned_id AND m.waiting_id = m.current_to_id
ORDER BY shipment_id, m.record_id
