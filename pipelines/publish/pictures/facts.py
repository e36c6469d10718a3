"""What the pictures show, asked of the tables of the warehouse or of the published file: rows, with names beside ids.

Each query rests on tables that stand before the one whose picture it is for, so that it can be drawn as soon as that
table is built. Choosing, wording and drawing stay out.
"""

from datetime import date
from typing import Any

import duckdb

Row = dict[str, Any]

_TRANSFERS = """
SELECT
    transfers.*,
    coalesce(giver.name, transfers.from_id) AS from_name,
    coalesce(taker.name, transfers.to_id) AS to_name,
    coalesce(products.name, transfers.product_id) AS product,
    coalesce(through.name, transfers.related_through_id) AS related_through
FROM allocation.transfers
LEFT JOIN records.entities AS giver ON transfers.from_id = giver.entity_id
LEFT JOIN records.entities AS taker ON transfers.to_id = taker.entity_id
LEFT JOIN records.entities AS through ON transfers.related_through_id = through.entity_id
LEFT JOIN reference.products AS products ON transfers.product_id = products.product_id
ORDER BY transfers.gpus_best DESC NULLS LAST, transfers.known_at, transfers.transfer_id
"""
# One row per lot with a recipient, and one per day on which some of it came. Notices of single shipments add up, every
# other figure is a running total; a lot never shows more than the ledger counts as delivered.
_LOTS = """
SELECT
    lots.shipment_id,
    coalesce(lots.current_to_id, lots.original_to_id) AS entity_id,
    coalesce(entities.name, lots.current_to_id, lots.original_to_id) AS entity_name,
    lots.gpus_low,
    lots.gpus_best,
    lots.gpus_high,
    coalesce(lots.cancelled_gpus_best, 0) AS cancelled_gpus_best,
    coalesce(lots.delivered_gpus_best, 0) AS delivered_gpus_best,
    lots.first_promised_start,
    lots.first_promised_end,
    lots.current_promised_end
FROM shipments.shipments AS lots
LEFT JOIN records.entities AS entities ON coalesce(lots.current_to_id, lots.original_to_id) = entities.entity_id
WHERE lots.certainty <> 'denied' AND coalesce(lots.current_to_id, lots.original_to_id) IS NOT NULL
ORDER BY lots.shipment_id
"""
_ARRIVALS = """
WITH told AS (
    SELECT
        events.shipment_id,
        coalesce(events.happened_end, events.known_at::DATE) AS arrived_on,
        max(events.gpus_best) FILTER (WHERE records.statement IS DISTINCT FROM 'shipment') AS total_gpus,
        coalesce(sum(events.gpus_best) FILTER (WHERE records.statement = 'shipment'), 0) AS notice_gpus
    FROM shipments.events
    INNER JOIN records.shipment_records AS records ON events.record_id = records.record_id
    WHERE
        events.event = 'delivery'
        AND events.certainty <> 'denied'
        AND (records.statement = 'order' OR NOT events.superseded)
    GROUP BY events.shipment_id, arrived_on
    UNION ALL
    SELECT lots.shipment_id, coalesce(lots.delivered_on, lots.last_known_at::DATE), lots.delivered_gpus_best, 0
    FROM shipments.shipments AS lots
    WHERE lots.delivered_gpus_best > 0 AND lots.status = 'delivered'
),

running AS (
    SELECT
        told.shipment_id,
        told.arrived_on,
        least(
            lots.delivered_gpus_best,
            greatest(max(told.total_gpus) OVER so_far, sum(told.notice_gpus) OVER so_far)
        ) AS arrived_gpus
    FROM told
    INNER JOIN shipments.shipments AS lots ON told.shipment_id = lots.shipment_id
    WINDOW so_far AS (PARTITION BY told.shipment_id ORDER BY told.arrived_on)
)

SELECT DISTINCT
    running.shipment_id,
    running.arrived_on,
    running.arrived_gpus
FROM running
WHERE running.arrived_gpus > 0
ORDER BY running.shipment_id, running.arrived_on, running.arrived_gpus
"""
_CURVES = """
SELECT
    curves.*,
    coalesce(entities.name, products.name, curves.group_id) AS group_name,
    max(curves.at_risk) OVER (PARTITION BY curves.group_kind, curves.group_id) AS lots
FROM delays.curves
LEFT JOIN records.entities AS entities
    ON curves.group_id = entities.entity_id AND curves.group_kind IN ('supplier', 'buyer')
LEFT JOIN reference.products AS products ON curves.group_id = products.product_id AND curves.group_kind = 'product'
ORDER BY curves.group_kind, curves.group_id, curves.days_late
"""
# Once for each independent origin, event and language, as first said there: further copies are only counted.
_STATEMENTS = """
SELECT
    found.*,
    count(*) OVER same - 1 AS copies,
    coalesce(outlets.name, entities.name) AS origin_name,
    records.actual_start,
    records.actual_end,
    records.promised_start,
    records.promised_end,
    records.revised_start,
    records.revised_end
FROM (SELECT unnest($shipment_ids) AS asked_id) AS lots, shipments.evidence(lots.asked_id) AS found
INNER JOIN records.shipment_records AS records ON found.record_id = records.record_id
LEFT JOIN records.entities AS entities ON found.origin_id = entities.entity_id
LEFT JOIN reference.outlets AS outlets ON found.origin_id = outlets.outlet_id
WHERE NOT found.superseded
WINDOW same AS (PARTITION BY found.shipment_id, found.origin_id, found.event, found.language)
QUALIFY row_number() OVER (
    PARTITION BY found.shipment_id, found.origin_id, found.event, found.language
    ORDER BY found.known_at, found.record_id
) = 1
ORDER BY found.shipment_id, found.known_at, found.record_id
"""


def transfers(connection: duckdb.DuckDBPyConnection) -> list[Row]:
    """All transfers, the largest first."""
    return rows(connection, _TRANSFERS)


def lots(connection: duckdb.DuckDBPyConnection) -> list[Row]:
    """All lots that have a recipient and are not denied; `arrivals` holds (day, GPUs that had come by it)."""
    arrivals: dict[str, list[tuple[date, float]]] = {}
    for row in rows(connection, _ARRIVALS):
        arrivals.setdefault(row["shipment_id"], []).append((row["arrived_on"], row["arrived_gpus"]))
    return [{**row, "arrivals": arrivals.get(row["shipment_id"], [])} for row in rows(connection, _LOTS)]


def curves(connection: duckdb.DuckDBPyConnection) -> list[Row]:
    """All rows of `delays.curves`, with the name of the group and its number of lots."""
    return rows(connection, _CURVES)


def extraction_scores(connection: duckdb.DuckDBPyConnection) -> list[Row]:
    """The rows of `quality.extraction` over all events, in the order of scoring."""
    return rows(connection, "FROM quality.extraction WHERE event = 'all' ORDER BY scored_at, language")


def statements(connection: duckdb.DuckDBPyConnection, shipment_ids: list[str]) -> dict[str, list[Row]]:
    """What each of these lots rests on, and the days that it is about, in the order in which it became known."""
    found: dict[str, list[Row]] = {}
    for row in rows(connection, _STATEMENTS, {"shipment_ids": shipment_ids}) if shipment_ids else ():
        found.setdefault(row["shipment_id"], []).append(row)
    return found


def rows(connection: duckdb.DuckDBPyConnection, query: str, parameters: Row | None = None) -> list[Row]:
    """What `query` gives, each row by the names of its columns."""
    result = connection.execute(query, parameters)
    names = [column[0] for column in result.description or ()]
    return [dict(zip(names, values, strict=True)) for values in result.fetchall()]
