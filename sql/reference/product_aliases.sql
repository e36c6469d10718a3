-- One row per alias of a product.
SELECT
    product_aliases.product_id, -- The product. {key, -> reference.products.product_id}
    product_aliases.alias -- Another name of it. {key}
FROM curated.product_aliases
ORDER BY product_id, alias
