"""Decides what a segment claims: its event, who plays which part, and which time, sum and count belong to it.

One small interface, `decide(segment, reading, discourse) -> drafts`, over named features (cues, roles, tenses), so that
learned models can take the place of these scored rules. No word of any language stands here; finding words belongs in
`candidates.py`, making a whole of an item in `decoding.py`.
"""

from dataclasses import dataclass, field, replace
from typing import Literal

from pipelines.extraction.candidates import Cue, Goods, Party, Reading, Segment
from pipelines.extraction.claim import Event
from pipelines.extraction.discourse import Discourse, Source, source_of
from pipelines.extraction.names import ProductName

WEIGHTS = {
    "delay": 3.2, "cancel": 3.0, "restrict": 3.0, "resell": 2.6, "rent": 2.6, "promise": 2.4, "buy": 2.2, "ship": 2.2,
    "deliver": 2.2, "supply": 2.0, "install": 1.9, "receive": 1.9, "want": 1.6, "grow": 1.7, "spend": 1.7, "have": 1.3, "move": 0.9,
}  # fmt: skip
"""How much a kind of cue says about the event; what lies between it and the goods is taken off."""

TO_WEIGHTS = {"favour": 3.0, "target": 3.0, "receiver": 3.0, "for": 2.0}
FROM_WEIGHTS = {"origin": 3.0, "instead": 2.5, "destined": 2.5, "awaiting": 2.5, "loser": 2.5, "possessor": 2.5, "source_of": 2.0, "giver": 2.0, "owner": 2.0}
DIVERSION_FROM = 5.5
"""The least sum of evidence for a diversion: both sides by a strong role, or weaker ones and a word that says it."""

STRENGTHS = {"role": 0.95, "subject": 0.88, "group": 0.88, "carried": 0.75, "topic": 0.62, "any": 0.55, "stated": 0.97, "returned": 0.85}
"""How far each way of filling a slot is trusted; the confidence of a claim is their product's root (see `decoding`)."""


@dataclass(frozen=True, slots=True)
class Filled:
    """A slot's value, where it stands, the rule that filled it and how far that rule is trusted."""

    value: object
    start: int
    end: int
    rule: str
    strength: float


@dataclass(slots=True)
class Draft:
    """A claim in the making."""

    event: Event
    segment: Segment
    reading: Reading
    source: Source
    slots: dict[str, Filled] = field(default_factory=dict)
    head: Cue | None = None
    future: bool = False
    caused: bool = False

    def name(self, slot: str) -> str | None:
        """The name in a slot, None where it is empty."""
        filled = self.slots.get(slot)
        return str(filled.value) if filled else None


def decide(segment: Segment, reading: Reading, discourse: Discourse) -> list[Draft]:
    """The claims of a segment; none where nothing is claimed of its goods."""
    if segment.has("veto") or reading.question or _too_few(segment.goods):
        return []
    source = source_of(segment, reading, discourse)
    diversion = _diversion(segment, reading, discourse, source)
    if diversion:
        return [*_each_way(diversion, segment), *_delayed_by(diversion, segment, reading, source)]
    head, inherited = _head(segment)
    if head is None:
        return []
    event, future = _event(head, segment, reading)
    if event is None or (segment.goods.grown == "from" and head.kind != "grow" and event == "plan"):
        return []
    drafts = []
    for parties in _parties(event, head, segment, reading, discourse, inherited):
        draft = Draft(event, segment, reading, source, dict(parties), head, future)
        if complete(draft):
            drafts.append(draft)
    return drafts


def _too_few(goods: Goods) -> bool:
    """A handful of chips is a design or an example, no lot."""
    return goods.number is not None and not goods.number.currency and goods.unit == "gpu" and goods.number.value < 8


# ---- diversions


def _diversion(segment: Segment, reading: Reading, discourse: Discourse, source: Source) -> Draft | None:
    if segment.has("delay") and not segment.has("divert", "move"):
        return None
    candidates = [p for p in segment.parties if p.name.role in ("party", "place") and p.name.claim_name and "source" not in p.roles]
    swap = any(c.kind == "m_swap" for c in reading.cues)
    divert = segment.has("divert")
    if segment.has("resell", "rent") and not divert and not swap:
        return None
    moved = divert or segment.has("move", "receive", "ship", "supply", "deliver") or any("loser" in p.roles for p in candidates)
    moved = moved or (swap and segment.has("resell"))
    back = (discourse.diversion[1], discourse.diversion[0]) if discourse.diversion else None
    best: tuple[float, Filled | None, Filled | None] = (0.0, None, None)
    losers = [(w, f) for p in candidates if (w := _from_weight(p, moved)) and (f := _filled(p, _strongest(p, FROM_WEIGHTS)))]
    receiving = _receiving(segment) if not any("receiver" in p.roles for p in candidates) else None
    if receiving and receiving in candidates:
        receiving.roles.setdefault("receiver", "subject-receives")
    gainers = [(w, f) for p in candidates if (w := _to_weight(p, moved)) and (f := _filled(p, _strongest(p, TO_WEIGHTS)))]
    for loss, loser in losers:
        for gain, gainer in gainers:
            returns = (loser.value, gainer.value) == back
            total = loss + gain + (1.5 if divert else 0.0) + (1.0 if swap or returns else 0.0)
            if loser.value != gainer.value and total > best[0]:
                best = (total, loser, gainer)
    total, from_, to = best
    if total < DIVERSION_FROM:
        from_, to = _returned(losers, gainers, swap, divert, moved, segment, reading, discourse)
        if from_ is None or to is None:
            return None
    draft = Draft("diversion", segment, reading, source, head=segment.first("divert", "move", "receive", "ship"))
    if from_ and to:
        draft.slots.update(from_entity=from_, to_entity=to)
    return draft if from_ and to else None


def _receiving(segment: Segment) -> Party | None:
    """The subject of a verb of receiving before the goods."""
    cue = next((c for c in segment.cues if c.kind == "receive" and c.end <= segment.goods.start <= c.end + 12), None)
    if cue is None:
        return None
    subject = _subject(cue, segment)
    return subject[0] if len(subject) == 1 and not {"origin", "instead"} & set(subject[0].roles) else None


def _returned(
    losers: list[tuple[float, Filled]], gainers: list[tuple[float, Filled]], swap: bool, divert: bool, moved: bool, segment: Segment, reading: Reading, discourse: Discourse
) -> tuple[Filled | None, Filled | None]:
    """In a swap what is not said of the way back is the way there, turned round."""
    same_sentence = discourse.diversion_sentence == reading.index
    if not (swap or divert or same_sentence) or discourse.diversion is None or segment.goods.sort not in ("count", "bare", "same", "kind", "order"):
        return None, None
    there_from, there_to = discourse.diversion
    back_from = Filled(there_to, segment.start, segment.end, "swap-returns", STRENGTHS["returned"])
    back_to = Filled(there_from, segment.start, segment.end, "swap-returns", STRENGTHS["returned"])
    gainer = next((f for _, f in gainers if f.value == there_from), None)
    loser = next((f for w, f in losers if f.value == there_to and (swap or divert or w >= FROM_WEIGHTS["origin"])), None)
    counted = segment.goods.sort in ("count", "bare", "same")
    stranger = any(f.value not in (there_from, there_to) for _, f in (*losers, *gainers))
    if stranger or not (gainer or loser or (counted and (moved or segment.has("m_swap")))) or not (swap or loser):
        return None, None
    return loser or back_from, gainer or back_to


def _strongest(party: Party, weights: dict[str, float]) -> str:
    return max((role for role in party.roles if role in weights), key=lambda r: weights[r], default="")


def _from_weight(party: Party, moved: bool) -> float:
    roles = {role: w for role, w in FROM_WEIGHTS.items() if role in party.roles and (moved or role != "source_of")}
    firm = {"origin", "instead", "destined", "awaiting", "owner", "possessor", "loser"} & set(roles)
    if not firm and any(role in party.roles for role in TO_WEIGHTS):
        return 0.0
    return max(roles.values(), default=0.0)


def _to_weight(party: Party, moved: bool) -> float:
    if "origin" in party.roles or "instead" in party.roles:
        return 0.0
    return max((w for role, w in TO_WEIGHTS.items() if role in party.roles and (moved or role != "target")), default=0.0)


def _filled(party: Party, role: str, strength: str = "role") -> Filled:
    weight = STRENGTHS[strength] * (1.0 if party.name.how == "name" else 0.95)
    return Filled(party.name.claim_name, party.name.start, party.name.end, f"{party.roles.get(role, role)}/{party.name.how}", weight)


def _each_way(diversion: Draft, segment: Segment) -> list[Draft]:
    """One diversion for each party of a group that gains ("to X and xAI")."""
    gainer = diversion.slots["to_entity"]
    first = next((p for p in segment.parties if p.name.start == gainer.start), None)
    group = [p for p in segment.parties if first and p.group == first.group and p.name.claim_name != diversion.name("from_entity")]
    names = dict.fromkeys(p.name.claim_name for p in group)
    if len(names) < 2:
        return [diversion]
    chosen = [next(p for p in group if p.name.claim_name == name) for name in names]
    return [replace(diversion, slots=diversion.slots | {"to_entity": _filled(p, _strongest(p, TO_WEIGHTS) or "group")}) for p in chosen]


def _delayed_by(diversion: Draft, segment: Segment, reading: Reading, source: Source) -> list[Draft]:
    """The delay that a sentence says a diversion causes, where it says how long."""
    cue = segment.first("delay")
    if cue is None or not segment.durations:
        return []
    loser = diversion.slots["from_entity"]
    owner = next((p for p in segment.parties if "owner" in p.roles and p.name.start > cue.start and p.name.role == "party"), None)
    waiting = _filled(owner, "owner") if owner and owner.name.claim_name else loser
    return [Draft("delay", segment, reading, source, {"to_entity": waiting}, cue, caused=True)]


# ---- events


def _head(segment: Segment) -> tuple[Cue | None, bool]:
    """The cue that governs the goods, by weight and nearness; one of the segment before where there is none."""
    best: tuple[float, Cue] | None = None
    for cue in segment.cues:
        weight = WEIGHTS.get(cue.kind)
        if weight is None:
            continue
        goods = segment.goods
        distance = goods.start - cue.end if cue.end <= goods.start else max(0, cue.start - goods.end)
        score = weight - distance / 70 - (0.1 if cue.start > goods.end else 0.0)
        if best is None or score > best[0]:
            best = (score, cue)
    if best:
        return best[1], False
    if segment.before and segment.goods.sort in ("count", "bare"):
        return _head(segment.before)[0], True
    return None, False


def _event(head: Cue, segment: Segment, reading: Reading) -> tuple[Event | None, bool]:
    """The event of a cue in its tense and mood, and whether it is still to come."""
    if segment.goods.grown and any(c.kind == "grow" for c in reading.cues):
        planned = any(c.kind in ("m_future", "want") or c.tag == "future" for c in reading.cues)
        return ("holding" if segment.goods.grown == "from" or not planned else "plan"), planned
    near = [c for c in (*segment.cues, *(segment.before.cues if segment.before and head not in segment.cues else ()))]
    own = head in segment.cues
    future = head.tag == "future" or any(c.kind == "m_future" and (_governs(c, head) or (not own and c in segment.cues)) for c in near)
    wanted = any(c.kind == "want" and (c is head or _governs(c, head)) for c in near)
    past = head.tag in ("past", "hearsay") and not future
    to_come = future or wanted
    kind = head.kind
    simple: dict[str, Event] = {
        "delay": "delay", "cancel": "cancellation", "restrict": "restriction", "resell": "resale", "promise": "allocation",
        "want": "plan", "ship": "shipment",
    }  # fmt: skip
    if kind == "promise" and not any(p.name.role in ("maker", "party") and not p.oblique for p in segment.parties):
        return ("plan" if any(p.name.role == "person" and not p.oblique for p in segment.parties) else "allocation"), True
    if kind in simple:
        return simple[kind], to_come or kind == "want"
    if kind == "have":
        return ("plan" if to_come else "holding"), to_come
    if kind == "spend":
        return ("plan" if to_come or any(p.near[1] > segment.published for p, _ in segment.periods if segment.published) else "order"), to_come
    if kind == "buy":
        return ("plan" if to_come and not _agreed(head) else "order"), to_come
    if kind == "install":
        return ("plan" if to_come else "delivery"), to_come
    if kind in ("deliver", "receive"):
        return ("plan" if wanted else "shipment" if future else "delivery"), to_come
    if kind == "supply":
        return ("delivery" if past else "allocation"), to_come
    if kind == "rent":
        return ("plan" if wanted else "resale"), to_come
    if kind == "move":
        return ("shipment" if segment.goods.sort != "order" else None), to_come
    return None, to_come


def _governs(modal: Cue, head: Cue) -> bool:
    """Whether a word of time or will stands before the cue, or right behind it ("bekommen soll")."""
    return 0 <= head.start - modal.end <= 110 or 0 <= modal.start - head.end <= 14 or (modal.start <= head.start and head.end <= modal.end)


def _agreed(head: Cue) -> bool:
    return head.tag == "agreed"


# ---- parties


Rank = tuple[tuple[str, ...], ...]

RECIPIENTS: dict[str, Rank] = {
    "order": (("subject",), ("buyer", "owner"), ("favour", "for")),
    "plan": (("favour",), ("subject",), ("owner", "possessor", "receiver", "buyer"), ("for", "target", "site")),
    "allocation": (("target", "favour"), ("receiver",), ("for",), ("subject",)),
    "shipment": (("target", "favour"), ("receiver", "owner"), ("for",), ("subject",)),
    "delivery": (("receiver",), ("target", "favour"), ("subject", "owner"), ("for", "site")),
    "delay": (("owner", "possessor", "receiver"), ("target", "favour", "told"), ("for",), ("subject",)),
    "cancellation": (("subject",), ("owner",), ("target",)),
    "restriction": (("target",), ("receiver", "favour", "for"), ("subject",), ("place",)),
    "resale": (("target",), ("receiver",), ("subject",)),
    "holding": (("subject",), ("owner", "possessor"), ("site", "target")),
}


def _parties(
    event: Event, head: Cue, segment: Segment, reading: Reading, discourse: Discourse, inherited: bool
) -> list[dict[str, Filled]]:
    """One set of party slots for each recipient; a group of parties makes one each."""
    seller = _seller(event, segment)
    taken = {seller.value} if seller else set()
    lessor: Filled | None = None
    if event == "resale":
        lessor, seller = _lessor(head, segment, reading, seller), None
        taken = {lessor.value} if lessor else set()
    group = _recipients(event, head, segment, taken)
    carried = None
    if not group and discourse.group and any(c.kind == "m_group" for c in segment.cues):
        group = [Filled(name, segment.start, segment.start, "group-before", STRENGTHS["carried"]) for name in discourse.group]
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
    roles = {"order": ("seller", "source_of"), "plan": ("seller",), "delivery": ("seller", "source_of"), "shipment": ("source_of",)}.get(event, ())
    for role in roles:
        for party in segment.parties:
            if role in party.roles and party.name.role in ("party", "maker") and party.name.claim_name:
                return _filled(party, role)
    if event in ("allocation", "shipment"):
        subject = next((p for p in segment.parties if not p.oblique and p.name.role in ("maker", "party") and "source" not in p.roles), None)
        givers = {c.kind for c in segment.cues} & {"supply", "promise", "ship"}
        if subject and givers and subject.name.start < segment.goods.start and "receiver" not in subject.roles:
            return _filled(subject, "subject", "subject")
    return None


def _lessor(head: Cue, segment: Segment, reading: Reading, seller: Filled | None) -> Filled | None:
    for party in segment.parties:
        if party.name.role in ("party", "place", "maker") and party.name.claim_name and {"seller", "source_of"} & set(party.roles):
            return _filled(party, "seller" if "seller" in party.roles else "source_of")
    if any("target" in p.roles or "favour" in p.roles for p in segment.parties):
        subject = _subject(head, segment)
        if subject:
            return _filled(subject[0], "subject", "subject")
    return None


def _usable(party: Party, event: Event, taken: set[object]) -> bool:
    name = party.name
    if not name.claim_name or name.claim_name in taken or name.role in ("outlet", "person"):
        return False
    if name.role == "place":
        return event in ("restriction", "resale", "order", "shipment", "cancellation") or name.how == "collective"
    return name.role != "maker" or event in ("order", "holding")


def _subject(head: Cue, segment: Segment) -> list[Party]:
    """The parties before the cue that no preposition governs, the nearest group of them."""
    before = [
        p for p in segment.parties
        if p.name.start < head.start and not p.oblique and p.name.role not in ("outlet", "person") and p.name.claim_name
        and not {"owner", "told"} & set(p.roles)
    ]  # fmt: skip
    if not before:
        return []
    chosen = [p for p in before if p.name.role != "maker"] or before
    speaking = [p for p in chosen if "source" not in p.roles] or chosen
    return [p for p in before if p.group == speaking[-1].group]


def _wisher(head: Cue, segment: Segment) -> Party | None:
    """The person who wants something in his own name: the nearest subject of the cue, nobody between."""
    before = [p for p in segment.parties if p.name.start < head.start and not p.oblique and p.name.role != "outlet"]
    return before[-1] if before and before[-1].name.role == "person" and "wisher" in before[-1].roles else None


def _recipients(event: Event, head: Cue, segment: Segment, taken: set[object]) -> list[Filled]:
    usable = [p for p in segment.parties if _usable(p, event, taken)]
    if event == "plan" and segment.goods.number and (wisher := _wisher(head, segment)):
        beneficiary = [p for p in usable if {"for", "favour", "target"} & set(p.roles) and p.name.start > wisher.name.start]
        return [_filled(p, "for") for p in beneficiary] or [_filled(wisher, "wisher")]
    subject = [p for p in _subject(head, segment) if p in usable] or [
        p for p in usable if not p.oblique and p.name.start < segment.goods.start and "source" not in p.roles
    ][-1:]
    for roles in RECIPIENTS[event]:
        found = [p for p in usable if set(roles) & set(p.roles) or (roles == ("place",) and p.name.role == "place")]
        if found:
            group = [p for p in usable if p.group == found[0].group]
            return [_filled(p, next((r for r in roles if r in p.roles), "group")) for p in group]
        if "subject" in roles and subject:
            group = [p for p in usable if p.group == subject[0].group]
            return [_filled(p, "subject", "subject") for p in group]
    speakers = [p for p in usable if "source" in p.roles and p.name.role == "party"]
    if speakers and event in ("plan", "order", "holding", "delivery"):
        return [_filled(speakers[0], "speaker", "carried")]
    return []


def _carried_recipient(
    event: Event, head: Cue, segment: Segment, reading: Reading, discourse: Discourse, taken: set[object]
) -> Filled | None:
    """The subject of the clause before, or whom the sentence before was about where a pronoun takes it up."""
    last = segment.before
    while last is not None:
        usable = [p for p in last.parties if _usable(p, event, taken) and not p.oblique and "source" not in p.roles]
        if event not in ("restriction", "resale", "allocation"):
            found = [_filled(usable[-1], "clause-before", "carried")] if usable else _recipients(event, head, last, taken)
            if found:
                return replace(found[0], rule="clause-before", strength=STRENGTHS["carried"])
        last = last.before
    pronoun = segment.first("m_pronoun") or next((c for c in reading.cues if c.kind == "m_pronoun"), None)
    maker = discourse.subject == discourse.maker and event not in ("order", "holding")
    if pronoun and discourse.subject and discourse.subject not in taken and event not in ("restriction", "resale") and not maker:
        return Filled(discourse.subject, pronoun.start, pronoun.end, f"pronoun:{pronoun.entry}", STRENGTHS["carried"])
    nobody = not any(_usable(p, event, taken) for p in reading.parties)
    spoken = any(p.name.role == "person" for p in reading.parties) or segment.has("m_carry_person", "m_carry")
    spoken = spoken or (discourse.source is not None and discourse.source_paragraph == reading.paragraph)
    counted = segment.goods.sort == "count" and event in ("plan", "holding", "delivery")
    if discourse.subject and discourse.subject not in taken and counted and nobody and spoken:
        return Filled(discourse.subject, segment.start, segment.start, "topic", STRENGTHS["topic"])
    if event == "plan" and segment.goods.sort in ("count", "bare"):
        person = next((p for p in segment.parties if p.name.role == "person" and not p.oblique and p.name.start < segment.goods.start), None)
        if person:
            return _filled(person, "person", "carried")
    return None


def complete(draft: Draft) -> bool:
    """Whether an event has what it needs: parties, and something counted, paid or named."""
    goods, slots = draft.segment.goods, draft.slots
    if draft.event in ("order", "plan", "delivery", "holding", "cancellation") and "to_entity" not in slots:
        return False
    if draft.event in ("allocation", "restriction") and "to_entity" not in slots:
        return False
    if draft.event == "resale" and not ("from_entity" in slots or "to_entity" in slots):
        return False
    if draft.event == "holding" and goods.sort not in ("count", "bare"):
        return False
    if draft.event == "shipment" and "to_entity" not in slots and not ("supplier" in slots and goods.sort == "count"):
        return False
    if draft.event == "delay" and "to_entity" not in slots and not _named(goods.product):
        return False
    if goods.sort == "kind" and goods.product and goods.product.weak and not goods.definite and not draft.segment.money and draft.event not in ("delay", "diversion", "cancellation"):
        return False
    if goods.sort == "value" and draft.event not in ("delay", "cancellation") and not draft.segment.products:
        return False
    return goods.sort != "order" or draft.event in ("delay", "cancellation", "diversion")


def _named(product: ProductName | None) -> bool:
    return product is not None and not product.generic


Tense = Literal["near", "past", "future"]
