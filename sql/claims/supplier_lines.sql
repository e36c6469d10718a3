-- One row per line version: what a supplier's document says in one line, in its own terms.
SELECT
    lines.line_id, -- The line version: document and place. {key}
    lines.document_id, -- The document. {not null, -> raw.supplier_documents.document_id}
    lines.contract, -- The contract that read it. {not null}
    lines.sheet, -- The sheet that it stands on, in a workbook of several.
    lines.line_number, -- Its place in the document or sheet, from 1. {not null}
    lines.part, -- Which of the statements that one line makes, from 1. {not null}
    lines.verbatim, -- The line as it stands there. {not null}
    lines.statement, -- What the document states. {not null, one of: order, shipment, holding, plan}
    lines.supplier, -- Who sells, by name. {not null}
    lines.buyer, -- Who buys or holds, by name.
    lines.ship_to, -- Where it goes, as stated.
    lines.order_ref, -- Order number.
    lines.line_ref, -- Line of the order.
    lines.sku, -- Product, as the supplier writes it.
    lines.quantity, -- Count, in unit.
    lines.unit, -- What is counted; each is one of the product, whatever it holds. {one of: gpu, board, system, rack, each}
    lines.unit_price, -- Price of one unit, in currency.
    lines.currency, -- ISO 4217 code.
    lines.ordered_on, -- Day of the order.
    lines.requested_on, -- Day that the buyer asked for.
    lines.promised_on, -- Day that the supplier promised.
    lines.revised_on, -- Day that replaced the promised one.
    lines.shipped_on, -- Day of shipping.
    lines.shipped_quantity, -- Count shipped, in unit.
    lines.delivered_on, -- Day of delivery.
    lines.delivered_quantity, -- Count delivered, in unit.
    lines.status, -- State, in our words. {one of: open, confirmed, shipped, partly_delivered, delivered, cancelled, delayed, rescheduled, backordered, substituted, rejected, decommissioned}
    lines.certainty, -- How sure the source is. {not null, one of: confirmed, reported, rumoured, denied}
    lines.document_date, -- The document's own date.
    lines.site, -- Where the units stand, as stated.
    lines.shipment_ref, -- Number of the shipment, where the document gives one.
    lines.sent_at, -- When the document was sent, by its own clock.
    lines.supplier_code, -- The seller's id in the document, as qualifier:id.
    lines.buyer_code, -- The buyer's id in the document, as qualifier:id.
    documents.received_at -- When the document arrived (UTC). {not null}
FROM lake.supplier_lines AS lines
INNER JOIN claims.supplier_readings AS readings
    ON
        lines.document_id = readings.document_id
        AND lines.reader_version = readings.reader_version
        AND readings.status = 'read'
INNER JOIN raw.supplier_documents AS documents ON lines.document_id = documents.document_id
QUALIFY row_number() OVER (PARTITION BY lines.line_id) = 1
ORDER BY lines.document_id, lines.line_number, lines.line_id
