-- One row per vague duration and what it means in days.
SELECT
    durations.duration, -- The duration. {key}
    durations.low_days::DOUBLE AS low_days, -- Least days.
    durations.high_days::DOUBLE AS high_days -- Greatest days.
FROM curated.durations
ORDER BY duration
