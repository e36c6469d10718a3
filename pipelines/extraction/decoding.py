"""Makes a whole of an item: one fact is one claim, what was corrected is gone, and every claim carries its evidence.

Here belong merging, confidence and the final shape. What a segment says is decided in `decisions.py`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import cast

from pipelines.extraction.claim import Claim, Mention, QuantityUnit, Slot
from pipelines.extraction.drafts import Draft, Filled
from pipelines.extraction.features import Goods
from pipelines.extraction.model import Model, logit

COUNTLESS = ("delay", "diversion")
"""Events that are the same fact with and without a count; of others a count makes another fact."""
TOLD_AGAIN = ("order", "delivery", "shipment", "allocation", "cancellation", "resale")
"""Events that a lead tells of chips in general, and the story again with their count."""
_COMPARED = 8
"""With so many claims of the same parties is one compared that tells of chips in general."""

LEAST = 0.25
"""What is less likely than this is no claim: on labelled text, dropping it makes more right than wrong."""


def decode(drafts: list[Draft], text: str, plain: str, model: Model) -> tuple[list[Claim], list[Mention]]:
    """The claims of an item in the order of their quotes, and the counts of what is too unlikely to be one."""
    claims: list[Claim] = []
    unlikely: list[Draft] = []
    for draft in merged(drafts):
        confidence = model.confidence(doubts(draft))
        if confidence < LEAST:
            unlikely.append(draft)
        else:
            claims.append(claim_of(draft, text, plain, confidence))
    mentions = []
    for goods, segment in {id(d.segment.goods): (d.segment.goods, d.segment) for d in unlikely}.values():
        if goods.sort == "count" and not any(c.quote_start <= goods.start < c.quote_end for c in claims):
            mentions.append(mention(goods, segment.start, segment.end, text, "unlikely"))
    return sorted(claims, key=lambda c: (c.quote_start, c.quote_end)), mentions


def merged(drafts: list[Draft]) -> list[Draft]:
    """One draft for each fact: of several the first full one."""
    kept: list[Draft] = []
    alike: dict[tuple[object, ...], _Alike] = {}
    for draft in drafts:
        near = alike.setdefault((draft.event, draft.name("from_entity"), draft.name("to_entity")), _Alike())
        same = next((index for index in near.to(draft) if _same(draft, kept[index])), None)
        if same is None:
            near.add(draft, len(kept))
            kept.append(draft)
        elif len(draft.slots) > len(kept[same].slots) and (_covers(draft, kept[same]) or _in_general(kept[same])):
            near.by_count.setdefault(_value(draft, "quantity"), []).append(same)
            kept[same] = draft
    return kept


@dataclass(slots=True)
class _Alike:
    """The places of drafts that agree in event and parties; an item may hold thousands, of which few are compared."""

    places: list[int] = field(default_factory=list)
    by_count: dict[object, list[int]] = field(default_factory=dict)
    general: list[int] = field(default_factory=list)

    def add(self, draft: Draft, place: int) -> None:
        self.places.append(place)
        self.by_count.setdefault(_value(draft, "quantity"), []).append(place)
        if _in_general(draft):
            self.general.append(place)

    def to(self, draft: Draft) -> Sequence[int]:
        """The places of what can be the same fact, in order."""
        count = _value(draft, "quantity")
        alike = self.by_count.get(count, [])
        if draft.event in TOLD_AGAIN:
            return self.places[:_COMPARED] if _in_general(draft) else sorted({*alike, *self.general})
        if draft.event not in COUNTLESS:
            return sorted(alike)
        return self.places if count is None else sorted([*alike, *self.by_count.get(None, ())])


def _value(draft: Draft, slot: str) -> object:
    filled = draft.slots.get(slot)
    return filled.value if filled else None


def _same(one: Draft, other: Draft) -> bool:
    """The same fact: event and parties agree, and neither count, product nor sum stand against each other."""
    if one.event != other.event:
        return False
    if one.event == "diversion":
        if (one.name("from_entity"), one.name("to_entity")) != (other.name("from_entity"), other.name("to_entity")):
            return False
    elif one.name("to_entity") != other.name("to_entity") or one.name("from_entity") != other.name("from_entity"):
        return False
    if (one.source.certainty == "denied") != (other.source.certainty == "denied"):
        return False
    for slot in ("quantity", "value"):
        a, b = _value(one, slot), _value(other, slot)
        if a is not None and b is not None and a != b:
            return False
    a, b = _value(one, "product"), _value(other, "product")
    if a != b and "GPU" not in (a, b) and None not in (a, b):
        return False
    if one.event == "delay":
        # "The supercomputer built around those chips is late too" is a second thing that is late.
        return _of_site(one) == _of_site(other)
    if one.event == "diversion":
        return True
    if one.event == "restriction" and _rulers(one) and _rulers(other) and not _rulers(one) & _rulers(other):
        return False  # "the US allows it, and China forbids it"
    if one.event in TOLD_AGAIN and (_in_general(one) or _in_general(other)):
        return True
    if _value(one, "quantity") is None and _value(other, "quantity") is None:
        return _value(one, "promised") == _value(other, "promised") or _value(one, "value") == _value(other, "value")
    return _value(one, "quantity") == _value(other, "quantity")


def _in_general(draft: Draft) -> bool:
    """Whether a claim says only that somebody's chips are meant: no model, count, sum or time."""
    said = {"quantity", "value", "promised", "actual", "revised"} & set(draft.slots)
    return not said and _value(draft, "product") in ("GPU", None)


def _rulers(draft: Draft) -> set[str]:
    return {p.name.claim_name for p in draft.segment.parties if "ruler" in p.roles}


def _of_site(draft: Draft) -> bool:
    return draft.segment.goods.pointed and draft.segment.has("m_site")


def _covers(one: Draft, other: Draft) -> bool:
    """Whether a later passage says everything that the earlier one does, and more."""
    return all(slot in one.slots for slot in other.slots)


def _quote(draft: Draft, plain: str) -> tuple[int, int]:
    segment, reading = draft.segment, draft.reading
    if len(reading.segments) == 1:
        start, end = reading.start, reading.end
    else:
        start, end = segment.start, segment.end
        if draft.source.rule.startswith("source") and not start <= draft.source.start < end:
            first = reading.segments[0]
            start = first.start if draft.source.start < start and draft.source.start < first.end else start
    while start < end and plain[start] in " \n,;":
        start += 1
    while end > start and plain[end - 1] in " \n,;":
        end -= 1
    return start, end


def doubts(draft: Draft) -> dict[str, float]:
    """What tells how likely a claim is right as a whole: features with their values (see `model.confidence`)."""
    found = {"always": 1.0, "event": logit(draft.share), f"event={draft.event}": 1.0, "rival": logit(draft.rival)}
    if draft.event == "diversion":
        found |= {f"strict={draft.strict}": 1.0, f"strict={draft.strict}*event": logit(draft.share)}
    for slot in ("to_entity", "from_entity"):
        filled = draft.slots.get(slot)
        if filled is None:
            found[f"no {slot}"] = 1.0
        else:
            found |= {slot: logit(filled.share), f"{slot} rival": logit(filled.rival)}
            found[f"{slot}@{filled.place}"] = 1.0
    for slot in ("product", "quantity"):
        filled = draft.slots.get(slot)
        found[f"{slot}={filled.rule if filled else 'none'}"] = 1.0
    if "product" not in draft.slots:
        found[f"event={draft.event}, no product"] = 1.0
    goods, segments = draft.segment.goods, len(draft.reading.segments)
    found[f"goods={goods.sort}"] = 1.0
    found[f"segments={min(segments, 3)}"] = 1.0
    found[f"parties={min(len(draft.segment.parties), 4)}"] = 1.0
    found[f"length={sum(draft.reading.end - draft.reading.start > limit for limit in (80, 160, 240))}"] = 1.0
    if goods.pronoun:
        found["goods=unsaid"] = 1.0
    if draft.head is None or draft.head not in draft.segment.cues:
        found["no head"] = 1.0
    if draft.source.certainty != "confirmed":
        found[f"certainty={draft.source.certainty}"] = 1.0
    return found


def claim_of(draft: Draft, text: str, plain: str, confidence: float) -> Claim:
    """The claim of a draft, with its quote and evidence."""
    start, end = _quote(draft, plain)
    evidence: dict[str, Slot] = {}
    head = draft.head
    if head is not None:
        evidence["event"] = Slot(head.start, head.end, f"{head.kind}:{head.entry}", round(draft.share, 3))

    def slot(name: str, *fields: str) -> object:
        filled: Filled | None = draft.slots.get(name)
        if filled is None:
            return None
        for field_name in fields or (name,):
            evidence[field_name] = Slot(filled.start, filled.end, filled.rule, round(filled.share, 3))
        return filled.value

    def pair(name: str, first: str, second: str) -> tuple[object, object]:
        value = slot(name, first, second)
        return value if isinstance(value, tuple) else (None, None)

    quantity = cast(
        "tuple[float | None, float | None, QuantityUnit] | None", slot("quantity", "quantity_low", "quantity_high")
    )
    money = cast("tuple[float | None, float | None, str] | None", slot("value", "value_low", "value_high"))
    promised = cast("tuple[date | None, date | None]", pair("promised", "promised_start", "promised_end"))
    revised = cast("tuple[date | None, date | None]", pair("revised", "revised_start", "revised_end"))
    actual = cast("tuple[date | None, date | None]", pair("actual", "actual_start", "actual_end"))
    delay = cast("tuple[float | None, float | None]", pair("delay", "delay_low_days", "delay_high_days"))
    evidence["certainty"] = Slot(draft.source.start, draft.source.end, draft.source.rule)
    if draft.source.name:
        evidence["attributed_to"] = evidence["certainty"]
    names = {name: cast("str | None", slot(name)) for name in ("supplier", "from_entity", "to_entity", "product")}
    return Claim(
        event=draft.event,
        quote=text[start:end],
        quote_start=start,
        quote_end=end,
        certainty=draft.source.certainty,
        supplier=names["supplier"],
        from_entity=names["from_entity"],
        to_entity=names["to_entity"],
        product=names["product"],
        quantity_low=quantity[0] if quantity else None,
        quantity_high=quantity[1] if quantity else None,
        quantity_unit=quantity[2] if quantity else None,
        value_low=money[0] if money else None,
        value_high=money[1] if money else None,
        currency=money[2] if money else None,
        promised_start=promised[0],
        promised_end=promised[1],
        revised_start=revised[0],
        revised_end=revised[1],
        actual_start=actual[0],
        actual_end=actual[1],
        delay_low_days=delay[0],
        delay_high_days=delay[1],
        attributed_to=draft.source.name,
        confidence=round(confidence, 3),
        slots=evidence,
    )


def mention(goods: Goods, start: int, end: int, text: str, reason: str) -> Mention:
    """A count with its product that nothing explained, with the words around it."""
    number = goods.number
    return Mention(
        quote=text[start:end],
        quote_start=start,
        quote_end=end,
        product=goods.product.claim_name if goods.product else None,
        quantity_low=number.low if number else None,
        quantity_high=number.high if number else None,
        quantity_unit=goods.unit if number else None,
        reason=reason,
    )
