-- One row per lot of which a value is stated: US dollars of the whole, before parts are taken from it. A supplier's newest line is exact; among the news origins that differ give the hull, a single number of two digits at most stands for all that round to it, and a value that does not fit what a GPU of it is said to cost leaves both open.
-- check values_are_ordered: coalesce(value_usd_low <= value_usd_best, TRUE) AND coalesce(value_usd_best <= value_usd_high, TRUE)
WITH products AS (
    -- What the newest of the most exact statements says that the lot is: what was ordered may be replaced.
    SELECT
        matches.shipment_id,
        arg_max(
            records.product_id,
            (products.level IN ('system', 'variant', 'model'), records.event IN ('shipment', 'delivery'), records.known_at, records.record_id)
        ) AS product_id
    FROM shipments.record_matches AS matches
    INNER JOIN records.shipment_records AS records ON matches.record_id = records.record_id
    INNER JOIN reference.products AS products ON records.product_id = products.product_id
    WHERE NOT records.superseded AND records.certainty <> 'denied'
    GROUP BY matches.shipment_id
),

related AS (
    -- Models and variants of one family, and whether the one is the other, said more or less exactly.
    SELECT
        one.product_id,
        other.product_id AS other_id,
        bool_or(kin.product_id IS NOT NULL) AS is_kin
    FROM reference.products AS one
    INNER JOIN reference.products AS other ON one.family_id = other.family_id
    LEFT JOIN reference.product_ancestors AS kin
        ON
            (one.product_id = kin.product_id AND other.product_id = kin.ancestor_id)
            OR (other.product_id = kin.product_id AND one.product_id = kin.ancestor_id)
    GROUP BY one.product_id, other.product_id
),

said AS (
    SELECT
        matches.shipment_id,
        matches.origin_id,
        records.record_id,
        records.known_at,
        records.value_usd_low,
        records.value_usd_best,
        records.value_usd_high,
        CASE
            WHEN records.gpus_low = records.gpus_high AND records.gpus_best > 0 AND records.value_usd_low = records.value_usd_high
                THEN records.value_usd_best / records.gpus_best
        END AS price_usd,
        -- Half a step of the second digit, as a share of the number.
        CASE
            WHEN
                records.source_kind = 'news' AND records.value_usd_low = records.value_usd_high AND records.value_usd_low >= 100
                AND abs(records.value_usd_low / power(10, floor(log10(records.value_usd_low)) - 1) - round(records.value_usd_low / power(10, floor(log10(records.value_usd_low)) - 1))) < 1e-6
                THEN power(10, floor(log10(records.value_usd_low)) - 1) / 2 / records.value_usd_low
            ELSE 0
        END AS rounding,
        CASE
            WHEN records.source_kind = 'supplier' THEN 0
            -- What another product was worth says little of what came in its place; what a part is worth, nothing of the whole.
            WHEN NOT coalesce(related.is_kin, TRUE) THEN 4
            WHEN records.event IN ('order', 'allocation', 'diversion', 'resale') THEN 1
            WHEN records.gpus_best BETWEEN counts.gpus_low AND counts.gpus_high THEN 2
            ELSE 3
        END AS place,
        CASE records.certainty WHEN 'confirmed' THEN 0 WHEN 'reported' THEN 1 ELSE 2 END AS doubt
    FROM shipments.record_matches AS matches
    INNER JOIN records.shipment_records AS records ON matches.record_id = records.record_id
    LEFT JOIN products ON matches.shipment_id = products.shipment_id
    LEFT JOIN related ON products.product_id = related.product_id AND records.product_id = related.other_id
    LEFT JOIN shipments.lot_counts AS counts ON matches.shipment_id = counts.shipment_id
    WHERE records.value_usd_best IS NOT NULL AND NOT records.superseded AND records.certainty <> 'denied'
),

prices AS (
    -- What a GPU of it costs, as each origin says it, of the whole or of a part; of a lot that was moved from a bigger one also what that one's cost.
    SELECT
        said.shipment_id,
        said.origin_id,
        median(said.price_usd) AS price_usd
    FROM said
    WHERE said.place < 4
    GROUP BY said.shipment_id, said.origin_id
    UNION ALL
    SELECT
        splits.shipment_id,
        'whole: ' || said.origin_id AS origin_id,
        median(said.price_usd) AS price_usd
    FROM said
    INNER JOIN shipments.lot_splits AS splits ON said.shipment_id = splits.parent_shipment_id
    WHERE said.place < 4
    GROUP BY splits.shipment_id, said.origin_id
),

priced AS (
    SELECT
        prices.shipment_id,
        median(prices.price_usd) * any_value(counts.gpus_best) AS value_usd
    FROM prices
    INNER JOIN shipments.lot_counts AS counts ON prices.shipment_id = counts.shipment_id
    WHERE prices.price_usd IS NOT NULL
    GROUP BY prices.shipment_id
),

newest AS (
    SELECT said.*
    FROM said
    QUALIFY
        rank() OVER (PARTITION BY said.shipment_id ORDER BY said.place) = 1
        AND row_number() OVER (PARTITION BY said.shipment_id, said.place, said.origin_id ORDER BY said.known_at DESC, said.record_id ASC) = 1
),

ranked AS (
    SELECT
        newest.*,
        count(*) OVER (PARTITION BY newest.shipment_id, newest.value_usd_best) AS origins,
        row_number() OVER (
            PARTITION BY newest.shipment_id ORDER BY newest.doubt ASC, newest.known_at DESC, newest.record_id ASC
        ) AS turn
    FROM newest
),

stated AS (
    SELECT
        ranked.shipment_id,
        bool_or(ranked.place = 0) AS is_booked,
        arg_min(ranked.value_usd_best, ranked.turn) AS value_usd_best,
        bool_or(ranked.value_usd_low IS NOT NULL) AS has_low,
        bool_and(ranked.value_usd_high IS NOT NULL) AS has_high,
        min(ranked.value_usd_low * (1 - CASE WHEN ranked.origins > 1 THEN 0 ELSE ranked.rounding END)) AS value_usd_low,
        max(ranked.value_usd_high * (1 + CASE WHEN ranked.origins > 1 THEN 0 ELSE ranked.rounding END)) AS value_usd_high
    FROM ranked
    GROUP BY ranked.shipment_id
),

rivals AS (
    -- News that name a value which is no round one of what such a GPU is said to cost leave both open.
    SELECT
        stated.shipment_id,
        priced.value_usd
    FROM stated
    INNER JOIN priced ON stated.shipment_id = priced.shipment_id
    WHERE NOT stated.is_booked AND abs(priced.value_usd - stated.value_usd_best) > 0.06 * stated.value_usd_best
)

SELECT
    stated.shipment_id, -- The lot. {key}
    CASE WHEN stated.has_low THEN least(stated.value_usd_low, stated.value_usd_best, coalesce(rivals.value_usd, stated.value_usd_best)) END AS value_usd_low, -- Least value, US dollars.
    stated.value_usd_best, -- Value where one number is needed, US dollars.
    CASE WHEN stated.has_high THEN greatest(stated.value_usd_high, stated.value_usd_best, coalesce(rivals.value_usd, stated.value_usd_best)) END AS value_usd_high -- Greatest value, US dollars; empty where a source leaves it open.
FROM stated
LEFT JOIN rivals ON stated.shipment_id = rivals.shipment_id
ORDER BY stated.shipment_id
