-- One row per noun that stands for one entity once the entity was named, and language.
SELECT
    descriptions.entity_id, -- The entity. {key, -> reference.entities.entity_id}
    descriptions.language, -- ISO 639-1 code. {key}
    descriptions.description -- The noun, as the carmaker. {key}
FROM curated.descriptions
ORDER BY entity_id, language, description
