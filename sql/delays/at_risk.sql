-- One row per delay of a whole product and lot that it touches: the lot was known and still awaited when the delay was
-- stated, its product is that product or a kind of it, and its supplier is the one that is late, where that
-- matters. The delay may reach the lot or not: it changes no promise, and the lot is not late because of it alone.
-- check ended_says_how: (ended_on IS NULL) = (ended_by IS NULL)
-- check ends_after_it_began: coalesce(ended_on >= since::DATE, TRUE)
WITH touched AS (
    SELECT
        d.product_delay_id,
        d.delay_days_low,
        d.delay_days_high,
        d.known_at,
        d.certainty,
        d.origins,
        o.shipment_id,
        o.buyer_id AS entity_id,
        o.outcome,
        o.ended_on
    FROM delays.product_delays AS d
    INNER JOIN reference.product_ancestors AS k ON d.product_id = k.ancestor_id
    INNER JOIN delays.lot_outcomes AS o ON k.product_id = o.product_id
    INNER JOIN shipments.shipments AS s ON o.shipment_id = s.shipment_id
    WHERE
        d.certainty <> 'denied'
        AND s.first_known_at <= d.known_at
        AND coalesce(o.ended_on > d.known_at::DATE, TRUE)
        AND coalesce(d.seller_id = o.supplier_id, TRUE)
),

promised AS (
    SELECT
        t.product_delay_id,
        t.shipment_id,
        arg_max(
            { 'from_on': p.promised_start, 'to_on': p.promised_end }, p.revision_number
        ) FILTER (WHERE p.known_at <= t.known_at) AS promise,
        min(p.known_at) FILTER (
            WHERE p.known_at > t.known_at AND p.kind = 'revision' AND NOT p.is_more_precise
        ) AS revised_at
    FROM touched AS t
    INNER JOIN delays.promises AS p
        ON t.shipment_id = p.shipment_id AND t.entity_id IS NOT DISTINCT FROM p.entity_id
    GROUP BY t.product_delay_id, t.shipment_id
)

SELECT
    t.product_delay_id, -- The delay of the product. {key, -> delays.product_delays.product_delay_id}
    t.shipment_id, -- The lot. {key, -> shipments.shipments.shipment_id}
    t.entity_id, -- Who waits for it; empty where no recipient is known. {-> records.entities.entity_id}
    t.delay_days_low, -- Delay of the product as stated, at least.
    t.delay_days_high, -- Delay of the product as stated, at most.
    p.promise.from_on AS promised_start, -- First day of the promise that stood then; empty where none is known, or only a deadline.
    p.promise.to_on AS promised_end, -- Last day of the promise that stood then.
    t.known_at AS since, -- When the delay of the product was first stated (UTC). {not null}
    least(p.revised_at::DATE, t.ended_on) AS ended_on, -- Day on which the lot was promised anew, or ended; empty while it is at risk.
    CASE
        WHEN p.revised_at::DATE <= coalesce(t.ended_on, 'infinity'::DATE) THEN 'revised'
        WHEN t.ended_on IS NOT NULL THEN t.outcome
    END AS ended_by, -- What ended it. {one of: revised, delivered, cancelled}
    t.certainty, -- How sure the delay of the product is. {not null, one of: confirmed, reported, rumoured}
    t.origins -- Independent origins of the delay of the product. {not null}
FROM touched AS t
LEFT JOIN promised AS p ON t.product_delay_id = p.product_delay_id AND t.shipment_id = p.shipment_id
ORDER BY t.product_delay_id, t.shipment_id
