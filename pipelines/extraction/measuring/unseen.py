"""Which words stand around counts that nothing explained, and are unknown to the language's pack: what to teach next.

Pure: passages and texts in, a ranking out. Where they come from and how they are shown belongs in `coverage.py`.
"""

import math
import re
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import simplemma

from pipelines.extraction.pack import LANGUAGES, LanguagePack
from pipelines.extraction.text import fold
from pipelines.extraction.vocabulary import Vocabulary

_WORD = re.compile(
    r"[\u30a1-\u30fa\u30fc]+|[\u3400-\u4dbf\u4e00-\u9fff]+|[\uac00-\ud7af]+|[^\W\d_\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+"
)
"""A run of letters of one script. Hiragana is left out: it inflects, and means little by itself."""
_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")
_SHORTEST = 2
LEMMAS = ("de", "en", "es", "fr", "it", "nl", "pt")
"""The languages whose words are brought to their dictionary form; others are counted as written."""


@dataclass(frozen=True, slots=True)
class Passage:
    """Words around one count that nothing explained: where it is from, the words, why it is no claim."""

    item_id: str
    language: str
    quote: str
    reason: str


@dataclass(frozen=True, slots=True)
class Unseen:
    """One unknown word: in how many passages it stands, how often elsewhere, how telling that is, and passages.

    `weight` is Dunning's log-likelihood ratio: how much more often the word stands beside unexplained counts than
    elsewhere. `is_name` where it looks like a name, for the reference and not for the pack.
    """

    word: str
    is_name: bool
    passages: int
    elsewhere: int
    weight: float
    quotes: tuple[str, ...]


def words_of(text: str, language: str) -> Iterator[str]:
    """The words of a text in order, as written; of Han in Chinese every pair of characters."""
    for found in _WORD.finditer(text):
        word = found.group()
        if _HAN.match(word) and language in ("zh", "und"):
            yield from (word[place : place + 2] for place in range(len(word) - 1))
        elif len(word) >= _SHORTEST:
            yield word


@cache
def lemma(word: str, language: str) -> str:
    """The folded dictionary form of a word, or the folded word where its language has none here."""
    return fold(simplemma.lemmatize(word, lang=language)) if language in LEMMAS else fold(word)


def known_words(pack: LanguagePack) -> frozenset[str]:
    """Every word that a pack knows, folded: as written there, as inflected, and in its dictionary form."""
    raw = tomllib.loads((LANGUAGES / f"{pack.code}.toml").read_text(encoding="utf-8"))
    written = [*_strings({key: part for key, part in raw.items() if key != "examples"}), *pack.forms]
    found = {word for text in written for word in words_of(text, pack.code)}
    return frozenset({fold(word) for word in found} | {lemma(word, pack.code) for word in found})


def known_names(vocabulary: Vocabulary) -> frozenset[str]:
    """Every word of a name that the reference knows, folded."""
    names = [outlet_name for outlet in vocabulary.outlets for outlet_name in (outlet.name, *outlet.aliases)]
    names += [alias for product in vocabulary.products for alias in product.aliases]
    for entity in vocabulary.entities:
        names += [alias.text for alias in entity.aliases]
    return frozenset(fold(word) for name in names for word in words_of(name, ""))


def _strings(part: Any) -> Iterator[str]:
    if isinstance(part, str):
        # A backslash escapes the next letter of an expression, which is no part of a word.
        yield re.sub(r"\\.", " ", part).replace("~", " ")
        yield re.sub(r"\\.", " ", part).replace("~", "")
    elif isinstance(part, Mapping):
        for key, value in part.items():
            yield str(key)
            yield from _strings(value)
    elif isinstance(part, Iterable):
        for value in part:
            yield from _strings(value)


def rank(
    passages: Sequence[Passage], texts: Iterable[str], language: str, known: frozenset[str], *, quotes: int = 2
) -> list[Unseen]:
    """Unknown words of the passages of one language, the most telling first.

    `texts` are whole items, in which the passages stand; `quotes` is how many passages are given with each word.
    """
    places: dict[str, list[str]] = defaultdict(list)
    forms: dict[str, Counter[str]] = defaultdict(Counter)
    near: Counter[str] = Counter()
    for passage in passages:
        words = list(words_of(passage.quote, language))
        for position, word in enumerate(words):
            key = lemma(word, language)
            near[key] += 1
            # The first word of a passage may be written large for that alone.
            forms[key][word if position else word.lower()] += 1
            if passage.quote not in places[key]:
                places[key].append(passage.quote)
    every = Counter(lemma(word, language) for text in texts for word in words_of(text, language))
    every |= near
    inside, outside = near.total(), every.total() - near.total()
    found = []
    for key, count in near.items():
        if key in known or any(fold(form) in known for form in forms[key]):
            continue
        elsewhere = every[key] - count
        weight = _log_likelihood(count, elsewhere, inside, outside)
        name = _is_name(forms[key], language)
        found.append(Unseen(key, name, len(places[key]), elsewhere, weight, tuple(places[key][:quotes])))
    return sorted(found, key=lambda word: (-word.weight, -word.passages, word.word))


def _log_likelihood(near: int, elsewhere: int, inside: int, outside: int) -> float:
    """Twice the log of how much likelier two rates are than one; negative where the word is rarer near counts."""
    rate = (near + elsewhere) / (inside + outside)
    total = near * math.log(near / (inside * rate))
    if elsewhere:
        total += elsewhere * math.log(elsewhere / (outside * rate))
    return 2 * total if near / inside >= rate else -2 * total


def _is_name(forms: Mapping[str, int], language: str) -> bool:
    if not all(form[:1].isupper() for form in forms):
        return False
    # German writes every noun large, so there only a dictionary tells.
    return language not in LEMMAS or not any(
        simplemma.is_known(word, lang=language) for form in forms for word in (form, form.lower())
    )
