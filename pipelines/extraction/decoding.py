"""Makes a whole of an item: one fact is one claim, what was corrected is gone, and every claim carries its evidence.

Here belong merging, confidence and the final shape. What a segment says is decided in `decisions.py`.
"""

import math
from datetime import date
from typing import cast

from pipelines.extraction.claim import Claim, Mention, QuantityUnit, Slot
from pipelines.extraction.decisions import WEIGHTS
from pipelines.extraction.drafts import Draft, Filled
from pipelines.extraction.features import Goods

MIN_CONFIDENCE = 0.45
"""Drafts below this are no claims."""

KEY = ("from_entity", "to_entity", "product", "quantity", "value")


def decode(drafts: list[Draft], text: str, plain: str) -> list[Claim]:
    """The claims of an item in the order of their quotes; of several drafts of one fact the first full one."""
    kept: list[Draft] = []
    for draft in drafts:
        same = next((i for i, other in enumerate(kept) if _same(draft, other)), None)
        if same is None:
            kept.append(draft)
        elif len(draft.slots) > len(kept[same].slots) and _covers(draft, kept[same]):
            kept[same] = draft
    claims = [_claim(draft, text, plain) for draft in kept]
    return sorted((c for c in claims if c.confidence >= MIN_CONFIDENCE), key=lambda c: (c.quote_start, c.quote_end))


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
    if _value(one, "quantity") is None and _value(other, "quantity") is None:
        return _value(one, "promised") == _value(other, "promised") or _value(one, "value") == _value(other, "value")
    return _value(one, "quantity") == _value(other, "quantity")


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


def _confidence(draft: Draft) -> float:
    """How sure the cue of the event is, times the geometric mean of how far the filled slots are trusted."""
    trusted = [
        filled.strength
        for slot, filled in draft.slots.items()
        if slot in ("from_entity", "to_entity", "product", "quantity", "value")
    ]
    mean = math.exp(sum(math.log(s) for s in trusted) / len(trusted)) if trusted else 0.4
    head = 1.0
    if draft.head is not None and draft.event != "diversion":
        goods = draft.segment.goods
        distance = max(goods.start - draft.head.end, draft.head.start - goods.end, 0)
        head = max(0.5, 1.0 - distance / 400) * (0.93 if WEIGHTS.get(draft.head.kind, 2.0) < 1.5 else 1.0)
    return round(min(1.0, mean * head), 3)


def _claim(draft: Draft, text: str, plain: str) -> Claim:
    start, end = _quote(draft, plain)
    evidence: dict[str, Slot] = {}
    head = draft.head
    if head is not None:
        evidence["event"] = Slot(head.start, head.end, f"{head.kind}:{head.entry}")

    def slot(name: str, *fields: str) -> object:
        filled: Filled | None = draft.slots.get(name)
        if filled is None:
            return None
        for field_name in fields or (name,):
            evidence[field_name] = Slot(filled.start, filled.end, filled.rule)
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
        confidence=_confidence(draft),
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
