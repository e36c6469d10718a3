"""Many items at once: `extract_batch` takes a record batch of items and gives one of what they say.

Here belong the shapes of both, the triage before reading, and what becomes of an item that cannot be read. It is one
pure function over Arrow, so that one process, several on a machine or a distributed engine can run it alike. Where
items come from and where claims are kept stays out.
"""

import json
from collections.abc import Iterator
from dataclasses import asdict, fields
from typing import Any

import polars as pl
import pyarrow as pa

from pipelines.extraction.claim import Claim, Extraction, Mention
from pipelines.extraction.engine import Extractor
from pipelines.extraction.triage import Triage
from pipelines.extraction.vocabulary import Vocabulary

ITEMS = pa.schema(
    [
        pa.field("item_id", pa.string(), nullable=False),
        pa.field("language", pa.string(), nullable=False, metadata={"comment": "ISO 639-1"}),
        pa.field("title", pa.string()),
        pa.field("text", pa.string(), nullable=False),
        pa.field("published_start", pa.date32(), metadata={"comment": "first day on which it may have been published"}),
        pa.field("published_end", pa.date32(), metadata={"comment": "last such day"}),
    ]
)
"""One row per item."""

_TYPES = {
    "event": pa.string(), "quote": pa.string(), "quote_start": pa.int64(), "quote_end": pa.int64(),
    "certainty": pa.string(), "quantity_low": pa.float64(), "quantity_high": pa.float64(), "value_low": pa.float64(),
    "value_high": pa.float64(), "promised_start": pa.date32(), "promised_end": pa.date32(),
    "revised_start": pa.date32(), "revised_end": pa.date32(), "actual_start": pa.date32(), "actual_end": pa.date32(),
    "delay_low_days": pa.float64(), "delay_high_days": pa.float64(), "confidence": pa.float64(),
}  # fmt: skip


def _struct(shape: type[Claim] | type[Mention]) -> pa.StructType:
    return pa.struct([pa.field(field.name, _TYPES.get(field.name, pa.string())) for field in fields(shape)])


CLAIM = _struct(Claim)
"""The fields of `claim.Claim`; `slots` is JSON: field to start, end, rule and share, by name."""
MENTION = _struct(Mention)
"""The fields of `claim.Mention`."""
FOUND = pa.schema(
    [
        pa.field("item_id", pa.string(), nullable=False),
        pa.field("read_as", pa.string(), metadata={"comment": "the pack that read it; null where none speaks it"}),
        pa.field("passed", pa.bool_(), nullable=False, metadata={"comment": "whether triage let it through"}),
        pa.field("claims", pa.list_(CLAIM), nullable=False, metadata={"comment": "in the order of their quotes"}),
        pa.field("mentions", pa.list_(MENTION), nullable=False),
        pa.field("failure", pa.string(), metadata={"comment": "why the item could not be read; null where it was"}),
    ]
)
"""One row per item, in the order of the items."""

_KEPT: dict[int, tuple[Extractor, Triage]] = {}


def extract_batch(batch: pa.RecordBatch, vocabulary: Vocabulary) -> pa.RecordBatch:
    """What the items of a batch say: a batch of ITEMS in, a batch of FOUND out, row for row.

    Depends on nothing but its arguments. Bind the vocabulary with `functools.partial` to get a function of the batch
    alone, which can be sent to other processes. An item that breaks the extractor has a `failure` and no claims.
    Raises ValueError where columns are missing.
    """
    lacking = sorted(set(ITEMS.names) - set(batch.schema.names))
    if lacking:
        raise ValueError(f"extract_batch: the batch lacks the columns {', '.join(lacking)}. See batch.ITEMS.")
    extractor, triage = _kept(vocabulary)
    items = pl.DataFrame(pl.from_arrow(batch.select(ITEMS.names)))
    languages = items["language"].to_list()
    packs = {language: extractor.reads(language or "") for language in set(languages)}
    read_as = [packs[language] for language in languages]
    if extractor.languages:
        codes = [code or extractor.languages[0] for code in read_as]
        passed = triage.passing(items["text"], pl.Series(codes, dtype=pl.String)).to_list()
    else:
        passed = [False] * items.height
    claims: list[list[dict[str, Any]]] = [[] for _ in passed]
    mentions: list[list[dict[str, Any]]] = [[] for _ in passed]
    failures: list[str | None] = [None] * len(passed)
    for place in (place for place, through in enumerate(passed) if through):
        try:
            found = _read(items.row(place, named=True), extractor)
        except Exception as error:  # One item must not cost the others theirs.
            failures[place] = f"{type(error).__name__}: {error}"
        else:
            claims[place] = list(_claims(found))
            mentions[place] = [asdict(mention) for mention in found.mentions]
    columns = (items["item_id"].to_list(), read_as, passed, claims, mentions, failures)
    arrays = [pa.array(column, field.type) for column, field in zip(columns, FOUND, strict=True)]
    return pa.RecordBatch.from_arrays(arrays, schema=FOUND)


def unread(batch: pa.RecordBatch, reason: str) -> pa.RecordBatch:
    """The items of a batch as FOUND where none could be read, each with the reason."""
    rows = [
        {"item_id": item_id, "read_as": None, "passed": True, "claims": [], "mentions": [], "failure": reason}
        for item_id in batch.column("item_id").to_pylist()
    ]
    return pa.RecordBatch.from_pylist(rows, schema=FOUND)


def _kept(vocabulary: Vocabulary) -> tuple[Extractor, Triage]:
    # The extractor holds the vocabulary, so its id stays taken.
    if id(vocabulary) not in _KEPT:
        extractor = Extractor(vocabulary)
        _KEPT[id(vocabulary)] = extractor, Triage(vocabulary, extractor.languages)
    return _KEPT[id(vocabulary)]


def _read(item: dict[str, Any], extractor: Extractor) -> Extraction:
    return extractor.extract(
        item["text"],
        language=item["language"] or "",
        published_start=item["published_start"],
        published_end=item["published_end"],
        title=item["title"],
    )


def _claims(found: Extraction) -> Iterator[dict[str, Any]]:
    for claim in found.claims:
        slots = {name: asdict(slot) for name, slot in sorted(claim.slots.items())}
        yield {**asdict(claim), "slots": json.dumps(slots, ensure_ascii=False)}
