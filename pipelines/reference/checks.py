"""What reference data may not be: every contradiction in them, with its place and what to do about it.

Here belongs each check that needs more than one cell. A cell that does not fit its type is reading.py's to report.
"""

import re
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

from pipelines.reference.findings import Findings, Problem
from pipelines.reference.matching import check_matching
from pipelines.reference.shapes import Product, Reference, fold

H100_TOPS_8BIT_DENSE = 1979.0


class InvalidReference(ValueError):
    """The reference data contradict themselves; `problems` holds every place."""

    def __init__(self, folder: Path, problems: list[Problem]) -> None:
        self.problems = sorted(problems, key=lambda problem: (problem.file, problem.line, problem.column))
        lines = "\n".join(f"  {problem}" for problem in self.problems)
        super().__init__(f"{len(problems)} problem(s) in the reference data of {folder}:\n{lines}")


def check(reference: Reference, findings: Findings) -> None:
    """Adds every contradiction between the rows to the findings."""
    _check_references(reference, findings)
    _check_uniqueness(reference, findings)
    _check_names(reference, findings)
    _check_control(reference, findings)
    _check_products(reference, findings)
    _check_values(reference, findings)
    check_matching(reference, findings)


def _check_references(reference: Reference, findings: Findings) -> None:
    known = {
        "entities.csv": {row.entity_id for row in reference.entities},
        "products.csv": {row.product_id for row in reference.products},
    }
    links: list[tuple[list[Any], str, str]] = [
        (reference.aliases, "entity_id", "entities.csv"),
        (reference.descriptions, "entity_id", "entities.csv"),
        (reference.control, "entity_id", "entities.csv"),
        (reference.control, "controller_id", "entities.csv"),
        (reference.products, "vendor_id", "entities.csv"),
        (reference.products, "parent_id", "products.csv"),
        (reference.products, "family_id", "products.csv"),
        (reference.products, "component_id", "products.csv"),
        (reference.product_aliases, "product_id", "products.csv"),
        (reference.skus, "product_id", "products.csv"),
        (reference.reporters, "entity_id", "entities.csv"),
        (reference.unit_prices, "product_id", "products.csv"),
    ]
    for rows, column, file in links:
        for row in rows:
            value = getattr(row, column)
            # A row that could not be read is reported itself, not again by all that refer to it.
            if value is not None and value not in known[file] and (file, value) not in findings.broken:
                why = f"{file} has no row of this id"
                findings.report(row, column, f"{value!r} is unknown", why, f"Correct it or add it to {file}")


Key = Callable[[Any], object]


def _folded(column: str) -> Key:
    return lambda row: fold(getattr(row, column))


def _check_uniqueness(reference: Reference, findings: Findings) -> None:
    once: list[tuple[list[Any], str, Key]] = [
        (reference.entities, "entity_id", _folded("entity_id")),
        (reference.entities, "claim_name", _folded("claim_name")),
        (reference.products, "product_id", _folded("product_id")),
        (reference.products, "claim_name", _folded("claim_name")),
        (reference.product_aliases, "alias", _folded("alias")),
        (reference.aliases, "alias", lambda row: (row.entity_id, fold(row.alias))),
        (reference.descriptions, "description", lambda row: (row.language, fold(row.description))),
        (reference.skus, "pattern", lambda row: row.pattern),
        (reference.exchange_rates, "currency", lambda row: (row.month, row.currency)),
        (reference.outlets, "outlet_id", _folded("outlet_id")),
        (reference.outlets, "name", _folded("name")),
        (reference.durations, "duration", _folded("duration")),
        (reference.measures, "stated_measure", lambda row: (row.source, row.stated_measure)),
        (reference.measures, "rank", lambda row: (row.source, row.measure, row.rank)),
        (reference.reporters, "code", lambda row: (row.source, row.code)),
        (reference.unit_prices, "from_on", lambda row: (row.product_id, row.from_on)),
    ]
    for rows, column, key in once:
        to_do = "Keep one of the two"
        for row, earlier in _repeated(rows, key):
            why = "{}:{} has it already".format(*findings.places[id(earlier)])
            findings.report(row, column, f"{getattr(row, column)!r} a second time", why, to_do)


def _check_names(reference: Reference, findings: Findings) -> None:
    free = [row for row in reference.aliases if not row.needs]
    for row, earlier in _repeated(free, _folded("alias")):
        if row.entity_id != earlier.entity_id:
            place = "{}:{}".format(*findings.places[id(earlier)])
            why = f"{place} gives it to {earlier.entity_id!r}, and neither needs another word"
            what = f"{row.alias!r} means {row.entity_id!r} as well"
            findings.report(row, "alias", what, why, "Write into needs of one which words tell them apart")
    entity_names = {(row.entity_id, fold(row.alias)) for row in reference.aliases}
    for entity in reference.entities:
        if (entity.entity_id, fold(entity.claim_name)) not in entity_names:
            why = "Names are found by aliases.csv alone"
            findings.report(entity, "claim_name", f"{entity.claim_name!r} is no alias", why, "Add it there")
    product_names = {(row.product_id, fold(row.alias)) for row in reference.product_aliases}
    for product in reference.products:
        if (product.product_id, fold(product.claim_name)) not in product_names:
            why = "Names are found by product_aliases.csv alone"
            findings.report(product, "claim_name", f"{product.claim_name!r} is no alias", why, "Add it there")


def _repeated(rows: list[Any], key: Key) -> Iterator[tuple[Any, Any]]:
    """Each row whose key an earlier row has, with that row."""
    first: dict[object, Any] = {}
    for row in rows:
        earlier = first.setdefault(key(row), row)
        if earlier is not row:
            yield row, earlier


def _check_control(reference: Reference, findings: Findings) -> None:
    for row in reference.control:
        if row.from_on and row.to_on and row.from_on >= row.to_on:
            why = "to_on is the first day on which the control no longer held"
            findings.report(row, "to_on", f"{row.to_on} is not after {row.from_on}", why, "Correct one of the two")
        start = row.from_on or date.min
        for other in reference.control:
            same = (other.entity_id, other.controller_id) == (row.entity_id, row.controller_id)
            if other is not row and same and other.holds_on(start):
                why = "{}:{} holds on that day already".format(*findings.places[id(other)])
                what = f"{row.controller_id!r} over {row.entity_id!r} twice on {start}"
                findings.report(row, "from_on", what, why, "Join the rows, or part them")
        if row.holds_on(start) and row.entity_id in reference.controllers_on(row.entity_id, start):
            why = f"On {start} control runs in a circle"
            what = f"{row.entity_id!r} controls itself through {row.controller_id!r}"
            findings.report(row, "controller_id", what, why, "End one row of the circle, or remove it")


def _check_products(reference: Reference, findings: Findings) -> None:
    by_id = {product.product_id: product for product in reference.products}
    for product in reference.products:
        _check_place(product, list(_chain(product, by_id)), findings)
        component = by_id.get(product.component_id or "")
        if (product.level == "system") != (product.component_id is not None):
            what = f"{product.component_id!r} at level {product.level!r}"
            why = "A system has a component, and nothing else has one"
            findings.report(product, "component_id", what, why, "Correct level or component_id")
        if component and component.level in ("family", "system"):
            what = f"{product.component_id!r} is a {component.level}"
            why = "A component is one kind of GPU, counted by gpus_per_unit"
            findings.report(product, "component_id", what, why, "Name the model or variant inside")
        figures = (product.tops_8bit_dense, product.h100e, product.h100e_16bit)
        if component and figures != (component.tops_8bit_dense, component.h100e, component.h100e_16bit):
            what = f"{product.h100e}, but its component {component.product_id!r} has {component.h100e}"
            why = "A system carries the three figures of one of its GPUs"
            findings.report(product, "h100e", what, why, "Copy the component's figures")
        if any(figure is not None and figure <= 0 for figure in figures):
            why = "A figure is above nought, or empty where unknown"
            findings.report(product, "tops_8bit_dense", f"{figures}", why, "Correct the figure")
        tops = product.tops_8bit_dense
        expected = None if tops is None else round(tops / H100_TOPS_8BIT_DENSE, 4)
        if product.h100e != expected:
            why = "h100e is tops_8bit_dense / 1979 to four digits, and empty without it"
            what = f"{product.h100e}, but tops_8bit_dense gives {expected}"
            findings.report(product, "h100e", what, why, "Correct one of the two")
        if product.gpus_per_unit < 1 or (product.unit == "gpu" and product.gpus_per_unit != 1):
            what = f"{product.gpus_per_unit} for unit {product.unit!r}"
            why = "A GPU counts as one, a system or a rack as those that it holds"
            findings.report(product, "gpus_per_unit", what, why, "Correct unit or gpus_per_unit")
        if (product.unit == "gpu") != (product.level != "system"):
            what = f"{product.unit!r} at level {product.level!r}"
            why = "Systems come by the system or the rack, all else by the GPU"
            findings.report(product, "unit", what, why, "Correct level or unit")


def _check_place(product: Product, chain: list[Product], findings: Findings) -> None:
    top = chain[-1]
    if top.parent_id is not None and ("products.csv", top.parent_id) in findings.broken:
        return
    if top.product_id != "gpu":
        why = f"The way up ends, or turns in a circle, at {top.product_id!r}"
        what = f"{product.product_id!r} does not hang below 'gpu'"
        findings.report(product, "parent_id", what, why, "Correct parent_id")
        return
    family = next((above.product_id for above in reversed(chain) if above.level == "family"), None)
    if product.family_id != family:
        why = "family_id is the outermost family on the way up to 'gpu'"
        what = f"{product.family_id!r}, but the way up gives {family!r}"
        findings.report(product, "family_id", what, why, "Correct family_id or parent_id")


def _chain(product: Product, by_id: dict[str, Product]) -> Iterator[Product]:
    """The product and all above it, nearest first; stops before it would come round again."""
    seen: set[str] = set()
    above: Product | None = product
    while above is not None and above.product_id not in seen:
        seen.add(above.product_id)
        yield above
        above = by_id.get(above.parent_id or "")


def _check_values(reference: Reference, findings: Findings) -> None:
    for sku in reference.skus:
        reason = _pattern_problem(sku.pattern)
        if reason:
            findings.report(sku, "pattern", f"{sku.pattern!r} does not compile", reason, "Correct the expression")
    shapes: list[tuple[list[Any], str, str, str]] = [
        (reference.exchange_rates, "currency", "[A-Z]{3}", "A currency is an ISO 4217 code, three capitals"),
        (reference.entities, "country", "[A-Z]{2}", "A country is ISO 3166-1 alpha-2, two capitals"),
        (reference.descriptions, "language", "[a-z]{2}", "A language is ISO 639-1, two small letters"),
        (reference.entities, "entity_id", "[a-z0-9]+(?:-[a-z0-9]+)*", "An id is words of a-z0-9 joined by '-'"),
        (reference.products, "product_id", "[a-z0-9]+(?:-[a-z0-9]+)*", "An id is words of a-z0-9 joined by '-'"),
    ]
    for rows, column, pattern, why in shapes:
        for row in rows:
            value = getattr(row, column)
            if value is not None and not re.fullmatch(pattern, value):
                findings.report(row, column, f"{value!r}", why, "Correct the cell")
    for rate in reference.exchange_rates:
        if rate.month.day != 1:
            findings.report(rate, "month", f"{rate.month}", "A month is its first day", "Write the first")
        if rate.usd_per_unit <= 0:
            findings.report(rate, "usd_per_unit", f"{rate.usd_per_unit}", "A rate is above nought", "Correct it")
    for duration in reference.durations:
        if not 0 < duration.low_days <= duration.high_days:
            what = f"{duration.low_days} to {duration.high_days}"
            why = "A duration is an interval of days, the shorter first"
            findings.report(duration, "high_days", what, why, "Correct the two")
    for price in reference.unit_prices:
        if not 0 < price.usd_low <= price.usd_high:
            what = f"{price.usd_low} to {price.usd_high}"
            why = "A price is an interval above nought, the lower first"
            findings.report(price, "usd_high", what, why, "Correct the two")


def _pattern_problem(pattern: str) -> str | None:
    """Why Python or RE2 (DuckDB) cannot compile an expression, None if both can."""
    if re.search(r"\(\?(?!:)|\\[1-9]|[*+?}]\+", pattern):
        return "RE2, which DuckDB uses, has no look-around, back reference or possessive quantifier"
    try:
        re.compile(pattern)
    except re.error as error:
        return f"Python says: {error}"
    return None
