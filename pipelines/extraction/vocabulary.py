"""The names that extraction knows: entities, products, outlets and vague durations, from the reference data.

Here belongs turning reference rows into names by alias. Reading the CSV files belongs in `pipelines.reference`,
words of one language in `languages/*.toml`, finding names in text in `names.py`.
"""

import hashlib
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Literal

from pipelines.reference import Reference

Role = Literal["party", "maker", "person", "place", "outlet"]

_ROLES: dict[str, Role] = {
    "chip_vendor": "maker", "person": "person", "country": "place", "regulator": "person",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Alias:
    """A name; with `needs` it counts only where one of these words stands in the same item."""

    text: str
    needs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class KnownEntity:
    """A party by its name in claims. `descriptions` are nouns by language that mean it once it was named.

    `country` is where it is at home, as ISO 3166-1 alpha-2.
    """

    claim_name: str
    kind: str
    aliases: tuple[Alias, ...]
    descriptions: dict[str, tuple[str, ...]] = field(default_factory=dict)
    country: str | None = None

    @property
    def role(self) -> Role:
        """What it can be in a claim: a maker is a supplier first, a person no party, a place only where told so."""
        return _ROLES.get(self.kind, "party")


@dataclass(frozen=True, slots=True)
class KnownProduct:
    """A product by its name in claims; `vendor` is the claim name of its maker; level `any` is the GPU at large.

    A system or rack goes by the name of the accelerators in it, and its `unit` says that it was counted whole.
    """

    claim_name: str
    vendor: str | None
    level: str
    unit: Literal["gpu", "system", "rack"]
    aliases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class KnownOutlet:
    """A newspaper, agency or analyst by the name that claims give it."""

    name: str
    kind: str
    aliases: tuple[str, ...]


@dataclass(frozen=True)
class Vocabulary:
    """All names. `durations` gives days, low and high, for `days`, `weeks`, `months`, `quarter`, `year`."""

    entities: tuple[KnownEntity, ...]
    products: tuple[KnownProduct, ...]
    outlets: tuple[KnownOutlet, ...]
    durations: dict[str, tuple[float, float]]

    @property
    def fingerprint(self) -> str:
        """SHA-256 of everything that it holds."""
        return hashlib.sha256(
            repr((self.entities, self.products, self.outlets, sorted(self.durations.items()))).encode()
        ).hexdigest()


def vocabulary_from(reference: Reference) -> Vocabulary:
    """The vocabulary of the reference data, in the order of its files."""
    aliases: dict[str, list[Alias]] = defaultdict(list)
    for alias in reference.aliases:
        aliases[alias.entity_id].append(Alias(alias.alias, alias.needs))
    descriptions: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for row in reference.descriptions:
        descriptions[row.entity_id][row.language].append(row.description)
    product_aliases: dict[str, list[str]] = defaultdict(list)
    for product_alias in reference.product_aliases:
        product_aliases[product_alias.product_id].append(product_alias.alias)
    product_names = {product.product_id: product.claim_name for product in reference.products}
    claim_names = {entity.entity_id: entity.claim_name for entity in reference.entities}
    return Vocabulary(
        entities=tuple(
            KnownEntity(
                entity.claim_name,
                entity.kind,
                tuple(aliases[entity.entity_id]),
                {language: tuple(nouns) for language, nouns in descriptions[entity.entity_id].items()},
                entity.country,
            )
            for entity in reference.entities
        ),
        products=tuple(
            KnownProduct(
                product_names.get(product.parent_id or "", product.claim_name)
                if product.level == "system"
                else product.claim_name,
                claim_names.get(product.vendor_id or ""),
                product.level,
                product.unit,
                tuple(product_aliases[product.product_id]),
            )
            for product in reference.products
        ),
        outlets=tuple(KnownOutlet(outlet.name, outlet.kind, outlet.aliases) for outlet in reference.outlets),
        durations={row.duration: (float(row.low_days), float(row.high_days)) for row in reference.durations},
    )
