"""The words of an item: one plain sentence for each claim, and others around them, so that no two reports are alike."""

import random
from collections.abc import Mapping
from datetime import date
from typing import Any

_WHO = ("Analysts", "Two people in the trade", "Dealers", "Engineers on the site", "Buyers", "Operators", "Brokers",
        "The company's bankers", "Rivals", "Local officials", "Freight agents", "Investors", "Utilities",
        "Contractors", "Landlords")  # fmt: skip
_DOES = ("say that", "expect that", "doubt that", "had long assumed that", "note that", "believe that",
         "point out that", "reckon that", "told us that", "complain that", "were surprised that",
         "insist that")  # fmt: skip
_WHAT = ("power", "cooling", "optics", "memory", "packaging", "labour", "floor space", "transformers", "network gear",
         "capital", "fibre", "rack space", "testing capacity", "permits", "racks")  # fmt: skip
_IS = ("remains scarce", "has become dearer", "will decide the pace", "is easier to find", "was booked out early",
       "costs twice what it did", "holds up the work", "has to be shipped in", "is no longer the bottleneck",
       "must be ordered a year ahead", "is being rationed", "turned out to be cheap")  # fmt: skip
_WHERE = ("in the north", "near the coast", "at the older halls", "on the new campus", "across the region",
          "outside the cities", "in two of the buildings", "at smaller sites", "in the valley", "abroad",
          "along the river", "at the port")  # fmt: skip
_WHEN = ("this spring", "after the summer", "by most accounts", "for the third year", "since the merger",
         "until the grid is extended", "as winter comes", "before the next generation arrives", "once again",
         "for now", "in contrast to last year", "more than anybody had planned for")  # fmt: skip


def filler(chance: random.Random, sentences: int) -> list[str]:
    """Sentences that say nothing of lots."""
    return [
        f"{chance.choice(_WHO)} {chance.choice(_DOES)} {chance.choice(_WHAT)} {chance.choice(_IS)} "
        f"{chance.choice(_WHERE)} {chance.choice(_WHEN)}."
        for _ in range(sentences)
    ]


def span(start: date | None, end: date | None) -> str:
    if start and end:
        return f"on {start}" if start == end else f"between {start} and {end}"
    return f"by {end}" if end else f"from {start}"


def amount(low: float | None, high: float | None) -> str:
    if low is None and high is None:
        return ""
    if high is None:
        return f"more than {low:,.0f} "
    if low is None:
        return f"up to {high:,.0f} "
    return f"{low:,.0f} " if low == high else f"{low:,.0f} to {high:,.0f} "


_VERBS = {
    "order": ("ordered", "has on order", "signed for"),
    "delay": ("must wait longer for", "will get only later", "sees a delay of"),
    "shipment": ("is sent", "will be sent", "has on the way"),
    "delivery": ("has received", "got", "took in"),
    "cancellation": ("no longer wants", "gives up", "dropped"),
    "diversion": ("gets", "is given", "was handed"),
    "resale": ("buys", "takes over", "rents"),
}


def sentence(claim: Mapping[str, Any], chance: random.Random) -> str:
    """What a claim says, in words."""
    get = claim.get
    unit = {"gpu": "", "system": "servers with ", "rack": "racks of "}[str(get("quantity_unit") or "gpu")]
    words = f"{get('to_entity') or 'somebody'} {chance.choice(_VERBS[str(claim['event'])])} "
    words += f"{amount(get('quantity_low'), get('quantity_high'))}{unit}{get('product') or 'chips'}"
    words += f" of {get('supplier')}" if get("supplier") else ""
    words += f" that were meant for {get('from_entity')}" if get("from_entity") else ""
    words += f" for ${amount(get('value_low'), get('value_high')).strip()}" if get("value_low") else ""
    for slot, said in (("promised", "due"), ("revised", "now due"), ("actual", "done")):
        start, end = get(f"{slot}_start"), get(f"{slot}_end")
        words += f", {said} {span(start, end)}" if start or end else ""
    if get("delay_low_days") is not None:
        words += f", {amount(get('delay_low_days'), get('delay_high_days')).strip()} days late"
    if get("attributed_to"):
        words += f", according to {get('attributed_to')}"
    return (
        {"denied": "It is denied that ", "rumoured": "It is rumoured that "}.get(str(claim["certainty"]), "")
        + words
        + "."
    )
