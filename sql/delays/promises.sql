-- One row per lot, party that was promised, and distinct promise: what was promised for when, in the order
-- in which it became known. A statement that differs from the current promise revises it, whether or not
-- its source says so; one that repeats a promise, or says it only more vaguely, adds no row.
-- check first_is_promise: (kind = 'promise') = (revision_number = 1)
-- check says_a_day: promised_start IS NOT NULL OR promised_end IS NOT NULL
-- check interval_is_in_order: promised_start IS NULL OR promised_end IS NULL OR promised_start <= promised_end
-- check slip_is_in_order: coalesce(slip_from_previous_days_low <= slip_from_previous_days_high, TRUE)
-- check first_has_no_slip: revision_number > 1 OR slip_from_first_days_high IS NULL
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

-- A lot that was split off was promised what its parent was promised until the split became known.
sources AS (
    SELECT
        s.shipment_id,
        s.shipment_id AS source_id,
        'infinity'::TIMESTAMP AS known_before
    FROM shipments.shipments AS s
    UNION
    SELECT
        a.shipment_id,
        s.parent_shipment_id AS source_id,
        least(a.known_before, coalesce(d.known_at, s.first_known_at)) AS known_before
    FROM sources AS a
    INNER JOIN shipments.shipments AS s ON a.source_id = s.shipment_id
    LEFT JOIN diversions AS d ON s.shipment_id = d.shipment_id
    WHERE s.parent_shipment_id <> s.shipment_id
),

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
        CASE WHEN r.event = 'diversion' THEN coalesce(r.from_id, s.original_to_id) END AS loser_id,
        CASE
            WHEN r.event = 'diversion' THEN coalesce(r.to_id, s.current_to_id)
            WHEN r.to_id IN (s.original_to_id, s.current_to_id) THEN r.to_id
            ELSE coalesce(s.original_to_id, s.current_to_id)
        END AS recipient_id
    FROM sources AS a
    INNER JOIN shipments.shipments AS s ON a.source_id = s.shipment_id
    INNER JOIN shipments.record_matches AS m ON a.source_id = m.shipment_id
    INNER JOIN records.shipment_records AS r ON m.record_id = r.record_id
    WHERE
        r.certainty <> 'denied'
        AND r.event NOT IN ('plan', 'holding', 'restriction', 'cancellation')
        AND r.known_at < a.known_before
),

-- A record that revises a promise, or diverts a lot, also recalls what had been promised before.
statements AS (
    SELECT
        m.shipment_id,
        coalesce(m.loser_id, m.recipient_id) AS entity_id,
        m.record_id,
        m.source_kind,
        m.origin_id,
        m.known_at,
        m.superseded,
        TRUE AS is_recalled,
        m.promised_start,
        m.promised_end
    FROM matched AS m
    WHERE
        coalesce(m.promised_start, m.promised_end) IS NOT NULL
        AND (m.is_revised OR m.loser_id IS NOT NULL)
    UNION ALL
    SELECT
        m.shipment_id,
        m.recipient_id AS entity_id,
        m.record_id,
        m.source_kind,
        m.origin_id,
        m.known_at,
        m.superseded,
        FALSE AS is_recalled,
        CASE WHEN m.is_revised THEN m.revised_start ELSE m.promised_start END AS promised_start,
        CASE WHEN m.is_revised THEN m.revised_end ELSE m.promised_end END AS promised_end
    FROM matched AS m
    WHERE coalesce(m.promised_start, m.promised_end, m.revised_start, m.revised_end) IS NOT NULL
),

placed AS (
    SELECT
        t.*,
        row_number() OVER (
            PARTITION BY t.shipment_id, t.entity_id
            ORDER BY t.known_at ASC, t.superseded DESC, t.is_recalled DESC, t.record_id ASC
        ) AS place
    FROM statements AS t
),

-- What is recalled later than something was known is hearsay about the past, not a new promise.
heard AS (
    SELECT
        p.*,
        p.promised_start IS NULL AS is_deadline,
        coalesce(p.promised_start, least(p.known_at::DATE, p.promised_end)) AS since,
        coalesce(p.promised_end, 'infinity'::DATE) AS until,
        lag(p.place) OVER by_origin IS NOT NULL AS is_known_origin,
        lag(p.place) OVER by_origin IS NOT NULL
        AND (
            lag(p.promised_start) OVER by_origin IS DISTINCT FROM p.promised_start
            OR lag(p.promised_end) OVER by_origin IS DISTINCT FROM p.promised_end
        ) AS is_change_of_mind
    FROM placed AS p
    WHERE p.place = 1 OR NOT p.is_recalled
    WINDOW by_origin AS (PARTITION BY p.shipment_id, p.entity_id, p.origin_id ORDER BY p.place)
),

-- An origin that says again what it said last adds nothing.
fresh AS (
    SELECT
        h.*,
        h.shipment_id || '/' || coalesce(h.entity_id, '') AS party_key,
        row_number() OVER (PARTITION BY h.shipment_id, h.entity_id ORDER BY h.place) AS turn,
        {
            'turn': turn, 'is_deadline': h.is_deadline, 'since': h.since, 'until': h.until
        } AS said
    FROM heard AS h
    WHERE h.is_change_of_mind OR NOT h.is_known_origin
),

-- One statement of each party at a time, against the promises kept so far: one that contains the current
-- promise is only vaguer; one that contains an older promise is a late echo of it, unless its origin has
-- changed its mind.
folded AS (
    SELECT
        f.party_key,
        f.turn,
        [f.said] AS kept
    FROM fresh AS f
    WHERE f.turn = 1
    UNION ALL
    SELECT
        f.party_key,
        f.turn,
        CASE
            WHEN
                list_filter(
                    k.kept,
                    LAMBDA p: (p.turn = k.kept[-1].turn OR NOT f.is_change_of_mind)
                    AND CASE
                        WHEN f.is_deadline AND (p.is_deadline OR f.until = p.until) THEN f.until = p.until
                        ELSE f.since <= p.since AND f.until >= p.until
                    END
                ) = []
                THEN list_append(k.kept, f.said)
            ELSE k.kept
        END AS kept
    FROM folded AS k
    INNER JOIN fresh AS f ON k.party_key = f.party_key AND k.turn + 1 = f.turn
),

-- A statement was kept where it is the last of the list in its own turn.
kept AS (
    SELECT
        f.party_key,
        f.turn
    FROM folded AS f
    WHERE f.kept[-1].turn = f.turn
),

numbered AS (
    SELECT
        h.shipment_id,
        h.entity_id,
        h.record_id,
        h.source_kind,
        h.origin_id,
        h.known_at,
        h.is_known_origin,
        h.promised_start,
        h.promised_end,
        h.since,
        h.until,
        row_number() OVER by_party AS revision_number,
        first_value(h.promised_end) OVER by_party AS first_end,
        lag(h.promised_end) OVER by_party AS previous_end,
        lag(h.since) OVER by_party AS previous_since,
        lag(h.until) OVER by_party AS previous_until
    FROM fresh AS h
    INNER JOIN kept AS k ON h.party_key = k.party_key AND h.turn = k.turn
    WINDOW by_party AS (PARTITION BY h.shipment_id, h.entity_id ORDER BY h.place)
),

-- A new deadline alone says when at the latest: later than the old one by a day or more, if it is later at
-- all.
slips AS (
    SELECT
        n.*,
        CASE
            WHEN n.promised_start IS NOT NULL THEN n.promised_start - n.first_end
            WHEN n.promised_end > n.first_end THEN 1
            ELSE n.since - n.first_end
        END AS from_first_low,
        CASE
            WHEN n.promised_start IS NOT NULL THEN n.promised_start - n.previous_end
            WHEN n.promised_end > n.previous_end THEN 1
            ELSE n.since - n.previous_end
        END AS from_previous_low
    FROM numbered AS n
)

SELECT
    s.shipment_id || '/' || coalesce(s.entity_id, '') || '/' || s.revision_number AS promise_id, -- This promise. {key}
    s.shipment_id, -- The lot. {not null, -> shipments.shipments.shipment_id}
    s.entity_id, -- Who was promised it; empty where no recipient is known. {-> records.entities.entity_id}
    s.revision_number, -- 1 for the first promise of this lot to this party, then counted up. {not null}
    CASE
        WHEN s.revision_number = 1 THEN 'promise' ELSE 'revision'
    END AS kind, -- The first promise, or one that replaced it. {not null, one of: promise, revision}
    s.promised_start, -- First day of the promised interval; empty where only a deadline was named.
    s.promised_end, -- Last day of the promised interval; empty where only its start was named.
    coalesce(
        s.since >= s.previous_since AND s.until <= s.previous_until, FALSE
    ) AS is_more_precise, -- Whether the interval lies within the previous one: said better, not moved. {not null}
    s.known_at, -- When the promise became known (UTC). {not null}
    s.record_id, -- The record that says so. {not null, -> records.shipment_records.record_id}
    s.source_kind, -- Where the record comes from. {not null, one of: news, supplier}
    s.origin_id, -- The independent origin of the record.
    s.is_known_origin, -- Whether that origin had stated a promise of this lot to this party before. {not null}
    CASE
        WHEN s.revision_number > 1 THEN s.from_first_low
    END AS slip_from_first_days_low, -- At least so many days later than the first promised end; negative is earlier.
    CASE
        WHEN s.revision_number > 1 THEN s.promised_end - s.first_end
    END AS slip_from_first_days_high, -- At most so many days later than the first promised end.
    s.from_previous_low AS slip_from_previous_days_low, -- At least so many days later than the previous promised end.
    CASE
        WHEN s.revision_number > 1 THEN s.promised_end - s.previous_end
    END AS slip_from_previous_days_high -- At most so many days later than the previous promised end.
FROM slips AS s
ORDER BY s.shipment_id, s.entity_id, s.revision_number
