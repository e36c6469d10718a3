"""From found names, numbers and words to what decisions are made on: segments of a sentence around one lot of goods.

Here belong the reading of a sentence and its division between its goods. Goods are found in `goods.py`, roles given in
`roles.py`; which segment is a claim is decided in `decisions.py`.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from itertools import pairwise

from pipelines.extraction.features import Cue, Found, Goods, Party, Reading, Segment
from pipelines.extraction.goods import CLAIMING, apart, goods_of
from pipelines.extraction.names import Name, ProductName
from pipelines.extraction.pack import LanguagePack
from pipelines.extraction.periods import Duration, Period
from pipelines.extraction.quantities import Number
from pipelines.extraction.roles import SAYING, abstracted, assign_roles, group_parties
from pipelines.extraction.spans import by_stretch, within
from pipelines.extraction.text import Sentence

MAX_MENTIONS = 60
"""A sentence with more names, or more counts and products, is a table or noise: nothing is read from it."""

_LATIN = re.compile(r"[a-z]+ $")
_TICKER = re.compile(r"\( ?(?:(?P<exchange>[a-z]{2,8})[:. -]{0,2})?\d{3,6}(?P<place>[-.][a-z]{2,3})? ?\)")


def readings(found: Found, pack: LanguagePack) -> list[Reading]:
    """All sentences in order."""
    cut = found.sentences
    rows = _Rows(
        names=by_stretch(found.parties, cut),
        cues=by_stretch(found.cues, cut),
        periods=by_stretch(found.periods, cut),
        durations=by_stretch(found.durations, cut),
        numbers=by_stretch(found.numbers, cut),
        products=by_stretch(found.products, cut),
        phrases=pack.naming.by_sentence(found.plain, cut),
    )
    return [_reading(found, pack, index, rows) for index in range(len(cut))]


@dataclass(frozen=True, slots=True)
class _Rows:
    """What stands in each sentence, by its index."""

    names: dict[int, list[Name]]
    cues: dict[int, list[Cue]]
    periods: dict[int, list[Period]]
    durations: dict[int, list[Duration]]
    numbers: dict[int, list[Number]]
    products: dict[int, list[ProductName]]
    phrases: dict[int, set[str]]


def _reading(found: Found, pack: LanguagePack, index: int, rows: _Rows) -> Reading:
    sentence = found.sentences[index]
    start, end = sentence.start, sentence.end
    names, cues, numbers = rows.names.get(index, []), rows.cues.get(index, []), rows.numbers.get(index, [])
    periods, durations = rows.periods.get(index, []), rows.durations.get(index, [])
    products, phrases = rows.products.get(index, []), rows.phrases.get(index, ())
    if len(names) > MAX_MENTIONS or len(numbers) + len(products) > MAX_MENTIONS:
        return Reading(index, start, end, sentence.paragraph, [], [], [], "", [], [])
    money = [n for n in numbers if n.currency]
    counts = _counts(found, pack, sentence, numbers, names, cues, [*periods, *durations, *money]) if numbers else []
    goods = goods_of(found, pack, sentence, counts, money, products, cues, phrases)
    goods = goods or _pronoun(found.plain, start, end, pack, phrases) or _unsaid(names, cues)
    if not goods and not names:
        return Reading(
            index, start, end, sentence.paragraph, [], cues, [], found.plain[start:end], [], durations, counts=counts
        )
    # A maker beside its product belongs to the goods; a party between count and product keeps its role.
    counted = [g for g in goods if g.sort in ("count", "kind")]
    named = [n for n in names if not _introduces(found.plain, n, names, cues)]
    parties = [Party(n) for n in named if n.role != "maker" or not any(g.start <= n.start < g.end for g in counted)]
    for party in parties:
        party.oblique = party.name.role == "maker" and any(_behind(found.plain, party.name, g, pack) for g in counted)
    abstract, places = abstracted(found.plain, start, end, parties, goods, periods, durations, money)
    period_roles, spoken = assign_roles(abstract, places, parties, periods, pack)
    spoken = [
        (a, b) for a, b in spoken if not any(0 <= g.start - b <= 3 and g.sort in ("count", "bare") for g in goods)
    ]
    cues = [c for c in cues if c.kind not in SAYING or not any(a <= c.start < b for a, b in spoken)]
    group_parties(found.plain, parties, pack)
    makers = [name for name in names if name.role == "maker"]
    question = "?" in found.plain[end - 3 : end] and found.plain[start:end].rstrip("\"' )").endswith("?")
    reading = Reading(
        index, start, end, sentence.paragraph, parties, cues, [], abstract, makers, durations, question, counts
    )
    reading.segments = _segments(found.plain, reading, goods, pack)
    for segment in reading.segments:
        segment.parties = [p for p in parties if segment.start <= p.name.start < segment.end]
        segment.cues = [c for c in cues if segment.start <= c.start < segment.end]
        segment.periods = [
            (p, r) for p, r in zip(periods, period_roles, strict=True) if segment.start <= p.start < segment.end
        ]
        segment.durations = [d for d in durations if segment.start <= d.start < segment.end]
        segment.products = [p for p in products if segment.start <= p.start < segment.end]
        segment.money = [m for m in money if segment.start <= m.start < segment.end]
    return reading


def _behind(plain: str, maker: Name, goods: Goods, pack: LanguagePack) -> bool:
    """Whether a maker's name stands right behind its goods ("GPU Nvidia", "H100 de Nvidia")."""
    gap = plain[goods.end : maker.start] if 0 <= maker.start - goods.end <= 4 else "?"
    return gap.strip(" ") in ("", *pack.words["of_money"])


def _introduces(plain: str, noun: Name, names: list[Name], cues: list[Cue]) -> bool:
    """Whether a noun only introduces the name behind it ("the Saudi company Humain"), so that it means nobody else."""
    if noun.how != "anaphor" or noun.end - noun.start < 6:
        return False
    after = next((n for n in names if n.start >= noun.end and n.how == "name" and n.role != "outlet"), None)
    if after is None or any(noun.end <= c.start < after.start for c in cues):
        return False
    return re.fullmatch(r" (?:[^\W\d]+ )?", plain[noun.end : after.start]) is not None


def _counts(
    found: Found,
    pack: LanguagePack,
    sentence: Sentence,
    numbers: list[Number],
    names: list[Name],
    cues: list[Cue],
    others: list[Period | Duration | Number],
) -> list[Number]:
    """The numbers of a sentence that may count goods: no part of anything else that numbers stand in."""
    plain, counts = found.plain, [n for n in numbers if not n.currency]
    taken = [(other.start, other.end) for other in others]
    if "(" in plain[sentence.start : sentence.end]:
        tickers = _TICKER.finditer(plain, sentence.start, sentence.end)
        taken += [match.span() for match in tickers if _of_company(match, names, pack)]
    if taken:
        counts = [n for n in counts if not any(a < n.end and n.start < b for a, b in taken)]
    if pack.unspaced:
        counts = [n for n in counts if not _of_model(found, n)]
    return [part for n in counts for part in apart(plain, n, cues, pack)]


def _of_company(match: re.Match[str], names: list[Name], pack: LanguagePack) -> bool:
    """Whether a number in brackets is a company's number at an exchange ("Alibaba (9988)", "(600941-CN)")."""
    marked = match["exchange"] or match["place"] or pack.unspaced
    return bool(marked) or any(0 <= match.start() - name.end <= 4 for name in names)


def _of_model(found: Found, number: Number) -> bool:
    """Whether a number belongs to a model that nobody knows ("Atlas 800"): no known name ends before it."""
    word = _LATIN.search(found.plain, max(0, number.start - 20), number.start)
    return word is not None and not any(
        rows and rows[-1].end > word.start()
        for rows in (
            within(found.products, word.start() - 30, number.start),
            within(found.parties, word.start() - 30, number.start),
        )
    )


def _pronoun(plain: str, start: int, end: int, pack: LanguagePack, phrases: Collection[str]) -> list[Goods]:
    """The pronoun that may stand for the lot told before, where a sentence names no goods."""
    pattern = pack.patterns["goods_pronouns"] if "goods_pronouns" in phrases else None
    match = pattern.search(plain, start, end) if pattern else None
    return [Goods(match.start(), match.end(), "same", None, None, True, pronoun=True)] if match else []


_OF_GOODS = ("delay", "cancel", "receive", "deliver", "ship", "divert", "resell", "restrict", "install", "supply")


def _unsaid(names: list[Name], cues: list[Cue]) -> list[Goods]:
    """The goods that a sentence leaves unsaid, where a party does with them what only goods are done to."""
    cue = next((c for c in cues if c.kind in _OF_GOODS), None)
    if cue is None or not any(name.role in ("party", "place") for name in names):
        return []
    return [Goods(cue.start, cue.start, "order", None, None, True, pronoun=True)]


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
    for first, second in pairwise(anchors):
        owner = _owner(plain, reading, second)
        cut = owner if owner and owner > first.end else _boundary(plain, first.end, second.start, pack)
        cuts.append(cut if cut is not None else second.start)
        merged.append(second)
    cuts.append(reading.end)
    segments = [Segment(cuts[i], cuts[i + 1], reading.index, g) for i, g in enumerate(merged)]
    for last, segment in pairwise(segments):
        segment.before = last
    return segments


def _owner(plain: str, reading: Reading, goods: Goods) -> int | None:
    """Where the party stands whose count fills a bracket right behind it ("Amazon (196,000)")."""
    bracket = goods.start - 1 - plain.startswith(" ", goods.start - 1)
    if goods.sort not in ("count", "bare") or not plain.startswith("(", bracket):
        return None
    return next((p.name.start for p in reading.parties if 0 <= bracket - p.name.end <= 1), None)


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


def _own_clauses(plain: str, reading: Reading, rest: list[Goods], pack: LanguagePack) -> list[Goods]:
    """One lot of goods a clause: a product before a sum before an order, where a clause has a cue of its own."""
    kept: list[Goods] = []
    for g in sorted(rest, key=_rank):
        if all(_separate(plain, reading, g, other, pack) for other in kept):
            kept.append(g)
    return sorted(kept, key=lambda g: g.start)


def _rank(goods: Goods) -> tuple[int, bool, bool]:
    product = goods.product
    return (
        ("kind", "value", "order").index(goods.sort),
        bool(product and product.generic),
        bool(product and product.weak),
    )


def _with_kinds(
    plain: str, reading: Reading, anchors: list[Goods], kinds: list[Goods], pack: LanguagePack
) -> list[Goods]:
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
        return any(c.kind in CLAIMING and a <= c.start < b for c in reading.cues) and any(
            p.name.role in ("party", "place", "maker") and a <= p.name.start < b for p in reading.parties
        )

    return complete(reading.start, cut) and complete(cut, reading.end)
