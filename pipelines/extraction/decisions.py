"""Decides what a segment claims: its event, in which tense and mood, and whether it has what the event needs.

One small interface, `decide(segment, reading, discourse) -> drafts`, over named features (cues, roles, tenses), so that
learned models can take the place of these scored rules. No word of any language stands here; finding words belongs in
`candidates.py`, making a whole of an item in `decoding.py`.
"""

from pipelines.extraction.claim import Event
from pipelines.extraction.discourse import Discourse, Source, source_of
from pipelines.extraction.diversions import delayed_by, diversion_of, each_way
from pipelines.extraction.drafts import Draft
from pipelines.extraction.features import Cue, Goods, Reading, Segment
from pipelines.extraction.names import ProductName
from pipelines.extraction.parties import party_slots
from pipelines.extraction.periods import Period

WEIGHTS = {
    "delay": 3.2, "cancel": 3.0, "restrict": 3.0, "resell": 2.6, "rent": 2.6, "promise": 2.4, "buy": 2.2, "ship": 2.2,
    "deliver": 2.2, "supply": 2.0, "install": 1.9, "receive": 1.9, "want": 1.6, "grow": 1.7, "spend": 1.7,
    "have": 1.3, "move": 0.9,
}  # fmt: skip
"""How much a kind of cue says about the event; what lies between it and the goods is taken off."""


def decide(segment: Segment, reading: Reading, discourse: Discourse) -> list[Draft]:
    """The claims of a segment; none where nothing is claimed of its goods."""
    if segment.has("veto") or reading.question or _too_few(segment.goods):
        return []
    source = source_of(segment, reading, discourse)
    diversion = diversion_of(segment, reading, discourse, source)
    if diversion:
        return [*each_way(diversion, segment), *delayed_by(diversion, segment, reading, source)]
    if segment.goods.pronoun:
        return []
    if segment.goods.number is None and any("ahead" in party.roles for party in segment.parties):
        return []  # who is served first is no lot of goods
    head = _head(segment)
    if head is None:
        return []
    head = _spending(_late(head, segment), segment)
    event, future = _event(head, segment, reading, _of_person(source, reading, discourse))
    if event is None or (segment.goods.grown == "from" and head.kind != "grow" and event == "plan"):
        return []
    drafts = []
    for parties in party_slots(event, head, segment, reading, discourse):
        draft = Draft(event, segment, reading, source, dict(parties), head, future)
        if complete(draft):
            drafts.append(draft)
    return drafts


def _too_few(goods: Goods) -> bool:
    """A handful of chips is a design or an example, no lot."""
    return goods.number is not None and not goods.number.currency and goods.unit == "gpu" and goods.number.value < 8


def _head(segment: Segment) -> Cue | None:
    """The cue that governs the goods, by weight and nearness; one of the segment before where there is none."""
    best: tuple[float, Cue] | None = None
    for cue in segment.cues:
        weight = WEIGHTS.get(cue.kind)
        if weight is None or (cue.kind == "grow" and not segment.goods.grown):
            continue
        goods = segment.goods
        distance = goods.start - cue.end if cue.end <= goods.start else max(0, cue.start - goods.end)
        score = weight - distance / 70 - (0.1 if cue.start > goods.end else 0.0)
        if best is None or score > best[0]:
            best = (score, cue)
    if best:
        return best[1]
    if segment.before and segment.goods.sort in ("count", "bare"):
        return _head(segment.before)
    return None


_DONE_LATE = ("buy", "ship", "deliver", "install", "supply", "receive", "move", "promise", "have", "want", "spend")


def _late(head: Cue, segment: Segment) -> Cue:
    """The cue of lateness in place of the noun of what is late, or of any verb where the slip is stated."""
    late = segment.first("delay")
    if late is None or head.kind not in _DONE_LATE:
        return head
    return late if segment.durations or head.tag == "noun" else head


def _spending(head: Cue, segment: Segment) -> Cue:
    """What is to be spent or wanted, in place of the noun of the purchase that it is for."""
    if head.kind != "buy" or head.tag != "noun":
        return head
    return next((c for c in segment.cues if c.kind == "spend" and c.tag == "future"), head)


def _of_person(source: Source, reading: Reading, discourse: Discourse) -> bool:
    """Whether a person says it, so that a conditional is what he expects and no hearsay."""
    persons = {p.name.claim_name for p in reading.parties if p.name.role == "person"} | {discourse.person}
    return source.certainty == "confirmed" and source.name is not None and source.name in persons


def _lies_ahead(segment: Segment) -> bool:
    """Whether the segment states a time that is still to come."""
    today = segment.published
    return today is not None and any(
        p.near[0] > today or (p.edge == "end" and p.near[1] > today) for p, roles in segment.periods
        if "other" not in roles
    )  # fmt: skip


def _event(head: Cue, segment: Segment, reading: Reading, personal: bool) -> tuple[Event | None, bool]:
    """The event of a cue in its tense and mood, and whether it is still to come."""
    if segment.goods.grown and any(c.kind == "grow" for c in reading.cues):
        planned = any(c.kind in ("m_future", "want") or c.tag == "future" for c in reading.cues)
        return ("holding" if segment.goods.grown == "from" or not planned else "plan"), planned
    near = [*segment.cues, *(segment.before.cues if segment.before and head not in segment.cues else ())]
    own = head in segment.cues
    future = head.tag == "future" or any(
        c.kind == "m_future" and (_governs(c, head) or (not own and c in segment.cues)) for c in near
    )
    wanted = any(c.kind == "want" and (c is head or _governs(c, head)) for c in near)
    past = head.tag in ("past", "hearsay") and not future
    future = future or (personal and head.tag == "hearsay")
    to_come = future or wanted
    kind = head.kind
    simple: dict[str, Event] = {
        "delay": "delay", "cancel": "cancellation", "restrict": "restriction", "resell": "resale",
        "promise": "allocation",
        "want": "plan", "ship": "shipment",
    }  # fmt: skip
    if kind == "promise" and not any(p.name.role in ("maker", "party") and not p.oblique for p in segment.parties):
        return (
            "plan" if any(p.name.role == "person" and not p.oblique for p in segment.parties) else "allocation"
        ), True
    if kind in simple:
        return simple[kind], to_come or kind == "want"
    if kind == "have":
        to_come = to_come or _lies_ahead(segment)
        return ("plan" if to_come else "holding"), to_come
    if kind == "spend":
        return (
            "plan"
            if to_come or any(p.near[1] > segment.published for p, _ in segment.periods if segment.published)
            else "order"
        ), to_come
    if kind == "buy":
        return ("plan" if to_come and not _agreed(head) else "order"), to_come
    if kind == "install":
        to_come = to_come or (head.tag != "past" and _lies_ahead(segment))
        return ("plan" if to_come else "delivery"), to_come
    if kind in ("deliver", "receive"):
        coming = not past and any(_begins_ahead(p, segment) for p, _ in segment.periods)
        if kind == "receive" and (future or coming) and not segment.has("buy", "ship", "supply"):
            return "plan", True  # what a buyer will have is its plan; ordered goods are shipped
        return ("plan" if wanted or (future and personal) else "shipment" if future else "delivery"), to_come
    if kind == "supply":
        return ("plan" if wanted else "delivery" if past else "allocation"), to_come
    if kind == "rent":
        return ("plan" if wanted else "resale"), to_come
    if kind == "move":
        return ("shipment" if segment.goods.sort != "order" else None), to_come
    return None, to_come


def _begins_ahead(period: Period, segment: Segment) -> bool:
    """Whether a period, bound to a year by its words, starts after the day of publication."""
    start = period.near[0] or period.near[1]
    return segment.published is not None and not period.floating and start > segment.published


def _governs(modal: Cue, head: Cue) -> bool:
    """Whether a word of time or will stands before the cue, or right behind it ("bekommen soll")."""
    return (
        0 <= head.start - modal.end <= 110
        or 0 <= modal.start - head.end <= 14
        or (modal.start <= head.start and head.end <= modal.end)
    )


def _agreed(head: Cue) -> bool:
    return head.tag == "agreed"


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
    if (
        goods.sort == "kind"
        and goods.product
        and goods.product.weak
        and not goods.definite
        and not draft.segment.money
        and draft.event not in ("delay", "diversion", "cancellation")
    ):
        return False
    spent = draft.head is not None and draft.head.kind == "spend" and bool(draft.reading.makers)
    named = bool(draft.segment.products) or spent
    if goods.sort == "value" and draft.event not in ("delay", "cancellation") and not named:
        return False
    return goods.sort != "order" or draft.event in ("delay", "cancellation", "diversion")


def _named(product: ProductName | None) -> bool:
    return product is not None and not product.generic
