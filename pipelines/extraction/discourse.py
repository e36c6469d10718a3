"""What an item has said so far: whom "the company", "those chips" and "the newspaper" mean, and who speaks.

Here belong the memory of one item and the resolution of anaphora and sources from it. Events and roles stay out.
"""

import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from pipelines.extraction.claim import Certainty
from pipelines.extraction.features import Cue, Goods, Party, Reading, Segment
from pipelines.extraction.names import Name, ProductName
from pipelines.extraction.quantities import Number
from pipelines.extraction.text import Sentence

if TYPE_CHECKING:
    from pipelines.extraction.drafts import Draft, Filled

_BULLET = re.compile(r"(?:[-*•·>]|\d{1,2}[.)])\s")
"""How a line of a list begins; such lines keep the source that the list's first sentence names."""


@dataclass(frozen=True, slots=True)
class Source:
    """Who says something: the name, how sure that makes it, where it stands and the rule that found it."""

    name: str | None
    certainty: Certainty
    start: int
    end: int
    rule: str


@dataclass(slots=True)
class Lot:
    """Whom the goods told last were for, who has them, each with its weight, and the claims made of them."""

    sentence: int
    losers: "list[tuple[float, Filled]]" = field(default_factory=list)
    gainers: "list[tuple[float, Filled]]" = field(default_factory=list)
    drafts: "list[Draft]" = field(default_factory=list)


@dataclass(slots=True)
class Discourse:
    """The memory of one item, filled sentence by sentence; `topic` is the party that the whole item is about,
    `homes` are the countries of the makers that it names, `countries` those of all parties."""

    topic: str | None = None
    homes: frozenset[str | None] = frozenset()
    country: str | None = None
    subject: str | None = None
    last: str | None = None
    group: tuple[str, ...] = ()
    pair: tuple[str, ...] = ()
    person: str | None = None
    outlet: str | None = None
    source: Source | None = None
    source_paragraph: int = -1
    product: ProductName | None = None
    maker: str | None = None
    count: Number | None = None
    count_goods: Goods | None = None
    diversion: tuple[str, str] | None = None
    diversion_sentence: int = -1
    lead: Source | None = None
    favoured: tuple[str, str] | None = None
    favoured_sentence: int = -1
    told: "Draft | None" = None
    suppliers: dict[str, str | None] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)
    countries: Mapping[str, str | None] = field(default_factory=dict)
    lot: "Lot | None" = None

    def resolve(self, reading: Reading) -> None:
        """Gives the anaphors of a sentence ("the company") the party that they mean; those without one stay empty."""
        for index, party in enumerate(reading.parties):
            if party.name.how != "anaphor":
                continue
            before = [p for p in reading.parties[:index] if p.name.role == "party" and p.name.claim_name]
            # An oblique party is who is meant only where the whole item is about it.
            earlier = [p.name.claim_name for p in before if not p.oblique or p.name.claim_name == self.topic]
            earlier = earlier or ([] if self.subject else [p.name.claim_name for p in before])
            meant = self.subject or (earlier[-1] if earlier else None)
            if party.name.kind == "latter":
                earlier, meant = [], earlier[-1] if earlier else self.last
            if earlier and reading.parties[index - 1].name.role == "party":
                meant = earlier[-1]
            if "source" in party.roles and self.source and self.source.certainty == "confirmed" and self.source.name:
                meant = self.source.name  # who adds something is who spoke before
            owner = reading.parties[index - 1] if index else None
            short = party.name.end - party.name.start <= 4
            if owner and short and self.subject and {"possessor", "origin"} & set(owner.roles):
                meant = self.subject if self.subject != owner.name.claim_name else meant  # "X's go to it": not to X
            party.name = replace(party.name, claim_name=meant or "")

    def remember(self, reading: Reading) -> None:
        """Notes who a sentence was about, after it was read."""
        parties = [p for p in reading.parties if p.name.role in ("party", "maker", "place") and p.name.claim_name]
        best = next((p for p in parties if not p.oblique and p.name.role == "party" and not _rules(p)), None)
        best = best or next((p for p in parties if not p.oblique and p.name.role == "party"), None)
        best = best or next((p for p in parties if not p.oblique and "source" not in p.roles), None)
        best = best or next((p for p in parties if p.name.role == "party"), None)
        for number in {p.group for p in parties}:
            members = tuple(dict.fromkeys(p.name.claim_name for p in parties if p.group == number))
            if len(members) > 2:
                self.group = members
            elif len(members) == 2:
                self.pair = members
        self.kinds |= {p.name.claim_name: p.name.kind for p in parties}
        if parties:
            self.last = parties[-1].name.claim_name
        lands = [p for p in parties if p.name.kind == "country" and "ruler" not in p.roles]
        if lands:
            told = next((p for p in lands if {"target", "site", "for"} & set(p.roles)), lands[-1])
            self.country = told.name.claim_name
        if best:
            self.subject = best.name.claim_name
        speaker = _speaker(reading.parties)
        if speaker:
            certainty: Certainty = "reported" if speaker.name.role == "outlet" else "confirmed"
            self.source = Source(speaker.name.claim_name, certainty, speaker.name.start, speaker.name.end, "before")
            self.source_paragraph = reading.paragraph
        for party in reading.parties:
            if party.name.role == "person":
                self.person = party.name.claim_name
            elif party.name.role == "outlet" and ("source" in party.roles or self.outlet is None):
                self.outlet = party.name.claim_name
            elif party.name.role == "maker":
                self.maker = party.name.claim_name
        outlet = next((p.name for p in reading.parties if p.name.role == "outlet"), None)
        if outlet and reading.abstract.rstrip().endswith(":"):
            self.lead = Source(outlet.claim_name, "reported", outlet.start, outlet.end, "carried:list")
        elif not _BULLET.match(reading.abstract):
            self.lead = None
        if any(cue.kind == "m_carry_person" for cue in reading.cues) and self.person:
            self.source = Source(self.person, "confirmed", reading.start, reading.end, "before")
            self.source_paragraph = reading.paragraph


def _rules(party: Party) -> bool:
    """Whether a party is a government or an authority, whom "the company" never means."""
    return party.name.kind in ("sovereign", "regulator", "country")


def topic_of(titled: Sequence[Name], named: Sequence[Name], cut: Sequence[Sentence]) -> str | None:
    """The party of most sentences, where the title counts as two; None where none has two."""
    starts = [sentence.start for sentence in cut]
    sentences: dict[str, set[int]] = {}
    for name in named:
        if name.role == "party" and name.claim_name:
            sentences.setdefault(name.claim_name, set()).add(bisect_right(starts, name.start))
    counted = {claim_name: len(places) for claim_name, places in sentences.items()}
    for claim_name in {name.claim_name for name in titled if name.role == "party" and name.claim_name}:
        counted[claim_name] = counted.get(claim_name, 0) + 2
    best = max(counted, key=lambda claim_name: counted[claim_name], default=None)
    return best if best and counted[best] >= 2 else None


def source_of(segment: Segment, reading: Reading, discourse: Discourse) -> Source:
    """Who says what a segment says. An outlet comes before the document that it saw; unnamed sources have no name."""
    found = _stated(segment, reading, discourse)
    for kind, certainty in (("m_denial", "denied"), ("m_rumour", "rumoured")):
        cue = segment.first(kind) or next((c for c in reading.cues if c.kind == kind), None)
        if cue is None:
            continue
        if certainty == "denied":
            return _denied(reading, discourse, found, cue.start, cue.end)
        name = found.name if found.rule.startswith("source") and found.certainty == "reported" else None
        return Source(name, "rumoured", cue.start, cue.end, f"rumour:{cue.entry}")
    return found


def _denied(reading: Reading, discourse: Discourse, found: Source, start: int, end: int) -> Source:
    of_what = next((p for p in reading.parties if p.name.role == "outlet"), None)
    denier = next((p for p in reading.parties if "source" in p.roles), None)
    denier = denier or next((p for p in reading.parties if not p.oblique and p.name.role != "outlet"), None)
    who = of_what or denier
    name = who.name.claim_name if who else (found.name or discourse.person or discourse.subject)
    return Source(name or None, "denied", start, end, "denial")


def _stated(segment: Segment, reading: Reading, discourse: Discourse) -> Source:
    for parties, rule in ((segment.parties, "source"), (reading.parties, "source-sentence")):
        party = _speaker(parties)
        if party:
            name = party.name
            certainty: Certainty = "reported" if name.role == "outlet" else "confirmed"
            return Source(name.claim_name or None, certainty, name.start, name.end, f"{rule}:{party.roles['source']}")
    cues = {c.kind: c for c in reversed((*reading.cues, *segment.cues))}
    if (cue := cues.get("m_carry_outlet")) and discourse.outlet:
        return Source(discourse.outlet, "reported", cue.start, cue.end, f"carried:{cue.entry}")
    if (cue := cues.get("m_carry_person")) and discourse.person:
        return Source(discourse.person, "confirmed", cue.start, cue.end, f"carried:{cue.entry}")
    if cue := cues.get("m_carry") or cues.get("m_carry_person"):
        return _itself(cue, reading, discourse)
    if cue := cues.get("m_document"):
        return Source(discourse.outlet, "reported", cue.start, cue.end, f"document:{cue.entry}")
    hearsay = cues.get("m_hearsay") or next((c for c in segment.cues if c.tag == "hearsay"), None)
    if hearsay:
        carried = discourse.source if discourse.source and reading.paragraph - discourse.source_paragraph <= 1 else None
        reported = carried.name if carried and carried.certainty == "reported" else None
        return Source(reported, "reported", hearsay.start, hearsay.end, f"hearsay:{hearsay.entry}")
    if cue := cues.get("m_sources"):
        return Source(None, "reported", cue.start, cue.end, f"unnamed:{cue.entry}")
    return discourse.lead or Source(None, "confirmed", segment.start, segment.start, "plain")


def _itself(cue: Cue, reading: Reading, discourse: Discourse) -> Source:
    """Who "it said" means: the outlet that was just cited, else whom the sentence is about, else who spoke before."""
    before = discourse.source
    if before and before.certainty == "reported" and before.name and reading.paragraph == discourse.source_paragraph:
        return Source(before.name, "reported", cue.start, cue.end, f"carried:{cue.entry}")
    subject = next(
        (p for p in reading.parties if not p.oblique and p.name.role != "outlet" and p.name.claim_name), None
    )
    name = subject.name.claim_name if subject else before.name if before else discourse.subject
    return Source(
        name, "confirmed" if not before or subject else before.certainty, cue.start, cue.end, f"itself:{cue.entry}"
    )


def _speaker(parties: list[Party]) -> Party | None:
    speakers = [p for p in parties if "source" in p.roles and p.name.claim_name]
    speakers = [p for p in speakers if p.name.role != "place"] or speakers
    outlet = next((p for p in speakers if p.name.role == "outlet"), None)
    person = next((p for p in speakers if p.name.role == "person"), None)
    return outlet or person or next(iter(speakers), None)
