-- One row per product and day from which its price interval holds, in US dollars a GPU.
-- check lower_first: usd_low <= usd_high
SELECT
    unit_prices.product_id, -- The product. {key, -> reference.products.product_id}
    unit_prices.from_on::DATE AS from_on, -- First day. {key}
    unit_prices.usd_low::DOUBLE AS usd_low, -- Least price of one GPU, US dollars. {not null}
    unit_prices.usd_high::DOUBLE AS usd_high, -- Greatest price of one GPU, US dollars. {not null}
    unit_prices.source -- Who states or estimates it. {not null}
FROM curated.unit_prices
ORDER BY unit_prices.product_id, unit_prices.from_on
