-- One row per supplier document: the contract that read it, and how many lines were read, accepted and rejected.
-- check read_is_accepted_plus_rejected: lines_read = lines_accepted + lines_rejected
WITH latest AS (
    SELECT
        readings.document_id,
        readings.reader_version,
        readings.read_at,
        readings.contract,
        readings.status,
        readings.reason,
        readings.lines_read
    FROM lake.supplier_readings AS readings
    QUALIFY row_number() OVER (PARTITION BY readings.document_id ORDER BY readings.read_at DESC) = 1
),

accepted AS (
    SELECT
        lines.document_id,
        lines.reader_version,
        count(DISTINCT lines.line_id) AS lines_accepted
    FROM lake.supplier_lines AS lines
    GROUP BY lines.document_id, lines.reader_version
),

rejected AS (
    SELECT
        lines.document_id,
        lines.reader_version,
        count(DISTINCT row(lines.sheet, lines.line_number, lines.part)) AS lines_rejected
    FROM lake.rejected_lines AS lines
    GROUP BY lines.document_id, lines.reader_version
)

-- A document that had to be refused once lines of it were read has none: they do not count.
SELECT
    latest.document_id, -- The document. {key, -> raw.supplier_documents.document_id}
    latest.reader_version, -- The version of readers and contracts that read it. {not null}
    latest.read_at, -- When it was read (UTC). {not null}
    latest.contract, -- The contract that fits it.
    latest.status, -- Whether it could be read. {not null, one of: read, unreadable}
    latest.reason, -- Why it could not be read, and what to do.
    latest.lines_read, -- Lines that the reader saw. {not null}
    coalesce(accepted.lines_accepted, 0) AS lines_accepted, -- Lines in claims.supplier_lines. {not null}
    coalesce(rejected.lines_rejected, 0) AS lines_rejected -- Lines in claims.rejected_lines. {not null}
FROM latest
LEFT JOIN accepted
    ON
        latest.document_id = accepted.document_id
        AND latest.reader_version = accepted.reader_version
        AND latest.status = 'read'
LEFT JOIN rejected
    ON
        latest.document_id = rejected.document_id
        AND latest.reader_version = rejected.reader_version
        AND latest.status = 'read'
ORDER BY latest.document_id
