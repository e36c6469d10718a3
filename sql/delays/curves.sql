-- One row per group of due lots and day after the first promised end on which something was seen: the
-- share of lots still awaited, with its 95 % band, and the shares delivered and cancelled. Each share
-- holds until the next row's day. Each lot counts once, whatever its size; lots delivered before their
-- promised end stand at day 0. The band is Greenwood's on the log-log scale, the usual one of lifelines. A
-- group of under five lots says so: its shares are exact, and say next to nothing about the next lot.
-- check band_holds_the_share: coalesce(undelivered_share BETWEEN undelivered_low AND undelivered_high, TRUE)
-- check band_where_awaited: (undelivered_low IS NULL) = (undelivered_share = 0)
WITH logs AS (
    SELECT
        i.*,
        CASE WHEN i.undelivered_share > 0 AND i.undelivered_share < 1 THEN ln(i.undelivered_share) END AS log_share
    FROM delays.incidence AS i
    WHERE i.cohort = 'all'
),

-- On the log-log scale, so that the band stays between 0 and 1; 1.96 is the normal 97.5 % quantile.
bands AS (
    SELECT
        l.*,
        1.959963984540054 * sqrt(l.greenwood_sum) / l.log_share AS half_width
    FROM logs AS l
)

SELECT
    b.group_kind, -- What the lots have in common. {key, one of: supplier, product, buyer, all}
    b.group_id, -- Id of the supplier, product or buyer; `all` for all lots. {key}
    b.days_late, -- Days after the first promised end; 0 holds all that was early or on time. {key}
    sum(b.delivered + b.cancelled + b.censored) OVER (
        PARTITION BY b.group_kind, b.group_id
    )::BIGINT AS lots, -- Lots of the group that are due. {not null}
    b.at_risk, -- Lots still awaited just before that day's deliveries. {not null}
    b.delivered, -- Lots whose delivery was complete on that day. {not null}
    b.cancelled, -- Lots cancelled on that day. {not null}
    b.censored, -- Lots last seen open on that day. {not null}
    b.undelivered_share, -- Kaplan-Meier: share neither delivered nor cancelled after that day, 0 to 1. {not null}
    CASE
        WHEN b.undelivered_share = 1 THEN 1
        ELSE exp(-exp(ln(-b.log_share) - b.half_width))
    END AS undelivered_low, -- Lower end of its 95 % band by Greenwood; empty once no lot is awaited.
    CASE
        WHEN b.undelivered_share = 1 THEN 1
        ELSE exp(-exp(ln(-b.log_share) + b.half_width))
    END AS undelivered_high, -- Upper end of its 95 % band by Greenwood; empty once no lot is awaited.
    b.delivered_share, -- Aalen-Johansen: share delivered by that day. {not null}
    b.cancelled_share, -- Aalen-Johansen: share cancelled by that day. {not null}
    CASE
        WHEN sum(b.delivered + b.cancelled + b.censored) OVER (PARTITION BY b.group_kind, b.group_id) < 5
            THEN 'under 5 lots'
    END AS note -- Why the curve is not to be relied on. {one of: under 5 lots}
FROM bands AS b
ORDER BY b.group_kind, b.group_id, b.days_late
