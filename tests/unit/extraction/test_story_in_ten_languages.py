"""The sample's story comes out the same, whichever of the ten languages tells it."""

import json
from dataclasses import asdict
from typing import Any

import pytest

from pipelines.extraction.engine import Extractor
from pipelines.news.documents import read_document
from pipelines.settings import ROOT

NEWS = ROOT / "sample" / "news"
TOLD_BY = {
    "de": "meldungen.de.jsonl",
    "en": "silicon-ledger.en.jsonl",
    "es": "cronica-de-chips.es.jsonl",
    "fr": "tesla-x-enquete.fr.html",
    "it": "filiera-del-silicio.it.jsonl",
    "ja": "handotai-dayori.ja.jsonl",
    "ko": "bandoche-sosik.ko.jsonl",
    "nl": "chipkoerier.nl.jsonl",
    "pt": "mesa-de-componentes.pt.jsonl",
    "zh": "xinpian-kuaixun.zh.jsonl",
}
SWAP = {"product": "H100", "quantity_low": 12_000, "quantity_high": 12_000, "quantity_unit": "gpu"}
REPORTED = {"certainty": "reported", "attributed_to": "CNBC"}
OF_TESLA = {"to_entity": "Tesla", "product": "H100"}
MUSK = {"certainty": "confirmed", "attributed_to": "Elon Musk"}
STORY: dict[str, dict[str, Any]] = {
    "Tesla's go to X": {"event": "diversion", "from_entity": "Tesla", "to_entity": "X", **SWAP, **REPORTED},
    "X's go to Tesla": {
        "event": "diversion", "from_entity": "X", "to_entity": "Tesla", **SWAP, **REPORTED,
        "promised_start": "2024-01-01", "promised_end": "2024-06-30",
    },
    "Tesla's order is late": {
        "event": "delay", **OF_TESLA, **REPORTED, "value_low": 500_000_000, "value_high": None, "currency": "USD",
        "delay_low_days": 60, "delay_high_days": 300,
    },
    "Tesla has 35,000": {"event": "holding", **OF_TESLA, **MUSK, "quantity_low": 35_000, "quantity_high": 35_000},
    "Tesla will have 85,000": {
        "event": "plan", **OF_TESLA, **MUSK, "quantity_low": 85_000, "quantity_high": 85_000,
        "promised_end": "2024-12-31",
    },
    "xAI wants 300,000": {
        "event": "plan", "to_entity": "xAI", "product": "B200", **MUSK,
        "quantity_low": 300_000, "quantity_high": 300_000,
    },
}  # fmt: skip


@pytest.fixture(scope="module")
def told(extractor: Extractor) -> dict[str, list[dict[str, Any]]]:
    """The claims of each language's telling."""
    found: dict[str, list[dict[str, Any]]] = {}
    for language, name in TOLD_BY.items():
        found[language] = []
        for item in read_document((NEWS / name).read_bytes(), name, source="sample").items:
            read = extractor.extract(
                item.text,
                language=item.language,
                published_start=item.published_start,
                published_end=item.published_end,
                title=item.title,
            )
            found[language] += [json.loads(json.dumps(asdict(claim), default=str)) for claim in read.claims]
    return found


@pytest.mark.parametrize("fact", STORY)
def test_every_language_tells_it(fact: str, told: dict[str, list[dict[str, Any]]]) -> None:
    silent = {
        language
        for language, claims in told.items()
        if not any(STORY[fact].items() <= claim.items() for claim in claims)
    }
    assert silent == set()


@pytest.mark.parametrize("language", ["es", "it", "ja", "ko", "nl", "pt", "zh"])
def test_nothing_is_added_that_the_item_does_not_say(language: str, told: dict[str, list[dict[str, Any]]]) -> None:
    site_is_late = {"event": "delay", **OF_TESLA, **REPORTED}
    added = [
        claim
        for claim in told[language]
        if not any(fact.items() <= claim.items() for fact in (*STORY.values(), site_is_late))
    ]
    assert added == []
    assert len(told[language]) <= len(STORY) + 1
