-- One row per lot and event: what happened to it when, known when, on which record.
SELECT
    matches.shipment_id, -- The lot. {key, -> shipments.shipments.shipment_id}
    records.record_id, -- The record that says so. {key, -> records.shipment_records.record_id}
    records.event, -- What happened. {not null}
    coalesce(records.actual_start, records.actual_end) AS happened_start, -- First day of when it happened; empty where it is not stated.
    coalesce(records.actual_end, records.actual_start) AS happened_end, -- Last day of when it happened.
    records.known_at, -- When it became known (UTC). {not null}
    records.from_id, -- Who lost the units. {-> records.entities.entity_id}
    records.to_id, -- Who gets or waits for them. {-> records.entities.entity_id}
    records.gpus_low, -- Least GPUs of the event.
    records.gpus_best, -- GPUs of the event.
    records.gpus_high, -- Greatest GPUs of the event.
    records.certainty, -- How sure the source is. {not null}
    matches.origin_id, -- The independent origin. {not null}
    records.superseded -- Whether a newer version of the same item or line replaced it. {not null}
FROM shipments.record_matches AS matches
INNER JOIN records.shipment_records AS records ON matches.record_id = records.record_id
WHERE matches.counts
ORDER BY matches.shipment_id, records.known_at, records.record_id
