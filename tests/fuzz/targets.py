"""What is fuzzed, and what must hold of each reader whatever the bytes: no exception, and nothing is lost.

Here belong the targets and where their first inputs come from; running them is `__main__`'s.
"""

import gzip
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

from pipelines.extraction.engine import Extractor
from pipelines.extraction.vocabulary import vocabulary_from
from pipelines.handover.documents import UnreadableClaims, read_claims_file
from pipelines.indicators.census import read_imports
from pipelines.indicators.comtrade import read_trade
from pipelines.indicators.figure import FigureReading
from pipelines.indicators.hardware import read_hardware
from pipelines.indicators.sec import read_company_facts
from pipelines.indicators.taiwan import read_monthly_revenue
from pipelines.news.documents import read_document
from pipelines.reference import Reference, load_reference
from pipelines.settings import ROOT
from pipelines.suppliers.contract_files import load_contracts
from pipelines.suppliers.contracts import Contract
from pipelines.suppliers.kinds import read_supplier_document
from pipelines.suppliers.vocabulary import SupplierVocabulary
from pipelines.suppliers.vocabulary import vocabulary_from as supplier_vocabulary_from

NOW = datetime.fromisoformat("2024-07-15T09:00")
SAMPLE = ROOT / "sample"


@dataclass(frozen=True, slots=True)
class Target:
    """One reader: `check` reads the bytes and raises where they break a promise; `seeds` are its first inputs."""

    check: Callable[[bytes], None]
    seeds: tuple[Path, ...]


@cache
def _reference() -> Reference:
    return load_reference(ROOT / "reference")


@cache
def _suppliers() -> tuple[tuple[Contract, ...], SupplierVocabulary]:
    return tuple(load_contracts(ROOT / "reference" / "contracts")), supplier_vocabulary_from(_reference())


@cache
def _extractor() -> Extractor:
    return Extractor(vocabulary_from(_reference()))


def _supplier_file(name: str) -> Callable[[bytes], None]:
    def check(data: bytes) -> None:
        contracts, vocabulary = _suppliers()
        reading = read_supplier_document(data, name, contracts, vocabulary)
        assert reading.lines_read == len(reading.lines) + len(reading.rejected)
        assert all(line.reasons for line in reading.rejected)
        assert reading.unreadable is None or not reading.lines_read

    return check


def _news_file(name: str) -> Callable[[bytes], None]:
    def check(data: bytes) -> None:
        reading = read_document(data, name, source="desk", fetched_at=NOW)
        assert reading.unreadable is None or not reading.items
        assert all(entry.reason for entry in reading.rejected)
        for item in reading.items:
            item.text.encode("utf-8")

    return check


def _figures(read: Callable[[bytes], FigureReading]) -> Callable[[bytes], None]:
    def check(data: bytes) -> None:
        reading = read(data)
        assert reading.read == len(reading.figures) + len(reading.rejected)
        assert reading.unreadable is None or not reading.read

    return check


def _claims(data: bytes) -> None:
    try:
        reading = read_claims_file(data, "claims.jsonl", lambda _: {})
    except UnreadableClaims:
        return
    assert reading.lines_read == reading.accepted + len(reading.rejected)


def _text(data: bytes) -> None:
    text = data.decode("utf-8", "surrogateescape")
    for language in ("en", "fr", "de"):
        for claim in _extractor().extract(text, language=language, published_start=None, published_end=None).claims:
            assert text[claim.quote_start : claim.quote_end] == claim.quote


def _files(folder: str, *patterns: str) -> tuple[Path, ...]:
    return tuple(sorted(path for pattern in patterns for path in (SAMPLE / folder).rglob(pattern)))


def _facts(data: bytes) -> FigureReading:
    return read_company_facts(data, {"us-gaap:Revenues", "us-gaap:InventoryNet"})


TARGETS: dict[str, Target] = {
    "news_text": Target(_news_file("note.txt"), _files("news", "*.txt")),
    "news_page": Target(_news_file("page.html"), _files("news", "*.html")),
    "news_feed": Target(_news_file("feed.rss"), _files("news", "*.rss", "*.atom")),
    "news_lines": Target(_news_file("items.jsonl"), _files("news", "*.jsonl")),
    "claims": Target(_claims, _files("claims", "*.jsonl")),
    "extraction": Target(_text, _files("news", "*.txt")),
    "csv": Target(_supplier_file("nordwind-bestellbuch-2024-03.csv"), _files("suppliers", "*.csv")),
    "xlsx": Target(_supplier_file("meridian-shipment-notices-2024-07-31.xlsx"), _files("suppliers", "*.xlsx")),
    "x12": Target(_supplier_file("orders.x12"), _files("suppliers", "*.x12", "*.edi")),
    "edifact": Target(_supplier_file("orders.edifact"), _files("suppliers", "*.edifact", "*.edi")),
    "zip": Target(_supplier_file("archive.zip"), _files("suppliers", "*.zip", "*.gz")),
    "json": Target(_supplier_file("waybill-lines.jsonl"), _files("suppliers", "*.jsonl", "*.json")),
    "parquet": Target(_supplier_file("waybill-lines.parquet"), _files("suppliers", "*.parquet")),
    "sec": Target(_figures(_facts), _files("public/sec", "*.json")),
    "sec_gzip": Target(_figures(lambda data: _facts(gzip.compress(data))), _files("public/sec", "*.json")),
    "taiwan": Target(_figures(lambda data: read_monthly_revenue(data, {"2330"})), _files("public/taiwan", "*.html")),
    "census": Target(_figures(read_imports), _files("public/census", "*.json")),
    "comtrade": Target(_figures(read_trade), _files("public/comtrade", "*.json")),
    "epoch": Target(_figures(read_hardware), _files("public/epoch", "*.csv")),
}
