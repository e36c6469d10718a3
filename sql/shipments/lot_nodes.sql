-- One row per thing that may open a lot: each order line of a supplier, and each statement of the news about a flow. Stock (holdings), intentions (plans) and restrictions open none.
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
        coalesce(records.promised_start, records.revised_start) AS due_start,
        coalesce(records.revised_end, records.promised_end) AS due_end,
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
        arg_max(flows.to_id, flows.known_at) AS to_id,
        arg_max(flows.product_id, (NOT flows.superseded, flows.event = 'order', flows.known_at)) AS product_id,
        coalesce(
            sum(flows.gpus_best) FILTER (WHERE flows.event = 'order' AND NOT flows.superseded),
            sum(flows.gpus_best) FILTER (WHERE flows.event = 'shipment' AND NOT flows.superseded)
        ) AS gpus_best,
        min(flows.due_start) AS due_start,
        max(flows.due_end) AS due_end,
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
        order_lines.gpus_best AS gpus_high
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
        flows.gpus_low,
        flows.gpus_best,
        flows.gpus_high,
        flows.due_start,
        flows.due_end,
        flows.certainty,
        flows.origin_id,
        flows.item_id,
        flows.known_at
    FROM flows
    WHERE flows.order_key IS NULL AND NOT flows.superseded
)

SELECT
    nodes.node_id, -- The order line (supplier/order/line), or the news record. {key}
    nodes.kind, -- What it is: a supplier's order line, a diversion or resale, or another statement. {not null, one of: supplier, move, statement}
    nodes.event, -- What is stated. {not null}
    nodes.supplier_id, -- Who sells.
    nodes.from_id, -- Who loses them, for a move.
    nodes.to_id, -- Who gets or waits for them.
    nodes.product_id, -- Product; gpu where none is stated. {not null, -> reference.products.product_id}
    coalesce(nodes.gpus_low, nodes.gpus_best) AS gpus_low, -- Least GPUs.
    nodes.gpus_best, -- GPUs where one number is needed.
    coalesce(nodes.gpus_high, nodes.gpus_best) AS gpus_high, -- Greatest GPUs.
    nodes.due_start, -- First day when due.
    nodes.due_end, -- Last day when due.
    nodes.origin_id, -- The independent origin. {not null}
    nodes.item_id, -- The news item.
    nodes.known_at, -- When it became known (UTC). {not null}
    nodes.certainty <> 'denied' AS may_open, -- Whether it may open a lot: a denial only joins one. {not null}
    row_number() OVER (
        ORDER BY
            CASE nodes.kind WHEN 'supplier' THEN 0 WHEN 'move' THEN 1 ELSE 2 END,
            nodes.gpus_best IS NULL,
            CASE nodes.event WHEN 'order' THEN 0 WHEN 'allocation' THEN 1 WHEN 'shipment' THEN 2 WHEN 'delivery' THEN 3 ELSE 4 END,
            products.level IN ('any', 'family'),
            CASE nodes.certainty WHEN 'confirmed' THEN 0 WHEN 'reported' THEN 1 WHEN 'rumoured' THEN 2 ELSE 3 END,
            nodes.known_at,
            nodes.node_id
    ) AS precedence -- The order in which nodes may open lots; a lower one opens first. {not null}
FROM nodes
INNER JOIN reference.products AS products ON nodes.product_id = products.product_id
ORDER BY precedence
