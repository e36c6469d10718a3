-- One row per pair of nodes that may be one lot: how they agree in each comparison, and the weight that follows, in bits, by the fixed weights of reference/match_weights.csv (docs/matching.md).
WITH sides AS (
    SELECT
        candidates.opener_id,
        candidates.joiner_id,
        opener.precedence AS opener_precedence,
        joiner.precedence AS joiner_precedence,
        candidates.roles,
        candidates.count_level,
        opener.kind AS opener_kind,
        opener.supplier_id AS opener_supplier_id,
        joiner.supplier_id AS joiner_supplier_id,
        list_contains(opener.product_ids, joiner.product_id) AS same_product,
        list_contains(opener.kin_ids, joiner.product_id) OR list_has_any(joiner.kin_ids, opener.product_ids) AS one_is_wider,
        opener.family_id = joiner.family_id
        AND (
            joiner.event IN ('shipment', 'delivery')
            OR CASE
                -- The days of a move are those of two parties.
                WHEN candidates.roles = 'lost by the one who waits' AND opener.lost_due_on IS NOT NULL
                    THEN list_contains(joiner.due_days, opener.lost_due_on)
                ELSE list_has_any(opener.due_days, joiner.due_days)
            END
        ) AS may_be_substituted,
        opener.item_id = joiner.item_id AS same_item,
        opener.origin_id = joiner.origin_id AS same_origin,
        -- Days between the two; nought where they meet.
        greatest(opener.life_start - joiner.life_end, joiner.life_start - opener.life_end, 0) AS days_apart,
        list_has_any(opener.ordered_days, joiner.ordered_days) OR list_has_any(opener.shipped_days, joiner.shipped_days)
        OR list_has_any(opener.delivered_days, joiner.delivered_days) OR list_has_any(opener.moved_days, joiner.moved_days) AS same_event_day,
        least(
            CASE
                WHEN opener.ordered_start IS NOT NULL AND joiner.ordered_start IS NOT NULL
                    THEN greatest(opener.ordered_start - joiner.ordered_end, joiner.ordered_start - opener.ordered_end, 0)
            END,
            CASE
                WHEN opener.shipped_start IS NOT NULL AND joiner.shipped_start IS NOT NULL
                    THEN greatest(opener.shipped_start - joiner.shipped_end, joiner.shipped_start - opener.shipped_end, 0)
            END,
            CASE
                WHEN opener.delivered_start IS NOT NULL AND joiner.delivered_start IS NOT NULL
                    THEN greatest(opener.delivered_start - joiner.delivered_end, joiner.delivered_start - opener.delivered_end, 0)
            END,
            CASE
                WHEN opener.moved_start IS NOT NULL AND joiner.moved_start IS NOT NULL
                    THEN greatest(opener.moved_start - joiner.moved_end, joiner.moved_start - opener.moved_end, 0)
            END
        ) AS event_days_apart,
        -- There is one day of an order, and one of a move; of shipments and deliveries there may be many.
        (len(opener.ordered_days) > 0 AND len(joiner.ordered_days) > 0 AND NOT list_has_any(opener.ordered_days, joiner.ordered_days))
        OR (len(opener.moved_days) > 0 AND len(joiner.moved_days) > 0 AND NOT list_has_any(opener.moved_days, joiner.moved_days)) AS is_another_day,
        list_has_any(opener.due_days, joiner.due_days) AS same_due_day,
        -- Where both say an exact day, days that are near are not the same.
        CASE
            -- What is due to the new recipient changes with each report; when it had been due to the old one does not.
            WHEN opener.kind = 'move' AND joiner.kind = 'move' AND opener.event = 'diversion' AND joiner.event = 'diversion'
                THEN coalesce(opener.lost_due_on <> joiner.lost_due_on, FALSE)
            ELSE
                len(opener.due_days) > 0 AND len(joiner.due_days) > 0
                AND NOT (opener.kind = 'supplier' AND joiner.kind = 'move' AND joiner.lost_due_on IS NULL)
        END AS exactly_due,
        -- Books go on with what was promised to the first buyer; the new day of a move is another's.
        CASE
            WHEN opener.kind = 'move' AND joiner.kind = 'move' AND opener.event = 'diversion' AND joiner.event = 'diversion'
                THEN CASE
                    WHEN opener.lost_due_end IS NOT NULL AND joiner.lost_due_end IS NOT NULL
                        THEN greatest(
                            coalesce(opener.lost_due_start, opener.lost_due_end) - joiner.lost_due_end,
                            coalesce(joiner.lost_due_start, joiner.lost_due_end) - opener.lost_due_end,
                            0
                        )
                END
            WHEN
                coalesce(opener.due_start, opener.due_end) IS NOT NULL AND coalesce(joiner.due_start, joiner.due_end) IS NOT NULL
                AND NOT (opener.kind = 'supplier' AND joiner.kind = 'move')
                THEN greatest(
                    coalesce(opener.due_start, opener.due_end) - coalesce(joiner.due_end, joiner.due_start),
                    coalesce(joiner.due_start, joiner.due_end) - coalesce(opener.due_end, opener.due_start),
                    0
                )
        END AS due_days_apart
    FROM shipments.lot_candidates AS candidates
    INNER JOIN shipments.lot_nodes AS opener ON candidates.opener_id = opener.node_id
    INNER JOIN shipments.lot_nodes AS joiner ON candidates.joiner_id = joiner.node_id
),

levels AS (
    SELECT
        sides.opener_id,
        sides.joiner_id,
        sides.opener_precedence,
        sides.joiner_precedence,
        sides.roles,
        CASE
            WHEN sides.opener_supplier_id = sides.joiner_supplier_id THEN 'same'
            WHEN sides.opener_supplier_id IS NULL OR sides.joiner_supplier_id IS NULL THEN 'unnamed'
            -- One names the seller, the other the maker.
            ELSE 'one is the maker'
        END AS supplier_level,
        CASE
            WHEN sides.same_product THEN 'same'
            WHEN sides.one_is_wider THEN 'one is wider'
            WHEN sides.may_be_substituted THEN 'another of the family'
        END AS product_level,
        sides.count_level,
        CASE
            WHEN sides.opener_kind = 'supplier' AND sides.days_apart = 0 THEN 'within its life'
            WHEN sides.days_apart <= 7 THEN 'same week'
            WHEN sides.days_apart <= 60 THEN 'within two months'
            WHEN sides.days_apart <= 365 THEN 'within a year'
            ELSE 'apart'
        END AS time_level,
        CASE
            WHEN sides.same_event_day THEN 'same day'
            WHEN sides.is_another_day THEN 'another day'
            WHEN sides.event_days_apart <= 7 THEN 'same week'
            WHEN sides.event_days_apart <= 60 THEN 'within two months'
            WHEN sides.event_days_apart > 60 THEN 'apart'
            ELSE 'unstated'
        END AS days_level,
        CASE
            WHEN sides.same_due_day THEN 'same day'
            WHEN sides.exactly_due THEN 'another day'
            WHEN sides.due_days_apart = 0 THEN 'overlap'
            WHEN sides.due_days_apart <= 120 THEN 'within four months'
            WHEN sides.due_days_apart > 120 THEN 'apart'
            ELSE 'unstated'
        END AS due_level,
        CASE WHEN sides.same_item THEN 'same' ELSE 'another' END AS item_level,
        CASE WHEN sides.same_origin THEN 'same' ELSE 'another' END AS origin_level
    FROM sides
),

weights AS (
    SELECT map_from_entries(list((weights.comparison || ': ' || weights.level, weights.weight))) AS of_level
    FROM reference.match_weights AS weights
)

SELECT
    levels.opener_id, -- The node that may open the lot. {key, -> shipments.lot_nodes.node_id}
    levels.joiner_id, -- The node that may join it. {key, -> shipments.lot_nodes.node_id}
    levels.roles, -- In which roles their parties are the same. {not null}
    levels.supplier_level, -- Whether both name the same supplier, or one names none. {not null}
    levels.product_level, -- How their products agree. {not null}
    levels.count_level, -- How their counts agree. {not null}
    levels.time_level, -- How far apart they are in time; whatever falls into an order line's life is within it. {not null}
    levels.days_level, -- How far apart the days are on which the same thing is said to have happened. {not null}
    levels.due_level, -- How far apart the days are when it is due. {not null}
    levels.item_level, -- Whether one news item says both. {not null}
    levels.origin_level, -- Whether one origin says both. {not null}
    thresholds.prior_weight
    + weights.of_level['roles: ' || levels.roles]
    + weights.of_level['supplier: ' || levels.supplier_level]
    + weights.of_level['product: ' || levels.product_level]
    + weights.of_level['count: ' || levels.count_level]
    + weights.of_level['time: ' || levels.time_level]
    + weights.of_level['days: ' || levels.days_level]
    + weights.of_level['due: ' || levels.due_level]
    + weights.of_level['item: ' || levels.item_level]
    + weights.of_level['origin: ' || levels.origin_level] AS weight -- The match weight of the pair: log2 of the odds that the two are about one lot. {not null}
FROM levels
CROSS JOIN weights
CROSS JOIN reference.match_thresholds AS thresholds
WHERE levels.product_level IS NOT NULL
ORDER BY levels.opener_precedence, levels.joiner_precedence
