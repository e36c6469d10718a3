"""Finds the cues of a pack in folded text: words and phrases that say what happens, and in which mood.

Here belong matching and the choice of the tense where two forms are written alike. What a cue means is
decided elsewhere.
"""

import re
from functools import lru_cache

from ahocorasick_rs import AhoCorasick

from pipelines.extraction.features import Cue
from pipelines.extraction.pack import Form, LanguagePack
from pipelines.extraction.text import fold, in_word

_KEPT = 8_192
"""So many words as written are remembered with what they may be."""


class CueFinder:
    """All cues of a pack as one automaton."""

    def __init__(self, pack: LanguagePack) -> None:
        self._forms = list(pack.forms)
        self._rows = [pack.forms[form] for form in self._forms]
        self._automaton = AhoCorasick(self._forms)
        self._gapped = pack.gapped_sieve
        self._fitting = lru_cache(_KEPT)(
            lambda index, written, careless: _fitting(self._rows[index], written, careless)
        )

    def find(self, text: str, plain: str) -> list[Cue]:
        """All cues in order. Of cues of one kind that overlap, the longest stands."""
        found: list[Cue] = []
        careless = not _ACCENTED.search(text)
        for index, start, end in self._automaton.find_matches_as_indexes(plain, overlapping=True):
            if start and in_word(plain[start - 1]) and in_word(plain[start]):
                continue
            if end < len(plain) and in_word(plain[end]) and in_word(plain[end - 1]):
                continue
            for form in self._fitting(index, text[start:end], careless):
                found.append(Cue(start, end, form.kind, form.entry, form.tag))
        for gapped, match in self._gapped.matches(plain):
            found.append(Cue(match.start(2), match.end(2), gapped.kind, gapped.entry, gapped.tag))
        return _longest(found)


_APOSTROPHES = str.maketrans(dict.fromkeys("’‘ʼ＇`´′", "'"))


_ACCENTED = re.compile("[à-öø-ÿ]")


def _fitting(forms: tuple[Form, ...], written: str, careless: bool) -> list[Form]:
    """The forms as written; all of them where a `careless` text leaves accents out ("a" may mean "à", never the
    other way round)."""
    # The press writes "d’ici", the packs "d'ici".
    lower = written.lower().translate(_APOSTROPHES)
    exact = [form for form in forms if form.written.lower() == lower]
    chosen = exact or (list(forms) if careless and fold(lower) == lower else [])
    return list({form.kind: form for form in reversed(chosen)}.values())


def _longest(found: list[Cue]) -> list[Cue]:
    """Drops what lies inside a longer cue: "set aside" is no "set"."""
    found.sort(key=lambda c: (c.start, -c.end, c.kind))
    kept: list[Cue] = []
    reach = -1
    longest: tuple[int, int] = (-1, -1)
    for cue in found:
        if cue.start < reach and (cue.start, cue.end) != longest and cue.end <= reach:
            continue
        kept.append(cue)
        if cue.end > reach:
            reach, longest = cue.end, (cue.start, cue.end)
    return kept
