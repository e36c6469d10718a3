"""Bytes to segments, for X12 and EDIFACT alike: chunk by chunk, each with its number and where it begins.

Which marks end and divide segments, and what they mean, is said in the packages `x12` and `edifact`.
"""

import codecs
from collections.abc import Callable, Iterator
from typing import BinaryIO

# The longest that the beginning of an interchange is looked for in.
HEADER_WITHIN = 200
# A segment longer than this is none: the terminator is missing, and the rest must not be gathered in memory.
LONGEST_SEGMENT = 100_000
_CHUNK = 1 << 16
_BLANK = " \t\r\n\0\x1a"

# Its number in the file (from 1), its byte offset, its text, and the text as it stands with blanks before it.
Segment = tuple[int, int, str, str]


class SegmentSource:
    """Segments out of a stream, read chunk by chunk. `number` counts those taken, `offset` says what comes next.

    `encoding` has one character a byte, so that a place in the text is one in the file; only for a code that shifts
    between alphabets (ISO 2022) are offsets counted in characters.
    """

    def __init__(self, stream: BinaryIO, encoding: str = "latin-1") -> None:
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder(encoding)("replace")
        self._text = ""
        self._at = 0
        self._base = 0
        self._ended = False
        self.number = 0

    @property
    def offset(self) -> int:
        """The byte offset of what comes next."""
        return self._base + self._at

    def _more(self) -> bool:
        if self._ended:
            return False
        chunk = self._stream.read(_CHUNK)
        if not chunk:
            self._ended = True
            return False
        self._base += self._at
        self._text = self._text[self._at :] + self._decoder.decode(chunk)
        self._at = 0
        return True

    def beginning(self) -> str:
        """The beginning of what comes next, blanks and a byte order mark before it passed over; empty at the end."""
        while True:
            rest = self._text[self._at :]
            if self.offset == 0 and rest.startswith("ï»¿"):
                self._at += 3
                continue
            bare = rest.lstrip(_BLANK)
            self._at += len(rest) - len(bare)
            if len(bare) >= HEADER_WITHIN or not self._more():
                return bare[:HEADER_WITHIN]

    def skip(self, length: int) -> str:
        """Pass over so many characters of what `beginning` gave, and give them."""
        text = self._text[self._at : self._at + length]
        self._at += length
        return text

    def skip_to(self, word: str, begins: Callable[[str], bool]) -> str:
        """Pass over what is no interchange, up to the next one or the end, and give its beginning."""
        passed, beyond = "", 1
        while True:
            found = self._text.find(word, self._at + beyond)
            stop = found if found >= 0 else max(self._at, len(self._text) - len(word) + 1)
            passed = (passed + self._text[self._at : stop])[:200]
            self._at, beyond = stop, 0
            if found >= 0 and (found + HEADER_WITHIN <= len(self._text) or self._ended):
                if begins(self._text[found : found + HEADER_WITHIN]):
                    return passed
                beyond = 1
            elif not self._more():
                passed = (passed + self._text[self._at :])[:200]
                self._at = len(self._text)
                return passed

    def segments(self, terminator: str, release: str = "") -> Iterator[Segment]:
        """Every whole segment from here on; what follows the last terminator is left, and is `rest`.

        A terminator after a `release` character is text.
        """
        while True:
            pieces = self._text[self._at :].split(terminator)
            if release:
                pieces = _rejoined(pieces, terminator, release)
            tail = pieces.pop()
            for piece in pieces:
                text = piece.lstrip(_BLANK)
                start = self._base + self._at + len(piece) - len(text)
                self._at += len(piece) + 1
                if text:
                    self.number += 1
                    yield self.number, start, text, piece
            if len(tail) > LONGEST_SEGMENT or not self._more():
                return

    def unfinished(self, beginning: str) -> Segment | None:
        """The last segment without its terminator, where it begins so: many senders leave out the file's last one."""
        rest = self._text[self._at :]
        text = rest.strip(_BLANK)
        if not self._ended or not text.startswith(beginning):
            return None
        self.number += 1
        start = self._base + self._at + rest.index(text)
        self._at = len(self._text)
        return self.number, start, text, rest

    def rest(self) -> str:
        """What is left where no terminator follows, blanks aside; it is passed over."""
        left = self._text[self._at :]
        self._at = len(self._text)
        return left.strip(_BLANK)

    def put_back(self, segment: Segment, terminator: str) -> None:
        """Make the segment that was taken last the next one again."""
        self._at -= len(segment[3]) + len(terminator)
        self.number -= 1


def _rejoined(pieces: list[str], terminator: str, release: str) -> list[str]:
    whole: list[str] = []
    held = ""
    for piece in pieces:
        text = held + piece
        if (len(text) - len(text.rstrip(release))) % 2:
            held = text + terminator
        else:
            whole.append(text)
            held = ""
    # A terminator that is text may be the last one so far: what it belongs to is not whole yet.
    return [*whole, held] if held else whole
