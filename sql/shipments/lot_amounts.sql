-- One row per lot that counts: its units and what became of them, in three scenarios (all counts low, best, high), so that what was delivered, was cancelled and is still to come are the whole in each.
-- check units_are_conserved: coalesce(abs(gpus_low - delivered_gpus_low - cancelled_gpus_low - outstanding_gpus_low) < 1e-6 AND abs(gpus_best - delivered_gpus_best - cancelled_gpus_best - outstanding_gpus_best) < 1e-6 AND abs(gpus_high - delivered_gpus_high - cancelled_gpus_high - outstanding_gpus_high) < 1e-6, gpus_best IS NULL)
WITH happened AS (
    SELECT
        parcels.shipment_id,
        coalesce(sum(parcels.gpus_best) FILTER (WHERE parcels.event = 'delivery'), 0) AS delivered_gpus,
        coalesce(sum(parcels.gpus_best) FILTER (WHERE parcels.event = 'delivery' AND parcels.is_booked), 0) AS booked_delivered_gpus,
        coalesce(sum(parcels.gpus_best) FILTER (WHERE parcels.event = 'shipment'), 0) AS shipped_gpus,
        coalesce(sum(parcels.gpus_best) FILTER (WHERE parcels.event = 'cancellation'), 0) AS cancelled_gpus,
        coalesce(bool_or(parcels.event = 'cancellation' AND parcels.gpus_best IS NULL), FALSE) AS rest_cancelled,
        coalesce(bool_or(parcels.event = 'delivery'), FALSE) AS any_delivered,
        coalesce(bool_or(parcels.event IN ('shipment', 'delivery') AND (parcels.happened_start IS NOT NULL OR NOT parcels.is_booked)), FALSE) AS any_shipped,
        max(parcels.happened_end) FILTER (WHERE parcels.event = 'delivery') AS last_delivered_on,
        min(parcels.happened_start) FILTER (WHERE parcels.event = 'shipment') AS shipped_on
    FROM shipments.lot_parcels AS parcels
    GROUP BY parcels.shipment_id
),

lots AS (
    SELECT
        members.shipment_id,
        opener.kind,
        counts.gpus_low,
        counts.gpus_best,
        counts.gpus_high,
        happened.* EXCLUDE (shipment_id)
    FROM shipments.lot_members AS members
    INNER JOIN shipments.lot_nodes AS opener ON members.node_id = opener.node_id AND members.opener_id = opener.node_id
    ANTI JOIN shipments.set_aside AS set_aside ON members.shipment_id = set_aside.shipment_id
    LEFT JOIN shipments.lot_counts AS counts ON members.shipment_id = counts.shipment_id
    LEFT JOIN happened ON members.shipment_id = happened.shipment_id
),

parts AS (
    SELECT
        splits.parent_shipment_id AS shipment_id,
        sum(splits.gpus_low) AS gpus_low,
        sum(splits.gpus_best) AS gpus_best,
        sum(splits.gpus_high) AS gpus_high
    FROM shipments.lot_splits AS splits
    GROUP BY splits.parent_shipment_id
),

kept AS (
    -- What parts took is no longer here; a supplier who delivers more than ordered delivers it to the buyer.
    SELECT
        lots.shipment_id,
        lots.kind,
        parts.shipment_id IS NOT NULL AS is_split,
        coalesce(lots.delivered_gpus, 0) AS delivered_gpus,
        coalesce(lots.shipped_gpus, 0) AS shipped_gpus,
        coalesce(lots.cancelled_gpus, 0) AS cancelled_gpus,
        coalesce(lots.rest_cancelled, FALSE) AS rest_cancelled,
        coalesce(lots.any_delivered, FALSE) AS any_delivered,
        coalesce(lots.any_shipped, FALSE) AS any_shipped,
        lots.last_delivered_on,
        lots.shipped_on,
        CASE
            WHEN lots.gpus_best IS NULL THEN nullif(greatest(lots.delivered_gpus, lots.shipped_gpus), 0)
            WHEN parts.shipment_id IS NOT NULL THEN greatest(lots.gpus_best - parts.gpus_best, 0)
            ELSE greatest(lots.gpus_best, lots.booked_delivered_gpus)
        END AS gpus_best,
        CASE
            WHEN lots.gpus_best IS NULL THEN nullif(greatest(lots.delivered_gpus, lots.shipped_gpus), 0)
            WHEN parts.shipment_id IS NOT NULL THEN least(greatest(lots.gpus_low - parts.gpus_high, 0), greatest(lots.gpus_best - parts.gpus_best, 0))
            ELSE greatest(lots.gpus_low, lots.booked_delivered_gpus)
        END AS gpus_low,
        CASE
            WHEN lots.gpus_best IS NULL THEN nullif(greatest(lots.delivered_gpus, lots.shipped_gpus), 0)
            WHEN parts.shipment_id IS NOT NULL THEN greatest(lots.gpus_high - parts.gpus_low, 0)
            ELSE greatest(lots.gpus_high, lots.booked_delivered_gpus)
        END AS gpus_high
    FROM lots
    LEFT JOIN parts ON lots.shipment_id = parts.shipment_id
),

surplus AS (
    -- What a supplier delivered beyond what its buyer kept went to the parts that were diverted, in their order.
    SELECT
        splits.shipment_id,
        greatest(
            least(
                part.gpus_best,
                whole.delivered_gpus - whole.gpus_best
                - coalesce(sum(part.gpus_best) OVER (
                    PARTITION BY splits.parent_shipment_id ORDER BY splits.shipment_id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
                ), 0)
            ), 0
        ) AS delivered_gpus,
        whole.last_delivered_on
    FROM shipments.lot_splits AS splits
    INNER JOIN kept AS whole ON splits.parent_shipment_id = whole.shipment_id
    INNER JOIN kept AS part ON splits.shipment_id = part.shipment_id
    WHERE splits.event = 'diversion' AND whole.kind = 'supplier'
),

delivered AS (
    SELECT
        kept.*,
        CASE
            WHEN kept.gpus_best IS NOT NULL
                THEN least(greatest(kept.delivered_gpus, coalesce(surplus.delivered_gpus, 0)), kept.gpus_best)
        END AS delivered_best,
        CASE
            WHEN kept.delivered_gpus >= coalesce(surplus.delivered_gpus, 0) THEN kept.last_delivered_on ELSE surplus.last_delivered_on
        END AS delivered_until
    FROM kept
    LEFT JOIN surplus ON kept.shipment_id = surplus.shipment_id
),

cancelled AS (
    SELECT
        delivered.*,
        CASE
            WHEN delivered.rest_cancelled THEN delivered.gpus_best - delivered.delivered_best
            ELSE least(delivered.cancelled_gpus, delivered.gpus_best - delivered.delivered_best)
        END AS cancelled_best
    FROM delivered
),

balanced AS (
    -- Where all was delivered, or the rest was dropped, that holds whatever the count; a part that is known is the same in all scenarios.
    SELECT
        cancelled.*,
        CASE
            WHEN cancelled.delivered_best >= cancelled.gpus_best AND cancelled.gpus_best > 0 THEN cancelled.gpus_low
            ELSE least(cancelled.delivered_best, cancelled.gpus_low)
        END AS delivered_low,
        CASE
            WHEN cancelled.delivered_best >= cancelled.gpus_best AND cancelled.gpus_best > 0 THEN cancelled.gpus_high
            ELSE cancelled.delivered_best
        END AS delivered_high,
        cancelled.cancelled_best > 0 AND cancelled.delivered_best + cancelled.cancelled_best >= cancelled.gpus_best AS is_dropped
    FROM cancelled
)

SELECT
    balanced.shipment_id, -- The lot. {key}
    balanced.gpus_low, -- Least GPUs that are left in it.
    balanced.gpus_best, -- GPUs that are left in it, parts that were moved away taken off.
    balanced.gpus_high, -- Greatest GPUs that are left in it.
    balanced.delivered_low AS delivered_gpus_low, -- GPUs delivered, least.
    balanced.delivered_best AS delivered_gpus_best, -- GPUs delivered.
    balanced.delivered_high AS delivered_gpus_high, -- GPUs delivered, greatest.
    CASE
        WHEN balanced.is_dropped THEN balanced.gpus_low - balanced.delivered_low
        ELSE least(balanced.cancelled_best, balanced.gpus_low - balanced.delivered_low)
    END AS cancelled_gpus_low, -- GPUs cancelled, least.
    balanced.cancelled_best AS cancelled_gpus_best, -- GPUs cancelled.
    CASE
        WHEN balanced.is_dropped THEN balanced.gpus_high - balanced.delivered_high
        ELSE balanced.cancelled_best
    END AS cancelled_gpus_high, -- GPUs cancelled, greatest.
    balanced.gpus_low - delivered_gpus_low - cancelled_gpus_low AS outstanding_gpus_low, -- GPUs still to come, least.
    balanced.gpus_best - balanced.delivered_best - balanced.cancelled_best AS outstanding_gpus_best, -- GPUs still to come.
    balanced.gpus_high - delivered_gpus_high - cancelled_gpus_high AS outstanding_gpus_high, -- GPUs still to come, greatest.
    least(greatest(balanced.shipped_gpus, balanced.delivered_low), balanced.gpus_low) AS shipped_gpus_low, -- GPUs shipped, delivered ones included, least.
    least(greatest(balanced.shipped_gpus, balanced.delivered_best), balanced.gpus_best) AS shipped_gpus_best, -- GPUs shipped.
    least(greatest(balanced.shipped_gpus, balanced.delivered_high), balanced.gpus_high) AS shipped_gpus_high, -- GPUs shipped, greatest.
    balanced.rest_cancelled, -- Whether all that was left was cancelled, without a count. {not null}
    balanced.any_delivered, -- Whether a delivery is known, with a count or without. {not null}
    balanced.any_shipped, -- Whether a shipment or delivery is known. {not null}
    balanced.delivered_until AS last_delivered_on, -- Last day of the last delivery that is known.
    balanced.shipped_on -- Day of the first shipment.
FROM balanced
ORDER BY balanced.shipment_id
