-- One row per lot and party that may wait for it: why it waits, if it is late. The first that holds, in this order: a
-- diversion took the lot; a restriction on the party or its country, and on the product, became known or began
-- before the lot was late; the supplier moved the day, or the whole product is late; the lot came in time and is said to be
-- late all the same, so that the place for it is what is not ready. Else the cause is not known.
WITH restrictions AS (
    SELECT
        r.to_id,
        CASE WHEN e.kind = 'country' THEN e.country END AS country,
        r.family_id,
        least(r.actual_start, r.known_at::DATE) AS began_on
    FROM records.shipment_records AS r
    INNER JOIN records.entities AS e ON r.to_id = e.entity_id
    WHERE r.event = 'restriction' AND r.certainty <> 'denied' AND NOT r.superseded
),

barred AS (
    SELECT
        e.entity_id,
        r.family_id,
        r.began_on
    FROM restrictions AS r
    INNER JOIN records.entities AS e ON r.country = e.country
    UNION
    SELECT
        r.to_id AS entity_id,
        r.family_id,
        r.began_on
    FROM restrictions AS r
),

-- What was restricted before the lot was heard of is in its promise; what was restricted after it was late is no cause.
restricted AS (
    SELECT DISTINCT w.wait_id
    FROM delays.waits AS w
    INNER JOIN shipments.shipments AS s ON w.shipment_id = s.shipment_id
    INNER JOIN barred AS x ON w.entity_id = x.entity_id AND s.first_known_at::DATE <= x.began_on
    WHERE
        (x.family_id = s.family_id OR 'gpu' IN (x.family_id, s.family_id))
        AND x.began_on <= least(w.delivered_end, w.first_promised_end, $as_of)
),

moved AS (
    SELECT
        p.shipment_id,
        p.entity_id
    FROM delays.promises AS p
    INNER JOIN shipments.shipments AS s ON p.shipment_id = s.shipment_id
    WHERE
        p.slip_from_first_days_high > 0
        AND (p.source_kind = 'supplier' OR p.origin_id IN (s.supplier_id, 'supplier:' || s.supplier_id))
    UNION
    SELECT
        r.shipment_id,
        r.entity_id
    FROM delays.at_risk AS r
),

delivered_in_time AS (
    SELECT
        w.wait_id,
        min(r.known_at) AS known_at
    FROM delays.waits AS w
    INNER JOIN delays.stated_delays AS r
        ON w.shipment_id = r.shipment_id AND w.entity_id IS NOT DISTINCT FROM r.entity_id
    WHERE NOT w.is_diverted AND w.delivered_end <= w.first_promised_end
    GROUP BY w.wait_id, w.delivered_end
    HAVING min(r.known_at)::DATE > w.delivered_end
)

SELECT
    w.wait_id, -- The lot and party. {key, -> delays.waits.wait_id}
    w.shipment_id, -- The lot. {not null, -> shipments.shipments.shipment_id}
    w.entity_id, -- Who waits; empty where no recipient is known. {-> records.entities.entity_id}
    CASE
        WHEN w.is_diverted THEN 'diversion'
        WHEN x.wait_id IS NOT NULL THEN 'export_control'
        WHEN m.shipment_id IS NOT NULL THEN 'supplier'
        WHEN t.wait_id IS NOT NULL THEN 'site'
        ELSE 'unknown'
    END AS cause -- Why it waits. {not null, one of: diversion, supplier, export_control, site, unknown}
FROM delays.waits AS w
LEFT JOIN restricted AS x ON w.wait_id = x.wait_id
LEFT JOIN moved AS m ON w.shipment_id = m.shipment_id AND w.entity_id IS NOT DISTINCT FROM m.entity_id
LEFT JOIN delivered_in_time AS t ON w.wait_id = t.wait_id
ORDER BY w.wait_id
