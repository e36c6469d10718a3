-- One row per entity, product and day on which its figures changed by what became known: allocation.entity_allocation as then known. The figures hold until the next row of the pair, so a day without a row changed nothing; a row that is not known ends what had been known. It tells of the days in allocation.history_days; between two of them, allocation.entity_allocation_as_known(day) tells.
-- check figures_where_known: is_known = (lots_without_count IS NOT NULL)
WITH days AS (
    SELECT
        history_days.known_on,
        row_number() OVER (ORDER BY history_days.known_on) AS place
    FROM allocation.history_days AS history_days
),

then_known AS MATERIALIZED (
    SELECT
        days.place,
        figures.* EXCLUDE (known_on)
    FROM each_day.allocation.entity_allocation AS figures
    INNER JOIN days ON figures.known_on = days.known_on
),

-- What is the same as on the day before is left out.
changed AS (
    SELECT then_known.* FROM then_known
    EXCEPT
    SELECT
        then_known.place + 1 AS place,
        then_known.* EXCLUDE (place)
    FROM then_known
),

told AS (
    SELECT
        changed.place,
        changed.entity_id,
        changed.product_id,
        TRUE AS is_known
    FROM changed
    UNION ALL
    SELECT
        gone.place,
        gone.entity_id,
        gone.product_id,
        FALSE AS is_known
    FROM (
        SELECT
            then_known.place + 1 AS place,
            then_known.entity_id,
            then_known.product_id
        FROM then_known
        WHERE then_known.place < (SELECT max(days.place) FROM days)
        EXCEPT
        SELECT
            then_known.place,
            then_known.entity_id,
            then_known.product_id
        FROM then_known
    ) AS gone
)

SELECT
    days.known_on, -- The day on which it became known. {key}
    told.entity_id, -- The entity. {key, -> records.entities.entity_id}
    told.product_id, -- The product. {key, -> reference.products.product_id}
    told.is_known, -- Whether anything is known of the pair on that day; where not, the figures are empty. {not null}
    changed.* EXCLUDE (place, entity_id, product_id) -- As then known. {columns of allocation.entity_allocation}
FROM told
INNER JOIN days ON told.place = days.place
LEFT JOIN changed
    ON told.place = changed.place AND told.entity_id = changed.entity_id AND told.product_id = changed.product_id
ORDER BY days.known_on, told.entity_id, told.product_id
