-- One row per rejected line: a supplier's line that breaks its contract, an entry of a news file or a figure of a public document that cannot be read, or a whole document that cannot.
-- warn nothing_is_rejected: FALSE
WITH news_readings AS (
    SELECT
        documents.document_id,
        documents.reader_version
    FROM lake.news_documents AS documents
    QUALIFY row_number() OVER (PARTITION BY documents.document_id ORDER BY documents.fetched_at DESC, documents.reader_version ASC) = 1
),

rejected AS (
    SELECT
        'supplier' AS source_kind,
        lines.document_id,
        documents.name,
        lines.sheet,
        lines.line_number,
        lines.columns,
        lines.reasons,
        lines.verbatim
    FROM lake.rejected_lines AS lines
    INNER JOIN claims.supplier_readings AS readings
        ON
            lines.document_id = readings.document_id
            AND lines.reader_version = readings.reader_version
            AND readings.status = 'read'
    INNER JOIN raw.supplier_documents AS documents ON lines.document_id = documents.document_id
    UNION ALL
    SELECT
        'supplier' AS source_kind,
        documents.document_id,
        documents.name,
        NULL AS sheet,
        NULL AS line_number,
        NULL AS columns,
        documents.reason AS reasons,
        NULL AS verbatim
    FROM raw.supplier_documents AS documents
    WHERE documents.status = 'unreadable'
    UNION ALL
    SELECT
        'news' AS source_kind,
        entries.document_id,
        entries.name,
        NULL AS sheet,
        entries.line_number,
        entries."column" AS columns,
        entries.reason AS reasons,
        entries.verbatim
    FROM (
        SELECT
            found.document_id,
            found.name,
            found.line_number,
            found."column",
            found.reason,
            found.verbatim
        FROM lake.rejected_entries AS found
        INNER JOIN news_readings
            ON found.document_id = news_readings.document_id AND found.reader_version = news_readings.reader_version
        QUALIFY rank() OVER (PARTITION BY found.document_id ORDER BY found.read_at DESC) = 1
    ) AS entries
    UNION ALL
    SELECT
        'news' AS source_kind,
        documents.document_id,
        documents.name,
        NULL AS sheet,
        NULL AS line_number,
        NULL AS columns,
        documents.reason AS reasons,
        NULL AS verbatim
    FROM raw.news_documents AS documents
    WHERE documents.status = 'unreadable' AND documents.source <> 'claims folder'
    UNION ALL
    SELECT
        'claims' AS source_kind,
        lines.document_id,
        documents.name,
        NULL AS sheet,
        lines.line_number,
        lines.columns,
        lines.reasons,
        lines.verbatim
    FROM lake.rejected_lines AS lines
    INNER JOIN claims.claim_readings AS readings
        ON lines.document_id = readings.document_id AND lines.reader_version = readings.reader_version
    INNER JOIN raw.news_documents AS documents ON lines.document_id = documents.document_id
    UNION ALL
    SELECT
        'claims' AS source_kind,
        documents.document_id,
        documents.name,
        NULL AS sheet,
        NULL AS line_number,
        NULL AS columns,
        documents.reason AS reasons,
        NULL AS verbatim
    FROM raw.news_documents AS documents
    WHERE documents.status = 'unreadable' AND documents.source = 'claims folder'
    UNION ALL
    SELECT
        'public' AS source_kind,
        figures.document_id,
        documents.name,
        NULL AS sheet,
        figures.number AS line_number,
        NULL AS columns,
        figures.reasons,
        figures.verbatim
    FROM lake.rejected_figures AS figures
    INNER JOIN claims.figure_readings AS readings
        ON figures.document_id = readings.document_id AND figures.reader_version = readings.reader_version
    INNER JOIN raw.public_documents AS documents ON figures.document_id = documents.document_id
    UNION ALL
    SELECT
        'public' AS source_kind,
        documents.document_id,
        documents.name,
        NULL AS sheet,
        NULL AS line_number,
        NULL AS columns,
        documents.reason AS reasons,
        NULL AS verbatim
    FROM raw.public_documents AS documents
    WHERE documents.status = 'unreadable'
)

SELECT
    row_number() OVER (ORDER BY source_kind, name, document_id, sheet NULLS FIRST, line_number NULLS FIRST, reasons, verbatim) AS rejection_number, -- Running number. {key}
    source_kind, -- Whose line it is. {not null, one of: news, claims, supplier, public}
    document_id, -- The document. {not null}
    name, -- The document's file name or URL. {not null}
    sheet, -- The sheet that it stands on, in a workbook of several.
    line_number, -- Its place there, from 1; empty where the whole document cannot be read.
    columns, -- The columns at fault, where they are known.
    reasons, -- Every reason: what is wrong, why, what to do. {not null}
    verbatim -- The line as it stands there.
FROM rejected
ORDER BY rejection_number
