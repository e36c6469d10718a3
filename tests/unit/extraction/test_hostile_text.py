"""Text that was made to hurt is read in work linear in its length, and raises nothing.

Work is counted, not timed: calls of Python and of what Python calls. What one such call does inside, an expression that
searches, cannot be counted; so a megabyte of each text is read too, which would take hours if that were not linear.
"""

import sys
from collections.abc import Callable
from datetime import date
from types import FrameType
from typing import Any

import pytest

from pipelines.extraction.claim import Extraction
from pipelines.extraction.engine import Extractor
from pipelines.extraction.pack import available, load

TOLD = "Nvidia diverted 12,000 H100s from Tesla to X, according to CNBC. "
DAY = date(2024, 6, 5)
SIZE = 6_000
MEGABYTE = 1_000_000
Text = Callable[[int], str]


def over_and_over(piece: str, around: str = "Nvidia H100 {} Tesla.") -> Text:
    return lambda size: around.replace("{}", piece * (size // len(piece)))


def numbered(piece: str) -> Text:
    return lambda size: "".join(piece.replace("#", str(1_000 + number)) for number in range(size // len(piece)))


FLOODS: dict[str, Text] = {
    "no space": over_and_over("H", "{}"),
    "products": over_and_over("H100 "),
    "products without a space": over_and_over("H100,"),
    "names": over_and_over("Tesla and X and "),
    "digits": over_and_over("9", "{} H100"),
    "thousands": over_and_over("1,000"),
    "numbers": over_and_over("12,000 "),
    "numbers with units": over_and_over("12,000 GPUs "),
    "number words": over_and_over("two hundred thousand "),
    "one number word": over_and_over("zweihunderttausend"),
    "characters of numbers": over_and_over("万"),
    "dates": over_and_over("2024 to 2025 and January "),
    "sums": over_and_over("$1 million to "),
    "commas": over_and_over(","),
    "full stops": over_and_over("."),
    "full stops and quotes": over_and_over('."'),
    "hyphens": over_and_over("h-"),
    "quotes, nested": lambda size: "“" * (size // 2) + TOLD + "”" * (size // 2),
    "brackets, nested": lambda size: "(" * (size // 2) + TOLD + ")" * (size // 2),
    "quotes that never end": over_and_over('Nvidia said: "'),
    "zero-width joiners": over_and_over("\u200d"),
    "right-to-left marks": over_and_over("\u202e\u200f", TOLD + "{}" + TOLD),
    "lone surrogates": over_and_over("\ud800 \udfff\ud800"),
    "accents": over_and_over("\u0301"),
    "accents apart": over_and_over("e\u0301"),
    "NUL": over_and_over("\x00", "{}" + TOLD),
    "blanks": over_and_over(" ", TOLD + "{}" + TOLD),
    "line breaks": over_and_over("\n", TOLD + "{}" + TOLD),
}
STORIES: dict[str, Text] = {
    "told over and over": over_and_over(TOLD, "{}"),
    "joined in every word": over_and_over(TOLD.replace("a", "a\u200d"), "{}"),
    "another count each time": numbered("Nvidia diverted #,000 H100s from Tesla to X. "),
    "another order each time": numbered("Tesla ordered # H100 GPUs. "),
    "corrected each time": numbered("Tesla ordered # H100 GPUs. Correction: it was 1#, not #. "),
    "denied each time": over_and_over("Tesla ordered 5,000 H100 GPUs. Tesla denies it. ", "{}"),
    "taken up each time": over_and_over("Nvidia promised Tesla 12,000 H100s. They went to X. ", "{}"),
    "sourced each time": over_and_over("Nvidia sent Tesla's H100s to X. 12,000 are concerned. So CNBC. ", "{}"),
}


def read(extractor: Extractor, text: str, language: str) -> Extraction:
    found = extractor.extract(text, language=language, published_start=DAY, published_end=DAY)
    assert all(text[c.quote_start : c.quote_end] == c.quote for c in found.claims)
    assert all(text[m.quote_start : m.quote_end] == m.quote for m in found.mentions)
    return found


def calls(extractor: Extractor, text: str, language: str) -> int:
    """How many calls reading a text takes."""
    counted = 0

    def count(_frame: FrameType, _event: str, _what: Any) -> None:
        nonlocal counted
        counted += 1

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        extractor.extract(text, language=language, published_start=DAY, published_end=DAY)
    finally:
        sys.setprofile(before)
    return counted


def cue_of(language: str) -> Text:
    """One word of a pack that says what happens, over and over."""
    return over_and_over(next(iter(load(language).forms)) + " ")


@pytest.mark.parametrize("language", [*available(), "und"])
@pytest.mark.parametrize("flood", FLOODS)
def test_twice_the_text_takes_twice_the_work(extractor: Extractor, flood: str, language: str) -> None:
    linear(extractor, FLOODS[flood], language)


@pytest.mark.parametrize("language", available())
def test_a_cue_over_and_over_takes_work_by_its_length(extractor: Extractor, language: str) -> None:
    linear(extractor, cue_of(language), language)


@pytest.mark.parametrize("story", STORIES)
def test_a_story_over_and_over_takes_work_by_its_length(extractor: Extractor, story: str) -> None:
    linear(extractor, STORIES[story], "en", 3 * SIZE)


def linear(extractor: Extractor, text: Text, language: str, size: int = SIZE) -> None:
    read(extractor, text(size), language)  # Makes what is made once.
    once, twice = (calls(extractor, text(length), language) for length in (size, 2 * size))
    # Sentences are cut at a length that the text is no multiple of; quadratic work would be four times as much.
    assert twice <= 2.6 * once + 200


@pytest.mark.parametrize("flood", FLOODS)
def test_a_megabyte_is_read(extractor: Extractor, flood: str) -> None:
    read(extractor, FLOODS[flood](MEGABYTE), "en")


def test_a_megabyte_of_one_cue_is_read(extractor: Extractor) -> None:
    read(extractor, cue_of("en")(MEGABYTE), "en")


@pytest.mark.parametrize("language", ["en", "ja", "und"])
@pytest.mark.parametrize("text", ["", " ", "\n", ".", '"', "\ud800", "\u0301", "H100"])
def test_next_to_nothing_is_read(extractor: Extractor, text: str, language: str) -> None:
    assert read(extractor, text, language).claims == ()


def test_a_claim_among_floods_is_found(extractor: Extractor) -> None:
    for flood in ("quotes, nested", "brackets, nested", "right-to-left marks", "NUL", "blanks", "line breaks"):
        found = read(extractor, FLOODS[flood](SIZE), "en")
        assert [(c.event, c.from_entity, c.to_entity) for c in found.claims] == [("diversion", "Tesla", "X")], flood
