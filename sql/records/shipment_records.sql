-- One row per statement of one source: what a claim or a supplier's line says, with ids, GPU counts, US dollars, whole-day intervals and both times.
-- check counts_are_ordered: coalesce(gpus_low <= gpus_best, TRUE) AND coalesce(gpus_best <= gpus_high, TRUE)
-- check days_are_ordered: coalesce(promised_start <= promised_end, TRUE) AND coalesce(actual_start <= actual_end, TRUE)
-- check comes_from_one_place: (claim_id IS NULL) <> (line_id IS NULL)
WITH items AS (
    SELECT
        items.item_id,
        items.source,
        coalesce(
            CASE items.published_precision WHEN 'instant' THEN items.published_at ELSE items.published_end::TIMESTAMP END,
            items.fetched_at
        ) AS known_at,
        CASE
            WHEN row_number() OVER newest_first > 1 THEN greatest(lag(known_at) OVER newest_first, known_at)
        END AS superseded_at
    FROM raw.news_items AS items
    WINDOW newest_first AS (
        PARTITION BY items.source, items.guid
        ORDER BY items.fetched_at DESC, items.published_at DESC NULLS LAST, items.item_id ASC
    )
),

news AS (
    SELECT
        'claim:' || claims.claim_id AS record_id,
        'news' AS source_kind,
        claims.event,
        'statement' AS statement,
        claims.supplier,
        claims.from_entity,
        claims.to_entity,
        CASE WHEN claims.product IS NOT NULL THEN coalesce(product_names.product_id, 'gpu') END AS product_id,
        claims.quantity_low AS stated_quantity_low,
        claims.quantity_high AS stated_quantity_high,
        claims.quantity_unit AS stated_unit,
        claims.value_low,
        claims.value_high,
        claims.currency,
        claims.promised_start,
        claims.promised_end,
        claims.revised_start,
        claims.revised_end,
        claims.actual_start,
        claims.actual_end,
        claims.delay_low_days,
        claims.delay_high_days,
        claims.certainty,
        -- A named source is the origin, whoever passes it on; else whoever published the first of all copies.
        coalesce(named.origin_id, roots_by.origin_id) AS origin_id,
        published_by.origin_id AS publisher_id,
        items.known_at,
        claims.claim_id,
        claims.item_id,
        NULL AS line_id,
        NULL AS document_id,
        NULL AS order_key,
        items.superseded_at
    FROM claims.news_claims AS claims
    ANTI JOIN claims.review AS waiting ON claims.claim_id = waiting.claim_id
    INNER JOIN items ON claims.item_id = items.item_id
    INNER JOIN claims.wire_groups AS groups ON claims.item_id = groups.item_id
    INNER JOIN items AS roots ON groups.root_item_id = roots.item_id
    LEFT JOIN reference.product_names AS product_names
        ON lower(strip_accents(trim(claims.product))) = product_names.folded_name
    LEFT JOIN records.stated_sources AS named ON claims.attributed_to = named.name
    INNER JOIN records.stated_sources AS roots_by ON roots.source = roots_by.name
    INNER JOIN records.stated_sources AS published_by ON items.source = published_by.name
),

sku_products AS (
    SELECT
        stated.sku,
        arg_max(skus.product_id, (length(skus.pattern), skus.product_id)) AS product_id
    FROM (
        SELECT DISTINCT lines.sku FROM claims.supplier_lines AS lines
        WHERE lines.sku IS NOT NULL
    ) AS stated
    INNER JOIN reference.skus ON regexp_full_match(stated.sku, skus.pattern, 'i')
    GROUP BY stated.sku
),

editions AS (
    -- The editions of each register, and when the next one became known.
    SELECT
        editions.contract,
        editions.edition_on,
        lead(editions.known_at) OVER (PARTITION BY editions.contract ORDER BY editions.edition_on) AS next_known_at
    FROM (
        SELECT
            lines.contract,
            coalesce(lines.document_date, lines.received_at::DATE) AS edition_on,
            min(coalesce(lines.document_date::TIMESTAMP, lines.received_at)) AS known_at
        FROM claims.supplier_lines AS lines
        -- Lines in our own columns may be of many registers, and of none whole.
        WHERE lines.statement IN ('holding', 'plan') AND lines.contract <> 'waybill-lines'
        GROUP BY ALL
    ) AS editions
),

stated_lines AS (
    SELECT
        lines.*,
        -- A register's line keeps its name from edition to edition, whoever made the chips; an order's has its supplier's number.
        lower(
            CASE WHEN lines.statement IN ('holding', 'plan') THEN lines.contract ELSE lines.supplier END || '/'
            || coalesce(lines.order_ref, CASE WHEN lines.line_ref IS NULL THEN lines.document_id ELSE '-' END) || '/'
            || coalesce(
                -- Some write line 10 as 00010.
                CASE
                    WHEN regexp_full_match(lines.line_ref, '0+[1-9][0-9]*') THEN ltrim(lines.line_ref, '0') ELSE lines.line_ref
                END, lines.sku, lines.line_number::VARCHAR
            )
        ) AS order_key,
        CASE lines.statement
            WHEN 'shipment' THEN coalesce(lines.shipment_ref, lines.shipped_on::VARCHAR, lines.delivered_on::VARCHAR)
        END AS shipment_key,
        -- Lines in our own columns are versions, each of which stands for itself.
        CASE WHEN lines.contract = 'waybill-lines' THEN lines.line_id END AS version_id,
        coalesce(lines.document_date::TIMESTAMP, lines.received_at) AS known_at
    FROM claims.supplier_lines AS lines
),

-- All that one document says of one order line is one edition: its parts stand together, and a newer edition replaces them all.
line_editions AS (
    SELECT
        lines.statement,
        lines.order_key,
        lines.shipment_key,
        lines.document_id,
        lines.sheet,
        lines.version_id,
        min(lines.promised_on) AS promised_from,
        max(lines.promised_on) AS promised_to,
        min(lines.revised_on) AS revised_from,
        max(lines.revised_on) AS revised_to,
        sum(lines.quantity * lines.unit_price) AS order_value,
        min(lines.line_number) AS place,
        CASE
            WHEN row_number() OVER newest_first > 1
                THEN greatest(lag(min(lines.known_at)) OVER newest_first, min(lines.known_at))
        END AS superseded_at
    FROM stated_lines AS lines
    GROUP BY lines.statement, lines.order_key, lines.shipment_key, lines.document_id, lines.sheet, lines.version_id
    WINDOW newest_first AS (
        PARTITION BY lines.statement, lines.order_key, lines.shipment_key
        ORDER BY
            max(coalesce(lines.document_date, lines.received_at::DATE)) DESC,
            max(lines.sent_at) DESC NULLS LAST,
            max(lines.received_at) DESC,
            lines.document_id ASC,
            min(lines.line_number) DESC
    )
),

lines AS (
    SELECT
        lines.line_id,
        lines.document_id,
        lines.statement,
        lines.supplier,
        lines.buyer,
        -- A part number by its pattern; else it may be a product's own name or id.
        CASE
            WHEN lines.sku IS NULL THEN 'gpu' ELSE coalesce(sku_products.product_id, product_names.product_id, 'gpu')
        END AS product_id,
        CASE
            -- A piece of a system is the whole system.
            WHEN lines.unit = 'each' THEN CASE products.level WHEN 'system' THEN 'system' ELSE 'gpu' END
            ELSE coalesce(lines.unit, 'gpu')
        END AS unit,
        lines.quantity,
        line_editions.order_value,
        lines.currency,
        lines.ordered_on,
        lines.promised_on AS planned_on,
        line_editions.promised_from,
        line_editions.promised_to,
        line_editions.revised_from,
        line_editions.revised_to,
        lines.shipped_on,
        lines.shipped_quantity,
        lines.delivered_on,
        lines.delivered_quantity,
        lines.status,
        lines.certainty,
        lines.document_date,
        lines.contract,
        lines.order_key,
        lines.known_at,
        CASE
            -- A register is a full list: what its next edition does not list has ended with it.
            WHEN editions.next_known_at IS NOT NULL THEN greatest(editions.next_known_at, lines.known_at)
            ELSE line_editions.superseded_at
        END AS superseded_at
    FROM stated_lines AS lines
    INNER JOIN line_editions
        ON
            lines.statement = line_editions.statement
            AND lines.order_key = line_editions.order_key
            AND lines.shipment_key IS NOT DISTINCT FROM line_editions.shipment_key
            AND lines.document_id = line_editions.document_id
            AND lines.sheet IS NOT DISTINCT FROM line_editions.sheet
            AND lines.version_id IS NOT DISTINCT FROM line_editions.version_id
    LEFT JOIN sku_products ON lines.sku = sku_products.sku
    LEFT JOIN reference.product_names AS product_names ON lower(strip_accents(trim(lines.sku))) = product_names.folded_name
    LEFT JOIN reference.products AS products ON coalesce(sku_products.product_id, product_names.product_id) = products.product_id
    LEFT JOIN editions
        ON
            lines.statement IN ('holding', 'plan') AND lines.contract = editions.contract
            AND coalesce(lines.document_date, lines.received_at::DATE) = editions.edition_on
),

line_events AS (
    SELECT
        lines.line_id,
        unnest(list_filter([
            {
                'event': CASE WHEN lines.statement = 'order' THEN 'order' END,
                'quantity': lines.quantity,
                'happened_on': lines.ordered_on
            },
            {
                'event': CASE
                    WHEN lines.statement IN ('order', 'shipment') AND (lines.shipped_quantity > 0 OR (lines.shipped_quantity IS NULL AND lines.shipped_on IS NOT NULL))
                        THEN 'shipment'
                END,
                'quantity': coalesce(lines.shipped_quantity, lines.quantity),
                'happened_on': lines.shipped_on
            },
            {
                'event': CASE
                    WHEN lines.statement IN ('order', 'shipment') AND (lines.delivered_quantity > 0 OR (lines.delivered_quantity IS NULL AND lines.delivered_on IS NOT NULL))
                        THEN 'delivery'
                END,
                'quantity': coalesce(lines.delivered_quantity, lines.shipped_quantity, lines.quantity),
                'happened_on': lines.delivered_on
            },
            {
                'event': CASE WHEN lines.statement = 'order' AND lines.status IN ('cancelled', 'rejected') THEN 'cancellation' END,
                -- What is cancelled is the rest of the line; what is rejected is this part of it.
                'quantity': CASE lines.status WHEN 'rejected' THEN lines.quantity END,
                'happened_on': lines.document_date
            },
            {
                'event': CASE WHEN lines.statement = 'holding' AND coalesce(lines.status, '') <> 'decommissioned' THEN 'holding' END,
                'quantity': lines.quantity,
                'happened_on': lines.delivered_on
            },
            {
                'event': CASE WHEN lines.statement = 'plan' THEN 'plan' END,
                'quantity': lines.quantity,
                'happened_on': NULL
            }
        ], LAMBDA each_event: each_event.event IS NOT NULL)) AS said
    FROM lines
),

supplier AS (
    SELECT
        'line:' || lines.line_id || ':' || line_events.said.event AS record_id,
        'supplier' AS source_kind,
        line_events.said.event,
        lines.statement,
        lines.supplier,
        NULL AS from_entity,
        lines.buyer AS to_entity,
        lines.product_id,
        line_events.said.quantity AS stated_quantity_low,
        line_events.said.quantity AS stated_quantity_high,
        lines.unit AS stated_unit,
        CASE WHEN line_events.said.event = 'order' THEN lines.order_value END AS value_low,
        CASE WHEN line_events.said.event = 'order' THEN lines.order_value END AS value_high,
        lines.currency,
        CASE line_events.said.event WHEN 'order' THEN lines.promised_from WHEN 'plan' THEN lines.planned_on END AS promised_start,
        CASE line_events.said.event WHEN 'order' THEN lines.promised_to WHEN 'plan' THEN lines.planned_on END AS promised_end,
        CASE WHEN line_events.said.event = 'order' THEN lines.revised_from END AS revised_start,
        CASE WHEN line_events.said.event = 'order' THEN lines.revised_to END AS revised_end,
        line_events.said.happened_on AS actual_start,
        line_events.said.happened_on AS actual_end,
        NULL AS delay_low_days,
        NULL AS delay_high_days,
        lines.certainty,
        CASE
            WHEN lines.statement IN ('holding', 'plan') THEN 'register:' || lines.contract
            ELSE 'supplier:' || coalesce(names.entity_id, lower(lines.supplier))
        END AS origin_id,
        NULL AS publisher_id,
        lines.known_at,
        NULL AS claim_id,
        NULL AS item_id,
        lines.line_id,
        lines.document_id,
        CASE WHEN lines.statement IN ('order', 'shipment') THEN lines.order_key END AS order_key,
        lines.superseded_at
    FROM line_events
    INNER JOIN lines ON line_events.line_id = lines.line_id
    LEFT JOIN records.stated_names AS names ON lines.supplier = names.name
),

statements AS (
    SELECT * FROM news
    UNION ALL
    SELECT * FROM supplier
),

counted AS (
    SELECT
        statements.*,
        CASE
            WHEN statements.stated_quantity_low IS NULL THEN statements.stated_quantity_high
            WHEN statements.stated_quantity_high IS NULL THEN statements.stated_quantity_low
            ELSE (statements.stated_quantity_low + statements.stated_quantity_high) / 2
        END AS stated_quantity_best,
        CASE
            WHEN statements.value_low IS NULL THEN statements.value_high
            WHEN statements.value_high IS NULL THEN statements.value_low
            ELSE (statements.value_low + statements.value_high) / 2
        END AS value_best,
        sizes.gpus_low AS unit_gpus_low,
        sizes.gpus_best AS unit_gpus_best,
        sizes.gpus_high AS unit_gpus_high
    FROM statements
    LEFT JOIN records.unit_sizes AS sizes
        ON
            coalesce(statements.product_id, 'gpu') = sizes.product_id
            AND coalesce(statements.stated_unit, 'gpu') = sizes.unit
)

SELECT
    counted.record_id, -- The statement: claim, or line version and event. {key}
    counted.source_kind, -- Who states it. {not null, one of: news, supplier}
    counted.event, -- What is stated to happen. {not null, one of: order, plan, allocation, shipment, delivery, diversion, delay, cancellation, restriction, resale, holding}
    counted.statement, -- What kind of document states it; a news item's is a statement. {not null, one of: statement, order, shipment, holding, plan}
    suppliers.entity_id AS supplier_id, -- Who makes or sells. {-> records.entities.entity_id}
    givers.entity_id AS from_id, -- Who had them, or was to have them, before. {-> records.entities.entity_id}
    receivers.entity_id AS to_id, -- Who gets, ordered, holds or waits for them. {-> records.entities.entity_id}
    counted.product_id, -- Product at the level that is stated. {-> reference.products.product_id}
    coalesce(products.family_id, 'gpu') AS family_id, -- Its family; gpu where none is stated. {not null, -> reference.products.product_id}
    counted.stated_quantity_low, -- Least count as stated, in stated_unit.
    counted.stated_quantity_high, -- Greatest count as stated, in stated_unit.
    counted.stated_unit, -- What was counted. {one of: gpu, board, system, rack}
    counted.stated_quantity_low * counted.unit_gpus_low AS gpus_low, -- Least number of GPUs.
    counted.stated_quantity_best * counted.unit_gpus_best AS gpus_best, -- GPUs where one number is needed.
    counted.stated_quantity_high * counted.unit_gpus_high AS gpus_high, -- Greatest number of GPUs.
    counted.stated_quantity_low * counted.unit_gpus_low * products.h100e AS h100e_low, -- Least H100-equivalents.
    counted.stated_quantity_best * counted.unit_gpus_best * products.h100e AS h100e_best, -- H100-equivalents where one number is needed.
    counted.stated_quantity_high * counted.unit_gpus_high * products.h100e AS h100e_high, -- Greatest H100-equivalents.
    counted.value_low * coalesce(rates.usd_per_unit, CASE counted.currency WHEN 'USD' THEN 1 END) AS value_usd_low, -- Least value, US dollars of the month.
    counted.value_best * coalesce(rates.usd_per_unit, CASE counted.currency WHEN 'USD' THEN 1 END) AS value_usd_best, -- Value where one number is needed, US dollars.
    counted.value_high * coalesce(rates.usd_per_unit, CASE counted.currency WHEN 'USD' THEN 1 END) AS value_usd_high, -- Greatest value, US dollars.
    counted.promised_start, -- First day of the promised interval.
    counted.promised_end, -- Last day of the promised interval.
    counted.revised_start, -- First day of the interval that replaced it.
    counted.revised_end, -- Last day of the interval that replaced it.
    counted.actual_start, -- First day of when it happened.
    counted.actual_end, -- Last day of when it happened.
    counted.delay_low_days, -- Least stated delay, in days.
    counted.delay_high_days, -- Greatest stated delay, in days.
    counted.certainty, -- How sure the source is. {not null, one of: confirmed, reported, rumoured, denied}
    counted.origin_id, -- The independent origin: a named source, the publisher of the first of all copies, a supplier's own books, or a register. {not null}
    counted.publisher_id, -- Who published the item.
    counted.known_at, -- When it became known (UTC). {not null}
    counted.claim_id, -- The claim. {-> claims.news_claims.claim_id}
    counted.item_id, -- The news item. {-> raw.news_items.item_id}
    counted.line_id, -- The supplier's line version. {-> claims.supplier_lines.line_id}
    counted.document_id, -- The supplier's document. {-> raw.supplier_documents.document_id}
    counted.order_key, -- Supplier, order and line, where a supplier states it.
    counted.superseded_at, -- When a newer version of the same item or line replaced it (UTC); empty where none did.
    counted.superseded_at IS NOT NULL AS superseded -- Whether a newer version replaced it. {not null}
FROM counted
LEFT JOIN records.stated_names AS suppliers ON counted.supplier = suppliers.name
LEFT JOIN records.stated_names AS givers ON counted.from_entity = givers.name
LEFT JOIN records.stated_names AS receivers ON counted.to_entity = receivers.name
LEFT JOIN reference.products AS products ON counted.product_id = products.product_id
ASOF LEFT JOIN reference.exchange_rates AS rates
    ON counted.currency = rates.currency AND counted.known_at >= rates.month
ORDER BY counted.record_id
