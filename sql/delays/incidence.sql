-- One row per group of due lots, cohort, and day after the promised end on which a lot was delivered, was
-- cancelled or was last seen open: what became of the lots that were still awaited. Kaplan-Meier for the
-- share still awaited, open lots censored on the day of the calculation; Aalen-Johansen for delivery and
-- cancellation, which exclude each other.
-- check all_lots_are_somewhere: abs(undelivered_share + delivered_share + cancelled_share - 1) < 1e-9
-- check at_risk_covers_all: at_risk >= delivered + cancelled + censored
-- check something_happened: delivered + cancelled + censored > 0
WITH counts AS (
    SELECT
        o.group_kind,
        o.group_id,
        CASE WHEN grouping(o.quarter) = 0 THEN o.quarter::VARCHAR ELSE 'all' END AS cohort,
        o.days_late,
        sum(o.lots)::BIGINT AS lots,
        sum(o.delivered)::BIGINT AS delivered,
        sum(o.cancelled)::BIGINT AS cancelled
    FROM delays.outcome_counts AS o
    WHERE o.days_late IS NOT NULL
    GROUP BY GROUPING SETS (
        (o.group_kind, o.group_id, o.days_late), (o.group_kind, o.group_id, o.days_late, o.quarter)
    )
),

at_risk AS (
    SELECT
        c.*,
        c.delivered + c.cancelled AS ended,
        sum(c.lots) OVER (
            PARTITION BY c.group_kind, c.group_id, c.cohort ORDER BY c.days_late
            ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING
        )::BIGINT AS at_risk
    FROM counts AS c
),

survival AS (
    SELECT
        r.*,
        product(1 - r.ended / r.at_risk) OVER in_order AS undelivered_share,
        sum(CASE WHEN r.ended < r.at_risk THEN r.ended / (r.at_risk * (r.at_risk - r.ended)) END)
            OVER in_order AS greenwood_sum
    FROM at_risk AS r
    WINDOW in_order AS (PARTITION BY r.group_kind, r.group_id, r.cohort ORDER BY r.days_late)
),

awaited AS (
    SELECT
        s.*,
        coalesce(lag(s.undelivered_share) OVER (
            PARTITION BY s.group_kind, s.group_id, s.cohort ORDER BY s.days_late
        ), 1) AS awaited_before
    FROM survival AS s
)

SELECT
    a.group_kind, -- What the lots have in common. {key, one of: supplier, product, buyer, all}
    a.group_id, -- Id of the supplier, product or buyer; `all` for all lots. {key}
    a.cohort, -- First day of the quarter of the first promised end (YYYY-MM-DD), or `all`. {key}
    a.days_late, -- Days after the first promised end; deliveries and cancellations before it stand at 0. {key}
    a.at_risk, -- Lots still awaited just before that day's deliveries. {not null}
    a.delivered, -- Lots whose delivery was complete on that day. {not null}
    a.cancelled, -- Lots cancelled on that day. {not null}
    a.lots - a.ended AS censored, -- Lots last seen open on that day: later is not known yet. {not null}
    a.undelivered_share, -- Share of lots neither delivered nor cancelled after that day, 0 to 1. {not null}
    sum(a.awaited_before * a.delivered / a.at_risk) OVER in_order AS delivered_share, -- Share delivered. {not null}
    sum(a.awaited_before * a.cancelled / a.at_risk) OVER in_order AS cancelled_share, -- Share cancelled. {not null}
    CASE
        WHEN a.undelivered_share > 0 THEN a.greenwood_sum
    END AS greenwood_sum -- Greenwood's sum, the variance of log(undelivered_share); empty once nothing is awaited.
FROM awaited AS a
WINDOW in_order AS (PARTITION BY a.group_kind, a.group_id, a.cohort ORDER BY a.days_late)
ORDER BY a.group_kind, a.group_id, a.cohort, a.days_late
