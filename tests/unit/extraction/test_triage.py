"""Triage lets through every text of which the extractor would say anything, however it is written."""

import json
import unicodedata
from collections.abc import Callable, Iterator

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.extraction.engine import Extractor
from pipelines.extraction.pack import available, load
from pipelines.extraction.text import fold
from pipelines.extraction.triage import Triage, comparable
from pipelines.settings import ROOT

GOLD = ROOT / "tests" / "gold"


def labelled() -> Iterator[tuple[str, str]]:
    """Language and text of every labelled item and sentence, and of every example."""
    for path in sorted(GOLD.rglob("*.jsonl")):
        for line in path.read_text("utf-8").splitlines():
            item = json.loads(line) if line.strip() else {}
            if "text" in item:
                yield item["language"], item["text"]
    for code in available():
        yield from ((code, example.text) for example in load(code).examples)


TEXTS = list(labelled())


@pytest.fixture(scope="module")
def triage(extractor: Extractor) -> Triage:
    return Triage(extractor.vocabulary, extractor.languages)


def gives(extractor: Extractor, language: str, text: str) -> bool:
    found = extractor.extract(text, language=language, published_start=None, published_end=None)
    return bool(found.claims or found.mentions)


def test_no_labelled_text_is_held_back_that_gives_something(extractor: Extractor, triage: Triage) -> None:
    texts = pl.Series([text for _, text in TEXTS])
    passed = triage.passing(texts, pl.Series([language for language, _ in TEXTS]))

    held = [pair for pair, through in zip(TEXTS, passed, strict=True) if not through]
    assert len(TEXTS) > 2_000
    assert 0 < len(held) < len(TEXTS) / 2
    assert [pair for pair in held if gives(extractor, *pair)] == []


WAYS: tuple[Callable[[str], str], ...] = (
    str.upper,
    lambda text: unicodedata.normalize("NFD", text),
    lambda text: "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text),
    lambda text: text.replace(" ", "  "),
    lambda text: text.replace(" ", "\u00a0"),
    lambda text: text.replace(" ", " \n", 3),
    lambda text: text.replace("'", " "),
    lambda text: text.replace("'", "’"),
    lambda text: text.replace("-", "‑"),
    lambda text: text.replace(" ", "\u200b ", 9),
    lambda text: "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c)),
)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(TEXTS), st.lists(st.sampled_from(WAYS), min_size=1, max_size=3), st.integers(0, 60))
def test_no_way_of_writing_hides_a_text(
    extractor: Extractor, triage: Triage, text: tuple[str, str], ways: list[Callable[[str], str]], start: int
) -> None:
    language, written = text
    written = written[start:]
    for way in ways:
        written = way(written)

    (passed,) = triage.passing(pl.Series([written]), pl.Series([language]))
    assert passed or not gives(extractor, language, written)


def test_every_character_of_a_word_is_made_comparable_as_it_is_folded(triage: Triage) -> None:
    letters = {letter for code in available() for word in triage.words(code) for letter in word}
    points = [point for point in range(0x110000) if not 0xD800 <= point < 0xE000]
    characters = pl.Series([chr(point) for point in points])
    folded = fold("".join(characters))

    meant = (" " if character in "\n'" else character for character in folded)
    rows = list(zip(characters, meant, comparable(characters), strict=True))
    wrong = [row for row in rows if row[1] in letters and row[2].lower() != row[1]]
    accents = [row for row in rows if unicodedata.combining(row[0]) and row[2]]
    assert " " in letters
    assert "h" in letters
    assert (wrong, accents) == ([], [])


@pytest.mark.parametrize("text", ["", " ", "The city council kept the pool open.", "Die Chips schmecken nach Paprika."])
def test_other_texts_are_held_back(triage: Triage, text: str) -> None:
    assert triage.passing(pl.Series([text]), pl.Series(["en"])).to_list() == [False]


def test_each_text_is_looked_through_in_its_own_language(triage: Triage) -> None:
    texts = pl.Series(["Une carte graphique.", "Une carte graphique.", "Nvidia.", "graphics cards", "graphics cards"])

    assert triage.passing(texts, pl.Series(["fr", "de", "zh", "en", "ja"])).to_list() == [
        True,
        False,
        True,
        True,
        False,
    ]
