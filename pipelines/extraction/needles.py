"""What must stand in a text for a pattern to match it, so that most patterns are never tried.

Here belong reading an expression for the words that each of its matches holds, and one automaton over the words of
many expressions. What patterns mean is their owners'. An expression that cannot be read is always tried.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Generic, Protocol, TypeVar

from ahocorasick_rs import AhoCorasick

from pipelines.extraction.text import in_word

MAX_PHRASES = 64
"""More ways to write a stretch than this are not written out; the stretch is taken in parts."""
MAX_WORDS = 2_000
_MAX_MEMBERS = 12


@dataclass(frozen=True, slots=True)
class Needs:
    """One word of each of `sets` stands in every match, `words` is the set that says most (none: nothing is known),
    and no match, with all that it looks at behind itself, is longer than `width` characters (None: no bound is known).
    """

    words: frozenset[str]
    width: int | None
    sets: tuple[frozenset[str], ...] = ()


@dataclass(frozen=True, slots=True)
class _Part:
    """A piece of an expression: all that it can be, where that is a short list; sets of which each match has one."""

    exact: frozenset[str] | None
    needed: tuple[frozenset[str], ...]
    width: int | None


class _Unreadable(Exception):
    """The expression holds what this reader does not know."""


_EMPTY = frozenset([""])
_NOTHING = _Part(_EMPTY, (), 0)
_ANY = _Part(None, (), 1)
_BEHIND = _Part(None, (), None)
_OPAQUE = frozenset("dDwWsS")
_PLACES = frozenset("bBAZ")
_COUNTED = re.compile(r"\{(\d*)(,?)(\d*)\}")
_HEAD = re.compile(r"\?(?:P<\w+>|:|(=|!|<=|<!))")


@cache
def needs(expression: str) -> Needs:
    """What an expression needs."""
    try:
        part, end = _alternatives(expression, 0)
    except (_Unreadable, IndexError):
        return Needs(frozenset(), None)
    if end != len(expression):
        return Needs(frozenset(), None)
    return Needs(_best(part) or frozenset(), part.width, tuple(dict.fromkeys(part.needed)))


def _best(part: _Part) -> frozenset[str] | None:
    """The set that says most: the one whose shortest word is longest, the smaller of those alike."""
    return max(part.needed, key=lambda words: (min(map(len, words)), -len(words)), default=None)


def _alternatives(text: str, at: int) -> tuple[_Part, int]:
    parts = []
    while True:
        part, at = _sequence(text, at)
        parts.append(part)
        if text[at : at + 1] != "|":
            break
        at += 1
    return (parts[0] if len(parts) == 1 else _either(parts)), at


def _either(parts: list[_Part]) -> _Part:
    widths = [part.width for part in parts]
    width = None if None in widths else max(w for w in widths if w is not None)
    exact: frozenset[str] | None = None
    if all(part.exact is not None for part in parts):
        exact = frozenset().union(*(part.exact or () for part in parts))
    if exact is not None and len(exact) <= MAX_WORDS:
        return _Part(exact, () if "" in exact else (exact,), width)
    each = [_best(part) for part in parts]
    if any(one is None for one in each):
        return _Part(None, (), width)
    words: frozenset[str] = frozenset().union(*(one or () for one in each))
    return _Part(None, (words,) if len(words) <= MAX_WORDS else (), width)


def _sequence(text: str, at: int) -> tuple[_Part, int]:
    run, broken = _EMPTY, False
    needed: list[frozenset[str]] = []
    width: int | None = 0
    while at < len(text) and text[at] not in "|)":
        part, at = _repeated(text, at)
        width = None if width is None or part.width is None else width + part.width
        if part.exact is not None and len(run) * len(part.exact) <= MAX_PHRASES:
            run = frozenset(head + tail for head in run for tail in part.exact)
            continue
        if "" not in run:
            needed.append(run)
        broken = True
        if part.exact is not None:
            run = part.exact
        else:
            needed += part.needed
            run = _EMPTY
    if "" not in run:
        needed.append(run)
    return _Part(None if broken else run, tuple(needed), width), at


def _repeated(text: str, at: int) -> tuple[_Part, int]:
    part, at = _atom(text, at)
    while at < len(text):
        low, high, length = _times(text, at)
        if not length:
            return part, at
        at += length
        if text[at : at + 1] in ("?", "+"):
            at += 1  # Lazy and possessive ones match no less and no more.
        width = None if high is None or part.width is None else high * part.width
        if low == 0:
            once = part.exact is not None and high == 1
            part = _Part((part.exact or _EMPTY) | _EMPTY if once else None, (), width)
        elif high != 1:
            part = _Part(None, part.needed, width)
    return part, at


def _times(text: str, at: int) -> tuple[int, int | None, int]:
    """How often the piece before stands, least and most, and the length of what says so: 0 where nothing does."""
    if text[at] in "?*+":
        return (1 if text[at] == "+" else 0), (1 if text[at] == "?" else None), 1
    match = _COUNTED.match(text, at)
    if not match:
        return 1, 1, 0
    low = int(match[1] or 0)
    return low, (int(match[3]) if match[3] else None if match[2] else low), len(match[0])


def _atom(text: str, at: int) -> tuple[_Part, int]:
    character = text[at]
    if character == "(":
        return _group(text, at)
    if character == "[":
        return _class(text, at)
    if character == "\\":
        return _escaped(text[at + 1]), at + 2
    if character == ".":
        return _ANY, at + 1
    if character in "^$":
        return _NOTHING, at + 1
    if character in "*+?":
        raise _Unreadable
    return _literal(character), at + 1


@cache
def _literal(character: str) -> _Part:
    one = frozenset([character])
    return _Part(one, (one,), 1)


def _escaped(character: str) -> _Part:
    if character in _OPAQUE:
        return _ANY
    if character in _PLACES:
        return _NOTHING
    if character == "n":
        return _literal("\n")
    if character.isalnum():
        raise _Unreadable
    return _literal(character)


def _group(text: str, at: int) -> tuple[_Part, int]:
    looking = None
    start = at + 1
    if text.startswith("?", start):
        if text.startswith("?P=", start):
            return _BEHIND, text.index(")", start) + 1
        head = _HEAD.match(text, start)
        if not head:
            raise _Unreadable
        looking, start = head[1], head.end()
    part, end = _alternatives(text, start)
    if text[end] != ")":
        raise _Unreadable
    if looking:
        # What is looked at is no part of the match; before it the whole text is seen, behind it only so much.
        part = _Part(_EMPTY, (), 0 if looking.startswith("<") else part.width)
    return part, end + 1


def _class(text: str, at: int) -> tuple[_Part, int]:
    start = at + 1
    negated = text[start] == "^"
    position = start + negated
    members: set[str] = set()
    plain = not negated
    while text[position] != "]" or position == start + negated:
        if text[position + 1] == "-" and text[position] != "\\" and text[position + 2] not in "]\\":
            first, last = ord(text[position]), ord(text[position + 2])
            plain = plain and last - first < _MAX_MEMBERS
            members.update(map(chr, range(first, min(last, first + _MAX_MEMBERS) + 1)))
            position += 3
            continue
        if text[position] == "\\":
            escaped = text[position + 1]
            plain = plain and not escaped.isalnum()
            members.add(escaped)
            position += 2
            continue
        members.add(text[position])
        position += 1
    exact = frozenset(members)
    if plain and len(exact) <= _MAX_MEMBERS:
        return _Part(exact, (exact,), 1), position + 1
    return _ANY, position + 1


class _Expression(Protocol):
    @property
    def source(self) -> str: ...
    @property
    def compiled(self) -> re.Pattern[str]: ...


class _Searched(Protocol):
    @property
    def pattern(self) -> _Expression: ...


Row = TypeVar("Row", bound=_Searched)


class Sieve(Generic[Row]):
    """Rows with an expression each: only those are tried on a text of which the needed words stand in it."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self._rows = list(rows)
        self._needs = [needs(row.pattern.source) for row in self._rows]

    @cached_property
    def _all_needed(self) -> tuple[list[tuple[Row, int]], list[int], AhoCorasick]:
        """The rows, each with a bit for each set of words of which it needs one; the bits of each word; the words."""
        bits: dict[frozenset[str], int] = {}
        of_word: dict[str, int] = {}
        masks = []
        for needed in self._needs:
            mask = 0
            for words in needed.sets:
                bit = bits.setdefault(words, 1 << len(bits))
                mask |= bit
                for word in words:
                    of_word[word] = of_word.get(word, 0) | bit
            masks.append(mask)
        return list(zip(self._rows, masks, strict=True)), list(of_word.values()), AhoCorasick(list(of_word))

    @cached_property
    def _best_needed(self) -> tuple[list[list[int]], AhoCorasick]:
        """The rows of each word of the sets that say most, by number; those words."""
        of_word: dict[str, list[int]] = {}
        for number, needed in enumerate(self._needs):
            for word in needed.words:
                of_word.setdefault(word, []).append(number)
        return list(of_word.values()), AhoCorasick(list(of_word))

    def passed(self, text: str) -> list[Row]:
        """The rows that may match anywhere in a text, in their order."""
        rows, bits, automaton = self._all_needed
        standing = 0
        for index, _, _ in automaton.find_matches_as_indexes(text, overlapping=True):
            standing |= bits[index]
        return [row for row, mask in rows if mask & standing == mask]

    def matches(self, text: str) -> Iterator[tuple[Row, re.Match[str]]]:
        """All matches in a text, row by row in their order, as a search of the whole text for each would give them.

        Only the stretches around the needed words are searched.
        """
        of_word, automaton = self._best_needed
        places = {number: [(0, len(text))] for number, needed in enumerate(self._needs) if not needed.words}
        for index, start, end in automaton.find_matches_as_indexes(text, overlapping=True):
            for number in of_word[index]:
                width = self._needs[number].width
                if width is None:
                    places[number] = [(0, len(text))]
                    continue
                # A match that holds the word begins at most its width before, and looks no further than twice that.
                first, last = max(0, end - width), start + 2 * width + 2
                known = places.setdefault(number, [])
                if known and first <= known[-1][1]:
                    known[-1] = (known[-1][0], max(last, known[-1][1]))
                else:
                    known.append((first, last))
        for number in sorted(places):
            row = self._rows[number]
            for first, last in places[number]:
                for match in row.pattern.compiled.finditer(text, first, last):
                    yield row, match


class Beginnings:
    """An expression of which each match begins with one of some words: it is tried only where one stands."""

    def __init__(self, words: Iterable[str], pattern: re.Pattern[str], whole: bool) -> None:
        """`whole`: no match begins inside a word."""
        self.pattern = pattern
        self._whole = whole
        self._automaton = AhoCorasick(list(dict.fromkeys(words)))

    def finditer(self, text: str) -> Iterator[re.Match[str]]:
        """All matches, as a search of the whole text would give them."""
        last = 0
        hits = self._automaton.find_matches_as_indexes(text, overlapping=True)
        for start in sorted({start for _, start, _ in hits}):
            if start < last or (self._whole and start and in_word(text[start - 1])):
                continue
            if match := self.pattern.match(text, start):
                last = match.end()
                yield match


class _Paired(_Searched, Protocol):
    @property
    def first(self) -> str: ...
    @property
    def second(self) -> str: ...


Pair = TypeVar("Pair", bound=_Paired)


class Pairs(Generic[Pair]):
    """Rows with two phrases each, both whole words, and an expression for both with what lies between."""

    def __init__(self, rows: Iterable[Pair], reach: int) -> None:
        """`reach`: at most so many characters lie between the two."""
        self._reach = reach
        self._rows = list(rows)
        of_first: dict[str, list[int]] = {}
        for number, row in enumerate(self._rows):
            of_first.setdefault(row.first, []).append(number)
        self._of_first = list(of_first.values())
        self._automaton = AhoCorasick(list(of_first))

    def matches(self, text: str) -> Iterator[tuple[Pair, re.Match[str]]]:
        """All matches in a text, row by row in their order, as a search of the whole text for each would give them."""
        places: dict[int, list[int]] = {}
        for index, start, end in self._automaton.find_matches_as_indexes(text, overlapping=True):
            if (start and in_word(text[start - 1])) or in_word(text[end : end + 1]):
                continue
            for number in self._of_first[index]:
                second = self._rows[number].second
                if text.find(second, end + 1, end + self._reach + len(second)) >= 0:
                    places.setdefault(number, []).append(start)
        for number in sorted(places):
            row, last = self._rows[number], 0
            for start in places[number]:
                match = row.pattern.compiled.match(text, start) if start >= last else None
                if match:
                    last = match.end()
                    yield row, match
