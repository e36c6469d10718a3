-- One row per lot: so many units of one product from one supplier to one party at a time, its life, and how sure all that is.
-- check units_are_conserved: coalesce(abs(gpus_low - delivered_gpus_low - cancelled_gpus_low - outstanding_gpus_low) < 1e-6 AND abs(gpus_best - delivered_gpus_best - cancelled_gpus_best - outstanding_gpus_best) < 1e-6 AND abs(gpus_high - delivered_gpus_high - cancelled_gpus_high - outstanding_gpus_high) < 1e-6, gpus_best IS NULL)
-- check nothing_is_negative: coalesce(least(gpus_low, delivered_gpus_low, cancelled_gpus_low, outstanding_gpus_low, outstanding_gpus_best, outstanding_gpus_high) >= 0, gpus_best IS NULL)
WITH said AS (
    SELECT
        matches.shipment_id,
        records.*
    FROM shipments.record_matches AS matches
    INNER JOIN records.shipment_records AS records ON matches.record_id = records.record_id
),

openers AS (
    SELECT
        members.shipment_id,
        nodes.kind,
        nodes.supplier_id,
        nodes.from_id,
        nodes.to_id,
        nodes.product_id,
        nodes.gpus_best
    FROM shipments.lot_members AS members
    INNER JOIN shipments.lot_nodes AS nodes ON members.node_id = nodes.node_id
    WHERE members.node_id = members.opener_id
),

stated_counts AS (
    SELECT
        said.shipment_id,
        said.gpus_low,
        said.gpus_best,
        said.gpus_high
    FROM said
    WHERE said.gpus_best IS NOT NULL AND NOT said.superseded AND said.certainty <> 'denied' AND said.order_key IS NULL
    QUALIFY row_number() OVER (
        PARTITION BY said.shipment_id
        ORDER BY
            CASE WHEN said.event IN ('order', 'allocation', 'diversion', 'resale') THEN 0 WHEN said.event IN ('shipment', 'delivery') THEN 1 ELSE 2 END,
            said.gpus_low IS NULL OR said.gpus_high IS NULL,
            CASE said.certainty WHEN 'confirmed' THEN 0 WHEN 'reported' THEN 1 ELSE 2 END,
            said.known_at DESC,
            said.record_id ASC
    ) = 1
),

stated_values AS (
    SELECT
        said.shipment_id,
        said.value_usd_low,
        said.value_usd_best,
        said.value_usd_high
    FROM said
    WHERE said.value_usd_best IS NOT NULL AND NOT said.superseded AND said.certainty <> 'denied'
    QUALIFY row_number() OVER (
        PARTITION BY said.shipment_id
        ORDER BY
            said.source_kind = 'supplier' DESC,
            CASE said.certainty WHEN 'confirmed' THEN 0 WHEN 'reported' THEN 1 ELSE 2 END,
            said.known_at DESC,
            said.record_id ASC
    ) = 1
),

products AS (
    SELECT
        said.shipment_id,
        any_value(said.supplier_id ORDER BY said.record_id) AS supplier_id,
        arg_min(said.product_id, (
            CASE products.level WHEN 'system' THEN 0 WHEN 'variant' THEN 1 WHEN 'model' THEN 2 WHEN 'family' THEN 3 ELSE 4 END,
            said.record_id
        )) AS product_id
    FROM said
    LEFT JOIN reference.products AS products ON said.product_id = products.product_id
    GROUP BY said.shipment_id
),

amounts AS (
    SELECT
        said.shipment_id,
        coalesce(greatest(
            max(said.gpus_best) FILTER (WHERE said.event = 'delivery' AND said.statement <> 'shipment'),
            sum(said.gpus_best) FILTER (WHERE said.event = 'delivery' AND said.statement = 'shipment')
        ), 0) AS delivered_gpus,
        coalesce(greatest(
            max(said.gpus_best) FILTER (WHERE said.event = 'shipment' AND said.statement <> 'shipment'),
            sum(said.gpus_best) FILTER (WHERE said.event = 'shipment' AND said.statement = 'shipment')
        ), 0) AS shipped_gpus,
        max(said.gpus_best) FILTER (WHERE said.event = 'cancellation') AS cancelled_gpus,
        coalesce(bool_or(said.event = 'cancellation' AND said.gpus_best IS NULL), FALSE) AS rest_cancelled,
        coalesce(bool_or(said.event = 'delivery'), FALSE) AS any_delivered,
        coalesce(bool_or(said.event IN ('shipment', 'delivery') AND said.actual_start IS NOT NULL), FALSE) AS any_shipped,
        max(said.actual_end) FILTER (WHERE said.event = 'delivery') AS last_delivered_on,
        min(said.actual_start) FILTER (WHERE said.event = 'shipment') AS shipped_on,
        min(said.actual_start) FILTER (WHERE said.event = 'order') AS ordered_on
    FROM said
    WHERE NOT said.superseded AND said.certainty <> 'denied'
    GROUP BY said.shipment_id
),

moves AS (
    SELECT
        said.shipment_id,
        arg_max(said.from_id, (said.certainty = 'confirmed', said.known_at, said.record_id)) FILTER (WHERE said.certainty <> 'denied') AS from_id,
        arg_max(said.to_id, (said.certainty = 'confirmed', said.known_at, said.record_id)) FILTER (WHERE said.certainty <> 'denied') AS to_id,
        bool_or(said.certainty = 'denied') AND bool_and(said.certainty IN ('rumoured', 'denied')) AS is_denied_rumour
    FROM said
    WHERE said.event IN ('diversion', 'resale') AND NOT said.superseded
    GROUP BY said.shipment_id
    HAVING bool_or(said.certainty <> 'denied')
),

due AS (
    SELECT
        said.shipment_id,
        said.known_at,
        said.record_id,
        0 AS place,
        said.promised_start AS due_start,
        said.promised_end AS due_end
    FROM said
    WHERE coalesce(said.promised_start, said.promised_end) IS NOT NULL AND said.certainty <> 'denied'
    UNION ALL
    SELECT
        said.shipment_id,
        said.known_at,
        said.record_id,
        1 AS place,
        said.revised_start AS due_start,
        said.revised_end AS due_end
    FROM said
    WHERE coalesce(said.revised_start, said.revised_end) IS NOT NULL AND said.certainty <> 'denied'
),

promises AS (
    SELECT
        due.shipment_id,
        arg_min({ 'days': [due.due_start, due.due_end] }, (due.known_at, due.place, due.record_id)).days AS first_due,
        arg_max({ 'days': [due.due_start, due.due_end] }, (due.known_at, due.place, due.record_id)).days AS current_due
    FROM due
    GROUP BY due.shipment_id
),

sureness AS (
    SELECT
        said.shipment_id,
        max(CASE said.certainty WHEN 'confirmed' THEN 3 WHEN 'reported' THEN 2 WHEN 'rumoured' THEN 1 ELSE 0 END) AS best,
        coalesce(bool_or(said.certainty = 'denied'), FALSE) AS denied,
        count(*) AS records,
        count(DISTINCT said.origin_id) FILTER (WHERE said.certainty <> 'denied') AS origins,
        min(said.known_at) AS first_known_at,
        max(said.known_at) AS last_known_at
    FROM said
    WHERE NOT said.superseded
    GROUP BY said.shipment_id
),

parts AS (
    SELECT
        splits.parent_shipment_id AS shipment_id,
        sum(splits.gpus_best) AS moved_gpus
    FROM shipments.lot_splits AS splits
    GROUP BY splits.parent_shipment_id
),

totals AS (
    SELECT
        openers.shipment_id,
        greatest(
            greatest(
                coalesce(CASE openers.kind WHEN 'supplier' THEN openers.gpus_best END, counts.gpus_low, counts.gpus_best * 0)
                - coalesce(parts.moved_gpus, 0), 0
            ), amounts.delivered_gpus
        ) AS gpus_low,
        greatest(
            greatest(
                coalesce(CASE openers.kind WHEN 'supplier' THEN openers.gpus_best END, counts.gpus_best)
                - coalesce(parts.moved_gpus, 0), 0
            ), amounts.delivered_gpus
        ) AS gpus_best,
        greatest(
            greatest(
                coalesce(CASE openers.kind WHEN 'supplier' THEN openers.gpus_best END, counts.gpus_high, counts.gpus_best)
                - coalesce(parts.moved_gpus, 0), 0
            ), amounts.delivered_gpus
        ) AS gpus_high,
        coalesce(openers.gpus_best, counts.gpus_best) IS NOT NULL OR amounts.delivered_gpus > 0 AS counted
    FROM openers
    INNER JOIN amounts ON openers.shipment_id = amounts.shipment_id
    LEFT JOIN stated_counts AS counts ON openers.shipment_id = counts.shipment_id
    LEFT JOIN parts ON openers.shipment_id = parts.shipment_id
),

balanced AS (
    SELECT
        totals.shipment_id,
        CASE WHEN totals.counted THEN totals.gpus_low END AS gpus_low,
        CASE WHEN totals.counted THEN totals.gpus_best END AS gpus_best,
        CASE WHEN totals.counted THEN totals.gpus_high END AS gpus_high,
        CASE WHEN totals.counted THEN amounts.delivered_gpus END AS delivered_gpus,
        CASE
            WHEN amounts.rest_cancelled THEN totals.gpus_low - amounts.delivered_gpus
            ELSE least(coalesce(amounts.cancelled_gpus, 0), totals.gpus_low - amounts.delivered_gpus)
        END AS cancelled_gpus_low,
        CASE
            WHEN amounts.rest_cancelled THEN totals.gpus_best - amounts.delivered_gpus
            ELSE least(coalesce(amounts.cancelled_gpus, 0), totals.gpus_best - amounts.delivered_gpus)
        END AS cancelled_gpus_best,
        CASE
            WHEN amounts.rest_cancelled THEN totals.gpus_high - amounts.delivered_gpus
            ELSE least(coalesce(amounts.cancelled_gpus, 0), totals.gpus_high - amounts.delivered_gpus)
        END AS cancelled_gpus_high
    FROM totals
    INNER JOIN amounts ON totals.shipment_id = amounts.shipment_id
)

SELECT
    openers.shipment_id, -- The lot: supplier/order/line, or parties, product and a short hash. {key}
    splits.parent_shipment_id, -- The lot that it was split from.
    coalesce(openers.supplier_id, products.supplier_id) AS supplier_id, -- Who sells. {-> records.entities.entity_id}
    coalesce(products.product_id, openers.product_id) AS product_id, -- The most exact product that is stated of it. {not null, -> reference.products.product_id}
    kinds.family_id, -- Its family. {not null, -> reference.products.product_id}
    balanced.gpus_low, -- Least GPUs; empty where no source gives a count.
    balanced.gpus_best, -- GPUs where one number is needed.
    balanced.gpus_high, -- Greatest GPUs.
    balanced.gpus_low * kinds.h100e AS h100e_low, -- Least H100-equivalents.
    balanced.gpus_best * kinds.h100e AS h100e_best, -- H100-equivalents where one number is needed.
    balanced.gpus_high * kinds.h100e AS h100e_high, -- Greatest H100-equivalents.
    stated_values.value_usd_low, -- Least value, US dollars.
    stated_values.value_usd_best, -- Value where one number is needed, US dollars.
    stated_values.value_usd_high, -- Greatest value, US dollars.
    CASE WHEN moves.shipment_id IS NULL THEN openers.to_id WHEN openers.kind = 'supplier' THEN openers.to_id ELSE moves.from_id END AS original_to_id, -- Who was to get it first. {-> records.entities.entity_id}
    CASE WHEN moves.shipment_id IS NULL OR (openers.kind = 'supplier' AND moves.is_denied_rumour) THEN openers.to_id ELSE moves.to_id END AS current_to_id, -- Who got it, or is to get it now. {-> records.entities.entity_id}
    CASE
        WHEN balanced.cancelled_gpus_best >= balanced.gpus_best AND (balanced.gpus_best > 0 OR amounts.rest_cancelled) THEN 'cancelled'
        WHEN balanced.gpus_best IS NULL AND amounts.rest_cancelled THEN 'cancelled'
        WHEN balanced.delivered_gpus > 0 AND balanced.delivered_gpus + balanced.cancelled_gpus_best >= balanced.gpus_best THEN 'delivered'
        WHEN balanced.gpus_best IS NULL AND amounts.any_delivered THEN 'delivered'
        WHEN balanced.delivered_gpus > 0 THEN 'partly_delivered'
        WHEN amounts.shipped_gpus > 0 OR amounts.any_shipped THEN 'shipped'
        ELSE 'open'
    END AS status, -- Where it stands. {not null, one of: open, shipped, partly_delivered, delivered, cancelled}
    balanced.delivered_gpus AS delivered_gpus_low, -- GPUs delivered, least.
    balanced.delivered_gpus AS delivered_gpus_best, -- GPUs delivered.
    balanced.delivered_gpus AS delivered_gpus_high, -- GPUs delivered, greatest.
    least(greatest(amounts.shipped_gpus, balanced.delivered_gpus), balanced.gpus_low) AS shipped_gpus_low, -- GPUs shipped, delivered ones included, least.
    least(greatest(amounts.shipped_gpus, balanced.delivered_gpus), balanced.gpus_best) AS shipped_gpus_best, -- GPUs shipped.
    least(greatest(amounts.shipped_gpus, balanced.delivered_gpus), balanced.gpus_high) AS shipped_gpus_high, -- GPUs shipped, greatest.
    balanced.cancelled_gpus_low, -- GPUs cancelled, least.
    balanced.cancelled_gpus_best, -- GPUs cancelled.
    balanced.cancelled_gpus_high, -- GPUs cancelled, greatest.
    balanced.gpus_low - balanced.delivered_gpus - balanced.cancelled_gpus_low AS outstanding_gpus_low, -- GPUs still to come, least.
    balanced.gpus_best - balanced.delivered_gpus - balanced.cancelled_gpus_best AS outstanding_gpus_best, -- GPUs still to come.
    balanced.gpus_high - balanced.delivered_gpus - balanced.cancelled_gpus_high AS outstanding_gpus_high, -- GPUs still to come, greatest.
    amounts.ordered_on, -- Day of the order.
    promises.first_due[1] AS first_promised_start, -- First day of the first promise.
    promises.first_due[2] AS first_promised_end, -- Last day of the first promise.
    promises.current_due[1] AS current_promised_start, -- First day of the promise that stands now.
    promises.current_due[2] AS current_promised_end, -- Last day of the promise that stands now.
    amounts.shipped_on, -- Day of the first shipment.
    CASE
        WHEN balanced.delivered_gpus > 0 AND balanced.delivered_gpus + balanced.cancelled_gpus_best >= balanced.gpus_best
            THEN amounts.last_delivered_on
        WHEN balanced.gpus_best IS NULL AND amounts.any_delivered THEN amounts.last_delivered_on
    END AS delivered_on, -- Day on which the delivery was complete; empty while it is not.
    CASE greatest(sureness.best - sureness.denied::INTEGER, 0) WHEN 3 THEN 'confirmed' WHEN 2 THEN 'reported' WHEN 1 THEN 'rumoured' ELSE 'denied' END AS certainty, -- The surest origin's certainty, one step lower where another denies. {not null, one of: confirmed, reported, rumoured, denied}
    sureness.records, -- Records of it that stand. {not null}
    sureness.origins, -- Independent origins that state it. {not null}
    openers.shipment_id IN (SELECT conflicts.shipment_id FROM shipments.conflicts AS conflicts) AS contested, -- Whether origins contradict each other. {not null}
    sureness.first_known_at, -- When it was first known (UTC). {not null}
    sureness.last_known_at -- When it was last spoken of (UTC). {not null}
FROM openers
INNER JOIN amounts ON openers.shipment_id = amounts.shipment_id
INNER JOIN balanced ON openers.shipment_id = balanced.shipment_id
INNER JOIN sureness ON openers.shipment_id = sureness.shipment_id
LEFT JOIN products ON openers.shipment_id = products.shipment_id
INNER JOIN reference.products AS kinds ON coalesce(products.product_id, openers.product_id) = kinds.product_id
LEFT JOIN stated_values ON openers.shipment_id = stated_values.shipment_id
LEFT JOIN moves ON openers.shipment_id = moves.shipment_id
LEFT JOIN promises ON openers.shipment_id = promises.shipment_id
LEFT JOIN shipments.lot_splits AS splits ON openers.shipment_id = splits.shipment_id
ORDER BY openers.shipment_id
