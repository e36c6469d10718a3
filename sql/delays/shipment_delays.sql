-- One row per lot and party that waits, or waited, longer for it than it was first promised: the lot came
-- late, is open past its promise, was promised anew for later, is said to be late, or was diverted to
-- somebody else. Of the two sides of a swap only the one that waits longer for what it gets in return is
-- late, and only at the lot that it lost.
-- check slip_is_in_order: coalesce(slip_days_low <= slip_days_high, TRUE)
-- check stated_delay_is_in_order: coalesce(stated_delay_days_low <= stated_delay_days_high, TRUE)
-- check gpus_are_in_order: coalesce(gpus_low <= gpus_best, TRUE) AND coalesce(gpus_best <= gpus_high, TRUE)
-- check value_is_in_order: coalesce(value_usd_low <= value_usd_best AND value_usd_best <= value_usd_high, TRUE)
-- check diversion_says_which: (cause = 'diversion') = (because_of_shipment_id IS NOT NULL)
-- check open_has_no_delivery: NOT open OR delivered_end IS NULL
-- The surest statement holds, among equals the newest: rivals are never averaged.
WITH stated AS (
    SELECT
        r.shipment_id,
        r.entity_id,
        first(
            { 'low': r.delay_days_low, 'high': r.delay_days_high }
            ORDER BY r.doubt ASC, r.known_at DESC, r.record_id ASC
        ) FILTER (WHERE coalesce(r.delay_days_low, r.delay_days_high) IS NOT NULL) AS delay,
        first(
            { 'low': r.gpus_low, 'best': r.gpus_best, 'high': r.gpus_high }
            ORDER BY r.doubt ASC, r.known_at DESC, r.record_id ASC
        ) FILTER (WHERE coalesce(r.gpus_low, r.gpus_high) IS NOT NULL) AS gpus,
        first(
            { 'low': r.value_usd_low, 'best': r.value_usd_best, 'high': r.value_usd_high }
            ORDER BY r.doubt ASC, r.known_at DESC, r.record_id ASC
        ) FILTER (WHERE coalesce(r.value_usd_low, r.value_usd_high) IS NOT NULL) AS value_usd
    FROM delays.stated_delays AS r
    GROUP BY r.shipment_id, r.entity_id
),

evidence AS (
    SELECT
        r.shipment_id,
        r.entity_id,
        r.origin_id,
        r.known_at
    FROM delays.stated_delays AS r
    UNION ALL
    SELECT
        e.shipment_id,
        s.original_to_id AS entity_id,
        e.origin_id,
        e.known_at
    FROM shipments.events AS e
    INNER JOIN shipments.shipments AS s ON e.shipment_id = s.shipment_id
    WHERE e.event = 'diversion' AND e.certainty <> 'denied' AND NOT e.superseded
    UNION ALL
    SELECT
        p.shipment_id,
        p.entity_id,
        p.origin_id,
        p.known_at
    FROM delays.promises AS p
    WHERE p.slip_from_first_days_high > 0
),

grounds AS (
    SELECT
        e.shipment_id,
        e.entity_id,
        count(DISTINCT e.origin_id) AS origins,
        min(e.known_at) AS known_at
    FROM evidence AS e
    GROUP BY e.shipment_id, e.entity_id
),

weighed AS (
    SELECT
        p.*,
        t.shipment_id IS NOT NULL AS is_stated,
        t.delay,
        t.gpus,
        t.value_usd,
        p.is_diverted AND p.awaited_id IS NOT NULL AS is_swapped,
        g.origins,
        g.known_at
    FROM delays.waits AS p
    LEFT JOIN stated AS t ON p.shipment_id = t.shipment_id AND p.entity_id IS NOT DISTINCT FROM t.entity_id
    LEFT JOIN grounds AS g ON p.shipment_id = g.shipment_id AND p.entity_id IS NOT DISTINCT FROM g.entity_id
),

-- How long the other side of a swap waits: a stated delay is longer than any computed one.
rivals AS (
    SELECT
        l.lost_id AS shipment_id,
        bool_or(w.is_stated) AS is_stated,
        max(coalesce(w.slip_days_high, w.slip_days_low)) AS slip_days_high
    FROM delays.swap_legs AS l
    INNER JOIN weighed AS w ON l.returned_id = w.shipment_id AND w.is_diverted
    GROUP BY l.lost_id
),

late AS (
    SELECT w.*
    FROM weighed AS w
    LEFT JOIN rivals AS r ON w.shipment_id = r.shipment_id
    WHERE
        w.is_stated
        OR (w.is_diverted AND NOT w.is_swapped)
        OR (
            NOT w.is_diverted AND w.first_promised_end IS NOT NULL
            AND coalesce(w.slip_days_high, w.slip_days_low) > 0
        )
        OR (
            w.is_swapped AND coalesce(w.slip_days_high, w.slip_days_low) > 0
            AND NOT coalesce(r.is_stated, FALSE)
            AND coalesce(w.slip_days_high, w.slip_days_low) >= coalesce(r.slip_days_high, 0)
        )
),

-- The late part: as stated with the delay, else what is still outstanding, else the lot. Its worth is one share of the
-- lot's, in all three figures, so that they stay in order.
sized AS (
    SELECT
        t.*,
        s.supplier_id,
        s.product_id,
        s.first_known_at,
        s.origins AS lot_origins,
        s.gpus_low AS lot_gpus_low,
        s.gpus_best AS lot_gpus_best,
        s.gpus_high AS lot_gpus_high,
        s.h100e_low AS lot_h100e_low,
        s.h100e_best AS lot_h100e_best,
        s.h100e_high AS lot_h100e_high,
        s.value_usd_low AS lot_value_low,
        s.value_usd_best AS lot_value_best,
        s.value_usd_high AS lot_value_high,
        CASE
            WHEN t.gpus IS NOT NULL THEN t.gpus.low
            WHEN t.is_open AND NOT t.is_diverted THEN coalesce(s.outstanding_gpus_low, s.gpus_low)
            ELSE s.gpus_low
        END AS gpus_low,
        CASE
            WHEN t.gpus IS NOT NULL THEN coalesce(t.gpus.best, t.gpus.low, t.gpus.high)
            WHEN t.is_open AND NOT t.is_diverted THEN coalesce(s.outstanding_gpus_best, s.gpus_best)
            ELSE s.gpus_best
        END AS gpus_best,
        CASE
            WHEN t.gpus IS NOT NULL THEN t.gpus.high
            WHEN t.is_open AND NOT t.is_diverted THEN coalesce(s.outstanding_gpus_high, s.gpus_high)
            ELSE s.gpus_high
        END AS gpus_high,
        c.cause
    FROM late AS t
    INNER JOIN shipments.shipments AS s ON t.shipment_id = s.shipment_id
    INNER JOIN delays.causes AS c ON t.wait_id = c.wait_id
)

SELECT
    z.shipment_id || '/' || coalesce(z.entity_id, '') AS delay_id, -- This lot and party. {key}
    z.shipment_id, -- The lot that comes late, or that was lost. {not null, -> shipments.shipments.shipment_id}
    z.entity_id, -- Who waits; empty where no recipient is known. {-> records.entities.entity_id}
    z.supplier_id, -- Who supplies the lot. {-> records.entities.entity_id}
    z.product_id, -- What it is. {-> reference.products.product_id}
    z.gpus_low, -- GPUs that are late, at least.
    z.gpus_best, -- GPUs that are late: as stated with the delay, else what is outstanding, else the lot.
    z.gpus_high, -- GPUs that are late, at most.
    z.gpus_low * z.lot_h100e_low / nullif(z.lot_gpus_low, 0) AS h100e_low, -- H100-equivalents that are late, at least.
    z.gpus_best * z.lot_h100e_best / nullif(z.lot_gpus_best, 0) AS h100e_best, -- H100-equivalents that are late.
    z.gpus_high * z.lot_h100e_high / nullif(z.lot_gpus_high, 0) AS h100e_high, -- H100-equivalents late, at most.
    CASE
        WHEN z.value_usd IS NOT NULL THEN z.value_usd.low
        ELSE z.lot_value_low * coalesce(z.gpus_best / nullif(z.lot_gpus_best, 0), 1)
    END AS value_usd_low, -- US dollars of what is late, at least: as stated with the delay, else the lot's share.
    CASE
        WHEN z.value_usd IS NOT NULL THEN coalesce(z.value_usd.best, z.value_usd.low, z.value_usd.high)
        ELSE z.lot_value_best * coalesce(z.gpus_best / nullif(z.lot_gpus_best, 0), 1)
    END AS value_usd_best, -- US dollars of what is late.
    CASE
        WHEN z.value_usd IS NOT NULL THEN z.value_usd.high
        ELSE z.lot_value_high * coalesce(z.gpus_best / nullif(z.lot_gpus_best, 0), 1)
    END AS value_usd_high, -- US dollars of what is late, at most; empty for "at least so much".
    z.first_promised_end, -- Last day of the first promise of the lot to this party; empty where none is known.
    z.last_promised_end, -- Last day of the newest promise to it, or of what it gets in return.
    z.delivered_end, -- Day on which the party had all of it, or of what it got in return; empty until then.
    z.is_open AS open, -- Whether it still waits on the day of the calculation. {not null}
    z.slip_days_low, -- Computed slip, at least: end of the wait less first_promised_end (or the diversion).
    z.slip_days_high, -- Computed slip, at most; open waits run to the calculation or the promise ahead.
    z.delay.low AS stated_delay_days_low, -- Delay as the surest record states it, at least.
    z.delay.high AS stated_delay_days_high, -- Delay as the surest record states it, at most.
    z.cause, -- Why it waits, as far as records say: delays.causes. {not null, one of: diversion, supplier, export_control, site, unknown}
    CASE
        WHEN z.is_diverted THEN z.shipment_id
    END AS because_of_shipment_id, -- The lot whose diversion makes it wait. {-> shipments.shipments.shipment_id}
    CASE
        WHEN z.is_diverted THEN z.awaited_id
    END AS returned_shipment_id, -- The lot that it gets in return. {-> shipments.shipments.shipment_id}
    coalesce(nullif(z.origins, 0), z.lot_origins) AS origins, -- Independent origins of the delay, else of the lot.
    coalesce(
        z.known_at, greatest(z.first_known_at, (z.first_promised_end + 1)::TIMESTAMP)
    ) AS known_at -- When the delay was first stated, else the day after the first promise was broken (UTC). {not null}
FROM sized AS z
ORDER BY z.shipment_id, z.entity_id
