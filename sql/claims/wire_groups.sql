-- One row per item: the earlier item that it is a copy of, and how much of it is copied. An item that copies none is its own root.
-- check containment_is_a_share: containment BETWEEN 0 AND 1
WITH words AS (
    SELECT
        items.item_id,
        coalesce(items.published_at, items.fetched_at) AS published_at,
        regexp_extract_all(lower(strip_accents(items.text)), '[\p{L}\p{N}]+') AS tokens
    FROM raw.news_items AS items
),

grams AS (
    SELECT DISTINCT
        words.item_id,
        hash(array_to_string(list_slice(words.tokens, place, place + 4), ' ')) AS gram
    FROM words, unnest(range(1, greatest(len(words.tokens) - 3, 1))) AS places (place)
),

sampled AS (
    SELECT
        grams.item_id,
        grams.gram
    FROM grams
    WHERE grams.gram % 8 = 0
),

sizes AS (
    SELECT
        sampled.item_id,
        count(*) AS gram_count
    FROM sampled
    GROUP BY sampled.item_id
),

shared AS (
    SELECT
        copy.item_id,
        original.item_id AS original_id,
        count(*) AS gram_count
    FROM sampled AS copy
    INNER JOIN sampled AS original ON copy.gram = original.gram AND copy.item_id <> original.item_id
    GROUP BY copy.item_id, original.item_id
),

copies AS (
    SELECT
        shared.item_id,
        shared.original_id,
        shared.gram_count / least(copy_size.gram_count, original_size.gram_count) AS containment,
        original.published_at AS original_published_at
    FROM shared
    INNER JOIN sizes AS copy_size ON shared.item_id = copy_size.item_id
    INNER JOIN sizes AS original_size ON shared.original_id = original_size.item_id
    INNER JOIN words AS copy ON shared.item_id = copy.item_id
    INNER JOIN words AS original ON shared.original_id = original.item_id
    WHERE
        (original.published_at, original.item_id) < (copy.published_at, copy.item_id)
        AND least(copy_size.gram_count, original_size.gram_count) >= 3
        AND shared.gram_count / least(copy_size.gram_count, original_size.gram_count) >= 0.5
),

same_words AS (
    -- A text too short for samples is a copy only of the very same words.
    SELECT
        words.item_id,
        first_value(words.item_id) OVER (PARTITION BY words.tokens ORDER BY words.published_at, words.item_id) AS original_id,
        first_value(words.published_at) OVER (PARTITION BY words.tokens ORDER BY words.published_at, words.item_id) AS original_published_at
    FROM words
    WHERE len(words.tokens) > 0
),

first_originals AS (
    SELECT
        found.item_id,
        arg_min(found.original_id, (found.original_published_at, found.original_id)) AS root_item_id,
        arg_min(found.containment, (found.original_published_at, found.original_id)) AS containment
    FROM (
        SELECT
            copies.item_id,
            copies.original_id,
            copies.original_published_at,
            copies.containment
        FROM copies
        UNION ALL
        SELECT
            same_words.item_id,
            same_words.original_id,
            same_words.original_published_at,
            1.0 AS containment
        FROM same_words
        WHERE same_words.item_id <> same_words.original_id
    ) AS found
    GROUP BY found.item_id
)

SELECT
    words.item_id, -- The item. {key, -> raw.news_items.item_id}
    coalesce(first_originals.root_item_id, words.item_id) AS root_item_id, -- The earliest item that it copies, or itself. {not null, -> raw.news_items.item_id}
    coalesce(first_originals.containment, 1.0) AS containment -- Share of the shorter one's sampled five-word sequences that stand in both. {not null}
FROM words
LEFT JOIN first_originals ON words.item_id = first_originals.item_id
ORDER BY words.item_id
