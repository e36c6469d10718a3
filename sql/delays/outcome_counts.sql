-- One row per group of lots with a first promise, quarter of that promise, and days late: how many lots and GPUs, and what
-- became of them. Statistics and curves are both drawn from these counts.
-- check lots_are_somewhere: lots = delivered + cancelled + open
WITH counted AS (
    SELECT
        CASE
            WHEN grouping(o.supplier_id) = 0 THEN 'supplier'
            WHEN grouping(o.product_id) = 0 THEN 'product'
            WHEN grouping(o.buyer_id) = 0 THEN 'buyer'
            ELSE 'all'
        END AS group_kind,
        CASE
            WHEN grouping(o.supplier_id) = 0 THEN o.supplier_id
            WHEN grouping(o.product_id) = 0 THEN o.product_id
            WHEN grouping(o.buyer_id) = 0 THEN o.buyer_id
            ELSE 'all'
        END AS group_id,
        o.quarter,
        o.days_late,
        count(*) AS lots,
        count(*) FILTER (WHERE o.outcome = 'delivered') AS delivered,
        count(*) FILTER (WHERE o.outcome = 'cancelled') AS cancelled,
        count(*) FILTER (WHERE o.outcome = 'open') AS open,
        count(*) FILTER (WHERE o.is_on_time_in_full) AS on_time_in_full,
        count(*) FILTER (WHERE o.promised_gpus IS NULL) AS lots_without_count,
        sum(o.promised_gpus) AS due_gpus,
        sum(o.in_time_gpus) AS in_time_gpus
    FROM delays.lot_outcomes AS o
    WHERE o.quarter IS NOT NULL
    GROUP BY GROUPING SETS (
        (o.quarter, o.days_late),
        (o.supplier_id, o.quarter, o.days_late),
        (o.product_id, o.quarter, o.days_late),
        (o.buyer_id, o.quarter, o.days_late)
    )
)

SELECT
    concat_ws('/', c.group_kind, c.group_id, c.quarter, coalesce(c.days_late::VARCHAR, 'not due')) AS count_id, -- This group, quarter and day. {key}
    c.group_kind, -- What the lots have in common. {not null, one of: supplier, product, buyer, all}
    c.group_id, -- Id of the supplier, product or buyer; `all` for all lots. {not null}
    c.quarter, -- First day of the quarter of the first promised end. {not null}
    c.days_late, -- Days after the first promised end to the end of the lot, or to the day of the calculation while it is open; empty where not yet due.
    c.lots, -- Lots. {not null}
    c.delivered, -- Lots delivered whole. {not null}
    c.cancelled, -- Lots cancelled. {not null}
    c.open, -- Lots still open. {not null}
    c.on_time_in_full, -- Lots delivered whole by the first promised end. {not null}
    c.lots_without_count, -- Lots of which no count of GPUs is known. {not null}
    c.due_gpus, -- GPUs promised, where a count is known.
    c.in_time_gpus -- GPUs of them that were delivered by the first promised end.
FROM counted AS c
WHERE c.group_id IS NOT NULL
ORDER BY c.group_kind, c.group_id, c.quarter, c.days_late
