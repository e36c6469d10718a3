"""The shapes between finding and deciding: goods, cues, parties with roles, segments, sentences. Shapes only."""

from dataclasses import dataclass, field
from datetime import date
from typing import Literal, NamedTuple

from pipelines.extraction.claim import QuantityUnit
from pipelines.extraction.names import Name, ProductName
from pipelines.extraction.periods import Duration, Period
from pipelines.extraction.quantities import Number
from pipelines.extraction.text import Sentence

GoodsSort = Literal["count", "bare", "same", "kind", "value", "order"]


@dataclass(slots=True)
class Goods:
    """What may be claimed: a count with its product, a bare count, a product alone, a sum, an order without either.

    `also` holds the further goods of a list ("5,000 H100 and 3,000 B200"); `end` is that of the whole list.
    """

    start: int
    end: int
    sort: GoodsSort
    number: Number | None = None
    product: ProductName | None = None
    definite: bool = False
    unit: QuantityUnit = "gpu"
    grown: Literal["", "from", "to"] = ""
    pointed: bool = False
    possessed: bool = False
    pronoun: bool = False
    also: "tuple[Goods, ...]" = ()


class Cue(NamedTuple):
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
        return self.first(*kinds) is not None

    def first(self, *kinds: str) -> Cue | None:
        """The first cue of one of these kinds."""
        for cue in self.cues:
            if cue.kind in kinds:
                return cue
        return None


@dataclass(slots=True)
class Found:
    """Everything found in one item, each list in order; `makers` are the vendors that it names, `topic` is the party
    that it is about."""

    text: str
    plain: str
    sentences: list[Sentence]
    parties: list[Name]
    products: list[ProductName]
    numbers: list[Number]
    periods: list[Period]
    durations: list[Duration]
    cues: list[Cue]
    makers: frozenset[str] = frozenset()
    topic: str | None = None


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
    counts: list[Number] = field(default_factory=list)
    corrects: bool = False
