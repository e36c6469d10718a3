-- One row per unclassified mention: a quantity with a product that no frame explained. It is what to teach the extractor next.
SELECT
    mentions.mention_id, -- The mention. {key}
    mentions.item_id, -- The item that holds it. {not null, -> raw.news_items.item_id}
    mentions.quote, -- The words around it, as they stand in the item's text. {not null}
    mentions.quote_start, -- Where they begin, in code points. {not null}
    mentions.quote_end, -- Where they end. {not null}
    mentions.product, -- Product, by name.
    mentions.quantity_low, -- Least count, in quantity_unit.
    mentions.quantity_high, -- Greatest count, in quantity_unit.
    mentions.quantity_unit, -- What is counted. {one of: gpu, system, rack}
    mentions.reason -- Why it is no claim. {not null}
FROM lake.mentions AS mentions
INNER JOIN claims.extractions AS runs
    ON mentions.item_id = runs.item_id AND mentions.extractor_version = runs.extractor_version
QUALIFY row_number() OVER (PARTITION BY mentions.mention_id) = 1
ORDER BY mentions.item_id, mentions.quote_start, mentions.mention_id
