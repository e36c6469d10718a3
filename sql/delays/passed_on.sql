-- One row per stated plan (a cluster, a data centre, so many GPUs by a day) that is late because of late lots, or that is
-- itself said to be late: the lots behind it, and how far its due day slips. Late lots of the same party are
-- behind a plan if they are of its product, were to come by its due day, and come, or may come, after it. A
-- delay is said of the plan itself if it names the plan's due time or its count (15 %).
-- check slip_is_in_order: coalesce(slip_days_low <= slip_days_high, TRUE)
-- check lots_make_it_late: (cause = 'late lots') = (late_lots > 0)
-- check stated_or_derived: basis = 'stated' OR late_lots > 0
WITH late AS (
    SELECT
        c.commitment_id,
        count(*) AS lots,
        string_agg(d.shipment_id, ', ' ORDER BY d.shipment_id) AS shipment_ids,
        sum(d.gpus_best) AS gpus,
        count(d.gpus_best) AS lots_with_count,
        max(w.arrives_start - c.due_end) AS slip_low,
        CASE WHEN count(*) = count(w.arrives_end) THEN max(w.arrives_end - c.due_end) END AS slip_high,
        min(d.known_at) AS known_at
    FROM allocation.commitments AS c
    INNER JOIN reference.product_ancestors AS k ON c.product_id = k.ancestor_id
    INNER JOIN delays.shipment_delays AS d ON c.entity_id = d.entity_id AND k.product_id = d.product_id
    INNER JOIN delays.waits AS w ON d.shipment_id = w.shipment_id AND d.entity_id = w.entity_id
    INNER JOIN shipments.shipments AS s ON d.shipment_id = s.shipment_id
    WHERE
        c.certainty <> 'denied'
        AND s.first_known_at::DATE <= c.due_end
        AND coalesce(d.first_promised_end <= c.due_end, TRUE)
        AND coalesce(w.arrives_end > c.due_end, TRUE)
    GROUP BY c.commitment_id
),

kin AS (
    SELECT
        k.product_id,
        k.ancestor_id AS other_id
    FROM reference.product_ancestors AS k
    UNION
    SELECT
        k.ancestor_id AS product_id,
        k.product_id AS other_id
    FROM reference.product_ancestors AS k
),

-- How far a delay that is said of the plan itself moves it.
said AS (
    SELECT
        c.commitment_id,
        r.record_id,
        CASE r.certainty WHEN 'confirmed' THEN 1 WHEN 'reported' THEN 2 ELSE 3 END AS doubt,
        r.known_at,
        CASE
            WHEN coalesce(r.delay_low_days, r.delay_high_days) IS NOT NULL THEN r.delay_low_days
            ELSE coalesce(r.revised_start, r.revised_end) - coalesce(r.promised_end, c.due_end)
        END AS slip_low,
        CASE
            WHEN coalesce(r.delay_low_days, r.delay_high_days) IS NOT NULL THEN r.delay_high_days
            ELSE r.revised_end - coalesce(r.promised_end, c.due_end)
        END AS slip_high
    FROM allocation.commitments AS c
    INNER JOIN kin AS k ON c.product_id = k.product_id
    INNER JOIN records.shipment_records AS r ON c.entity_id = r.to_id AND k.other_id = r.product_id
    WHERE
        r.event = 'delay' AND r.certainty <> 'denied' AND NOT r.superseded
        AND r.known_at >= c.known_at
        AND coalesce(r.delay_low_days, r.delay_high_days, r.revised_end - c.due_end, r.revised_start - c.due_end)
        IS NOT NULL
        AND (
            coalesce(
                coalesce(r.promised_start, r.promised_end) <= c.due_end
                AND coalesce(r.promised_end, r.promised_start) >= coalesce(c.due_start, c.due_end), FALSE
            )
            OR coalesce(abs(r.gpus_best - c.target_gpus_best) <= 0.15 * c.target_gpus_best, FALSE)
        )
),

stated AS (
    SELECT
        s.commitment_id,
        first(
            { 'low': s.slip_low, 'high': s.slip_high } ORDER BY s.doubt ASC, s.known_at DESC, s.record_id ASC
        ) AS slip,
        min(s.known_at) AS known_at
    FROM said AS s
    GROUP BY s.commitment_id
),

came_in_time AS (
    SELECT
        c.commitment_id,
        sum(o.promised_gpus) AS gpus
    FROM stated AS t
    INNER JOIN allocation.commitments AS c ON t.commitment_id = c.commitment_id
    INNER JOIN reference.product_ancestors AS k ON c.product_id = k.ancestor_id
    INNER JOIN delays.lot_outcomes AS o
        ON
            c.entity_id = o.buyer_id AND k.product_id = o.product_id
            AND o.outcome = 'delivered' AND o.ended_on BETWEEN c.known_at::DATE AND c.due_end
    GROUP BY c.commitment_id
)

SELECT
    c.commitment_id, -- The plan. {key, -> allocation.commitments.commitment_id}
    c.entity_id, -- Whose plan it is. {not null, -> records.entities.entity_id}
    c.product_id, -- The product. {not null, -> reference.products.product_id}
    c.target_gpus_best, -- GPUs aimed at; empty where only money is stated.
    c.due_start, -- First day of when it was due.
    c.due_end, -- Last day of when it was due.
    CASE WHEN t.commitment_id IS NULL THEN 'derived' ELSE 'stated' END AS basis, -- Whether a source says that the plan is late, or only its lots are. {not null, one of: stated, derived}
    CASE
        WHEN t.commitment_id IS NULL THEN l.slip_low ELSE t.slip.low
    END AS slip_days_low, -- Days that it slips, at least: as stated, else when its last late lot comes less due_end.
    CASE
        WHEN t.commitment_id IS NULL THEN l.slip_high ELSE t.slip.high
    END AS slip_days_high, -- The same at most; empty where no last day is known.
    coalesce(l.lots, 0) AS late_lots, -- Late lots behind it. {not null}
    l.shipment_ids AS late_shipment_ids, -- The lots, separated by a comma and a blank: delays.shipment_delays.
    CASE WHEN l.lots = l.lots_with_count THEN l.gpus END AS late_gpus_best, -- GPUs of them; empty where a count is not known.
    CASE
        WHEN l.lots = l.lots_with_count AND c.target_gpus_best > 0 THEN l.gpus / c.target_gpus_best
    END AS late_share, -- Share of the target that they make; over 1 where more was ordered than the plan needs.
    CASE
        WHEN l.lots > 0 THEN 'late lots'
        WHEN i.gpus >= 0.85 * c.target_gpus_best THEN 'site'
        ELSE 'unknown'
    END AS cause, -- Late lots; the site, where all GPUs (15 %) came in time; else not known. {not null, one of: late lots, site, unknown}
    least(t.known_at, l.known_at) AS known_at -- When its delay, or that of a lot behind it, was first known (UTC). {not null}
FROM allocation.commitments AS c
LEFT JOIN late AS l ON c.commitment_id = l.commitment_id
LEFT JOIN stated AS t ON c.commitment_id = t.commitment_id
LEFT JOIN came_in_time AS i ON c.commitment_id = i.commitment_id
WHERE l.commitment_id IS NOT NULL OR t.commitment_id IS NOT NULL
ORDER BY c.commitment_id
