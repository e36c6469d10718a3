-- One row per entity and product: what it planned, ordered, was given, lost, got and still awaits, each as least, best and greatest count. What it holds is stock, as stated, and stands beside the flows.
-- check units_balance_low: abs(ordered_gpus_low + diverted_in_gpus_low - delivered_gpus_low - outstanding_gpus_low - cancelled_gpus_low - diverted_out_gpus_low) < 1e-6
-- check units_balance_best: abs(ordered_gpus_best + diverted_in_gpus_best - delivered_gpus_best - outstanding_gpus_best - cancelled_gpus_best - diverted_out_gpus_best) < 1e-6
-- check units_balance_high: abs(ordered_gpus_high + diverted_in_gpus_high - delivered_gpus_high - outstanding_gpus_high - cancelled_gpus_high - diverted_out_gpus_high) < 1e-6
WITH planned AS (
    SELECT
        commitments.entity_id,
        commitments.product_id,
        coalesce(commitments.target_gpus_low, commitments.target_gpus_best) AS gpus_low,
        commitments.target_gpus_best AS gpus_best,
        coalesce(commitments.target_gpus_high, commitments.target_gpus_best) AS gpus_high
    FROM allocation.commitments AS commitments
    WHERE commitments.target_gpus_best IS NOT NULL AND commitments.certainty <> 'denied'
    QUALIFY row_number() OVER (
        PARTITION BY commitments.entity_id, commitments.product_id
        ORDER BY commitments.target_gpus_best DESC, commitments.commitment_id
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
        arg_max(stated.gpus_low, stated.gpus_best) AS gpus_low,
        max(stated.gpus_best) AS gpus_best,
        arg_max(stated.gpus_high, stated.gpus_best) AS gpus_high
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

figures AS (
    SELECT
        lots.original_to_id AS entity_id,
        lots.product_id,
        coalesce(lots.gpus_low, 0) AS ordered_gpus_low,
        coalesce(lots.gpus_best, 0) AS ordered_gpus_best,
        coalesce(lots.gpus_high, 0) AS ordered_gpus_high,
        0 AS lots_without_count
    FROM shipments.shipments AS lots
    WHERE lots.original_to_id IS NOT NULL AND lots.certainty <> 'denied'
    UNION ALL BY NAME
    SELECT
        lots.original_to_id AS entity_id,
        lots.product_id,
        coalesce(lots.gpus_low, 0) AS diverted_out_gpus_low,
        coalesce(lots.gpus_best, 0) AS diverted_out_gpus_best,
        coalesce(lots.gpus_high, 0) AS diverted_out_gpus_high,
        0 AS lots_without_count
    FROM shipments.shipments AS lots
    WHERE lots.original_to_id IS NOT NULL AND lots.original_to_id IS DISTINCT FROM lots.current_to_id AND lots.certainty <> 'denied'
    UNION ALL BY NAME
    SELECT
        lots.current_to_id AS entity_id,
        lots.product_id,
        coalesce(lots.gpus_low, 0) AS diverted_in_gpus_low,
        coalesce(lots.gpus_best, 0) AS diverted_in_gpus_best,
        coalesce(lots.gpus_high, 0) AS diverted_in_gpus_high,
        0 AS lots_without_count
    FROM shipments.shipments AS lots
    WHERE lots.current_to_id IS NOT NULL AND lots.original_to_id IS DISTINCT FROM lots.current_to_id AND lots.certainty <> 'denied'
    UNION ALL BY NAME
    SELECT
        lots.current_to_id AS entity_id,
        lots.product_id,
        coalesce(lots.cancelled_gpus_low, 0) AS cancelled_gpus_low,
        coalesce(lots.cancelled_gpus_best, 0) AS cancelled_gpus_best,
        coalesce(lots.cancelled_gpus_high, 0) AS cancelled_gpus_high,
        coalesce(lots.shipped_gpus_low, 0) AS shipped_gpus_low,
        coalesce(lots.shipped_gpus_best, 0) AS shipped_gpus_best,
        coalesce(lots.shipped_gpus_high, 0) AS shipped_gpus_high,
        coalesce(lots.delivered_gpus_low, 0) AS delivered_gpus_low,
        coalesce(lots.delivered_gpus_best, 0) AS delivered_gpus_best,
        coalesce(lots.delivered_gpus_high, 0) AS delivered_gpus_high,
        coalesce(lots.outstanding_gpus_low, 0) AS outstanding_gpus_low,
        coalesce(lots.outstanding_gpus_best, 0) AS outstanding_gpus_best,
        coalesce(lots.outstanding_gpus_high, 0) AS outstanding_gpus_high,
        (lots.gpus_best IS NULL)::INTEGER AS lots_without_count
    FROM shipments.shipments AS lots
    WHERE lots.current_to_id IS NOT NULL AND lots.certainty <> 'denied'
    UNION ALL BY NAME
    SELECT
        planned.entity_id AS entity_id,
        planned.product_id,
        planned.gpus_low AS planned_gpus_low,
        planned.gpus_best AS planned_gpus_best,
        planned.gpus_high AS planned_gpus_high,
        0 AS lots_without_count
    FROM planned
    UNION ALL BY NAME
    SELECT
        held.entity_id AS entity_id,
        held.product_id,
        held.gpus_low AS held_gpus_low,
        held.gpus_best AS held_gpus_best,
        held.gpus_high AS held_gpus_high,
        0 AS lots_without_count
    FROM held
),

sums AS (
    SELECT
        figures.entity_id,
        figures.product_id,
        coalesce(sum(figures.planned_gpus_low), 0) AS planned_gpus_low,
        coalesce(sum(figures.planned_gpus_best), 0) AS planned_gpus_best,
        coalesce(sum(figures.planned_gpus_high), 0) AS planned_gpus_high,
        coalesce(sum(figures.ordered_gpus_low), 0) AS ordered_gpus_low,
        coalesce(sum(figures.ordered_gpus_best), 0) AS ordered_gpus_best,
        coalesce(sum(figures.ordered_gpus_high), 0) AS ordered_gpus_high,
        coalesce(sum(figures.diverted_in_gpus_low), 0) AS diverted_in_gpus_low,
        coalesce(sum(figures.diverted_in_gpus_best), 0) AS diverted_in_gpus_best,
        coalesce(sum(figures.diverted_in_gpus_high), 0) AS diverted_in_gpus_high,
        coalesce(sum(figures.diverted_out_gpus_low), 0) AS diverted_out_gpus_low,
        coalesce(sum(figures.diverted_out_gpus_best), 0) AS diverted_out_gpus_best,
        coalesce(sum(figures.diverted_out_gpus_high), 0) AS diverted_out_gpus_high,
        coalesce(sum(figures.cancelled_gpus_low), 0) AS cancelled_gpus_low,
        coalesce(sum(figures.cancelled_gpus_best), 0) AS cancelled_gpus_best,
        coalesce(sum(figures.cancelled_gpus_high), 0) AS cancelled_gpus_high,
        coalesce(sum(figures.shipped_gpus_low), 0) AS shipped_gpus_low,
        coalesce(sum(figures.shipped_gpus_best), 0) AS shipped_gpus_best,
        coalesce(sum(figures.shipped_gpus_high), 0) AS shipped_gpus_high,
        coalesce(sum(figures.delivered_gpus_low), 0) AS delivered_gpus_low,
        coalesce(sum(figures.delivered_gpus_best), 0) AS delivered_gpus_best,
        coalesce(sum(figures.delivered_gpus_high), 0) AS delivered_gpus_high,
        coalesce(sum(figures.outstanding_gpus_low), 0) AS outstanding_gpus_low,
        coalesce(sum(figures.outstanding_gpus_best), 0) AS outstanding_gpus_best,
        coalesce(sum(figures.outstanding_gpus_high), 0) AS outstanding_gpus_high,
        coalesce(sum(figures.held_gpus_low), 0) AS held_gpus_low,
        coalesce(sum(figures.held_gpus_best), 0) AS held_gpus_best,
        coalesce(sum(figures.held_gpus_high), 0) AS held_gpus_high,
        sum(figures.lots_without_count) AS lots_without_count
    FROM figures
    GROUP BY figures.entity_id, figures.product_id
)

SELECT
    sums.entity_id, -- The entity. {key, -> records.entities.entity_id}
    sums.product_id, -- The product. {key, -> reference.products.product_id}
    products.family_id, -- Its family. {not null, -> reference.products.product_id}
    sums.planned_gpus_low, -- Least GPUs stated as the greatest target of its plans. {not null}
    sums.planned_gpus_best, -- GPUs stated as the greatest target of its plans. {not null}
    sums.planned_gpus_high, -- Greatest GPUs stated as the greatest target of its plans. {not null}
    sums.ordered_gpus_low, -- Least GPUs ordered for it, whoever got them. {not null}
    sums.ordered_gpus_best, -- GPUs ordered for it, whoever got them. {not null}
    sums.ordered_gpus_high, -- Greatest GPUs ordered for it, whoever got them. {not null}
    sums.diverted_in_gpus_low, -- Least GPUs that were meant for others and went to it. {not null}
    sums.diverted_in_gpus_best, -- GPUs that were meant for others and went to it. {not null}
    sums.diverted_in_gpus_high, -- Greatest GPUs that were meant for others and went to it. {not null}
    sums.diverted_out_gpus_low, -- Least GPUs that were meant for it and went to others. {not null}
    sums.diverted_out_gpus_best, -- GPUs that were meant for it and went to others. {not null}
    sums.diverted_out_gpus_high, -- Greatest GPUs that were meant for it and went to others. {not null}
    sums.cancelled_gpus_low, -- Least GPUs cancelled. {not null}
    sums.cancelled_gpus_best, -- GPUs cancelled. {not null}
    sums.cancelled_gpus_high, -- Greatest GPUs cancelled. {not null}
    sums.shipped_gpus_low, -- Least GPUs shipped to it, delivered ones included. {not null}
    sums.shipped_gpus_best, -- GPUs shipped to it, delivered ones included. {not null}
    sums.shipped_gpus_high, -- Greatest GPUs shipped to it, delivered ones included. {not null}
    sums.delivered_gpus_low, -- Least GPUs delivered to it and kept. {not null}
    sums.delivered_gpus_best, -- GPUs delivered to it and kept. {not null}
    sums.delivered_gpus_high, -- Greatest GPUs delivered to it and kept. {not null}
    sums.outstanding_gpus_low, -- Least GPUs still to come. {not null}
    sums.outstanding_gpus_best, -- GPUs still to come. {not null}
    sums.outstanding_gpus_high, -- Greatest GPUs still to come. {not null}
    sums.held_gpus_low, -- Least GPUs that it says, or others say, it has. {not null}
    sums.held_gpus_best, -- GPUs that it says, or others say, it has. {not null}
    sums.held_gpus_high, -- Greatest GPUs that it says, or others say, it has. {not null}
    sums.planned_gpus_low * products.h100e AS planned_h100e_low, -- Least H100-equivalents stated as the greatest target of its plans; empty where the product has no figure.
    sums.planned_gpus_best * products.h100e AS planned_h100e_best, -- H100-equivalents stated as the greatest target of its plans; empty where the product has no figure.
    sums.planned_gpus_high * products.h100e AS planned_h100e_high, -- Greatest H100-equivalents stated as the greatest target of its plans; empty where the product has no figure.
    sums.ordered_gpus_low * products.h100e AS ordered_h100e_low, -- Least H100-equivalents ordered for it, whoever got them; empty where the product has no figure.
    sums.ordered_gpus_best * products.h100e AS ordered_h100e_best, -- H100-equivalents ordered for it, whoever got them; empty where the product has no figure.
    sums.ordered_gpus_high * products.h100e AS ordered_h100e_high, -- Greatest H100-equivalents ordered for it, whoever got them; empty where the product has no figure.
    sums.diverted_in_gpus_low * products.h100e AS diverted_in_h100e_low, -- Least H100-equivalents that were meant for others and went to it; empty where the product has no figure.
    sums.diverted_in_gpus_best * products.h100e AS diverted_in_h100e_best, -- H100-equivalents that were meant for others and went to it; empty where the product has no figure.
    sums.diverted_in_gpus_high * products.h100e AS diverted_in_h100e_high, -- Greatest H100-equivalents that were meant for others and went to it; empty where the product has no figure.
    sums.diverted_out_gpus_low * products.h100e AS diverted_out_h100e_low, -- Least H100-equivalents that were meant for it and went to others; empty where the product has no figure.
    sums.diverted_out_gpus_best * products.h100e AS diverted_out_h100e_best, -- H100-equivalents that were meant for it and went to others; empty where the product has no figure.
    sums.diverted_out_gpus_high * products.h100e AS diverted_out_h100e_high, -- Greatest H100-equivalents that were meant for it and went to others; empty where the product has no figure.
    sums.cancelled_gpus_low * products.h100e AS cancelled_h100e_low, -- Least H100-equivalents cancelled; empty where the product has no figure.
    sums.cancelled_gpus_best * products.h100e AS cancelled_h100e_best, -- H100-equivalents cancelled; empty where the product has no figure.
    sums.cancelled_gpus_high * products.h100e AS cancelled_h100e_high, -- Greatest H100-equivalents cancelled; empty where the product has no figure.
    sums.shipped_gpus_low * products.h100e AS shipped_h100e_low, -- Least H100-equivalents shipped to it, delivered ones included; empty where the product has no figure.
    sums.shipped_gpus_best * products.h100e AS shipped_h100e_best, -- H100-equivalents shipped to it, delivered ones included; empty where the product has no figure.
    sums.shipped_gpus_high * products.h100e AS shipped_h100e_high, -- Greatest H100-equivalents shipped to it, delivered ones included; empty where the product has no figure.
    sums.delivered_gpus_low * products.h100e AS delivered_h100e_low, -- Least H100-equivalents delivered to it and kept; empty where the product has no figure.
    sums.delivered_gpus_best * products.h100e AS delivered_h100e_best, -- H100-equivalents delivered to it and kept; empty where the product has no figure.
    sums.delivered_gpus_high * products.h100e AS delivered_h100e_high, -- Greatest H100-equivalents delivered to it and kept; empty where the product has no figure.
    sums.outstanding_gpus_low * products.h100e AS outstanding_h100e_low, -- Least H100-equivalents still to come; empty where the product has no figure.
    sums.outstanding_gpus_best * products.h100e AS outstanding_h100e_best, -- H100-equivalents still to come; empty where the product has no figure.
    sums.outstanding_gpus_high * products.h100e AS outstanding_h100e_high, -- Greatest H100-equivalents still to come; empty where the product has no figure.
    sums.held_gpus_low * products.h100e AS held_h100e_low, -- Least H100-equivalents that it says, or others say, it has; empty where the product has no figure.
    sums.held_gpus_best * products.h100e AS held_h100e_best, -- H100-equivalents that it says, or others say, it has; empty where the product has no figure.
    sums.held_gpus_high * products.h100e AS held_h100e_high, -- Greatest H100-equivalents that it says, or others say, it has; empty where the product has no figure.
    sums.lots_without_count -- Lots of it of which nobody gives a count. {not null}
FROM sums
INNER JOIN reference.products AS products ON sums.product_id = products.product_id
ORDER BY sums.entity_id, sums.product_id
