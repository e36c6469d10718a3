-- One row per diversion or resale of a lot: who lost which units to whom, when, and whether one party controlled both on that day.
-- check parties_differ: coalesce(from_id <> to_id, TRUE)
-- check related_names_through: related = (related_through_id IS NOT NULL)
WITH RECURSIVE said AS (
    SELECT
        matches.shipment_id,
        matches.origin_id AS independent_id,
        records.*
    FROM shipments.record_matches AS matches
    INNER JOIN records.shipment_records AS records ON matches.record_id = records.record_id
    WHERE records.event IN ('diversion', 'resale') AND NOT records.superseded AND matches.counts
),

moves AS (
    SELECT
        said.shipment_id,
        arg_max(said.event, (said.certainty = 'confirmed', said.known_at, said.record_id)) AS kind,
        max(said.actual_start) FILTER (WHERE said.actual_end IS NOT NULL) AS latest_start,
        min(said.actual_end) FILTER (WHERE said.actual_start IS NOT NULL) AS earliest_end,
        count(DISTINCT said.independent_id) FILTER (WHERE said.certainty <> 'denied') AS origins,
        min(said.known_at) AS known_at
    FROM said
    GROUP BY said.shipment_id
    HAVING count(*) FILTER (WHERE said.certainty <> 'denied') > 0
),

dated AS (
    SELECT
        moves.*,
        lots.original_to_id AS from_id,
        lots.current_to_id AS to_id,
        CASE WHEN moves.latest_start <= moves.earliest_end THEN moves.latest_start END AS transferred_start,
        CASE WHEN moves.latest_start <= moves.earliest_end THEN moves.earliest_end ELSE moves.known_at::DATE END AS transferred_end
    FROM moves
    INNER JOIN shipments.shipments AS lots ON moves.shipment_id = lots.shipment_id
    WHERE lots.original_to_id IS DISTINCT FROM lots.current_to_id
),

control AS (
    SELECT
        dated.shipment_id,
        dated.transferred_end AS on_day,
        'from' AS side,
        dated.from_id AS entity_id,
        0 AS steps
    FROM dated
    UNION ALL
    SELECT
        dated.shipment_id,
        dated.transferred_end AS on_day,
        'to' AS side,
        dated.to_id AS entity_id,
        0 AS steps
    FROM dated
    UNION ALL
    SELECT
        control.shipment_id,
        control.on_day,
        control.side,
        held.controller_id AS entity_id,
        control.steps + 1 AS steps
    FROM control
    INNER JOIN reference.control AS held
        ON
            control.entity_id = held.entity_id
            AND coalesce(control.on_day >= held.from_on, TRUE)
            AND coalesce(control.on_day < held.to_on, TRUE)
    WHERE control.steps < 6
),

common AS (
    SELECT
        losing.shipment_id,
        arg_min(losing.entity_id, (losing.steps + gaining.steps, losing.entity_id)) AS related_through_id
    FROM control AS losing
    INNER JOIN control AS gaining
        ON losing.shipment_id = gaining.shipment_id AND losing.entity_id = gaining.entity_id
    WHERE losing.side = 'from' AND gaining.side = 'to'
    GROUP BY losing.shipment_id
)

SELECT
    dated.shipment_id || '>' || coalesce(dated.to_id, 'unknown') AS transfer_id, -- The transfer. {key}
    dated.kind, -- Whether units on order were diverted, or owned ones sold or rented on. {not null, one of: diversion, resale}
    dated.from_id, -- Who lost them; empty where nobody says. {-> records.entities.entity_id}
    dated.to_id, -- Who gained them. {-> records.entities.entity_id}
    lots.product_id, -- The product. {not null, -> reference.products.product_id}
    lots.gpus_low, -- Least GPUs.
    lots.gpus_best, -- GPUs where one number is needed.
    lots.gpus_high, -- Greatest GPUs.
    lots.value_usd_low, -- Least value, US dollars.
    lots.value_usd_best, -- Value where one number is needed, US dollars.
    lots.value_usd_high, -- Greatest value, US dollars.
    dated.transferred_start, -- First day on which it may have happened; empty where only the report's day bounds it.
    dated.transferred_end, -- Last day on which it may have happened. {not null}
    common.related_through_id IS NOT NULL AS related, -- Whether one party controlled both on the last of these days. {not null}
    common.related_through_id, -- Who controlled both; a party itself where it controls the other. {-> records.entities.entity_id}
    swaps.swap_id, -- The swap that it is a leg of. {-> shipments.swaps.swap_id}
    dated.shipment_id, -- The lot. {not null, -> shipments.shipments.shipment_id}
    coalesce(sureness.level, 'denied') AS certainty, -- How sure it is that the units went there, from independent origins for and against (shipments.field_certainty). {not null, one of: confirmed, reported, rumoured, denied}
    dated.origins, -- Independent origins that state the transfer. {not null}
    dated.known_at -- When it first became known (UTC). {not null}
FROM dated
INNER JOIN shipments.shipments AS lots ON dated.shipment_id = lots.shipment_id
LEFT JOIN shipments.field_certainty AS sureness ON dated.shipment_id = sureness.shipment_id AND sureness.field = 'recipient'
LEFT JOIN common ON dated.shipment_id = common.shipment_id
LEFT JOIN shipments.swaps AS swaps
    ON dated.shipment_id = swaps.first_shipment_id OR dated.shipment_id = swaps.second_shipment_id
ORDER BY transfer_id
