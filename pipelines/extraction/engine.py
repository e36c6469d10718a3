"""The extractor: text in, claims and mentions out. Offline, deterministic, in time linear in the text.

Here belongs the order of the steps over one item. Each step has its own module; no word of any language stands here.
"""

import hashlib
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path

from pipelines.extraction import pack as packs
from pipelines.extraction.candidates import readings
from pipelines.extraction.claim import Extraction, Mention, Slot
from pipelines.extraction.corrections import correct, count_of_before, denied_after, named_after
from pipelines.extraction.cues import CueFinder
from pipelines.extraction.decisions import Decider, Learned
from pipelines.extraction.decoding import decode, mention
from pipelines.extraction.discourse import Discourse, topic_of
from pipelines.extraction.diversions import favour, remember_lot
from pipelines.extraction.drafts import Draft
from pipelines.extraction.features import Cue, Found, Goods, Reading, Segment
from pipelines.extraction.filling import Item, fill, substantial
from pipelines.extraction.model import fingerprint as model_fingerprint
from pipelines.extraction.model import load as load_model
from pipelines.extraction.names import Name, NameFinder, Names
from pipelines.extraction.pack import LanguagePack
from pipelines.extraction.periods import durations, periods
from pipelines.extraction.quantities import numbers
from pipelines.extraction.text import elide, fold, is_tidy, sentences, tidy, unwrap, without_tickers
from pipelines.extraction.vocabulary import Vocabulary

EXTRACTOR = "waybill"


@cache
def _code_fingerprint() -> str:
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    digest.update(packs.fingerprint().encode())
    digest.update(model_fingerprint().encode())
    return digest.hexdigest()


def extractor_version(vocabulary: Vocabulary) -> str:
    """Sixteen hexadecimal digits that change whenever code, language packs or vocabulary change."""
    return hashlib.sha256(f"{_code_fingerprint()} {vocabulary.fingerprint}".encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class _Tongue:
    pack: LanguagePack
    names: NameFinder
    cues: CueFinder


class Extractor:
    """Reads items in all languages that have a pack. Keep one: building it takes longer than an item."""

    def __init__(
        self, vocabulary: Vocabulary, languages: Iterable[str] | None = None, decider: Decider | None = None
    ) -> None:
        self.vocabulary = vocabulary
        self.languages = tuple(languages) if languages is not None else packs.available()
        self.decider = decider or Learned(load_model())
        self.vendors = frozenset(p.vendor for p in vocabulary.products if p.vendor)
        self._vendors = [(vendor, fold(vendor)) for vendor in self.vendors]
        lands = {e.country: e.claim_name for e in vocabulary.entities if e.kind == "country"}
        self._homes = {e.claim_name: lands.get(e.country) for e in vocabulary.entities}
        self._tongues: dict[str, _Tongue] = {}

    def _tongue(self, code: str) -> _Tongue:
        """What reading a language needs, made when the first item of it comes."""
        if code not in self._tongues:
            pack = packs.load(code)
            self._tongues[code] = _Tongue(pack, NameFinder(self.vocabulary, pack), CueFinder(pack))
        return self._tongues[code]

    def extract(
        self,
        text: str,
        *,
        language: str,
        published_start: date | None,
        published_end: date | None,
        title: str | None = None,
    ) -> Extraction:
        """The claims of one item, and the counts that nothing explained.

        `language` is ISO 639-1; without a pack for it there are mentions only. Relative dates are read from the days of
        publication, and stay open where these are None. Never raises on any text.
        """
        if not is_tidy(text):
            tidied, places = tidy(text)
            read = self._extract(tidied, language, published_start, published_end, title)
            return _moved(read, text, places)
        return self._extract(text, language, published_start, published_end, title)

    def _extract(
        self, text: str, language: str, published_start: date | None, published_end: date | None, title: str | None
    ) -> Extraction:
        known = self.reads(language)
        if not self.languages:
            return Extraction()
        tongue = self._tongue(known or self.languages[0])
        found = self._found_in(text, tongue, title, published_start, published_end)
        if found is None:
            return Extraction(language=known)
        if known is None:
            return Extraction(mentions=tuple(_mentions_only(found, tongue.pack)))
        drafts, unexplained = self._read(found, tongue.pack, published_end)
        claims, unlikely = decode(drafts, text, found.plain, self.decider.model)
        mentions = sorted([*unexplained, *unlikely], key=lambda m: (m.quote_start, m.quote_end))
        return Extraction(tuple(claims), tuple(mentions), known)

    def drafts(
        self,
        text: str,
        *,
        language: str,
        published_start: date | None,
        published_end: date | None,
        title: str | None = None,
    ) -> tuple[list[Draft], str]:
        """The claims in the making of a tidy text, and the text folded: what training learns from. See `extract`."""
        known = self.reads(language)
        if known is None:
            return [], ""
        tongue = self._tongue(known)
        found = self._found_in(text, tongue, title, published_start, published_end)
        return (self._read(found, tongue.pack, published_end)[0], found.plain) if found else ([], "")

    def reads(self, language: str) -> str | None:
        """The pack that reads a language, None where there is none; a region does not matter ("en-GB")."""
        code = language.lower().replace("_", "-").split("-")[0]
        return code if code in self.languages else None

    def _found_in(
        self, text: str, tongue: _Tongue, title: str | None, published_start: date | None, published_end: date | None
    ) -> Found | None:
        """All that the steps before deciding find; None where an item is not about accelerators."""
        plain = elide(unwrap(without_tickers(fold(text))), tongue.pack.words.get("elisions", ()))
        headline = fold(title or "")
        context = headline + "\n" + plain
        names = tongue.names.find(text, plain, context)
        if not _relevant(names, context, tongue.pack):
            return None
        published = (published_start, published_end) if published_start and published_end else None
        found = self._found(text, plain, context, names, tongue, published)
        titled = tongue.names.find(title, headline, context).parties if title else ()
        return replace(found, topic=topic_of(titled, names.parties, found.sentences))

    def _found(
        self,
        text: str,
        plain: str,
        context: str,
        names: Names,
        tongue: _Tongue,
        published: tuple[date, date] | None,
    ) -> Found:
        pack = tongue.pack
        counted = numbers(plain, pack, [(p.start, p.end) for p in names.products if not p.generic])
        cut = sentences(
            text,
            plain,
            pack.abbreviations,
            pack.ordinal_dot,
            frozenset(n.end for n in names.parties if n.end - n.start == 1),
        )
        named = {name.claim_name for name in names.parties if name.role == "maker"}
        return Found(
            text=text,
            plain=plain,
            sentences=cut,
            parties=list(names.parties),
            products=list(names.products),
            numbers=counted,
            periods=periods(text, plain, pack, published),
            durations=durations(plain, counted, pack, self.vocabulary.durations),
            cues=_outside(names.parties, tongue.cues.find(text, plain)),
            makers=frozenset(v for v, folded in self._vendors if v in named or folded in context),
        )

    def _read(self, found: Found, pack: LanguagePack, published: date | None) -> tuple[list[Draft], list[Mention]]:
        item = Item(found.makers)
        homes = frozenset(self._homes.get(maker) for maker in found.makers)
        discourse = Discourse(topic=found.topic, homes=homes, countries=self._homes)
        drafts: list[Draft] = []
        unexplained: list[Mention] = []
        for reading in readings(found, pack):
            discourse.resolve(reading)
            told: dict[int, list[Draft]] = {}
            for segment in reading.segments:
                segment.published = published
                decided = list(_filled(self.decider.decide(segment, reading, discourse), discourse, item))
                told[id(segment)] = decided
                gone = _taken_up(decided, segment, reading, discourse)
                if gone:
                    _drop(drafts, gone)
                    for key, earlier in told.items():
                        told[key] = [d for d in earlier if not any(d is other for other in gone)]
                if not decided and drafts:
                    count_of_before(drafts, segment, reading)
                _remember(discourse, segment, decided, reading)
                remember_lot(discourse, segment, reading, told[id(segment)])
            own = [d for segment in reading.segments for d in told[id(segment)]]
            if not own:
                favour(reading, discourse)
                denied_after(drafts, reading)
            correct(drafts, own, reading)
            named_after(drafts, reading)
            drafts += [] if reading.corrects else own
            for segment in reading.segments:
                if not told[id(segment)]:
                    counted = [g for g in (segment.goods, *segment.goods.also) if g.sort == "count"]
                    reason = _reason(segment)
                    unexplained += [mention(g, segment.start, segment.end, found.text, reason) for g in counted]
            discourse.remember(reading)
        return drafts, unexplained


def _outside(parties: Sequence[Name], cues: list[Cue]) -> list[Cue]:
    """The cues that are no part of a party's name ("Voltage Park" parks nothing)."""
    named = [name for name in parties if name.how == "name"]
    starts = [name.start for name in named]

    def inside(cue: Cue) -> bool:
        before = bisect_right(starts, cue.start) - 1
        return before >= 0 and cue.end <= named[before].end

    return [cue for cue in cues if not inside(cue)]


def _drop(drafts: list[Draft], gone: list[Draft]) -> None:
    """Takes claims out of those of the item, which stand in the order of its sentences: so only the end is searched."""
    for other in gone:
        for index in reversed(range(len(drafts))):
            if drafts[index] is other:
                del drafts[index]
            elif drafts[index].reading.index >= other.reading.index:
                continue
            break


def _taken_up(decided: list[Draft], segment: Segment, reading: Reading, discourse: Discourse) -> list[Draft]:
    """The claims of the sentence before that a diversion of the same goods replaces ("… They went to X")."""
    lot, goods = discourse.lot, segment.goods
    named = goods.product is not None and not goods.product.generic
    back = goods.pronoun or (goods.sort == "kind" and (goods.pointed or goods.definite) and not named)
    if lot is None or not back or not 0 <= reading.index - lot.sentence <= 1:
        return []
    parties = {d.name(slot) for d in decided if d.event == "diversion" for slot in ("from_entity", "to_entity")}
    return [draft for draft in lot.drafts if draft.name("to_entity") in parties]


def _moved(read: Extraction, text: str, places: list[int]) -> Extraction:
    """An extraction from tidied text with its offsets brought back to the text as given."""

    def ends(start: int, end: int) -> tuple[int, int]:
        return places[start], places[end]

    claims = []
    for claim in read.claims:
        start, end = ends(claim.quote_start, claim.quote_end)
        slots = {name: Slot(*ends(slot.start, slot.end), slot.rule, slot.share) for name, slot in claim.slots.items()}
        claims.append(replace(claim, quote=text[start:end], quote_start=start, quote_end=end, slots=slots))
    mentions = []
    for mentioned in read.mentions:
        start, end = ends(mentioned.quote_start, mentioned.quote_end)
        mentions.append(replace(mentioned, quote=text[start:end], quote_start=start, quote_end=end))
    return replace(read, claims=tuple(claims), mentions=tuple(mentions))


def _reason(segment: Segment) -> str:
    veto = segment.first("veto")
    if veto:
        return f"no claim: {veto.entry}"
    return "no frame" if not segment.cues else "incomplete: " + ", ".join(dict.fromkeys(c.kind for c in segment.cues))


def _filled(decided: list[Draft], discourse: Discourse, item: Item) -> Iterator[Draft]:
    for whole in decided:
        alike = sum(other.event == whole.event for other in decided)
        goods = whole.segment.goods
        uncounted = goods.number is not None and any(g.number is None for g in goods.also)
        for draft in each_of_list(whole):
            fill(draft, discourse, item, shared=(alike > 1 or uncounted) and not draft.segment.has("m_each"))
            if substantial(draft):
                yield draft


def each_of_list(draft: Draft) -> list[Draft]:
    """A draft for each of the goods of a list ("5,000 H100 and 3,000 B200")."""
    others = [replace(draft.segment, goods=goods) for goods in draft.segment.goods.also]
    return [draft, *(replace(draft, segment=other, slots=dict(draft.slots)) for other in others)]


def _remember(discourse: Discourse, segment: Segment, decided: list[Draft], reading: Reading) -> None:
    goods: Goods = segment.goods
    products = [goods.product] if goods.product else segment.products
    for product in products:
        if not product.generic:
            discourse.product = product
    for draft in decided:
        discourse.told = draft
        if draft.event == "diversion":
            discourse.diversion_sentence = reading.index
            discourse.diversion = (draft.name("from_entity") or "", draft.name("to_entity") or "")
        if draft.source.name and not draft.source.rule.startswith(("carried", "hearsay")):
            discourse.source = draft.source
            discourse.source_paragraph = reading.paragraph
        for slot in ("to_entity", "from_entity"):
            party = draft.name(slot)
            if party:
                discourse.suppliers[party] = draft.name("supplier")
    if goods.number is not None and not goods.number.currency and goods.sort in ("count", "bare"):
        before = discourse.count_goods
        if goods.sort == "bare" and before is not None and before.product:
            goods = replace(goods, product=before.product, unit=before.unit)  # a row of counts is of one product
        discourse.count, discourse.count_goods = goods.number, goods


def _relevant(names: Names, context: str, pack: LanguagePack) -> bool:
    """Whether an item is about accelerators at all, and not about gas pipes or games of the same name."""
    makers = any(name.role == "maker" for name in names.parties)
    if not makers and all(product.weak for product in names.products):
        return False
    vetoed = pack.patterns.within("item_veto", context)
    if vetoed and vetoed.search(context):
        return False
    other = None if makers else pack.patterns.within("not_accelerators", context)
    return not (other and other.search(context))


def _mentions_only(found: Found, pack: LanguagePack) -> Iterator[Mention]:
    for reading in readings(found, pack):
        for segment in reading.segments:
            for goods in (segment.goods, *segment.goods.also):
                if goods.sort == "count":
                    yield mention(goods, segment.start, segment.end, found.text, "no pack for this language")


__all__ = ["EXTRACTOR", "Extractor", "each_of_list", "extractor_version"]
