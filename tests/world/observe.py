"""What is seen of a history: lines of suppliers' books, and items of news with their claims; and where each came from.

Nothing that the ledger is given (`lines`, `items`, `claims`) tells a lot or an origin; who knows which record stems
from which lot is `Seen.lot_of` and `Seen.origin_of`, which only the comparison reads.
"""

import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any

from tests.world.books import booked_events, read_books
from tests.world.claims import Claims, Fields
from tests.world.names import OUTLETS, slug
from tests.world.noise import HONEST, Noise
from tests.world.truth import Event, Truth
from tests.world.wording import filler, sentence

DOCUMENTS = ("an internal memo", "court filings", "a customs ledger", "a slide deck")


@dataclass
class Seen:
    """Rows as the two doors take them. Keys of `lot_of` and `origin_of` are line ids and claim ids.

    `events` are the numbers of the events of which anything was seen at all, `in_books` those that suppliers told of;
    `numbers` counts the numbers that news stated, rounded and got wrong.
    """

    truth: Truth
    lines: list[dict[str, Any]] = field(default_factory=list)
    items: list[dict[str, Any]] = field(default_factory=list)
    claims: list[dict[str, Any]] = field(default_factory=list)
    lot_of: dict[str, str] = field(default_factory=dict)
    origin_of: dict[str, str] = field(default_factory=dict)
    events: set[int] = field(default_factory=set)
    in_books: set[int] = field(default_factory=set)
    false_rumours: set[str] = field(default_factory=set)
    numbers: Counter[str] = field(default_factory=Counter)

    @property
    def told(self) -> Truth:
        """The history as far as anything of it was seen."""
        return self.truth.only(self.events)


def observe(truth: Truth, noise: Noise = HONEST) -> Seen:
    """See a history through the noise. The same seed and noise see the same."""
    return _Observer(truth, noise).see()


class _Observer:
    def __init__(self, truth: Truth, noise: Noise) -> None:
        self.truth, self.noise = truth, noise
        self.chance = random.Random(f"seen {truth.seed}")
        self.seen = Seen(truth)
        self.outlets = self.chance.sample(OUTLETS, 8)
        self.claims = Claims(truth, noise, self.chance)

    def see(self) -> Seen:
        shown = booked_events(self.truth, self.noise, self.chance)
        for lot_id, fields in read_books(self.truth, self.noise, self.chance, shown):
            self._line(lot_id, fields)
        self.seen.in_books = {event.number for events in shown.values() for event in events}
        self.seen.events |= self.seen.in_books
        for event in self.truth.events:
            self._news(event)
        for lot in self.truth.lots.values():
            if self.chance.random() < self.noise.false_rumours and not lot.moved and not lot.parent_id:
                self._rumour(lot.lot_id)
        self._copies()
        self.seen.events |= self.claims.shown
        self.seen.numbers = self.claims.numbers
        return self.seen

    def _line(self, lot_id: str, fields: Fields) -> None:
        line_id = f"line-{self.truth.seed}-{len(self.seen.lines)}"
        self.seen.lines.append({"line_id": line_id, **fields})
        self.seen.lot_of[line_id] = lot_id
        self.seen.origin_of[line_id] = f"party {self.truth.lots[lot_id].supplier_id}"

    def _news(self, event: Event) -> None:
        chance, noise = self.chance, self.noise
        if event.number in self.seen.in_books:
            if chance.random() >= noise.told:
                return
        elif chance.random() < noise.missing:
            return
        if not self.claims.can_tell(event):
            return
        self.seen.events.add(event.number)
        outlets = chance.sample(self.outlets, 3)
        reports = 1 + sum(chance.random() < noise.retold for _ in outlets[1:])
        for outlet in outlets[:reports]:
            self._report(event, outlet)
        if event.kind == "diversion" and chance.random() < noise.denied:
            self._denial(event)

    def _report(self, event: Event, outlet: tuple[str, tuple[str, ...]]) -> None:
        chance, noise = self.chance, self.noise
        name = outlet[0]
        claims = self.claims.of(event)
        published = self._published(event)
        if chance.random() < noise.documents:
            # Told by a paper or by the party itself; whoever else has it from there has the same origin.
            lot = self.truth.lots[event.lot_id]
            party = self.truth.parties[lot.supplier_id]
            document = f"{chance.choice(DOCUMENTS)} of {self.truth.parties[lot.original_to].name}"
            said, origin = chance.choice(((document, slug(document)), (party.name, f"party {party.party_id}")))
            self._item(name, published, claims, origin=origin, attributed_to=said, about=event)
        else:
            origin = name
            self._item(name, published, claims, origin=origin, about=event)
        if chance.random() < noise.second_hand:
            retelling = chance.choice([each for each in self.outlets if each[0] != name])
            later = published + timedelta(hours=chance.randint(5, 140))
            by = chance.choice(outlet[1]) if origin == name else said
            self._item(retelling[0], later, self.claims.of(event), origin=origin, attributed_to=by, about=event)

    def _published(self, event: Event) -> datetime:
        chance = self.chance
        days = 0
        if self.noise.late:
            days = chance.randint(20, 120) if chance.random() < self.noise.late else chance.randint(0, 4)
        return datetime.combine(event.day, time(chance.randint(8, 20), chance.randint(0, 59))) + timedelta(days=days)

    def _item(
        self, outlet: str, published: datetime, claims: list[Fields], *, origin: str, about: Event | None = None,
        attributed_to: str | None = None, lot_id: str | None = None,
    ) -> None:  # fmt: skip
        """An item with its claims, each with a sentence of its own as its quote."""
        chance, seed = self.chance, self.truth.seed
        item_id = f"item-{seed}-{len(self.seen.items)}"
        if about is not None:
            lot_id = about.part_id or about.lot_id
        said = [{**claim, "attributed_to": attributed_to} for claim in claims]
        quotes = [sentence(claim, chance) for claim in said]
        text = " ".join(filler(chance, 6) + [part for quote in quotes for part in (quote, *filler(chance, 3))])
        self.seen.items.append({
            "item_id": item_id, "source": outlet, "published_at": published, "language": "en", "text": text,
            "url": f"https://{slug(outlet)}.example/{item_id}",
        })  # fmt: skip
        for claim, quote in zip(said, quotes, strict=True):
            claim_id = f"claim-{seed}-{len(self.seen.claims)}"
            begin = text.index(quote)
            whole = claim.pop("whole", None)
            self.seen.claims.append({
                "claim_id": claim_id, "item_id": item_id, **claim, "quote": quote, "quote_start": begin,
                "quote_end": begin + len(quote),
            })  # fmt: skip
            assert lot_id
            self.seen.lot_of[claim_id] = whole or lot_id
            self.seen.origin_of[claim_id] = origin

    def _denial(self, event: Event) -> None:
        assert event.from_id
        party = self.truth.parties[self.chance.choice((event.from_id, event.to_id or event.from_id))]
        claim = {**self.claims.of(event)[0], "certainty": "denied", "actual_start": None, "actual_end": None}
        published = self._published(event) + timedelta(days=self.chance.randint(1, 9))
        outlet = self.chance.choice(self.outlets)[0]
        self._item(outlet, published, [claim], origin=f"party {party.party_id}", attributed_to=party.name, about=event)

    def _rumour(self, lot_id: str) -> None:
        """Somebody says that a lot will go to another, which it never does; the party denies it."""
        chance, lot = self.chance, self.truth.lots[lot_id]
        takers = [party for party in self.truth.parties.values() if party.kind not in ("integrator", "chip_vendor")]
        taker = chance.choice(takers)
        if taker.party_id == lot.original_to or not lot.outstanding:
            return
        day = lot.ordered_on + timedelta(days=chance.randint(5, 40))
        event = Event(-1, day, "diversion", lot_id, lot.gpus, None, lot.dues[0][1], lot.original_to, taker.party_id)
        outlet, other = chance.sample(self.outlets, 2)
        published = self._published(event)
        for certainty, said, later in (("rumoured", outlet, 0), ("denied", other, 3)):
            claim = {**self.claims.of(event)[0], "certainty": certainty, "actual_start": None, "actual_end": None}
            party = self.truth.parties[lot.original_to]
            denies = certainty == "denied"
            self._item(
                said[0], published + timedelta(days=later), [claim], lot_id=lot_id,
                origin=f"party {party.party_id}" if denies else said[0], attributed_to=party.name if denies else None,
            )  # fmt: skip
        self.seen.false_rumours.add(lot_id)

    def _copies(self) -> None:
        """Other outlets print the same words again, days later; what they say has the same origin."""
        chance, seen = self.chance, self.seen
        share = self.noise.copies
        originals = list(seen.items)
        of_item: dict[str, list[dict[str, Any]]] = {}
        for claim in seen.claims:
            of_item.setdefault(claim["item_id"], []).append(claim)
        for _ in range(round(len(originals) * share / (1 - share))):
            original = chance.choice(originals)
            outlet = chance.choice([name for name, _ in self.outlets if name != original["source"]])
            item_id = f"item-{self.truth.seed}-{len(seen.items)}"
            later = original["published_at"] + timedelta(hours=chance.randint(2, 240))
            url = f"https://{slug(outlet)}.example/{item_id}"
            seen.items.append({**original, "item_id": item_id, "source": outlet, "published_at": later, "url": url})
            for claim in of_item.get(original["item_id"], ()):
                claim_id = f"claim-{self.truth.seed}-{len(seen.claims)}"
                seen.claims.append({**claim, "item_id": item_id, "claim_id": claim_id})
                seen.lot_of[claim_id] = seen.lot_of[claim["claim_id"]]
                seen.origin_of[claim_id] = seen.origin_of[claim["claim_id"]]
