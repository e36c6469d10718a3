"""Lists of phrases of a pack: one pattern for each, and which of them have a phrase in which sentence.

What phrases mean is their owners'.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence

from ahocorasick_rs import AhoCorasick

from pipelines.extraction.text import WORD, Sentence


class Phrases(Mapping[str, re.Pattern[str] | None]):
    """A pattern for each list of phrases, by its key, made when it is first asked for; None for an empty list."""

    def __init__(self, words: dict[str, tuple[str, ...]]) -> None:
        self._words = words
        self._made: dict[str, re.Pattern[str] | None] = {}

    def __getitem__(self, key: str) -> re.Pattern[str] | None:
        if key not in self._made:
            self._made[key] = _any_of(self._words[key])
        return self._made[key]

    def within(self, key: str, text: str) -> re.Pattern[str] | None:
        """The pattern of a key where one of its phrases stands in the text at all; None where none does."""
        return self[key] if any(map(text.__contains__, self._words.get(key, ()))) else None

    def __iter__(self) -> Iterator[str]:
        return iter(self._words)

    def __len__(self) -> int:
        return len(self._words)


class Standing:
    """Which of some lists of phrases have one in each sentence of a text."""

    def __init__(self, lists: Mapping[str, Iterable[str]]) -> None:
        of_phrase: dict[str, set[str]] = {}
        for key, phrases in lists.items():
            for phrase in phrases:
                of_phrase.setdefault(phrase, set()).add(key)
        self._keys = list(of_phrase.values())
        self._automaton = AhoCorasick(list(of_phrase))

    def by_sentence(self, text: str, cut: Sequence[Sentence]) -> dict[int, set[str]]:
        """The keys of those lists by the index of the sentence; sentences without any are left out."""
        found: dict[int, set[str]] = {}
        starts = [sentence.start for sentence in cut]
        for number, start, end in self._automaton.find_matches_as_indexes(text, overlapping=True):
            index = bisect_right(starts, start) - 1
            if index >= 0 and end <= cut[index].end:
                found.setdefault(index, set()).update(self._keys[number])
        return found


def _any_of(entries: tuple[str, ...]) -> re.Pattern[str] | None:
    """One pattern for any of the phrases as whole words, the longest first; None for none."""
    if not entries:
        return None
    words = "|".join(re.escape(entry) for entry in sorted(set(entries), key=lambda e: (-len(e), e)))
    # The edges stand once, not at each phrase: compiling their character class is what costs.
    return re.compile(rf"(?:(?<!{WORD})|(?!{WORD}))(?:{words})(?:(?<!{WORD})|(?!{WORD}))")
