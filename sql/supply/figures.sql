-- One row per reporter, measure, thing, period and version: what public sources say was earned, held or traded, in our measures, with both times. A figure that is stated again unchanged has no row of its own.
-- check period_is_in_order: coalesce(period_start <= period_end, TRUE)
-- check known_before_superseded: coalesce(known_at < superseded_at, TRUE)
WITH stated AS (
    SELECT
        indicators.figure_id,
        indicators.source,
        reporters.entity_id,
        indicators.reporter,
        measures.measure,
        measures.preference,
        coalesce(indicators.item, '') AS item,
        coalesce(indicators.partner, '') AS partner,
        indicators.period_start,
        indicators.period_end,
        indicators.value * indicators.scale AS value,
        indicators.unit,
        coalesce(indicators.known_on::TIMESTAMP, indicators.received_at) AS known_at
    FROM claims.indicators AS indicators
    INNER JOIN reference.measures AS measures
        ON indicators.source = measures.source AND indicators.stated_measure = measures.stated_measure
    LEFT JOIN reference.reporters AS reporters
        ON indicators.source = reporters.source AND indicators.reporter = reporters.code
),

-- Where a reporter gives a measure under several names, only the one that comes first counts, in all its versions.
preferred AS (
    SELECT stated.*
    FROM stated
    QUALIFY stated.preference = min(stated.preference) OVER (
        PARTITION BY stated.source, stated.reporter, stated.measure, stated.item, stated.partner, stated.unit, stated.period_start, stated.period_end
    )
),

-- Of two statements of one day the greater counts, so that the order of arrival does not matter.
daily AS (
    SELECT preferred.*
    FROM preferred
    QUALIFY row_number() OVER (
        PARTITION BY
            preferred.source, preferred.reporter, preferred.measure, preferred.item, preferred.partner, preferred.unit,
            preferred.period_start, preferred.period_end, preferred.known_at
        ORDER BY preferred.value DESC, preferred.figure_id ASC
    ) = 1
),

changes AS (
    SELECT daily.*
    FROM daily
    QUALIFY daily.value IS DISTINCT FROM lag(daily.value) OVER (
        PARTITION BY
            daily.source, daily.reporter, daily.measure, daily.item, daily.partner, daily.unit,
            daily.period_start, daily.period_end
        ORDER BY daily.known_at
    )
)

SELECT
    changes.figure_id, -- The figure that states it first. {key, -> claims.indicators.figure_id}
    changes.source, -- The source. {not null, one of: sec, taiwan, census, comtrade, epoch}
    changes.entity_id, -- The entity whose figure it is, where it is one of ours. {-> reference.entities.entity_id}
    changes.reporter, -- Whose figure it is, by the source's own code. {not null}
    changes.measure, -- What was measured. {not null}
    nullif(changes.item, '') AS item, -- What it is about: an HS code, a chip.
    nullif(changes.partner, '') AS partner, -- The other country by the source's code, or a chip's maker; empty for all.
    changes.period_start, -- First day of the period; empty for a stock on period_end.
    changes.period_end, -- Last day of the period. {not null}
    changes.value, -- The figure, in unit. {not null}
    changes.unit, -- ISO 4217 code, kg, or what the source counts in. {not null}
    changes.known_at, -- When this value became known (UTC). {not null}
    lead(changes.known_at) OVER (
        PARTITION BY
            changes.source, changes.reporter, changes.measure, changes.item, changes.partner, changes.unit,
            changes.period_start, changes.period_end
        ORDER BY changes.known_at
    ) AS superseded_at -- When another value for the same period replaced it (UTC); empty for the one that stands.
FROM changes
ORDER BY changes.source, changes.reporter, changes.measure, changes.item, changes.partner, changes.period_end, changes.period_start, changes.known_at, changes.figure_id
