-- One row per item version: what a source published, as it gave it; no meaning is read into it.
SELECT
    items.item_id, -- The version: source, guid and content together. {key}
    items.document_id, -- The document that it first arrived in. {not null, -> raw.news_documents.document_id}
    items.guid, -- The source's own id: item_id, a feed's guid, or the file's name. {not null}
    items.source, -- Who published it. {not null}
    items.url, -- Where it stands.
    items.published_at, -- When it was published (UTC), the start of the interval where only a day or month is given.
    items.published_precision, -- How exactly that is known. {one of: instant, day, month}
    items.published_start, -- First day on which it may have been published.
    items.published_end, -- Last day on which it may have been published.
    items.fetched_at, -- When it first arrived (UTC). {not null}
    items.language, -- ISO 639-1 code, und where unknown. {not null}
    items.language_basis, -- Whether the source gave the language. {not null, one of: given, detected}
    items.title, -- Title, as given.
    items.text, -- Text, as given; quotes are offsets into it, in Unicode code points. {not null}
    items.content_hash -- SHA-256 of title and text. {not null}
FROM lake.news_items AS items
QUALIFY row_number() OVER (PARTITION BY items.item_id ORDER BY items.fetched_at, items.document_id) = 1
ORDER BY items.item_id
