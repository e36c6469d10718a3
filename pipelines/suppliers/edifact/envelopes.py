"""EDIFACT envelopes: interchanges, groups and messages, and whether their counts and references agree.

As for X12, a file is walked through twice: to check, and then to read, so that no message stands in memory. What a
message says stays in the mappings beside this module.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import BinaryIO

from pydifact.control.characters import Characters

from pipelines.suppliers.edi import Reason, excerpt, moment
from pipelines.suppliers.edi_segments import Segment, SegmentSource
from pipelines.suppliers.edifact.segments import Elements, at, marks_of, split


@dataclass(frozen=True, slots=True)
class Interchange:
    """What UNA and UNB say: sender and receiver as `qualifier:id`; `decimal_marks` are those that numbers may have.

    `alphabet` is the syntax identifier, such as UNOC.
    """

    reference: str
    sender: str
    receiver: str
    marks: Characters
    decimal_marks: str
    alphabet: str
    sent_at: datetime | None


@dataclass(frozen=True, slots=True)
class Loose:
    """Text that belongs to no message, or an interchange without one: what it is, and where it begins."""

    number: int | None
    text: str
    reasons: tuple[str, ...]


@dataclass(slots=True)
class Message:
    """One UNH … UNT. `segments` gives what stands between the two, once; then `end` is the UNT, or None."""

    key: tuple[int, int, int]
    interchange: Interchange
    number: int
    header: str
    kind: str
    reference: str
    segments: Iterator[Segment]
    end: Segment | None = None
    count: int = 1
    last: Segment | None = None

    @property
    def sheet(self) -> str:
        """How its lines are told from those of the file's other messages."""
        return f"{self.kind or 'UNH'} {self.reference} (segment {self.number})"


@dataclass(slots=True)
class Walk:
    """Walks through a file's messages, and notes in `problems` what is wrong with what.

    Its keys are (interchange,), (interchange, group) and (interchange, group, message). `encoding` is Latin-1, a
    character a byte, or the one that shifts between alphabets.
    """

    stream: BinaryIO
    encoding: str
    problems: dict[tuple[int, ...], list[str]] = field(default_factory=dict)
    _pending: Segment | None = None

    def __iter__(self) -> Iterator[Message | Loose]:
        source = SegmentSource(self.stream, self.encoding)
        number = 0
        while beginning := source.beginning():
            found = marks_of(beginning)
            if found is None:
                where, place = source.offset, source.number + 1
                what = f"stands outside of any interchange (byte {where}): remove it, or send the file again"
                if beginning[:3] in ("UNA", "UNB"):
                    what = f"cut short or damaged: no whole UNA and UNB begin at byte {where}: send it again"
                yield Loose(place, source.skip_to("UN", lambda text: marks_of(text) is not None), (what,))
                continue
            number += 1
            marks, length, has_una = found
            source.skip(length)
            yield from self._interchange(source, number, marks, has_una)

    def reasons(self, key: tuple[int, ...]) -> list[Reason]:
        """Why a message is refused by its envelopes, the innermost first."""
        return [(why, "") for length in range(len(key), 0, -1) for why in self.problems.get(key[:length], ())]

    def _wrong(self, key: tuple[int, ...], why: str) -> None:
        self.problems.setdefault(key, []).append(why)

    def _interchange(
        self, source: SegmentSource, number: int, marks: Characters, has_una: bool
    ) -> Iterator[Message | Loose]:
        plus, end = marks.data_separator, marks.segment_terminator
        segments = source.segments(end, marks.escape_character)
        first = next(segments, None)
        if first is None:
            rest = source.rest()
            yield Loose(
                source.number + 1,
                rest,
                (f"cut short: it stops at byte {source.offset}, within the UNB: send it again",),
            )
            return
        interchange = self._opened(split(first[2], marks) or [["UNB"]], marks, has_una)
        groups = messages = in_group = 0
        group: Elements | None = None
        last, ended = first, False
        following: Segment | None = None
        while (segment := self._next(segments) or source.unfinished(f"UNZ{plus}")) is not None:
            tag = segment[2][:3]
            if tag in ("UNB", "UNA"):
                source.put_back(segment, end)
                following = segment
                break
            last = segment
            elements = split(segment[2], marks) or [[tag]]
            if tag == "UNZ":
                counted, what = (groups, "groups") if groups else (messages, "messages")
                self._check((number,), "UNZ", elements, counted, what, interchange.reference, "UNB")
                ended = True
                break
            if tag == "UNG":
                if group is not None:
                    self._wrong((number, groups), f"its group has no UNE before segment {segment[0]}")
                groups += 1
                in_group = 0
                group = elements
            elif tag == "UNE" and group is not None:
                self._check((number, groups), "UNE", elements, in_group, "messages", at(group, 5), "UNG")
                group = None
            elif tag == "UNH":
                messages += 1
                in_group += 1
                found = Message(
                    (number, groups if group is not None else 0, messages), interchange, segment[0], segment[2],
                    at(elements, 2), at(elements, 1), iter(()), last=segment,
                )  # fmt: skip
                found.segments = self._inside(found, segments)
                yield found
                for _ in found.segments:
                    pass
                last = found.last or segment
                self._check_message(found)
            else:
                yield Loose(segment[0], segment[2], (f"{tag} stands outside of any message: it belongs nowhere",))
        if not ended:
            self._stopped(source, number, last, following)
        if group is not None:
            self._wrong((number, groups), "its UNE is missing")
        if messages == 0:
            nothing = ["an interchange without a message: it states nothing"]
            yield Loose(first[0], first[2], tuple(self.problems.get((number,), nothing)))

    def _opened(self, unb: Elements, marks: Characters, has_una: bool) -> Interchange:
        return Interchange(
            at(unb, 5), f"{at(unb, 2, 2)}:{at(unb, 2)}", f"{at(unb, 3, 2)}:{at(unb, 3)}", marks,
            marks.decimal_point if has_una else ".,", at(unb, 1), moment(at(unb, 4), at(unb, 4, 2)),
        )  # fmt: skip

    def _next(self, segments: Iterator[Segment]) -> Segment | None:
        pending, self._pending = self._pending, None
        return pending or next(segments, None)

    def _inside(self, found: Message, segments: Iterator[Segment]) -> Iterator[Segment]:
        for segment in segments:
            if segment[2][:3] in ("UNT", "UNH", "UNE", "UNG", "UNZ", "UNB", "UNA"):
                if segment[2].startswith("UNT"):
                    found.end = segment
                    found.count += 1
                    found.last = segment
                else:
                    self._pending = segment
                return
            found.count += 1
            found.last = segment
            yield segment

    def _check(
        self, key: tuple[int, ...], tag: str, elements: Elements, counted: int, what: str, reference: str, by: str
    ) -> None:
        said = at(elements, 1)
        if not (said.isascii() and said.isdigit() and int(said[:18]) == counted):
            self._wrong(key, f"{tag} counts {said or 'no'} {what}, there are {counted}: send it again")
        if at(elements, 2) != reference:
            self._wrong(key, f"{tag} has reference {at(elements, 2) or '(none)'}, {by} has {reference or '(none)'}")

    def _check_message(self, found: Message) -> None:
        if found.end is not None:
            elements = split(found.end[2], found.interchange.marks) or [["UNT"]]
            self._check(found.key, "UNT", elements, found.count, "segments", found.reference, "UNH")
        elif self._pending is not None:
            where = f"segment {self._pending[0]} (byte {self._pending[1]})"
            self._wrong(found.key, f"cut short: {where} is {excerpt(self._pending[2])}, but its UNT is missing")
        else:
            self._wrong(found.key, "cut short: its UNT is missing")

    def _stopped(self, source: SegmentSource, number: int, last: Segment, following: Segment | None) -> None:
        if following is not None:
            where = f"at byte {following[1]}, where the next interchange begins, after segment {last[0]}"
        else:
            rest = source.rest()
            inside = f", within segment {source.number + 1} {excerpt(rest[:200])}" if rest else ""
            where = f"at byte {source.offset}{inside}, after segment {last[0]}"
        self._wrong((number,), f"cut short: it stops {where} {excerpt(last[2])}; its UNZ is missing: send it again")
