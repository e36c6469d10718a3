-- One row per lot: so many units of one product from one supplier to one party at a time, its life, and how sure all that is.
-- check units_are_conserved: coalesce(abs(gpus_low - delivered_gpus_low - cancelled_gpus_low - outstanding_gpus_low) < 1e-6 AND abs(gpus_best - delivered_gpus_best - cancelled_gpus_best - outstanding_gpus_best) < 1e-6 AND abs(gpus_high - delivered_gpus_high - cancelled_gpus_high - outstanding_gpus_high) < 1e-6, gpus_best IS NULL)
-- check nothing_is_negative: coalesce(least(gpus_low, delivered_gpus_low, cancelled_gpus_low, outstanding_gpus_low, outstanding_gpus_best, outstanding_gpus_high) >= 0, gpus_best IS NULL)
WITH said AS (
    SELECT
        matches.shipment_id,
        matches.origin_id AS independent_id,
        records.*
    FROM shipments.record_matches AS matches
    INNER JOIN records.shipment_records AS records ON matches.record_id = records.record_id
    WHERE matches.counts
),

openers AS (
    SELECT
        members.shipment_id,
        nodes.kind,
        nodes.supplier_id,
        nodes.product_id,
        nodes.due_days,
        nodes.ordered_start
    FROM shipments.lot_members AS members
    INNER JOIN shipments.lot_nodes AS nodes ON members.node_id = nodes.node_id
    WHERE members.node_id = members.opener_id
),

products AS (
    -- What was delivered in place of what was ordered; else the most exact that is stated. The seller before the maker.
    SELECT
        said.shipment_id,
        arg_min(said.supplier_id, (said.supplier_id = products.vendor_id, said.record_id)) FILTER (WHERE said.supplier_id IS NOT NULL) AS supplier_id,
        arg_min(said.product_id, (
            CASE products.level WHEN 'system' THEN 0 WHEN 'variant' THEN 1 WHEN 'model' THEN 2 WHEN 'family' THEN 3 ELSE 4 END,
            said.event NOT IN ('shipment', 'delivery'),
            -epoch(said.known_at),
            said.record_id
        )) FILTER (WHERE NOT said.superseded) AS product_id
    FROM said
    LEFT JOIN reference.products AS products ON said.product_id = products.product_id
    GROUP BY said.shipment_id
),

orders AS (
    SELECT
        said.shipment_id,
        min(said.actual_start) FILTER (WHERE said.event = 'order' AND NOT said.superseded) AS ordered_on
    FROM said
    WHERE said.certainty <> 'denied'
    GROUP BY said.shipment_id
),

promises AS (
    -- Of the party that was to get it first the first one, of the one that gets it now the one that stands.
    SELECT
        parties.shipment_id,
        arg_min({ 'days': [promises.promised_start, promises.promised_end] }, (promises.entity_id IS DISTINCT FROM parties.original_to_id, promises.revision_number)).days AS first_due,
        arg_max({ 'days': [promises.promised_start, promises.promised_end] }, (promises.entity_id IS NOT DISTINCT FROM parties.current_to_id, promises.revision_number)).days AS current_due
    FROM shipments.lot_parties AS parties
    INNER JOIN shipments.promises AS promises ON parties.shipment_id = promises.shipment_id
    GROUP BY parties.shipment_id
),

told AS (
    SELECT
        said.shipment_id,
        count(*) AS records,
        count(DISTINCT said.independent_id) FILTER (WHERE said.certainty <> 'denied') AS origins,
        min(said.known_at) AS first_known_at,
        max(said.known_at) AS last_known_at
    FROM said
    WHERE NOT said.superseded
    GROUP BY said.shipment_id
),

parts AS (
    -- Lots of which parts were moved.
    SELECT DISTINCT splits.parent_shipment_id
    FROM shipments.lot_splits AS splits
),

shares AS (
    -- What is left of a lot after parts were moved is worth its share.
    SELECT
        amounts.shipment_id,
        CASE WHEN parts.parent_shipment_id IS NOT NULL AND counts.gpus_best > 0 THEN amounts.gpus_low / counts.gpus_best ELSE 1 END AS share_low,
        CASE WHEN parts.parent_shipment_id IS NOT NULL AND counts.gpus_best > 0 THEN amounts.gpus_best / counts.gpus_best ELSE 1 END AS share_best,
        CASE WHEN parts.parent_shipment_id IS NOT NULL AND counts.gpus_best > 0 THEN amounts.gpus_high / counts.gpus_best ELSE 1 END AS share_high
    FROM shipments.lot_amounts AS amounts
    LEFT JOIN shipments.lot_counts AS counts ON amounts.shipment_id = counts.shipment_id
    LEFT JOIN parts ON amounts.shipment_id = parts.parent_shipment_id
)

SELECT
    openers.shipment_id, -- The lot: supplier/order/line, or parties, product and a short hash. {key}
    parties.parent_shipment_id, -- The lot that it was split from.
    CASE WHEN openers.kind = 'supplier' THEN openers.supplier_id ELSE coalesce(parent_openers.supplier_id, products.supplier_id) END AS supplier_id, -- Who sells. {-> records.entities.entity_id}
    CASE WHEN openers.kind = 'supplier' THEN openers.product_id ELSE coalesce(wider.product_id, products.product_id, openers.product_id) END AS product_id, -- The most exact product that is stated of it. {not null, -> reference.products.product_id}
    kinds.family_id, -- Its family. {not null, -> reference.products.product_id}
    amounts.gpus_low, -- Least GPUs; empty where no source gives a count.
    amounts.gpus_best, -- GPUs where one number is needed.
    amounts.gpus_high, -- Greatest GPUs.
    amounts.gpus_low * kinds.h100e AS h100e_low, -- Least H100-equivalents.
    amounts.gpus_best * kinds.h100e AS h100e_best, -- H100-equivalents where one number is needed.
    amounts.gpus_high * kinds.h100e AS h100e_high, -- Greatest H100-equivalents.
    stated_values.value_usd_low * shares.share_low AS value_usd_low, -- Least value, US dollars.
    stated_values.value_usd_best * shares.share_best AS value_usd_best, -- Value where one number is needed, US dollars.
    stated_values.value_usd_high * shares.share_high AS value_usd_high, -- Greatest value, US dollars.
    parties.original_to_id, -- Who was to get it first. {-> records.entities.entity_id}
    parties.current_to_id, -- Who got it, or is to get it now. {-> records.entities.entity_id}
    CASE
        WHEN amounts.cancelled_gpus_best >= amounts.gpus_best AND (amounts.gpus_best > 0 OR amounts.rest_cancelled) THEN 'cancelled'
        WHEN amounts.gpus_best IS NULL AND amounts.rest_cancelled THEN 'cancelled'
        WHEN amounts.delivered_gpus_best > 0 AND amounts.delivered_gpus_best + amounts.cancelled_gpus_best >= amounts.gpus_best THEN 'delivered'
        WHEN amounts.gpus_best IS NULL AND amounts.any_delivered THEN 'delivered'
        WHEN amounts.delivered_gpus_best > 0 THEN 'partly_delivered'
        WHEN amounts.shipped_gpus_best > 0 OR amounts.any_shipped THEN 'shipped'
        ELSE 'open'
    END AS status, -- Where it stands. {not null, one of: open, shipped, partly_delivered, delivered, cancelled}
    amounts.delivered_gpus_low, -- GPUs delivered, least.
    amounts.delivered_gpus_best, -- GPUs delivered.
    amounts.delivered_gpus_high, -- GPUs delivered, greatest.
    amounts.shipped_gpus_low, -- GPUs shipped, delivered ones included, least.
    amounts.shipped_gpus_best, -- GPUs shipped.
    amounts.shipped_gpus_high, -- GPUs shipped, greatest.
    amounts.cancelled_gpus_low, -- GPUs cancelled, least.
    amounts.cancelled_gpus_best, -- GPUs cancelled.
    amounts.cancelled_gpus_high, -- GPUs cancelled, greatest.
    amounts.outstanding_gpus_low, -- GPUs still to come, least.
    amounts.outstanding_gpus_best, -- GPUs still to come.
    amounts.outstanding_gpus_high, -- GPUs still to come, greatest.
    orders.ordered_on, -- Day of the order.
    promises.first_due[1] AS first_promised_start, -- First day of the first promise.
    promises.first_due[2] AS first_promised_end, -- Last day of the first promise.
    promises.current_due[1] AS current_promised_start, -- First day of the promise that stands now.
    promises.current_due[2] AS current_promised_end, -- Last day of the promise that stands now.
    amounts.shipped_on, -- Day of the first shipment.
    CASE
        WHEN amounts.delivered_gpus_best > 0 AND amounts.delivered_gpus_best + amounts.cancelled_gpus_best >= amounts.gpus_best
            THEN amounts.last_delivered_on
        WHEN amounts.gpus_best IS NULL AND amounts.any_delivered THEN amounts.last_delivered_on
    END AS delivered_on, -- Day on which the delivery was complete; empty while it is not.
    coalesce(sureness.level, 'denied') AS certainty, -- How sure it is that it happened, from its independent origins for and against (shipments.field_certainty). {not null, one of: confirmed, reported, rumoured, denied}
    coalesce(sureness.probability, 0) AS probability, -- The same as a probability, 0 to 1. {not null}
    told.records, -- Records of it that stand. {not null}
    told.origins, -- Independent origins that state it. {not null}
    openers.shipment_id IN (SELECT conflicts.shipment_id FROM shipments.conflicts AS conflicts) AS contested, -- Whether origins contradict each other. {not null}
    told.first_known_at, -- When it was first known (UTC). {not null}
    told.last_known_at -- When it was last spoken of (UTC). {not null}
FROM openers
INNER JOIN shipments.lot_parties AS parties ON openers.shipment_id = parties.shipment_id
INNER JOIN shipments.lot_amounts AS amounts ON openers.shipment_id = amounts.shipment_id
INNER JOIN shares ON openers.shipment_id = shares.shipment_id
INNER JOIN told ON openers.shipment_id = told.shipment_id
LEFT JOIN orders ON openers.shipment_id = orders.shipment_id
LEFT JOIN shipments.field_certainty AS sureness ON openers.shipment_id = sureness.shipment_id AND sureness.field = 'happened'
LEFT JOIN products ON openers.shipment_id = products.shipment_id
LEFT JOIN shipments.lot_values AS stated_values ON openers.shipment_id = stated_values.shipment_id
LEFT JOIN promises ON openers.shipment_id = promises.shipment_id
LEFT JOIN openers AS parent_openers ON parties.parent_shipment_id = parent_openers.shipment_id
-- A part is of what its whole is, said more exactly.
LEFT JOIN reference.product_ancestors AS wider
    ON parent_openers.product_id = wider.product_id AND products.product_id = wider.ancestor_id
INNER JOIN reference.products AS kinds
    ON CASE WHEN openers.kind = 'supplier' THEN openers.product_id ELSE coalesce(wider.product_id, products.product_id, openers.product_id) END = kinds.product_id
ORDER BY openers.shipment_id
