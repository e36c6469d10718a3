-- One row per document version: every supplier file that arrived, and whether a contract could read it.
-- warn every_document_is_readable: status <> 'unreadable'
-- check unreadable_says_why: (status = 'unreadable') = (reason IS NOT NULL)
WITH readings AS (
    SELECT
        lake.supplier_readings.document_id,
        lake.supplier_readings.status,
        lake.supplier_readings.reason
    FROM lake.supplier_readings
    QUALIFY row_number() OVER (
        PARTITION BY lake.supplier_readings.document_id ORDER BY lake.supplier_readings.read_at DESC
    ) = 1
)

SELECT
    documents.document_id, -- The version: source, name and content together. {key}
    documents.source, -- The folder that it came from. {not null}
    documents.name, -- File name. {not null}
    documents.received_at, -- First arrival, UTC. {not null}
    documents.media_type, -- What it was read as.
    documents.content_hash, -- SHA-256 of its bytes, which stand in the lake under that name. {not null}
    documents.size AS size_bytes, -- Size in bytes. {not null}
    coalesce(readings.status, 'waiting') AS status, -- Whether it could be read. {not null, one of: read, unreadable, waiting}
    readings.reason -- Why it could not be read, and what to do.
FROM lake.supplier_documents AS documents
LEFT JOIN readings ON documents.document_id = readings.document_id
QUALIFY row_number() OVER (PARTITION BY documents.document_id ORDER BY documents.received_at) = 1
ORDER BY documents.document_id
