-- One row with the figures by which the weights of two statements are decided, in bits (docs/matching.md).
WITH named AS (
    SELECT
        thresholds.name,
        thresholds.value::DOUBLE AS value
    FROM curated.match_thresholds AS thresholds
)

SELECT
    'these' AS thresholds, -- The one set of them. {key}
    max(named.value) FILTER (WHERE named.name = 'prior') AS prior_probability, -- Probability that two statements that meet in a block are about one lot.
    log2(prior_probability / (1 - prior_probability)) AS prior_weight, -- The same as odds, in bits.
    max(named.value) FILTER (WHERE named.name = 'join') AS join_from, -- Least weight with which a statement joins a lot.
    max(named.value) FILTER (WHERE named.name = 'review_from') AS review_from, -- Least weight of a pair that a person is asked about.
    max(named.value) FILTER (WHERE named.name = 'review_to') AS review_to, -- Weight from which on nobody is asked.
    max(named.value) FILTER (WHERE named.name = 'tie') AS tie_margin -- How far the best lot must be ahead of the second-best.
FROM named
HAVING count(*) > 0
ORDER BY thresholds
