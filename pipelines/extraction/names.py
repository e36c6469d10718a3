"""Finds names in folded text: parties, persons, outlets, products, and the nouns that stand for them.

Here belong the automaton over all names of a vocabulary and a pack, and the choice between readings of one name
(`X` the company or the platform). What a name does in its sentence is decided elsewhere.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from ahocorasick_rs import AhoCorasick

from pipelines.extraction.claim import QuantityUnit
from pipelines.extraction.pack import LanguagePack
from pipelines.extraction.text import fold, in_word, is_hangul
from pipelines.extraction.vocabulary import Role, Vocabulary

How = Literal["name", "description", "collective", "anaphor"]


@dataclass(frozen=True, slots=True)
class Name:
    """A mention of a party, person, place or outlet; `claim_name` is empty for an anaphor not yet resolved."""

    start: int
    end: int
    claim_name: str
    role: Role
    how: How = "name"
    kind: str = ""


@dataclass(frozen=True, slots=True)
class ProductName:
    """A mention of a product; a generic one ("chips") has the claim name `GPU`, and is weak where it may be any."""

    start: int
    end: int
    claim_name: str
    vendor: str | None
    unit: QuantityUnit
    generic: bool
    weak: bool = False
    family: bool = False


@dataclass(frozen=True, slots=True)
class _Entry:
    sort: Literal["entity", "outlet", "product", "generic", "weak", "description", "anaphor", "collective", "unit"]
    claim_name: str
    role: Role = "party"
    kind: str = ""
    needs: tuple[str, ...] = ()
    written: str = ""
    vendor: str | None = None
    unit: QuantityUnit = "gpu"


@dataclass(frozen=True, slots=True)
class Names:
    """All mentions of one item, each list in order and without overlaps."""

    parties: tuple[Name, ...]
    products: tuple[ProductName, ...]


class NameFinder:
    """The names of a vocabulary and the nouns of a pack, as one automaton."""

    def __init__(self, vocabulary: Vocabulary, pack: LanguagePack) -> None:
        self.pack = pack
        entries: dict[str, list[_Entry]] = {}
        for form, entry in _entries(vocabulary, pack):
            if form and entry not in entries.setdefault(form, []):
                entries[form].append(entry)
        self._forms = list(entries)
        self._entries = entries
        self._automaton = AhoCorasick(self._forms)

    def find(self, text: str, plain: str, context: str) -> Names:
        """All mentions; `context` is the folded title and text, where the words stand that some names need."""
        suffixes = self.pack.words["name_suffixes"]
        found: list[tuple[int, int, _Entry]] = []
        chosen: dict[int, _Entry | None] = {}
        for index, start, end in self._automaton.find_matches_as_indexes(plain, overlapping=True):
            if start and in_word(plain[start - 1]) and in_word(plain[start]):
                continue
            if self._beside_count(plain, end, index):
                pass
            elif end < len(plain) and in_word(plain[end]) and in_word(plain[end - 1]):
                suffix = next(
                    (
                        s
                        for s in suffixes
                        if plain.startswith(s, end) and not plain[end + len(s) : end + len(s) + 1].isalnum()
                    ),
                    None,
                )
                if suffix is None or self._forms[index] in self.pack.words["pronouns"]:
                    continue  # "its" is no "it" with an ending
                end += len(suffix)
            if _inside_katakana(plain, start, end) or self._inside_hangul(plain, start, end, index):
                continue
            if index not in chosen:
                chosen[index] = self._chosen(self._entries[self._forms[index]], context)
            entry = chosen[index]
            if entry is not None:
                found.append((start, end, entry))
        named = sorted((start, entry.claim_name) for start, _, entry in found if entry.sort == "entity")
        found = _without_overlaps(found)
        lower = sum(_is_lower(text, s, e) for s, _, e in found)
        capital = sum(not _is_lower(text, s, e) for s, _, e in found if e.sort in ("entity", "outlet"))
        careless = lower > capital
        found = [(s, e, entry) for s, e, entry in found if self._allowed(text, plain, s, e, entry, careless)]
        return Names(tuple(self._parties(plain, found, named)), tuple(_product_names(found)))

    def _beside_count(self, plain: str, end: int, index: int) -> bool:
        """Whether a count touches the noun that it counts ("GPU6万基"), where no blanks are written."""
        counted = self.pack.unspaced and plain[end : end + 1].isdigit() and plain[end - 1].isalpha()
        return counted and self._forms[index] in self.pack.words["generic"]

    def _inside_hangul(self, plain: str, start: int, end: int, index: int) -> bool:
        """Whether a name in Hangul is a part of a longer noun; a particle behind it is none ("메타버스", "메타는")."""
        if not is_hangul(plain[start]) and not is_hangul(plain[end - 1]):
            return False
        if start and is_hangul(plain[start]) and is_hangul(plain[start - 1]):
            return True
        goes_on = is_hangul(plain[end - 1]) and is_hangul(plain[end : end + 1])
        if not goes_on or self._forms[index] in self.pack.words["pronouns"]:
            return False
        return not plain.startswith(self.pack.words["name_suffixes"], end)

    def _chosen(self, entries: list[_Entry], context: str) -> _Entry | None:
        met = [e for e in entries if e.needs and any(need in context for need in e.needs)]
        return next(iter(met or [e for e in entries if not e.needs]), None)

    def _allowed(self, text: str, plain: str, start: int, end: int, entry: _Entry, careless: bool) -> bool:
        if entry.sort in ("entity", "outlet"):
            if _is_lower(text, start, entry) and not careless and entry.role != "maker":
                return False
            before, after = (
                self.pack.blocked.get(entry.claim_name, (None, None))
                if end - start == len(entry.written)
                else (None, None)
            )
            if is_hangul(plain[start]) and (
                (before and before.search(plain[max(0, start - 40) : start]))
                or (after and after.search(plain[end : end + 30]))
            ):
                return False
            if len(entry.written) == 1:
                # "8 x H100" multiplies; "to X 12,000 H100" does not.
                # Without blanks the character before is a particle: "H100をXに".
                near = 1 if self.pack.unspaced else 2
                around = plain[max(0, start - near) : start] + (
                    plain[end : end + 1] if text[start].isupper() else plain[end : end + 2]
                )
                if any(character.isdigit() for character in around):
                    return False
                if before and before.search(plain[max(0, start - 40) : start]):
                    return False
                if after and after.search(plain[end : end + 30]):
                    return False
        return True

    def _parties(
        self, plain: str, found: list[tuple[int, int, _Entry]], naming: list[tuple[int, str]]
    ) -> Iterator[Name]:
        first: dict[str, int] = {}
        for start, claim_name in naming:
            first.setdefault(claim_name, start)
        definite = self.pack.words["definite"]
        pronouns, after = self.pack.words["pronouns"], self.pack.words["pronouns_after"]
        held: Name | None = None
        for start, end, entry in found:
            if entry.sort in ("entity", "outlet"):
                tail = next((t for t in self.pack.words["name_tails"] if plain.startswith(t, end)), "")
                name = Name(start, end + len(tail), entry.claim_name, entry.role, "name", entry.kind)
            elif entry.sort == "collective":
                name = Name(start, end, entry.claim_name, "place", "collective", "country")
            elif entry.sort == "description":
                long = entry.written.count(" ") >= 2
                if not (first.get(entry.claim_name, start) < start or long) or not (
                    self.pack.unspaced or _preceded(plain, start, definite)
                ):
                    continue
                name = Name(start, end, entry.claim_name, entry.role, "description", entry.kind)
            elif entry.sort == "anaphor":
                if entry.written in pronouns and not _preceded(plain, start, after):
                    continue
                name = Name(start, end, "", "party", "anaphor", entry.kind)
            else:
                continue
            if held and name.claim_name == held.claim_name != "" and (whole := _of_one(plain, held.end, name)):
                held = replace(held, end=whole)
                continue
            if held and name.role != "person" and _ATTRIBUTE.fullmatch(plain, held.end, name.start):
                held = name
                continue
            # A noun and the name that it stands beside ("the carmaker Tesla", "la société xAI") are one mention.
            beside = (
                held is not None
                and name.start - held.end <= 2
                and name.how == "name"
                and plain[held.end : name.start].isspace()
            )
            if (
                held
                and beside
                and (held.how == "anaphor" or (held.how == "description" and held.claim_name == name.claim_name))
            ):
                held = Name(held.start, name.end, name.claim_name, name.role, name.how, name.kind)
                continue
            if held:
                yield held
            held = name
        if held:
            yield held


def naming_accelerators(vocabulary: Vocabulary, pack: LanguagePack) -> Iterator[str]:
    """The folded forms of which a text holds one if it is about accelerators at all: products, their nouns, makers."""
    for form, entry in _entries(vocabulary, pack):
        if entry.sort in ("product", "generic") or entry.role == "maker":
            yield form


def _entries(vocabulary: Vocabulary, pack: LanguagePack) -> Iterator[tuple[str, _Entry]]:
    for product in vocabulary.products:
        for alias in product.aliases:
            yield (
                fold(alias),
                _Entry(
                    "product",
                    product.claim_name,
                    kind=product.level,
                    vendor=product.vendor,
                    unit=product.unit,
                    written=alias,
                ),
            )
    for sort in ("generic", "weak"):
        for form in pack.words[sort]:
            yield form, _Entry("generic" if sort == "generic" else "weak", "GPU", written=form)
    companies = {fold(a.text) for entity in vocabulary.entities if entity.role != "person" for a in entity.aliases}
    for entity in vocabulary.entities:
        for known in entity.aliases:
            needs = tuple(fold(need) for need in known.needs)
            yield fold(known.text), _Entry("entity", entity.claim_name, entity.role, entity.kind, needs, known.text)
        if entity.role == "person" and " " in entity.claim_name:
            # A person is called by the family name alone once the item gave the whole name.
            family = entity.claim_name.split()[-1]
            if fold(family) not in companies:
                yield (
                    fold(family),
                    _Entry("entity", entity.claim_name, "person", entity.kind, (fold(entity.claim_name),), family),
                )
        for noun in entity.descriptions.get(pack.code, ()):
            yield fold(noun), _Entry("description", entity.claim_name, entity.role, entity.kind, (), noun)
    for outlet in vocabulary.outlets:
        for alias in (outlet.name, *outlet.aliases):
            yield fold(alias), _Entry("outlet", outlet.name, "outlet", outlet.kind, (), alias)
    for name, forms in pack.collectives.items():
        for form in forms:
            yield form, _Entry("collective", name, "place", "country", (), form)
    for form in (*pack.words["party_anaphora"], *pack.words["pronouns"]):
        yield form, _Entry("anaphor", "", written=form)
    for form in pack.words["latter"]:
        yield form, _Entry("anaphor", "", kind="latter", written=form)


_ARTICLE = 3
"""The most letters of an article."""
_KATAKANA = re.compile("[\u30a1-\u30fa\u30fc]{2}")


def _inside_katakana(plain: str, start: int, end: int) -> bool:
    """Whether a name in Katakana goes on in the same script ("デル" in "モデル")."""
    first, last = plain[start] >= "\u30a1" and start > 0, plain[end - 1] >= "\u30a1"
    return bool(first and _KATAKANA.match(plain, start - 1)) or bool(last and _KATAKANA.match(plain, end - 1))


_BRACKET, _BRACKETED = re.compile(r"(?:'s)? ?\( ?"), re.compile(r" ?\)")
_ATTRIBUTE = re.compile(r"-[^\W\d]+ ")
"""What makes a name the attribute of the next ("der AMD-Rivale Nvidia", "der Alphabet-Tochter Google")."""


def _of_one(plain: str, end: int, name: Name) -> int | None:
    """Where a mention ends that a name of the same goes on: in brackets ("Financial Times (FT)") or as its unit
    ("Alphabet's Google"); None where the name is a mention of its own."""
    if plain[end : name.start] == "'s ":
        return name.end
    closed = _BRACKETED.match(plain, name.end) if _BRACKET.fullmatch(plain, end, name.start) else None
    return closed.end() if closed else None


def _is_lower(text: str, start: int, entry: _Entry) -> bool:
    """Whether a name is written small that is none then; the article before it may be ("the Information")."""
    article, _, rest = entry.written.partition(" ")
    first = len(article) + 1 if len(article) <= _ARTICLE and rest[:1].isupper() else 0
    written = entry.written[first : first + 1]
    return entry.sort in ("entity", "outlet") and written.isupper() and text[start + first].islower()


def _preceded(plain: str, start: int, words: tuple[str, ...]) -> bool:
    before = plain[max(0, start - 12) : start].rstrip(" ")
    return any(
        before.endswith(word)
        and (len(before) == len(word) or not word[0].isalnum() or not before[-len(word) - 1].isalnum())
        for word in words
    )


_ORDER = ("product", "generic", "weak", "unit", "entity", "outlet", "description", "collective", "anaphor")


def _without_overlaps(found: list[tuple[int, int, _Entry]]) -> list[tuple[int, int, _Entry]]:
    """The longest of those that overlap, the first of those as long."""
    # "L40S" is a name before it is two of the L40.
    found.sort(key=lambda f: (f[0], f[0] - f[1], _ORDER.index(f[2].sort), f[0] + len(f[2].written) != f[1]))
    kept: list[tuple[int, int, _Entry]] = []
    for row in found:
        if not kept or row[0] >= kept[-1][1]:
            kept.append(row)
        elif row[1] - row[0] > kept[-1][1] - kept[-1][0]:
            kept[-1] = row
    return kept


def _product_names(found: list[tuple[int, int, _Entry]]) -> Iterator[ProductName]:
    for start, end, entry in found:
        if entry.sort in ("product", "generic", "weak"):
            generic = entry.sort != "product" or entry.claim_name == "GPU"
            yield ProductName(
                start,
                end,
                entry.claim_name,
                entry.vendor,
                entry.unit,
                generic,
                entry.sort == "weak",
                entry.kind == "family",
            )
