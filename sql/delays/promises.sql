-- One row per lot, party that was promised, and distinct promise: what was promised for when, in the order in which it became known, with the slip against the first and the previous promise. Worked out in shipments.promises, from which the lots have their first and current promise.
-- check first_is_promise: (kind = 'promise') = (revision_number = 1)
SELECT
    promises.promise_id, -- This promise. {key}
    promises.shipment_id, -- The lot. {not null, -> shipments.shipments.shipment_id}
    promises.entity_id, -- Who was promised it; empty where no recipient is known. {-> records.entities.entity_id}
    promises.revision_number, -- 1 for the first promise of this lot to this party, then counted up. {not null}
    promises.kind, -- The first promise, or one that replaced it. {not null, one of: promise, revision}
    promises.promised_start, -- First day of the promised interval; empty where only a deadline was named.
    promises.promised_end, -- Last day of the promised interval; empty where only its start was named.
    promises.is_derived, -- Whether it was worked out from an older promise and a delay stated in days. {not null}
    promises.is_more_precise, -- Whether the interval lies within the previous one: said better, not moved. {not null}
    promises.known_at, -- When the promise became known (UTC). {not null}
    promises.record_id, -- The record that says so. {not null, -> records.shipment_records.record_id}
    promises.source_kind, -- Where the record comes from. {not null, one of: news, supplier}
    promises.origin_id, -- The independent origin of the record.
    promises.is_known_origin, -- Whether that origin had spoken of when this lot comes to this party before. {not null}
    promises.slip_from_first_days_low, -- At least so many days later than the first promised end; negative is earlier.
    promises.slip_from_first_days_high, -- At most so many days later than the first promised end.
    promises.slip_from_previous_days_low, -- At least so many days later than the previous promised end.
    promises.slip_from_previous_days_high -- At most so many days later than the previous promised end.
FROM shipments.promises AS promises
INNER JOIN shipments.shipments AS lots ON promises.shipment_id = lots.shipment_id
ORDER BY promises.shipment_id, promises.entity_id, promises.revision_number
