"""How an EDIFACT interchange names its marks and its alphabet, and its segments' elements, as pydifact reads them."""

import re
from collections.abc import Iterator

from pydifact.control.characters import Characters
from pydifact.exceptions import EDISyntaxError
from pydifact.parser import Parser
from pydifact.tokenizer import Tokenizer

from pipelines.suppliers.edi import plain
from pipelines.suppliers.edi_segments import Segment

# Syntax identifiers and their alphabets, ISO 9735. Levels A and B are ASCII: what else stands there is read as Latin-1.
ALPHABETS = {
    "UNOA": "latin-1", "UNOB": "latin-1", "UNOC": "latin-1", "UNOD": "iso8859-2", "UNOE": "iso8859-5",
    "UNOF": "iso8859-7", "UNOG": "iso8859-3", "UNOH": "iso8859-4", "UNOI": "iso8859-6", "UNOJ": "iso8859-8",
    "UNOK": "iso8859-9", "UNOL": "iso8859-15", "UNOW": "utf-8", "UNOX": "iso2022_jp_2", "UNOY": "utf-8",
}  # fmt: skip
SHIFTING = frozenset({"UNOX"})
# How many segments are handed to pydifact at once.
_AT_ONCE = 200

# A blank in the UNA says that no character releases others; no message holds this one.
_NO_RELEASE = "\x1a"

# Elements by their place, each with its components by theirs; element 0 is the tag.
Elements = list[list[str]]
Read = tuple[Segment, Elements]


def marks_of(beginning: str) -> tuple[Characters, int, bool] | None:
    """The marks of an interchange, how long its UNA is, and whether it has one; None without UNA and UNB."""
    if beginning.startswith("UNA") and len(beginning) >= 9:
        marks = Characters.from_str(beginning[:9])
        if marks.escape_character == " ":
            marks.escape_character = _NO_RELEASE
        five = {
            marks.component_separator, marks.data_separator, marks.escape_character, marks.segment_terminator,
            marks.decimal_point,
        }  # fmt: skip
        if len(five) < 5 or any(mark.isalnum() for mark in five) or beginning[9:].lstrip()[:3] != "UNB":
            return None
        return marks, 9, True
    if beginning.startswith("UNB+"):
        return Characters.from_str("UNA:+.? '"), 0, False
    return None


def looks_like_edifact(head: bytes) -> bool:
    """Whether a document begins as an interchange does, after a byte order mark and blanks."""
    return re.match(rb"\s*(?:\xef\xbb\xbf)?\s*UN(?:A[^A-Za-z0-9]{6}\s*UNB|B\+)", head) is not None


def encoding_of(head: bytes) -> str:
    """How a file is decoded before its marks are looked for: byte by byte, unless its alphabet shifts."""
    found = re.search(rb"UNB.(UNO[A-Z])", head, re.DOTALL)
    code = found.group(1).decode("ascii") if found else ""
    return ALPHABETS[code] if code in SHIFTING else "latin-1"


def in_alphabet(text: str, code: str) -> str:
    """Text that was decoded byte by byte, in the alphabet that its interchange names."""
    if text.isascii() or code in SHIFTING:
        return text
    alphabet = ALPHABETS.get(code, "latin-1")
    if alphabet == "latin-1":
        return plain(text)
    return text.encode("latin-1", "replace").decode(alphabet, "replace")


def split(text: str, marks: Characters) -> Elements | None:
    """One segment's elements; None where pydifact cannot read it."""
    try:
        tokens = Tokenizer().get_tokens(f"{text}{marks.segment_terminator}", marks)
        raw = list(Parser.convert_tokens_to_raw_segments(_PARSER, tokens))
    except (EDISyntaxError, TypeError, AssertionError, IndexError):
        return None
    return _elements(raw[0]) if len(raw) == 1 else None


def read(segments: Iterator[Segment], marks: Characters) -> Iterator[tuple[Segment, Elements | None]]:
    """Segments with their elements, some hundred at a time; None where pydifact cannot read one."""
    batch: list[Segment] = []
    for segment in segments:
        batch.append(segment)
        if len(batch) == _AT_ONCE:
            yield from _read(batch, marks)
            batch = []
    yield from _read(batch, marks)


_PARSER = Parser()


def _read(batch: list[Segment], marks: Characters) -> Iterator[tuple[Segment, Elements | None]]:
    end = marks.segment_terminator
    try:
        tokens = Tokenizer().get_tokens("".join(f"{segment[2]}{end}" for segment in batch), marks)
        raw = list(Parser.convert_tokens_to_raw_segments(_PARSER, tokens)) if batch else []
    except (EDISyntaxError, TypeError, AssertionError, IndexError):
        raw = []
    if len(raw) == len(batch):
        yield from ((segment, _elements(one)) for segment, one in zip(batch, raw, strict=True))
    else:
        yield from ((segment, split(segment[2], marks)) for segment in batch)


def _elements(raw: list[str | list[str]]) -> Elements:
    return [[one] if isinstance(one, str) else list(one) for one in raw]


def at(elements: Elements, place: int, component: int = 1) -> str:
    """A component by the place of its element and its own, trimmed; empty where there is none."""
    if place >= len(elements) or component > len(elements[place]):
        return ""
    return elements[place][component - 1].strip()
