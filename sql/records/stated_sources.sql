-- One row per name of a source: of a publisher, or of an outlet, person or document that an item gives as its source; and the origin that it stands for. An outlet that others quote is the same origin as its own items.
WITH names AS (
    SELECT DISTINCT claims.attributed_to AS name
    FROM claims.news_claims AS claims
    ANTI JOIN claims.review AS waiting ON claims.claim_id = waiting.claim_id
    WHERE claims.attributed_to IS NOT NULL
    UNION
    SELECT DISTINCT items.source AS name
    FROM raw.news_items AS items
),

folded AS (
    SELECT
        names.name,
        lower(strip_accents(trim(names.name))) AS folded_name,
        regexp_replace(
            lower(strip_accents(trim(names.name))),
            '(,?\s+(inc|corp|corporation|co|company|ltd|limited|llc|plc|gmbh|ag|se|s\.?a|n\.?v|b\.?v|ab|oyj?|s\.?p\.?a|s\.?r\.?l|k\.?k)\.?)+$',
            ''
        ) AS short_name
    FROM names
),

outlet_names AS (
    SELECT
        lower(strip_accents(trim(spelled.name))) AS folded_name,
        min(spelled.outlet_id) AS outlet_id
    FROM (
        SELECT
            outlets.outlet_id,
            unnest([outlets.outlet_id, outlets.name] || string_split(coalesce(outlets.aliases, outlets.name), '|')) AS name
        FROM reference.outlets
    ) AS spelled
    GROUP BY folded_name
)

SELECT
    folded.name, -- The name, as stated. {key}
    coalesce(
        outlet_names.outlet_id,
        exact.entity_id,
        short.entity_id,
        '~' || trim(regexp_replace(folded.short_name, '[^\p{L}\p{N}]+', '-', 'g'), '-')
    ) AS origin_id, -- The origin: an outlet, an entity that speaks for itself, or a provisional id that begins with a tilde. {not null}
    CASE
        WHEN outlet_names.outlet_id IS NOT NULL THEN 'outlet'
        WHEN coalesce(exact.entity_id, short.entity_id) IS NOT NULL THEN 'entity'
        ELSE 'unknown'
    END AS kind -- What it is. {not null, one of: outlet, entity, unknown}
FROM folded
LEFT JOIN outlet_names ON folded.folded_name = outlet_names.folded_name
LEFT JOIN reference.entity_names AS exact ON folded.folded_name = exact.folded_name
LEFT JOIN reference.entity_names AS short ON folded.short_name = short.folded_name
ORDER BY folded.name
