-- One row per lot, party that was promised, and distinct promise: what was promised for when, in the order
-- in which it became known. A statement that differs from the current promise revises it, whether or not
-- its source says so; one that repeats a promise, or says it only more vaguely, adds no row. A delay that is
-- only counted in days moves both ends of the promise by so many days.
-- check first_is_promise: (kind = 'promise') = (revision_number = 1)
-- check says_a_day: promised_start IS NOT NULL OR promised_end IS NOT NULL
-- check interval_is_in_order: promised_start IS NULL OR promised_end IS NULL OR promised_start <= promised_end
-- check slip_is_in_order: coalesce(slip_from_previous_days_low <= slip_from_previous_days_high, TRUE)
-- check first_has_no_slip: revision_number > 1 OR slip_from_first_days_high IS NULL
-- check first_is_stated: revision_number > 1 OR NOT is_derived
WITH counted AS (
    -- Days later than nothing that was promised move no promise.
    SELECT t.*
    FROM shipments.promise_statements AS t
    QUALIFY bool_or(t.kind <> 'days later') OVER (PARTITION BY t.shipment_id, t.entity_id ORDER BY t.turn)
),

said AS (
    SELECT
        t.shipment_id,
        t.entity_id,
        -- Days are said in round figures: 15 % either way is the same delay, as it is with counts of GPUs.
        {
            'turn': t.turn, 'is_moved': t.kind = 'days later',
            'is_named': coalesce(t.promised_start, t.promised_end) IS NOT NULL,
            'is_change_of_mind': t.is_change_of_mind,
            'said_on': t.known_at::DATE, 'from_on': t.promised_start, 'to_on': t.promised_end,
            'days_low': t.later_days_low, 'days_high': t.later_days_high,
            'later_low': greatest(1, 0.85 * coalesce(t.later_days_low, 0))::DOUBLE,
            'later_high': (1.15 * coalesce(t.later_days_high, 36500))::DOUBLE
        } AS said,
        count(*) OVER (PARTITION BY t.shipment_id, t.entity_id) AS turns
    FROM counted AS t
),

-- sqlfluff:ignore:parsing
-- (Its dialect knows lambdas of one parameter only; a fold needs two.)
-- One statement of a party after the other (`new`, in a list of its own) against the promises `kept` so far.
-- A day is no news if it contains the current promise, and so only says it more vaguely, or an older one: then it is a
-- late echo, unless its origin has changed its mind. A number of days is no news if it contains how much later a kept
-- promise is than what the days count from.
-- Days count from the day that is named with them; else from an older promise that the current one may be so much
-- later than; else from the newest promise that was stated as a day; or from the current one, if the former, so much
-- later, would be over when the delay is stated.
folded AS (
    SELECT
        s.shipment_id,
        s.entity_id,
        list_reduce(
            list([s.said] ORDER BY s.said.turn),
            LAMBDA kept, new: CASE
                WHEN list_filter(
                    kept,
                    LAMBDA p: (p.turn = kept[-1].turn OR NOT new[1].is_change_of_mind)
                    AND CASE
                        WHEN new[1].is_moved THEN list_filter(
                            CASE WHEN new[1].is_named THEN new ELSE list_filter(kept, LAMBDA b: b.turn < p.turn) END,
                            LAMBDA b: least(
                                coalesce(p.from_on, p.to_on) - coalesce(b.from_on, b.to_on),
                                coalesce(p.to_on, p.from_on) - coalesce(b.to_on, b.from_on)
                            ) >= new[1].later_low
                            AND greatest(
                                coalesce(p.from_on, p.to_on) - coalesce(b.from_on, b.to_on),
                                coalesce(p.to_on, p.from_on) - coalesce(b.to_on, b.from_on)
                            ) <= new[1].later_high
                        ) <> []
                        WHEN new[1].from_on IS NULL AND (p.from_on IS NULL OR new[1].to_on = p.to_on)
                            THEN coalesce(new[1].to_on = p.to_on, FALSE)
                        ELSE coalesce(new[1].from_on, least(new[1].said_on, new[1].to_on))
                            <= coalesce(p.from_on, least(p.said_on, p.to_on))
                            AND coalesce(new[1].to_on, 'infinity'::DATE) >= coalesce(p.to_on, 'infinity'::DATE)
                    END
                ) <> [] THEN kept
                WHEN NOT new[1].is_moved THEN kept || new
                ELSE kept || list_transform(
                    list_concat(
                        CASE WHEN new[1].is_named THEN new END,
                        list_reverse(list_filter(
                            kept[:-2],
                            LAMBDA b: least(
                                coalesce(kept[-1].from_on, kept[-1].to_on) - coalesce(b.from_on, b.to_on),
                                coalesce(kept[-1].to_on, kept[-1].from_on) - coalesce(b.to_on, b.from_on)
                            ) <= new[1].later_high
                            AND greatest(
                                coalesce(kept[-1].from_on, kept[-1].to_on) - coalesce(b.from_on, b.to_on),
                                coalesce(kept[-1].to_on, kept[-1].from_on) - coalesce(b.to_on, b.from_on)
                            ) >= new[1].later_low
                        )),
                        list_filter(
                            list_filter(kept, LAMBDA p: NOT p.is_moved)[-1:],
                            LAMBDA b: coalesce(b.to_on, b.from_on) + coalesce(new[1].days_high, new[1].days_low)
                            >= new[1].said_on
                        ),
                        kept[-1:]
                    )[:1],
                    LAMBDA b: {
                        'turn': new[1].turn, 'is_moved': TRUE, 'is_named': FALSE, 'is_change_of_mind': FALSE,
                        'said_on': new[1].said_on,
                        'from_on': coalesce(
                            b.from_on, CASE WHEN new[1].days_high IS NULL THEN b.to_on END
                        ) + coalesce(new[1].days_low, 0),
                        'to_on': b.to_on + new[1].days_high,
                        'days_low': new[1].days_low, 'days_high': new[1].days_high,
                        'later_low': new[1].later_low, 'later_high': new[1].later_high
                    }
                )
            END
        ) AS kept
    FROM said AS s
    WHERE s.turns > 1
    GROUP BY s.shipment_id, s.entity_id
),

kept AS (
    SELECT
        s.shipment_id,
        s.entity_id,
        s.said AS promise
    FROM said AS s
    WHERE s.turns = 1
    UNION ALL
    SELECT
        f.shipment_id,
        f.entity_id,
        unnest(f.kept) AS promise
    FROM folded AS f
),

promises AS (
    SELECT
        t.shipment_id,
        t.entity_id,
        t.turn,
        t.record_id,
        t.source_kind,
        t.origin_id,
        t.known_at,
        t.is_known_origin,
        k.promise.is_moved AS is_derived,
        k.promise.from_on AS promised_start,
        k.promise.to_on AS promised_end,
        coalesce(k.promise.from_on, least(k.promise.said_on, k.promise.to_on)) AS since,
        coalesce(k.promise.to_on, 'infinity'::DATE) AS until,
        -- How far the said days may be from the meant ones.
        CASE
            WHEN k.promise.is_moved THEN ceil(0.15 * coalesce(k.promise.days_high, k.promise.days_low))::INTEGER ELSE 0
        END AS play
    FROM kept AS k
    INNER JOIN shipments.promise_statements AS t
        ON
            k.shipment_id = t.shipment_id AND k.entity_id IS NOT DISTINCT FROM t.entity_id
            AND k.promise.turn = t.turn
),

numbered AS (
    SELECT
        p.*,
        row_number() OVER by_party AS revision_number,
        first_value(p.promised_start) OVER by_party AS first_start,
        first_value(p.promised_end) OVER by_party AS first_end,
        lag(p.promised_start) OVER by_party AS previous_start,
        lag(p.promised_end) OVER by_party AS previous_end,
        lag(p.since - p.play) OVER by_party AS previous_since,
        lag(p.until + p.play) OVER by_party AS previous_until
    FROM promises AS p
    WINDOW by_party AS (PARTITION BY p.shipment_id, p.entity_id ORDER BY p.turn)
)

-- A slip is a day of the new promise less the last day of the old one. A later deadline says that the old one will
-- not be met: a slip by a day at least. A promise without a last day has it on its first day or on any day after.
SELECT
    n.shipment_id || '/' || coalesce(n.entity_id, '') || '/' || n.revision_number AS promise_id, -- This promise. {key}
    n.shipment_id, -- The lot. {not null, -> shipments.lot_parties.shipment_id}
    n.entity_id, -- Who was promised it; empty where no recipient is known. {-> records.entities.entity_id}
    n.revision_number, -- 1 for the first promise of this lot to this party, then counted up. {not null}
    CASE
        WHEN n.revision_number = 1 THEN 'promise' ELSE 'revision'
    END AS kind, -- The first promise, or one that replaced it. {not null, one of: promise, revision}
    n.promised_start, -- First day of the promised interval; empty where only a deadline was named.
    n.promised_end, -- Last day of the promised interval; empty where only its start was named.
    n.is_derived, -- Whether it was worked out from an older promise and a delay stated in days. {not null}
    coalesce(
        n.since >= n.previous_since AND n.until <= n.previous_until, FALSE
    ) AS is_more_precise, -- Whether the interval lies within the previous one: said better, not moved. {not null}
    n.known_at, -- When the promise became known (UTC). {not null}
    n.record_id, -- The record that says so. {not null, -> records.shipment_records.record_id}
    n.source_kind, -- Where the record comes from. {not null, one of: news, supplier}
    n.origin_id, -- The independent origin of the record.
    n.is_known_origin, -- Whether that origin had spoken of when this lot comes to this party before. {not null}
    CASE
        WHEN n.revision_number = 1 THEN NULL
        WHEN n.promised_start IS NULL AND n.promised_end > n.first_end THEN greatest(n.since - n.first_end, 1)
        ELSE n.since - n.first_end
    END AS slip_from_first_days_low, -- At least so many days later than the first promised end; negative is earlier.
    CASE
        WHEN n.revision_number > 1 THEN n.promised_end - coalesce(n.first_end, n.first_start)
    END AS slip_from_first_days_high, -- At most so many days later than the first promised end.
    CASE
        WHEN n.promised_start IS NULL AND n.promised_end > n.previous_end THEN greatest(n.since - n.previous_end, 1)
        ELSE n.since - n.previous_end
    END AS slip_from_previous_days_low, -- At least so many days later than the previous promised end.
    n.promised_end - coalesce(
        n.previous_end, n.previous_start
    ) AS slip_from_previous_days_high -- At most so many days later than the previous promised end.
FROM numbered AS n
ORDER BY n.shipment_id, n.entity_id, n.revision_number
