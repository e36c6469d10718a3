-- One row per public document that was read: how many of its figures were read, accepted and rejected.
-- check read_is_accepted_plus_rejected: figures_read = figures_accepted + figures_rejected
-- warn nothing_is_rejected: figures_rejected = 0
WITH latest AS (
    SELECT
        readings.document_id,
        readings.reader_version,
        readings.read_at,
        readings.status,
        readings.figures_read,
        readings.passed_over
    FROM lake.figure_readings AS readings
    QUALIFY row_number() OVER (PARTITION BY readings.document_id ORDER BY readings.read_at DESC, readings.reader_version ASC) = 1
),

accepted AS (
    SELECT
        figures.document_id,
        figures.reader_version,
        count(DISTINCT figures.figure_id) AS figures_accepted
    FROM lake.figures
    GROUP BY figures.document_id, figures.reader_version
),

rejected AS (
    SELECT
        figures.document_id,
        figures.reader_version,
        count(DISTINCT figures.number) AS figures_rejected
    FROM lake.rejected_figures AS figures
    GROUP BY figures.document_id, figures.reader_version
)

SELECT
    latest.document_id, -- The document. {key, -> raw.public_documents.document_id}
    latest.reader_version, -- The version of the readers that read it. {not null}
    latest.read_at, -- When it was read (UTC). {not null}
    latest.status, -- Whether it could be read. {not null, one of: read, unreadable}
    latest.figures_read, -- Figures that the reader saw. {not null}
    coalesce(accepted.figures_accepted, 0) AS figures_accepted, -- Figures in claims.indicators. {not null}
    coalesce(rejected.figures_rejected, 0) AS figures_rejected, -- Figures in claims.rejected_lines. {not null}
    latest.passed_over -- What the document also holds and nobody asked for: other tags, other companies. {not null}
FROM latest
LEFT JOIN accepted ON latest.document_id = accepted.document_id AND latest.reader_version = accepted.reader_version
LEFT JOIN rejected ON latest.document_id = rejected.document_id AND latest.reader_version = rejected.reader_version
ORDER BY latest.document_id
