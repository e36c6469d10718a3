-- One row per decision of a person about two statements that are both known: the nodes that it is about, and the first of all nodes that it makes the same.
-- check no_decision_contradicts_others: verdict = 'same' OR one_head_id <> other_head_id
WITH RECURSIVE asked AS (
    SELECT decisions.one_reference AS reference
    FROM reference.decisions AS decisions
    UNION
    SELECT decisions.other_reference AS reference
    FROM reference.decisions AS decisions
),

named AS (
    -- A statement may be named by its record, its claim, its line version, or its order line.
    SELECT
        asked.reference,
        coalesce(records.order_key, records.record_id) AS node_id
    FROM asked
    INNER JOIN records.shipment_records AS records ON asked.reference = records.record_id
    UNION
    SELECT
        asked.reference,
        records.record_id AS node_id
    FROM asked
    INNER JOIN records.shipment_records AS records ON asked.reference = records.claim_id
    UNION
    SELECT
        asked.reference,
        coalesce(records.order_key, records.record_id) AS node_id
    FROM asked
    INNER JOIN records.shipment_records AS records ON asked.reference = records.line_id
    UNION
    SELECT
        asked.reference,
        records.order_key AS node_id
    FROM asked
    INNER JOIN records.shipment_records AS records ON lower(asked.reference) = regexp_replace(records.order_key, '\s+', '-', 'g')
),

decided AS (
    SELECT
        decisions.*,
        one.node_id AS one_node_id,
        other.node_id AS other_node_id
    FROM reference.decisions AS decisions
    INNER JOIN named AS one ON decisions.one_reference = one.reference
    INNER JOIN named AS other ON decisions.other_reference = other.reference
),

links AS (
    SELECT
        decided.one_node_id AS node_id,
        decided.other_node_id AS next_id
    FROM decided
    WHERE decided.verdict = 'same'
    UNION
    SELECT
        decided.other_node_id AS node_id,
        decided.one_node_id AS next_id
    FROM decided
    WHERE decided.verdict = 'same'
),

reached AS (
    -- "Same" carries over from one pair to the next.
    SELECT
        decided.one_node_id AS node_id,
        decided.one_node_id AS reached_id
    FROM decided
    UNION
    SELECT
        decided.other_node_id AS node_id,
        decided.other_node_id AS reached_id
    FROM decided
    UNION
    SELECT
        reached.node_id,
        links.next_id AS reached_id
    FROM reached
    INNER JOIN links ON reached.reached_id = links.node_id
),

heads AS (
    SELECT
        reached.node_id,
        min(reached.reached_id) AS head_id
    FROM reached
    GROUP BY reached.node_id
)

SELECT
    decided.one_reference, -- One statement, as the decision names it. {key}
    decided.other_reference, -- The other. {key}
    decided.verdict, -- What was decided. {not null, one of: same, not the same}
    decided.one_node_id, -- The record, or the order line, of the one. {key}
    decided.other_node_id, -- That of the other. {key}
    one.head_id AS one_head_id, -- What stands for all that is the same as the one. {not null}
    other.head_id AS other_head_id -- What stands for all that is the same as the other. {not null}
FROM decided
INNER JOIN heads AS one ON decided.one_node_id = one.node_id
INNER JOIN heads AS other ON decided.other_node_id = other.node_id
ORDER BY decided.one_reference, decided.other_reference, decided.one_node_id, decided.other_node_id
