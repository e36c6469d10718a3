-- One row per control of one entity by another and the time that it lasted.
SELECT
    control.entity_id, -- Who is controlled. {key, -> reference.entities.entity_id}
    control.controller_id, -- Who controls. {key, -> reference.entities.entity_id}
    control.relation, -- How. {key}
    row_number() OVER (
        PARTITION BY control.entity_id, control.controller_id, control.relation ORDER BY control.from_on NULLS FIRST
    ) AS period_number, -- 1 for the first time that it lasted, more where it ended and began again. {key}
    control.from_on::DATE AS from_on, -- First day; empty where it is not known.
    control.to_on::DATE AS to_on, -- Day on which it ended; empty while it lasts.
    control.source -- Where that is said.
FROM curated.control
ORDER BY entity_id, controller_id, relation, period_number
