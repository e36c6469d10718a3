-- One row per claim that is too unsure for the ledger: its confidence is below WAYBILL_MIN_CONFIDENCE and nobody else says the same, so that it waits here, with what was doubtful, and enters no record.
-- check waits_for_a_reason: confidence < min_confidence
WITH of_outlets AS (
    SELECT
        claims.event,
        claims.from_entity,
        claims.to_entity,
        claims.product,
        claims.quantity_low,
        claims.quantity_high,
        claims.quantity_unit,
        claims.certainty = 'denied' AS denied,
        items.source,
        arg_max(claims.quote, (claims.confidence, claims.quote)) AS quote,
        max(claims.confidence) AS confidence
    FROM claims.news_claims AS claims
    INNER JOIN raw.news_items AS items ON claims.item_id = items.item_id
    WHERE
        coalesce(claims.quantity_low, claims.quantity_high) IS NOT NULL
        AND claims.to_entity IS NOT NULL
        AND claims.product IS NOT NULL
        AND claims.confidence >= 0.5
    GROUP BY ALL
),

-- A fact with its count, of each outlet once, and in the words of each passage once, however many outlets copy it.
tellings AS (
    SELECT
        of_outlets.* EXCLUDE (source, confidence),
        max(of_outlets.confidence) AS confidence
    FROM of_outlets
    GROUP BY ALL
),

-- Passages in other words, read alike, are wrong alike only if each reading is: 1 - (1 - c1) (1 - c2) …
agreed AS (
    SELECT
        tellings.event,
        tellings.from_entity,
        tellings.to_entity,
        tellings.product,
        tellings.quantity_low,
        tellings.quantity_high,
        tellings.quantity_unit,
        tellings.denied
    FROM tellings
    GROUP BY ALL
    HAVING count(*) > 1 AND 1 - product(1 - tellings.confidence) >= $min_confidence
),

unsure AS (
    SELECT claims.*
    FROM claims.news_claims AS claims
    WHERE
        claims.confidence < $min_confidence
        AND NOT (
            claims.confidence >= 0.5
            AND EXISTS (
                FROM agreed
                WHERE
                    agreed.event = claims.event
                    AND agreed.from_entity IS NOT DISTINCT FROM claims.from_entity
                    AND agreed.to_entity = claims.to_entity
                    AND agreed.product = claims.product
                    AND agreed.quantity_low IS NOT DISTINCT FROM claims.quantity_low
                    AND agreed.quantity_high IS NOT DISTINCT FROM claims.quantity_high
                    AND agreed.quantity_unit = claims.quantity_unit
                    AND agreed.denied = (claims.certainty = 'denied')
            )
        )
),

-- How a slot was filled is doubtful where the extractor says how likely it is, or took it from elsewhere than beside the goods.
slots AS (
    SELECT
        keys.claim_id,
        keys.slot,
        keys.slots -> keys.slot ->> 'rule' AS rule,
        (keys.slots -> keys.slot ->> 'share')::DOUBLE AS share
    FROM (
        SELECT
            unsure.claim_id,
            unsure.slots::JSON AS slots,
            unnest(json_keys(unsure.slots)) AS slot
        FROM unsure
    ) AS keys
),

doubts AS (
    SELECT
        slots.claim_id,
        string_agg(
            slots.slot || ' (' || coalesce(printf('%.2f, ', slots.share), '') || coalesce(slots.rule, 'no rule') || ')',
            ', ' ORDER BY slots.share ASC NULLS LAST, slots.slot ASC
        ) AS said
    FROM slots
    WHERE
        slots.slot NOT LIKE '%\_high' ESCAPE '\'
        AND slots.slot NOT LIKE '%\_end' ESCAPE '\'
        AND (
            slots.share < 0.9
            OR regexp_matches(slots.rule, 'before|carried|topic|near|any|group|hearsay|/(description|anaphor|collective|pronoun)')
        )
    GROUP BY slots.claim_id
),

settled AS (
    SELECT
        sure.item_id,
        sure.event,
        sure.quote_start,
        sure.quote_end,
        min(sure.extractor) AS extractor
    FROM claims.news_claims AS sure
    WHERE sure.confidence >= $min_confidence
    GROUP BY sure.item_id, sure.event, sure.quote_start, sure.quote_end
)

SELECT
    unsure.claim_id, -- The claim. {key, -> claims.news_claims.claim_id}
    unsure.confidence, -- How sure the extractor is, 0 to 1. {not null}
    $min_confidence::DOUBLE AS min_confidence, -- The least confidence of claims that enter the ledger. {not null}
    concat_ws(
        '; ',
        printf('confidence %.3f is below %.3f', unsure.confidence, $min_confidence),
        'doubtful: ' || doubts.said,
        'open: ' || nullif(concat_ws(
            ', ',
            CASE WHEN unsure.to_entity IS NULL THEN 'to_entity' END,
            CASE WHEN unsure.from_entity IS NULL AND unsure.event IN ('diversion', 'resale') THEN 'from_entity' END,
            CASE WHEN unsure.product IS NULL THEN 'product' END,
            CASE WHEN coalesce(unsure.quantity_low, unsure.quantity_high, unsure.value_low, unsure.value_high) IS NULL THEN 'quantity and value' END
        ), '')
    ) AS reason, -- Why it waits: the confidence, the slots that were filled doubtfully with the rule that filled each, and what is left open. {not null}
    settled.extractor AS settled_by, -- Who has since made a claim of the same event from the same passage that is sure enough; empty while nobody has.
    unsure.item_id, -- The item that says so. {not null, -> raw.news_items.item_id}
    items.source, -- Who published the item. {not null}
    items.url, -- Where it can be read.
    items.language, -- The item's language. {not null}
    items.published_at, -- When it was published (UTC).
    unsure.extractor, -- Who read it. {not null}
    unsure.event, -- What is said to happen. {not null, one of: order, plan, allocation, shipment, delivery, diversion, delay, cancellation, restriction, resale, holding}
    unsure.supplier, -- Who makes or sells the accelerators, by name.
    unsure.from_entity, -- Who had them, or was to have them, before; by name.
    unsure.to_entity, -- Who gets, ordered, holds or waits for them; by name.
    unsure.product, -- Product, by name.
    unsure.quantity_low, -- Least count, in quantity_unit.
    unsure.quantity_high, -- Greatest count, in quantity_unit.
    unsure.quantity_unit, -- What is counted, as stated. {one of: gpu, system, rack}
    unsure.certainty, -- How sure the source is. {not null, one of: confirmed, reported, rumoured, denied}
    unsure.attributed_to, -- The outlet, person or document that the item gives as its source.
    unsure.quote, -- The passage that says so, as it stands in the item's text. {not null}
    unsure.quote_start, -- Where it begins, in code points. {not null}
    unsure.quote_end, -- Where it ends. {not null}
    substr(items.text, greatest(unsure.quote_start - 200, 0) + 1, unsure.quote_end - unsure.quote_start + 200 + least(unsure.quote_start, 200)) AS passage, -- The quote with 200 code points to either side. {not null}
    to_json({
        'item_id': unsure.item_id,
        'source': items.source,
        'extractor': 'review',
        'event': unsure.event,
        'supplier': unsure.supplier,
        'from_entity': unsure.from_entity,
        'to_entity': unsure.to_entity,
        'product': unsure.product,
        'quantity_low': unsure.quantity_low,
        'quantity_high': unsure.quantity_high,
        'quantity_unit': unsure.quantity_unit,
        'value_low': unsure.value_low,
        'value_high': unsure.value_high,
        'currency': unsure.currency,
        'promised_start': unsure.promised_start,
        'promised_end': unsure.promised_end,
        'revised_start': unsure.revised_start,
        'revised_end': unsure.revised_end,
        'actual_start': unsure.actual_start,
        'actual_end': unsure.actual_end,
        'delay_low_days': unsure.delay_low_days,
        'delay_high_days': unsure.delay_high_days,
        'certainty': unsure.certainty,
        'attributed_to': unsure.attributed_to,
        'quote': unsure.quote,
        'quote_start': unsure.quote_start,
        'quote_end': unsure.quote_end
    })::VARCHAR AS as_line -- The claim as a line of JSON that WAYBILL_CLAIMS_DIR takes: handed over, corrected where need be, it enters. {not null}
FROM unsure
INNER JOIN raw.news_items AS items ON unsure.item_id = items.item_id
LEFT JOIN doubts ON unsure.claim_id = doubts.claim_id
LEFT JOIN settled
    ON
        unsure.item_id = settled.item_id
        AND unsure.event = settled.event
        AND unsure.quote_start = settled.quote_start
        AND unsure.quote_end = settled.quote_end
ORDER BY unsure.confidence DESC, unsure.claim_id ASC
