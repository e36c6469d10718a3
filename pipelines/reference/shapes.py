"""The shapes of the reference data, and the questions that they answer without any other data.

Here belong one dataclass a file of `reference/`, and `Reference`: who controls whom on a day, what a name or a part
number means. Reading files (reading.py) and what may not be (checks.py) stay out.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from typing import Literal

EntityKind = Literal[
    "buyer", "chip_vendor", "country", "datacenter", "distributor", "diverter", "foundry", "holding", "hyperscaler",
    "integrator", "investor", "lab", "neocloud", "odm", "person", "project", "regulator", "research", "sovereign",
    "spv", "supplier",
]  # fmt: skip

Comparison = Literal["roles", "supplier", "product", "count", "time", "days", "due", "item", "origin"]


@dataclass(frozen=True, slots=True)
class Entity:
    """A party, person, country or authority; `claim_name` is how claims name it; `country` ISO 3166-1 alpha-2."""

    entity_id: str
    name: str
    claim_name: str
    kind: EntityKind
    country: str | None


@dataclass(frozen=True, slots=True)
class Alias:
    """A name of an entity. With `needs`, it counts only where one of these words stands in the same item."""

    entity_id: str
    alias: str
    needs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Description:
    """A noun phrase that means one entity once that entity was named in the item; `language` ISO 639-1."""

    entity_id: str
    language: str
    description: str


@dataclass(frozen=True, slots=True)
class Control:
    """`controller_id` controls `entity_id` from `from_on` (None: always) up to, not including, `to_on` (None: open)."""

    entity_id: str
    controller_id: str
    relation: Literal["subsidiary", "majority", "controller"]
    from_on: date | None
    to_on: date | None
    source: str

    def holds_on(self, day: date) -> bool:
        """Whether the control held on that day."""
        return (self.from_on is None or self.from_on <= day) and (self.to_on is None or day < self.to_on)


@dataclass(frozen=True, slots=True)
class Product:
    """An accelerator, a family of them, or a system. `h100e` is per GPU; for a system that of its component."""

    product_id: str
    claim_name: str
    name: str
    level: Literal["any", "family", "model", "variant", "system"]
    parent_id: str | None
    family_id: str | None
    vendor_id: str | None
    unit: Literal["gpu", "system", "rack"]
    component_id: str | None
    gpus_per_unit: int
    tops_8bit_dense: float | None
    h100e: float | None
    h100e_16bit: float | None
    launched_on: date | None
    source: str


@dataclass(frozen=True, slots=True)
class ProductAlias:
    """A name of a product as news use it."""

    product_id: str
    alias: str


@dataclass(frozen=True, slots=True)
class Sku:
    """A regular expression that matches a supplier's product string in full, whatever its case."""

    pattern: str
    product_id: str


@dataclass(frozen=True, slots=True)
class ExchangeRate:
    """US dollars for one unit of a currency (ISO 4217), average of the month that begins on `month`."""

    month: date
    currency: str
    usd_per_unit: float


@dataclass(frozen=True, slots=True)
class Outlet:
    """A newspaper, agency or analyst that news name as their source."""

    outlet_id: str
    name: str
    aliases: tuple[str, ...]
    kind: Literal["outlet", "agency", "analyst"]


@dataclass(frozen=True, slots=True)
class Duration:
    """What a vague duration, or one unit of a stated one, means in days."""

    duration: str
    low_days: int
    high_days: int


@dataclass(frozen=True, slots=True)
class Measure:
    """What a public source's own name for a figure means to us; of several names for one measure, the lowest `rank`
    that a reporter gives for a period counts."""

    source: Literal["sec", "taiwan", "census", "comtrade", "epoch"]
    stated_measure: str
    measure: str
    rank: int


@dataclass(frozen=True, slots=True)
class Reporter:
    """Who a public source's code for a reporter is: a filer's CIK, a company's number on the exchange."""

    source: Literal["sec", "taiwan"]
    code: str
    entity_id: str


@dataclass(frozen=True, slots=True)
class UnitPrice:
    """What one GPU of a product costs from a day on, in US dollars: an interval, as was stated or estimated."""

    product_id: str
    from_on: date
    usd_low: float
    usd_high: float
    source: str


@dataclass(frozen=True, slots=True)
class MatchWeight:
    """How probable a level of a comparison is for two statements about one lot (`m`) and about two lots (`u`)."""

    comparison: Comparison
    level: str
    m: float
    u: float


@dataclass(frozen=True, slots=True)
class MatchThreshold:
    """A figure by which match weights decide: `prior` is a probability, the others are weights in bits."""

    name: Literal["prior", "join", "review_from", "review_to", "tie"]
    value: float


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person decided about two statements, each named by a record, a claim, a line or an order line."""

    one: str
    other: str
    verdict: Literal["same", "not the same"]
    decided_by: str
    decided_on: date
    reason: str


def fold(name: str) -> str:
    """A name as names are compared: compatibility forms, case and spacing evened out; accents and scripts kept."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


_LETTER = "[0-9a-z\u00df-\u024f\u0370-\u052f]"


def stands_in(word: str, text: str) -> bool:
    """Whether a word stands in a text, compared folded; as a whole word where its script puts blanks between words."""
    folded = fold(word)
    before = f"(?<!{_LETTER})" if re.match(_LETTER, folded[:1]) else ""
    after = f"(?!{_LETTER})" if re.match(_LETTER, folded[-1:]) else ""
    return bool(folded) and re.search(before + re.escape(folded) + after, fold(text)) is not None


@dataclass(frozen=True, slots=True)
class Reference:
    """All reference data of one folder, checked. Lists keep the order of their files."""

    entities: list[Entity]
    aliases: list[Alias]
    descriptions: list[Description]
    control: list[Control]
    products: list[Product]
    product_aliases: list[ProductAlias]
    skus: list[Sku]
    exchange_rates: list[ExchangeRate]
    outlets: list[Outlet]
    durations: list[Duration]
    match_weights: list[MatchWeight]
    match_thresholds: list[MatchThreshold]
    decisions: list[Decision]
    measures: list[Measure]
    reporters: list[Reporter]
    unit_prices: list[UnitPrice]

    @property
    def last_rate_month(self) -> date | None:
        """The last month that has exchange rates; later months use it. None without rates."""
        return max((rate.month for rate in self.exchange_rates), default=None)

    def controllers_on(self, entity_id: str, day: date) -> tuple[str, ...]:
        """Everybody who controlled the entity on that day, directly or through others, nearest first."""
        found: list[str] = []
        nearest = [entity_id]
        while nearest:
            nearest = [
                row.controller_id
                for row in self.control
                if row.entity_id in nearest and row.holds_on(day) and row.controller_id not in found
            ]
            found += dict.fromkeys(nearest)
        return tuple(found)

    def common_controller_on(self, first_id: str, second_id: str, day: date) -> str | None:
        """The nearest party that controlled both on that day (it may be one of the two), None if unrelated."""
        second = {second_id, *self.controllers_on(second_id, day)}
        chain = (first_id, *self.controllers_on(first_id, day))
        return next((party for party in chain if party in second), None)

    def entities_named(self, name: str, context: str | None = None) -> tuple[str, ...]:
        """The entities that a name can mean: none is unknown, more than one is ambiguous.

        With the text that it stands in as context: those whose needs the text meets, else those without needs.
        Without (a field that holds nothing but a name): those without needs, else those with.
        """
        rows = [row for row in self.aliases if fold(row.alias) == fold(name)]
        free = [row for row in rows if not row.needs]
        if context is None:
            chosen = free or rows
        else:
            chosen = [row for row in rows if any(stands_in(word, context) for word in row.needs)] or free
        return tuple(dict.fromkeys(row.entity_id for row in chosen))

    def products_named(self, name: str) -> tuple[str, ...]:
        """The products of that name (one, or none where the name is unknown)."""
        return tuple(dict.fromkeys(r.product_id for r in self.product_aliases if fold(r.alias) == fold(name)))

    def products_of_sku(self, sku: str) -> tuple[str, ...]:
        """The products whose pattern matches the whole string: none is unknown, more than one is ambiguous."""
        text = " ".join(sku.split())
        return tuple(dict.fromkeys(s.product_id for s in self.skus if re.fullmatch(s.pattern, text, re.IGNORECASE)))
