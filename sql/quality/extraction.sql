-- One row per scoring of the extractor on the shipped test set, language and event: how many of its claims are right, and of the labelled ones how many it finds, beside the version before.
-- check right_is_within_bounds: right_claims <= said_claims AND right_claims <= labelled_claims
-- warn score_does_not_drop: NOT (is_latest AND language = 'all' AND event = 'all') OR coalesce(round(change_f1, 9) >= -0.01, TRUE)
-- warn every_quote_stands_in_its_text: coalesce(grounding = 1, TRUE)
WITH scored AS (
    SELECT
        scores.scored_at,
        scores.extractor_version,
        scores.test_set_version,
        scores.language,
        scores.event,
        scores.right_claims,
        scores.said_claims,
        scores.labelled_claims,
        scores.right_claims / nullif(scores.said_claims, 0) AS claim_precision,
        scores.right_claims / nullif(scores.labelled_claims, 0) AS recall,
        2 * scores.right_claims / nullif(scores.said_claims + scores.labelled_claims, 0) AS f1,
        scores.items,
        scores.right_certainties / nullif(scores.right_claims, 0) AS certainty,
        scores.grounded_claims / nullif(scores.said_claims, 0) AS grounding,
        scores.silent_items / nullif(scores.claimless_items, 0) AS silence,
        scores.min_confidence,
        scores.right_entering_claims / nullif(scores.entering_claims, 0) AS entering_precision,
        scores.right_entering_claims / nullif(scores.labelled_claims, 0) AS entering_share
    FROM lake.extraction_scores AS scores
    QUALIFY
        row_number() OVER (
            PARTITION BY scores.scored_at, scores.extractor_version, scores.test_set_version, scores.language, scores.event
        ) = 1
)

SELECT
    scored.scored_at, -- When it was scored (UTC). {key}
    scored.language, -- ISO 639-1 code, or all. {key}
    scored.event, -- What is said to happen, or all. {key, one of: all, order, plan, allocation, shipment, delivery, diversion, delay, cancellation, restriction, resale, holding}
    scored.extractor_version, -- The version that was scored: code, language packs, weights and names. {not null}
    scored.test_set_version, -- The labelled texts that it was scored on; only scores on the same ones compare. {not null}
    rank() OVER (ORDER BY scored.scored_at DESC) = 1 AS is_latest, -- Whether it is of the latest scoring. {not null}
    scored.right_claims, -- Claims of the extractor that are right: event, parties, product and quantity as labelled. {not null}
    scored.said_claims, -- Claims of the extractor. {not null}
    scored.labelled_claims, -- Claims that the texts hold, as labelled. {not null}
    scored.claim_precision, -- Right of said, 0 to 1; empty where none was said.
    scored.recall, -- Right of labelled, 0 to 1; empty where none is labelled.
    scored.f1, -- Harmonic mean of both, 0 to 1; empty where there is neither.
    scored.f1 - lag(scored.f1) OVER earlier AS change_f1, -- F1 less that of the scoring before on the same texts; empty for the first.
    scored.items, -- Items of the language; empty for a single event.
    scored.certainty, -- Of the right claims, those whose certainty is right, 0 to 1.
    scored.grounding, -- Of the claims, those whose quote stands in the text where it says; it must be 1.
    scored.silence, -- Of the items without a claim, those on which it is silent, 0 to 1.
    scored.min_confidence, -- The least confidence of claims that entered the ledger when it was scored.
    scored.entering_precision, -- Right of the claims from that confidence on, 0 to 1.
    scored.entering_share -- Right claims from that confidence on, of the labelled ones, 0 to 1.
FROM scored
WINDOW earlier AS (PARTITION BY scored.test_set_version, scored.language, scored.event ORDER BY scored.scored_at)
ORDER BY scored.scored_at, scored.language, scored.event
