-- One row per code of a reporter at a public source: whose figures they are.
SELECT
    reporters.source, -- The source. {key, one of: sec, taiwan}
    reporters.code, -- The reporter's code there. {key}
    reporters.entity_id -- The entity. {not null, -> reference.entities.entity_id}
FROM curated.reporters
ORDER BY reporters.source, reporters.code
