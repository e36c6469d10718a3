-- One row per lot and party that lost or gained accelerator time by a delay: the late GPUs times the days
-- of delay, as stated, else as computed. Who waits loses, and who was given a diverted lot gains what the
-- other loses. Delays of lots without a known recipient have no row.
-- check best_is_not_below_low: coalesce(gpu_days_low <= gpu_days_best, TRUE)
-- check best_is_not_above_high: coalesce(gpu_days_best <= gpu_days_high, TRUE)
-- check h100e_days_are_in_order: coalesce(h100e_days_low <= h100e_days_high, TRUE)
WITH days AS (
    SELECT
        d.shipment_id,
        d.entity_id,
        d.because_of_shipment_id,
        d.gpus_low,
        d.gpus_best,
        d.gpus_high,
        d.h100e_low,
        d.h100e_best,
        d.h100e_high,
        CASE
            WHEN coalesce(d.stated_delay_days_low, d.stated_delay_days_high) IS NOT NULL
                THEN coalesce(d.stated_delay_days_low, 0)
            WHEN d.slip_days_low IS NOT NULL THEN greatest(d.slip_days_low, 0)
        END AS days_low,
        CASE
            WHEN d.stated_delay_days_high IS NOT NULL THEN d.stated_delay_days_high
            WHEN d.slip_days_high IS NOT NULL THEN greatest(d.stated_delay_days_low, d.slip_days_high, 0)
        END AS days_high
    FROM delays.shipment_delays AS d
),

losses AS (
    SELECT
        d.*,
        coalesce((d.days_low + d.days_high) / 2, d.days_low, d.days_high) AS days_best
    FROM days AS d
),

effects AS (
    SELECT
        l.shipment_id,
        l.entity_id,
        l.because_of_shipment_id,
        -l.gpus_high * l.days_high AS gpu_days_low,
        -l.gpus_best * l.days_best AS gpu_days_best,
        -l.gpus_low * l.days_low AS gpu_days_high,
        -l.h100e_high * l.days_high AS h100e_days_low,
        -l.h100e_best * l.days_best AS h100e_days_best,
        -l.h100e_low * l.days_low AS h100e_days_high
    FROM losses AS l
    UNION ALL
    SELECT
        l.shipment_id,
        s.current_to_id AS entity_id,
        l.because_of_shipment_id,
        l.gpus_low * l.days_low AS gpu_days_low,
        l.gpus_best * l.days_best AS gpu_days_best,
        l.gpus_high * l.days_high AS gpu_days_high,
        l.h100e_low * l.days_low AS h100e_days_low,
        l.h100e_best * l.days_best AS h100e_days_best,
        l.h100e_high * l.days_high AS h100e_days_high
    FROM losses AS l
    INNER JOIN shipments.shipments AS s ON l.because_of_shipment_id = s.shipment_id
)

-- Where one figure of a sum is not known, the sum is not known.
SELECT
    e.shipment_id, -- The lot. {key, -> shipments.shipments.shipment_id}
    e.entity_id, -- Who lost or gained. {key, -> records.entities.entity_id}
    CASE
        WHEN count(*) = count(e.gpu_days_low) THEN sum(e.gpu_days_low)
    END AS gpu_days_low, -- GPU-days, low end: negative where lost, positive where gained.
    CASE
        WHEN count(*) = count(e.gpu_days_best) THEN sum(e.gpu_days_best)
    END AS gpu_days_best, -- GPU-days, where one number is needed.
    CASE
        WHEN count(*) = count(e.gpu_days_high) THEN sum(e.gpu_days_high)
    END AS gpu_days_high, -- GPU-days, high end.
    CASE
        WHEN count(*) = count(e.h100e_days_low) THEN sum(e.h100e_days_low)
    END AS h100e_days_low, -- H100-equivalent days, low end; empty where the product has no figure.
    CASE
        WHEN count(*) = count(e.h100e_days_best) THEN sum(e.h100e_days_best)
    END AS h100e_days_best, -- H100-equivalent days, best figure.
    CASE
        WHEN count(*) = count(e.h100e_days_high) THEN sum(e.h100e_days_high)
    END AS h100e_days_high, -- H100-equivalent days, high end.
    max(
        e.because_of_shipment_id
    ) AS because_of_shipment_id -- The lot whose diversion did it. {-> shipments.shipments.shipment_id}
FROM effects AS e
WHERE e.entity_id IS NOT NULL
GROUP BY e.shipment_id, e.entity_id
ORDER BY e.shipment_id, e.entity_id
