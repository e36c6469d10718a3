-- One row per folded name: the product that a name stands for. A claim's own names win over names in full, ids and aliases.
WITH names AS (
    SELECT
        products.product_id,
        products.claim_name AS name,
        CASE products.level WHEN 'any' THEN 1 WHEN 'family' THEN 2 WHEN 'model' THEN 3 WHEN 'variant' THEN 4 ELSE 5 END AS preference
    FROM reference.products
    UNION ALL
    SELECT
        products.product_id,
        products.name,
        6 AS preference
    FROM reference.products
    UNION ALL
    SELECT
        products.product_id,
        products.product_id AS name,
        7 AS preference
    FROM reference.products
    UNION ALL
    SELECT
        product_aliases.product_id,
        product_aliases.alias AS name,
        8 AS preference
    FROM reference.product_aliases
)

SELECT
    lower(strip_accents(trim(names.name))) AS folded_name, -- The name in lower case without accents. {key}
    arg_min(names.product_id, (names.preference, names.product_id)) AS product_id -- The product. {not null, -> reference.products.product_id}
FROM names
GROUP BY folded_name
ORDER BY folded_name
