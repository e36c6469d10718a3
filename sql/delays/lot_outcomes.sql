-- One row per lot that is not denied: how it ended against its first promise, as seen on the day of the
-- calculation. A lot counts once, for whoever holds it now; what a diversion did to the party that lost
-- the lot stands in delays.shipment_delays.
-- check days_late_where_due: is_due = (days_late IS NOT NULL)
-- check ends_in_order: coalesce(ended_start <= ended_on, TRUE)
-- check never_early: coalesce(days_late >= 0, TRUE)
-- check open_has_no_end: (outcome = 'open') = (ended_on IS NULL)
-- check no_more_than_promised: coalesce(in_time_gpus BETWEEN 0 AND promised_gpus, TRUE)
-- check in_full_is_delivered: NOT is_on_time_in_full OR outcome = 'delivered'
WITH told AS (
    SELECT
        e.shipment_id,
        e.event,
        e.gpus_best,
        e.superseded,
        r.statement,
        e.happened_start,
        coalesce(e.happened_end, e.known_at::DATE) AS happened_on
    FROM shipments.events AS e
    INNER JOIN records.shipment_records AS r ON e.record_id = r.record_id
    -- What an order line said before is replaced, not wrong: so much had come by then.
    WHERE e.certainty <> 'denied' AND (r.statement = 'order' OR NOT e.superseded)
),

-- Notices of single shipments add up; every other figure is a running total, of which the largest holds.
happened AS (
    SELECT
        t.shipment_id,
        max(t.happened_on) FILTER (WHERE t.event = 'cancellation' AND NOT t.superseded) AS cancelled_on,
        max(t.happened_on) FILTER (WHERE t.event = 'delivery' AND NOT t.superseded) AS delivered_on,
        max(t.happened_start) FILTER (WHERE t.event = 'delivery' AND NOT t.superseded) AS delivered_start,
        max(t.happened_start) FILTER (WHERE t.event = 'cancellation' AND NOT t.superseded) AS cancelled_start,
        greatest(
            max(t.gpus_best) FILTER (
                WHERE t.event = 'delivery' AND t.statement <> 'shipment' AND t.happened_on <= s.first_promised_end
            ),
            sum(t.gpus_best) FILTER (
                WHERE t.event = 'delivery' AND t.statement = 'shipment' AND t.happened_on <= s.first_promised_end
            )
        ) AS in_time_gpus
    FROM told AS t
    INNER JOIN shipments.shipments AS s ON t.shipment_id = s.shipment_id
    GROUP BY t.shipment_id
),

ends AS (
    SELECT
        s.shipment_id,
        s.supplier_id,
        s.product_id,
        coalesce(s.current_to_id, s.original_to_id) AS buyer_id,
        s.gpus_best AS promised_gpus,
        s.delivered_gpus_best AS delivered_gpus,
        coalesce(s.cancelled_gpus_best, 0) = 0 AS is_in_full,
        s.first_promised_end AS promised_end,
        coalesce(s.first_promised_end <= $as_of, FALSE) AS is_due,
        s.status,
        h.in_time_gpus,
        CASE s.status WHEN 'delivered' THEN h.delivered_start WHEN 'cancelled' THEN h.cancelled_start END AS ended_start,
        CASE s.status
            WHEN 'delivered' THEN coalesce(s.delivered_on, h.delivered_on, s.last_known_at::DATE)
            WHEN 'cancelled' THEN coalesce(h.cancelled_on, s.last_known_at::DATE)
        END AS ended_on
    FROM shipments.shipments AS s
    LEFT JOIN happened AS h ON s.shipment_id = h.shipment_id
    WHERE s.certainty <> 'denied'
),

outcomes AS (
    SELECT
        e.*,
        CASE WHEN e.ended_on <= $as_of THEN e.status ELSE 'open' END AS outcome
    FROM ends AS e
)

SELECT
    o.shipment_id, -- The lot. {key, -> shipments.shipments.shipment_id}
    o.supplier_id, -- Who supplies it.
    o.product_id, -- What it is.
    o.buyer_id, -- Who is to have it, after any diversion.
    o.promised_gpus, -- GPUs that were promised; empty where no count is known.
    o.promised_end, -- Last day of the first promised interval; empty where nothing was promised.
    date_trunc('quarter', o.promised_end)::DATE AS quarter, -- First day of the quarter of promised_end.
    o.is_due, -- Whether the first promised interval has ended by the day of the calculation. {not null}
    o.outcome, -- How it stands on that day. {not null, one of: delivered, cancelled, open}
    CASE
        WHEN o.outcome <> 'open' THEN least(o.ended_start, o.ended_on)
    END AS ended_start, -- First day on which that may have been; the same day where a day is stated.
    CASE WHEN o.outcome <> 'open' THEN o.ended_on END AS ended_on, -- Last day of the whole delivery, or of cancellation.
    CASE
        WHEN o.is_due
            THEN greatest(0, CASE WHEN o.outcome = 'open' THEN $as_of ELSE o.ended_on END - o.promised_end)
    END AS days_late, -- Days from promised_end to the end, or to the day of the calculation while open; 0 if early.
    o.outcome = 'delivered' AND o.is_in_full
    AND coalesce(
        o.ended_on <= o.promised_end, FALSE
    ) AS is_on_time_in_full, -- Whether all of it was delivered by promised_end. {not null}
    CASE
        WHEN o.promised_gpus IS NULL THEN NULL
        WHEN o.outcome = 'delivered' AND o.ended_on <= o.promised_end
            THEN least(o.delivered_gpus, o.promised_gpus)
        WHEN o.is_due THEN least(coalesce(o.in_time_gpus, 0), o.promised_gpus)
    END AS in_time_gpus -- GPUs delivered by promised_end; empty where not yet due or where no count is known.
FROM outcomes AS o
ORDER BY o.shipment_id
