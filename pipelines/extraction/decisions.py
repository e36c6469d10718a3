"""Decides what a segment claims: its event, and who plays which part in it, by learned weights.

One interface, `decide(segment, reading, discourse) -> drafts`. Features and candidates come from `evidence.py`, weights
from `model.py`; counts, sums, times and products are filled in `filling.py`. No word of any language stands here.
"""

from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from pipelines.extraction import evidence
from pipelines.extraction.claim import Event
from pipelines.extraction.discourse import Discourse, source_of
from pipelines.extraction.diversions import Way, diversion_of
from pipelines.extraction.drafts import Draft, Filled
from pipelines.extraction.evidence import Candidate
from pipelines.extraction.features import Cue, Reading, Segment
from pipelines.extraction.model import EVENTS, Floats, Model

NEED_BOTH: tuple[Event, ...] = ("diversion",)
NEED_RECIPIENT: tuple[Event, ...] = (
    "order",
    "plan",
    "allocation",
    "delivery",
    "cancellation",
    "restriction",
    "holding",
)
BOUGHT: tuple[Event, ...] = ("order", "plan", "allocation", "shipment", "delivery")
"""Events in which nobody whose trade is making chips gets what it makes."""
GIVEN_BY: tuple[Event, ...] = ("diversion", "resale")
"""Events of which `from_entity` is told."""
UNDOUBTED, STRICT = 0.75, 16.0
"""A diversion needs at least this share without a strict reading, and weighs so much more with one: a wrong diversion
is worse than a missed one."""
LIKELY = 0.4
"""The least share at which an optional party is taken, or a further party of a group."""


class Decider(Protocol):
    """Whatever says what a segment claims."""

    model: Model

    def decide(self, segment: Segment, reading: Reading, discourse: Discourse) -> list[Draft]:
        """The claims of a segment, their parties filled; none where nothing is claimed of its goods."""


@dataclass(slots=True)
class _Choice:
    share: float
    candidate: Candidate
    features: list[str]
    rival: float = 0.0


def weighed_shares(shares: Floats, strict: bool, slipping: bool) -> Floats:
    """The shares of no claim and of each event, adding up to 1, with what the strict reading says of a diversion.

    `strict` says whether a strict reading finds a diversion, `slipping` whether the segment says how late something is.
    """
    weighed, diverted = shares.copy(), 1 + EVENTS.index("diversion")
    if strict:
        weighed[diverted] *= STRICT
    elif slipping or shares[diverted] < UNDOUBTED:
        weighed[diverted] = 0.0
    return np.asarray(weighed / np.add.reduce(weighed), dtype=np.float64)


def chosen_event(shares: Floats) -> Event | None:
    """The event of a segment by the shares of no claim and of each event; None where it claims nothing."""
    return None if shares[0] > np.add.reduce(shares[1:]) else EVENTS[int(shares[1:].argmax())]


class Learned:
    """Decides by a model."""

    def __init__(self, model: Model) -> None:
        self.model = model

    def decide(self, segment: Segment, reading: Reading, discourse: Discourse) -> list[Draft]:
        """The claims of a segment; one for each party of a group."""
        if segment.has("veto") or reading.question:
            return []
        strict = diversion_of(segment, reading, discourse)
        shares = self.model.events(evidence.of_segment(segment, reading, discourse, strict))
        shares = weighed_shares(shares, strict is not None, segment.has("delay") and bool(segment.durations))
        event = chosen_event(shares)
        if event is None:
            return []
        head = evidence.governing(segment)
        if event == "cancellation" and head is not None and evidence.negated(head, segment):
            return []
        chosen = self._parties(event, head, segment, reading, discourse, strict)
        if chosen is None:
            return []
        source = source_of(segment, reading, discourse)
        drafts = []
        rivals = shares.tolist()
        share = rivals.pop(1 + EVENTS.index(event))
        for parties in chosen:
            draft = Draft(event, segment, reading, source, head=head, future=to_come(event, head, segment))
            draft.slots.update({slot: self._filled(slot, event, choice, segment) for slot, choice in parties.items()})
            draft.strict = _agrees(strict, draft)
            draft.share, draft.rival = share, max(rivals)
            drafts.append(draft)
        return drafts + delayed_by(drafts, segment)

    def _parties(
        self,
        event: Event,
        head: Cue | None,
        segment: Segment,
        reading: Reading,
        discourse: Discourse,
        strict: Way | None,
    ) -> list[dict[str, _Choice]] | None:
        found = evidence.candidates(segment, reading, discourse)
        features = [evidence.of_candidate(c, segment, reading, discourse, head, strict) for c in found]

        def ranked(slot: str) -> list[_Choice]:
            choices = [_Choice(self.model.fills(slot, f, event), c, f) for c, f in zip(found, features, strict=True)]
            return sorted(choices, key=lambda c: -c.share)

        to, from_ = ranked("to_entity"), ranked("from_entity") if event in GIVEN_BY else []
        if event in BOUGHT:
            to = [c for c in to if not evidence.makes_goods(c.candidate, segment, reading)]
        if event == "delay" and segment.goods.product:
            to = [c for c in to if c.candidate.name != segment.goods.product.vendor]
        best_to, best_from = _pair(to, from_, event in NEED_BOTH or event in NEED_RECIPIENT, event in NEED_BOTH)
        if event == "diversion" and strict:
            loser, gainer = (str(filled.value) for filled in strict)
            best_from = next((c for c in from_ if c.candidate.name == loser), best_from)
            best_to = next((c for c in to if c.candidate.name == gainer), best_to)
        elif event == "diversion" and returns(best_from, best_to, reading, discourse):
            best_to, best_from = best_from, best_to
        if (event in NEED_BOTH and not (best_to and best_from)) or (event in NEED_RECIPIENT and not best_to):
            return None
        chosen = {c.candidate.name for c in (best_to, best_from) if c}
        for best, choices in ((best_to, to), (best_from, from_)):
            if best:
                best.rival = max((c.share for c in choices if c.candidate.name not in chosen), default=0.0)
        slots = {"from_entity": best_from} if best_from else {}
        seller = next((c for c in ranked("supplier") if c.candidate.name not in chosen), None)
        if seller and seller.share > LIKELY:
            slots["supplier"] = seller
        if best_to is None:
            return [slots]
        return [slots | {"to_entity": choice} for choice in _group(best_to, to, best_from)]

    def _filled(self, slot: str, event: Event, choice: _Choice, segment: Segment) -> Filled:
        party = choice.candidate.party
        rule = self.model.slots[slot].strongest(choice.features, EVENTS.index(event)) or choice.candidate.place
        start, end = (party.name.start, party.name.end) if party else (segment.start, segment.start)
        return Filled(choice.candidate.name, start, end, rule, choice.share, choice.rival, choice.candidate.place)


def _pair(
    to: list[_Choice], from_: list[_Choice], to_needed: bool, from_needed: bool
) -> tuple[_Choice | None, _Choice | None]:
    """The likeliest two, different from each other; who is not needed stays away unless likely."""
    first = to[0] if to and (to_needed or to[0].share > LIKELY) else None
    second = from_[0] if from_ and (from_needed or from_[0].share > LIKELY) else None
    if first is None or second is None or first.candidate.name != second.candidate.name:
        return first, second
    pairs = [(a, b) for a in to for b in from_ if a.candidate.name != b.candidate.name]
    if not pairs:
        return (first, None) if first.share >= second.share else (None, second)
    best = max(pairs, key=lambda pair: pair[0].share * pair[1].share)
    if not to_needed and best[0].share <= LIKELY:
        return None, second
    return (best[0], None) if not from_needed and best[1].share <= LIKELY else best


def _group(best: _Choice, to: list[_Choice], giver: _Choice | None) -> list[_Choice]:
    """All of the group of the best that are likely too ("to X and xAI"), in the order of the text."""
    party = best.candidate.party
    if party is None and best.candidate.place != "group":
        return [best]
    names: dict[str, _Choice] = {}
    for choice in to:
        other = choice.candidate.party
        together = other.group == party.group if party and other else choice.candidate.place == best.candidate.place
        if together and choice.share > LIKELY and not (giver and giver.candidate.name == choice.candidate.name):
            names.setdefault(choice.candidate.name, choice)
    names.setdefault(best.candidate.name, best)
    return sorted(names.values(), key=lambda c: c.candidate.party.name.start if c.candidate.party else 0)


def returns(giver: _Choice | None, taker: _Choice | None, reading: Reading, discourse: Discourse) -> bool:
    """Whether goods that seem to go the way told before are those that come back in a swap."""
    if giver is None or taker is None or reading.index - discourse.diversion_sentence > 1:
        return False
    if discourse.diversion != (giver.candidate.name, taker.candidate.name):
        return False
    party = taker.candidate.party if taker.candidate.place == "segment" else None
    owned = party is not None and bool(evidence.LOSING & set(party.roles))
    return owned or any(cue.kind == "m_swap" for cue in reading.cues)


def _agrees(strict: Way | None, draft: Draft) -> bool:
    sides = (draft.name("from_entity"), draft.name("to_entity"))
    return draft.event == "diversion" and strict is not None and sides == tuple(side.value for side in strict)


def delayed_by(drafts: list[Draft], segment: Segment) -> list[Draft]:
    """The delay that a segment says its diversion causes, where it says how long: who loses the goods waits."""
    cue = segment.first("delay")
    if cue is None or not segment.durations or not drafts or drafts[0].event != "diversion":
        return []
    waiting = drafts[0].slots["from_entity"]
    return [replace(drafts[0], event="delay", slots={"to_entity": waiting}, head=cue, caused=True)]


def to_come(event: Event, head: Cue | None, segment: Segment) -> bool:
    """Whether what a claim says is still to come, by its event, its cue and the words of time and will around it."""
    if event in ("delivery", "holding") or head is None:
        return False
    if event == "plan" or head.tag == "future" or head.kind == "want":
        return True
    near = [*segment.cues, *(segment.before.cues if segment.before and head not in segment.cues else ())]
    own = head in segment.cues
    return any(c.kind in ("m_future", "want") and (_governs(c, head) or (not own and c in segment.cues)) for c in near)


def _governs(modal: Cue, head: Cue) -> bool:
    """Whether a word of time or will stands before the cue, or right behind it ("bekommen soll")."""
    return (
        0 <= head.start - modal.end <= 110
        or 0 <= modal.start - head.end <= 14
        or (modal.start <= head.start and head.end <= modal.end)
    )
