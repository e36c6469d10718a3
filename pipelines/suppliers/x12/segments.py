"""X12 bytes to segments: the delimiters of each interchange and every segment with its number and byte offset.

Bytes are decoded one to one (Latin-1), so that an index is a byte offset; `edi.plain` gives texts their real encoding.
What segments mean stays in the modules beside this one.
"""

import re
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

ISA_ELEMENTS = 16
# The longest that an ISA is looked for in: it has 106 characters, padded ones a few more.
ISA_WITHIN = 200
# A segment longer than this is none: the terminator is missing, and the rest must not be gathered in memory.
LONGEST_SEGMENT = 100_000
_CHUNK = 1 << 16
_BLANK = " \t\r\n\0\x1a"
# Its number in the file (from 1), its byte offset, its text, and the text as it stands with blanks before it.
Segment = tuple[int, int, str, str]


class Delimiters(NamedTuple):
    """The four marks of an interchange; `repetition` is empty before version 4020."""

    element: str
    component: str
    repetition: str
    terminator: str


def delimiters_of(isa: str) -> Delimiters | None:
    """The marks that the beginning of an interchange names by their place; None where this is no ISA.

    In the standard's fixed layout they stand at characters 4, 83, 105 and 106. Senders that do not fill up an ISA's
    elements are understood too: the marks then follow from its sixteen element separators.
    """
    element = isa[3:4]
    parts = isa.split(element, ISA_ELEMENTS) if isa.startswith("ISA") and element else []
    if len(parts) <= ISA_ELEMENTS or len(parts[-1]) < 2:
        return None
    component, terminator, repetition = parts[-1][0], parts[-1][1], parts[11]
    marks = {element, component, terminator}
    if len(marks) != 3 or any(mark.isalnum() or mark == " " for mark in marks):
        return None
    if any(mark in part for part in parts[:ISA_ELEMENTS] for mark in ("\n", "\r", terminator)):
        return None
    if len(repetition) != 1 or repetition.isalnum() or repetition in {" ", *marks}:
        repetition = ""
    return Delimiters(element, component, repetition, terminator)


def looks_like_x12(head: bytes) -> bool:
    """Whether a document begins as an interchange does, after a byte order mark and blanks."""
    return re.match(rb"\s*(?:\xef\xbb\xbf)?\s*ISA[^A-Za-z0-9]", head) is not None


class SegmentSource:
    """Segments out of a stream, read chunk by chunk. `number` and `end` say where the last one taken stands."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
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
        self._text = self._text[self._at :] + chunk.decode("latin-1")
        self._at = 0
        return True

    def header(self) -> str:
        """The beginning of what comes next, blanks and a byte order mark before it passed over; empty at the end."""
        while True:
            rest = self._text[self._at :]
            if self.offset == 0 and rest.startswith("ï»¿"):
                self._at += 3
                continue
            bare = rest.lstrip(_BLANK)
            self._at += len(rest) - len(bare)
            if len(bare) >= ISA_WITHIN or not self._more():
                return bare[:ISA_WITHIN]

    def skip_to_header(self) -> str:
        """Pass over what is no interchange, up to the next ISA or the end, and give its beginning."""
        passed, beyond = "", 1
        while True:
            found = self._text.find("ISA", self._at + beyond)
            stop = found if found >= 0 else max(self._at, len(self._text) - 2)
            passed = (passed + self._text[self._at : stop])[:200]
            self._at, beyond = stop, 0
            if found >= 0 and (found + ISA_WITHIN <= len(self._text) or self._ended):
                if delimiters_of(self._text[found : found + ISA_WITHIN]):
                    return passed
                beyond = 1
            elif not self._more():
                passed = (passed + self._text[self._at :])[:200]
                self._at = len(self._text)
                return passed

    def segments(self, terminator: str) -> Iterator[Segment]:
        """Every whole segment from here on; what follows the last terminator is left, and is `rest`."""
        while True:
            pieces = self._text[self._at :].split(terminator)
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
