"""Scores the extractor on gold items: pairs claims, and counts what agrees.

Here belong pairing of claims and the measures of gold items (claim F1, slot F1, certainty, grounding, silence). Gold
files, and how measures are shown, belong in `measuring`.
"""

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field, fields
from datetime import date
from functools import cache
from typing import Any, Literal

from pipelines.extraction.claim import Claim
from pipelines.extraction.engine import Extractor
from pipelines.extraction.periods import month_days
from pipelines.extraction.text import fold
from pipelines.extraction.vocabulary import Vocabulary

NAMES = ("supplier", "from_entity", "to_entity", "product", "attributed_to")
KEY = ("from_entity", "to_entity", "product", "quantity")
SLOTS = (
    "supplier", "from_entity", "to_entity", "product", "quantity", "value", "promised", "revised", "actual",
    "delay", "certainty", "attributed_to",
)  # fmt: skip
MAX_PAIRED = 14
"""Above so many claims of one event in one item pairs are made greedily."""

Slots = dict[str, Any]


@dataclass(slots=True)
class Tally:
    """Right, predicted and gold, and what follows from them; 1.0 where there was nothing to find and nothing said."""

    right: int = 0
    predicted: int = 0
    gold: int = 0

    @property
    def precision(self) -> float:
        """Share of what was predicted that is right."""
        return self.right / self.predicted if self.predicted else float(not self.gold)

    @property
    def recall(self) -> float:
        """Share of what is there that was predicted rightly."""
        return self.right / self.gold if self.gold else float(not self.predicted)

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        total = self.predicted + self.gold
        return 2 * self.right / total if total else 1.0

    @property
    def share(self) -> float:
        """Right of gold, where nothing is predicted; 1.0 of none."""
        return self.right / self.gold if self.gold else 1.0

    def add(self, other: "Tally") -> None:
        """Count in another tally."""
        self.right += other.right
        self.predicted += other.predicted
        self.gold += other.gold


@dataclass(frozen=True, slots=True)
class Error:
    """One thing that is not as labelled. A `slot` error leaves the claim right; the others do not."""

    kind: Literal["invented", "wrong", "missed", "slot"]
    item_id: str
    event: str
    confidence: float | None
    """Of the predicted claim, 0 to 1; None where it was missed."""
    what: str
    quote: str

    @property
    def weight(self) -> tuple[int, float]:
        """What to sort by, worst first: what would enter the ledger and is not so, then what is not found."""
        rank = {"invented": 0, "wrong": 0, "missed": 1, "slot": 2}[self.kind]
        return rank, -(self.confidence or 0.0)

    def __str__(self) -> str:
        sure = "" if self.confidence is None else f" at {self.confidence:.2f}"
        quote = " ".join(self.quote.split())
        return f"{self.item_id} {self.event}: {self.kind}{sure} {self.what}| {quote[:160]}"


@dataclass(slots=True)
class Score:
    """All measures over a set of items; `claims` by `all`, language and event.

    `judged` has the confidence of each predicted claim, 0 to 1, and whether it is right.
    """

    claims: dict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))
    slots: dict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))
    certain: Tally = field(default_factory=Tally)
    grounded: Tally = field(default_factory=Tally)
    silent: Tally = field(default_factory=Tally)
    judged: list[tuple[float, bool]] = field(default_factory=list)
    errors: list[Error] = field(default_factory=list)
    items: int = 0
    characters: int = 0
    seconds: float = 0.0

    @property
    def every_slot(self) -> Tally:
        """All slots taken together."""
        total = Tally()
        for slot in SLOTS:
            total.add(self.slots[slot])
        return total

    def entering(self, min_confidence: float) -> Tally:
        """Claims from a confidence on: how many are right, how many there are, and all gold claims."""
        chosen = [right for confidence, right in self.judged if confidence >= min_confidence]
        return Tally(sum(chosen), len(chosen), self.claims["all"].gold)


def combined(scores: Iterable[Score]) -> Score:
    """The score of several sets of items as one set."""
    total = Score()
    for score in scores:
        for part in fields(Score):
            mine, theirs = getattr(total, part.name), getattr(score, part.name)
            if isinstance(mine, dict):
                for key, tally in theirs.items():
                    mine[key].add(tally)
            elif isinstance(mine, Tally):
                mine.add(theirs)
            else:
                setattr(total, part.name, mine + theirs)
    return total


def canonical(vocabulary: Vocabulary) -> Callable[[Any], str | None]:
    """A function from any name to the one by which names are compared."""
    table: dict[str, str] = {}
    for outlet in vocabulary.outlets:
        table |= {fold(alias): fold(outlet.name) for alias in (outlet.name, *outlet.aliases)}
    for product in vocabulary.products:
        table |= {fold(alias): fold(product.claim_name) for alias in product.aliases if product.level != "system"}
    for entity in vocabulary.entities:
        table |= {fold(alias.text): fold(entity.claim_name) for alias in entity.aliases}
    return lambda name: None if name is None else table.get(fold(str(name)), fold(str(name)))


def slots_of(claim: dict[str, Any], name: Callable[[Any], str | None]) -> Slots:
    """The twelve slots of a claim, None where nothing is said."""

    def days(prefix: str) -> tuple[int | None, int | None] | None:
        ends = [claim.get(f"{prefix}_{end}") for end in ("start", "end")]
        numbers = tuple(date.fromisoformat(str(end)).toordinal() if end else None for end in ends)
        return (numbers[0], numbers[1]) if any(numbers) else None

    def figures(prefix: str, suffix: str = "", unit: str | None = None) -> tuple[Any, ...] | None:
        low, high = claim.get(f"{prefix}_low{suffix}"), claim.get(f"{prefix}_high{suffix}")
        if low is None and high is None:
            return None
        return (low, high, claim.get(unit)) if unit else (low, high)

    found: Slots = {key: name(claim.get(key)) for key in NAMES}
    found |= {prefix: days(prefix) for prefix in ("promised", "revised", "actual")}
    found["quantity"] = figures("quantity", unit="quantity_unit")
    found["value"] = figures("value", unit="currency")
    found["delay"] = figures("delay", "_days")
    found["certainty"] = claim.get("certainty")
    return found


def agrees(slot: str, gold: Any, predicted: Any) -> bool:
    """Whether two values of a slot agree; null only with null, sums within 1 %, days within 3, slips within 10 %."""
    if gold is None or predicted is None:
        return gold is predicted
    if slot in ("value", "delay"):
        share = 0.01 if slot == "value" else 0.1
        return gold[2:] == predicted[2:] and all(
            _near(a, b, share * abs(a or 0)) for a, b in zip(gold[:2], predicted[:2], strict=True)
        )
    if slot in ("promised", "revised", "actual"):
        return all(_near(a, b, 3) for a, b in zip(gold, predicted, strict=True))
    return bool(gold == predicted)


def _near(gold: float | None, predicted: float | None, tolerance: float) -> bool:
    if gold is None or predicted is None:
        return gold is predicted
    return abs(gold - predicted) <= tolerance + 1e-9


def paired(gold: Sequence[Slots], predicted: Sequence[Slots]) -> list[tuple[int, int]]:
    """Pairs of gold and predicted claims of one event, so that the most slots agree in all."""

    def worth(i: int, j: int) -> int:
        same = [agrees(s, gold[i][s], predicted[j][s]) for s in SLOTS]
        return 1000 * sum(same) + all(agrees(s, gold[i][s], predicted[j][s]) for s in KEY) + 1

    if len(predicted) > MAX_PAIRED:
        rows = sorted(((worth(i, j), i, j) for i in range(len(gold)) for j in range(len(predicted))), reverse=True)
        greedy: dict[int, int] = {}
        for _, i, j in rows:
            if i not in greedy and j not in greedy.values():
                greedy[i] = j
        return sorted(greedy.items())

    @cache
    def best(i: int, free: int) -> tuple[int, tuple[tuple[int, int], ...]]:
        if i == len(gold) or not free:
            return 0, ()
        choices = [best(i + 1, free)]
        for j in range(len(predicted)):
            if free >> j & 1:
                total, rest = best(i + 1, free & ~(1 << j))
                choices.append((total + worth(i, j), ((i, j), *rest)))
        return max(choices, key=lambda choice: choice[0])

    return list(best(0, (1 << len(predicted)) - 1)[1])


def published_days(written: str | None) -> tuple[date | None, date | None]:
    """First and last day that a time of publication means: a month stands for all its days."""
    if not written:
        return None, None
    if len(written) == len("2024-06"):
        return month_days(written)
    day = date.fromisoformat(written[:10])
    return day, day


def score_items(items: Iterable[dict[str, Any]], extractor: Extractor) -> Score:
    """Extracts every item and scores the claims against its gold claims."""
    score, name = Score(), canonical(extractor.vocabulary)
    ready: set[str] = set()
    for item in items:
        first_day, last_day = published_days(item.get("published_at"))
        language = item.get("language", "und")
        if language not in ready:
            # What the first item of a language waits for belongs to no item's time.
            extractor.extract("", language=language, published_start=None, published_end=None)
            ready.add(language)
        started = time.perf_counter()
        extraction = extractor.extract(
            item["text"],
            language=language,
            published_start=first_day,
            published_end=last_day,
            title=item.get("title"),
        )
        score.seconds += time.perf_counter() - started
        score.items += 1
        score.characters += len(item["text"])
        _score_item(score, item, extraction.claims, name)
    return score


def _score_item(score: Score, item: dict[str, Any], claims: Sequence[Claim], name: Callable[[Any], str | None]) -> None:
    gold_claims, language = item["claims"], item.get("language", "und")
    predicted_claims = [asdict(claim) for claim in claims]

    def note(
        what: str, kind: Literal["invented", "wrong", "missed", "slot"], event: str, quote: str, sure: float | None
    ) -> None:
        score.errors.append(Error(kind, item["item_id"], event, sure, f"{what} " if what else "", quote))

    score.grounded.gold += len(claims)
    score.grounded.right += sum(bool(c.quote) and item["text"][c.quote_start : c.quote_end] == c.quote for c in claims)
    if not gold_claims:
        score.silent.gold += 1
        score.silent.right += not claims
    gold = [slots_of(c, name) for c in gold_claims]
    predicted = [slots_of(c, name) for c in predicted_claims]
    for slot in SLOTS:
        score.slots[slot].gold += sum(g[slot] is not None for g in gold)
        score.slots[slot].predicted += sum(p[slot] is not None for p in predicted)
    for row in gold_claims:
        for key in ("all", language, row["event"]):
            score.claims[key].gold += 1
    for row in predicted_claims:
        for key in ("all", language, row["event"]):
            score.claims[key].predicted += 1
    for event in sorted({c["event"] for c in gold_claims} | {c["event"] for c in predicted_claims}):
        ours = [i for i, c in enumerate(gold_claims) if c["event"] == event]
        theirs = [j for j, c in enumerate(predicted_claims) if c["event"] == event]
        pairs = [(ours[i], theirs[j]) for i, j in paired([gold[i] for i in ours], [predicted[j] for j in theirs])]
        for i, j in pairs:
            same = {slot: agrees(slot, gold[i][slot], predicted[j][slot]) for slot in SLOTS}
            for slot in SLOTS:
                score.slots[slot].right += same[slot] and gold[i][slot] is not None
            wrong = [f"{slot} {gold[i][slot]!r} != {predicted[j][slot]!r}" for slot in SLOTS if not same[slot]]
            right = all(same[slot] for slot in KEY)
            score.judged.append((claims[j].confidence, right))
            if right:
                for key in ("all", language, event):
                    score.claims[key].right += 1
                score.certain.gold += 1
                score.certain.right += same["certainty"]
            if wrong:
                note(
                    "; ".join(wrong), "slot" if right else "wrong", event, gold_claims[i]["quote"], claims[j].confidence
                )
        for i in set(ours) - {i for i, _ in pairs}:
            note("", "missed", event, gold_claims[i]["quote"], None)
        for j in set(theirs) - {j for _, j in pairs}:
            score.judged.append((claims[j].confidence, False))
            said = {k: predicted[j][k] for k in (*KEY, "value") if predicted[j][k] is not None}
            note(str(said), "invented", event, claims[j].quote, claims[j].confidence)
