"""Worlds to measure on: a lake whose claims and supplier lines are read already, of any size, with a realistic mix.

60 % of the records come from versions of suppliers' order lines, 40 % from claims in a quarter as many news items, of
which 40 % are copies; a lot is told of several times, parties grow with the size, a few are in a great many lots. There
are only so many outlets, so the most copied story is printed some fifty times at every size. Truth plays no part here:
what the numbers of the ledger should be is tested elsewhere.
"""

import csv
from datetime import date
from pathlib import Path

import duckdb

from pipelines.extraction.engine import EXTRACTOR, extractor_version
from pipelines.extraction.vocabulary import vocabulary_from
from pipelines.lake import Lake
from pipelines.reading import supplier_reader_version
from pipelines.reference import load_reference

AS_OF = date(2025, 6, 30)
_RECORDS_PER_LINE = 1.5
_LINES_PER_DOCUMENT = 2_000
_CLAIMS_PER_ITEM = 4
# Of so many items each copy is a copy of one of the others.
_ITEMS_PER_BLOCK = 1_000
_PRODUCTS = ("H100", "H200", "B200", "GB200", "B300", "GB300", "MI300X", "MI325X", "A100", "H20")
_SYLLABLES = (
    "ka",
    "lo",
    "mi",
    "ren",
    "tu",
    "sa",
    "vel",
    "dor",
    "ni",
    "pha",
    "gra",
    "ost",
    "em",
    "bri",
    "qua",
    "zen",
    "ul",
    "tor",
)


def write_world(lake: Path, reference: Path, records: int) -> None:
    """Write a lake of about `records` statements below the folder `lake`; the same size gives the same world."""
    empty = Lake(lake)
    with duckdb.connect() as connection:
        connection.execute("SET preserve_insertion_order = false")
        connection.execute("SET memory_limit = '2GB'")
        _set_up(connection, reference, records)
        for table, query in _QUERIES.items():
            target = empty.folder(table) / "world.parquet"
            typed = f"{empty.select(table)} UNION ALL BY NAME ({query})"
            target.parent.mkdir(parents=True, exist_ok=True)
            connection.execute(f"COPY ({typed}) TO {_text(str(target))} (FORMAT parquet, COMPRESSION zstd)")


def _set_up(connection: duckdb.DuckDBPyConnection, reference: Path, records: int) -> None:
    lines = round(records * 0.6 / _RECORDS_PER_LINE)
    claims = round(records * 0.4)
    items = max(claims // _CLAIMS_PER_ITEM, 1)
    loaded = load_reference(reference)
    known = [row["claim_name"] for row in _rows(reference / "entities.csv") if row["kind"] in ("buyer", "lab", "cloud")]
    parties = known + [f"Compute Works {number} Ltd" for number in range(max(records // 200, 20))]
    words = [one + two + three for one in _SYLLABLES for two in _SYLLABLES for three in _SYLLABLES]
    values = {
        "lines": lines,
        "items": items,
        "block": min(items, _ITEMS_PER_BLOCK),
        "stories": max(round(min(items, _ITEMS_PER_BLOCK) * 0.6), 1),
        "parties": parties,
        "words": words,
        "products": list(_PRODUCTS),
        "suppliers": ["Nvidia", "AMD"] + [f"Reseller {number} GmbH" for number in range(max(records // 20_000, 5))],
        "outlets": [row["name"] for row in _rows(reference / "outlets.csv")],
        "extractor": EXTRACTOR,
        "extractor_version": extractor_version(vocabulary_from(loaded)),
        "reader_version": supplier_reader_version(reference),
        "lines_per_document": _LINES_PER_DOCUMENT,
    }
    for name, value in values.items():
        connection.execute(f"SET VARIABLE {name} = $value", {"value": value})
    connection.execute(_MACROS)


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(line for line in file if not line.startswith("#")))


_MACROS = """
-- A number from 0 to 1 that is always the same for the same arguments.
CREATE MACRO chance(key, salt) AS (hash(key, salt) % 1000003) / 1000003.0;
CREATE MACRO pick(names, share) AS getvariable(names)[1 + floor(share * len(getvariable(names)))::INTEGER];
-- Few parties are in very many lots.
CREATE MACRO party(key, salt) AS pick('parties', chance(key, salt) ** 2);
CREATE MACRO first_day(key, salt) AS DATE '2023-01-01' + floor(chance(key, salt) * 700)::INTEGER;
CREATE MACRO units(key, salt) AS 8 * (1 + floor(2000 * chance(key, salt) ** 2));
-- The words of a story from one place to another.
CREATE MACRO words(story, since, until) AS array_to_string(
    list_transform(range(since, until), LAMBDA place: getvariable('words')[1 + (hash(story, place) % 4000)::INTEGER]),
    ' '
);

-- What is told: story, which of its claims, and the lot that this is about. Two stories tell of the same lots.
CREATE MACRO told() AS TABLE
SELECT
    items.item,
    items.story,
    slots.slot,
    (items.story // 2) * 2 + slots.slot // 2 AS lot,
    first_day(items.story // 2, 'topic') + (items.story % 2)::INTEGER * 40 AS told_on,
    items.copied_later
FROM (
    SELECT
        range AS item,
        range % getvariable('block') >= getvariable('stories') AS copied_later,
        range // getvariable('block') * getvariable('stories') + CASE
            WHEN copied_later THEN floor(getvariable('stories') * chance(range, 'copied') ** 3)::BIGINT
            ELSE range % getvariable('block')
        END AS story
    FROM range(getvariable('items'))
) AS items, range(4) AS slots (slot);

CREATE MACRO versions() AS TABLE
SELECT
    range AS line,
    range // 3 AS lot,
    range % 3 AS version,
    first_day(range // 3, 'ordered') AS ordered_on,
    units(range // 3, 'ordered') AS quantity,
    range // getvariable('lines_per_document') AS document
FROM range(getvariable('lines'));
"""

_ITEMS = """
SELECT
    'item-' || item AS item_id,
    'news-' || item // 500 AS document_id,
    'guid-' || item AS guid,
    pick('outlets', chance(item, 'outlet')) AS source,
    'https://news.example.org/' || item AS url,
    (told_on + floor(chance(item, 'late') * 5 + copied_later::INTEGER)::INTEGER)::TIMESTAMP AS published_at,
    'day' AS published_precision,
    published_at::DATE AS published_start,
    published_at::DATE AS published_end,
    TIMESTAMP '2025-06-29' AS fetched_at,
    'en' AS language,
    'given' AS language_basis,
    'Story ' || story AS title,
    -- A closing line that one house in three puts below whatever it prints: words that copies do not share alone.
    words(story, 0, 120) || CASE
        WHEN hash(item, 'house') % 3 = 0
            THEN ' The company did not immediately respond to a request for comment made outside of its office hours '
                || 'and all of the figures above are those of the people who spoke to this paper on that day'
        ELSE ''
    END AS text,
    sha256(title || text) AS content_hash
FROM told()
WHERE slot = 0
"""

_QUERIES = {
    "news_items": _ITEMS,
    "news_documents": """
SELECT
    'news-' || range AS document_id,
    'news folder' AS source,
    'news-' || range || '.jsonl' AS name,
    TIMESTAMP '2025-06-29' AS fetched_at,
    'application/jsonl' AS media_type,
    sha256(range::VARCHAR) AS content_hash,
    500 * 800 AS size,
    'read' AS status,
    NULL::VARCHAR AS reason,
    least(500, getvariable('items') - range * 500) AS entries_read,
    entries_read AS entries_accepted,
    0 AS entries_rejected,
    NULL::VARCHAR AS etag,
    NULL::VARCHAR AS last_modified,
    'world' AS reader_version
FROM range((getvariable('items') + 499) // 500)
""",
    "extractions": """
SELECT
    'item-' || range AS item_id,
    getvariable('extractor') AS extractor,
    getvariable('extractor_version') AS extractor_version,
    TIMESTAMP '2025-06-29' AS extracted_at,
    'en' AS language,
    4 AS claims,
    0 AS mentions
FROM range(getvariable('items'))
""",
    "news_claims": """
SELECT
    'claim-' || told.item || '-' || told.slot AS claim_id,
    'item-' || told.item AS item_id,
    getvariable('extractor') AS extractor,
    getvariable('extractor_version') AS extractor_version,
    ['order', 'diversion', 'delay', 'delivery'][1 + told.slot::INTEGER] AS event,
    CASE WHEN chance(told.lot, 'named') < 0.6 THEN pick('suppliers', chance(told.lot, 'supplier') ** 2) END AS supplier,
    CASE WHEN event = 'diversion' THEN party(told.lot, 'buyer') END AS from_entity,
    CASE WHEN event = 'diversion' THEN party(told.lot, 'gainer') ELSE party(told.lot, 'buyer') END AS to_entity,
    pick('products', chance(told.lot, 'product')) AS product,
    CASE WHEN chance(told.story, 'counted') < 0.8 THEN units(told.lot, 'told') END AS quantity_low,
    quantity_low AS quantity_high,
    CASE WHEN quantity_low IS NOT NULL THEN 'gpu' END AS quantity_unit,
    CASE WHEN event = 'order' THEN quantity_low * 30000 END AS value_low,
    CASE WHEN event = 'order' THEN quantity_low * 30000 END AS value_high,
    CASE WHEN event = 'order' AND quantity_low IS NOT NULL THEN 'USD' END AS currency,
    CASE WHEN event = 'order' THEN told.told_on + 90 END AS promised_start,
    CASE WHEN event = 'order' THEN told.told_on + 180 END AS promised_end,
    CASE WHEN event = 'delay' AND chance(told.story, 'anew') < 0.5 THEN told.told_on + 200 END AS revised_start,
    CASE WHEN event = 'delay' AND chance(told.story, 'anew') < 0.5 THEN told.told_on + 260 END AS revised_end,
    CASE WHEN event = 'delivery' THEN told.told_on - 3 END AS actual_start,
    CASE WHEN event = 'delivery' THEN told.told_on - 1 END AS actual_end,
    CASE WHEN event = 'delay' THEN 60.0 END AS delay_low_days,
    CASE WHEN event = 'delay' THEN 300.0 END AS delay_high_days,
    CASE
        WHEN chance(told.story, 'sure') < 0.3 THEN 'confirmed'
        WHEN chance(told.story, 'sure') < 0.97 THEN 'reported'
        ELSE 'denied'
    END AS certainty,
    CASE WHEN chance(told.story, 'by') < 0.3 THEN pick('outlets', chance(told.story, 'by whom')) END AS attributed_to,
    words(told.story, told.slot * 5, told.slot * 5 + 5) AS quote,
    CASE WHEN told.slot = 0 THEN 0 ELSE length(words(told.story, 0, told.slot * 5)) + 1 END AS quote_start,
    quote_start + length(quote) AS quote_end,
    0.9 AS confidence,
    '{}' AS slots
FROM told() AS told
""",
    "supplier_documents": """
SELECT
    'book-' || range AS document_id,
    'supplier folder' AS source,
    'book-' || range || '.csv' AS name,
    TIMESTAMP '2025-06-29' AS received_at,
    NULL::VARCHAR AS media_type,
    sha256(range::VARCHAR) AS content_hash,
    200 * getvariable('lines_per_document') AS size,
    NULL::VARCHAR AS reason
FROM range((getvariable('lines') + getvariable('lines_per_document') - 1) // getvariable('lines_per_document'))
""",
    "supplier_readings": """
SELECT
    'book-' || range AS document_id,
    getvariable('reader_version') AS reader_version,
    TIMESTAMP '2025-06-29' AS read_at,
    'book' AS contract,
    'text/csv' AS media_type,
    'read' AS status,
    NULL::VARCHAR AS reason,
    least(
        getvariable('lines_per_document'), getvariable('lines') - range * getvariable('lines_per_document')
    ) AS lines_read,
    lines_read AS lines_accepted,
    0 AS lines_rejected
FROM range((getvariable('lines') + getvariable('lines_per_document') - 1) // getvariable('lines_per_document'))
""",
    "supplier_lines": """
SELECT
    'line-' || line AS line_id,
    'book-' || document AS document_id,
    getvariable('reader_version') AS reader_version,
    'book' AS contract,
    NULL::VARCHAR AS sheet,
    line % getvariable('lines_per_document') + 2 AS line_number,
    1 AS part,
    CASE WHEN version = 2 AND lot % 4 = 3 THEN 'shipment' ELSE 'order' END AS statement,
    pick('suppliers', chance(lot // 4, 'supplier') ** 2) AS supplier,
    party(lot // 4, 'line buyer') AS buyer,
    NULL::VARCHAR AS ship_to,
    'PO-' || lot // 4 AS order_ref,
    (lot % 4)::VARCHAR AS line_ref,
    pick('products', chance(lot, 'line product')) AS sku,
    quantity,
    'gpu' AS unit,
    30000.0 AS unit_price,
    'USD' AS currency,
    ordered_on,
    NULL::DATE AS requested_on,
    ordered_on + 120 AS promised_on,
    CASE
        WHEN version > 0 AND chance(lot, 'revised') < 0.4 THEN ordered_on + 120 + 30 * version::INTEGER
    END AS revised_on,
    CASE
        WHEN version = 2 AND chance(lot, 'shipped') < 0.9
            THEN ordered_on + 100 + floor(80 * chance(lot, 'way'))::INTEGER
    END AS shipped_on,
    CASE WHEN shipped_on IS NOT NULL THEN quantity END AS shipped_quantity,
    CASE WHEN shipped_on IS NOT NULL AND chance(lot, 'came') < 0.9 THEN shipped_on + 5 END AS delivered_on,
    CASE WHEN delivered_on IS NOT NULL THEN quantity END AS delivered_quantity,
    CASE WHEN delivered_on IS NOT NULL THEN 'delivered' WHEN shipped_on IS NOT NULL THEN 'shipped'
         WHEN version = 2 AND chance(lot, 'dropped') < 0.5 THEN 'cancelled' ELSE 'open' END AS status,
    'confirmed' AS certainty,
    ordered_on + 60 * version::INTEGER + 5 AS document_date,
    NULL::VARCHAR AS site,
    concat_ws(';', order_ref, line_ref, buyer, sku, quantity, promised_on) AS verbatim
FROM versions()
""",
}
