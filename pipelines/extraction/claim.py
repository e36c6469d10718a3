"""What extraction gives: claims with their evidence, and mentions that nothing explained. Shapes only."""

from dataclasses import dataclass, field
from datetime import date
from typing import Literal

Event = Literal[
    "order", "plan", "allocation", "shipment", "delivery", "diversion", "delay",
    "cancellation", "restriction", "resale", "holding",
]  # fmt: skip
Certainty = Literal["confirmed", "reported", "rumoured", "denied"]
QuantityUnit = Literal["gpu", "system", "rack"]


@dataclass(frozen=True, slots=True)
class Slot:
    """Where a slot's value stands in the text, in code points, which rule filled it, and how likely it is (0 to 1)."""

    start: int
    end: int
    rule: str
    share: float = 1.0


@dataclass(frozen=True, slots=True)
class Claim:
    """One thing that one item says about accelerators moving, or failing to move (docs/claims.md).

    Names are canonical entity names, products canonical product names; counts are as stated, in `quantity_unit`;
    money as stated, in `currency` (ISO 4217); days are whole and inclusive. `text[quote_start:quote_end] == quote`.
    `slots` gives the evidence of each filled field by its name; `confidence` is 0 to 1.
    """

    event: Event
    quote: str
    quote_start: int
    quote_end: int
    certainty: Certainty
    supplier: str | None = None
    from_entity: str | None = None
    to_entity: str | None = None
    product: str | None = None
    quantity_low: float | None = None
    quantity_high: float | None = None
    quantity_unit: QuantityUnit | None = None
    value_low: float | None = None
    value_high: float | None = None
    currency: str | None = None
    promised_start: date | None = None
    promised_end: date | None = None
    revised_start: date | None = None
    revised_end: date | None = None
    actual_start: date | None = None
    actual_end: date | None = None
    delay_low_days: float | None = None
    delay_high_days: float | None = None
    attributed_to: str | None = None
    confidence: float = 1.0
    slots: dict[str, Slot] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Mention:
    """A quantity with a product that no frame explained: what to teach the extractor next."""

    quote: str
    quote_start: int
    quote_end: int
    product: str | None
    quantity_low: float | None
    quantity_high: float | None
    quantity_unit: QuantityUnit | None
    reason: str


@dataclass(frozen=True, slots=True)
class Extraction:
    """All that one item gave. `language` is the pack that read it, None where no pack speaks the item's language."""

    claims: tuple[Claim, ...] = ()
    mentions: tuple[Mention, ...] = ()
    language: str | None = None
