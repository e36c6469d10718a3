-- One row per vendor and fiscal quarter: how many accelerators its revenue can have bought at most, against what news and suppliers say came in that quarter. All revenue is taken as if it were accelerators, so the bound is generous.
-- warn claims_are_possible: NOT exceeded
-- check interval_is_in_order: coalesce(sold_gpus_low <= sold_gpus_high, TRUE)
WITH vendors AS (
    SELECT DISTINCT products.vendor_id AS entity_id
    FROM reference.products AS products
    WHERE products.vendor_id IS NOT NULL
),

quarters AS (
    SELECT quarters.*
    FROM supply.quarters AS quarters
    WHERE quarters.entity_id IN (SELECT vendors.entity_id FROM vendors) AND quarters.revenue_usd IS NOT NULL
),

-- A price holds from its day on; a quarter has those that held on its last day.
prices AS (
    SELECT
        quarters.entity_id,
        quarters.quarter_end,
        prices.product_id,
        arg_max(prices.usd_low, prices.from_on) AS usd_low,
        arg_max(prices.usd_high, prices.from_on) AS usd_high
    FROM quarters
    INNER JOIN reference.products AS products ON quarters.entity_id = products.vendor_id
    INNER JOIN reference.unit_prices AS prices
        ON products.product_id = prices.product_id AND quarters.quarter_end >= prices.from_on
    GROUP BY quarters.entity_id, quarters.quarter_end, prices.product_id
),

priced AS (
    SELECT
        prices.entity_id,
        prices.quarter_end,
        min(prices.usd_low) AS usd_low,
        max(prices.usd_high) AS usd_high
    FROM prices
    GROUP BY prices.entity_id, prices.quarter_end
),

-- What is said to have come or to have been shipped in the quarter; the nearest price above a product is its own.
came AS (
    SELECT
        quarters.entity_id,
        quarters.quarter_end,
        lots.shipment_id,
        greatest(lots.delivered_gpus_low, lots.shipped_gpus_low) AS gpus_low,
        greatest(lots.delivered_gpus_best, lots.shipped_gpus_best) AS gpus_best,
        greatest(lots.delivered_gpus_high, lots.shipped_gpus_high) AS gpus_high,
        (
            SELECT min(prices.usd_low)
            FROM reference.product_ancestors AS above
            INNER JOIN prices ON above.ancestor_id = prices.product_id
            WHERE above.product_id = lots.product_id AND prices.entity_id = quarters.entity_id AND prices.quarter_end = quarters.quarter_end
        ) AS usd_low
    FROM quarters
    INNER JOIN reference.products AS products ON quarters.entity_id = products.vendor_id
    INNER JOIN shipments.shipments AS lots ON products.product_id = lots.product_id
    WHERE
        lots.certainty <> 'denied'
        AND coalesce(lots.shipped_on, lots.delivered_on) BETWEEN quarters.quarter_start AND quarters.quarter_end
),

claimed AS (
    SELECT
        came.entity_id,
        came.quarter_end,
        count(*) AS lots,
        sum(came.gpus_low) AS gpus_low,
        sum(came.gpus_best) AS gpus_best,
        sum(came.gpus_high) AS gpus_high,
        sum(came.gpus_best * came.usd_low) AS usd_low
    FROM came
    GROUP BY came.entity_id, came.quarter_end
)

SELECT
    quarters.entity_id AS vendor_id, -- The vendor. {key, -> reference.entities.entity_id}
    quarters.quarter_start, -- First day of its fiscal quarter. {not null}
    quarters.quarter_end, -- Last day of its fiscal quarter. {key}
    quarters.revenue_usd, -- Its revenue, US dollars. {not null}
    priced.usd_low AS unit_price_usd_low, -- Price of its cheapest accelerator, lower end, US dollars; empty where no price is known.
    priced.usd_high AS unit_price_usd_high, -- Price of its dearest accelerator, upper end, US dollars.
    quarters.revenue_usd / priced.usd_high AS sold_gpus_low, -- GPUs that the revenue buys at the highest price.
    quarters.revenue_usd / priced.usd_low AS sold_gpus_high, -- GPUs that can have been sold at most: all revenue at the lowest price.
    coalesce(claimed.lots, 0) AS claimed_lots, -- Lots of its products that are said to have been shipped or delivered in the quarter. {not null}
    coalesce(claimed.gpus_low, 0) AS claimed_gpus_low, -- Least GPUs of these lots. {not null}
    coalesce(claimed.gpus_best, 0) AS claimed_gpus_best, -- GPUs of these lots. {not null}
    coalesce(claimed.gpus_high, 0) AS claimed_gpus_high, -- Greatest GPUs of these lots. {not null}
    claimed.usd_low AS claimed_usd_low, -- What they cost at the lowest price of each product, US dollars; empty where none is priced.
    coalesce(claimed.gpus_best > quarters.revenue_usd / priced.usd_low OR claimed.usd_low > quarters.revenue_usd, FALSE) AS exceeded, -- Whether the claims are more than can have been sold. {not null}
    quarters.known_at -- When the revenue became known (UTC). {not null}
FROM quarters
LEFT JOIN priced ON quarters.entity_id = priced.entity_id AND quarters.quarter_end = priced.quarter_end
LEFT JOIN claimed ON quarters.entity_id = claimed.entity_id AND quarters.quarter_end = claimed.quarter_end
ORDER BY quarters.entity_id, quarters.quarter_end
