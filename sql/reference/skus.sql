-- One row per pattern of supplier part numbers and product strings.
SELECT
    skus.pattern, -- Regular expression that the whole string matches, without regard to case. {key}
    skus.product_id -- The product. {not null, -> reference.products.product_id}
FROM curated.skus
ORDER BY pattern
