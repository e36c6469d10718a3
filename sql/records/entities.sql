-- One row per entity that records may name: the curated ones, and provisional ones for names that the reference does not know.
SELECT
    entities.entity_id, -- Readable id. {key}
    entities.name, -- Full name, or the name as stated. {not null}
    entities.kind, -- What it is; unknown for a provisional one. {not null}
    entities.country, -- ISO 3166 code of its seat.
    TRUE AS curated -- Whether the reference knows it. {not null}
FROM reference.entities AS entities
UNION ALL
SELECT
    names.entity_id,
    min(names.name) AS name,
    'unknown' AS kind,
    NULL AS country,
    FALSE AS curated
FROM records.stated_names AS names
WHERE NOT names.curated
GROUP BY names.entity_id
ORDER BY entity_id
