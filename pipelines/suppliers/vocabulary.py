"""What a supplier line is checked against: the known currencies and product strings. Nothing is resolved here."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from pipelines.reference import Reference


@dataclass(frozen=True, slots=True)
class SupplierVocabulary:
    """Known currencies (ISO 4217, upper case), the patterns of known SKUs, each compiled to ignore case, and the names
    of products in lower case."""

    currencies: frozenset[str]
    sku_patterns: tuple[re.Pattern[str], ...]
    product_names: frozenset[str] = frozenset()

    def knows_sku(self, sku: str) -> bool:
        """Whether a pattern matches the whole of it, or it is a product's name or id."""
        return sku.casefold() in self.product_names or any(pattern.fullmatch(sku) for pattern in self.sku_patterns)


def vocabulary(currencies: Iterable[str], patterns: Iterable[str], names: Iterable[str] = ()) -> SupplierVocabulary:
    """A vocabulary of these currencies and USD, and these regular expressions. Raises re.error for a bad one."""
    return SupplierVocabulary(
        frozenset(currencies) | {"USD"},
        tuple(re.compile(pattern, re.IGNORECASE) for pattern in patterns),
        frozenset(name.casefold() for name in names),
    )


def vocabulary_from(reference: Reference) -> SupplierVocabulary:
    """The vocabulary that the reference data gives."""
    products = reference.products
    names = [name for one in products for name in (one.product_id, one.name, one.claim_name)]
    names += (alias.alias for alias in reference.product_aliases)
    return vocabulary(
        (rate.currency for rate in reference.exchange_rates), (sku.pattern for sku in reference.skus), names
    )
