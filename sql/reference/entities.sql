-- One row per entity that Waybill knows: companies, states, persons, places of computing.
SELECT
    entities.entity_id, -- Readable id. {key}
    entities.name, -- Full name. {not null}
    entities.claim_name, -- The name that claims use. {not null}
    entities.kind, -- What it is: buyer, lab, hyperscaler, chip_vendor, integrator, country, person and so on. {not null}
    entities.country -- ISO 3166 code of its seat.
FROM curated.entities
ORDER BY entity_id
