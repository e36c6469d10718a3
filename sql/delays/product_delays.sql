-- One row per product that is said to come late as a whole, to nobody in particular, and time at which that is said: what
-- is said of one product within half a year of the first report is one delay. It moves no promise; which lots
-- it touches stands in delays.at_risk.
-- check days_are_in_order: coalesce(delay_days_low <= delay_days_high, TRUE)
WITH RECURSIVE said AS (
    SELECT
        r.record_id,
        r.product_id,
        -- What the maker says of its product goes for whoever sells it.
        nullif(r.supplier_id, p.vendor_id) AS seller_id,
        r.promised_start,
        r.promised_end,
        r.revised_start,
        r.revised_end,
        CASE
            WHEN coalesce(r.delay_low_days, r.delay_high_days) IS NOT NULL THEN r.delay_low_days
            ELSE least(r.revised_start - r.promised_start, r.revised_end - r.promised_end)
        END AS days_low,
        CASE
            WHEN coalesce(r.delay_low_days, r.delay_high_days) IS NOT NULL THEN r.delay_high_days
            ELSE greatest(r.revised_start - r.promised_start, r.revised_end - r.promised_end)
        END AS days_high,
        CASE r.certainty WHEN 'confirmed' THEN 3 WHEN 'reported' THEN 2 WHEN 'rumoured' THEN 1 ELSE 0 END AS sureness,
        r.certainty = 'denied' AS is_denied,
        r.origin_id,
        r.known_at
    FROM records.shipment_records AS r
    INNER JOIN reference.products AS p ON r.product_id = p.product_id
    WHERE
        r.event = 'delay' AND r.to_id IS NULL AND r.from_id IS NULL AND NOT r.superseded AND p.level <> 'any'
),

-- A denial opens nothing.
openers AS (
    SELECT
        s.product_id,
        s.seller_id,
        min(s.known_at) AS opened_at
    FROM said AS s
    WHERE NOT s.is_denied
    GROUP BY s.product_id, s.seller_id
    UNION ALL
    SELECT
        o.product_id,
        o.seller_id,
        min(s.known_at) AS opened_at
    FROM openers AS o
    INNER JOIN said AS s
        ON
            o.product_id = s.product_id AND o.seller_id IS NOT DISTINCT FROM s.seller_id
            AND s.known_at > o.opened_at + INTERVAL 180 DAY AND NOT s.is_denied
    GROUP BY o.product_id, o.seller_id
),

members AS (
    SELECT
        s.*,
        o.opened_at
    FROM said AS s
    INNER JOIN openers AS o
        ON
            s.product_id = o.product_id AND s.seller_id IS NOT DISTINCT FROM o.seller_id
            AND s.known_at >= o.opened_at AND s.known_at <= o.opened_at + INTERVAL 180 DAY
),

-- The surest statement holds, among equals the newest: rivals are never averaged.
delays AS (
    SELECT
        m.product_id,
        m.seller_id,
        m.opened_at,
        first(
            { 'low': m.days_low, 'high': m.days_high } ORDER BY m.sureness DESC, m.known_at DESC, m.record_id ASC
        ) FILTER (WHERE NOT m.is_denied AND coalesce(m.days_low, m.days_high) IS NOT NULL) AS days,
        first(
            { 'from_on': m.revised_start, 'to_on': m.revised_end }
            ORDER BY m.sureness DESC, m.known_at DESC, m.record_id ASC
        ) FILTER (WHERE NOT m.is_denied AND coalesce(m.revised_start, m.revised_end) IS NOT NULL) AS revised,
        max(m.sureness) - bool_or(m.is_denied)::INTEGER AS sureness,
        count(*) AS records,
        count(DISTINCT m.origin_id) FILTER (WHERE NOT m.is_denied) AS origins,
        max(m.known_at) AS last_known_at
    FROM members AS m
    GROUP BY m.product_id, m.seller_id, m.opened_at
)

SELECT
    concat_ws(
        ':', d.product_id, d.seller_id, strftime(d.opened_at, '%Y-%m-%d')
    ) AS product_delay_id, -- Product, seller if not its maker, and day of the first report. {key}
    d.product_id, -- What comes late: a family, a model, a variant or a system. {not null, -> reference.products.product_id}
    d.seller_id, -- Whose units alone come late; empty where it is the maker who is late, or nobody is named. {-> records.entities.entity_id}
    d.days.low AS delay_days_low, -- Delay as the surest record states it, at least.
    d.days.high AS delay_days_high, -- Delay as the surest record states it, at most.
    d.revised.from_on AS revised_start, -- First day of when it is to come now.
    d.revised.to_on AS revised_end, -- Last day of when it is to come now.
    CASE d.sureness
        WHEN 3 THEN 'confirmed' WHEN 2 THEN 'reported' WHEN 1 THEN 'rumoured' ELSE 'denied'
    END AS certainty, -- The surest origin's, one step lower where another denies. {not null, one of: confirmed, reported, rumoured, denied}
    d.records, -- Statements of it, denials included. {not null}
    d.origins, -- Independent origins that state it. {not null}
    d.opened_at AS known_at, -- When it was first stated (UTC). {not null}
    d.last_known_at -- When it was last spoken of (UTC). {not null}
FROM delays AS d
ORDER BY product_delay_id
