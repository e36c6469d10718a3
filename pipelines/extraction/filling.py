"""Fills the slots of a decided claim that are not parties: product, maker, count, sum, times and slip.

Here belong the readings of spec: whose maker counts as supplier, which period is a promise, which sum is for the
goods. Events and parties are decided in `decisions.py`.
"""

from dataclasses import dataclass
from itertools import chain
from typing import Literal

from pipelines.extraction.discourse import Discourse
from pipelines.extraction.drafts import Draft, Filled
from pipelines.extraction.features import Goods
from pipelines.extraction.names import ProductName
from pipelines.extraction.periods import Period
from pipelines.extraction.quantities import Number


@dataclass(frozen=True, slots=True)
class Item:
    """What of the whole item the slots of one claim need: the makers that it names."""

    makers: frozenset[str]


def fill(draft: Draft, discourse: Discourse, item: Item, shared: bool) -> None:
    """Adds all other slots to a draft. `shared`: several parties have the same count between them, so none has it."""
    product = _product(draft, discourse)
    if product:
        draft.slots["product"] = product
    _count(draft, discourse, shared)
    if not shared or draft.segment.goods.sort != "value":
        _money(draft)
    _supplier(draft, discourse, item)
    _times(draft)
    _slip(draft)


def _product(draft: Draft, discourse: Discourse) -> Filled | None:
    goods = draft.segment.goods
    named = goods.product if goods.product else _beside(draft)
    last = discourse.product
    counted = discourse.count_goods
    if goods.sort == "bare" and counted and counted.product and not counted.product.generic:
        last = counted.product  # a row of counts goes on with the product of the last one
    if (
        last
        and last.vendor
        and draft.reading.makers
        and last.vendor not in {m.claim_name for m in draft.reading.makers}
    ):
        last = None  # "Nvidia's most advanced chips" are no Ascend told before
    if named and not named.generic:
        return Filled(named.claim_name, named.start, named.end, "product")
    model = _only_model(draft)
    if model and goods.sort in ("count", "bare"):
        return Filled(model.claim_name, model.start, model.end, "product-of-segment")
    referring = (
        goods.definite
        or goods.sort in ("bare", "same", "order")
        or (named is not None and named.weak and goods.sort == "value")
    )
    same = goods.definite or (draft.event == "diversion" and goods.product is not None and goods.product.weak)
    again = goods.sort == "count" and same and named is not None and named.generic and discourse.count
    if last and again and goods.number and discourse.count and goods.number.value == discourse.count.value:
        return Filled(last.claim_name, goods.start, goods.end, "product-of-count-before")
    if last and referring:
        return Filled(last.claim_name, goods.start, goods.end, "product-before")
    if named:
        return Filled(named.claim_name, named.start, named.end, "product-generic")
    if last and goods.sort == "value" and draft.segment.has("m_pronoun"):
        return Filled(last.claim_name, goods.start, goods.end, "product-before")
    if draft.head is not None and draft.head.kind == "spend" and draft.reading.makers:
        return Filled("GPU", goods.start, goods.end, "goods-of-maker")
    if goods.sort == "bare" and discourse.count_goods and discourse.count_goods.product:
        return Filled("GPU", goods.start, goods.end, "product-before")
    if last and draft.event in ("delay", "cancellation", "diversion"):
        return Filled(last.claim_name, goods.start, goods.end, "product-of-order-before")
    return None


def _only_model(draft: Draft) -> ProductName | None:
    """The one model that the segment of a count names apart from it ("1,111 servers with H100")."""
    models = {p.claim_name: p for p in draft.segment.products if not p.generic}
    return next(iter(models.values())) if len(models) == 1 else None


def _beside(draft: Draft) -> ProductName | None:
    """The product of a sum: the nearest that the segment names."""
    segment = draft.segment
    beside = segment.products
    return min(beside, key=lambda p: abs(p.start - segment.goods.start), default=None)


def _count(draft: Draft, discourse: Discourse, shared: bool) -> None:
    goods = draft.segment.goods
    number, rule = goods.number, "count"
    unit = goods.unit
    if goods.sort == "value" or shared or draft.caused or draft.segment.has("m_equivalent"):
        return
    if number is None and _takes_up(goods, draft) and discourse.count is not None and discourse.count_goods is not None:
        number, rule = discourse.count, "count-before"
        unit = discourse.count_goods.unit
    if number is None or number.currency:
        return
    if goods.sort == "bare" and unit == "gpu":
        before = [p for p in draft.segment.products if p.end <= goods.start]
        unit = before[-1].unit if before else unit
    start, end = (goods.start, goods.end) if rule == "count-before" else (number.start, number.end)
    draft.slots["quantity"] = Filled((number.low, number.high, unit), start, end, rule)


def _takes_up(goods: Goods, draft: Draft) -> bool:
    """Whether goods stand for the whole lot told before ("those chips"), and nothing else says how many."""
    if draft.event == "delay" and draft.segment.has("m_site"):
        return False  # the site is late, however many chips it waits for
    if goods.sort == "same":
        return True
    return (
        goods.sort == "kind"
        and goods.pointed
        and bool(goods.product and goods.product.generic)
        and not draft.segment.money
    )


_PAID = (
    "order",
    "plan",
    "delay",
    "cancellation",
    "resale",
    "shipment",
    "delivery",
    "allocation",
    "diversion",
    "restriction",
)


def _money(draft: Draft) -> None:
    segment = draft.segment
    if draft.event not in _PAID or segment.has("m_other_money"):
        return
    chosen: Number | None = segment.goods.number if segment.goods.sort == "value" else None
    # A price per unit is no sum of the deal.
    prices = [cue for cue in segment.cues if cue.kind == "m_unit_price"]
    each = [min(segment.money, key=lambda m: abs(m.start - price.end)) for price in prices if segment.money]
    sums = [m for m in segment.money if m not in each]
    if chosen in each:
        return
    if chosen is None and sums:
        chosen = min(sums, key=lambda m: abs(m.start - segment.goods.start))
    if chosen:
        draft.slots["value"] = Filled((chosen.low, chosen.high, chosen.currency), chosen.start, chosen.end, "money")


def _supplier(draft: Draft, discourse: Discourse, item: Item) -> None:
    goods, segment = draft.segment.goods, draft.segment
    if "supplier" in draft.slots:
        return
    product = goods.product or _beside(draft)
    if (
        (product is None or product.generic)
        and discourse.product
        and draft.name("product") == discourse.product.claim_name
    ):
        product = discourse.product
    if product and not product.generic:
        if product.vendor in item.makers and product.vendor:
            draft.slots["supplier"] = Filled(product.vendor, product.start, product.end, "maker-of-product")
        return
    party = draft.name("to_entity")
    told = draft.reading.makers
    inside = (n for n in told if goods.start <= n.start < goods.end)
    beside = (n for n in told if segment.start <= n.start < segment.end)
    named = next(chain(inside, beside, told), None)
    if named:
        draft.slots["supplier"] = Filled(named.claim_name, named.start, named.end, "maker-named")
    elif party and discourse.suppliers.get(party):
        draft.slots["supplier"] = Filled(discourse.suppliers[party], goods.start, goods.end, "maker-of-party")
    elif (draft.event == "diversion" or _of_class(goods)) and len(
        makers := item.makers - {draft.name("from_entity"), party}
    ) == 1:
        maker = next(iter(makers))
        draft.slots["supplier"] = Filled(maker, goods.start, goods.end, "maker-of-item")


def _of_class(goods: Goods) -> bool:
    """Whether goods are only "chips", which are those of the one maker that an item names."""
    return goods.sort == "kind" and goods.product is not None and goods.product.weak


Tense = Literal["near", "past", "future"]

_PROMISED = ("plan", "shipment", "allocation", "order", "resale", "restriction", "diversion", "cancellation", "delay")


def _times(draft: Draft) -> None:
    for period, roles in draft.segment.periods:
        if "other" in roles or (
            period.reading in ("weekday", "rel-day") and draft.event not in ("restriction", "delivery")
        ):
            continue
        slot, tense = _slot_of(draft, period, roles)
        if slot is None or slot in draft.slots:
            continue
        days = period.read(tense)
        if days != (None, None):
            draft.slots[slot] = Filled(days, period.start, period.end, f"{slot}:{period.reading}")


def _slot_of(draft: Draft, period: Period, roles: dict[str, str]) -> tuple[str | None, Tense]:
    event = draft.event
    if event == "holding":
        return None, "near"
    if event == "delay":
        if "due" in roles:
            return "promised", "near"
        return ("revised", "future") if "revised" in roles or _ahead(period, draft) else (None, "near")
    if "revised" in roles and event in ("diversion", "cancellation"):
        return "revised", "future"
    if "due" in roles:
        return "promised", ("near" if event == "diversion" else "future")
    if (
        event == "diversion"
        and draft.segment.has("m_swap")
        and period.reading in ("month", "quarter", "half", "season")
    ):
        return "promised", "near"
    if event == "diversion" and period.reading == "month" and (period.near[1] - period.near[0]).days > 31:
        return "promised", "near"  # two months, "January and June", are when lots are due
    if event == "diversion":
        return (
            ("actual", "past")
            if not draft.future and not period.floating and not _ahead(period, draft)
            else (None, "near")
        )
    if event in ("plan", "allocation") or draft.future:
        return "promised", "future"
    if event in ("order", "shipment", "resale", "restriction"):
        published = draft.segment.published
        begun = published is None or period.floating or period.near[1 if period.edge == "end" else 0] <= published
        if draft.head and draft.head.tag in ("past", "agreed", "hearsay") and begun:
            return "actual", "past"
        return ("promised", "future") if _ahead(period, draft) else ("actual", "past")
    return ("actual", "past") if event == "delivery" else (None, "near")


def _ahead(period: Period, draft: Draft) -> bool:
    """Whether a period that is not bound to a year by tense alone ends after the day of publication."""
    published = draft.segment.published
    return published is not None and not period.floating and period.near[1] > published


def _slip(draft: Draft) -> None:
    if draft.event not in ("delay", "diversion"):
        return
    if draft.event == "diversion":
        return
    chosen = next(iter(draft.segment.durations), None) or next(iter(draft.reading.durations), None)
    if chosen:
        draft.slots["delay"] = Filled((chosen.low, chosen.high), chosen.start, chosen.end, "duration")


def substantial(draft: Draft) -> bool:
    """Whether a claim has a count, a sum, a slip or a product that says more than "chips"."""
    product = draft.segment.goods.product
    again = product is None and draft.segment.goods.sort != "bare" and draft.name("product") not in (None, "GPU")
    named = again or (product is not None and (not product.weak or "supplier" in draft.slots))
    site = draft.event == "delay" and draft.segment.has("m_site") and draft.segment.goods.pointed
    return named or site or any(slot in draft.slots for slot in ("quantity", "value", "delay", "from_entity"))
