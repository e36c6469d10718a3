-- One row per lot, party and statement of when the lot is due: a day, an interval, or so many days later than promised,
-- in the order in which it became known. What a record recalls of an older promise stands before what it says itself.
-- What an origin says again, word for word, stands only once.
-- check says_when: coalesce(promised_start, promised_end) IS NOT NULL OR kind = 'days later'
-- check days_where_later: (kind = 'days later') = (coalesce(later_days_low, later_days_high) IS NOT NULL)
WITH RECURSIVE
diversions AS (
    SELECT
        m.shipment_id,
        min(r.known_at) AS known_at
    FROM shipments.record_matches AS m
    INNER JOIN records.shipment_records AS r ON m.record_id = r.record_id
    WHERE r.event = 'diversion'
    GROUP BY m.shipment_id
),

parts AS (
    SELECT
        s.shipment_id,
        s.parent_shipment_id,
        coalesce(d.known_at, s.first_known_at) AS split_at
    FROM shipments.lot_parties AS s
    LEFT JOIN diversions AS d ON s.shipment_id = d.shipment_id
    WHERE s.parent_shipment_id <> s.shipment_id
),

-- A lot that was split off was promised what its parent was promised until the split became known.
inherited AS (
    SELECT
        p.shipment_id,
        p.parent_shipment_id AS source_id,
        p.split_at AS known_before
    FROM parts AS p
    UNION
    SELECT
        i.shipment_id,
        p.parent_shipment_id AS source_id,
        least(i.known_before, p.split_at) AS known_before
    FROM inherited AS i
    INNER JOIN parts AS p ON i.source_id = p.shipment_id
),

sources AS (
    SELECT
        s.shipment_id,
        s.shipment_id AS source_id,
        NULL::TIMESTAMP AS known_before
    FROM shipments.lot_parties AS s
    UNION ALL
    SELECT
        i.shipment_id,
        i.source_id,
        min(i.known_before) AS known_before
    FROM inherited AS i
    WHERE i.source_id <> i.shipment_id
    GROUP BY i.shipment_id, i.source_id
),

-- From the day on which all of a lot was diverted, a new day in its supplier's book is one for whoever gets it now,
-- though the book still names the first buyer.
moves AS (
    SELECT
        m.shipment_id,
        min(coalesce(r.actual_start, r.known_at::DATE)) AS moved_on
    FROM shipments.record_matches AS m
    INNER JOIN records.shipment_records AS r ON m.record_id = r.record_id
    WHERE r.event = 'diversion' AND r.certainty <> 'denied'
    GROUP BY m.shipment_id
),

books AS (
    SELECT
        m.shipment_id,
        r.record_id,
        r.known_at,
        coalesce(r.revised_end, r.promised_end, r.revised_start, r.promised_start)
        <> lag(coalesce(r.revised_end, r.promised_end, r.revised_start, r.promised_start)) OVER by_edition AS is_new_day
    FROM shipments.record_matches AS m
    INNER JOIN records.shipment_records AS r ON m.record_id = r.record_id
    WHERE r.source_kind = 'supplier' AND coalesce(r.promised_end, r.revised_end, r.promised_start, r.revised_start) IS NOT NULL
    WINDOW by_edition AS (PARTITION BY m.shipment_id ORDER BY r.known_at ASC, r.superseded DESC, r.record_id ASC)
),

rebooked AS (
    SELECT b.record_id
    FROM books AS b
    INNER JOIN moves AS v ON b.shipment_id = v.shipment_id
    WHERE b.is_new_day AND b.known_at::DATE >= v.moved_on
),

-- A century is more than anybody waits, and keeps every sum a day of the calendar.
matched AS (
    SELECT
        a.shipment_id,
        r.record_id,
        r.event,
        r.source_kind,
        r.origin_id,
        r.known_at,
        r.superseded,
        r.promised_start,
        r.promised_end,
        r.revised_start,
        r.revised_end,
        coalesce(r.revised_start, r.revised_end) IS NOT NULL AS is_revised,
        CASE
            WHEN r.event <> 'diversion' AND r.delay_low_days IS NOT NULL
                THEN least(floor(r.delay_low_days), 36500)::INTEGER
        END AS days_low,
        CASE
            WHEN r.event <> 'diversion' AND r.delay_high_days IS NOT NULL
                THEN least(ceil(r.delay_high_days), 36500)::INTEGER
        END AS days_high,
        CASE WHEN r.event = 'diversion' THEN coalesce(r.from_id, s.original_to_id) END AS loser_id,
        CASE
            WHEN r.event = 'diversion' THEN coalesce(r.to_id, s.current_to_id)
            WHEN b.record_id IS NOT NULL THEN coalesce(s.current_to_id, s.original_to_id)
            WHEN r.to_id IN (s.original_to_id, s.current_to_id) THEN r.to_id
            ELSE coalesce(s.original_to_id, s.current_to_id)
        END AS recipient_id
    FROM sources AS a
    INNER JOIN shipments.lot_parties AS s ON a.source_id = s.shipment_id
    INNER JOIN shipments.record_matches AS m ON a.source_id = m.shipment_id
    INNER JOIN records.shipment_records AS r ON m.record_id = r.record_id
    LEFT JOIN rebooked AS b ON r.record_id = b.record_id
    WHERE
        r.certainty <> 'denied'
        AND r.event NOT IN ('plan', 'holding', 'restriction', 'cancellation')
        AND (a.known_before IS NULL OR r.known_at < a.known_before)
        AND coalesce(
            r.promised_start::VARCHAR, r.promised_end::VARCHAR, r.revised_start::VARCHAR, r.revised_end::VARCHAR,
            r.delay_low_days::VARCHAR, r.delay_high_days::VARCHAR
        ) IS NOT NULL
),

-- A record that revises a promise, counts its delay in days, or diverts a lot also recalls what had been promised
-- before; where it names only the new time and the days, the old time follows from both.
statements AS (
    SELECT
        m.* EXCLUDE (promised_start, promised_end, days_low, days_high),
        coalesce(m.loser_id, m.recipient_id) AS entity_id,
        'recalled' AS kind,
        CASE
            WHEN coalesce(m.promised_start, m.promised_end) IS NOT NULL THEN m.promised_start
            ELSE m.revised_start - coalesce(m.days_high, m.days_low)
        END AS promised_start,
        CASE
            WHEN coalesce(m.promised_start, m.promised_end) IS NOT NULL THEN m.promised_end
            ELSE m.revised_end - coalesce(m.days_low, 0)
        END AS promised_end,
        NULL AS days_low,
        NULL AS days_high
    FROM matched AS m
    WHERE
        (
            coalesce(m.promised_start, m.promised_end) IS NOT NULL
            AND (m.is_revised OR m.loser_id IS NOT NULL OR coalesce(m.days_low, m.days_high) IS NOT NULL)
        )
        OR (m.is_revised AND m.days_low IS NOT NULL AND m.days_high IS NOT NULL)
    UNION ALL BY NAME
    SELECT
        m.* EXCLUDE (promised_start, promised_end, days_low, days_high),
        m.recipient_id AS entity_id,
        CASE
            WHEN NOT m.is_revised AND coalesce(m.days_low, m.days_high) IS NOT NULL THEN 'days later'
            -- When a lot was due that went to another is, for who gets it now, a first guess, and no news once more is known.
            WHEN NOT m.is_revised AND m.loser_id IS NOT NULL THEN 'recalled'
            ELSE 'day'
        END AS kind,
        CASE WHEN m.is_revised THEN m.revised_start ELSE m.promised_start END AS promised_start,
        CASE WHEN m.is_revised THEN m.revised_end ELSE m.promised_end END AS promised_end,
        CASE WHEN NOT m.is_revised THEN m.days_low END AS days_low,
        CASE WHEN NOT m.is_revised THEN m.days_high END AS days_high
    FROM matched AS m
    WHERE
        coalesce(m.promised_start, m.promised_end, m.revised_start, m.revised_end) IS NOT NULL
        OR coalesce(m.days_low, m.days_high) IS NOT NULL
),

placed AS (
    SELECT
        t.*,
        row_number() OVER in_order AS place,
        bool_or(t.kind <> 'days later') OVER in_order AS has_a_day
    FROM statements AS t
    -- Of one item, what was ordered for when stands before when it will be shipped.
    WINDOW in_order AS (
        PARTITION BY t.shipment_id, t.entity_id
        ORDER BY
            t.known_at ASC, t.superseded DESC, t.kind = 'recalled' DESC, t.event NOT IN ('order', 'allocation') ASC, t.record_id ASC
    )
),

-- What is recalled later than something was known is hearsay about the past, not a new promise.
heard AS (
    SELECT
        p.*,
        lag(p.place) OVER by_origin IS NOT NULL AS is_known_origin,
        lag(p.place) OVER by_origin IS NOT NULL
        AND (
            lag(p.promised_start) OVER by_origin IS DISTINCT FROM p.promised_start
            OR lag(p.promised_end) OVER by_origin IS DISTINCT FROM p.promised_end
            OR lag(p.days_low) OVER by_origin IS DISTINCT FROM p.days_low
            OR lag(p.days_high) OVER by_origin IS DISTINCT FROM p.days_high
        ) AS is_change_of_mind
    FROM placed AS p
    WHERE p.place = 1 OR p.kind <> 'recalled'
    WINDOW by_origin AS (PARTITION BY p.shipment_id, p.entity_id, p.origin_id ORDER BY p.place)
)

-- A delay counted in days says nothing about when, as long as no day is known that it could be counted from.
SELECT
    h.shipment_id || '/' || coalesce(h.entity_id, '') || '/' || row_number() OVER (
        PARTITION BY h.shipment_id, h.entity_id ORDER BY h.place
    ) AS promise_statement_id, -- This statement. {key}
    h.shipment_id, -- The lot. {not null, -> shipments.lot_parties.shipment_id}
    h.entity_id, -- Who was promised it; empty where no recipient is known. {-> records.entities.entity_id}
    row_number() OVER (
        PARTITION BY h.shipment_id, h.entity_id ORDER BY h.place
    ) AS turn, -- Its place among the statements of this lot to this party, from 1. {not null}
    h.kind, -- Whether it says a day, recalls an older promise, or counts days. {not null, one of: day, recalled, days later}
    h.promised_start, -- First day that it names; of days counted, the first day from which they count, if it says that.
    h.promised_end, -- Last day that it names; of days counted, the last day from which they count, if it says that.
    h.days_low AS later_days_low, -- How many days later than promised, at least.
    h.days_high AS later_days_high, -- How many days later than promised, at most.
    h.known_at, -- When it became known (UTC). {not null}
    h.record_id, -- The record that says so. {not null, -> records.shipment_records.record_id}
    h.source_kind, -- Where the record comes from. {not null, one of: news, supplier}
    h.origin_id, -- The independent origin of the record.
    h.is_known_origin, -- Whether that origin had spoken of this lot's time to this party before. {not null}
    h.is_change_of_mind -- Whether that origin says something else than it said last. {not null}
FROM heard AS h
WHERE (h.is_change_of_mind OR NOT h.is_known_origin) AND h.has_a_day
ORDER BY h.shipment_id, h.entity_id, turn
