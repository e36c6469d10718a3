"""How an X12 interchange names its delimiters, and by what it is known. Segments are cut in `edi_segments`."""

import re
from typing import NamedTuple

ISA_ELEMENTS = 16


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
    # Where the mark that repeats is the one that ends a segment, the ISA would end within itself.
    if terminator in repetition:
        return None
    texts = [*parts[:11], *parts[12:ISA_ELEMENTS]]
    if any(mark in text for text in texts for mark in {"\n", "\r", terminator} - {element}):
        return None
    if len(repetition) != 1 or repetition.isalnum() or repetition in {" ", *marks}:
        repetition = ""
    return Delimiters(element, component, repetition, terminator)


def looks_like_x12(head: bytes) -> bool:
    """Whether a document begins as an interchange does, after a byte order mark and blanks."""
    return re.match(rb"\s*(?:\xef\xbb\xbf)?\s*ISA([^A-Za-z0-9])..\1", head, re.DOTALL) is not None
