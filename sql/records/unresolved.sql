-- One row per statement and slot: a name that did not resolve to a curated id, and the nearest candidates.
-- warn everything_resolves: FALSE
WITH slots AS (
    SELECT
        records.record_id,
        unnest([
            { 'slot': 'supplier', 'entity_id': records.supplier_id },
            { 'slot': 'from', 'entity_id': records.from_id },
            { 'slot': 'to', 'entity_id': records.to_id }
        ]) AS said
    FROM records.shipment_records AS records
),

provisional AS (
    SELECT
        entities.entity_id,
        entities.name
    FROM records.entities AS entities
    WHERE NOT entities.curated
),

-- Only names that begin alike are compared: each with each would take time with the square of the names.
scored AS (
    SELECT
        provisional.entity_id,
        names.entity_id AS candidate_id,
        max(jaro_winkler_similarity(lower(strip_accents(provisional.name)), names.folded_name)) AS similarity
    FROM provisional
    INNER JOIN reference.entity_names AS names
        ON left(lower(strip_accents(provisional.name)), 1) = left(names.folded_name, 1)
    GROUP BY provisional.entity_id, names.entity_id
),

candidates AS (
    SELECT
        ranked.entity_id,
        string_agg(ranked.candidate_id, ', ' ORDER BY ranked.similarity DESC, ranked.candidate_id ASC) AS nearest
    FROM (
        SELECT
            scored.entity_id,
            scored.candidate_id,
            scored.similarity
        FROM scored
        WHERE scored.similarity >= 0.8
        QUALIFY row_number() OVER (PARTITION BY scored.entity_id ORDER BY scored.similarity DESC, scored.candidate_id ASC) <= 3
    ) AS ranked
    GROUP BY ranked.entity_id
)

SELECT
    slots.record_id, -- The statement. {key, -> records.shipment_records.record_id}
    slots.said.slot, -- The slot. {key, one of: supplier, from, to, product, unit}
    provisional.name AS stated, -- What is stated there. {not null}
    candidates.nearest AS candidates -- The nearest curated ids, nearest first.
FROM slots
INNER JOIN provisional ON slots.said.entity_id = provisional.entity_id
LEFT JOIN candidates ON provisional.entity_id = candidates.entity_id
UNION ALL
SELECT
    records.record_id,
    'product' AS slot,
    claims.product AS stated,
    NULL AS candidates
FROM records.shipment_records AS records
INNER JOIN claims.news_claims AS claims ON records.claim_id = claims.claim_id
LEFT JOIN reference.product_names AS names ON lower(strip_accents(trim(claims.product))) = names.folded_name
WHERE claims.product IS NOT NULL AND names.product_id IS NULL
UNION ALL
SELECT
    records.record_id,
    'unit' AS slot,
    records.stated_unit || ' of ' || coalesce(records.product_id, 'gpu') AS stated,
    NULL AS candidates
FROM records.shipment_records AS records
WHERE coalesce(records.stated_quantity_low, records.stated_quantity_high) IS NOT NULL AND records.gpus_best IS NULL
ORDER BY record_id, slot
