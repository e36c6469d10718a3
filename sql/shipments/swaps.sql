-- One row per swap: two diversions of one product family with the parties reversed. Each diversion is in one swap at most.
WITH moved AS (
    SELECT
        lots.shipment_id,
        lots.original_to_id AS from_id,
        lots.current_to_id AS to_id,
        lots.product_id,
        lots.family_id,
        lots.gpus_low,
        lots.gpus_best,
        lots.gpus_high,
        lots.current_promised_start AS due_start,
        lots.current_promised_end AS due_end,
        lots.first_known_at,
        min(events.happened_start) FILTER (WHERE events.event = 'diversion') AS moved_start,
        max(events.happened_end) FILTER (WHERE events.event = 'diversion') AS moved_end
    FROM shipments.shipments AS lots
    INNER JOIN shipments.events AS events ON lots.shipment_id = events.shipment_id
    WHERE lots.original_to_id <> lots.current_to_id AND lots.certainty <> 'denied'
    GROUP BY ALL
    HAVING bool_or(events.event = 'diversion' AND events.certainty <> 'denied')
),

items AS (
    SELECT DISTINCT
        matches.shipment_id,
        records.item_id
    FROM shipments.record_matches AS matches
    INNER JOIN records.shipment_records AS records ON matches.record_id = records.record_id
    WHERE records.item_id IS NOT NULL AND records.event = 'diversion'
),

pairs AS (
    SELECT
        one.shipment_id AS first_shipment_id,
        other.shipment_id AS second_shipment_id,
        count(shared.item_id) AS shared_items
    FROM moved AS one
    INNER JOIN moved AS other
        ON
            one.from_id = other.to_id
            AND one.to_id = other.from_id
            AND (one.family_id = other.family_id OR one.family_id = 'gpu' OR other.family_id = 'gpu')
            AND abs(date_diff('day', one.first_known_at, other.first_known_at)) <= 548
    LEFT JOIN items AS first_items ON one.shipment_id = first_items.shipment_id
    LEFT JOIN items AS shared ON other.shipment_id = shared.shipment_id AND first_items.item_id = shared.item_id
    WHERE
        (
            coalesce(one.moved_end, one.due_end, one.first_known_at::DATE),
            one.due_end IS NOT NULL,
            one.shipment_id
        ) < (
            coalesce(other.moved_end, other.due_end, other.first_known_at::DATE),
            other.due_end IS NOT NULL,
            other.shipment_id
        )
    GROUP BY one.shipment_id, other.shipment_id
),

sides AS (
    SELECT
        pairs.*,
        unnest([pairs.first_shipment_id, pairs.second_shipment_id]) AS shipment_id
    FROM pairs
),

ranked AS (
    -- A pair is a swap where it is the best one of both diversions, in whichever place they stand.
    SELECT
        best.first_shipment_id,
        best.second_shipment_id
    FROM (
        SELECT
            sides.first_shipment_id,
            sides.second_shipment_id
        FROM sides
        QUALIFY row_number() OVER (
            PARTITION BY sides.shipment_id
            ORDER BY sides.shared_items DESC, sides.first_shipment_id ASC, sides.second_shipment_id ASC
        ) = 1
    ) AS best
    GROUP BY best.first_shipment_id, best.second_shipment_id
    HAVING count(*) = 2
),

stated_delays AS (
    SELECT
        matches.shipment_id,
        records.to_id AS entity_id,
        min(records.delay_low_days) AS low_days,
        max(records.delay_high_days) AS high_days
    FROM shipments.record_matches AS matches
    INNER JOIN records.shipment_records AS records ON matches.record_id = records.record_id
    WHERE records.event = 'delay' AND records.certainty <> 'denied' AND NOT records.superseded
    GROUP BY matches.shipment_id, records.to_id
),

waits AS (
    SELECT
        ranked.first_shipment_id,
        ranked.second_shipment_id,
        coalesce(
            delays.low_days,
            greatest(date_diff('day', coalesce(given.moved_end, given.first_known_at::DATE), returned.due_start), 0)
        ) AS low_days,
        coalesce(
            delays.high_days,
            delays.low_days,
            greatest(date_diff('day', coalesce(given.moved_start, given.moved_end, given.first_known_at::DATE), returned.due_end), 0)
        ) AS high_days
    FROM ranked
    INNER JOIN moved AS given ON ranked.first_shipment_id = given.shipment_id
    INNER JOIN moved AS returned ON ranked.second_shipment_id = returned.shipment_id
    LEFT JOIN stated_delays AS delays
        ON given.shipment_id = delays.shipment_id AND given.from_id = delays.entity_id
)

SELECT
    first_leg.from_id || ':' || first_leg.to_id || ':' || left(sha256(waits.first_shipment_id || waits.second_shipment_id), 6) AS swap_id, -- The swap. {key}
    waits.first_shipment_id, -- The diversion that came first. {not null, -> shipments.shipments.shipment_id}
    waits.second_shipment_id, -- The diversion that returned units. {not null, -> shipments.shipments.shipment_id}
    first_leg.from_id AS a_id, -- Who gave first and waits for the return. {not null, -> records.entities.entity_id}
    first_leg.to_id AS b_id, -- Who got first. {not null, -> records.entities.entity_id}
    CASE WHEN first_leg.family_id = 'gpu' THEN second_leg.product_id ELSE first_leg.product_id END AS product_id, -- The product. {not null, -> reference.products.product_id}
    first_leg.gpus_low - second_leg.gpus_high AS net_gpus_low, -- Least GPUs that b gained on the whole.
    first_leg.gpus_best - second_leg.gpus_best AS net_gpus_best, -- GPUs that b gained on the whole.
    first_leg.gpus_high - second_leg.gpus_low AS net_gpus_high, -- Greatest GPUs that b gained on the whole.
    -waits.high_days AS a_gained_days_low, -- Days that a gained, least; negative where a waits.
    -waits.low_days AS a_gained_days_high, -- Days that a gained, greatest.
    waits.low_days AS b_gained_days_low, -- Days that b gained, least.
    waits.high_days AS b_gained_days_high -- Days that b gained, greatest.
FROM waits
INNER JOIN moved AS first_leg ON waits.first_shipment_id = first_leg.shipment_id
INNER JOIN moved AS second_leg ON waits.second_shipment_id = second_leg.shipment_id
ORDER BY swap_id
