-- One row per supplier, product, buyer or all lots, and quarter in which lots were first promised: how
-- many came on time, and how late the others. Slips respect lots still open; they are left empty, with a
-- note, for groups under five lots.
-- check due_lots_are_somewhere: lots_due = delivered + cancelled + open
-- check due_lots_are_lots: lots_due <= lots
-- check share_is_a_share: coalesce(on_time_in_full_share BETWEEN 0 AND 1, lots_due = 0)
-- check fill_rate_is_a_share: coalesce(fill_rate BETWEEN 0 AND 1, TRUE)
-- check small_groups_say_so: lots_due >= 5 OR (median_slip_days IS NULL AND note = 'under 5 lots')
WITH counts AS (
    SELECT
        o.group_kind,
        o.group_id,
        o.quarter,
        sum(o.lots)::BIGINT AS lots,
        coalesce(sum(o.lots) FILTER (WHERE o.days_late IS NOT NULL), 0)::BIGINT AS lots_due,
        coalesce(sum(o.on_time_in_full) FILTER (WHERE o.days_late IS NOT NULL), 0)::BIGINT AS on_time_in_full,
        coalesce(sum(o.delivered) FILTER (WHERE o.days_late IS NOT NULL), 0)::BIGINT AS delivered,
        coalesce(sum(o.cancelled) FILTER (WHERE o.days_late IS NOT NULL), 0)::BIGINT AS cancelled,
        coalesce(sum(o.open) FILTER (WHERE o.days_late IS NOT NULL), 0)::BIGINT AS open,
        coalesce(sum(o.lots_without_count) FILTER (WHERE o.days_late IS NOT NULL), 0)::BIGINT AS lots_without_count,
        sum(o.due_gpus) FILTER (WHERE o.days_late IS NOT NULL) AS due_gpus,
        sum(o.in_time_gpus) FILTER (WHERE o.days_late IS NOT NULL) AS in_time_gpus
    FROM delays.outcome_counts AS o
    GROUP BY o.group_kind, o.group_id, o.quarter
),

-- A share that should be exactly one half may come out a hair below it.
percentiles AS (
    SELECT
        i.group_kind,
        i.group_id,
        i.cohort,
        min(i.days_late) FILTER (WHERE i.delivered_share >= 0.5 - 1e-9) AS median_slip_days,
        min(i.days_late) FILTER (WHERE i.delivered_share >= 0.9 - 1e-9) AS p90_slip_days
    FROM delays.incidence AS i
    GROUP BY i.group_kind, i.group_id, i.cohort
)

SELECT
    c.group_kind, -- What the lots have in common. {key, one of: supplier, product, buyer, all}
    c.group_id, -- Id of the supplier, product or buyer; `all` for all lots. {key}
    c.quarter, -- First day of the quarter of the first promised end. {key}
    c.lots, -- Lots first promised for that quarter. {not null}
    c.lots_due, -- Of these, lots whose first promised interval has ended; all that follows is about them. {not null}
    c.on_time_in_full, -- Lots delivered whole by the first promised end. {not null}
    CASE WHEN c.lots_due > 0 THEN c.on_time_in_full / c.lots_due END AS on_time_in_full_share, -- Of lots_due, 0 to 1.
    c.due_gpus, -- GPUs promised by these lots, where a count is known.
    c.in_time_gpus, -- GPUs of them that were delivered by the first promised end.
    CASE WHEN c.due_gpus > 0 THEN c.in_time_gpus / c.due_gpus END AS fill_rate, -- in_time_gpus of due_gpus, 0 to 1.
    CASE
        WHEN c.lots_due >= 5 THEN p.median_slip_days
    END AS median_slip_days, -- Days after the promised end by which half of the lots are delivered (Kaplan-Meier).
    CASE
        WHEN c.lots_due >= 5 THEN p.p90_slip_days
    END AS p90_slip_days, -- Days after the promised end by which nine in ten lots are delivered (Kaplan-Meier).
    c.delivered, -- Lots delivered whole, in time or not. {not null}
    c.cancelled, -- Lots cancelled. {not null}
    c.open, -- Lots still open, in part or whole. {not null}
    c.lots_without_count, -- Lots left out of due_gpus because their count is not known. {not null}
    CASE
        WHEN c.lots_due < 5 THEN 'under 5 lots'
        WHEN p.median_slip_days IS NULL THEN 'median not reached'
        WHEN p.p90_slip_days IS NULL THEN 'p90 not reached'
    END AS note -- Why a slip is empty. {one of: under 5 lots, median not reached, p90 not reached}
FROM counts AS c
LEFT JOIN percentiles AS p
    ON c.group_kind = p.group_kind AND c.group_id = p.group_id AND c.quarter::VARCHAR = p.cohort
ORDER BY c.group_kind, c.group_id, c.quarter
