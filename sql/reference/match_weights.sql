-- One row per level of a comparison: how much it adds to the weight that two statements are about one lot (docs/matching.md).
-- check weight_is_finite: isfinite(weight)
SELECT
    weights.comparison, -- What is compared. {key, one of: roles, supplier, product, count, time, days, due, item, origin}
    weights.level, -- How it agrees. {key}
    weights.m::DOUBLE AS m, -- Probability of the level for two statements about one lot. {not null}
    weights.u::DOUBLE AS u, -- Probability of the level for two statements about different lots that meet in a block. {not null}
    log2(weights.m::DOUBLE / weights.u::DOUBLE) AS weight -- What the level adds, in bits: log2(m / u). {not null}
FROM curated.match_weights AS weights
ORDER BY weights.comparison, weights.level
