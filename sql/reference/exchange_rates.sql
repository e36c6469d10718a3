-- One row per currency and month: what one unit of it was worth in US dollars.
SELECT
    exchange_rates.currency, -- ISO 4217 code. {key}
    exchange_rates.month::DATE AS month, -- First day of the month. {key}
    exchange_rates.usd_per_unit::DOUBLE AS usd_per_unit -- US dollars for one unit, monthly average. {not null}
FROM curated.exchange_rates
ORDER BY currency, month
