"""Whether a text ends with one of some words, seen from its last two characters before any expression is tried.

Here belongs that look alone, for words and what may follow them. Which words those are is said in the packs.
"""

import re
from collections.abc import Iterable
from functools import cache

from pipelines.extraction.text import WORD


class Ending:
    """An expression that ends a text (`…$`, with a blank at most behind it), and the words of which it needs one."""

    __slots__ = ("_lasts", "_pattern", "_trailing")

    def __init__(self, pattern: str, words: Iterable[str], trailing: bool = False) -> None:
        """`trailing`: behind the words the expression lets stand a blank and characters that are none."""
        self._pattern = re.compile(pattern)
        self._lasts = frozenset(word[-2:] for word in words)
        self._trailing = trailing

    def search(self, text: str) -> re.Match[str] | None:
        """What ends the text, as the expression finds it."""
        lasts = self._lasts
        end = text.rstrip(" \n")
        if end[-2:] in lasts or end[-1:] in lasts:
            return self._pattern.search(text)
        if self._trailing:
            end = end.rpartition(" ")[0]
            if end[-2:] in lasts or end[-1:] in lasts:
                return self._pattern.search(text)
        return None


@cache
def at_the_end(words: tuple[str, ...], more: str = "") -> Ending:
    """One of the words, and `more` behind it (a blank and characters that are none, or nothing), at the end."""
    any_of_them = "|".join(map(re.escape, words)) if words else "(?!)"
    return Ending(rf"(?<!{WORD})(?:{any_of_them}){more}$", words, bool(more))
