-- One row per product and wider product: itself, its model, its family, up to the root. A system is also one of its component's kin.
WITH RECURSIVE climbs AS (
    SELECT
        products.product_id,
        products.product_id AS ancestor_id,
        0 AS steps
    FROM reference.products
    UNION
    SELECT
        climbs.product_id,
        unnest(list_filter([parents.parent_id, parents.component_id], LAMBDA next_id: next_id IS NOT NULL)) AS ancestor_id,
        climbs.steps + 1 AS steps
    FROM climbs
    INNER JOIN reference.products AS parents ON climbs.ancestor_id = parents.product_id
    WHERE climbs.steps < 8
)

SELECT
    climbs.product_id, -- The product. {key, -> reference.products.product_id}
    climbs.ancestor_id, -- A product that includes it. {key, -> reference.products.product_id}
    min(climbs.steps) AS steps -- How many steps wider; 0 for itself. {not null}
FROM climbs
GROUP BY climbs.product_id, climbs.ancestor_id
ORDER BY climbs.product_id, steps, climbs.ancestor_id
