"""The extractor: text in, claims and mentions out. Offline, deterministic, in time linear in the text.

Here belongs the order of the steps over one item. Each step has its own module; no word of any language stands here.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path

from pipelines.extraction import pack as packs
from pipelines.extraction.candidates import readings
from pipelines.extraction.claim import Extraction, Mention, Slot
from pipelines.extraction.corrections import correct, count_of_before, named_after
from pipelines.extraction.cues import CueFinder
from pipelines.extraction.decisions import decide
from pipelines.extraction.decoding import decode, mention
from pipelines.extraction.discourse import Discourse
from pipelines.extraction.diversions import favour, remember_lot
from pipelines.extraction.drafts import Draft
from pipelines.extraction.features import Found, Goods, Reading, Segment
from pipelines.extraction.filling import Item, fill, substantial
from pipelines.extraction.names import NameFinder, Names
from pipelines.extraction.pack import LanguagePack
from pipelines.extraction.periods import durations, periods
from pipelines.extraction.quantities import numbers
from pipelines.extraction.text import elide, fold, is_tidy, sentences, tidy, unwrap
from pipelines.extraction.vocabulary import Vocabulary

EXTRACTOR = "waybill"


@cache
def _code_fingerprint() -> str:
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    digest.update(packs.fingerprint().encode())
    return digest.hexdigest()


def extractor_version(vocabulary: Vocabulary) -> str:
    """Sixteen hexadecimal digits that change whenever code, language packs or vocabulary change."""
    return hashlib.sha256(f"{_code_fingerprint()} {vocabulary.fingerprint}".encode()).hexdigest()[:16]


class Extractor:
    """Reads items in all languages that have a pack. Keep one: building it takes longer than an item."""

    def __init__(self, vocabulary: Vocabulary, languages: Iterable[str] | None = None) -> None:
        self.vocabulary = vocabulary
        self.languages = tuple(languages) if languages is not None else packs.available()
        self._packs = {code: packs.load(code) for code in self.languages}
        self._names = {code: NameFinder(vocabulary, pack) for code, pack in self._packs.items()}
        self._cues = {code: CueFinder(pack) for code, pack in self._packs.items()}

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
        code = language.lower().replace("_", "-").split("-")[0]
        known = code if code in self._packs else None
        pack = self._packs.get(code) or next(iter(self._packs.values()), None)
        if pack is None:
            return Extraction()
        plain = elide(unwrap(fold(text)), pack.words.get("elisions", ()))
        context = fold(title or "") + "\n" + plain
        names = self._names[pack.code].find(text, plain, context)
        if not _relevant(names, context, pack):
            return Extraction(language=known)
        published = (published_start, published_end) if published_start and published_end else None
        found = self._found(text, plain, names, pack, published)
        if known is None:
            return Extraction(mentions=tuple(_mentions_only(found, pack)))
        drafts, unexplained = self._read(found, pack, published_end, context)
        return Extraction(tuple(decode(drafts, text, plain)), tuple(unexplained), known)

    def _found(
        self, text: str, plain: str, names: Names, pack: LanguagePack, published: tuple[date, date] | None
    ) -> Found:
        counted = numbers(plain, pack, [(p.start, p.end) for p in names.products if not p.generic])
        cut = sentences(
            text,
            plain,
            pack.abbreviations,
            pack.ordinal_dot,
            frozenset(n.end for n in names.parties if n.end - n.start == 1),
        )
        return Found(
            text=text,
            plain=plain,
            sentences=cut,
            parties=list(names.parties),
            products=list(names.products),
            numbers=counted,
            periods=periods(text, plain, pack, published),
            durations=durations(plain, counted, pack, self.vocabulary.durations),
            cues=self._cues[pack.code].find(text, plain),
        )

    def _read(
        self, found: Found, pack: LanguagePack, published: date | None, context: str
    ) -> tuple[list[Draft], list[Mention]]:
        named = {name.claim_name for name in found.parties if name.role == "maker"}
        item = Item(
            frozenset(
                p.vendor
                for p in self.vocabulary.products
                if p.vendor and (p.vendor in named or fold(p.vendor) in context)
            )
        )
        discourse = Discourse()
        drafts: list[Draft] = []
        unexplained: list[Mention] = []
        told: dict[int, list[Draft]] = {}
        for reading in readings(found, pack):
            discourse.resolve(reading)
            for position, segment in enumerate(reading.segments):
                segment.published = published
                decided = decide(segment, reading, discourse)
                known = [d for last in reading.segments[:position] for d in told.get(id(last), [])]
                if any(d.event == "diversion" for d in decided) and not any(d.event == "diversion" for d in known):
                    # "In exchange for the 12,000 sent to X, Tesla gets …": the way there is told before the way back.
                    discourse.diversion = _way(decided)
                    for last in reading.segments[:position]:
                        again = decide(last, reading, discourse)
                        if any(d.event == "diversion" and _way([d]) != _way(decided) for d in again):
                            told[id(last)] = list(_filled(again, discourse, item))
                told[id(segment)] = list(_filled(decided, discourse, item))
                taken = [d for draft in told[id(segment)] for d in draft.instead_of]
                drafts = [d for d in drafts if not any(d is other for other in taken)]
                for last in reading.segments[:position]:
                    told[id(last)] = [d for d in told[id(last)] if not any(d is other for other in taken)]
                if not decided and drafts:
                    count_of_before(drafts, segment, reading)
                _remember(discourse, segment, decided, reading)
                remember_lot(discourse, segment, reading, told[id(segment)])
            if not any(told[id(s)] for s in reading.segments):
                favour(reading, discourse)
            correct(drafts, [d for s in reading.segments for d in told[id(s)]], reading)
            named_after(drafts, reading)
            for segment in reading.segments:
                drafts += [d for d in told[id(segment)] if not reading.corrects]
                if not told[id(segment)] and segment.goods.sort == "count":
                    unexplained.append(mention(segment.goods, segment.start, segment.end, found.text, _reason(segment)))
            discourse.remember(reading)
        return drafts, unexplained


def _moved(read: Extraction, text: str, places: list[int]) -> Extraction:
    """An extraction from tidied text with its offsets brought back to the text as given."""

    def ends(start: int, end: int) -> tuple[int, int]:
        return places[start], places[end]

    claims = []
    for claim in read.claims:
        start, end = ends(claim.quote_start, claim.quote_end)
        slots = {name: Slot(*ends(slot.start, slot.end), slot.rule) for name, slot in claim.slots.items()}
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


def _way(decided: list[Draft]) -> tuple[str, str]:
    diversion = next(d for d in decided if d.event == "diversion")
    return diversion.name("from_entity") or "", diversion.name("to_entity") or ""


def _filled(decided: list[Draft], discourse: Discourse, item: Item) -> Iterator[Draft]:
    for draft in decided:
        alike = sum(other.event == draft.event for other in decided)
        fill(draft, discourse, item, shared=alike > 1 and not draft.segment.has("m_each"))
        if substantial(draft):
            yield draft


def _remember(discourse: Discourse, segment: Segment, decided: list[Draft], reading: Reading) -> None:
    goods: Goods = segment.goods
    products = [goods.product] if goods.product else segment.products
    for product in products:
        if not product.generic:
            discourse.product = product
    for draft in decided:
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
        discourse.count, discourse.count_goods = goods.number, goods


def _relevant(names: Names, context: str, pack: LanguagePack) -> bool:
    """Whether an item is about accelerators at all, and not about gas pipes or games of the same name."""
    vetoed = pack.patterns["item_veto"]
    if vetoed and vetoed.search(context):
        return False
    makers = any(name.role == "maker" for name in names.parties)
    other = pack.patterns["not_accelerators"]
    if other and other.search(context) and not makers:
        return False
    return makers or any(not product.weak for product in names.products)


def _mentions_only(found: Found, pack: LanguagePack) -> Iterator[Mention]:
    for reading in readings(found, pack):
        for segment in reading.segments:
            if segment.goods.sort == "count":
                yield mention(segment.goods, segment.start, segment.end, found.text, "no pack for this language")


__all__ = ["EXTRACTOR", "Extractor", "extractor_version"]
