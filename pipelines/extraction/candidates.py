"""From found names, numbers and words to what decisions are made on: segments of a sentence around one lot of goods.

Here belong goods (a count or a sum with its product), cues, roles by local patterns, and the division of a sentence
between its goods. Which of them is a claim is decided in `decisions.py`.
"""

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal

from pipelines.extraction import pack as marks
from pipelines.extraction.claim import QuantityUnit
from pipelines.extraction.names import Name, ProductName
from pipelines.extraction.pack import LanguagePack
from pipelines.extraction.periods import Duration, Period
from pipelines.extraction.quantities import Number
from pipelines.extraction.text import Sentence

MAX_MENTIONS = 60
"""A sentence with more names, or more counts and products, is a table or noise: nothing is read from it."""

GoodsSort = Literal["count", "bare", "same", "kind", "value", "order"]


@dataclass(slots=True)
class Goods:
    """What may be claimed: a count with its product, a bare count, a product alone, a sum, an order without either."""

    start: int
    end: int
    sort: GoodsSort
    number: Number | None = None
    product: ProductName | None = None
    definite: bool = False
    unit: QuantityUnit = "gpu"
    grown: Literal["", "from", "to"] = ""
    pointed: bool = False


@dataclass(frozen=True, slots=True)
class Cue:
    """A word or phrase of a pack: its kind, the entry that it comes from, its tense (`past`, `future`, …)."""

    start: int
    end: int
    kind: str
    entry: str
    tag: str


@dataclass(slots=True)
class Party:
    """A mention of a party, person or outlet with the roles that local patterns give it (role to rule)."""

    name: Name
    roles: dict[str, str] = field(default_factory=dict)
    group: int = 0
    oblique: bool = False


@dataclass(slots=True)
class Segment:
    """The part of a sentence around one lot of goods."""

    start: int
    end: int
    sentence: int
    goods: Goods
    parties: list[Party] = field(default_factory=list)
    cues: list[Cue] = field(default_factory=list)
    periods: list[tuple[Period, dict[str, str]]] = field(default_factory=list)
    durations: list[Duration] = field(default_factory=list)
    money: list[Number] = field(default_factory=list)
    products: list[ProductName] = field(default_factory=list)
    published: date | None = None
    before: "Segment | None" = None

    def has(self, *kinds: str) -> bool:
        """Whether a cue of one of these kinds stands in the segment."""
        return any(cue.kind in kinds for cue in self.cues)

    def first(self, *kinds: str) -> Cue | None:
        """The first cue of one of these kinds."""
        return next((cue for cue in self.cues if cue.kind in kinds), None)


@dataclass(slots=True)
class Found:
    """Everything found in one item, each list in order."""

    text: str
    plain: str
    sentences: list[Sentence]
    parties: list[Name]
    products: list[ProductName]
    numbers: list[Number]
    periods: list[Period]
    durations: list[Duration]
    cues: list[Cue]


@dataclass(slots=True)
class Reading:
    """One sentence: its parties with their roles, and its segments (none where no goods stand in it)."""

    index: int
    start: int
    end: int
    paragraph: int
    parties: list[Party]
    cues: list[Cue]
    segments: list[Segment]
    abstract: str
    makers: list[Name]
    durations: list[Duration]
    question: bool = False


def readings(found: Found, pack: LanguagePack) -> list[Reading]:
    """All sentences in order."""
    return [_reading(found, pack, index) for index in range(len(found.sentences))]


def _within(rows: list[marks.Any], start: int, end: int) -> list[marks.Any]:
    first = bisect_left(rows, start, key=lambda row: row.start)
    last = bisect_right(rows, end - 1, key=lambda row: row.start)
    return [row for row in rows[first:last] if row.end <= end]


def _reading(found: Found, pack: LanguagePack, index: int) -> Reading:
    sentence = found.sentences[index]
    start, end = sentence.start, sentence.end
    names: list[Name] = _within(found.parties, start, end)
    cues: list[Cue] = _within(found.cues, start, end)
    periods: list[Period] = _within(found.periods, start, end)
    durations: list[Duration] = _within(found.durations, start, end)
    numbers: list[Number] = _within(found.numbers, start, end)
    money = [n for n in numbers if n.currency]
    if len(names) > MAX_MENTIONS or len(numbers) + len(_within(found.products, start, end)) > MAX_MENTIONS:
        return Reading(index, start, end, sentence.paragraph, [], [], [], "", [], [])
    taken = [(p.start, p.end) for p in (*periods, *durations, *money)]
    counts = [n for n in numbers if not n.currency and not any(a < n.end and n.start < b for a, b in taken)]
    counts = [part for n in counts for part in _apart(found.plain, n, cues, pack)]
    goods = _goods(found, pack, sentence, counts, money, cues)
    parties = [Party(name) for name in names if not any(g.start <= name.start < g.end and g.sort in ("count", "kind") and _swallowed(g, name) for g in goods)]
    abstract, places = _abstract(found.plain, start, end, parties, goods, periods, durations, money)
    period_roles, spoken = _assign_roles(abstract, places, parties, periods, pack)
    spoken = [(a, b) for a, b in spoken if not any(0 <= g.start - b <= 3 and g.sort in ("count", "bare") for g in goods)]
    cues = [c for c in cues if c.kind not in _SAYING or not any(a <= c.start < b for a, b in spoken)]
    _group(found.plain, parties, pack)
    makers = [name for name in names if name.role == "maker"]
    question = found.plain[start:end].rstrip("\"' )").endswith("?")
    reading = Reading(index, start, end, sentence.paragraph, parties, cues, [], abstract, makers, durations, question)
    reading.segments = _segments(found.plain, reading, goods, pack)
    for segment in reading.segments:
        segment.parties = [p for p in parties if segment.start <= p.name.start < segment.end]
        segment.cues = [c for c in cues if segment.start <= c.start < segment.end]
        segment.periods = [(p, r) for p, r in zip(periods, period_roles, strict=True) if segment.start <= p.start < segment.end]
        segment.durations = [d for d in durations if segment.start <= d.start < segment.end]
        segment.products = [p for p in _within(found.products, start, end) if segment.start <= p.start < segment.end]
        segment.money = [m for m in money if segment.start <= m.start < segment.end]
    return reading


def _swallowed(goods: Goods, name: Name) -> bool:
    """A maker before its product belongs to the goods; a party between count and product keeps its role."""
    return name.role == "maker"


# ---- goods


def _goods(found: Found, pack: LanguagePack, sentence: Sentence, counts: list[Number], money: list[Number], cues: list[Cue]) -> list[Goods]:
    plain = found.plain
    products: list[ProductName] = _within(found.products, sentence.start, sentence.end)
    used: set[int] = set()
    goods: list[Goods] = []
    counts = [_shared(plain, number, pack) for number in counts]
    for position, number in enumerate(counts):
        limit = counts[position + 1].start if position + 1 < len(counts) else sentence.end
        bound = _bound(plain, pack, number, products, limit)
        if bound:
            chosen, last, indexes = bound
            used.update(indexes)
            unit = _unit(plain, pack, number.end, last, chosen)
            goods.append(Goods(number.start, last, "count", number, chosen, False, unit))
        elif _bare(plain, pack, number, cues, found.parties):
            goods.append(Goods(number.start, number.end, "bare", number, unit=_bare_unit(plain, pack, number.end)))
    for match in _matches(pack, "same_count", plain, sentence):
        # "As many as 600,000" and "as many, 50,000" say the count themselves.
        if not any(n.start <= match.start() < n.end or 0 <= n.start - match.end() <= 3 for n in counts):
            goods.append(Goods(*match.span(), "same", None, None, True))
    for index, product in enumerate(products):
        if index in used:
            continue
        group = [index]
        while group[-1] + 1 < len(products) and products[group[-1] + 1].start - products[group[-1]].end <= 12 and not re.search(
            r"[,;:.]", plain[products[group[-1]].end : products[group[-1] + 1].start]
        ) and group[-1] + 1 not in used:  # fmt: skip
            group.append(group[-1] + 1)
        used.update(group)
        chosen = _most_specific([products[i] for i in group])
        definite = _definite(plain, pack, product.start)
        goods.append(Goods(product.start, products[group[-1]].end, "kind", None, chosen, definite, _unit(plain, pack, product.start, products[group[-1]].end, chosen)))
    for amount in money:
        goods.append(Goods(amount.start, amount.end, "value", amount))
    for match in _matches(pack, "order_nouns", plain, sentence):
        goods.append(Goods(*match.span(), "order", None, None, True))
    for g in goods:
        g.pointed = g.sort == "kind" and _pointed(plain, pack, g.start)
        before = plain[max(sentence.start, g.start - 12) : g.start].rstrip(" ")
        for side in ("from", "to"):
            if any(re.search(rf"(?<!\w){re.escape(word)}$", before) for word in pack.words[f"grow_{side}"]):
                g.grown = "from" if side == "from" else "to"
    return sorted(goods, key=lambda g: (g.start, g.end))


def _shared(plain: str, number: Number, pack: LanguagePack) -> Number:
    """A stated share of a count ("half of the 16,384") as the count that it makes."""
    before = plain[max(0, number.figure[0] - 24) : number.figure[0]].rstrip(" ")
    for row in pack.words["fractions"]:
        phrase, _, share = row.partition("=")
        if before.endswith(phrase):
            low, high = (None if v is None else round(v * float(share)) for v in (number.low, number.high))
            return replace(number, low=low, high=high)
    return number


def _apart(plain: str, number: Number, cues: list[Cue], pack: LanguagePack) -> tuple[Number, ...]:
    """ "Rise from 35,000 to 85,000" is no range but two counts."""
    if number.parts is None or not any(cue.kind == "grow" for cue in cues):
        return (number,)
    before = plain[max(0, number.parts[0].start - 16) : number.parts[0].start].rstrip(" ")
    grown = any(re.search(rf"(?<!\w){re.escape(word)}(?: [\w~]+)?$", before) for word in pack.words["grow_from"])
    return number.parts if grown else (number,)


def _matches(pack: LanguagePack, key: str, plain: str, sentence: Sentence) -> list[re.Match[str]]:
    pattern = pack.patterns[key]
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
            if stop and stop.search(between):
                break
            indexes.append(indexes[-1] + 1)
        chosen = _most_specific([products[i] for i in indexes])
        return chosen, products[indexes[-1]].end, indexes
    return None


def _most_specific(products: list[ProductName]) -> ProductName:
    """The model of a phrase, before its family, before "chips"."""
    return min(products, key=lambda p: (p.generic, p.family))


def _unit(plain: str, pack: LanguagePack, start: int, end: int, product: ProductName) -> QuantityUnit:
    around = plain[start : end + 14]
    after = re.split(r"[,;:.]", plain[end : end + 14])[0]
    within = plain[start:end] + after
    for unit in ("rack", "system"):
        pattern = pack.patterns[unit]
        if pattern and pattern.search(within):
            return unit
    return product.unit if around else "gpu"


def _bare_unit(plain: str, pack: LanguagePack, end: int) -> QuantityUnit:
    after = plain[end : end + 14]
    for unit in ("rack", "system"):
        pattern = pack.patterns[unit]
        if pattern and pattern.match(after.lstrip()):
            return unit
    return "gpu"


def _bare(plain: str, pack: LanguagePack, number: Number, cues: list[Cue], names: list[Name]) -> bool:
    """Whether a number without a product may count goods named before: nothing else stands where its noun would."""
    written = plain[number.figure[0] : number.figure[1]]
    if number.value < 50 or re.fullmatch(r"(?:19|20)\d\d", written):
        return False
    after = plain[number.end : number.end + 24]
    if re.match(r"\s*(?:$|[,;:.)!?\"](?!\d))", after):
        return True
    pattern = pack.patterns["after_bare"]
    if pattern and pattern.match(after.lstrip(" ")):
        return True
    following = number.end + len(after) - len(after.lstrip(" "))
    if any(following + 2 <= name.start <= following + 4 for name in _within(names, following, following + 40)):
        return True
    return any(cue.start == following and cue.tag == "past" for cue in cues)


def _definite(plain: str, pack: LanguagePack, start: int) -> bool:
    before = plain[max(0, start - 24) : start].rstrip(" ")
    return any(re.search(rf"(?<!\w){re.escape(word)}(?: [\w'-]+)?$", before) for word in pack.words["definite"])


def _pointed(plain: str, pack: LanguagePack, start: int) -> bool:
    before = plain[max(0, start - 16) : start].rstrip(" ")
    return any(re.search(rf"(?<!\w){re.escape(word)}$", before) for word in pack.words["demonstrative"])


# ---- abstraction and roles


_CHARACTER = {"party": marks.PARTY, "maker": marks.MAKER, "place": marks.PLACE, "person": marks.PERSON, "outlet": marks.OUTLET}


def _abstract(
    plain: str, start: int, end: int, parties: list[Party], goods: list[Goods], periods: list[Period],
    durations: list[Duration], money: list[Number],
) -> tuple[str, list[int]]:  # fmt: skip
    """The sentence with one character for each mention, and for each of its characters the place in the text."""
    rows: list[tuple[int, int, str]] = []
    for party in parties:
        character = marks.PRONOUN if party.name.how == "anaphor" else _CHARACTER[party.name.role]
        rows.append((party.name.start, party.name.end, character))
    rows += [(p.start, p.end, marks.PERIOD) for p in periods]
    rows += [(d.start, d.end, marks.DURATION) for d in durations]
    rows += [(m.start, m.end, marks.MONEY) for m in money]
    for g in goods:
        if g.sort in ("count", "bare", "same", "kind"):
            inner = [p.name for p in parties if g.start < p.name.start < g.end]
            # "12,000 for X reserved H100": the party inside keeps its own place.
            rows.append((g.start, g.number.end if inner and g.number else g.end, marks.GOODS))
    rows.sort(key=lambda row: (row[0], -row[1]))
    pieces: list[str] = []
    places: list[int] = []
    position = start
    for a, b, character in rows:
        if a < position:
            continue
        pieces.append(plain[position:a])
        places += range(position, a)
        pieces.append(character)
        places.append(a)
        position = b
    pieces.append(plain[position:end])
    places += range(position, end)
    return "".join(pieces).replace("\n", " "), places


def _assign_roles(
    abstract: str, places: list[int], parties: list[Party], periods: list[Period], pack: LanguagePack
) -> tuple[list[dict[str, str]], list[tuple[int, int]]]:
    """Gives parties and periods their roles; also the stretches that only say who speaks."""
    spoken: list[tuple[int, int]] = []
    by_start = {party.name.start: party for party in parties}
    period_index = {period.start: index for index, period in enumerate(periods)}
    period_roles: list[dict[str, str]] = [{} for _ in periods]
    for row in pack.roles:
        for match in row.pattern.finditer(abstract):
            place = places[match.start("slot")]
            if place in by_start:
                by_start[place].roles.setdefault(row.role, row.entry)
                if row.role == "source":
                    end = places[match.end() - 1] + 1
                    spoken.append((max(places[match.start()], end - 24), end))
            elif place in period_index:
                period_roles[period_index[place]].setdefault(row.role, row.entry)
    prepositions = pack.patterns["prepositions"]
    for index, place in enumerate(places):
        if place in by_start and abstract[index] >= marks.PARTY:
            before = abstract[max(0, index - 20) : index]
            if prepositions and any(m.end() == len(before.rstrip(" ")) for m in prepositions.finditer(before.rstrip(" "))):
                by_start[place].oblique = True
    return period_roles, spoken


_SAYING = ("promise", "have", "move", "receive", "want", "spend")
"""Cues that also are verbs of saying ("promises the founder"): none where they only say who speaks."""


def _group(plain: str, parties: list[Party], pack: LanguagePack) -> None:
    """Numbers the groups of coordinated parties ("A, B and C"); later members share the roles of the first."""
    ands = {*pack.words["and"], *(f", {word}" for word in pack.words["and"])}
    for index, party in enumerate(parties):
        party.group = index
        if index == 0:
            continue
        last = parties[index - 1]
        if last.name.role == "place" and party.name.role == "party" and index > 1 and last.name.start - parties[index - 2].name.end < 6:
            # "G42 of Abu Dhabi and Humain": the place belongs to the party before it.
            last = Party(replace(parties[index - 2].name, end=last.name.end), parties[index - 2].roles, parties[index - 2].group, parties[index - 2].oblique)
        gap = " ".join(plain[last.name.end : party.name.start].split())
        article = next((a for a in pack.words["definite"] if gap.endswith(" " + a)), None)
        gap = gap.removesuffix(" " + article) if article else gap
        alike = _sort_of(last.name) == _sort_of(party.name)
        # Commas join only on the way to an "and": "instead of Tesla, X got them" is no list.
        joined = gap in ands or (gap == "," and _leads_to_and(plain, parties[index:], ands, pack))
        if joined and alike and last.name.claim_name != party.name.claim_name:
            party.group = last.group
            party.oblique = last.oblique
            for role, rule in last.roles.items():
                party.roles.setdefault(role, rule + "+and")


def _leads_to_and(plain: str, parties: list[Party], ands: set[str], pack: LanguagePack) -> bool:
    for last, party in zip(parties, parties[1:], strict=False):
        gap = " ".join(plain[last.name.end : party.name.start].split())
        article = next((a for a in pack.words["definite"] if gap.endswith(" " + a)), None)
        gap = gap.removesuffix(" " + article) if article else gap
        if gap in ands:
            return True
        if gap != ",":
            return False
    return False


def _sort_of(name: Name) -> str:
    return name.role if name.role in ("person", "outlet", "place") else "party"


# ---- segments


def _segments(plain: str, reading: Reading, goods: list[Goods], pack: LanguagePack) -> list[Segment]:
    anchors = [g for g in goods if g.sort in ("count", "bare", "same")]
    if not anchors:
        rest = [g for g in goods if g.sort in ("kind", "value", "order")]
        anchors = _own_clauses(plain, reading, rest, pack)
    else:
        anchors = _with_kinds(plain, reading, anchors, [g for g in goods if g.sort in ("kind", "value")], pack)
    if not anchors:
        return []
    cuts = [reading.start]
    merged: list[Goods] = [anchors[0]]
    for first, second in zip(anchors, anchors[1:], strict=False):
        cut = _boundary(plain, first.end, second.start, pack)
        cuts.append(cut if cut is not None else second.start)
        merged.append(second)
    cuts.append(reading.end)
    segments = [Segment(cuts[i], cuts[i + 1], reading.index, g) for i, g in enumerate(merged)]
    for last, segment in zip(segments, segments[1:], strict=False):
        segment.before = last
    return segments


def _boundary(plain: str, start: int, end: int, pack: LanguagePack) -> int | None:
    """The strongest clause boundary between two places, None where there is none."""
    best: tuple[float, int] | None = None
    swap, conjunction = pack.patterns["swap"], pack.patterns["clause_and"]
    choices: list[tuple[float, int]] = [(4.0, m.end()) for m in re.finditer(r"[;:]|\. | - ", plain[start:end])]
    choices += [(1.0, m.end()) for m in re.finditer(r",(?!\d)", plain[start:end])]
    if swap:
        choices += [(3.0, m.start()) for m in swap.finditer(plain[start:end])]
    if conjunction:
        for m in conjunction.finditer(plain[start:end]):
            comma = plain[start:end][: m.start()].rstrip().endswith(",")
            choices.append((2.5 if comma else 1.5, m.start()))
    for strength, place in choices:
        if best is None or strength > best[0]:
            best = (strength, place)
    return start + best[1] if best else None


_CLAIMING = (
    "divert", "move", "receive", "supply", "ship", "deliver", "install", "buy", "want", "promise", "delay", "cancel",
    "restrict", "resell", "rent", "have", "spend", "grow",
)  # fmt: skip


def _own_clauses(plain: str, reading: Reading, rest: list[Goods], pack: LanguagePack) -> list[Goods]:
    """One lot of goods a clause: a product before a sum before an order, where a clause has a cue of its own."""
    kept: list[Goods] = []
    for g in sorted(rest, key=_rank):
        if all(_separate(plain, reading, g, other, pack) for other in kept):
            kept.append(g)
    return sorted(kept, key=lambda g: g.start)


def _rank(goods: Goods) -> tuple[int, bool, bool]:
    product = goods.product
    return ("kind", "value", "order").index(goods.sort), bool(product and product.generic), bool(product and product.weak)


def _with_kinds(plain: str, reading: Reading, anchors: list[Goods], kinds: list[Goods], pack: LanguagePack) -> list[Goods]:
    kept = list(anchors)
    for g in kinds:
        if g.sort == "kind" and all(_separate(plain, reading, g, other, pack) for other in kept):
            kept.append(g)
    return sorted(kept, key=lambda g: g.start)


def _separate(plain: str, reading: Reading, first: Goods, second: Goods, pack: LanguagePack) -> bool:
    """Whether two lots stand in clauses of their own, each with a party and a cue."""
    left, right = (first, second) if first.start <= second.start else (second, first)
    if left.end > right.start:
        return False
    window = plain[left.end : right.start]
    cut = _boundary(plain, left.end, right.start, pack)
    strong = re.search(r"[;:]", window) or (pack.patterns["clause_and"] and pack.patterns["clause_and"].search(window))
    if cut is None or not strong:
        return False

    def complete(a: int, b: int) -> bool:
        return any(c.kind in _CLAIMING and a <= c.start < b for c in reading.cues) and any(
            p.name.role in ("party", "place", "maker") and a <= p.name.start < b for p in reading.parties
        )

    return complete(reading.start, cut) and complete(cut, reading.end)
