"""A language as data: reads `languages/<code>.toml` into the words and patterns that the engine works with.

Here belong the format of the packs and its expansion (inflections, alternatives, placeholders). No word of any
language stands here, and nothing is decided.
"""

import hashlib
import itertools
import re
import tomllib
from collections import defaultdict
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from pipelines.extraction.needles import Pairs, Sieve
from pipelines.extraction.phrases import Phrases, Standing
from pipelines.extraction.text import WORD, fold

LANGUAGES = Path(__file__).parent / "languages"

PARTY, MAKER, PLACE, PERSON, OUTLET, PRONOUN, GOODS, PERIOD, MONEY, DURATION = map(chr, range(0xE000, 0xE00A))
"""What stands for a mention in an abstracted sentence, one character each."""

_PLACEHOLDERS = {
    "<E>": f"[{PARTY}{MAKER}{PLACE}{PRONOUN}]",
    "<A>": f"[{PARTY}{MAKER}{PLACE}{PERSON}{OUTLET}{PRONOUN}]",
    "<O>": OUTLET,
    "<P>": PERSON,
    "<N>": GOODS,
    "<T>": PERIOD,
    "<V>": MONEY,
    "<D>": DURATION,
    "<~>": r"[^;:.]{0,60}?",
}
"""Upper case marks the mention that a pattern is about; the same in lower case is one that only stands beside it."""

GOODS_PHRASES = ("same_count", "order_nouns", "goods_back", "goods_pronouns")
"""The lists of phrases that stand for goods."""
_GAP, _CLAUSE = 70, 160
"""At most so many characters lie between the two parts of a cue, and of a verb whose particle ends its clause."""


class InvalidPack(ValueError):
    """A language pack that cannot be read; the message says which file, which key, why and what to do."""


class Expression:
    """A regular expression of a pack, compiled when a text first needs it: compiling all of a pack takes a second."""

    __slots__ = ("_compiled", "_where", "source")

    def __init__(self, source: str, where: str) -> None:
        self.source = source
        self._where = where
        self._compiled: re.Pattern[str] | None = None

    @property
    def compiled(self) -> re.Pattern[str]:
        """The expression ready for use. Raises InvalidPack with the file and key where it is none."""
        if self._compiled is None:
            try:
                self._compiled = re.compile(self.source)
            except re.error as error:
                raise InvalidPack(f"{self._where} is no expression: {error}. Correct it.") from error
        return self._compiled


@dataclass(frozen=True, slots=True)
class Form:
    """One inflected form of a cue: its kind, the entry of the pack that it comes from, its tense as tagged there."""

    kind: str
    entry: str
    tag: str
    written: str


@dataclass(frozen=True, slots=True)
class Gapped:
    """A cue in two parts ("reserved … for"): its words, and the pattern that stands for both with what lies between."""

    kind: str
    entry: str
    tag: str
    first: str
    second: str
    pattern: Expression


@dataclass(frozen=True, slots=True)
class RolePattern:
    """A pattern over an abstracted sentence whose group `slot` is the mention that plays the role."""

    role: str
    entry: str
    pattern: Expression
    of_period: bool


@dataclass(frozen=True, slots=True)
class PeriodPattern:
    """A pattern of a period in folded text, and how its groups are read (see `periods.py`)."""

    reading: str
    shift: int
    pattern: Expression


@dataclass(frozen=True, slots=True)
class Example:
    """A text with the claims that it must give, each a table of the fields that are checked."""

    text: str
    published: str | None
    title: str | None
    claims: tuple[dict[str, Any], ...]


@dataclass(frozen=True)
class LanguagePack:
    """One language, ready for use. All words are folded (`text.fold`)."""

    code: str
    decimal: str
    ordinal_dot: bool
    unspaced: bool
    abbreviations: frozenset[str]
    number_words: dict[str, float]
    number_scales: dict[str, float]
    number_joins: frozenset[str]
    compound_numbers: bool
    words: dict[str, tuple[str, ...]]
    patterns: Phrases
    currencies: dict[str, str]
    collectives: dict[str, tuple[str, ...]]
    months: dict[str, int]
    capital_months: frozenset[str]
    weekdays: dict[str, int]
    seasons: dict[str, int]
    ordinals: dict[str, int]
    duration_units: dict[str, str]
    vague_durations: dict[str, str]
    periods: tuple[PeriodPattern, ...]
    forms: dict[str, tuple[Form, ...]]
    gapped: tuple[Gapped, ...]
    roles: tuple[RolePattern, ...]
    blocked: dict[str, tuple[re.Pattern[str] | None, re.Pattern[str] | None]]
    examples: tuple[Example, ...]

    @cached_property
    def joining(self) -> frozenset[str]:
        """What joins the last two of a list: each "and", with a comma before it or none."""
        return frozenset(f"{comma}{word}" for word in self.words["and"] for comma in ("", ", "))

    @cached_property
    def links(self) -> frozenset[str]:
        """What may stand between a product and its count behind it."""
        return frozenset(self.words.get("count_links", ()))

    @cached_property
    def naming(self) -> Standing:
        """Which of the lists of phrases that stand for goods have one in which sentence."""
        return Standing({key: self.words.get(key, ()) for key in GOODS_PHRASES})

    @cached_property
    def period_sieve(self) -> Sieve[PeriodPattern]:
        """Which periods a text may hold."""
        return Sieve(self.periods)

    @cached_property
    def gapped_sieve(self) -> Pairs[Gapped]:
        """Which cues in two parts a text may hold."""
        return Pairs(self.gapped, _CLAUSE)

    @cached_property
    def role_sieve(self) -> Sieve[RolePattern]:
        """Which roles an abstracted sentence may give."""
        return Sieve(self.roles)


def available(folder: Path = LANGUAGES) -> tuple[str, ...]:
    """The codes of all packs in the folder, in order."""
    return tuple(sorted(path.stem for path in folder.glob("*.toml")))


@cache
def load(code: str, folder: Path = LANGUAGES) -> LanguagePack:
    """The pack of a language. Raises InvalidPack with the file and key at fault."""
    path = folder / f"{code}.toml"
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InvalidPack(f"{path.name}: cannot be read: {error}. Put a UTF-8 TOML file there.") from error
    try:
        return _Reader(path.name, raw).pack(code)
    except KeyError as error:
        raise InvalidPack(
            f"{path.name}: the key {error} is missing. Every pack has it; add it, empty if need be."
        ) from error


def fingerprint(folder: Path = LANGUAGES) -> str:
    """SHA-256 over names and bytes of all packs."""
    digest = hashlib.sha256()
    for code in available(folder):
        digest.update(code.encode() + b"\0" + (folder / f"{code}.toml").read_bytes())
    return digest.hexdigest()


def alternatives(phrase: str) -> list[str]:
    """A phrase with `{a|b}` written out, every combination; an empty alternative leaves the word away."""
    parts = re.split(r"(\{[^{}]*\})", phrase)
    choices = [part[1:-1].split("|") if part.startswith("{") else [part] for part in parts]
    return [" ".join("".join(choice).split()) for choice in itertools.product(*choices)]


class _Reader:
    def __init__(self, name: str, raw: dict[str, Any]) -> None:
        self.name = name
        self.raw = raw
        self.inflections: dict[str, dict[str, list[str]]] = raw["inflections"]
        self.macros: dict[str, str] = {}

    def pack(self, code: str) -> LanguagePack:
        raw, numbers, time = self.raw, self.raw["numbers"], self.raw["time"]
        words = {
            key: tuple(fold(form) for entry in entries for form in alternatives(entry))
            for key, entries in raw["words"].items()
        }
        self.macros = {f"<{key}>": fold(value) for key, value in raw.get("macros", {}).items()}
        periods = tuple(self._period(index, row, time) for index, row in enumerate(time["periods"]))
        forms, gapped = self._cues()
        return LanguagePack(
            code=code,
            decimal=raw["decimal"],
            ordinal_dot=raw["ordinal_dot"],
            unspaced=raw.get("unspaced", False),
            abbreviations=frozenset(fold(word) for word in raw["abbreviations"]),
            number_words={fold(word): float(value) for word, value in numbers["words"].items()},
            number_scales={fold(word): float(value) for word, value in numbers["scales"].items()},
            number_joins=frozenset(fold(word) for word in numbers["joins"]),
            compound_numbers=numbers["compound"],
            words=words,
            patterns=Phrases(words),
            currencies={fold(word): currency for word, currency in raw["currencies"].items()},
            collectives={name: _folded(entries) for name, entries in raw["collectives"].items()},
            months=_numbered(time["months"]),
            capital_months=frozenset(fold(word) for word in time["capital_months"]),
            weekdays=_numbered(time["weekdays"]),
            seasons=_numbered(time["seasons"]),
            ordinals=_numbered(time["ordinals"]),
            duration_units={fold(word): unit for unit, entries in time["units"].items() for word in entries},
            vague_durations={form: unit for unit, entries in time["vague"].items() for form in _folded(entries)},
            periods=periods,
            forms=forms,
            gapped=gapped,
            roles=self._roles(),
            blocked=self._blocked(),
            examples=tuple(
                Example(e["text"], e.get("published"), e.get("title"), tuple(e.get("claims", ())))
                for e in raw.get("examples", ())
            ),
        )  # fmt: skip

    def inflected(self, entry: str) -> list[tuple[str, str]]:
        """All forms of an entry (`stem~class`, `form=tag`, `{a|b}`), each with its tag."""
        found: list[tuple[str, str]] = []
        for phrase in alternatives(entry):
            match = re.search(r"(\S*)~(\w+)", phrase)
            if match:
                if match[2] not in self.inflections:
                    raise InvalidPack(
                        f"{self.name}: inflection {match[2]!r} of {entry!r} is unknown. Add [inflections.{match[2]}]."
                    )
                for tag, endings in self.inflections[match[2]].items():
                    found += [
                        (phrase[: match.start()] + match[1] + ending + phrase[match.end() :], tag) for ending in endings
                    ]
            else:
                form, _, tag = phrase.partition("=")
                found.append((form, tag or "noun"))
        return found

    def _cues(self) -> tuple[dict[str, tuple[Form, ...]], tuple[Gapped, ...]]:
        forms: dict[str, list[Form]] = defaultdict(list)
        gapped: list[Gapped] = []
        separable = _folded(self.raw["words"].get("separable", ()))
        following = "|".join(map(re.escape, _folded(self.raw["words"].get("separable_before", ()))))
        closing = rf"(?= ?(?:[,;:.!?)\"]|$| (?:{following})(?!{WORD})))"
        for kind, entries in self.raw["cues"].items():
            for entry in entries:
                for form, tag in self.inflected(entry):
                    if "…" in form:
                        one, two = (fold(part.strip()) for part in form.split("…", 1))
                        first, rest = (rf"(?<!{WORD})({re.escape(part)})(?!{WORD})" for part in (one, two))
                        reach = _GAP
                        if two in separable:
                            # The particle of a verb stands at the end of its clause, however long that is.
                            reach, rest = _CLAUSE, rest + closing
                        between = rf"(?:[^;:.\n]|\.(?=\d)){{1,{reach}}}?"
                        where = f"{self.name}: cues.{kind}: {entry!r}"
                        tense = "past" if tag == "noun" else tag
                        gapped.append(Gapped(kind, entry, tense, one, two, Expression(first + between + rest, where)))
                    else:
                        forms[fold(form)].append(Form(kind, entry, tag, form))
        return {form: tuple(found) for form, found in forms.items()}, tuple(gapped)

    def _roles(self) -> tuple[RolePattern, ...]:
        found = []
        for role, entries in self.raw["roles"].items():
            for index, entry in enumerate(entries):
                found.append(
                    RolePattern(role, f"{role}[{index}]", self._compile(entry, f"roles.{role}"), "<T>" in entry)
                )
        return tuple(found)

    def _blocked(self) -> dict[str, tuple[re.Pattern[str] | None, re.Pattern[str] | None]]:
        return {
            name: (
                re.compile(f"(?:{fold(row['before'])})[ \"']*$") if row.get("before") else None,
                re.compile(f"^[ \"']*(?:{fold(row['after'])})") if row.get("after") else None,
            )
            for name, row in self.raw.get("blocked", {}).items()
        }

    def _compile(self, entry: str, where: str) -> Expression:
        pattern = entry
        for name, value in self.macros.items():
            pattern = pattern.replace(name, f"(?:{value})")
        slot = re.search(r"<([EAOPT])>", pattern)
        if slot is None:
            raise InvalidPack(
                f"{self.name}: {where}: {entry!r} names no <E>, <A>, <O>, <P> or <T>. "
                "Mark the mention that it is about."
            )
        # Fold the words, not the placeholders and not the escapes of the expression.
        pieces = re.split(r"(<[A-Za-z~]>|\\.)", pattern)
        pattern = "".join(piece if piece.startswith(("<", "\\")) else fold(piece) for piece in pieces)
        pattern = pattern.replace(slot.group(), f"(?P<slot>{_PLACEHOLDERS[slot.group()]})", 1)
        for name, value in _PLACEHOLDERS.items():
            pattern = pattern.replace(name, value).replace(name.lower(), value)
        if not entry.startswith(("^", "<E", "<A", "<P", "<O", "<T", "(?:,")):
            pattern = rf"(?<!{WORD}){pattern}"
        return Expression(pattern, f"{self.name}: {where}: {entry!r}")

    def _period(self, index: int, row: list[Any], time: dict[str, Any]) -> PeriodPattern:
        pattern, reading = fold(row[0]), row[1]
        groups = {
            "<month>": "(?P<month>" + _words(time["months"]) + ")",
            "<month2>": "(?P<month2>" + _words(time["months"]) + ")",
            "<weekday>": "(?P<weekday>" + _words(time["weekdays"]) + ")",
            "<season>": "(?P<season>" + _words(time["seasons"]) + ")",
            "<ordinal>": "(?P<n>" + _words(time["ordinals"]) + ")",
            "<n>": "(?P<n>[0-9])",
            "<day>": "(?P<day>[0-3]?[0-9])",
            "<year>": "(?P<year>20[0-4][0-9])",
        }
        pattern = re.sub(r"<\w+>", lambda name: groups.get(name.group(), name.group()), pattern)
        where = f"{self.name}: time.periods[{index}]: {row[0]!r}"
        # Where no blanks are written, a period may touch a Latin word ("GB200第三季").
        before, behind = ("", "") if self.raw.get("unspaced") else (rf"(?<!{WORD})", rf"(?!{WORD})")
        whole = Expression(rf"{before}(?:{pattern}){behind}", where)
        return PeriodPattern(reading, int(row[2]) if len(row) > 2 else 0, whole)


def _numbered(table: dict[str, list[str]]) -> dict[str, int]:
    return {fold(word): int(number) for number, entries in table.items() for word in entries}


def _words(table: dict[str, list[str]]) -> str:
    words = sorted((fold(word) for entries in table.values() for word in entries), key=lambda w: (-len(w), w))
    return "|".join(re.escape(word) for word in words)


def _folded(entries: list[str]) -> tuple[str, ...]:
    return tuple(fold(form) for entry in entries for form in alternatives(entry))
