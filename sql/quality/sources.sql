-- One row per origin: how many of its statements independent origins later confirmed or contradicted, how many are still open, and by how many days it was ahead of the confirmation.
-- check every_statement_is_counted: statements = confirmed + contradicted + still_open
SELECT
    statements.origin_id, -- The origin: an outlet, a supplier's books, a register. {key}
    any_value(statements.source_kind ORDER BY statements.record_id) AS source_kind, -- Whether it is news or a supplier's. {not null, one of: news, supplier}
    count(*) AS statements, -- Statements of a field of a lot, the first of each. {not null}
    count(*) FILTER (WHERE statements.verdict = 'confirmed') AS confirmed, -- Of these, those that another origin then said too. {not null}
    count(*) FILTER (WHERE statements.verdict = 'contradicted') AS contradicted, -- Those that another origin then contradicted. {not null}
    count(*) FILTER (WHERE statements.verdict = 'open') AS still_open, -- Those that nobody else has spoken of since. {not null}
    CASE
        WHEN confirmed + contradicted > 0 THEN confirmed / (confirmed + contradicted)
    END AS confirmed_share, -- Confirmed of those that were decided, 0 to 1; empty where none was.
    median(date_diff('day', statements.stated_at, statements.decided_at)) FILTER (WHERE statements.verdict = 'confirmed') AS median_lead_days, -- Days from statement to confirmation, the middle one.
    min(statements.stated_at) AS first_stated_at, -- Its first statement (UTC). {not null}
    max(statements.stated_at) AS last_stated_at -- Its last first statement (UTC). {not null}
FROM quality.statements
GROUP BY statements.origin_id
ORDER BY statements.origin_id
