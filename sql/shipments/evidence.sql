-- One row per record of one lot: the quote or verbatim line that it rests on, and where that stands.
-- macro: shipment_id VARCHAR
SELECT
    matches.shipment_id, -- The lot. {not null}
    records.record_id, -- The record. {key}
    records.event, -- What it states. {not null}
    records.certainty, -- How sure its source is. {not null}
    matches.origin_id, -- The independent origin. {not null}
    coalesce(claims.quote, lines.verbatim) AS quote, -- The passage, or the line as it stands in the file. {not null}
    items.item_id, -- The news item.
    coalesce(news_documents.name, supplier_documents.name) AS document, -- The file or feed that holds it.
    items.source, -- Who published it.
    items.title, -- The item's title.
    items.url, -- Where it stands.
    items.language, -- ISO 639-1 code of the item.
    claims.quote_start, -- Where the passage begins in the item's text, in code points.
    claims.quote_end, -- Where it ends.
    lines.line_number, -- The line's place in the supplier's file, from 1.
    items.published_at, -- When the item was published (UTC).
    records.known_at, -- When the statement became known (UTC). {not null}
    matches.rule AS matched_by, -- What decided that the record belongs to the lot. {not null}
    records.superseded -- Whether a newer version replaced it. {not null}
FROM shipments.record_matches AS matches
INNER JOIN records.shipment_records AS records ON matches.record_id = records.record_id
LEFT JOIN claims.news_claims AS claims ON records.claim_id = claims.claim_id
LEFT JOIN raw.news_items AS items ON records.item_id = items.item_id
LEFT JOIN raw.news_documents AS news_documents ON items.document_id = news_documents.document_id
LEFT JOIN claims.supplier_lines AS lines ON records.line_id = lines.line_id
LEFT JOIN raw.supplier_documents AS supplier_documents ON records.document_id = supplier_documents.document_id
WHERE matches.shipment_id = $shipment_id
ORDER BY records.known_at, records.record_id
