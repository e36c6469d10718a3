"""Text made comparable without moving a character: folding, sentences, words.

Every function here keeps offsets: position i of the folded text is position i of the item's text, in code points.
Names, numbers and meaning stay out.
"""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

MAX_SENTENCE = 1500
"""Longer stretches without an end of sentence are cut here, so that hostile text takes linear time."""

UNSPACED = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af"
"""The scripts that put no blanks between words, or hang particles on them: Kana, Han, Hangul."""
WORD = rf"[^\W{UNSPACED}]"
"""A character that makes one word with its neighbour; in patterns in place of \\w, where a word begins or ends."""

_SAME = {
    **dict.fromkeys("’‘ʼ＇`´′", "'"),
    **dict.fromkeys("“”„«»″＂", '"'),
    **dict.fromkeys("‐‑‒–—―−", "-"),
    "œ": "o", "æ": "a", "ß": "s", "ł": "l", "ø": "o", "đ": "d", "ı": "i", "…": ".",
}  # fmt: skip


class _Folding(dict[int, str]):
    """Code point to its folded character, filled as text is met."""

    def __missing__(self, point: int) -> str:
        folded = _fold_character(chr(point))
        self[point] = folded
        return folded


def _fold_character(character: str) -> str:
    if character in "\n\r\x0b\x0c\x85\u2028\u2029":
        return "\n"
    category = unicodedata.category(character)
    if category == "Cs":
        return "\ufffd"
    if character.isspace() or category in ("Cf", "Cc"):
        return " "
    character = character.lower() if len(character.lower()) == 1 else character
    if character in _SAME:
        return _SAME[character]
    plain = "".join(c for c in unicodedata.normalize("NFKD", character) if not unicodedata.combining(c))
    plain = plain if len(plain) == 1 else character
    return _SAME.get(plain, plain.lower() if len(plain.lower()) == 1 else plain)


_FOLDING = _Folding()


_IN_WORD = re.compile(WORD)


class _Joining(dict[str, bool]):
    """Whether each character joins its neighbour, filled as text is met."""

    def __missing__(self, character: str) -> bool:
        self[character] = joins = character.isalnum() and _IN_WORD.match(character) is not None
        return joins


_JOINING = _Joining()


def in_word(character: str) -> bool:
    """Whether a character makes one word with such a neighbour (letters and digits of scripts with blanks)."""
    return _JOINING[character]


def is_hangul(character: str) -> bool:
    """Whether a character is a syllable of Korean, which puts blanks between phrases and hangs particles on nouns."""
    return "\uac00" <= character[:1] <= "\ud7a3"


def fold(text: str) -> str:
    """The text in lower case without accents, one quote, dash and space for all; same length as the text."""
    # "U$S" is what Argentina writes for "US$".
    return text.translate(_FOLDING).replace("u$s", "us$")


_EXCHANGE = re.compile(
    r"\((?:nasdaq|nyse|amex|otc|xetra|tsx|lse|hkex|hkg|hk|twse|tpe|tyo|tse|krx|ks|sse|szse|sh|sz|euronext|epa|bme|bit|b3)"
    r" ?: ?[a-z0-9.]{1,8}\)"
    r"|\([a-z0-9.]{1,8}-(?:us|tw|hk|cn|jp|kr|kq|de|uk|fr)\)"
    r"|[ \n][a-z0-9]{1,6}\.(?:o|n|k|hk|t|de|pa|mi|l|ks|tw|ss|sz|oq|pk)(?= ?[,.;)\n ])"
)


def without_tickers(plain: str) -> str:
    """Folded text with blanks in place of companies' signs at exchanges ("(NASDAQ: AMZN)"); same length."""
    return _EXCHANGE.sub(lambda match: " " * len(match.group()), plain)


_UNTIDY = re.compile(r"[^\S\n][^\S\n]|[^\S\n]\n")


def is_tidy(text: str) -> bool:
    """Whether accents are composed (NFC) and blanks single, so that the text can be read as it is."""
    return unicodedata.is_normalized("NFC", text) and not _UNTIDY.search(text)


def tidy(text: str) -> tuple[str, list[int]]:
    """The text with accents composed and blanks single, and where each character, and the end, stood before."""
    pieces: list[str] = []
    places: list[int] = []
    start = 0
    for position in range(1, len(text) + 1):
        # Clusters are kept short so that a flood of accents takes linear time.
        if position < len(text) and position - start < 30 and unicodedata.combining(text[position]):
            continue
        piece = unicodedata.normalize("NFC", text[start:position])
        follows = text[position : position + 1]
        blank = piece.isspace() and piece != "\n"
        if not (blank and follows.isspace()):
            pieces.append(piece)
            places += [min(start + offset, position - 1) for offset in range(len(piece))]
        start = position
    return "".join(pieces), [*places, len(text)]


def unwrap(plain: str) -> str:
    """Folded text with the line breaks inside wrapped paragraphs turned into blanks; same length."""
    lines = plain.split("\n")
    breaks = [" " if _wrapped(line, following) else "\n" for line, following in pairwise(lines)]
    return "".join(part for row in zip(lines, [*breaks, ""], strict=True) for part in row)


def _wrapped(line: str, following: str) -> bool:
    """Whether a line only ran out of room: it is long, and the next goes on."""
    if len(line) < 45 or not following.strip() or _BULLET.match(following):
        return False
    return not re.search(r"[!?:;\"][ )]*$|\.[ )\"]*$", line[-10:]) or len(line) >= 60


def elide(plain: str, words: Sequence[str]) -> str:
    """Folded text with the apostrophes that careless writers leave out ("d apres" is "d'apres"); same length."""
    if not words:
        return plain
    return re.sub(rf"(?<![\w'])({'|'.join(words)}) (?=[aeiouyh][^\W\d])", r"\1'", plain)


class Sentence(NamedTuple):
    """A stretch of the text, blanks at its ends left out; `paragraph` counts the stretches between line breaks."""

    start: int
    end: int
    paragraph: int


# A run of marks is tried from its first alone: from each of them it would take quadratic time.
_END = re.compile(r"[.!?\u3002\uff01\uff1f](?:(?<=[\u3002\uff01\uff1f])|(?<![.!?].)[.!?]*[\"')\]]*[ \n]+)")
_BULLET = re.compile(r"\s*(?:[-*•·▪>]|\d{1,2}[.)]|\(\d{1,2}\))\s")


def sentences(
    text: str, plain: str, abbreviations: frozenset[str], ordinal_dot: bool, names_end: frozenset[int] = frozenset()
) -> list[Sentence]:
    """Sentences in order, within the lines of unwrapped text. A full stop after an abbreviation ends nothing.

    `names_end` holds the ends of names, so that a name of one letter is not taken for an initial.
    """
    found: list[Sentence] = []
    for number, (start, end) in enumerate(_paragraphs(plain)):
        cut = start
        for match in _END.finditer(plain, start, end):
            named = match.start() in names_end
            if match.end() < end and (named or _ends_sentence(text, plain, cut, match, abbreviations, ordinal_dot)):
                _append(found, plain, cut, match.end(), number)
                cut = match.end()
        _append(found, plain, cut, end, number)
    return found


def _paragraphs(plain: str) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    start = 0
    for line in plain.split("\n"):
        if line:
            found.append((start, start + len(line)))
        start += len(line) + 1
    return found


def _ends_sentence(
    text: str, plain: str, start: int, match: re.Match[str], abbreviations: frozenset[str], ordinal_dot: bool
) -> bool:
    if plain[match.start()] != "." or match.group().rstrip(" \n\"')]") not in (".",):
        return True
    before = re.search(r"[^\s(\"]{1,20}$", plain[max(start, match.start() - 20) : match.start()])
    word = before.group() if before else ""
    if word in abbreviations or re.fullmatch(r"(?:[^\W\d_]\.)*[^\W\d_]", word):
        return False
    following = text[match.end()]
    if word.isdigit() and len(word) <= 2 and (ordinal_dot or plain[start : match.start()].strip() == word):
        return False
    return not (following.islower() and len(word) < 4)


def _append(found: list[Sentence], plain: str, start: int, end: int, paragraph: int) -> None:
    while start < end:
        stop = end
        if end - start > MAX_SENTENCE:
            blank = plain.rfind(" ", start + MAX_SENTENCE // 2, start + MAX_SENTENCE)
            stop = blank if blank > 0 else start + MAX_SENTENCE
        first, last = start, stop
        while first < last and plain[first] in " \n":
            first += 1
        while last > first and plain[last - 1] in " \n":
            last -= 1
        if first < last:
            found.append(Sentence(first, last, paragraph))
        start = stop


def sentence_of(found: Sequence[Sentence], position: int) -> int | None:
    """The index of the sentence that holds the position; None between sentences."""
    index = bisect_right(found, position, key=lambda sentence: sentence.start) - 1
    return index if index >= 0 and position < found[index].end else None
