-- One row per thing that may open a lot: each order line of a supplier, and each statement of the news about a flow. Stock (holdings), intentions (plans) and restrictions open none.
-- check counts_are_ordered: coalesce(gpus_low <= gpus_best AND gpus_best <= gpus_high AND least_gpus <= gpus_low AND gpus_high <= most_gpus, gpus_best IS NULL)
WITH flows AS (
    SELECT
        records.record_id,
        records.source_kind,
        records.event,
        records.supplier_id,
        CASE WHEN records.event IN ('diversion', 'resale') THEN records.from_id END AS from_id,
        records.to_id,
        coalesce(records.product_id, 'gpu') AS product_id,
        records.gpus_low,
        records.gpus_best,
        records.gpus_high,
        -- Half a step of the second digit of what is stated, as a share of it: a number of two digits at most may be rounded.
        CASE
            WHEN
                records.stated_quantity_low = records.stated_quantity_high AND records.stated_quantity_low >= 100
                AND round(records.stated_quantity_low / power(10, floor(log10(records.stated_quantity_low)) - 1), 6)
                = round(records.stated_quantity_low / power(10, floor(log10(records.stated_quantity_low)) - 1))
                THEN power(10, floor(log10(records.stated_quantity_low)) - 1) / 2 / records.stated_quantity_low
            ELSE 0
        END AS rounding,
        -- A day is exact where the interval is one day.
        CASE WHEN records.promised_start = records.promised_end THEN records.promised_end END AS promised_on,
        CASE WHEN records.revised_start = records.revised_end THEN records.revised_end END AS revised_on,
        CASE WHEN records.actual_start = records.actual_end THEN records.actual_end END AS happened_on,
        records.promised_start,
        records.promised_end,
        coalesce(records.promised_start, records.revised_start) AS due_start,
        coalesce(records.revised_end, records.promised_end) AS due_end,
        coalesce(records.actual_start, records.actual_end) AS happened_start,
        coalesce(records.actual_end, records.actual_start) AS happened_end,
        records.certainty,
        records.origin_id,
        records.item_id,
        records.known_at,
        records.order_key,
        records.superseded
    FROM records.shipment_records AS records
    WHERE
        records.event IN ('order', 'allocation', 'shipment', 'delivery', 'diversion', 'delay', 'cancellation', 'resale')
        AND coalesce(records.from_id, records.to_id) IS NOT NULL
),

order_lines AS (
    SELECT
        flows.order_key AS node_id,
        'supplier' AS kind,
        arg_min(flows.event, (flows.event <> 'order', flows.record_id)) AS event,
        any_value(flows.supplier_id ORDER BY flows.record_id) AS supplier_id,
        NULL AS from_id,
        arg_max(flows.to_id, (NOT flows.superseded, flows.event = 'order', flows.known_at, flows.record_id)) AS to_id,
        arg_max(flows.product_id, (NOT flows.superseded, flows.event = 'order', flows.known_at, flows.record_id)) AS product_id,
        -- What was ordered may be delivered as something else.
        list(DISTINCT flows.product_id ORDER BY flows.product_id) AS product_ids,
        coalesce(
            sum(flows.gpus_best) FILTER (WHERE flows.event = 'order' AND NOT flows.superseded),
            sum(flows.gpus_best) FILTER (WHERE flows.event = 'shipment' AND NOT flows.superseded),
            sum(flows.gpus_best) FILTER (WHERE flows.event = 'delivery' AND NOT flows.superseded)
        ) AS gpus_best,
        min(flows.due_start) AS due_start,
        max(flows.due_end) AS due_end,
        list_sort(
            list_distinct(
                coalesce(list(flows.promised_on) FILTER (WHERE flows.promised_on IS NOT NULL), [])
                || coalesce(list(flows.revised_on) FILTER (WHERE flows.revised_on IS NOT NULL), [])
            )
        ) AS due_days,
        list(DISTINCT flows.happened_on ORDER BY flows.happened_on) FILTER (WHERE flows.event = 'order' AND flows.happened_on IS NOT NULL) AS ordered_days,
        list(DISTINCT flows.happened_on ORDER BY flows.happened_on) FILTER (WHERE flows.event = 'shipment' AND flows.happened_on IS NOT NULL) AS shipped_days,
        list(DISTINCT flows.happened_on ORDER BY flows.happened_on) FILTER (WHERE flows.event = 'delivery' AND flows.happened_on IS NOT NULL) AS delivered_days,
        min(flows.happened_start) FILTER (WHERE flows.event = 'order') AS ordered_start,
        max(flows.happened_end) FILTER (WHERE flows.event = 'order') AS ordered_end,
        min(flows.happened_start) FILTER (WHERE flows.event = 'shipment') AS shipped_start,
        max(flows.happened_end) FILTER (WHERE flows.event = 'shipment') AS shipped_end,
        min(flows.happened_start) FILTER (WHERE flows.event = 'delivery') AS delivered_start,
        max(flows.happened_end) FILTER (WHERE flows.event = 'delivery') AS delivered_end,
        least(min(flows.happened_start), min(flows.known_at)::DATE) AS life_start,
        greatest(max(flows.happened_end), max(flows.known_at)::DATE, max(flows.due_end)) AS life_end,
        'confirmed' AS certainty,
        any_value(flows.origin_id ORDER BY flows.record_id) AS origin_id,
        NULL AS item_id,
        min(flows.known_at) AS known_at
    FROM flows
    WHERE flows.order_key IS NOT NULL
    GROUP BY flows.order_key
),

nodes AS (
    SELECT
        order_lines.*,
        order_lines.gpus_best AS gpus_low,
        order_lines.gpus_best AS gpus_high,
        0 AS rounding,
        NULL::DATE[] AS moved_days,
        NULL::DATE AS lost_due_on,
        NULL::DATE AS lost_due_start,
        NULL::DATE AS lost_due_end,
        NULL::DATE AS moved_start,
        NULL::DATE AS moved_end
    FROM order_lines
    UNION ALL BY NAME
    SELECT
        flows.record_id AS node_id,
        CASE WHEN flows.event IN ('diversion', 'resale') THEN 'move' ELSE 'statement' END AS kind,
        flows.event,
        flows.supplier_id,
        flows.from_id,
        flows.to_id,
        flows.product_id,
        [flows.product_id] AS product_ids,
        flows.gpus_low,
        flows.gpus_best,
        flows.gpus_high,
        flows.rounding,
        flows.due_start,
        flows.due_end,
        list_filter([flows.promised_on, flows.revised_on], LAMBDA due_on: due_on IS NOT NULL) AS due_days,
        CASE WHEN flows.event = 'order' AND flows.happened_on IS NOT NULL THEN [flows.happened_on] END AS ordered_days,
        CASE WHEN flows.event = 'shipment' AND flows.happened_on IS NOT NULL THEN [flows.happened_on] END AS shipped_days,
        CASE WHEN flows.event = 'delivery' AND flows.happened_on IS NOT NULL THEN [flows.happened_on] END AS delivered_days,
        CASE WHEN flows.event IN ('diversion', 'resale') AND flows.happened_on IS NOT NULL THEN [flows.happened_on] END AS moved_days,
        CASE WHEN flows.event = 'diversion' THEN flows.promised_on END AS lost_due_on,
        CASE WHEN flows.event = 'diversion' THEN flows.promised_start END AS lost_due_start,
        CASE WHEN flows.event = 'diversion' THEN flows.promised_end END AS lost_due_end,
        CASE WHEN flows.event = 'order' THEN flows.happened_start END AS ordered_start,
        CASE WHEN flows.event = 'order' THEN flows.happened_end END AS ordered_end,
        CASE WHEN flows.event = 'shipment' THEN flows.happened_start END AS shipped_start,
        CASE WHEN flows.event = 'shipment' THEN flows.happened_end END AS shipped_end,
        CASE WHEN flows.event = 'delivery' THEN flows.happened_start END AS delivered_start,
        CASE WHEN flows.event = 'delivery' THEN flows.happened_end END AS delivered_end,
        CASE WHEN flows.event IN ('diversion', 'resale') THEN flows.happened_start END AS moved_start,
        CASE WHEN flows.event IN ('diversion', 'resale') THEN flows.happened_end END AS moved_end,
        least(flows.happened_start, flows.known_at::DATE) AS life_start,
        greatest(flows.happened_end, flows.known_at::DATE) AS life_end,
        flows.certainty,
        flows.origin_id,
        flows.item_id,
        flows.known_at
    FROM flows
    WHERE flows.order_key IS NULL AND NOT flows.superseded
),

kin AS (
    SELECT
        stated.node_id,
        list(DISTINCT ancestors.ancestor_id ORDER BY ancestors.ancestor_id) AS kin_ids
    FROM (
        SELECT
            nodes.node_id,
            unnest(nodes.product_ids) AS product_id
        FROM nodes
    ) AS stated
    INNER JOIN reference.product_ancestors AS ancestors ON stated.product_id = ancestors.product_id
    GROUP BY stated.node_id
),

makers AS (
    SELECT DISTINCT made.vendor_id
    FROM reference.products AS made
)

SELECT
    nodes.node_id, -- The order line (supplier/order/line), or the news record. {key}
    nodes.kind, -- What it is: a supplier's order line, a diversion or resale, or another statement. {not null, one of: supplier, move, statement}
    nodes.event, -- What is stated. {not null}
    nodes.supplier_id, -- Who sells.
    nodes.from_id, -- Who loses them, for a move.
    nodes.to_id, -- Who gets or waits for them.
    nodes.product_id, -- Product; gpu where none is stated. {not null, -> reference.products.product_id}
    nodes.product_ids, -- Every product that was stated of it, first and substituted ones. {not null}
    kin.kin_ids, -- All these and every wider product. {not null}
    makers.vendor_id IS NOT NULL AS names_maker, -- Whether the supplier that it names is a maker of accelerators, who may sell through another. {not null}
    coalesce(products.family_id, 'gpu') AS family_id, -- Its family; gpu where none is stated. {not null}
    coalesce(nodes.gpus_low, nodes.gpus_best) AS gpus_low, -- Least GPUs, as stated.
    nodes.gpus_best, -- GPUs where one number is needed.
    coalesce(nodes.gpus_high, nodes.gpus_best) AS gpus_high, -- Greatest GPUs, as stated.
    -- "More than" and "up to" leave one side open: as far as counts of one lot may differ.
    coalesce(nodes.gpus_low * (1 - nodes.rounding), nodes.gpus_best * 0.85) AS least_gpus, -- Least GPUs that the statement may stand for, if it is rounded or leaves that open.
    coalesce(nodes.gpus_high * (1 + nodes.rounding), nodes.gpus_best * 1.15) AS most_gpus, -- Greatest GPUs that it may stand for.
    nodes.due_start, -- First day when due.
    nodes.due_end, -- Last day when due.
    coalesce(chains.due_days, nodes.due_days, []) AS due_days, -- Exact days when it is due, with those that the news link to them as earlier or later promises. {not null}
    nodes.lost_due_on, -- The exact day when a diverted lot was due to whoever lost it.
    nodes.lost_due_start, -- First day when it was due to whoever lost it.
    nodes.lost_due_end, -- Last such day.
    coalesce(nodes.ordered_days, []) AS ordered_days, -- Exact days of the order. {not null}
    coalesce(nodes.shipped_days, []) AS shipped_days, -- Exact days of shipping. {not null}
    coalesce(nodes.delivered_days, []) AS delivered_days, -- Exact days of delivery. {not null}
    coalesce(nodes.moved_days, []) AS moved_days, -- Exact days of the diversion or resale. {not null}
    nodes.ordered_start, -- First day of the order, where it is stated.
    nodes.ordered_end, -- Last day of it.
    nodes.shipped_start, -- First day of shipping.
    nodes.shipped_end, -- Last day of it.
    nodes.delivered_start, -- First day of delivery.
    nodes.delivered_end, -- Last day of it.
    nodes.moved_start, -- First day of the diversion or resale.
    nodes.moved_end, -- Last day of it.
    nodes.life_start, -- First day that it speaks of, or on which it became known. {not null}
    nodes.life_end, -- Last such day; for an order line also the day when it is due. {not null}
    nodes.origin_id, -- The independent origin, as far as the statement itself says. {not null}
    nodes.item_id, -- The news item.
    nodes.known_at, -- When it became known (UTC). {not null}
    nodes.certainty <> 'denied' AS may_open, -- Whether it may open a lot: a denial only joins one. {not null}
    row_number() OVER (
        ORDER BY
            CASE nodes.kind WHEN 'supplier' THEN 0 WHEN 'move' THEN 1 ELSE 2 END,
            nodes.kind = 'statement' AND nodes.event NOT IN ('order', 'allocation'),
            nodes.gpus_best IS NULL,
            CASE nodes.event WHEN 'order' THEN 0 WHEN 'allocation' THEN 1 WHEN 'shipment' THEN 2 WHEN 'delivery' THEN 3 ELSE 4 END,
            products.level IN ('any', 'family'),
            -- Whoever knows the days can be told from others that are alike.
            (len(coalesce(chains.due_days, nodes.due_days, [])) = 0)::INTEGER + (len(coalesce(nodes.ordered_days, nodes.moved_days, [])) = 0)::INTEGER,
            CASE nodes.certainty WHEN 'confirmed' THEN 0 WHEN 'reported' THEN 1 WHEN 'rumoured' THEN 2 ELSE 3 END,
            nodes.known_at,
            nodes.node_id
    ) AS precedence -- The order in which nodes may open lots; a lower one opens first. {not null}
FROM nodes
INNER JOIN reference.products AS products ON nodes.product_id = products.product_id
INNER JOIN kin ON nodes.node_id = kin.node_id
LEFT JOIN makers ON nodes.supplier_id = makers.vendor_id
LEFT JOIN shipments.due_chains AS chains ON nodes.node_id = chains.record_id
ORDER BY precedence
