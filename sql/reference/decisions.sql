-- One row per decision of a person about two statements; it wins over every rule and weight.
SELECT
    decisions.one AS one_reference, -- One statement: a record, a claim, a line version, or supplier/order/line. {key}
    decisions.other AS other_reference, -- The other. {key}
    decisions.verdict, -- What was decided. {not null, one of: same, not the same}
    decisions.decided_by, -- Who decided. {not null}
    decisions.decided_on::DATE AS decided_on, -- When. {not null}
    decisions.reason -- Why. {not null}
FROM curated.decisions AS decisions
ORDER BY one_reference, other_reference
