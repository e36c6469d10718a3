"""Decides who plays which part in an event: buyer, seller, lessor, who waits, who holds.

Here belong the order in which roles are asked for each event, and what is carried over from a clause or sentence
before.
Diversions have rules of their own, in `diversions.py`.
"""

from dataclasses import replace

from pipelines.extraction.claim import Event
from pipelines.extraction.discourse import Discourse
from pipelines.extraction.drafts import STRENGTHS, Filled, filled_by
from pipelines.extraction.features import Cue, Party, Reading, Segment

Rank = tuple[tuple[str, ...], ...]
RECIPIENTS: dict[str, Rank] = {
    "order": (("subject",), ("buyer", "owner"), ("favour", "for")),
    "plan": (("favour",), ("subject",), ("owner", "possessor", "receiver", "buyer"), ("for", "target", "site")),
    "allocation": (("target", "favour"), ("receiver",), ("for",), ("subject",)),
    "shipment": (("target", "favour"), ("receiver", "owner"), ("for",), ("subject",)),
    "delivery": (("receiver",), ("target", "favour"), ("subject",), ("owner",), ("for", "site")),
    "delay": (("owner", "possessor", "receiver"), ("target", "favour", "told"), ("for",), ("subject",)),
    "cancellation": (("subject",), ("owner",), ("target",)),
    "restriction": (("target",), ("receiver", "favour", "for"), ("subject",), ("place",)),
    "resale": (("target",), ("receiver",), ("subject",)),
    "holding": (("subject",), ("owner", "possessor"), ("site", "target")),
}


def party_slots(
    event: Event, head: Cue, segment: Segment, reading: Reading, discourse: Discourse
) -> list[dict[str, Filled]]:
    """One set of party slots for each recipient; a group of parties makes one each."""
    seller = _seller(event, segment)
    taken = {seller.value} if seller else set()
    lessor: Filled | None = None
    if event == "resale":
        lessor, seller = _lessor(head, segment), None
        taken = {lessor.value} if lessor else set()
    group = _recipients(event, head, segment, taken)
    if event == "plan" and segment.goods.number and discourse.person and (pronoun := _he(head, segment, len(group))):
        group = [Filled(discourse.person, pronoun.start, pronoun.end, f"pronoun:{pronoun.entry}", STRENGTHS["carried"])]
    carried = None
    if not group and discourse.group and any(c.kind == "m_group" for c in segment.cues):
        group = [
            Filled(name, segment.start, segment.start, "group-before", STRENGTHS["carried"]) for name in discourse.group
        ]
    if not group:
        carried = _carried_recipient(event, head, segment, reading, discourse, taken)
    slots: dict[str, Filled] = {}
    if seller:
        slots["supplier"] = seller
    if lessor:
        slots["from_entity"] = lessor
    if not group:
        return [slots | {"to_entity": carried}] if carried else [slots]
    return [slots | {"to_entity": filled} for filled in group]


def _seller(event: Event, segment: Segment) -> Filled | None:
    roles = {
        "order": ("seller", "source_of"),
        "plan": ("seller",),
        "delivery": ("seller", "source_of"),
        "shipment": ("source_of",),
    }.get(event, ())
    for role in roles:
        for party in segment.parties:
            if role in party.roles and party.name.role in ("party", "maker") and party.name.claim_name:
                return filled_by(party, role)
    offered = event == "plan" and segment.has("supply") and any("target" in p.roles for p in segment.parties)
    if event in ("allocation", "shipment") or offered:
        subject = next(
            (
                p
                for p in segment.parties
                if not p.oblique and p.name.role in ("maker", "party") and "source" not in p.roles
            ),
            None,
        )
        givers = {c.kind for c in segment.cues} & {"supply", "promise", "ship"}
        if subject and givers and subject.name.start < segment.goods.start and "receiver" not in subject.roles:
            return filled_by(subject, "subject", "subject")
    return None


def _lessor(head: Cue, segment: Segment) -> Filled | None:
    for party in segment.parties:
        if (
            party.name.role in ("party", "place")
            and party.name.claim_name
            and {"seller", "source_of"} & set(party.roles)
        ):
            return filled_by(party, "seller" if "seller" in party.roles else "source_of")
    if any("target" in p.roles or "favour" in p.roles for p in segment.parties):
        subject = subject_of(head, segment) or (subject_of(head, segment.before) if segment.before else [])
        if subject:
            return filled_by(subject[0], "subject", "subject")
    return None


def _usable(party: Party, event: Event, taken: set[object]) -> bool:
    name = party.name
    if not name.claim_name or name.claim_name in taken or name.role in ("outlet", "person"):
        return False
    if name.role == "place":
        return event in ("restriction", "resale", "order", "shipment", "cancellation") or name.how == "collective"
    return name.role != "maker" or event in ("order", "holding")


def subject_of(head: Cue, segment: Segment) -> list[Party]:
    """The parties before the cue that no preposition governs, the nearest group of them."""
    before = [
        p for p in segment.parties
        if p.name.start < head.start and not p.oblique and p.name.role not in ("outlet", "person") and p.name.claim_name
        and not {"owner", "told"} & set(p.roles)
    ]  # fmt: skip
    if not before:
        return []
    chosen = [p for p in before if p.name.role != "maker"] or before
    last = chosen[-1]
    if "source" in last.roles and any(
        c.kind == "m_pronoun" and last.name.end <= c.start < head.start for c in segment.cues
    ):
        return [last]  # "X said that it had bought": whoever speaks is meant
    speaking = [p for p in chosen if "source" not in p.roles] or chosen
    return [p for p in before if p.group == speaking[-1].group]


def _wisher(head: Cue, segment: Segment) -> Party | None:
    """The person who wants something in his own name: the nearest subject of the cue, nobody between."""
    before = [p for p in segment.parties if p.name.start < head.start and not p.oblique and p.name.role != "outlet"]
    return before[-1] if before and before[-1].name.role == "person" and "wisher" in before[-1].roles else None


def _he(head: Cue, segment: Segment, members: int) -> Cue | None:
    """The pronoun right before the cue that means a person, or cannot mean the several parties before it."""
    kinds = ("m_he", "m_pronoun") if members > 1 else ("m_he",)
    return next((c for c in segment.cues if c.kind in kinds and 0 <= head.start - c.end <= 12), None)


def _recipients(event: Event, head: Cue, segment: Segment, taken: set[object]) -> list[Filled]:
    usable = [p for p in segment.parties if _usable(p, event, taken)]
    if event == "plan" and segment.goods.number and (wisher := _wisher(head, segment)):
        beneficiary = [
            p
            for p in usable
            if "for" in p.roles or ({"favour", "target"} & set(p.roles) and p.name.start > wisher.name.start)
        ]
        return [filled_by(p, "for") for p in beneficiary] or [filled_by(wisher, "wisher")]
    subject = [p for p in subject_of(head, segment) if p in usable] or [
        p for p in usable if not p.oblique and p.name.start < segment.goods.start and "source" not in p.roles
    ][-1:]
    ranks = RECIPIENTS["allocation" if event == "plan" and head.kind == "supply" else event]
    for roles in ranks:
        # A maker's own goods are what it makes; only as a subject does it hold or order them.
        asked = [p for p in usable if p.name.role != "maker"]
        if event == "delivery":
            asked = [p for p in asked if "possessor" not in p.roles]  # "gets 12,000 of X's" reaches not X
        found = [p for p in asked if set(roles) & set(p.roles) or (roles == ("place",) and p.name.role == "place")]
        if found:
            group = [p for p in usable if p.group == found[0].group]
            return [filled_by(p, next((r for r in roles if r in p.roles), "group")) for p in group]
        if "subject" in roles and subject:
            group = [p for p in usable if p.group == subject[0].group]
            return [filled_by(p, "subject", "subject") for p in group]
    speakers = [p for p in usable if "source" in p.roles and p.name.role == "party"]
    if speakers and event in ("plan", "order", "holding", "delivery"):
        return [filled_by(speakers[0], "speaker", "carried")]
    return []


def _carried_recipient(
    event: Event, head: Cue, segment: Segment, reading: Reading, discourse: Discourse, taken: set[object]
) -> Filled | None:
    """The subject of the clause before, or whom the sentence before was about where a pronoun takes it up."""
    last = segment.before
    while last is not None:
        usable = [p for p in last.parties if _usable(p, event, taken) and not p.oblique and "source" not in p.roles]
        if event not in ("restriction", "resale", "allocation"):
            found = (
                [filled_by(usable[-1], "clause-before", "carried")] if usable else _recipients(event, head, last, taken)
            )
            if found:
                return replace(found[0], rule="clause-before", strength=STRENGTHS["carried"])
        last = last.before
    pronoun = segment.first("m_pronoun") or next((c for c in reading.cues if c.kind == "m_pronoun"), None)
    maker = discourse.subject == discourse.maker and event not in ("order", "holding")
    if (
        pronoun
        and discourse.subject
        and discourse.subject not in taken
        and event not in ("restriction", "resale")
        and not maker
    ):
        return Filled(discourse.subject, pronoun.start, pronoun.end, f"pronoun:{pronoun.entry}", STRENGTHS["carried"])
    nobody = not any(_usable(p, event, taken) for p in reading.parties)
    spoken = any(p.name.role == "person" for p in reading.parties) or segment.has("m_carry_person", "m_carry")
    spoken = spoken or (discourse.source is not None and discourse.source_paragraph == reading.paragraph)
    counted = segment.goods.sort == "count" and event in ("plan", "holding", "delivery")
    if discourse.subject and discourse.subject not in taken and counted and nobody and spoken:
        return Filled(discourse.subject, segment.start, segment.start, "topic", STRENGTHS["topic"])
    if event == "plan" and segment.goods.sort in ("count", "bare"):
        person = next(
            (
                p
                for p in segment.parties
                if p.name.role == "person" and not p.oblique and p.name.start < segment.goods.start
            ),
            None,
        )
        if person:
            return filled_by(person, "person", "carried")
    return None
