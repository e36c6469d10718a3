-- One row per control of one entity by another and the time that it lasted.
SELECT
    control.entity_id, -- Who is controlled. {key, -> reference.entities.entity_id}
    control.controller_id, -- Who controls. {key, -> reference.entities.entity_id}
    control.relation, -- How. {key}
    control.from_on::DATE AS from_on, -- First day; empty where it is not known.
    control.to_on::DATE AS to_on, -- Day on which it ended; empty while it lasts.
    control.source -- Where that is said.
FROM curated.control
ORDER BY entity_id, controller_id, relation, from_on NULLS FIRST
