-- One row per entity and product: what it planned, ordered, was given, lost, got and still awaits, each as least, best and greatest count. What it holds is stock, as stated, and stands beside the flows.
-- check units_balance_low: abs(ordered_gpus_low + diverted_in_gpus_low - delivered_gpus_low - outstanding_gpus_low - cancelled_gpus_low - diverted_out_gpus_low) < 1e-6
-- check units_balance_best: abs(ordered_gpus_best + diverted_in_gpus_best - delivered_gpus_best - outstanding_gpus_best - cancelled_gpus_best - diverted_out_gpus_best) < 1e-6
-- check units_balance_high: abs(ordered_gpus_high + diverted_in_gpus_high - delivered_gpus_high - outstanding_gpus_high - cancelled_gpus_high - diverted_out_gpus_high) < 1e-6
WITH planned AS (
    SELECT
        commitments.entity_id,
        commitments.product_id,
        coalesce(commitments.target_gpus_low, commitments.target_gpus_best) AS planned_gpus_low,
        commitments.target_gpus_best AS planned_gpus_best,
        coalesce(commitments.target_gpus_high, commitments.target_gpus_best) AS planned_gpus_high
    FROM allocation.commitments AS commitments
    WHERE commitments.target_gpus_best IS NOT NULL AND commitments.certainty <> 'denied'
    QUALIFY row_number() OVER (
        PARTITION BY commitments.entity_id, commitments.product_id
        ORDER BY commitments.target_gpus_best DESC, commitments.commitment_id ASC
    ) = 1
),

stocks AS (
    SELECT
        records.to_id AS entity_id,
        coalesce(records.product_id, 'gpu') AS product_id,
        records.source_kind,
        coalesce(records.gpus_low, records.gpus_best) AS gpus_low,
        records.gpus_best,
        coalesce(records.gpus_high, records.gpus_best) AS gpus_high,
        records.known_at,
        records.record_id
    FROM records.shipment_records AS records
    WHERE
        records.event = 'holding' AND records.to_id IS NOT NULL AND records.gpus_best IS NOT NULL
        AND records.certainty <> 'denied' AND NOT records.superseded
),

held AS (
    -- The news speak of all that a party has, so the newest counts; a register lists sites, so they add up.
    SELECT
        stated.entity_id,
        stated.product_id,
        arg_max(stated.gpus_low, stated.gpus_best) AS held_gpus_low,
        max(stated.gpus_best) AS held_gpus_best,
        arg_max(stated.gpus_high, stated.gpus_best) AS held_gpus_high
    FROM (
        SELECT
            stocks.entity_id,
            stocks.product_id,
            arg_max(stocks.gpus_low, (stocks.known_at, stocks.gpus_best, stocks.record_id)) AS gpus_low,
            arg_max(stocks.gpus_best, (stocks.known_at, stocks.gpus_best, stocks.record_id)) AS gpus_best,
            arg_max(stocks.gpus_high, (stocks.known_at, stocks.gpus_best, stocks.record_id)) AS gpus_high
        FROM stocks
        WHERE stocks.source_kind = 'news'
        GROUP BY stocks.entity_id, stocks.product_id
        UNION ALL
        SELECT
            stocks.entity_id,
            stocks.product_id,
            sum(stocks.gpus_low) AS gpus_low,
            sum(stocks.gpus_best) AS gpus_best,
            sum(stocks.gpus_high) AS gpus_high
        FROM stocks
        WHERE stocks.source_kind = 'supplier'
        GROUP BY stocks.entity_id, stocks.product_id
    ) AS stated
    GROUP BY stated.entity_id, stated.product_id
),

meant AS (
    SELECT
        lots.original_to_id AS entity_id,
        lots.product_id,
        sum(coalesce(lots.gpus_low, 0)) AS ordered_gpus_low,
        sum(coalesce(lots.gpus_best, 0)) AS ordered_gpus_best,
        sum(coalesce(lots.gpus_high, 0)) AS ordered_gpus_high
    FROM shipments.shipments AS lots
    WHERE lots.original_to_id IS NOT NULL AND lots.certainty <> 'denied'
    GROUP BY lots.original_to_id, lots.product_id
),

lost AS (
    SELECT
        lots.original_to_id AS entity_id,
        lots.product_id,
        sum(coalesce(lots.gpus_low, 0)) AS diverted_out_gpus_low,
        sum(coalesce(lots.gpus_best, 0)) AS diverted_out_gpus_best,
        sum(coalesce(lots.gpus_high, 0)) AS diverted_out_gpus_high
    FROM shipments.shipments AS lots
    WHERE lots.original_to_id IS NOT NULL AND lots.original_to_id IS DISTINCT FROM lots.current_to_id AND lots.certainty <> 'denied'
    GROUP BY lots.original_to_id, lots.product_id
),

gained AS (
    SELECT
        lots.current_to_id AS entity_id,
        lots.product_id,
        sum(coalesce(lots.gpus_low, 0)) AS diverted_in_gpus_low,
        sum(coalesce(lots.gpus_best, 0)) AS diverted_in_gpus_best,
        sum(coalesce(lots.gpus_high, 0)) AS diverted_in_gpus_high
    FROM shipments.shipments AS lots
    WHERE lots.current_to_id IS NOT NULL AND lots.original_to_id IS DISTINCT FROM lots.current_to_id AND lots.certainty <> 'denied'
    GROUP BY lots.current_to_id, lots.product_id
),

received AS (
    SELECT
        lots.current_to_id AS entity_id,
        lots.product_id,
        sum(coalesce(lots.cancelled_gpus_low, 0)) AS cancelled_gpus_low,
        sum(coalesce(lots.cancelled_gpus_best, 0)) AS cancelled_gpus_best,
        sum(coalesce(lots.cancelled_gpus_high, 0)) AS cancelled_gpus_high,
        sum(coalesce(lots.shipped_gpus_low, 0)) AS shipped_gpus_low,
        sum(coalesce(lots.shipped_gpus_best, 0)) AS shipped_gpus_best,
        sum(coalesce(lots.shipped_gpus_high, 0)) AS shipped_gpus_high,
        sum(coalesce(lots.delivered_gpus_low, 0)) AS delivered_gpus_low,
        sum(coalesce(lots.delivered_gpus_best, 0)) AS delivered_gpus_best,
        sum(coalesce(lots.delivered_gpus_high, 0)) AS delivered_gpus_high,
        sum(coalesce(lots.outstanding_gpus_low, 0)) AS outstanding_gpus_low,
        sum(coalesce(lots.outstanding_gpus_best, 0)) AS outstanding_gpus_best,
        sum(coalesce(lots.outstanding_gpus_high, 0)) AS outstanding_gpus_high,
        count(*) FILTER (WHERE lots.gpus_best IS NULL) AS lots_without_count
    FROM shipments.shipments AS lots
    WHERE lots.current_to_id IS NOT NULL AND lots.certainty <> 'denied'
    GROUP BY lots.current_to_id, lots.product_id
),

pairs AS (
    SELECT
        meant.entity_id,
        meant.product_id
    FROM meant
    UNION
    SELECT
        received.entity_id,
        received.product_id
    FROM received
    UNION
    SELECT
        planned.entity_id,
        planned.product_id
    FROM planned
    UNION
    SELECT
        held.entity_id,
        held.product_id
    FROM held
)

SELECT
    pairs.entity_id, -- The entity. {key, -> records.entities.entity_id}
    pairs.product_id, -- The product. {key, -> reference.products.product_id}
    products.family_id, -- Its family. {not null, -> reference.products.product_id}
    coalesce(planned.planned_gpus_low, 0) AS planned_gpus_low, -- Least GPUs stated as the greatest target of its plans. {not null}
    coalesce(planned.planned_gpus_best, 0) AS planned_gpus_best, -- GPUs stated as the greatest target of its plans. {not null}
    coalesce(planned.planned_gpus_high, 0) AS planned_gpus_high, -- Greatest GPUs stated as the greatest target of its plans. {not null}
    coalesce(meant.ordered_gpus_low, 0) AS ordered_gpus_low, -- Least GPUs ordered for it, whoever got them. {not null}
    coalesce(meant.ordered_gpus_best, 0) AS ordered_gpus_best, -- GPUs ordered for it, whoever got them. {not null}
    coalesce(meant.ordered_gpus_high, 0) AS ordered_gpus_high, -- Greatest GPUs ordered for it, whoever got them. {not null}
    coalesce(gained.diverted_in_gpus_low, 0) AS diverted_in_gpus_low, -- Least GPUs that were meant for others and went to it. {not null}
    coalesce(gained.diverted_in_gpus_best, 0) AS diverted_in_gpus_best, -- GPUs that were meant for others and went to it. {not null}
    coalesce(gained.diverted_in_gpus_high, 0) AS diverted_in_gpus_high, -- Greatest GPUs that were meant for others and went to it. {not null}
    coalesce(lost.diverted_out_gpus_low, 0) AS diverted_out_gpus_low, -- Least GPUs that were meant for it and went to others. {not null}
    coalesce(lost.diverted_out_gpus_best, 0) AS diverted_out_gpus_best, -- GPUs that were meant for it and went to others. {not null}
    coalesce(lost.diverted_out_gpus_high, 0) AS diverted_out_gpus_high, -- Greatest GPUs that were meant for it and went to others. {not null}
    coalesce(received.cancelled_gpus_low, 0) AS cancelled_gpus_low, -- Least GPUs cancelled. {not null}
    coalesce(received.cancelled_gpus_best, 0) AS cancelled_gpus_best, -- GPUs cancelled. {not null}
    coalesce(received.cancelled_gpus_high, 0) AS cancelled_gpus_high, -- Greatest GPUs cancelled. {not null}
    coalesce(received.shipped_gpus_low, 0) AS shipped_gpus_low, -- Least GPUs shipped to it, delivered ones included. {not null}
    coalesce(received.shipped_gpus_best, 0) AS shipped_gpus_best, -- GPUs shipped to it, delivered ones included. {not null}
    coalesce(received.shipped_gpus_high, 0) AS shipped_gpus_high, -- Greatest GPUs shipped to it, delivered ones included. {not null}
    coalesce(received.delivered_gpus_low, 0) AS delivered_gpus_low, -- Least GPUs delivered to it and kept. {not null}
    coalesce(received.delivered_gpus_best, 0) AS delivered_gpus_best, -- GPUs delivered to it and kept. {not null}
    coalesce(received.delivered_gpus_high, 0) AS delivered_gpus_high, -- Greatest GPUs delivered to it and kept. {not null}
    coalesce(received.outstanding_gpus_low, 0) AS outstanding_gpus_low, -- Least GPUs still to come. {not null}
    coalesce(received.outstanding_gpus_best, 0) AS outstanding_gpus_best, -- GPUs still to come. {not null}
    coalesce(received.outstanding_gpus_high, 0) AS outstanding_gpus_high, -- Greatest GPUs still to come. {not null}
    coalesce(held.held_gpus_low, 0) AS held_gpus_low, -- Least GPUs that it says, or others say, it has. {not null}
    coalesce(held.held_gpus_best, 0) AS held_gpus_best, -- GPUs that it says, or others say, it has. {not null}
    coalesce(held.held_gpus_high, 0) AS held_gpus_high, -- Greatest GPUs that it says, or others say, it has. {not null}
    coalesce(planned.planned_gpus_low, 0) * products.h100e AS planned_h100e_low, -- Least H100-equivalents stated as the greatest target of its plans; empty where the product has no figure.
    coalesce(planned.planned_gpus_best, 0) * products.h100e AS planned_h100e_best, -- H100-equivalents stated as the greatest target of its plans; empty where the product has no figure.
    coalesce(planned.planned_gpus_high, 0) * products.h100e AS planned_h100e_high, -- Greatest H100-equivalents stated as the greatest target of its plans; empty where the product has no figure.
    coalesce(meant.ordered_gpus_low, 0) * products.h100e AS ordered_h100e_low, -- Least H100-equivalents ordered for it, whoever got them; empty where the product has no figure.
    coalesce(meant.ordered_gpus_best, 0) * products.h100e AS ordered_h100e_best, -- H100-equivalents ordered for it, whoever got them; empty where the product has no figure.
    coalesce(meant.ordered_gpus_high, 0) * products.h100e AS ordered_h100e_high, -- Greatest H100-equivalents ordered for it, whoever got them; empty where the product has no figure.
    coalesce(gained.diverted_in_gpus_low, 0) * products.h100e AS diverted_in_h100e_low, -- Least H100-equivalents that were meant for others and went to it; empty where the product has no figure.
    coalesce(gained.diverted_in_gpus_best, 0) * products.h100e AS diverted_in_h100e_best, -- H100-equivalents that were meant for others and went to it; empty where the product has no figure.
    coalesce(gained.diverted_in_gpus_high, 0) * products.h100e AS diverted_in_h100e_high, -- Greatest H100-equivalents that were meant for others and went to it; empty where the product has no figure.
    coalesce(lost.diverted_out_gpus_low, 0) * products.h100e AS diverted_out_h100e_low, -- Least H100-equivalents that were meant for it and went to others; empty where the product has no figure.
    coalesce(lost.diverted_out_gpus_best, 0) * products.h100e AS diverted_out_h100e_best, -- H100-equivalents that were meant for it and went to others; empty where the product has no figure.
    coalesce(lost.diverted_out_gpus_high, 0) * products.h100e AS diverted_out_h100e_high, -- Greatest H100-equivalents that were meant for it and went to others; empty where the product has no figure.
    coalesce(received.cancelled_gpus_low, 0) * products.h100e AS cancelled_h100e_low, -- Least H100-equivalents cancelled; empty where the product has no figure.
    coalesce(received.cancelled_gpus_best, 0) * products.h100e AS cancelled_h100e_best, -- H100-equivalents cancelled; empty where the product has no figure.
    coalesce(received.cancelled_gpus_high, 0) * products.h100e AS cancelled_h100e_high, -- Greatest H100-equivalents cancelled; empty where the product has no figure.
    coalesce(received.shipped_gpus_low, 0) * products.h100e AS shipped_h100e_low, -- Least H100-equivalents shipped to it, delivered ones included; empty where the product has no figure.
    coalesce(received.shipped_gpus_best, 0) * products.h100e AS shipped_h100e_best, -- H100-equivalents shipped to it, delivered ones included; empty where the product has no figure.
    coalesce(received.shipped_gpus_high, 0) * products.h100e AS shipped_h100e_high, -- Greatest H100-equivalents shipped to it, delivered ones included; empty where the product has no figure.
    coalesce(received.delivered_gpus_low, 0) * products.h100e AS delivered_h100e_low, -- Least H100-equivalents delivered to it and kept; empty where the product has no figure.
    coalesce(received.delivered_gpus_best, 0) * products.h100e AS delivered_h100e_best, -- H100-equivalents delivered to it and kept; empty where the product has no figure.
    coalesce(received.delivered_gpus_high, 0) * products.h100e AS delivered_h100e_high, -- Greatest H100-equivalents delivered to it and kept; empty where the product has no figure.
    coalesce(received.outstanding_gpus_low, 0) * products.h100e AS outstanding_h100e_low, -- Least H100-equivalents still to come; empty where the product has no figure.
    coalesce(received.outstanding_gpus_best, 0) * products.h100e AS outstanding_h100e_best, -- H100-equivalents still to come; empty where the product has no figure.
    coalesce(received.outstanding_gpus_high, 0) * products.h100e AS outstanding_h100e_high, -- Greatest H100-equivalents still to come; empty where the product has no figure.
    coalesce(held.held_gpus_low, 0) * products.h100e AS held_h100e_low, -- Least H100-equivalents that it says, or others say, it has; empty where the product has no figure.
    coalesce(held.held_gpus_best, 0) * products.h100e AS held_h100e_best, -- H100-equivalents that it says, or others say, it has; empty where the product has no figure.
    coalesce(held.held_gpus_high, 0) * products.h100e AS held_h100e_high, -- Greatest H100-equivalents that it says, or others say, it has; empty where the product has no figure.
    coalesce(received.lots_without_count, 0) AS lots_without_count -- Lots of it of which nobody gives a count. {not null}
FROM pairs
INNER JOIN reference.products AS products ON pairs.product_id = products.product_id
LEFT JOIN meant ON pairs.entity_id = meant.entity_id AND pairs.product_id = meant.product_id
LEFT JOIN lost ON pairs.entity_id = lost.entity_id AND pairs.product_id = lost.product_id
LEFT JOIN gained ON pairs.entity_id = gained.entity_id AND pairs.product_id = gained.product_id
LEFT JOIN received ON pairs.entity_id = received.entity_id AND pairs.product_id = received.product_id
LEFT JOIN planned ON pairs.entity_id = planned.entity_id AND pairs.product_id = planned.product_id
LEFT JOIN held ON pairs.entity_id = held.entity_id AND pairs.product_id = held.product_id
ORDER BY pairs.entity_id, pairs.product_id
