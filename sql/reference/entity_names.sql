-- One row per folded name: the entity that a name stands for. A claim's own names win over names in full, ids and aliases.
WITH names AS (
    SELECT
        entities.entity_id,
        entities.claim_name AS name,
        1 AS preference
    FROM reference.entities
    UNION ALL
    SELECT
        entities.entity_id,
        entities.name,
        2 AS preference
    FROM reference.entities
    UNION ALL
    SELECT
        entities.entity_id,
        entities.entity_id AS name,
        3 AS preference
    FROM reference.entities
    UNION ALL
    SELECT
        aliases.entity_id,
        aliases.alias AS name,
        CASE WHEN aliases.needs IS NULL THEN 4 ELSE 5 END AS preference
    FROM reference.aliases
)

SELECT
    lower(strip_accents(trim(names.name))) AS folded_name, -- The name in lower case without accents. {key}
    arg_min(names.entity_id, (names.preference, names.entity_id)) AS entity_id -- The entity. {not null, -> reference.entities.entity_id}
FROM names
GROUP BY folded_name
ORDER BY folded_name
