-- One row per file of ready-made claims: how many of its lines were read, accepted and rejected.
-- check read_is_accepted_plus_rejected: lines_read = lines_accepted + lines_rejected
WITH latest AS (
    SELECT
        readings.document_id,
        readings.reader_version,
        readings.claims_version,
        readings.read_at,
        readings.status,
        readings.reason,
        readings.lines_read
    FROM lake.claim_readings AS readings
    QUALIFY row_number() OVER (PARTITION BY readings.document_id ORDER BY readings.read_at DESC) = 1
),

accepted AS (
    SELECT
        claims.extractor_version,
        count(DISTINCT claims.claim_id) AS lines_accepted
    FROM lake.news_claims AS claims
    GROUP BY claims.extractor_version
),

rejected AS (
    SELECT
        lines.document_id,
        lines.reader_version,
        count(DISTINCT lines.line_number) AS lines_rejected
    FROM lake.rejected_lines AS lines
    GROUP BY lines.document_id, lines.reader_version
)

SELECT
    latest.document_id, -- The file. {key, -> raw.news_documents.document_id}
    latest.reader_version, -- The version of the reader that read it. {not null}
    latest.claims_version, -- The version that its claims have in claims.news_claims. {not null}
    latest.read_at, -- When it was read (UTC). {not null}
    latest.status, -- Whether it could be read. {not null, one of: read, unreadable}
    latest.reason, -- Why it could not be read, and what to do.
    latest.lines_read, -- Lines that the reader saw. {not null}
    coalesce(accepted.lines_accepted, 0) AS lines_accepted, -- Lines that became claims. {not null}
    coalesce(rejected.lines_rejected, 0) AS lines_rejected -- Lines in claims.rejected_lines. {not null}
FROM latest
LEFT JOIN accepted ON latest.claims_version = accepted.extractor_version
LEFT JOIN rejected
    ON latest.document_id = rejected.document_id AND latest.reader_version = rejected.reader_version
ORDER BY latest.document_id
