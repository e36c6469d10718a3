-- One row per alias of an entity, in any language and script.
SELECT
    aliases.entity_id, -- The entity. {key, -> reference.entities.entity_id}
    aliases.alias, -- Another name of it. {key}
    aliases.needs -- Words of which one must stand in the same item for the alias to count, separated by a bar.
FROM curated.aliases
ORDER BY entity_id, alias
