-- One row per claim: one thing that one news item says about accelerators moving, or failing to move (docs/claims.md).
-- check quote_has_its_place: quote_start >= 0 AND quote_end - quote_start = length(quote)
SELECT
    claims.claim_id, -- The claim. {key}
    claims.item_id, -- The item that says so. {not null, -> raw.news_items.item_id}
    claims.extractor, -- Who read it. {not null}
    claims.extractor_version, -- Which version of it. {not null}
    claims.event, -- What is said to happen. {not null, one of: order, plan, allocation, shipment, delivery, diversion, delay, cancellation, restriction, resale, holding}
    claims.supplier, -- Who makes or sells the accelerators, by name.
    claims.from_entity, -- Who had them, or was to have them, before; by name.
    claims.to_entity, -- Who gets, ordered, holds or waits for them; by name.
    claims.product, -- Product, by name; GPU where none is named.
    claims.quantity_low, -- Least count, in quantity_unit.
    claims.quantity_high, -- Greatest count, in quantity_unit.
    claims.quantity_unit, -- What is counted, as stated. {one of: gpu, system, rack}
    claims.value_low, -- Least money, in currency.
    claims.value_high, -- Greatest money, in currency.
    claims.currency, -- ISO 4217 code.
    claims.promised_start, -- First day of when it was or is due.
    claims.promised_end, -- Last day of when it was or is due.
    claims.revised_start, -- First day of the new due time.
    claims.revised_end, -- Last day of the new due time.
    claims.actual_start, -- First day of when it happened.
    claims.actual_end, -- Last day of when it happened.
    claims.delay_low_days, -- Least stated delay, in days.
    claims.delay_high_days, -- Greatest stated delay, in days.
    claims.certainty, -- How sure the source is. {not null, one of: confirmed, reported, rumoured, denied}
    claims.attributed_to, -- The outlet, person or document that the item gives as its source.
    claims.quote, -- The passage that says so, as it stands in the item's text. {not null}
    claims.quote_start, -- Where it begins, in code points. {not null}
    claims.quote_end, -- Where it ends. {not null}
    claims.confidence, -- How sure the extractor is, 0 to 1. {not null}
    claims.slots -- JSON: for each filled slot its start, end, the rule that filled it and how likely it is. {not null}
FROM lake.news_claims AS claims
INNER JOIN claims.extractions AS runs
    ON
        claims.item_id = runs.item_id
        AND claims.extractor = runs.extractor
        AND claims.extractor_version = runs.extractor_version
QUALIFY row_number() OVER (PARTITION BY claims.claim_id ORDER BY claims.confidence DESC) = 1
ORDER BY claims.item_id, claims.quote_start, claims.claim_id
