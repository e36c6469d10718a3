-- One row per name that a public source gives a figure, and the measure that it is.
SELECT
    measures.source, -- The source. {key, one of: sec, taiwan, census, comtrade, epoch}
    measures.stated_measure, -- Its own name for the figure: a tag, a column, a field. {key}
    measures.measure, -- What it measures. {not null}
    measures.rank::INTEGER AS preference -- Of several names for one measure, the lowest that is given for a period counts. {not null}
FROM curated.measures
ORDER BY measures.source, measures.stated_measure
