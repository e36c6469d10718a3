-- One row per product and unit: how many GPUs one unit of it holds. For a chip counted in servers or racks, the systems that are built from it decide.
-- check sizes_are_ordered: gpus_low <= gpus_best AND gpus_best <= gpus_high
WITH units AS (
    SELECT unnest(['board', 'system', 'rack']) AS unit
),

systems AS (
    SELECT
        ancestors.ancestor_id AS product_id,
        systems.unit,
        systems.gpus_per_unit
    FROM reference.products AS systems
    INNER JOIN reference.product_ancestors AS ancestors ON systems.product_id = ancestors.product_id
    INNER JOIN reference.products AS wider ON ancestors.ancestor_id = wider.product_id
    WHERE systems.level = 'system' AND systems.gpus_per_unit IS NOT NULL AND wider.level IN ('model', 'variant')
)

SELECT
    products.product_id, -- The product. {key, -> reference.products.product_id}
    'gpu' AS unit, -- The unit. {key, one of: gpu, board, system, rack}
    1.0 AS gpus_low, -- Least GPUs in one unit. {not null}
    1.0 AS gpus_best, -- GPUs in one unit of the usual kind. {not null}
    1.0 AS gpus_high -- Greatest GPUs in one unit. {not null}
FROM reference.products
UNION ALL
SELECT
    products.product_id,
    units.unit,
    products.gpus_per_unit AS gpus_low,
    products.gpus_per_unit AS gpus_best,
    products.gpus_per_unit AS gpus_high
FROM reference.products
INNER JOIN units ON units.unit = 'system' OR products.unit = CASE units.unit WHEN 'board' THEN 'system' ELSE units.unit END
WHERE products.level = 'system' AND products.gpus_per_unit IS NOT NULL
UNION ALL
SELECT
    systems.product_id,
    units.unit,
    min(systems.gpus_per_unit) AS gpus_low,
    mode(systems.gpus_per_unit ORDER BY systems.gpus_per_unit) AS gpus_best,
    max(systems.gpus_per_unit) AS gpus_high
FROM systems
INNER JOIN units ON systems.unit = CASE units.unit WHEN 'board' THEN 'system' ELSE units.unit END
GROUP BY systems.product_id, units.unit
ORDER BY product_id, unit
