-- One row per news record with an exact day when something is due: that day, and all days that the news link to it as earlier or later promises to the party, "due on the one, now on the other".
WITH RECURSIVE dues AS (
    -- What was promised to whoever lost a lot, and what is promised to whoever gets it, are links of one chain.
    SELECT
        records.record_id,
        records.event,
        records.family_id,
        records.gpus_best,
        CASE WHEN records.event IN ('diversion', 'resale') THEN records.from_id ELSE records.to_id END AS was_party_id,
        records.to_id AS party_id,
        CASE WHEN records.promised_start = records.promised_end THEN records.promised_end END AS promised_on,
        CASE WHEN records.revised_start = records.revised_end THEN records.revised_end END AS revised_on
    FROM records.shipment_records AS records
    WHERE
        records.order_key IS NULL AND NOT records.superseded
        AND records.event IN ('order', 'allocation', 'shipment', 'delivery', 'diversion', 'delay', 'cancellation', 'resale')
),

booked AS (
    -- The exact days that a supplier's book promised for a line, while it stands under its buyer.
    SELECT DISTINCT
        records.order_key,
        records.to_id AS party_id,
        records.family_id,
        records.gpus_best,
        unnest(list_filter([
            CASE WHEN records.promised_start = records.promised_end THEN records.promised_end END,
            CASE WHEN records.revised_start = records.revised_end THEN records.revised_end END
        ], LAMBDA due_on: due_on IS NOT NULL)) AS due_on
    FROM records.shipment_records AS records
    WHERE records.order_key IS NOT NULL AND records.event = 'order' AND records.to_id IS NOT NULL
),

moved_lines AS (
    -- The book goes on under the first buyer with what all of a lot was diverted to, and says when that party gets it.
    SELECT DISTINCT
        dues.family_id,
        dues.was_party_id,
        dues.promised_on,
        dues.party_id,
        later.due_on
    FROM dues
    INNER JOIN booked
        ON dues.was_party_id = booked.party_id AND dues.family_id = booked.family_id AND dues.promised_on = booked.due_on
    INNER JOIN booked AS later ON booked.order_key = later.order_key AND booked.party_id = later.party_id
    WHERE
        dues.event = 'diversion' AND dues.was_party_id <> dues.party_id AND later.due_on > dues.promised_on
        AND abs(dues.gpus_best - booked.gpus_best) <= 0.15 * greatest(dues.gpus_best, booked.gpus_best)
),

links AS (
    SELECT
        dues.family_id,
        dues.was_party_id AS party_id,
        dues.promised_on AS due_on,
        dues.party_id AS next_party_id,
        dues.revised_on AS next_due_on
    FROM dues
    WHERE dues.promised_on IS NOT NULL AND dues.revised_on IS NOT NULL AND dues.was_party_id IS NOT NULL AND dues.party_id IS NOT NULL
    UNION
    SELECT
        dues.family_id,
        dues.party_id,
        dues.revised_on AS due_on,
        dues.was_party_id AS next_party_id,
        dues.promised_on AS next_due_on
    FROM dues
    WHERE dues.promised_on IS NOT NULL AND dues.revised_on IS NOT NULL AND dues.was_party_id IS NOT NULL AND dues.party_id IS NOT NULL
    UNION
    SELECT
        moved_lines.family_id,
        moved_lines.was_party_id AS party_id,
        moved_lines.promised_on AS due_on,
        moved_lines.party_id AS next_party_id,
        moved_lines.due_on AS next_due_on
    FROM moved_lines
    UNION
    SELECT
        moved_lines.family_id,
        moved_lines.party_id,
        moved_lines.due_on,
        moved_lines.was_party_id AS next_party_id,
        moved_lines.promised_on AS next_due_on
    FROM moved_lines
),

reached AS (
    -- No chain of promises of one lot is as long as eight links.
    SELECT DISTINCT
        links.family_id,
        links.party_id,
        links.due_on,
        links.party_id AS reached_party_id,
        links.due_on AS reached_on,
        0 AS steps
    FROM links
    UNION
    SELECT
        reached.family_id,
        reached.party_id,
        reached.due_on,
        links.next_party_id AS reached_party_id,
        links.next_due_on AS reached_on,
        reached.steps + 1 AS steps
    FROM reached
    INNER JOIN links
        ON
            reached.family_id = links.family_id
            AND reached.reached_party_id = links.party_id
            AND reached.reached_on = links.due_on
    WHERE reached.steps < 8
),

days AS (
    SELECT
        reached.family_id,
        reached.party_id,
        reached.due_on,
        list(DISTINCT reached.reached_on ORDER BY reached.reached_on) AS due_days
    FROM reached
    -- Over what another got in between, but only with the days of the party itself.
    WHERE reached.reached_party_id = reached.party_id
    GROUP BY reached.family_id, reached.party_id, reached.due_on
)

SELECT
    dues.record_id, -- The record. {key, -> records.shipment_records.record_id}
    list_sort(list_distinct(
        list_filter([dues.promised_on, dues.revised_on], LAMBDA due_on: due_on IS NOT NULL)
        || coalesce(was.due_days, []) || coalesce(now.due_days, [])
    )) AS due_days -- The days, in order. {not null}
FROM dues
LEFT JOIN days AS was
    ON dues.family_id = was.family_id AND dues.was_party_id = was.party_id AND dues.promised_on = was.due_on
LEFT JOIN days AS now
    ON dues.family_id = now.family_id AND dues.party_id = now.party_id AND dues.revised_on = now.due_on
WHERE coalesce(dues.promised_on, dues.revised_on) IS NOT NULL
ORDER BY dues.record_id
