-- One row per lot that both a supplier and the news speak of: what each says, how far apart they are, and who was first. Of each side the newest undenied statement of a field stands.
-- check first_was_first: coalesce(days_ahead >= 0, FALSE)
WITH said AS (
    SELECT
        matches.shipment_id,
        records.source_kind,
        records.record_id,
        records.event,
        records.to_id,
        records.gpus_low,
        records.gpus_best,
        records.gpus_high,
        coalesce(records.revised_start, records.promised_start) AS due_start,
        coalesce(records.revised_end, records.promised_end) AS due_end,
        records.actual_start,
        records.actual_end,
        records.known_at,
        records.superseded
    FROM shipments.record_matches AS matches
    INNER JOIN records.shipment_records AS records ON matches.record_id = records.record_id
    WHERE records.certainty <> 'denied'
),

firsts AS (
    SELECT
        said.shipment_id,
        min(said.known_at) FILTER (WHERE said.source_kind = 'supplier') AS supplier_known_at,
        min(said.known_at) FILTER (WHERE said.source_kind = 'news') AS news_known_at
    FROM said
    GROUP BY said.shipment_id
    HAVING supplier_known_at IS NOT NULL AND news_known_at IS NOT NULL
),

-- The count of the whole lot; a part that was shipped, delivered or cancelled is not compared with it.
counts AS (
    SELECT
        said.shipment_id,
        arg_max({ 'low': said.gpus_low, 'best': said.gpus_best, 'high': said.gpus_high }, (said.known_at, said.record_id)) FILTER (WHERE said.source_kind = 'supplier') AS supplier,
        arg_max({ 'low': said.gpus_low, 'best': said.gpus_best, 'high': said.gpus_high }, (said.known_at, said.record_id)) FILTER (WHERE said.source_kind = 'news') AS news
    FROM said
    WHERE NOT said.superseded AND said.gpus_best IS NOT NULL AND said.event IN ('order', 'allocation', 'diversion', 'resale')
    GROUP BY said.shipment_id
),

recipients AS (
    SELECT
        said.shipment_id,
        arg_max(said.to_id, (said.known_at, said.record_id)) FILTER (WHERE said.source_kind = 'supplier') AS supplier,
        arg_max(said.to_id, (said.event IN ('diversion', 'resale'), said.known_at, said.record_id)) FILTER (WHERE said.source_kind = 'news') AS news
    FROM said
    WHERE NOT said.superseded AND said.to_id IS NOT NULL
    GROUP BY said.shipment_id
),

due AS (
    SELECT
        said.shipment_id,
        arg_max({ 'first': said.due_start, 'last': said.due_end }, (said.known_at, said.record_id)) FILTER (WHERE said.source_kind = 'supplier') AS supplier,
        arg_max({ 'first': said.due_start, 'last': said.due_end }, (said.known_at, said.record_id)) FILTER (WHERE said.source_kind = 'news') AS news
    FROM said
    WHERE NOT said.superseded AND coalesce(said.due_start, said.due_end) IS NOT NULL
    GROUP BY said.shipment_id
),

deliveries AS (
    SELECT
        said.shipment_id,
        arg_max({ 'first': said.actual_start, 'last': said.actual_end }, (said.actual_end, said.known_at, said.record_id)) FILTER (WHERE said.source_kind = 'supplier') AS supplier,
        arg_max({ 'first': said.actual_start, 'last': said.actual_end }, (said.actual_end, said.known_at, said.record_id)) FILTER (WHERE said.source_kind = 'news') AS news
    FROM said
    WHERE NOT said.superseded AND said.event = 'delivery' AND said.actual_end IS NOT NULL
    GROUP BY said.shipment_id
)

SELECT
    firsts.shipment_id, -- The lot. {key, -> shipments.shipments.shipment_id}
    counts.supplier.best AS supplier_gpus_best, -- GPUs of the lot by the supplier's newest line.
    counts.news.low AS news_gpus_low, -- Least GPUs of the lot by the newest report.
    counts.news.best AS news_gpus_best, -- GPUs of the lot by the newest report.
    counts.news.high AS news_gpus_high, -- Greatest GPUs of the lot by the newest report.
    counts.news.best - counts.supplier.best AS gpus_difference, -- What the news say above the supplier; negative is below.
    recipients.supplier AS supplier_to_id, -- Who gets it by the supplier. {-> records.entities.entity_id}
    recipients.news AS news_to_id, -- Who gets it by the news. {-> records.entities.entity_id}
    recipients.supplier = recipients.news AS same_recipient, -- Whether they name the same recipient; empty where one names none.
    due.supplier.last AS supplier_due_end, -- Last day when it is due by the supplier.
    due.news.first AS news_due_start, -- First day when it is due by the news.
    due.news.last AS news_due_end, -- Last day when it is due by the news.
    CASE
        WHEN due.supplier.last < due.news.first THEN due.news.first - due.supplier.last
        WHEN due.supplier.last > due.news.last THEN due.news.last - due.supplier.last
        WHEN due.supplier.last IS NOT NULL AND due.news IS NOT NULL THEN 0
    END AS due_days_difference, -- Days that the news' interval lies after the supplier's day; negative is before, 0 where the day is in it.
    deliveries.supplier.last AS supplier_delivered_end, -- Last day of delivery by the supplier.
    deliveries.news.first AS news_delivered_start, -- First day of delivery by the news.
    deliveries.news.last AS news_delivered_end, -- Last day of delivery by the news.
    CASE
        WHEN deliveries.supplier.last < deliveries.news.first THEN deliveries.news.first - deliveries.supplier.last
        WHEN deliveries.supplier.last > deliveries.news.last THEN deliveries.news.last - deliveries.supplier.last
        WHEN deliveries.supplier.last IS NOT NULL AND deliveries.news IS NOT NULL THEN 0
    END AS delivered_days_difference, -- The same for the delivery.
    firsts.supplier_known_at, -- When the supplier first said anything of it (UTC). {not null}
    firsts.news_known_at, -- When the news first said anything of it (UTC). {not null}
    CASE
        WHEN firsts.supplier_known_at::DATE < firsts.news_known_at::DATE THEN 'supplier'
        WHEN firsts.supplier_known_at::DATE > firsts.news_known_at::DATE THEN 'news'
        ELSE 'same day'
    END AS first_kind, -- Who was first. {not null, one of: supplier, news, same day}
    abs(date_diff('day', firsts.supplier_known_at::DATE, firsts.news_known_at::DATE)) AS days_ahead -- By how many days. {not null}
FROM firsts
LEFT JOIN counts ON firsts.shipment_id = counts.shipment_id
LEFT JOIN recipients ON firsts.shipment_id = recipients.shipment_id
LEFT JOIN due ON firsts.shipment_id = due.shipment_id
LEFT JOIN deliveries ON firsts.shipment_id = deliveries.shipment_id
ORDER BY firsts.shipment_id
