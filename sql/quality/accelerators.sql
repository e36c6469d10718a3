-- One row per accelerator and figure that a public table of hardware also gives: ours beside theirs.
-- warn figures_agree: abs(ratio - 1) <= 0.01
WITH theirs AS (
    SELECT
        lower(trim(figures.item)) AS folded_name,
        CASE figures.measure WHEN 'peak_16bit' THEN 'peak_16bit_dense' ELSE 'peak_8bit_dense' END AS measure,
        max(figures.value) / 1e12 AS tera_operations,
        max(figures.known_at) AS known_at
    FROM supply.figures
    WHERE figures.source = 'epoch' AND figures.measure IN ('peak_int8', 'peak_fp8', 'peak_16bit') AND figures.superseded_at IS NULL
    GROUP BY folded_name, CASE figures.measure WHEN 'peak_16bit' THEN 'peak_16bit_dense' ELSE 'peak_8bit_dense' END
),

ours AS (
    SELECT
        products.product_id,
        lower(trim(products.name)) AS folded_name,
        'peak_8bit_dense' AS measure,
        products.tops_8bit_dense AS tera_operations
    FROM reference.products AS products
    WHERE products.level IN ('model', 'variant')
    UNION ALL
    SELECT
        products.product_id,
        lower(trim(products.name)) AS folded_name,
        'peak_16bit_dense' AS measure,
        products.h100e_16bit * 989.5 AS tera_operations
    FROM reference.products AS products
    WHERE products.level IN ('model', 'variant')
)

SELECT
    ours.product_id, -- The accelerator. {key, -> reference.products.product_id}
    ours.measure, -- Peak rate without sparsity, at 8 or 16 bits. {key, one of: peak_8bit_dense, peak_16bit_dense}
    ours.tera_operations AS our_tera_operations, -- Ours, tera-operations a second. {not null}
    theirs.tera_operations AS their_tera_operations, -- Epoch AI's, tera-operations a second. {not null}
    ours.tera_operations / theirs.tera_operations AS ratio, -- Ours to theirs. {not null}
    theirs.known_at -- When theirs became known (UTC). {not null}
FROM ours
INNER JOIN theirs ON ours.folded_name = theirs.folded_name AND ours.measure = theirs.measure
WHERE ours.tera_operations IS NOT NULL AND theirs.tera_operations > 0
ORDER BY ours.product_id, ours.measure
