"""What a supplier line is checked against: the known currencies and product strings. Nothing is resolved here."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from pipelines.reference import Reference


@dataclass(frozen=True, slots=True)
class SupplierVocabulary:
    """Known currencies (ISO 4217, upper case) and the patterns of known SKUs, each compiled to ignore case."""

    currencies: frozenset[str]
    sku_patterns: tuple[re.Pattern[str], ...]

    def knows_sku(self, sku: str) -> bool:
        """Whether a pattern matches the whole of it."""
        return any(pattern.fullmatch(sku) for pattern in self.sku_patterns)


def vocabulary(currencies: Iterable[str], patterns: Iterable[str]) -> SupplierVocabulary:
    """A vocabulary of these currencies and USD, and these regular expressions. Raises re.error for a bad one."""
    return SupplierVocabulary(
        frozenset(currencies) | {"USD"}, tuple(re.compile(pattern, re.IGNORECASE) for pattern in patterns)
    )


def vocabulary_from(reference: Reference) -> SupplierVocabulary:
    """The vocabulary that the reference data gives."""
    return vocabulary((rate.currency for rate in reference.exchange_rates), (sku.pattern for sku in reference.skus))
