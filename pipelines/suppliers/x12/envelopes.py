"""X12 envelopes: interchanges, groups and transaction sets, and whether their counts and control numbers agree.

A file is walked through twice: first to check, since only the end of an envelope tells whether it is whole; then to
read. So no set has to be held in memory. What a set says stays in the mappings beside this module.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import BinaryIO

from pipelines.suppliers.edi import Reason, excerpt, moment
from pipelines.suppliers.edi_segments import Segment, SegmentSource
from pipelines.suppliers.x12.segments import ISA_ELEMENTS, Delimiters, delimiters_of

OLDEST_VERSION = "004010"


@dataclass(frozen=True, slots=True)
class Interchange:
    """What the ISA says: sender and receiver as `qualifier:id`."""

    control: str
    sender: str
    receiver: str
    marks: Delimiters
    sent_at: datetime | None


@dataclass(frozen=True, slots=True)
class Group:
    """What the GS says."""

    control: str
    sender: str
    receiver: str
    version: str
    sent_at: datetime | None


@dataclass(frozen=True, slots=True)
class Loose:
    """Text that belongs to no transaction set, or an interchange without one: what it is, and where it begins."""

    number: int | None
    text: str
    reasons: tuple[str, ...]


@dataclass(slots=True)
class TransactionSet:
    """One ST … SE: `kind` is its number such as 850, `control` its control number.

    `segments` gives what stands between the two, once; then `end` is the SE, or None.
    """

    key: tuple[int, int, int]
    interchange: Interchange
    group: Group
    number: int
    header: str
    kind: str
    control: str
    segments: Iterator[Segment]
    end: str | None = None
    count: int = 1
    last: Segment | None = None

    @property
    def sheet(self) -> str:
        """How its lines are told from those of the file's other sets."""
        return f"{self.kind or 'ST'} {self.control} (segment {self.number})"


@dataclass(slots=True)
class Walk:
    """Walks through a file's sets and notes in `problems` what is wrong: by (interchange,), (…, group), (…, set)."""

    stream: BinaryIO
    problems: dict[tuple[int, ...], list[str]] = field(default_factory=dict)
    _pending: Segment | None = None

    def __iter__(self) -> Iterator[TransactionSet | Loose]:
        source = SegmentSource(self.stream)
        at = 0
        while header := source.beginning():
            marks = delimiters_of(header)
            if marks is None:
                where, number = source.offset, source.number + 1
                if header.startswith("ISA") and header.count(header[3:4] or "*") < ISA_ELEMENTS:
                    what = f"cut short: it stops within the ISA that begins at byte {where}: send it again"
                elif header.startswith("ISA"):
                    what = f"the ISA at byte {where} does not name its delimiters: correct it, or send the file again"
                else:
                    what = f"stands outside of any interchange (byte {where}): remove it, or send the file again"
                yield Loose(number, source.skip_to("ISA", lambda text: delimiters_of(text) is not None), (what,))
                continue
            at += 1
            yield from self._interchange(source, at, marks)

    def reasons(self, key: tuple[int, ...]) -> list[Reason]:
        """Why a set is refused by its envelopes, the innermost first."""
        return [(why, "") for length in range(len(key), 0, -1) for why in self.problems.get(key[:length], ())]

    def _wrong(self, key: tuple[int, ...], why: str) -> None:
        self.problems.setdefault(key, []).append(why)

    def _interchange(self, source: SegmentSource, at: int, marks: Delimiters) -> Iterator[TransactionSet | Loose]:
        mark = marks.element
        segments = source.segments(marks.terminator)
        first = next(segments)
        isa = first[2].split(mark)
        interchange = Interchange(
            isa[13].strip(), f"{isa[5].strip()}:{isa[6].strip()}", f"{isa[7].strip()}:{isa[8].strip()}", marks,
            moment(isa[9], isa[10]),
        )  # fmt: skip
        group: Group | None = None
        groups = sets = sets_of_group = 0
        last, ended = first, False
        following: Segment | None = None
        while (segment := self._next(segments) or source.unfinished(f"IEA{mark}")) is not None:
            parts = segment[2].split(mark)
            tag = parts[0]
            if tag == "ISA":
                source.put_back(segment, marks.terminator)
                following = segment
                break
            last = segment
            if tag == "IEA":
                self._check_counts((at,), "IEA", parts, groups, "groups", interchange.control, "ISA")
                ended = True
                break
            if tag == "GS":
                if group is not None:
                    self._wrong((at, groups), f"group {group.control} has no GE before segment {segment[0]}")
                groups += 1
                sets_of_group = 0
                group = self._group((at, groups), parts)
            elif tag == "GE" and group is not None:
                self._check_counts((at, groups), "GE", parts, sets_of_group, "sets", group.control, "GS")
                group = None
            elif tag == "ST":
                if group is None:
                    groups += 1
                    sets_of_group = 0
                    group = Group("", "", "", "", None)
                    self._wrong((at, groups), f"the set in segment {segment[0]} stands in no group: its GS is missing")
                sets += 1
                sets_of_group += 1
                kind, control = [*(part.strip() for part in parts[1:3]), "", ""][:2]
                key = (at, groups, sets)
                found = TransactionSet(key, interchange, group, segment[0], segment[2], kind, control, iter(()))
                found.last = segment
                found.segments = self._inside(found, segments)
                yield found
                for _ in found.segments:
                    pass
                last = found.last
                self._check_set(found)
            elif tag != "TA1":
                yield Loose(
                    segment[0], segment[2], (f"{tag[:3]} stands outside of any transaction set: it belongs nowhere",)
                )
        if not ended:
            self._stopped(source, at, last, following)
        if group is not None:
            self._wrong((at, groups), "its GE is missing")
        if sets == 0 and (at,) in self.problems:
            yield Loose(first[0], first[2], tuple(self.problems[at,]))
        elif sets == 0:
            yield Loose(first[0], first[2], ("an interchange without a transaction set: it states nothing",))

    def _next(self, segments: Iterator[Segment]) -> Segment | None:
        pending, self._pending = self._pending, None
        return pending or next(segments, None)

    def _inside(self, found: TransactionSet, segments: Iterator[Segment]) -> Iterator[Segment]:
        mark = found.interchange.marks.element
        stops = {f"{tag}{mark}" for tag in ("ST", "SE", "GS", "GE")} | {"ISA", "IEA"}
        for segment in segments:
            if segment[2][:3] in stops:
                if segment[2].startswith("SE"):
                    found.end = segment[2]
                    found.count += 1
                    found.last = segment
                else:
                    self._pending = segment
                return
            found.count += 1
            found.last = segment
            yield segment

    def _group(self, key: tuple[int, ...], parts: list[str]) -> Group:
        at = [*(part.strip() for part in parts), *[""] * 9]
        version = at[8]
        if version[:6].isdigit() and version[:6] < OLDEST_VERSION:
            self._wrong(key, f"version {version} is older than {OLDEST_VERSION}: send it in a newer one")
        return Group(at[6], at[2], at[3], version, moment(at[4], at[5]))

    def _check_counts(
        self, key: tuple[int, ...], tag: str, parts: list[str], counted: int, what: str, control: str, opened_by: str
    ) -> None:
        said = parts[1].strip() if len(parts) > 1 else ""
        if not (said.isascii() and said.isdigit() and int(said[:18]) == counted):
            self._wrong(key, f"{tag}01 counts {said or 'no'} {what}, there are {counted}: send it again")
        number = parts[2].strip() if len(parts) > 2 else ""
        if not _same_control(number, control):
            self._wrong(key, f"{tag}02 has control number {number or '(none)'}, {opened_by} has {control or '(none)'}")

    def _check_set(self, found: TransactionSet) -> None:
        if found.end is not None:
            parts = found.end.split(found.interchange.marks.element)
            self._check_counts(found.key, "SE", parts, found.count, "segments", found.control, "ST")
        elif self._pending is not None:
            where = f"segment {self._pending[0]} (byte {self._pending[1]})"
            self._wrong(found.key, f"cut short: {where} is {excerpt(self._pending[2])}, but its SE is missing")
        else:
            self._wrong(found.key, "cut short: its SE is missing")

    def _stopped(self, source: SegmentSource, at: int, last: Segment, following: Segment | None) -> None:
        if following is not None:
            where = f"at byte {following[1]}, where the next interchange begins, after segment {last[0]}"
        else:
            rest = source.rest()
            inside = f", within segment {source.number + 1} {excerpt(rest[:200])}" if rest else ""
            where = f"at byte {source.offset}{inside}, after segment {last[0]}"
        self._wrong((at,), f"cut short: it stops {where} {excerpt(last[2])}; its IEA is missing: send it again")


def _same_control(one: str, other: str) -> bool:
    if one.isascii() and one.isdigit() and other.isascii() and other.isdigit():
        return one.lstrip("0") == other.lstrip("0")
    return one == other
