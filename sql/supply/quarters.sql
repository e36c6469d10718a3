-- One row per company and fiscal quarter: its revenue as it stands now. A fourth quarter that no filing states is the year less its other three; a company that reports by the month has the sum of three.
-- check quarter_is_in_order: quarter_start < quarter_end
WITH standing AS (
    SELECT
        figures.entity_id,
        figures.source,
        figures.period_start,
        figures.period_end,
        figures.period_end - figures.period_start + 1 AS days,
        figures.value,
        figures.unit,
        figures.known_at
    FROM supply.figures
    WHERE
        figures.measure = 'revenue' AND figures.entity_id IS NOT NULL
        AND figures.period_start IS NOT NULL AND figures.superseded_at IS NULL
),

stated AS (
    SELECT
        standing.entity_id,
        standing.period_start AS quarter_start,
        standing.period_end AS quarter_end,
        standing.value AS revenue,
        standing.unit AS currency,
        standing.known_at,
        'stated' AS basis
    FROM standing
    WHERE standing.days BETWEEN 80 AND 101
),

years AS (
    SELECT
        standing.entity_id,
        standing.period_start,
        standing.period_end,
        standing.value,
        standing.unit,
        standing.known_at
    FROM standing
    WHERE standing.days BETWEEN 350 AND 380
),

-- The three quarters of a year that are stated leave the fourth, where no filing states it by itself.
fourth AS (
    SELECT
        years.entity_id,
        max(stated.quarter_end) + 1 AS quarter_start,
        years.period_end AS quarter_end,
        any_value(years.value) - sum(stated.revenue) AS revenue,
        years.unit AS currency,
        greatest(any_value(years.known_at), max(stated.known_at)) AS known_at,
        'derived' AS basis
    FROM years
    INNER JOIN stated
        ON
            years.entity_id = stated.entity_id AND years.unit = stated.currency
            AND years.period_start <= stated.quarter_start AND years.period_end - 70 > stated.quarter_end
    LEFT JOIN stated AS own ON years.entity_id = own.entity_id AND years.period_end = own.quarter_end
    WHERE own.entity_id IS NULL
    GROUP BY years.entity_id, years.period_start, years.period_end, years.unit
    HAVING count(*) = 3 AND years.period_end - max(stated.quarter_end) BETWEEN 80 AND 101
),

months AS (
    SELECT
        standing.entity_id,
        min(standing.period_start) AS quarter_start,
        max(standing.period_end) AS quarter_end,
        sum(standing.value) AS revenue,
        standing.unit AS currency,
        max(standing.known_at) AS known_at,
        'months' AS basis
    FROM standing
    WHERE standing.days BETWEEN 28 AND 31
    GROUP BY standing.entity_id, standing.unit, date_trunc('quarter', standing.period_start)
    HAVING count(*) = 3
),

found AS (
    SELECT * FROM stated
    UNION ALL
    SELECT * FROM fourth
    UNION ALL
    SELECT * FROM months
),

chosen AS (
    SELECT found.*
    FROM found
    QUALIFY row_number() OVER (
        PARTITION BY found.entity_id, found.quarter_end
        ORDER BY
            CASE found.basis WHEN 'stated' THEN 0 WHEN 'derived' THEN 1 ELSE 2 END,
            found.currency <> 'USD',
            found.quarter_start,
            found.currency
    ) = 1
)

SELECT
    chosen.entity_id, -- The company. {key, -> reference.entities.entity_id}
    chosen.quarter_start, -- First day of the quarter. {not null}
    chosen.quarter_end, -- Last day of the quarter. {key}
    chosen.revenue, -- Revenue, in currency. {not null}
    chosen.currency, -- ISO 4217 code. {not null}
    chosen.revenue * coalesce(rates.usd_per_unit, CASE chosen.currency WHEN 'USD' THEN 1 END) AS revenue_usd, -- Revenue, US dollars of the quarter's last month.
    chosen.basis, -- Whether a filing states the quarter, or it follows from the year, or from three months. {not null, one of: stated, derived, months}
    chosen.known_at -- When the newest figure that it rests on became known (UTC). {not null}
FROM chosen
ASOF LEFT JOIN reference.exchange_rates AS rates
    ON chosen.currency = rates.currency AND chosen.quarter_end >= rates.month
ORDER BY chosen.entity_id, chosen.quarter_end
