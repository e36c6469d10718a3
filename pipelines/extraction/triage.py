"""Looks through many texts at once for those that may be about accelerators, without reading any of them.

Here belongs what a text must hold for the extractor to say anything of it: the name of a product, the noun for one, or
the name of a maker. It passes too much rather than too little; what passes is read by `engine.py`, which has the word.
"""

import unicodedata
from collections.abc import Iterable
from functools import cache

import polars as pl

from pipelines.extraction import pack as packs
from pipelines.extraction.names import naming_accelerators
from pipelines.extraction.text import fold
from pipelines.extraction.vocabulary import Vocabulary

_FOLDED = (
    (0x00, 0x3400),
    (0xA000, 0xAC00),
    (0xD7A4, 0xD800),
    (0xE000, 0x20000),
    (0x2F800, 0x2FA20),
    (0xE0000, 0xE0080),
)
"""Where code points stand that folding changes; the large blocks of Han and Hangul fold to themselves."""


class Triage:
    """Which texts may hold something, by the words of each language that has a pack."""

    def __init__(self, vocabulary: Vocabulary, languages: Iterable[str]) -> None:
        self._vocabulary = vocabulary
        self._languages = tuple(languages)
        self._made: dict[str, list[str]] = {}

    def passing(self, texts: pl.Series, codes: pl.Series) -> pl.Series:
        """For each text whether it may hold something; `codes` names the pack that reads it. Same length, no nulls."""
        frame = pl.DataFrame({"text": comparable(texts), "code": codes}).with_row_index("place")
        found = [
            mine.select("place", pl.col("text").str.contains_any(self.words(str(code)), ascii_case_insensitive=True))
            for (code,), mine in frame.group_by("code", maintain_order=True)
        ]
        if not found:
            return pl.Series("text", dtype=pl.Boolean)
        return pl.concat(found).sort("place")["text"].fill_null(value=False)

    def words(self, code: str) -> list[str]:
        """The words of a language of which a text must hold one, made comparable."""
        if code not in self._made:
            forms = pl.Series(sorted(set(naming_accelerators(self._vocabulary, packs.load(code)))), dtype=pl.String)
            words = comparable(forms).str.to_lowercase().unique().sort()
            self._made[code] = words.filter(words != "").to_list()
        return self._made[code]


def comparable(texts: pl.Series) -> pl.Series:
    """Texts as triage compares them: folded, accents, apostrophes and doubled blanks gone; ASCII keeps its case."""
    characters, folded = _table()
    plain = texts.str.replace_many(characters, folded)
    doubled = plain.str.contains("  ", literal=True)
    return plain.zip_with(~doubled, plain.str.replace_all(" {2,}", " ")) if doubled.any() else plain


@cache
def _table() -> tuple[list[str], list[str]]:
    """Characters and what stands for them: as folding has it, but accents that stand alone go, and blanks are alike."""
    points = "".join(chr(point) for first, end in _FOLDED for point in range(first, end))
    pairs = {}
    for character, folded in zip(points, fold(points), strict=True):
        meant = "" if unicodedata.combining(character) else " " if folded in "\n'" else folded
        if meant != character and not (character.isascii() and meant == character.lower()):
            pairs[character] = meant
    return list(pairs), list(pairs.values())
