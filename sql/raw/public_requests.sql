-- One row per document asked for over the network: what came of the newest request.
-- warn every_request_is_answered: outcome <> 'failed'
-- check failed_says_why: outcome <> 'failed' OR reason IS NOT NULL
SELECT
    requests.source, -- The source. {key, one of: sec, taiwan, census, comtrade, epoch}
    requests.name, -- The document. {key}
    requests.url, -- Where it was asked for, without any key. {not null}
    requests.asked_at, -- When it was asked for last, UTC. {not null}
    requests.outcome, -- What came: a document, nothing new, not published yet, or a failure. {not null, one of: fetched, unchanged, absent, failed}
    requests.reason -- Why it failed or is not there, and what to do.
FROM lake.public_requests AS requests
QUALIFY row_number() OVER (PARTITION BY requests.source, requests.name ORDER BY requests.asked_at DESC, requests.outcome ASC) = 1
ORDER BY requests.source, requests.name
