"""The reference data that people curate: entities, aliases, dated control, products, rates, durations.

`load_reference` reads and checks a folder of CSV files; `Reference` answers what needs no other data. Whatever reads
news, supplier files or the warehouse stays out.
"""

from pipelines.reference.checks import InvalidReference, Problem
from pipelines.reference.reading import fingerprint, load_reference
from pipelines.reference.shapes import (
    Alias,
    Control,
    Description,
    Duration,
    Entity,
    ExchangeRate,
    Outlet,
    Product,
    ProductAlias,
    Reference,
    Sku,
    fold,
    stands_in,
)

__all__ = [
    "Alias",
    "Control",
    "Description",
    "Duration",
    "Entity",
    "ExchangeRate",
    "InvalidReference",
    "Outlet",
    "Problem",
    "Product",
    "ProductAlias",
    "Reference",
    "Sku",
    "fingerprint",
    "fold",
    "load_reference",
    "stands_in",
]
