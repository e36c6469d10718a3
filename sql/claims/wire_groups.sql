-- One row per item: the earlier item that it is a copy of, and how much of it is copied. An item that copies none is its own root.
-- check containment_is_a_share: containment BETWEEN 0 AND 1
WITH items AS (
    SELECT
        items.item_id,
        md5_number(items.text) AS text_key,
        row_number() OVER (ORDER BY coalesce(items.published_at, items.fetched_at), items.item_id) AS place
    FROM raw.news_items AS items
),

texts AS (
    -- Each text once, as the item that had it first; items of the very same text share what is found for it.
    SELECT
        items.text_key,
        min(items.place) AS place,
        arg_min(items.item_id, items.place) AS item_id
    FROM items
    GROUP BY items.text_key
),

words AS (
    SELECT
        texts.place,
        texts.text_key,
        regexp_extract_all(lower(strip_accents(stored.text)), '[\p{L}\p{N}]+') AS tokens
    FROM texts
    INNER JOIN raw.news_items AS stored ON texts.item_id = stored.item_id
),

grams AS (
    SELECT DISTINCT
        sequences.place,
        sequences.gram
    FROM (
        SELECT
            words.place,
            hash(array_to_string(list_slice(words.tokens, first_word, first_word + 4), ' ')) AS gram
        FROM words, unnest(range(1, greatest(len(words.tokens) - 3, 1))) AS sequences (first_word)
    ) AS sequences
    WHERE sequences.gram % 8 = 0
),

-- A sequence that stands in very many items (a wire's closing line, a story that all print) would pair each of them with
-- each other one. So it leads only to the first who had it; all that two texts share is counted below.
holders AS (
    SELECT
        grams.gram,
        grams.place,
        row_number() OVER (PARTITION BY grams.gram ORDER BY grams.place) <= 16 AS is_early,
        count(*) OVER (PARTITION BY grams.gram) > 16 AS is_common
    FROM grams
),

sizes AS (
    SELECT
        holders.place,
        count(*) AS gram_count,
        count(*) FILTER (WHERE holders.is_common) AS common_count
    FROM holders
    GROUP BY holders.place
),

meetings AS (
    SELECT
        copy.place,
        original.place AS original_place,
        count(*) FILTER (WHERE NOT copy.is_common) AS rare_count
    FROM holders AS copy
    INNER JOIN holders AS original ON copy.gram = original.gram AND copy.place > original.place
    WHERE original.is_early
    GROUP BY copy.place, original.place
),

candidates AS (
    SELECT
        meetings.place,
        meetings.original_place,
        meetings.rare_count,
        least(copy_size.gram_count, original_size.gram_count) AS least_count
    FROM meetings
    INNER JOIN sizes AS copy_size ON meetings.place = copy_size.place
    INNER JOIN sizes AS original_size ON meetings.original_place = original_size.place
    WHERE
        least_count >= 3
        AND meetings.rare_count + least(copy_size.common_count, original_size.common_count) >= least_count * 0.5
),

shared_common AS (
    SELECT
        candidates.place,
        candidates.original_place,
        count(*) AS common_count
    FROM candidates
    INNER JOIN holders AS copy ON candidates.place = copy.place
    INNER JOIN holders AS original ON candidates.original_place = original.place AND copy.gram = original.gram
    WHERE copy.is_common AND original.is_common
    GROUP BY candidates.place, candidates.original_place
),

copies AS (
    SELECT
        candidates.place,
        candidates.original_place,
        (candidates.rare_count + coalesce(shared_common.common_count, 0)) / candidates.least_count AS containment
    FROM candidates
    LEFT JOIN shared_common
        ON candidates.place = shared_common.place AND candidates.original_place = shared_common.original_place
    WHERE containment >= 0.5
    UNION ALL
    -- A text too short for samples is a copy only of the very same words.
    SELECT
        same_words.place,
        same_words.original_place,
        1.0 AS containment
    FROM (
        SELECT
            words.place,
            min(words.place) OVER (PARTITION BY md5_number(array_to_string(words.tokens, ' '))) AS original_place
        FROM words
        WHERE len(words.tokens) > 0
    ) AS same_words
    WHERE same_words.place > same_words.original_place
),

roots AS (
    SELECT
        words.text_key,
        CASE WHEN len(any_value(words.tokens)) > 0 THEN coalesce(min(copies.original_place), words.place) END AS root_place,
        coalesce(arg_min(copies.containment, copies.original_place), 1.0) AS containment
    FROM words
    LEFT JOIN copies ON words.place = copies.place
    GROUP BY words.text_key, words.place
)

SELECT
    items.item_id, -- The item. {key, -> raw.news_items.item_id}
    coalesce(originals.item_id, items.item_id) AS root_item_id, -- The earliest item that it copies, or itself. {not null, -> raw.news_items.item_id}
    roots.containment -- Share of the shorter one's sampled five-word sequences that stand in both. {not null}
FROM items
INNER JOIN roots ON items.text_key = roots.text_key
LEFT JOIN texts AS originals ON roots.root_place = originals.place
ORDER BY items.item_id
