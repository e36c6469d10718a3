"""The reference data that people curate: entities, aliases, dated control, products, rates, durations, matching.

`load_reference` reads and checks a folder of CSV files; `Reference` answers what needs no other data. Whatever reads
news, supplier files or the warehouse stays out.
"""

from pipelines.reference.checks import InvalidReference
from pipelines.reference.findings import Problem
from pipelines.reference.reading import fingerprint, load_reference
from pipelines.reference.shapes import (
    Alias,
    Control,
    Decision,
    Description,
    Duration,
    Entity,
    ExchangeRate,
    MatchThreshold,
    MatchWeight,
    Measure,
    Outlet,
    Product,
    ProductAlias,
    Reference,
    Reporter,
    Sku,
    UnitPrice,
    fold,
    stands_in,
)

__all__ = [
    "Alias",
    "Control",
    "Decision",
    "Description",
    "Duration",
    "Entity",
    "ExchangeRate",
    "InvalidReference",
    "MatchThreshold",
    "MatchWeight",
    "Measure",
    "Outlet",
    "Problem",
    "Product",
    "ProductAlias",
    "Reference",
    "Reporter",
    "Sku",
    "UnitPrice",
    "fingerprint",
    "fold",
    "load_reference",
    "stands_in",
]
