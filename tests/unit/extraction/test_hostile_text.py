"""Text that was made to hurt is read in time linear in its length, and raises nothing."""

import time

import pytest

from pipelines.extraction.engine import Extractor

TOLD = "Nvidia diverted 12,000 H100s from Tesla to X, according to CNBC. "

TEXTS = {
    "empty": "",
    "a blank": " ",
    "a megabyte without a space": "H" * 1_000_000,
    "products without a space": "H100," * 60_000,
    "100,000 digits": "9" * 100_000 + " H100",
    "thousands without end": "1,000" * 20_000 + " H100 Tesla",
    "number words without end": "two hundred thousand " * 5_000,
    "nested quotes": "“" * 20_000 + TOLD + "”" * 20_000,
    "nested brackets": "(" * 20_000 + TOLD + ")" * 20_000,
    "right-to-left marks": "\u202e\u200f".join([TOLD] * 20),
    "lone surrogates": (TOLD + "\ud800 \udfff\ud800") * 20,
    "names only": "X " * 50_000,
    "accents only": "\u0301" * 50_000,
    "accents apart": "e\u0301" * 50_000,
    "line breaks only": "\n" * 50_000,
    "no characters": "\x00" * 20_000 + TOLD,
    "dates without end": "2024 to 2025 and January " * 5_000,
    "sums without end": "$1 million to " * 5_000,
    "clauses without end": "12,000 H100, and " * 5_000,
}


@pytest.mark.parametrize("language", ["en", "fr", "und"])
@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_hostile_text_is_read(extractor: Extractor, text: str, language: str) -> None:
    started = time.monotonic()
    found = extractor.extract(text, language=language, published_start=None, published_end=None)

    assert time.monotonic() - started < 20
    assert all(text[c.quote_start : c.quote_end] == c.quote for c in found.claims)
    assert all(text[m.quote_start : m.quote_end] == m.quote for m in found.mentions)
