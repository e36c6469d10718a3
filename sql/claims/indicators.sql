-- One row per figure of a public document: what a filer or a statistics office states, in its own terms.
-- check period_is_in_order: coalesce(period_start <= period_end, TRUE)
SELECT
    figures.figure_id, -- The figure: document and place. {key}
    figures.document_id, -- The document. {not null, -> raw.public_documents.document_id}
    documents.source, -- The source. {not null, one of: sec, taiwan, census, comtrade, epoch}
    figures.number AS figure_number, -- Its place in the document, from 1. {not null}
    figures.reporter, -- Whose figure it is, by the source's own code. {not null}
    figures.reporter_name, -- The reporter's name there.
    figures.measure AS stated_measure, -- What was measured, by the source's own name. {not null}
    figures.item, -- What it is about: an HS code, a chip.
    figures.partner, -- The other country by the source's code, or a chip's maker; empty for all of them.
    figures.period_start, -- First day of the period; empty for a stock on period_end.
    figures.period_end, -- Last day of the period. {not null}
    figures.value, -- The figure, in unit times scale. {not null}
    figures.scale, -- What the figure is multiplied by to give units: 1000 for thousands. {not null}
    figures.unit, -- ISO 4217 code, kg, or what the source counts in. {not null}
    figures.known_on, -- Day on which the source published it, where it says so.
    figures.reference, -- What leads to it: accession number and form, or a name.
    figures.verbatim, -- The figure as it stands there. {not null}
    documents.received_at -- When the document arrived (UTC). {not null}
FROM lake.figures
INNER JOIN claims.figure_readings AS readings
    ON figures.document_id = readings.document_id AND figures.reader_version = readings.reader_version
INNER JOIN raw.public_documents AS documents ON figures.document_id = documents.document_id
QUALIFY row_number() OVER (PARTITION BY figures.figure_id) = 1
ORDER BY figures.document_id, figures.number
