-- One row per name of a party that claims or supplier lines state, and the entity that it stands for. A name that the reference does not know gets a provisional id, so that nothing said of it is lost.
WITH names AS (
    SELECT DISTINCT unnest([claims.supplier, claims.from_entity, claims.to_entity]) AS name
    FROM claims.news_claims AS claims
    ANTI JOIN claims.review AS waiting ON claims.claim_id = waiting.claim_id
    UNION
    SELECT DISTINCT unnest([lines.supplier, lines.buyer]) AS name
    FROM claims.supplier_lines AS lines
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
    WHERE trim(names.name) <> ''
)

SELECT
    folded.name, -- The name, as stated. {key}
    coalesce(
        exact.entity_id,
        short.entity_id,
        '~' || trim(regexp_replace(folded.short_name, '[^\p{L}\p{N}]+', '-', 'g'), '-')
    ) AS entity_id, -- The entity; a provisional id begins with a tilde. {not null}
    coalesce(exact.entity_id, short.entity_id) IS NOT NULL AS curated -- Whether the reference knows it. {not null}
FROM folded
LEFT JOIN reference.entity_names AS exact ON folded.folded_name = exact.folded_name
LEFT JOIN reference.entity_names AS short ON folded.short_name = short.folded_name
ORDER BY folded.name
