-- One row per pair of entities and product: what moved each way between them, and what is left on the whole.
-- check net_is_the_difference: net_gpus_best = a_to_b_gpus_best - b_to_a_gpus_best
WITH legs AS (
    SELECT
        least(transfers.from_id, transfers.to_id) AS a_id,
        greatest(transfers.from_id, transfers.to_id) AS b_id,
        transfers.from_id < transfers.to_id AS a_gives,
        transfers.product_id,
        coalesce(transfers.gpus_low, 0) AS gpus_low,
        coalesce(transfers.gpus_best, 0) AS gpus_best,
        coalesce(transfers.gpus_high, 0) AS gpus_high,
        transfers.gpus_best IS NULL AS uncounted,
        coalesce(transfers.gpus_low * swaps.b_gained_days_low, 0) AS gpu_days_low,
        coalesce(transfers.gpus_high * swaps.b_gained_days_high, 0) AS gpu_days_high
    FROM allocation.transfers AS transfers
    LEFT JOIN shipments.swaps AS swaps ON transfers.shipment_id = swaps.first_shipment_id
    WHERE transfers.from_id IS NOT NULL AND transfers.to_id IS NOT NULL AND transfers.certainty <> 'denied'
)

SELECT
    legs.a_id, -- One entity, the first by name. {key, -> records.entities.entity_id}
    legs.b_id, -- The other. {key, -> records.entities.entity_id}
    legs.product_id, -- The product. {key, -> reference.products.product_id}
    count(*) AS transfers, -- Number of transfers. {not null}
    count(*) FILTER (WHERE legs.uncounted) AS transfers_without_count, -- Transfers of which nobody gives a count. {not null}
    coalesce(sum(legs.gpus_best) FILTER (WHERE legs.a_gives), 0) AS a_to_b_gpus_best, -- GPUs from a to b. {not null}
    coalesce(sum(legs.gpus_best) FILTER (WHERE NOT legs.a_gives), 0) AS b_to_a_gpus_best, -- GPUs from b to a. {not null}
    coalesce(sum(legs.gpus_low) FILTER (WHERE legs.a_gives), 0)
    - coalesce(sum(legs.gpus_high) FILTER (WHERE NOT legs.a_gives), 0) AS net_gpus_low, -- Least GPUs that b gained on the whole. {not null}
    coalesce(sum(legs.gpus_best) FILTER (WHERE legs.a_gives), 0)
    - coalesce(sum(legs.gpus_best) FILTER (WHERE NOT legs.a_gives), 0) AS net_gpus_best, -- GPUs that b gained on the whole; negative where b lost. {not null}
    coalesce(sum(legs.gpus_high) FILTER (WHERE legs.a_gives), 0)
    - coalesce(sum(legs.gpus_low) FILTER (WHERE NOT legs.a_gives), 0) AS net_gpus_high, -- Greatest GPUs that b gained on the whole. {not null}
    sum(CASE WHEN legs.a_gives THEN legs.gpu_days_low ELSE -legs.gpu_days_high END) AS gpu_days_moved_low, -- Least GPU-days that swaps moved from a to b. {not null}
    sum(CASE WHEN legs.a_gives THEN legs.gpu_days_low + legs.gpu_days_high ELSE -legs.gpu_days_low - legs.gpu_days_high END) / 2 AS gpu_days_moved, -- GPU-days that swaps moved from a to b: units times the days that they came earlier. {not null}
    sum(CASE WHEN legs.a_gives THEN legs.gpu_days_high ELSE -legs.gpu_days_low END) AS gpu_days_moved_high -- Greatest GPU-days that swaps moved from a to b. {not null}
FROM legs
GROUP BY legs.a_id, legs.b_id, legs.product_id
ORDER BY legs.a_id, legs.b_id, legs.product_id
