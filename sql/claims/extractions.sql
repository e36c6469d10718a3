-- One row per news item and extractor whose claims of it stand: our own, which read it, or one whose claims were handed over.
-- warn every_language_has_a_pack: language IS NOT NULL
-- check every_claim_is_counted: claims = claims_stored AND mentions = mentions_stored
WITH latest AS (
    SELECT
        runs.item_id,
        runs.extractor,
        runs.extractor_version,
        runs.extracted_at,
        runs.language,
        runs.claims,
        runs.mentions
    FROM lake.extractions AS runs
    QUALIFY row_number() OVER (PARTITION BY runs.item_id, runs.extractor ORDER BY runs.extracted_at DESC) = 1
),

claims AS (
    SELECT
        stored.item_id,
        stored.extractor,
        stored.extractor_version,
        count(DISTINCT stored.claim_id) AS stored_rows
    FROM lake.news_claims AS stored
    GROUP BY stored.item_id, stored.extractor, stored.extractor_version
),

mentions AS (
    SELECT
        stored.item_id,
        stored.extractor_version,
        count(DISTINCT stored.mention_id) AS stored_rows
    FROM lake.mentions AS stored
    GROUP BY stored.item_id, stored.extractor_version
)

SELECT
    latest.item_id, -- The item. {key, -> raw.news_items.item_id}
    latest.extractor, -- Who read it. {key}
    latest.extractor_version, -- Which version of it, which reads every item again; of claims that were handed over, the version of their file. {not null}
    latest.extracted_at, -- When it was read (UTC). {not null}
    latest.language, -- The language pack that read it, empty where no pack speaks the item's language; the item's own where claims were handed over.
    latest.claims, -- Claims that it gave. {not null}
    latest.mentions, -- Mentions that nothing explained. {not null}
    coalesce(claims.stored_rows, 0) AS claims_stored, -- Claims of it in the lake. {not null}
    coalesce(mentions.stored_rows, 0) AS mentions_stored -- Mentions of it in the lake. {not null}
FROM latest
LEFT JOIN claims
    ON
        latest.item_id = claims.item_id
        AND latest.extractor = claims.extractor
        AND latest.extractor_version = claims.extractor_version
LEFT JOIN mentions ON latest.item_id = mentions.item_id AND latest.extractor_version = mentions.extractor_version
ORDER BY latest.item_id, latest.extractor
