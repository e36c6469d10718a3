"""What speaks for and against a claim, as named features: of a segment, and of a party that may fill a slot of it.

Here belong the features and the candidates for the slots. What each feature weighs is learned (`model.py`). No word of
any language stands here: packs say which words are cues and which patterns give roles.
"""

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import NamedTuple

from pipelines.extraction.discourse import Discourse
from pipelines.extraction.diversions import Way
from pipelines.extraction.features import Cue, Goods, Party, Reading, Segment
from pipelines.extraction.periods import Period

WEIGHTS = {
    "delay": 3.2, "cancel": 3.0, "restrict": 3.0, "resell": 2.6, "rent": 2.6, "divert": 2.6, "promise": 2.4, "buy": 2.2,
    "ship": 2.2, "deliver": 2.2, "supply": 2.0, "install": 1.9, "receive": 1.9, "want": 1.6, "grow": 1.7, "spend": 1.7,
    "have": 1.3, "move": 0.9,
}  # fmt: skip
"""The kinds of cue that say what happens, and how firmly each governs the goods near it."""
LOSING = frozenset({"origin", "instead", "destined", "awaiting", "possessor", "loser"})
_GAINING = frozenset({"favour", "target", "receiver", "holder"})
_TRADES = {
    "sells": ("chip_vendor", "odm", "supplier", "integrator", "distributor", "foundry"),
    "rents": ("neocloud", "datacenter", "spv"),
    "governs": ("regulator", "sovereign"),
    "place": ("country",),
}
_TRADE_OF = {kind: trade for trade, kinds in _TRADES.items() for kind in kinds}
_PARTIES = ("to_entity", "from_entity", "supplier")
_SIZES = (8, 50, 500, 5_000, 50_000, 500_000)
_NEGATES = 12
"""The most characters between a negation and the cue that it negates."""
_PLANNING = ("m_future", "want", "grow")
_MODALS = ("m_future", "want", "m_hearsay", "m_denial", "m_rumour", "m_equivalent")
_TELLING = (
    "target", "receiver", "favour", "origin", "destined", "source_of", "seller", "buyer", "owner", "possessor", "for",
    "instead", "awaiting", "loser",
)  # fmt: skip


class Candidate(NamedTuple):
    """Who may fill a slot: a party of the sentence, or a name that the item told before (`place` says which)."""

    name: str
    party: Party | None
    place: str


def candidates(segment: Segment, reading: Reading, discourse: Discourse) -> list[Candidate]:
    """All who may play a part in what a segment says, the sentence's own parties first."""
    found = []
    for party in reading.parties:
        if party.name.claim_name and party.name.role != "outlet" and not _only_speaks(party):
            inside = segment.start <= party.name.start < segment.end
            place = "segment" if inside else "before" if party.name.start < segment.start else "after"
            found.append(Candidate(party.name.claim_name, party, place))
    names = {candidate.name for candidate in found}
    for place, name in _told(segment, reading, discourse):
        if name and name not in names:
            names.add(name)
            found.append(Candidate(name, None, place))
    return found


def _only_speaks(party: Party) -> bool:
    """Whether a person is named as who says it, not as who wants it."""
    return party.name.role == "person" and "source" in party.roles and "wisher" not in party.roles


def _told(segment: Segment, reading: Reading, discourse: Discourse) -> Iterator[tuple[str, str | None]]:
    if segment.has("m_group") or (segment.has("m_pronoun") and segment.has("m_each")):
        yield from (("group", name) for name in discourse.group or discourse.pair)
    lot = discourse.lot
    if lot is not None and 0 <= reading.index - lot.sentence <= 1:
        yield from (("lot_loser", str(filled.value)) for _, filled in lot.losers)
        yield from (("lot_gainer", str(filled.value)) for _, filled in lot.gainers)
    yield from (("authority", discourse.countries.get(p.name.claim_name)) for p in reading.parties if _governs(p))
    yield "subject", discourse.subject
    yield "last", discourse.last
    yield "topic", discourse.topic
    yield "country", discourse.country
    yield "person", discourse.person
    yield "maker", discourse.maker
    if discourse.diversion:
        yield "lost", discourse.diversion[0]
        yield "gained", discourse.diversion[1]


def _governs(party: Party) -> bool:
    return _trade(party.name.kind) == "governs"


def governing(segment: Segment) -> Cue | None:
    """The cue that governs the goods, by weight and nearness; one of the segment before where there is none."""
    best: tuple[float, Cue] | None = None
    goods = segment.goods
    for cue in segment.cues:
        weight = WEIGHTS.get(cue.kind)
        if weight is None or (cue.kind == "grow" and not goods.grown):
            continue
        distance = goods.start - cue.end if cue.end <= goods.start else max(0, cue.start - goods.end)
        score = weight - distance / 70 - (0.1 if cue.start > goods.end else 0.0)
        if best is None or score > best[0]:
            best = (score, cue)
    if best is None:
        return governing(segment.before) if segment.before and goods.sort in ("count", "bare") else None
    return _spending(_late(best[1], segment), segment)


def _late(head: Cue, segment: Segment) -> Cue:
    """The cue of lateness in place of the noun of what is late, or of any verb where the slip is stated."""
    late = segment.first("delay")
    if late is None or head.kind in ("cancel", "restrict", "resell", "rent", "grow", "divert"):
        return head
    return late if segment.durations or head.tag == "noun" else head


def _spending(head: Cue, segment: Segment) -> Cue:
    """What is to be spent or wanted, in place of the noun of the purchase that it is for."""
    if head.kind != "buy" or head.tag != "noun":
        return head
    return next((c for c in segment.cues if c.kind == "spend" and c.tag == "future"), head)


def negated(head: Cue, segment: Segment) -> bool:
    """Whether a negation stands right before the cue that governs the goods ("is not cancelled")."""
    return any(c.kind == "m_not" and 0 <= head.start - c.end <= _NEGATES for c in segment.cues)


def of_segment(segment: Segment, reading: Reading, discourse: Discourse, strict: Way | None) -> list[str]:
    """The features of a segment that tell its event. `strict`: the diversion that a strict reading finds."""
    found = list(dict.fromkeys(_of_segment(segment, reading, discourse)))
    return [*found, f"strict={strict is not None}"]


def _of_segment(segment: Segment, reading: Reading, discourse: Discourse) -> Iterator[str]:
    head = governing(segment)
    verb = head.kind if head else "none"
    yield from ("always", f"head={verb}", f"head={verb}&goods={segment.goods.sort}")
    yield from _of_goods(segment, reading, verb)
    yield from _of_cues(segment, reading, head)
    for period, roles in segment.periods:
        time = _time(period, segment)
        yield from (f"period={time}", f"period={time}/{period.edge}", f"head={verb}&period={time}")
        yield from (f"period_role={role}" for role in roles)
        if period.floating:
            yield "period=floating"
    if not segment.periods:
        yield "period=none"
    yield from _of_parties(segment, verb)
    told = discourse.told
    if told is not None and reading.index - told.reading.index <= 1:
        place = "here" if told.reading.index == reading.index else "before"
        own = "own" if head is not None and head in segment.cues else "none"
        yield from (
            f"told={told.event}/{place}",
            f"told={told.event}/{place}&cue={own}",
            f"told={told.event}&head={verb}",
        )
    if not _able(segment.parties):
        pronoun = "pronoun" if segment.has("m_pronoun") else "nobody"
        yield f"{pronoun}&subject={discourse.subject is not None}"
    if reading.question:
        yield "question"
    if segment.before is not None:
        yield "later_segment"
    if len(reading.segments) > 2:
        yield "many_segments"
    swap = any(cue.kind == "m_swap" for cue in reading.cues)
    if swap:
        yield "swap"
    if discourse.diversion:
        yield from ("diversion_told", f"diversion_told/{'swap' if swap else 'once'}")
    if discourse.lot is not None and 0 <= reading.index - discourse.lot.sentence <= 1:
        yield "lot_told"


def _of_goods(segment: Segment, reading: Reading, verb: str) -> Iterator[str]:
    goods = segment.goods
    yield from (f"goods={goods.sort}", f"goods={goods.sort}/{goods.unit}")
    for flag in ("definite", "pointed", "possessed", "pronoun"):
        if getattr(goods, flag):
            yield from (flag, f"{flag}/{goods.sort}")
    if goods.grown:
        yield f"grown={goods.grown}"
        yield from (f"grown={goods.grown}&{cue.kind}:{cue.tag}" for cue in reading.cues if cue.kind in _PLANNING)
    if goods.number is not None and not goods.number.currency:
        yield f"size={sum(goods.number.value >= size for size in _SIZES)}"
    product = goods.product
    if product:
        sort = "weak" if product.weak else "generic" if product.generic else "family" if product.family else "named"
        yield f"product={sort}"
        if product.vendor and any(maker.claim_name == product.vendor for maker in reading.makers):
            yield "maker_of_product"
    if segment.money:
        yield from ("money", f"head={verb}&money")
    if segment.durations:
        yield from ("duration", f"head={verb}&duration")
    elif reading.durations:
        yield "duration_near"


def _of_cues(segment: Segment, reading: Reading, head: Cue | None) -> Iterator[str]:
    goods = segment.goods
    for cue in segment.cues:
        yield from (f"cue={cue.kind}", f"cue={cue.kind}:{cue.tag}")
    before = [c for c in reversed(segment.cues) if c.kind in WEIGHTS and c.end <= goods.start]
    after = [c for c in segment.cues if c.kind in WEIGHTS and c.start >= goods.end]
    for side, cues in (("before", before), ("after", after)):
        for rank, cue in enumerate(cues[:3]):
            yield from (f"{side}{rank}={cue.kind}", f"{side}{rank}={cue.kind}:{cue.tag}")
        if cues:
            gap = goods.start - cues[0].end if side == "before" else cues[0].start - goods.end
            yield f"{side}_gap={sum(gap >= limit for limit in (12, 40, 90))}/{cues[0].kind}"
            yield f"{side}_last={cues[-1].kind}"
        else:
            yield f"{side}=none"
    if head is not None:
        yield f"head={head.kind}:{head.tag}"
        if head not in segment.cues:
            yield "head_before"
        yield from (f"head={head.kind}&{modal}" for modal in _MODALS if segment.has(modal))
        if negated(head, segment):
            yield f"head={head.kind}&negated"
    kinds = sorted({c.kind for c in segment.cues if c.kind in WEIGHTS})
    yield from (f"cues={one}+{other}" for one, other in combinations(kinds, 2))
    yield from (f"far={c.kind}" for c in reading.cues if not segment.start <= c.start < segment.end)


def _time(period: Period, segment: Segment) -> str:
    today = segment.published
    start, end = period.near[0] or period.near[1], period.near[1] or period.near[0]
    if today is None or start is None or end is None:
        return "open"
    return "ahead" if start > today else "past" if end <= today else "now"


def _of_parties(segment: Segment, verb: str) -> Iterator[str]:
    counted: dict[str, int] = dict.fromkeys(("party", "maker", "place", "person", "outlet"), 0)
    for party in segment.parties:
        sort = party.name.role
        counted[sort] += 1
        side = "before" if party.name.start < segment.goods.start else "after"
        yield f"who={side}/{sort}{'/oblique' if party.oblique else ''}"
        yield from (f"who={side}/{_trade(party.name.kind)}", f"who={_trade(party.name.kind)}&head={verb}")
        for role in party.roles:
            yield from (f"role={role}", f"role={role}/{sort}", f"role={role}&head={verb}")
    losing = any(not LOSING.isdisjoint(p.roles) and _trade(p.name.kind) != "sells" for p in segment.parties)
    gaining = any(not _GAINING.isdisjoint(p.roles) and _trade(p.name.kind) != "sells" for p in segment.parties)
    sides = "both" if losing and gaining else "losing" if losing else "gaining" if gaining else "neither"
    yield from (f"sides={sides}", f"sides={sides}&head={verb}", f"sides={sides}&divert={segment.has('divert')}")
    sellers = [_trade(party.name.kind) == "sells" for party in _able(segment.parties)]
    yield f"sellers={min(2, sum(sellers))}/others={min(3, len(sellers) - sum(sellers))}"
    roles = sorted({role for party in segment.parties for role in party.roles})
    yield from (f"roles={one}+{other}" for one, other in combinations(roles, 2))
    yield from (f"number/{sort}={min(number, 3)}" for sort, number in counted.items())


def of_candidate(
    candidate: Candidate,
    segment: Segment,
    reading: Reading,
    discourse: Discourse,
    head: Cue | None,
    strict: Way | None,
) -> list[str]:
    """The features of a candidate that tell whether it fills a slot."""
    found = list(dict.fromkeys(_of_candidate(candidate, segment, reading, discourse, head)))
    for side, filled in zip(("loses", "gains"), strict or (), strict=False):
        found.append(f"strict={side}/{filled.value == candidate.name}")
    return found


def _of_candidate(
    candidate: Candidate, segment: Segment, reading: Reading, discourse: Discourse, head: Cue | None
) -> Iterator[str]:
    party, goods = candidate.party, segment.goods
    yield from ("always", f"place={candidate.place}")
    swap = "swap" if any(cue.kind == "m_swap" for cue in reading.cues) else "once"
    for side, name in zip(("lost", "gained"), discourse.diversion or (), strict=False):
        if candidate.name == name:
            yield from (f"{side}_before", f"{side}_before/{swap}")
    if candidate.name == discourse.subject:
        yield "subject_before"
    if candidate.name in discourse.homes:
        yield "home_of_maker"
    if candidate.name == discourse.topic:
        yield from ("topic", f"topic&place={candidate.place}")
    elif discourse.topic:
        yield f"other_topic&place={candidate.place}"
    told = discourse.told
    if told is not None and reading.index - told.reading.index <= 1:
        place = "here" if told.reading.index == reading.index else "before"
        yield from (f"told={slot}/{place}" for slot in _PARTIES if told.name(slot) == candidate.name)
    if goods.product and goods.product.vendor == candidate.name:
        yield "vendor_of_product"
    elif _makes(party, goods, reading):
        yield "vendor_of_goods"
    if party is None:
        if segment.has("m_pronoun"):
            yield f"pronoun&place={candidate.place}"
        yield "nobody_here" if not _able(segment.parties) else "somebody_here"
        if candidate.name in discourse.kinds:
            yield f"told_trade={_trade(discourse.kinds[candidate.name])}"
        return
    sort = party.name.role
    yield from (f"sort={sort}", f"how={party.name.how}", f"trade={_trade(party.name.kind)}")
    yield f"trade={_trade(party.name.kind)}/{'oblique' if party.oblique else 'plain'}"
    if party.oblique:
        yield "oblique"
    for role in party.roles:
        yield from (f"role={role}", f"role={role}/{sort}", f"role={role}&place={candidate.place}")
    if not party.roles:
        yield f"role=none&place={candidate.place}"
    sides = [name for name, roles in (("losing", LOSING), ("gaining", _GAINING)) if roles & set(party.roles)]
    yield f"sides={'+'.join(sides) or 'none'}&place={candidate.place}"
    side = "before" if party.name.start < goods.start else "after"
    yield f"side={side}"
    if candidate.place == "segment":
        able = _able(segment.parties)
        ahead = [p for p in able if p.name.start < goods.start]
        behind = [p for p in able if p.name.start >= goods.start]
        if party in ahead:
            yield f"nth=before{min(len(ahead) - 1 - ahead.index(party), 2)}"
            if party is ahead[0]:
                yield "first"
        elif party in behind:
            yield f"nth=after{min(behind.index(party), 2)}"
        if len(able) == 1:
            yield "alone"
    if head is not None:
        order = "".join(name for _, name in sorted(((party.name.start, "p"), (head.start, "h"), (goods.start, "g"))))
        yield from (f"order={order}", f"order={order}/{head.kind}", f"order={order}/{head.kind}/{party.oblique}")
        yield f"head={head.kind}"
        yield from (f"role={role}&head={head.kind}" for role in party.roles)
        low, high = sorted((party.name.start, head.start))
        if not any(low < p.name.start < high for p in reading.parties):
            yield "next_to_head"
    others = {role for p in reading.parties if p is not party for role in p.roles}
    yield from (f"other={role}" for role in _TELLING if role in others)
    if goods.product and goods.product.start <= party.name.start < goods.product.end:
        yield "in_product"
    if sum(p.group == party.group for p in reading.parties) > 1:
        yield "in_group"


def makes_goods(candidate: Candidate, segment: Segment, reading: Reading) -> bool:
    """Whether a candidate is the chip maker whose goods a segment is about, and nobody makes them for it."""
    party, product = candidate.party, segment.goods.product
    if party is None or party.name.role != "maker":
        return False
    if any(p.name.kind == "foundry" and p.name.claim_name != candidate.name for p in segment.parties):
        return False
    return (product is not None and product.vendor == candidate.name) or _makes(party, segment.goods, reading)


def _makes(party: Party | None, goods: Goods, reading: Reading) -> bool:
    """Whether a maker stands in or right beside goods without a model ("10,000 Nvidia GPUs", "chips from AMD")."""
    if party is None or not goods.product or not goods.product.generic or party.name.role != "maker":
        return False
    beside = {name.start for name in reading.makers if -12 <= name.start - goods.end <= 12}
    return goods.start <= party.name.start < goods.end or party.name.start in beside


def _trade(kind: str) -> str:
    """What parties of a kind live by: selling hardware, renting it out, ruling a country, or anything else."""
    return _TRADE_OF.get(kind, "other")


def _able(parties: Sequence[Party]) -> list[Party]:
    """Those of a segment's parties who can order, get or lose something: all but outlets."""
    return [p for p in parties if p.name.claim_name and p.name.role != "outlet"]
