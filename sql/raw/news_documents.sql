-- One row per document version: every file, page and feed answer that arrived, and whether it could be read.
-- warn every_document_is_readable: status = 'read'
-- check read_is_accepted_plus_rejected: entries_read = entries_accepted + entries_rejected
-- check unreadable_says_why: (status = 'unreadable') = (reason IS NOT NULL)
SELECT
    documents.document_id, -- The version: source, name and content together. {key}
    documents.source, -- The folder or feed that it came from. {not null}
    documents.name, -- File name, or URL. {not null}
    min(documents.fetched_at) OVER (PARTITION BY documents.document_id) AS fetched_at, -- First arrival, UTC. {not null}
    documents.media_type, -- What it was read as.
    documents.content_hash, -- SHA-256 of its bytes, which stand in the lake under that name. {not null}
    documents.size AS size_bytes, -- Size in bytes. {not null}
    documents.status, -- Whether it could be read. {not null, one of: read, unreadable}
    documents.reason, -- Why it could not be read, and what to do.
    documents.entries_read, -- Items and rejected entries found in it. {not null}
    documents.entries_accepted, -- Entries that became news items. {not null}
    documents.entries_rejected -- Entries that were rejected, each in claims.rejected_lines. {not null}
FROM lake.news_documents AS documents
QUALIFY row_number() OVER (PARTITION BY documents.document_id ORDER BY documents.fetched_at DESC, documents.reader_version ASC) = 1
ORDER BY documents.document_id
