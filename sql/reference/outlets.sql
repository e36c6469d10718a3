-- One row per outlet that others cite.
SELECT
    outlets.outlet_id, -- Readable id. {key}
    outlets.name, -- Name. {not null}
    outlets.aliases, -- Other names, separated by a bar.
    outlets.kind -- What it is: outlet, agency, analyst. {not null}
FROM curated.outlets
ORDER BY outlet_id
