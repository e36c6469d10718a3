"""What labelled text teaches: for each segment its features and its event, for each candidate whether it fills a slot.

Here belong the alignment of labelled claims with segments, and the oracle that decides as the labels say, so that later
sentences are seen with the right memory. Fitting is done in `fitting.py`.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from pipelines.extraction import evidence
from pipelines.extraction.claim import Event
from pipelines.extraction.decisions import to_come
from pipelines.extraction.discourse import Discourse, source_of
from pipelines.extraction.diversions import diversion_of
from pipelines.extraction.drafts import Draft, Filled
from pipelines.extraction.engine import Extractor, each_of_list
from pipelines.extraction.features import Reading, Segment
from pipelines.extraction.filling import Item, fill
from pipelines.extraction.model import SLOTS, Model
from pipelines.extraction.score import Slots, canonical, published_days, slots_of
from pipelines.extraction.vocabulary import Vocabulary

Place = tuple[int, int]
"""A segment of an item: the number of its sentence and where it starts."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """An item with its claims; `slots` as scoring compares them, `quotes` as places in the text."""

    item: dict[str, Any]
    slots: list[Slots]
    quotes: list[tuple[int, int]]

    @property
    def events(self) -> list[Event]:
        """The event of each claim."""
        return [claim["event"] for claim in self.item["claims"]]


@dataclass(slots=True)
class Lesson:
    """One segment: its features, its event (None for none), and for each candidate its features and slots."""

    language: str
    features: list[str]
    event: Event | None
    candidates: list[list[str]] = field(default_factory=list)
    fills: dict[str, list[bool]] = field(default_factory=dict)


def labelled(items: Iterable[dict[str, Any]], vocabulary: Vocabulary) -> list[Labelled]:
    """Items with their claims as scoring compares them."""
    name = canonical(vocabulary)
    found = []
    for item in items:
        starts = [item["text"].find(claim["quote"]) for claim in item["claims"]]
        quotes = [(a, a + len(claim["quote"])) for a, claim in zip(starts, item["claims"], strict=True)]
        found.append(Labelled(item, [slots_of(claim, name) for claim in item["claims"]], quotes))
    return found


class _Looking:
    """Decides nothing, and notes every segment with what `fill` makes of it."""

    model: Model

    def __init__(self) -> None:
        self.seen: list[tuple[Place, Segment, Reading, dict[str, Filled]]] = []

    def decide(self, segment: Segment, reading: Reading, discourse: Discourse) -> list[Draft]:
        """No claim."""
        whole = Draft("diversion", segment, reading, source_of(segment, reading, discourse))
        for draft in each_of_list(whole):
            fill(draft, discourse, Item(frozenset()), False)
            self.seen.append(((reading.index, segment.start), draft.segment, reading, draft.slots))
        return []


class _Oracle:
    """Decides as the labels say, and notes what it saw."""

    model: Model

    def __init__(self, labels: Labelled, told: dict[Place, list[int]], vocabulary: Vocabulary) -> None:
        self.labels = labels
        self.told = told
        self.name = canonical(vocabulary)
        self.lessons: list[Lesson] = []

    def decide(self, segment: Segment, reading: Reading, discourse: Discourse) -> list[Draft]:
        """The labelled claims of a segment, with those parties that are among its candidates."""
        claims = self.told.get((reading.index, segment.start), [])
        event = self._event(claims)
        strict = diversion_of(segment, reading, discourse)
        lesson = Lesson(self.labels.item["language"], evidence.of_segment(segment, reading, discourse, strict), event)
        self.lessons.append(lesson)
        if event is None:
            return []
        claims = [claim for claim in claims if self.labels.events[claim] == event]
        head = evidence.governing(segment)
        found = evidence.candidates(segment, reading, discourse)
        lesson.candidates = [evidence.of_candidate(c, segment, reading, discourse, head, strict) for c in found]
        for slot in SLOTS:
            wanted = {self.labels.slots[claim][slot] for claim in claims}
            fills = [self.name(candidate.name) in wanted for candidate in found]
            # Whom nothing proposes teaches nothing about those who are proposed.
            if any(fills) or wanted == {None}:
                lesson.fills[slot] = fills
        drafts: list[Draft] = []
        for claim in claims:
            draft = Draft(event, segment, reading, source_of(segment, reading, discourse), head=head)
            draft.future = to_come(event, head, segment)
            for slot in SLOTS:
                wanted = self.labels.slots[claim][slot]
                chosen = next((c for c in found if wanted and self.name(c.name) == wanted), None)
                if chosen:
                    draft.slots[slot] = Filled(chosen.name, segment.start, segment.start, "label")
            if draft.slots not in [other.slots for other in drafts]:  # the goods of a list are told apart later
                drafts.append(draft)
        return drafts

    def _event(self, claims: Sequence[int]) -> Event | None:
        counted: dict[Event, int] = defaultdict(int)
        for claim in claims:
            counted[self.labels.events[claim]] += 1
        return max(counted, key=lambda e: counted[e], default=None)


def lessons(items: Iterable[Labelled], vocabulary: Vocabulary, languages: Sequence[str] | None = None) -> list[Lesson]:
    """All lessons of labelled items."""
    extractor = Extractor(vocabulary, languages, _Looking())
    found: list[Lesson] = []
    for labels in items:
        looking = _Looking()
        extractor.decider = looking
        read(extractor, labels.item)
        oracle = _Oracle(labels, _aligned(labels, looking, canonical(vocabulary)), vocabulary)
        extractor.decider = oracle
        read(extractor, labels.item)
        found += oracle.lessons
    return found


def read(extractor: Extractor, item: dict[str, Any]) -> tuple[list[Draft], str]:
    """The drafts of an item, and its folded text."""
    start, end = published_days(item.get("published_at"))
    return extractor.drafts(
        item["text"], language=item["language"], published_start=start, published_end=end, title=item.get("title")
    )


def _aligned(labels: Labelled, looking: _Looking, name: Any) -> dict[Place, list[int]]:
    """The claims that each segment tells: each claim goes to the segment that agrees most with it."""
    told: dict[Place, list[int]] = {place: [] for place, *_ in looking.seen}
    for claim, (start, end) in enumerate(labels.quotes):
        best: tuple[float, Place] | None = None
        for place, segment, _, slots in looking.seen:
            shared = min(end, segment.end) - max(start, segment.start)
            if shared <= 0:
                continue
            worth = _agreement(labels.slots[claim], slots, segment, name)
            worth += 1.0 if segment.has(*_CUES[labels.events[claim]]) else 0.0
            worth += (2.0 if start <= segment.goods.start < end else 0.0) + shared / (end - start)
            # What goes back in a swap stands in a segment of its own.
            worth -= 3.0 if any(_turned(labels, claim, other) for other in told[place]) else 0.0
            if best is None or worth > best[0]:
                best = (worth, place)
        if best and best[0] >= 1.0:
            told[best[1]].append(claim)
    return told


def _low(amount: Any) -> Any:
    return amount[0] or amount[1]


_CUES: dict[Event, tuple[str, ...]] = {
    "order": ("buy", "spend"),
    "plan": ("want", "spend", "m_future"),
    "allocation": ("promise", "supply"),
    "shipment": ("ship", "move"),
    "delivery": ("deliver", "receive", "install"),
    "diversion": ("divert", "move", "receive"),
    "delay": ("delay",),
    "cancellation": ("cancel",),
    "restriction": ("restrict",),
    "resale": ("resell", "rent"),
    "holding": ("have",),
}
"""The kinds of cue that most often say an event: they settle which of several segments a label means."""


def _turned(labels: Labelled, one: int, other: int) -> bool:
    """Whether two claims of one event have different parties on both sides."""
    first, second = labels.slots[one], labels.slots[other]
    return labels.events[one] == labels.events[other] and all(
        first[slot] != second[slot] for slot in ("from_entity", "to_entity")
    )


def _agreement(claim: Slots, slots: dict[str, Filled], segment: Segment, name: Any) -> float:
    worth = 0.0
    count, money, product = (slots.get(slot) for slot in ("quantity", "value", "product"))
    if claim["quantity"] is not None:
        worth += 4.0 if count and count.value == claim["quantity"] else -2.0 if count else 0.0
    elif segment.goods.sort in ("count", "bare"):
        worth -= 1.0
    if name(str(product.value) if product else None) == claim["product"]:
        worth += 2.0
    for party in segment.parties:
        named = name(party.name.claim_name)
        worth += 0.5 if named and named in (claim["from_entity"], claim["to_entity"]) else 0.0
    for time in ("promised", "actual", "revised"):
        worth += 1.0 if claim[time] is not None and segment.periods else 0.0
    if claim["value"] is not None and money and _low(money.value) == _low(claim["value"]):
        worth += 2.0
    if claim["delay"] is not None:
        worth += 2.0 if segment.durations else 0.0
    return worth
