"""Finds the goods of a sentence: counts with their product, bare counts, products, sums, orders.

Here belong what a number counts, its unit, and whether a noun points back. What is said of goods is decided elsewhere.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import replace
from functools import cache

from pipelines.extraction.claim import QuantityUnit
from pipelines.extraction.endings import at_the_end
from pipelines.extraction.features import Cue, Found, Goods
from pipelines.extraction.names import Name, ProductName
from pipelines.extraction.pack import LanguagePack
from pipelines.extraction.periods import Period
from pipelines.extraction.quantities import Number
from pipelines.extraction.spans import within
from pipelines.extraction.text import Sentence

CLAIMING = (
    "divert", "move", "receive", "supply", "ship", "deliver", "install", "buy", "want", "promise", "delay", "cancel",
    "restrict", "resell", "rent", "have", "spend", "grow",
)  # fmt: skip
"""The kinds of cue that can make a clause about goods a claim."""


NAMED_BY = ("same_count", "order_nouns", "goods_back")
"""The lists of phrases of a pack that name goods."""


def goods_of(
    found: Found,
    pack: LanguagePack,
    sentence: Sentence,
    counts: list[Number],
    money: list[Number],
    products: list[ProductName],
    cues: list[Cue],
    phrases: Collection[str],
) -> list[Goods]:
    """All goods of a sentence in order, from its counts, sums, products, and the phrases that stand in it by list."""
    if not (counts or money or products or phrases):
        return []
    plain = found.plain
    used: set[int] = set()
    goods: list[Goods] = []
    counts = [_shared(plain, number, pack) for number in counts]
    for position, number in enumerate(counts):
        limit = counts[position + 1].start if position + 1 < len(counts) else sentence.end
        bound = _bound(plain, pack, number, products, limit)
        behind = None if bound else _behind(plain, pack, number, products, used, found.periods)
        if behind is not None:
            used.add(behind)
            product = products[behind]
            if behind and behind - 1 not in used and _beside(plain, products[behind - 1], product):
                # "블랙웰 GPU 26만장": the model before the common noun.
                used.add(behind - 1)
                product = replace(_most_specific([products[behind - 1], product]), start=products[behind - 1].start)
            unit = _unit(plain, pack, product.start, number.end, product)
            definite = _definite(plain, pack, product.start)
            goods.append(Goods(product.start, number.end, "count", number, product, definite, unit))
        elif bound:
            chosen, last, indexes = bound
            used.update(indexes)
            unit = _unit(plain, pack, number.end, last, chosen)
            definite = _definite(plain, pack, number.figure[0])
            goods.append(Goods(number.start, last, "count", number, chosen, definite, unit))
        elif _bare(plain, pack, number, cues, found.parties):
            goods.append(Goods(number.start, number.end, "bare", number, unit=_bare_unit(plain, pack, number)))
    for match in _matches(pack, "same_count", plain, sentence, phrases):
        # "As many as 600,000" and "as many, 50,000" say the count themselves.
        spoken = plain[match.start() - 1 : match.start()] == "'"
        if not spoken and not any(n.start <= match.start() < n.end or 0 <= n.start - match.end() <= 3 for n in counts):
            goods.append(Goods(*match.span(), "same", None, None, True))
    for index, product in enumerate(products):
        if index in used:
            continue
        group = [index]
        while _follows(plain, products, group[-1], used, pack):
            group.append(group[-1] + 1)
        used.update(group)
        chosen = _most_specific([products[i] for i in group])
        end = products[group[-1]].end
        goods.append(
            Goods(
                product.start,
                end,
                "kind",
                None,
                chosen,
                _definite(plain, pack, product.start),
                _unit(plain, pack, product.start, end, chosen),
            )
        )
    for amount in money:
        goods.append(Goods(amount.start, amount.end, "value", amount))
    for match in _matches(pack, "order_nouns", plain, sentence, phrases):
        goods.append(Goods(*match.span(), "order", None, None, True))
    goods += [
        Goods(*match.span(), "kind", None, None, True, pointed=True)
        for match in _matches(pack, "goods_back", plain, sentence, phrases)
        if not any(g.start < match.end() and match.start() < g.end for g in goods)
    ]
    goods = [g for g in goods if not _preceded_by(plain, pack.words["not_goods_before"], g.start)]
    goods = [g for g in _filled(plain, goods, cues, pack) if not _instead(plain, g.end, pack)]
    for g in goods:
        g.possessed = _preceded_by(plain, pack.words["possessives"], g.number.figure[0] if g.number else g.start)
        inner = pack.patterns["possessives"]
        # "12,000 of its H100s"
        g.possessed = g.possessed or bool(g.number and inner and inner.search(plain, g.number.end, g.end))
        g.pointed = g.pointed or (g.sort == "kind" and _preceded_by(plain, pack.words["demonstrative"], g.start))
        before = plain[max(sentence.start, g.start - 12) : g.start].rstrip(" ")
        for side in ("from", "to") if g.number else ():
            if at_the_end(pack.words[f"grow_{side}"]).search(before):
                g.grown = "from" if side == "from" else "to"
    return _lists(plain, sorted(goods, key=lambda g: (g.start, g.end)), cues, pack)


def _follows(plain: str, products: Sequence[ProductName], index: int, used: set[int], pack: LanguagePack) -> bool:
    """Whether the next product belongs to the same phrase ("puces Nvidia H100")."""
    if index + 1 >= len(products) or index + 1 in used:
        return False
    gap = plain[products[index].end : products[index + 1].start]
    if len(gap) > 12 or re.search(r"[,;:.]", gap) or _instead(plain, products[index].end, pack):
        return False
    return not _both_models(products, index, gap, pack)


def _instead(plain: str, end: int, pack: LanguagePack) -> bool:
    """Whether the words behind goods say that others take their place ("H200 대신", "H100ではなく")."""
    after = plain[end : end + 16].lstrip("\"'’”」』）) ")
    return after.startswith(pack.words.get("not_goods_after", ()) or "\0")


_ONE_RACK = 576
"""The most accelerators that one system or rack holds."""


def _filled(plain: str, goods: list[Goods], cues: list[Cue], pack: LanguagePack) -> list[Goods]:
    """Counts of servers and racks with the product that each of them holds ("1,111 servers, each with eight H100")."""
    found: list[Goods] = []
    for g in sorted(goods, key=lambda g: (g.start, g.end)):
        outer = found[-1] if found else None
        if outer is None or not _holds(plain, outer, g, cues, pack):
            found.append(g)
        else:
            found[-1] = replace(outer, end=g.end, product=g.product)
    return found


def _holds(plain: str, outer: Goods, inner: Goods, cues: list[Cue], pack: LanguagePack) -> bool:
    if outer.sort != "count" or outer.unit == "gpu" or inner.sort != "count" or inner.unit != "gpu":
        return False
    gap = plain[outer.end : inner.start]
    if inner.number is None or inner.number.value > _ONE_RACK or len(gap) > 40 or re.search(r"[;:.]", gap):
        return False
    each = any(c.kind == "m_each" and outer.end <= c.start <= inner.end + 12 for c in cues)
    return each or gap.strip(" ") in pack.words["of_money"]


def _both_models(products: Sequence[ProductName], index: int, gap: str, pack: LanguagePack) -> bool:
    """Whether "and" joins two models, each of them goods of their own."""
    return not products[index].generic and not products[index + 1].generic and gap.strip(" ") in pack.words["and"]


def _lists(plain: str, goods: list[Goods], cues: list[Cue], pack: LanguagePack) -> list[Goods]:
    """Goods with those that a list joins to them as one ("5,000 H100 and 3,000 B200", "A100, A800 and H800").

    What begins a clause of its own is no member: "Tesla got 5,000 H100 and 3,000 B200 went to X".
    """
    if len(goods) < 2:
        return goods
    ands = pack.joining
    found: list[Goods] = []
    run: list[Goods] = []
    for g in goods:
        gap = plain[run[-1].end : g.start].strip(" ") if run and _listable(run[-1]) and _listable(g) else ""
        last = gap in ands or (pack.unspaced and any(gap.endswith(a) and len(gap) <= len(a) + _COUNTER for a in ands))
        if last or gap == ",":
            run.append(g)
            if last:
                found += [_listed(run)] if _one_clause(run, cues, pack) else run
                run = []
            continue
        found += run
        run = [g]
    return [*found, *run]


_LEAST = 50
"""A smaller bare number counts something else, unless a counter of systems or racks follows."""
MOST = 10_000_000
"""No lot is as big: such a bare number is money whose currency was told before."""
_MEASURE = re.compile(r" ?(?:cpus?|[mgkt]w|[mgt]wh?|[peg]?flops|[tpg]b|nm|x|%)(?![a-z])")
"""The signs of measures, which all languages share; words for them stand in the packs."""
_COUNTER = 2
"""The most characters of a counter between a count and the word that goes on ("3000基とB200")."""


def _listable(goods: Goods) -> bool:
    named = goods.product is not None and not goods.product.generic
    return goods.sort == "count" or (goods.sort == "kind" and named)


def _one_clause(run: list[Goods], cues: list[Cue], pack: LanguagePack) -> bool:
    if pack.words.get("postpositions"):
        return True  # the verb stands behind all that it governs
    # "Nebius hat 5.000 H100 und 3.000 B200 bestellt": having is no verb of its own there.
    before = any(c.end <= run[0].start and c.kind != "have" for c in cues if c.kind in CLAIMING)
    return not (before and any(0 <= c.start - run[-1].end <= 25 for c in cues if c.kind in CLAIMING))


def _listed(run: list[Goods]) -> Goods:
    return replace(run[0], end=run[-1].end, also=tuple(run[1:]))


def _shared(plain: str, number: Number, pack: LanguagePack) -> Number:
    """A stated share of a count ("half of the 16,384") as the count that it makes."""
    before = plain[max(0, number.figure[0] - 24) : number.figure[0]].rstrip(" ")
    shares = _shares(pack.words["fractions"])
    if before.endswith(tuple(shares)):
        return _share(number, next(share for phrase, share in shares.items() if before.endswith(phrase)))
    # "8000개 주문분 가운데 절반": what part of it stands behind the count.
    after = plain[number.end : number.end + 24]
    for phrase, share in _shares(pack.words.get("fractions_after", ())).items():
        if phrase in after and not re.search(r"[,;:.]|\d", after[: after.index(phrase)]):
            return _share(number, share)
    return number


@cache
def _shares(rows: tuple[str, ...]) -> dict[str, float]:
    """Phrases with the share that each says, of rows as packs write them ("half of the=0.5")."""
    shares: dict[str, float] = {}
    for phrase, _, share in (row.partition("=") for row in rows):
        shares.setdefault(phrase, float(share))
    return shares


def _share(number: Number, share: float) -> Number:
    low, high = (None if v is None else round(v * share) for v in (number.low, number.high))
    return replace(number, low=low, high=high)


def apart(plain: str, number: Number, cues: list[Cue], pack: LanguagePack) -> tuple[Number, ...]:
    """ "Rise from 35,000 to 85,000" is no range but two counts."""
    if number.parts is None or not any(cue.kind == "grow" for cue in cues):
        return (number,)
    before = plain[max(0, number.parts[0].start - 16) : number.parts[0].start].rstrip(" ")
    grown = at_the_end(pack.words["grow_from"], r"(?: [\w~]+)?").search(before)
    return number.parts if grown else (number,)


def _matches(
    pack: LanguagePack, key: str, plain: str, sentence: Sentence, phrases: Collection[str]
) -> list[re.Match[str]]:
    pattern = pack.patterns[key] if key in phrases else None
    return list(pattern.finditer(plain, sentence.start, sentence.end)) if pattern else []


def _bound(
    plain: str, pack: LanguagePack, number: Number, products: list[ProductName], limit: int
) -> tuple[ProductName, int, list[int]] | None:
    """The product that a number counts, the end of the phrase, and the products used for it."""
    for index, product in enumerate(products):
        if product.start < number.end:
            continue
        gap = plain[number.end : product.start]
        if product.start >= limit or len(gap) > 48 or re.search(r"[;:.,()%\n]", gap) or gap.count(" ") > 7:
            return None
        stop = pack.patterns["gap_stop"]
        if stop and stop.search(gap):
            return None
        indexes = [index]
        while indexes[-1] + 1 < len(products):
            following = products[indexes[-1] + 1]
            between = plain[products[indexes[-1]].end : following.start]
            if following.start >= limit or len(between) > 14 or re.search(r"[,;:.(]|\d", between):
                break
            if _both_models(products, indexes[-1], between, pack):
                break
            if stop and stop.search(between):
                break
            indexes.append(indexes[-1] + 1)
        chosen = _most_specific([products[i] for i in indexes])
        return chosen, products[indexes[-1]].end, indexes
    return None


def _behind(
    plain: str,
    pack: LanguagePack,
    number: Number,
    products: list[ProductName],
    used: set[int],
    periods: Sequence[Period],
) -> int | None:
    """The product right before its count, by the words of a pack that link the two ("H100を3000基")."""
    links = pack.words.get("count_links", ())
    before = [i for i, product in enumerate(products) if product.end <= number.start] if links else []
    if not before or before[-1] in used:
        return None
    start = products[before[-1]].end
    gap = plain[start : number.start].strip(" ")
    if not gap or gap in pack.links:
        return before[-1]
    # "H100を今年6月までに2000基": a time may stand between.
    times = [(p.start, p.end) for p in within(periods, start, number.start)]
    if not times:
        return None
    kept = "".join(plain[i] for i in range(start, number.start) if not any(a <= i < b for a, b in times)).strip(" ")
    return before[-1] if any(kept[:length] in pack.links for length in _behind_counter(kept)) else None


def _behind_counter(kept: str) -> range:
    """How long the beginnings are that leave no more than a counter of a stretch."""
    return range(max(1, len(kept) - _COUNTER), len(kept) + 1)


def _beside(plain: str, first: ProductName, second: ProductName) -> bool:
    """Whether a common noun stands right behind the model that it repeats, with a blank as Korean writes it."""
    return second.generic and not first.generic and plain[first.end : second.start].strip("\"'」』)") in ("", " ")


def _most_specific(products: list[ProductName]) -> ProductName:
    """The model of a phrase, before its family, before "chips"."""
    return min(products, key=lambda p: (p.generic, p.family))


def _unit(plain: str, pack: LanguagePack, start: int, end: int, product: ProductName) -> QuantityUnit:
    around = plain[start : end + 14]
    after = re.split(r"[,;:.。、]", plain[end : end + 14])[0]
    stop = pack.patterns["gap_stop"]
    if stop and (match := stop.search(after)):
        after = after[: match.start()]  # "10,000 GPUs for a system": what they are for is no unit
    within = plain[start:end] + after
    for unit in ("rack", "system"):
        pattern = pack.patterns[unit]
        if pattern and pattern.search(within):
            return unit
    return product.unit if around else "gpu"


def _bare_unit(plain: str, pack: LanguagePack, number: Number) -> QuantityUnit:
    after = plain[number.end : number.end + 14]
    # A counter stands behind the number and the noun before it, with a blank as Korean writes it ("서버 60대").
    before = plain[max(0, number.start - 6) : number.start] if pack.words.get("count_links") else ""
    nouns = before.rstrip(" ").rsplit(" ", 1)[-1] if before.endswith(" ") else ""
    for unit in ("rack", "system"):
        pattern = pack.patterns[unit]
        if pattern and (pattern.match(after.lstrip()) or (nouns and pattern.fullmatch(nouns))):
            return unit
    return "gpu"


def _bare(plain: str, pack: LanguagePack, number: Number, cues: list[Cue], names: list[Name]) -> bool:
    """Whether a number without a product may count goods named before: nothing else stands where its noun would."""
    written = plain[number.figure[0] : number.figure[1]]
    counted = pack.unspaced and plain[number.end : number.end + 1].isalpha()
    if not 50 <= number.value < MOST or _measures(plain, number.end, pack):
        return False
    if re.fullmatch(r"(?:19|20)\d\d", written) and not counted:
        return False
    after = plain[number.end : number.end + 24]
    if re.match(r"\s*(?:$|[,;:.)!?\"。、](?!\d))", after):
        return True
    pattern = pack.patterns["after_bare"]
    if pattern and pattern.match(after.lstrip(" ")):
        return True
    following = number.end + len(after) - len(after.lstrip(" "))
    if any(following + 2 <= name.start <= following + 4 for name in within(names, following, following + 40)):
        return True
    return any(cue.start == following and cue.tag == "past" for cue in cues)


def _measures(plain: str, end: int, pack: LanguagePack) -> bool:
    """Whether the sign or word of a measure stands behind a number."""
    words = pack.words.get("measures", ())
    return _MEASURE.match(plain, end) is not None or plain.startswith(words, end + plain.startswith(" ", end))


def _definite(plain: str, pack: LanguagePack, start: int) -> bool:
    before = plain[max(0, start - 24) : start].rstrip(" ")
    return at_the_end(pack.words["definite"], r"(?: [\w'-]+)?").search(before) is not None


def _preceded_by(plain: str, words: tuple[str, ...], start: int) -> bool:
    before = plain[max(0, start - 30) : start].rstrip(" ")
    return at_the_end(words).search(before) is not None
