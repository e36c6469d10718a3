"""What a publication has to tell people, read from the published file: rows with names in place of ids.

The report and the terminal's summary say the same because both say this. Wording and markup stay out.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import duckdb

from pipelines.publish.pictures import facts
from pipelines.publish.pictures.facts import Row, rows

_NET = """
SELECT
    net.*,
    coalesce(one.name, net.a_id) AS a_name,
    coalesce(other.name, net.b_id) AS b_name,
    coalesce(products.name, net.product_id) AS product
FROM allocation.net_transfers AS net
LEFT JOIN records.entities AS one ON net.a_id = one.entity_id
LEFT JOIN records.entities AS other ON net.b_id = other.entity_id
LEFT JOIN reference.products AS products ON net.product_id = products.product_id
ORDER BY abs(net.net_gpus_best) DESC NULLS LAST, a_name, b_name, product
"""
_SWAPS = """
SELECT
    swaps.*,
    coalesce(one.name, swaps.a_id) AS a_name,
    coalesce(other.name, swaps.b_id) AS b_name,
    coalesce(products.name, swaps.product_id) AS product
FROM shipments.swaps AS swaps
LEFT JOIN records.entities AS one ON swaps.a_id = one.entity_id
LEFT JOIN records.entities AS other ON swaps.b_id = other.entity_id
LEFT JOIN reference.products AS products ON swaps.product_id = products.product_id
ORDER BY swaps.swap_id
"""
_DELAYS = """
SELECT
    late.*,
    coalesce(waiting.name, late.entity_id) AS entity_name,
    coalesce(products.name, late.product_id) AS product,
    coalesce(late.stated_delay_days_low, late.stated_delay_days_high) IS NOT NULL AS is_stated,
    lots.certainty AS lot_certainty,
    lots.origins AS lot_origins,
    impact.gpu_days_low,
    impact.gpu_days_high
FROM delays.shipment_delays AS late
LEFT JOIN records.entities AS waiting ON late.entity_id = waiting.entity_id
LEFT JOIN reference.products AS products ON late.product_id = products.product_id
INNER JOIN shipments.shipments AS lots ON late.shipment_id = lots.shipment_id
LEFT JOIN delays.impact AS impact ON late.shipment_id = impact.shipment_id AND late.entity_id = impact.entity_id
ORDER BY
    late.gpus_best * coalesce(late.stated_delay_days_high, late.slip_days_high) DESC NULLS LAST,
    late.gpus_best DESC NULLS LAST,
    late.shipment_id,
    late.entity_id
"""
_COMMITMENTS = """
SELECT
    commitments.*,
    coalesce(holder.name, commitments.entity_id) AS entity_name,
    coalesce(products.name, commitments.product_id) AS product
FROM allocation.commitments
LEFT JOIN records.entities AS holder ON commitments.entity_id = holder.entity_id
LEFT JOIN reference.products AS products ON commitments.product_id = products.product_id
ORDER BY commitments.target_gpus_best DESC NULLS LAST, commitments.due_end NULLS LAST, commitments.commitment_id
"""
_CONTESTED = """
SELECT
    lots.*,
    coalesce(supplier.name, lots.supplier_id) AS supplier_name,
    coalesce(taker.name, lots.current_to_id, lots.original_to_id) AS to_name,
    coalesce(products.name, lots.product_id) AS product
FROM shipments.shipments AS lots
LEFT JOIN records.entities AS supplier ON lots.supplier_id = supplier.entity_id
LEFT JOIN records.entities AS taker ON coalesce(lots.current_to_id, lots.original_to_id) = taker.entity_id
LEFT JOIN reference.products AS products ON lots.product_id = products.product_id
WHERE lots.contested
ORDER BY lots.gpus_best DESC NULLS LAST, lots.shipment_id
"""
_CONFLICTS = "FROM shipments.conflicts ORDER BY ALL"
_COUNTS = """
WITH news AS (FROM raw.news_documents WHERE source <> 'claims folder')
SELECT
    (SELECT count(*) FROM news) AS news_documents,
    (SELECT count(*) FROM news WHERE status = 'unreadable') AS unreadable_news_documents,
    (SELECT coalesce(sum(entries_read), 0)::BIGINT FROM news) AS items_read,
    (SELECT coalesce(sum(entries_accepted), 0)::BIGINT FROM news) AS items_accepted,
    (SELECT coalesce(sum(entries_rejected), 0)::BIGINT FROM news) AS items_rejected,
    (SELECT count(*) FROM claims.claim_readings) AS claim_documents,
    (SELECT count(*) FROM claims.claim_readings WHERE status = 'unreadable') AS unreadable_claim_documents,
    (SELECT coalesce(sum(lines_read), 0)::BIGINT FROM claims.claim_readings) AS handed_read,
    (SELECT coalesce(sum(lines_accepted), 0)::BIGINT FROM claims.claim_readings) AS handed_accepted,
    (SELECT coalesce(sum(lines_rejected), 0)::BIGINT FROM claims.claim_readings) AS handed_rejected,
    (SELECT count(*) FROM raw.supplier_documents) AS supplier_documents,
    (SELECT count(*) FROM raw.supplier_documents WHERE status = 'unreadable') AS unreadable_supplier_documents,
    (SELECT coalesce(sum(lines_read), 0)::BIGINT FROM claims.supplier_readings) AS lines_read,
    (SELECT coalesce(sum(lines_accepted), 0)::BIGINT FROM claims.supplier_readings) AS lines_accepted,
    (SELECT coalesce(sum(lines_rejected), 0)::BIGINT FROM claims.supplier_readings) AS lines_rejected,
    (SELECT count(*) FROM claims.news_claims) AS claims,
    (SELECT count(*) FROM claims.mentions) AS mentions,
    (SELECT count(*) FROM records.shipment_records) AS records,
    (SELECT count(*) FROM records.unresolved) AS unresolved,
    (SELECT count(*) FROM shipments.shipments) AS lots,
    (SELECT count(*) FROM claims.rejected_lines) AS rejections
"""
_REJECTIONS = "FROM claims.rejected_lines ORDER BY rejection_number LIMIT $most"


@dataclass(frozen=True, slots=True)
class Findings:
    """Everything that is told, most important first; each row has the columns of its table and names beside ids."""

    published_at: datetime
    as_of: date
    counts: Row
    transfers: list[Row]
    net_transfers: list[Row]
    swaps: list[Row]
    delays: list[Row]
    commitments: list[Row]
    contested: list[Row]
    conflicts: list[Row]
    rejections: list[Row]
    evidence: dict[str, list[Row]]
    lots: list[Row]
    curves: list[Row]


def read_findings(database: Path, *, most_rejections: int, most_evidence: int = 0) -> Findings:
    """Read the published file; evidence for the first `most_evidence` transfers, delays, contested lots."""
    with _reading(database) as connection:
        (publication,) = rows(connection, "FROM publish.publication")
        (counts,) = rows(connection, _COUNTS)
        transfers, delays, contested = (
            facts.transfers(connection),
            rows(connection, _DELAYS),
            rows(connection, _CONTESTED),
        )
        told = [row["shipment_id"] for found in (transfers, delays, contested) for row in found[:most_evidence]]
        return Findings(
            published_at=publication["published_at"],
            as_of=publication["as_of"],
            counts=counts,
            transfers=transfers,
            net_transfers=rows(connection, _NET),
            swaps=rows(connection, _SWAPS),
            delays=delays,
            commitments=rows(connection, _COMMITMENTS),
            contested=contested,
            conflicts=rows(connection, _CONFLICTS),
            rejections=rows(connection, _REJECTIONS, {"most": most_rejections}),
            evidence=facts.statements(connection, list(dict.fromkeys(told))),
            lots=facts.lots(connection),
            curves=facts.curves(connection),
        )


@contextmanager
def _reading(database: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    connection = duckdb.connect(str(database), read_only=True)
    try:
        yield connection
    finally:
        connection.close()
