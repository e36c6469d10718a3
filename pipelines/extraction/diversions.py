"""Reads strictly whether goods meant for one party go to another, from the roles on both sides.

A wrong diversion is worse than a missed one: both sides need evidence, and what is only returned in a swap needs a
count or a name. What this reading says is evidence among other for `decisions.py`; on text that nobody tuned on it is
more precise than learned weights alone.
"""

from pipelines.extraction.discourse import Discourse, Lot
from pipelines.extraction.drafts import Draft, Filled
from pipelines.extraction.features import Cue, Party, Reading, Segment

TO_WEIGHTS = {"favour": 3.0, "target": 3.0, "receiver": 3.0, "holder": 2.5, "for": 2.0}
FROM_WEIGHTS = {
    "origin": 3.0,
    "instead": 2.5,
    "destined": 2.5,
    "awaiting": 2.5,
    "loser": 2.5,
    "possessor": 2.5,
    "source_of": 2.0,
    "ahead": 1.5,
    "giver": 2.0,
    "owner": 2.0,
}
DIVERSION_FROM = 5.5
"""The least sum of evidence for a diversion: both sides by a strong role, or weaker ones and a word that says it."""


COUNTED = ("count", "bare", "same")
_OWNED = {"origin", "instead", "destined", "awaiting", "possessor", "loser", "seller"}
_OWNING = ("origin", "destined", "awaiting", "possessor")


Way = tuple[Filled, Filled]
"""Who loses and who gains."""


def diversion_of(segment: Segment, reading: Reading, discourse: Discourse) -> Way | None:
    """Who loses goods to whom in a segment, None where one side lacks evidence."""
    told_for = any("origin" in p.roles for p in segment.parties)
    if segment.has("delay") and not segment.has("divert", "move") and (segment.durations or not told_for):
        return None
    if segment.goods.sort in ("value", "kind") and segment.has("delay") and segment.durations and segment.money:
        return None
    candidates = [
        p
        for p in segment.parties
        if p.name.role in ("party", "place") and p.name.claim_name and "source" not in p.roles
    ]
    swap = any(c.kind == "m_swap" for c in reading.cues)
    divert = segment.has("divert")
    barred = segment.has("restrict") and any(p.name.role == "place" for p in candidates)
    if (segment.has("resell", "rent") or barred) and not divert and not swap:
        return None
    moved = (
        divert
        or segment.has("move", "receive", "ship", "supply", "deliver")
        or any("loser" in p.roles for p in candidates)
    )
    moved = moved or (swap and segment.has("resell"))
    moved = moved or any({"origin", "instead", "awaiting"} & set(p.roles) for p in candidates)
    moved = moved or any("receiver" in p.roles for p in candidates)
    back = (discourse.diversion[1], discourse.diversion[0]) if discourse.diversion else None
    best: tuple[float, Filled | None, Filled | None] = (0.0, None, None)
    losers = [
        (w if divert or swap or not _selling(p, segment) else FROM_WEIGHTS["source_of"], f)
        for p in candidates
        if (w := _from_weight(p, moved)) and (f := _filled_by(p, _strongest(p, FROM_WEIGHTS)))
    ]
    holder = next(
        (p.name.claim_name for p in candidates if not p.oblique and p.name.start < segment.goods.start),
        discourse.subject,
    )
    if not losers and segment.goods.possessed and holder and holder != discourse.maker:
        own = Filled(holder, segment.goods.start, segment.goods.start, "possessive")
        losers = [(FROM_WEIGHTS["possessor"], own)]
    receiving = _receiving(segment) if not any("receiver" in p.roles for p in candidates) else None
    if receiving and receiving in candidates:
        receiving.roles.setdefault("receiver", "subject-receives")
    gainers = [
        (w, f) for p in candidates if (w := _to_weight(p, moved)) and (f := _filled_by(p, _strongest(p, TO_WEIGHTS)))
    ]
    if not gainers and any(w >= FROM_WEIGHTS["origin"] for w, _ in losers) and not segment.has("buy"):
        # "12,000 H100s that should have gone to Tesla hum away at X": who houses them has them.
        housing = [p for p in candidates if "site" in p.roles and not _OWNED & set(p.roles)]
        gainers = [(TO_WEIGHTS["holder"], _filled_by(p, "site")) for p in housing]
    if lot := _lot_before(segment, reading, discourse):
        # "Nvidia promised Tesla 12,000 H100s. They went to X": each sentence tells one side.
        if not losers and gainers and segment.has("divert", "move", "receive", "ship", "supply", "deliver"):
            losers = [(w, f) for w, f in lot.losers if all(f.value != g.value for _, g in gainers)]
        elif not gainers and any(w >= FROM_WEIGHTS["destined"] for w, _ in losers):
            gainers = [(w, f) for w, f in lot.gainers if all(f.value != other.value for _, other in losers)]
    if not losers and back and any(f.value == back[1] for _, f in gainers) and segment.goods.sort in COUNTED:
        # Once A lost to B, goods of a sentence about both that go to A come from B.
        losers = [
            (FROM_WEIGHTS["loser"], _filled_by(p, "returns"))
            for p in candidates
            if p.name.claim_name == back[0] and not set(TO_WEIGHTS) & set(p.roles)
        ]
    for loss, loser in losers:
        for gain, gainer in gainers:
            if "giver" in loser.rule and not swap:
                continue
            returns = (loser.value, gainer.value) == back
            if "possessor" in loser.rule and segment.goods.number is None and not (divert or swap or returns):
                continue
            total = loss + gain + (1.5 if divert else 0.0) + (1.0 if swap or returns else 0.0)
            if loser.value != gainer.value and total > best[0]:
                best = (total, loser, gainer)
    total, from_, to = best
    if total < DIVERSION_FROM:
        from_, to = _returned(losers, gainers, swap, divert, moved, segment, reading, discourse)
        if from_ is None or to is None:
            from_, to = _favoured(candidates, divert, segment, reading, discourse)
        if from_ is None or to is None:
            return None
    return (from_, to) if from_ and to else None


def _lot_before(segment: Segment, reading: Reading, discourse: Discourse) -> Lot | None:
    """What the sentence or clause before told of the goods that a segment points back to."""
    lot, goods = discourse.lot, segment.goods
    near = lot is not None and 0 <= reading.index - lot.sentence <= 1
    named = goods.product is not None and not goods.product.generic
    back = goods.pronoun or (goods.sort == "kind" and (goods.pointed or goods.definite) and not named)
    return lot if near and back else None


_ASSIGNED = ("allocation", "order", "shipment", "plan")
_RECEIVED = ("delivery", "order", "holding", "shipment")


def remember_lot(discourse: Discourse, segment: Segment, reading: Reading, told: list[Draft]) -> None:
    """Notes whose goods a segment told of, for a later sentence that only points back to them."""
    if segment.goods.pronoun:
        return
    if segment.goods.sort not in COUNTED and not (segment.goods.product and not segment.goods.product.weak):
        return
    lot = Lot(reading.index)
    if not any(d.event == "diversion" for d in told):
        candidates = [p for p in segment.parties if p.name.role == "party" and p.name.claim_name]
        lot.losers = [
            (FROM_WEIGHTS[r], _filled_by(p, r))
            for p in candidates
            if (r := _strongest(p, {k: v for k, v in FROM_WEIGHTS.items() if k in _OWNING}))
        ]
        for draft in told:
            to = draft.slots.get("to_entity")
            if to is None:
                continue
            lot.drafts.append(draft)
            if draft.event in _ASSIGNED:
                lot.losers.append((FROM_WEIGHTS["destined"], to))
            if draft.event in _RECEIVED:
                lot.gainers.append((TO_WEIGHTS["receiver"], to))
    discourse.lot = lot


def favour(reading: Reading, discourse: Discourse) -> None:
    """Notes who is put before whom by a sentence without a count; what is moved may follow."""
    parties = [p for p in reading.parties if p.name.role == "party" and p.name.claim_name and "source" not in p.roles]
    if len(parties) < 2:
        return
    losers = {p.name.claim_name for p in parties if _from_weight(p, True) >= FROM_WEIGHTS["ahead"]}
    gainers = {p.name.claim_name for p in parties if _to_weight(p, True) >= TO_WEIGHTS["target"]}
    if len(losers) == 1 and len(gainers) == 1 and losers != gainers and not reading.question:
        discourse.favoured, discourse.favoured_sentence = (losers.pop(), gainers.pop()), reading.index


def _favoured(
    candidates: list[Party], divert: bool, segment: Segment, reading: Reading, discourse: Discourse
) -> tuple[Filled | None, Filled | None]:
    """A count told of those whom the sentence before put one before the other ("The move concerns 12,000 H100s")."""
    told = discourse.favoured is not None and reading.index - discourse.favoured_sentence == 1
    if not told or segment.goods.sort != "count":
        return None, None
    # "Musk put X before Tesla. The 12,000 H100s were Tesla's": only the loser may be named again.
    if any(not discourse.favoured or p.name.claim_name != discourse.favoured[0] for p in candidates):
        return None, None
    owned = any({"possessor", "origin"} & set(p.roles) for p in candidates)
    if not (owned if candidates else divert or segment.has("m_lot")):
        return None, None
    if discourse.favoured is None or discourse.diversion is not None:
        return None, None
    loser, gainer = (Filled(name, segment.start, segment.start, "favoured-before") for name in discourse.favoured)
    return loser, gainer


def _selling(party: Party, segment: Segment) -> bool:
    """Whether a party is named right before the goods only as the one from whom they come ("von Dell 32 Racks")."""
    firm = {"origin", "instead", "destined", "awaiting", "loser"} & set(party.roles)
    return not firm and "source_of" in party.roles and party.name.start < segment.goods.start


def _receiving(segment: Segment) -> Party | None:
    """The subject of a verb of receiving before the goods."""
    cue = next((c for c in segment.cues if c.kind == "receive" and c.end <= segment.goods.start <= c.end + 12), None)
    if cue is None:
        return None
    subject = _subject_of(cue, segment)
    return subject[0] if len(subject) == 1 and not {"origin", "instead"} & set(subject[0].roles) else None


def _returned(
    losers: list[tuple[float, Filled]],
    gainers: list[tuple[float, Filled]],
    swap: bool,
    divert: bool,
    moved: bool,
    segment: Segment,
    reading: Reading,
    discourse: Discourse,
) -> tuple[Filled | None, Filled | None]:
    """In a swap what is not said of the way back is the way there, turned round."""
    same_sentence = discourse.diversion_sentence == reading.index
    if (
        not (swap or divert or same_sentence)
        or discourse.diversion is None
        or segment.goods.sort not in ("count", "bare", "same", "kind", "order")
    ):
        return None, None
    there_from, there_to = discourse.diversion
    back_from = Filled(there_to, segment.start, segment.end, "swap-returns")
    back_to = Filled(there_from, segment.start, segment.end, "swap-returns")
    gainer = next((f for _, f in gainers if f.value == there_from), None)
    loser = next(
        (f for w, f in losers if f.value == there_to and (swap or divert or w >= FROM_WEIGHTS["origin"])), None
    )
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
    return max(
        (w for role, w in TO_WEIGHTS.items() if role in party.roles and (moved or role != "target")), default=0.0
    )


def _filled_by(party: Party, role: str) -> Filled:
    name = party.name
    return Filled(name.claim_name, name.start, name.end, f"{party.roles.get(role, role)}/{name.how}")


def _subject_of(head: Cue, segment: Segment) -> list[Party]:
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
