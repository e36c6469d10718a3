-- One row per lot and party that may wait for it: whoever holds it, and whoever lost it to a diversion; what the party
-- waits for, until when it waited or waits, and the slip that follows. Whether it is late is said in
-- delays.shipment_delays.
-- check slip_is_in_order: coalesce(slip_days_low <= slip_days_high, TRUE)
-- check arrival_is_in_order: coalesce(arrives_start <= arrives_end, TRUE)
-- check open_has_no_delivery: NOT is_open OR delivered_end IS NULL
WITH diversions AS (
    SELECT
        e.shipment_id,
        coalesce(min(e.happened_start), min(e.known_at::DATE)) AS diverted_start,
        coalesce(max(e.happened_end), min(e.known_at::DATE)) AS diverted_end
    FROM shipments.events AS e
    WHERE e.event = 'diversion' AND e.certainty <> 'denied' AND NOT e.superseded
    GROUP BY e.shipment_id
),

resales AS (
    SELECT DISTINCT e.shipment_id
    FROM shipments.events AS e
    WHERE e.event = 'resale' AND e.certainty <> 'denied' AND NOT e.superseded
),

first_promises AS (
    SELECT
        p.shipment_id,
        p.entity_id,
        p.promised_start,
        p.promised_end
    FROM delays.promises AS p
    WHERE p.revision_number = 1
),

-- The first day by the newest promise: its own, or what its slip against the first promise says.
last_promises AS (
    SELECT
        p.shipment_id,
        p.entity_id,
        p.revision_number,
        p.promised_end,
        coalesce(
            p.promised_start,
            p.promised_end + (p.slip_from_first_days_low - p.slip_from_first_days_high)::INTEGER
        ) AS promised_start
    FROM delays.promises AS p
    QUALIFY row_number() OVER (PARTITION BY p.shipment_id, p.entity_id ORDER BY p.revision_number DESC) = 1
),

-- Who may wait for a lot: whoever holds it, unless it came in return for a lot lost; and whoever lost it
-- other than by selling it on. What was promised to the one was not promised to the other.
parties AS (
    SELECT
        s.shipment_id,
        coalesce(s.current_to_id, s.original_to_id) AS entity_id,
        FALSE AS is_diverted,
        CASE WHEN s.original_to_id <> s.current_to_id THEN NULL ELSE s.first_promised_end END AS promised_end
    FROM shipments.shipments AS s
    WHERE s.certainty <> 'denied' AND s.shipment_id NOT IN (SELECT l.returned_id FROM delays.swap_legs AS l)
    UNION ALL
    SELECT
        s.shipment_id,
        s.original_to_id AS entity_id,
        TRUE AS is_diverted,
        NULL AS promised_end
    FROM shipments.shipments AS s
    LEFT JOIN diversions AS d ON s.shipment_id = d.shipment_id
    LEFT JOIN resales AS r ON s.shipment_id = r.shipment_id
    WHERE
        s.certainty <> 'denied' AND s.original_to_id <> s.current_to_id
        AND (d.shipment_id IS NOT NULL OR r.shipment_id IS NULL)
),

-- What each party waits for: the lot itself, or what it gets in return; nothing if the lot was simply taken
-- away.
awaited AS (
    SELECT
        p.shipment_id,
        p.entity_id,
        p.shipment_id AS awaited_id
    FROM parties AS p
    WHERE NOT p.is_diverted
    UNION ALL
    SELECT
        p.shipment_id,
        p.entity_id,
        l.returned_id AS awaited_id
    FROM parties AS p
    INNER JOIN delays.swap_legs AS l ON p.shipment_id = l.lost_id
    WHERE p.is_diverted
),

-- Of an interval, the first day counts for the shortest wait and the last day for the longest; a promise without a
-- last day that lies ahead leaves the longest wait unknown. An open lot ends on the day of the calculation, or when it is promised now where that lies ahead; a lot got
-- in a swap of which neither promise nor delivery is known ends the wait on the day of the swap.
awaited_days AS (
    SELECT
        a.shipment_id,
        a.entity_id,
        a.awaited_id,
        o.outcome,
        o.outcome = 'open' AND coalesce(q.promised_end, q.promised_start, x.current_promised_end) IS NULL
        AND a.awaited_id <> a.shipment_id AND d.shipment_id IS NOT NULL AS is_swapped_only,
        o.ended_on,
        o.ended_start,
        CASE WHEN o.outcome = 'delivered' THEN o.ended_on END AS delivered_on,
        CASE
            WHEN q.shipment_id IS NOT NULL THEN q.promised_start ELSE x.current_promised_start
        END AS promised_start,
        CASE
            WHEN q.shipment_id IS NOT NULL THEN q.promised_end ELSE x.current_promised_end
        END AS promised_end,
        d.diverted_start,
        d.diverted_end
    FROM awaited AS a
    INNER JOIN delays.lot_outcomes AS o ON a.awaited_id = o.shipment_id
    INNER JOIN shipments.shipments AS x ON a.awaited_id = x.shipment_id
    LEFT JOIN last_promises AS q
        ON a.awaited_id = q.shipment_id AND a.entity_id IS NOT DISTINCT FROM q.entity_id
    LEFT JOIN diversions AS d ON a.awaited_id = d.shipment_id
),

ends AS (
    SELECT
        a.shipment_id,
        a.entity_id,
        min(a.awaited_id) AS awaited_id,
        bool_or(a.outcome = 'open' AND NOT a.is_swapped_only) AS is_open,
        max(a.promised_end) AS last_promised_end,
        CASE WHEN bool_and(a.delivered_on IS NOT NULL) THEN max(a.delivered_on) END AS delivered_end,
        max(
            CASE
                WHEN a.is_swapped_only THEN a.diverted_start
                WHEN a.outcome <> 'open' THEN coalesce(a.ended_start, a.ended_on)
                ELSE greatest($as_of, a.promised_start)
            END
        ) AS end_low,
        CASE
            WHEN NOT bool_or(coalesce(a.outcome = 'open' AND a.promised_end IS NULL AND a.promised_start > $as_of, FALSE))
                THEN max(
                    CASE
                        WHEN a.is_swapped_only THEN a.diverted_end
                        WHEN a.outcome <> 'open' THEN a.ended_on
                        ELSE greatest($as_of, a.promised_end)
                    END
                )
        END AS end_high
    FROM awaited_days AS a
    GROUP BY a.shipment_id, a.entity_id
),

computed AS (
    SELECT
        p.shipment_id,
        p.entity_id,
        p.is_diverted,
        e.awaited_id,
        coalesce(e.is_open, TRUE) AS is_open,
        e.delivered_end,
        coalesce(f.promised_end, p.promised_end) AS first_promised_end,
        coalesce(e.last_promised_end, q.promised_end) AS last_promised_end,
        coalesce(
            f.promised_end, p.promised_end, CASE WHEN p.is_diverted THEN d.diverted_start ELSE f.promised_start END
        ) AS base_start,
        coalesce(f.promised_end, p.promised_end, CASE WHEN p.is_diverted THEN d.diverted_end END) AS base_end,
        CASE
            WHEN e.shipment_id IS NOT NULL THEN e.end_low
            WHEN q.revision_number > 1 THEN greatest($as_of, q.promised_start)
            ELSE $as_of
        END AS end_low,
        CASE
            WHEN e.shipment_id IS NOT NULL THEN e.end_high
            WHEN q.revision_number > 1 THEN greatest($as_of, q.promised_end)
            ELSE $as_of
        END AS end_high
    FROM parties AS p
    LEFT JOIN ends AS e ON p.shipment_id = e.shipment_id AND p.entity_id IS NOT DISTINCT FROM e.entity_id
    LEFT JOIN first_promises AS f
        ON p.shipment_id = f.shipment_id AND p.entity_id IS NOT DISTINCT FROM f.entity_id
    LEFT JOIN last_promises AS q
        ON p.shipment_id = q.shipment_id AND p.entity_id IS NOT DISTINCT FROM q.entity_id
    LEFT JOIN diversions AS d ON p.shipment_id = d.shipment_id
)

SELECT
    c.shipment_id || '/' || coalesce(c.entity_id, '') AS wait_id, -- This lot and party. {key}
    c.shipment_id, -- The lot. {not null, -> shipments.shipments.shipment_id}
    c.entity_id, -- Who waits; empty where no recipient is known. {-> records.entities.entity_id}
    c.is_diverted, -- Whether a diversion took the lot from it. {not null}
    c.awaited_id, -- What it waits for: the lot, or what it gets in return. {-> shipments.shipments.shipment_id}
    c.is_open, -- Whether it still waits on the day of the calculation. {not null}
    c.first_promised_end, -- Last day of the first promise of the lot to it; empty where none is known.
    c.last_promised_end, -- Last day of the newest promise of what it waits for.
    c.delivered_end, -- Day on which it had all of it; empty until then.
    c.end_low AS arrives_start, -- Day on which it had, or has, what it waits for at the earliest. {not null}
    c.end_high AS arrives_end, -- The same at the latest; empty where the promise ahead names no last day.
    CASE
        WHEN c.awaited_id IS NOT NULL OR c.end_high > c.base_end THEN c.end_low - c.base_end
    END AS slip_days_low, -- Slip, at least; empty where nothing comes in return and nothing is overdue yet.
    CASE
        WHEN c.awaited_id IS NOT NULL OR c.end_high > c.base_end THEN c.end_high - c.base_start
    END AS slip_days_high -- Slip, at most.
FROM computed AS c
ORDER BY c.shipment_id, c.entity_id
