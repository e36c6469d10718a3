"""The reference data that people curate: entities, control, products, rates. Reads, checks and answers.

Here belong the shapes of `reference/*.csv`, their checks, and the few questions that need no other data (who controls
whom on a day, which product a part number is). Supplier contracts, feeds, SQL, and all reading of news stay out.
"""

import csv
import hashlib
import re
import types
import typing
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from datetime import date
from pathlib import Path
from typing import Any, Literal, TypeVar

H100_TOPS_8BIT_DENSE = 1979.0

EntityKind = Literal[
    "buyer", "chip_vendor", "country", "datacenter", "distributor", "diverter", "foundry", "holding", "hyperscaler",
    "integrator", "investor", "lab", "neocloud", "odm", "person", "project", "regulator", "research", "sovereign",
    "spv", "supplier",
]  # fmt: skip


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
class Problem:
    """One thing that is wrong in the reference data, where it stands, why it is wrong and what to do."""

    file: str
    line: int
    column: str
    what: str
    why: str
    to_do: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.column}: {self.what}. {self.why}. {self.to_do}."


class InvalidReference(ValueError):  # noqa: N818
    """The reference data contradict themselves; `problems` holds every place."""

    def __init__(self, folder: Path, problems: list[Problem]) -> None:
        self.problems = problems
        lines = "\n".join(f"  {problem}" for problem in problems)
        super().__init__(f"{len(problems)} problem(s) in the reference data of {folder}:\n{lines}")


def fold(name: str) -> str:
    """A name as names are compared: compatibility forms, case and spacing evened out; accents and scripts kept."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


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

    def entities_named(self, name: str, context: str = "") -> tuple[str, ...]:
        """The entities that a name can mean in a text: those whose needs the context meets, else those without."""
        words = fold(context)
        rows = [row for row in self.aliases if fold(row.alias) == fold(name)]
        met = [row for row in rows if any(fold(word) in words for word in row.needs)]
        return tuple(dict.fromkeys(row.entity_id for row in met or [row for row in rows if not row.needs]))

    def products_named(self, name: str) -> tuple[str, ...]:
        """The products of that name (one, or none where the name is unknown)."""
        return tuple(dict.fromkeys(r.product_id for r in self.product_aliases if fold(r.alias) == fold(name)))

    def products_of_sku(self, sku: str) -> tuple[str, ...]:
        """The products whose pattern matches the whole string: none is unknown, more than one is ambiguous."""
        text = " ".join(sku.split())
        return tuple(
            dict.fromkeys(s.product_id for s in self.skus if re.fullmatch(s.pattern, text, re.IGNORECASE))
        )


def fingerprint(folder: Path) -> str:
    """SHA-256 over names and bytes of every CSV and TOML file below the folder: equal only for equal reference data."""
    digest = hashlib.sha256()
    files = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.suffix in (".csv", ".toml")}
    for name, path in sorted(files.items()):
        content = path.read_bytes()
        digest.update(f"{name}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


def load_reference(folder: Path) -> Reference:
    """Reads and checks all reference CSV files of a folder.

    Raises InvalidReference with every problem found: rows that do not fit their columns, and, where all rows could be
    read, ids that do not exist, cycles, names of two things, figures that contradict each other.
    """
    problems: list[Problem] = []
    tables = _Tables(folder, problems)
    reference = Reference(
        entities=tables.read("entities.csv", Entity),
        aliases=tables.read("aliases.csv", Alias),
        descriptions=tables.read("descriptions.csv", Description),
        control=tables.read("control.csv", Control),
        products=tables.read("products.csv", Product),
        product_aliases=tables.read("product_aliases.csv", ProductAlias),
        skus=tables.read("skus.csv", Sku),
        exchange_rates=tables.read("exchange_rates.csv", ExchangeRate),
        outlets=tables.read("outlets.csv", Outlet),
        durations=tables.read("durations.csv", Duration),
    )
    _check_references(reference, tables)
    _check_uniqueness(reference, tables)
    _check_control(reference, tables)
    _check_products(reference, tables)
    _check_values(reference, tables)
    if problems:
        raise InvalidReference(folder, sorted(problems, key=lambda p: (p.file, p.line, p.column, p.what)))
    return reference


Row = TypeVar("Row", Entity, Alias, Description, Control, Product, ProductAlias, Sku, ExchangeRate, Outlet, Duration)


class _Tables:
    """Reads the files of one folder and remembers in which file and line each row stands."""

    def __init__(self, folder: Path, problems: list[Problem]) -> None:
        self.folder = folder
        self.problems = problems
        self.places: dict[int, tuple[str, int]] = {}

    def report(self, row: object, column: str, what: str, why: str, to_do: str) -> None:
        file, line = self.places[id(row)]
        self.problems.append(Problem(file, line, column, what, why, to_do))

    def read(self, file: str, shape: type[Row]) -> list[Row]:
        names = [field.name for field in fields(shape)]
        hints = typing.get_type_hints(shape)
        try:
            text = (self.folder / file).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            self.problems.append(Problem(file, 1, names[0], "cannot be read", str(error), "Put the file there in UTF-8"))
            return []
        # A blank line instead of a comment keeps the reader's count of lines right.
        reader = csv.reader(("\n" if line.startswith("#") else line for line in text.splitlines(keepends=True)), strict=True)
        rows: list[Row] = []
        header: list[str] | None = None
        try:
            for cells in reader:
                if not cells:
                    continue
                if header is None:
                    header = cells
                    if header != names:
                        self._misfit(file, reader.line_num, names, "columns are " + ",".join(header))
                        return []
                elif len(cells) != len(names):
                    self._misfit(file, reader.line_num, names, f"{len(cells)} cells")
                else:
                    values = self._values(file, reader.line_num, dict(zip(names, cells, strict=True)), hints)
                    if values is not None:
                        rows.append(shape(**values))
                        self.places[id(rows[-1])] = (file, reader.line_num)
        except csv.Error as error:
            self._misfit(file, reader.line_num, names, f"is not CSV: {error}")
        if header is None:
            self._misfit(file, 1, names, "no line with column names")
        return rows

    def _misfit(self, file: str, line: int, names: list[str], what: str) -> None:
        why = "Every row has the columns " + ",".join(names)
        self.problems.append(Problem(file, line, names[0], what, why, "Write them in this order, comments above them"))

    def _values(self, file: str, line: int, cells: dict[str, str], hints: dict[str, Any]) -> dict[str, Any] | None:
        values: dict[str, Any] = {}
        for name, cell in cells.items():
            try:
                values[name] = _convert(cell, hints[name])
            except ValueError as error:
                self.problems.append(Problem(file, line, name, f"{cell!r}", str(error), "Correct the cell"))
        return values if len(values) == len(cells) else None


def _convert(cell: str, hint: Any) -> Any:
    """The value of a cell for a field's type; ValueError says why it is none."""
    if cell != cell.strip():
        raise ValueError("Blanks around a value are taken for a part of it")
    options = typing.get_args(hint)
    if isinstance(hint, types.UnionType):
        return _convert(cell, options[0]) if cell else None
    if typing.get_origin(hint) is tuple:
        return tuple(part.strip() for part in cell.split("|") if part.strip())
    if not cell:
        raise ValueError("This column may not be empty")
    if typing.get_origin(hint) is Literal:
        if cell not in options:
            raise ValueError("It is none of " + ", ".join(options))
        return cell
    if hint is date:
        if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", cell):
            raise ValueError("A day is written YYYY-MM-DD")
        return date.fromisoformat(cell)
    return hint(cell)


def _keys(rows: list[Any], column: str) -> set[str]:
    return {getattr(row, column) for row in rows}


def _check_references(reference: Reference, tables: _Tables) -> None:
    entities, products = _keys(reference.entities, "entity_id"), _keys(reference.products, "product_id")
    links: list[tuple[list[Any], str, set[str], str]] = [
        (reference.aliases, "entity_id", entities, "entities.csv"),
        (reference.descriptions, "entity_id", entities, "entities.csv"),
        (reference.control, "entity_id", entities, "entities.csv"),
        (reference.control, "controller_id", entities, "entities.csv"),
        (reference.products, "vendor_id", entities, "entities.csv"),
        (reference.products, "parent_id", products, "products.csv"),
        (reference.products, "family_id", products, "products.csv"),
        (reference.products, "component_id", products, "products.csv"),
        (reference.product_aliases, "product_id", products, "products.csv"),
        (reference.skus, "product_id", products, "products.csv"),
    ]
    for rows, column, known, file in links:
        for row in rows:
            value = getattr(row, column)
            if value is not None and value not in known:
                tables.report(row, column, f"{value!r} is unknown", f"{file} has no such id", f"Correct it or add it to {file}")


def _check_uniqueness(reference: Reference, tables: _Tables) -> None:
    def folded(column: str) -> Callable[[Any], Any]:
        return lambda row: fold(getattr(row, column))

    once: list[tuple[list[Any], str, Callable[[Any], Any]]] = [
        (reference.entities, "entity_id", folded("entity_id")),
        (reference.entities, "claim_name", folded("claim_name")),
        (reference.products, "product_id", folded("product_id")),
        (reference.products, "claim_name", folded("claim_name")),
        (reference.product_aliases, "alias", folded("alias")),
        (reference.aliases, "alias", lambda row: (row.entity_id, fold(row.alias))),
        (reference.descriptions, "description", lambda row: (row.language, fold(row.description))),
        (reference.skus, "pattern", folded("pattern")),
        (reference.exchange_rates, "currency", lambda row: (row.month, row.currency)),
        (reference.outlets, "outlet_id", folded("outlet_id")),
        (reference.durations, "duration", folded("duration")),
    ]
    for rows, column, key in once:
        _check_once(rows, column, key, tables)
    # An alias may have one meaning that needs nothing; every other meaning of it needs a word beside it.
    _check_once([row for row in reference.aliases if not row.needs], "alias", folded("alias"), tables)
    names = {(row.entity_id, fold(row.alias)) for row in reference.aliases}
    for entity in reference.entities:
        if (entity.entity_id, fold(entity.claim_name)) not in names:
            tables.report(entity, "claim_name", f"{entity.claim_name!r} is no alias of {entity.entity_id!r}",
                          "Names are found by aliases.csv alone", "Add the row to aliases.csv")  # fmt: skip
    product_names = {(row.product_id, fold(row.alias)) for row in reference.product_aliases}
    for product in reference.products:
        if (product.product_id, fold(product.claim_name)) not in product_names:
            tables.report(product, "claim_name", f"{product.claim_name!r} is no alias of {product.product_id!r}",
                          "Names are found by product_aliases.csv alone", "Add the row to product_aliases.csv")  # fmt: skip


def _check_once(rows: list[Any], column: str, key: Callable[[Any], Any], tables: _Tables) -> None:
    first: dict[Any, Any] = {}
    for row in rows:
        earlier = first.setdefault(key(row), row)
        if earlier is not row:
            file, line = tables.places[id(earlier)]
            tables.report(row, column, f"{getattr(row, column)!r} again", f"It stands in {file}:{line} already",
                          "Keep one, or give one a need if the column exists")  # fmt: skip


def _check_control(reference: Reference, tables: _Tables) -> None:
    for row in reference.control:
        if row.from_on and row.to_on and row.from_on >= row.to_on:
            tables.report(row, "to_on", f"{row.to_on} is not after {row.from_on}",
                          "to_on is the first day on which the control no longer held", "Correct one of the two")  # fmt: skip
        if row.entity_id in reference.controllers_on(row.entity_id, row.from_on or date.min):
            tables.report(row, "controller_id", f"{row.entity_id!r} controls itself through {row.controller_id!r}",
                          "Control on one day may not run in a circle", "End one of the rows, or remove it")  # fmt: skip


def _check_products(reference: Reference, tables: _Tables) -> None:
    by_id = {product.product_id: product for product in reference.products}
    for product in reference.products:
        chain = list(_ancestors(product, by_id))
        if chain[-1].product_id != "gpu":
            tables.report(product, "parent_id", f"{product.product_id!r} does not hang below 'gpu'",
                          "Its chain of parents ends or turns in a circle before it", "Correct parent_id")  # fmt: skip
            continue
        families = [above.product_id for above in chain if above.level == "family"]
        family = families[-1] if families else None
        if product.family_id != family:
            tables.report(product, "family_id", f"{product.family_id!r}, but its outermost family is {family!r}",
                          "family_id is the last family on the way up to 'gpu'", "Correct family_id or parent_id")  # fmt: skip
        component = by_id.get(product.component_id or "")
        if (product.level == "system") != (product.component_id is not None):
            tables.report(product, "component_id", f"{product.component_id!r} at level {product.level!r}",
                          "A system has a component, and nothing else has", "Correct level or component_id")  # fmt: skip
        if component and (component.h100e, component.h100e_16bit) != (product.h100e, product.h100e_16bit):
            tables.report(product, "h100e", f"{product.h100e}, its component has {component.h100e}",
                          "A system's figures are those of one of its GPUs", "Copy the component's figures")  # fmt: skip
        tops = product.tops_8bit_dense
        expected = None if tops is None else round(tops / H100_TOPS_8BIT_DENSE, 4)
        if product.h100e != expected:
            tables.report(product, "h100e", f"{product.h100e}, but tops_8bit_dense gives {expected}",
                          "h100e is tops_8bit_dense / 1979 to four digits, empty without it", "Correct one of the two")  # fmt: skip
        if product.gpus_per_unit < 1 or (product.unit == "gpu" and product.gpus_per_unit != 1):
            tables.report(product, "gpus_per_unit", f"{product.gpus_per_unit} for unit {product.unit!r}",
                          "A GPU counts as one, a system or a rack as those that it holds", "Correct it")  # fmt: skip


def _ancestors(product: Product, by_id: dict[str, Product]) -> Iterator[Product]:
    seen: set[str] = set()
    above: Product | None = product
    while above is not None and above.product_id not in seen:
        seen.add(above.product_id)
        yield above
        above = by_id.get(above.parent_id or "")


def _check_values(reference: Reference, tables: _Tables) -> None:
    for sku in reference.skus:
        problem = _pattern_problem(sku.pattern)
        if problem:
            tables.report(sku, "pattern", f"{sku.pattern!r} does not compile", problem, "Correct the expression")
    for rate in reference.exchange_rates:
        if rate.month.day != 1:
            tables.report(rate, "month", f"{rate.month} is not the first of a month", "Rates are by month", "Write its first day")
        if not re.fullmatch("[A-Z]{3}", rate.currency):
            tables.report(rate, "currency", f"{rate.currency!r}", "Currencies are ISO 4217 codes", "Write three capitals")
        if not 0 < rate.usd_per_unit < float("inf"):
            tables.report(rate, "usd_per_unit", f"{rate.usd_per_unit}", "A rate is above nought", "Correct it")
    for duration in reference.durations:
        if not 0 < duration.low_days <= duration.high_days:
            tables.report(duration, "high_days", f"{duration.low_days} to {duration.high_days}",
                          "A duration is an interval of days", "Write the smaller first")  # fmt: skip
    for entity in reference.entities:
        if entity.country and not re.fullmatch("[A-Z]{2}", entity.country):
            tables.report(entity, "country", f"{entity.country!r}", "Countries are ISO 3166-1 alpha-2", "Write two capitals")


def _pattern_problem(pattern: str) -> str | None:
    """Why Python or DuckDB's RE2 cannot compile it, None if both can."""
    if re.search(r"\(\?(?!:)|\\[1-9]|[*+?}]\+", pattern):
        return "RE2, which DuckDB uses, has no look-around, back reference or possessive quantifier"
    try:
        re.compile(pattern)
    except re.error as error:
        return f"Python says: {error}"
    return None
