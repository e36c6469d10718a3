"""The words of an item: one plain sentence for each claim, and others around them, so that no two reports are alike."""

import random
from collections.abc import Mapping
from datetime import date
from typing import Any


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_WHICH = _words(
    "northern southern crowded costly quiet older newer rival regional foreign patient nervous careful private public "
    "distant local rented unused spare planned delayed modest vast narrow secret open former recent winter summer "
    "cheap scarce idle busy leased joint empty modern liquid frozen urgent routine minor major steady sudden early "
    "final second third common rare heavy light fresh broken"
)
_WHO = _words(
    "brokers dealers engineers bankers operators landlords investors rivals officials agents contractors utilities "
    "analysts managers founders lawyers auditors planners tenants neighbours unions insurers forwarders integrators "
    "architects regulators researchers lenders resellers advisers"
)
_DOES = _words(
    "questioned praised weighed rejected inspected priced described compared sold tested moved replaced welcomed "
    "feared postponed financed measured repaired doubted expected ignored counted defended reviewed approved "
    "discussed visited doubled halved leased"
)
_WHAT = _words(
    "permits transformers optics memory switches halls cables turbines pumps racks chillers contracts tariffs loans "
    "grids campuses roofs ports trucks crates boards drives firmware budgets invoices audits forecasts warranties "
    "licences meters substations generators batteries pipes floors fences gates schedules samples prototypes"
)
_WHERE = ("near", "behind", "before", "after", "beside", "despite", "without", "alongside", "among", "beyond",
          "within")  # fmt: skip


def filler(chance: random.Random, sentences: int) -> list[str]:
    """Sentences that say nothing of lots."""

    def some(nouns: tuple[str, ...]) -> str:
        return f"{chance.choice(_WHICH)} {chance.choice(nouns)}"

    return [
        f"{some(_WHO).capitalize()} {chance.choice(_DOES)} {some(_WHAT)} {chance.choice(_WHERE)} {some(_WHAT)}."
        if chance.random() < 0.5
        else f"{chance.choice(_WHERE).capitalize()} {some(_WHAT)}, {some(_WHO)} {chance.choice(_DOES)} {some(_WHAT)}."
        for _ in range(sentences)
    ]


def day_in_words(day: date, chance: random.Random) -> str:
    return chance.choice((f"{day}", f"{day.day} {day:%B %Y}", f"{day:%B} {day.day}, {day.year}", f"{day:%d.%m.%Y}"))


def span(start: date | None, end: date | None, chance: random.Random) -> str:
    first, last = (day_in_words(day, chance) if day else "" for day in (start, end))
    if first and last:
        return f"on {first}" if start == end else f"between {first} and {last}"
    return f"{chance.choice(('by', 'no later than'))} {last}" if last else f"from {first}"


def number(value: float, chance: random.Random) -> str:
    text = f"{value:,.0f}"
    return chance.choice((text, text.replace(",", " "), text.replace(",", "")))


def amount(low: float | None, high: float | None, chance: random.Random) -> str:
    first, last = (number(each, chance) if each is not None else "" for each in (low, high))
    if first and last:
        return first if low == high else f"{first} to {last}"
    return f"more than {first}" if first else f"up to {last}" if last else ""


_VERBS = {
    "order": ("ordered", "has on order", "signed for", "placed an order for", "committed to"),
    "delay": ("must wait longer for", "will get only later", "sees a delay of", "is kept waiting for"),
    "shipment": ("is sent", "will be sent", "has on the way", "is to be shipped"),
    "delivery": ("has received", "got", "took in", "unpacked", "now has"),
    "cancellation": ("no longer wants", "gives up", "dropped", "struck from its order"),
    "diversion": ("gets", "is given", "was handed", "is to have"),
    "resale": ("buys", "takes over", "rents", "acquired"),
}
_UNITS = {"gpu": "", "system": "servers with ", "rack": "racks of "}


def sentence(claim: Mapping[str, Any], chance: random.Random) -> str:
    """What a claim says, in words; the same claim is worded in many ways."""
    get = claim.get
    count = amount(get("quantity_low"), get("quantity_high"), chance)
    unit = _UNITS[get("quantity_unit") or "gpu"]
    core = [get("to_entity") or "somebody", chance.choice(_VERBS[claim["event"]]), count, f"{unit}{get('product')}"]
    parts = []
    if get("supplier"):
        parts.append(f"{chance.choice(('sold by', 'from', 'supplied by'))} {get('supplier')}")
    if get("from_entity"):
        parts.append(f"{chance.choice(('once meant for', 'taken from', 'that had been for'))} {get('from_entity')}")
    if get("value_low") is not None:
        parts.append(f"worth ${amount(get('value_low'), get('value_high'), chance)}")
    for slot, said in _DAYS.items():
        if get(f"{slot}_start") or get(f"{slot}_end"):
            when = span(get(f"{slot}_start"), get(f"{slot}_end"), chance)
            parts.append(f"{chance.choice(said)} {when}")
    if get("delay_low_days") is not None:
        parts.append(f"{amount(get('delay_low_days'), get('delay_high_days'), chance)} days late")
    if get("attributed_to"):
        parts.append(f"{chance.choice(('according to', 'says', 'as told by'))} {get('attributed_to')}")
    chance.shuffle(parts)
    doubt = {"denied": "It is denied that ", "rumoured": "It is rumoured that "}.get(claim["certainty"], "")
    return f"{doubt}{' '.join(word for word in core if word)}, {', '.join(parts)}."


_DAYS = {
    "promised": ("promised for", "due", "expected"),
    "revised": ("now due", "put off until", "the new day being"),
    "actual": ("done", "as happened", "it took place"),
}
