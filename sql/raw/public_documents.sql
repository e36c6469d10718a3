-- One row per document version of a filer or a statistics office: what arrived, whence, and whether it could be read.
-- warn every_document_is_readable: status <> 'unreadable'
-- check unreadable_says_why: (status = 'unreadable') = (reason IS NOT NULL)
WITH readings AS (
    SELECT
        found.document_id,
        found.status,
        found.reason
    FROM lake.figure_readings AS found
    QUALIFY row_number() OVER (PARTITION BY found.document_id ORDER BY found.read_at DESC, found.reader_version ASC) = 1
)

SELECT
    documents.document_id, -- The version: source, name and content together. {key}
    documents.source, -- The source. {not null, one of: sec, taiwan, census, comtrade, epoch}
    documents.name, -- What the document is called from run to run. {not null}
    documents.url, -- Where it was asked for, without any key; empty for a file of the public folder.
    documents.received_at, -- First arrival, UTC. {not null}
    documents.media_type, -- Content-Type as sent.
    documents.content_hash, -- SHA-256 of its bytes, which stand in the lake under that name. {not null}
    documents.size AS size_bytes, -- Size in bytes. {not null}
    -- A table of clusters is a register, which the suppliers' readers read.
    CASE documents.name WHEN 'gpu_clusters.csv' THEN 'register' ELSE coalesce(readings.status, 'waiting') END AS status, -- Whether it could be read. {not null, one of: read, unreadable, waiting, register}
    readings.reason -- Why it could not be read, and what to do.
FROM lake.public_documents AS documents
LEFT JOIN readings ON documents.document_id = readings.document_id
QUALIFY row_number() OVER (PARTITION BY documents.document_id ORDER BY documents.received_at) = 1
ORDER BY documents.document_id
