"""Reads the CSV files of `reference/` into their shapes.

Here belongs what a cell, a row and a file must look like. What rows must not say together is checks.py's; supplier
contracts and feeds are read by their own stages.
"""

import csv
import hashlib
import io
import math
import re
import types
import typing
from dataclasses import fields
from datetime import date
from pathlib import Path
from typing import Any, Literal, TypeVar

from pipelines.reference.checks import InvalidReference, check
from pipelines.reference.findings import Findings, Problem
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
)


def fingerprint(folder: Path) -> str:
    """SHA-256 over names and bytes of every CSV and TOML file below the folder: equal only for equal content."""
    digest = hashlib.sha256()
    files = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*")}
    for name, path in sorted(files.items()):
        if path.suffix in (".csv", ".toml"):
            content = path.read_bytes()
            digest.update(f"{name}\0{len(content)}\0".encode())
            digest.update(content)
    return digest.hexdigest()


def load_reference(folder: Path) -> Reference:
    """Reads and checks all reference CSV files of a folder.

    Raises InvalidReference with every problem found: cells and rows that do not fit, ids that do not exist, circles,
    one name for two things, figures that contradict each other.
    """
    findings = Findings()
    reference = Reference(
        entities=_read(folder / "entities.csv", Entity, findings),
        aliases=_read(folder / "aliases.csv", Alias, findings),
        descriptions=_read(folder / "descriptions.csv", Description, findings),
        control=_read(folder / "control.csv", Control, findings),
        products=_read(folder / "products.csv", Product, findings),
        product_aliases=_read(folder / "product_aliases.csv", ProductAlias, findings),
        skus=_read(folder / "skus.csv", Sku, findings),
        exchange_rates=_read(folder / "exchange_rates.csv", ExchangeRate, findings),
        outlets=_read(folder / "outlets.csv", Outlet, findings),
        durations=_read(folder / "durations.csv", Duration, findings),
        match_weights=_read(folder / "match_weights.csv", MatchWeight, findings),
        match_thresholds=_read(folder / "match_thresholds.csv", MatchThreshold, findings),
        decisions=_read(folder / "decisions.csv", Decision, findings),
        measures=_read(folder / "measures.csv", Measure, findings),
        reporters=_read(folder / "reporters.csv", Reporter, findings),
        unit_prices=_read(folder / "unit_prices.csv", UnitPrice, findings),
    )
    check(reference, findings)
    if findings.problems:
        raise InvalidReference(folder, findings.problems)
    return reference


Row = TypeVar(
    "Row",
    Entity,
    Alias,
    Description,
    Control,
    Product,
    ProductAlias,
    Sku,
    ExchangeRate,
    MatchThreshold,
    MatchWeight,
    Decision,
    Outlet,
    Duration,
    Measure,
    Reporter,
    UnitPrice,
)


def _read(path: Path, shape: type[Row], findings: Findings) -> list[Row]:
    """The rows of a file that could be read; all that could not is among the findings."""
    names = [field.name for field in fields(shape)]
    hints = typing.get_type_hints(shape)
    rows: list[Row] = []
    header: list[str] | None = None

    def misfit(line: int, what: str) -> None:
        why = "A row has the columns " + ",".join(names)
        to_do = "Write them in this order, names first, with comments above"
        findings.problems.append(Problem(path.name, line, names[0], what, why, to_do))

    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        misfit(1, f"cannot be read ({error})")
        return []
    # A blank line instead of a comment keeps the reader's count of lines right.
    reader = csv.reader(("\n" if line.startswith("#") else line for line in io.StringIO(text)), strict=True)
    try:
        for cells in reader:
            if not cells:
                continue
            if header is None:
                header = cells
                if header != names:
                    misfit(reader.line_num, "the columns are " + ",".join(header))
                    return []
            elif len(cells) != len(names):
                misfit(reader.line_num, f"{len(cells)} cells")
                findings.broken.add((path.name, cells[0]))
            else:
                values: dict[str, Any] = {}
                for name, cell in zip(names, cells, strict=True):
                    try:
                        values[name] = _convert(cell, hints[name])
                    except ValueError as error:
                        problem = Problem(path.name, reader.line_num, name, repr(cell), str(error), "Correct the cell")
                        findings.problems.append(problem)
                if len(values) == len(names):
                    rows.append(shape(**values))
                    findings.places[id(rows[-1])] = (path.name, reader.line_num)
                else:
                    findings.broken.add((path.name, cells[0]))
    except csv.Error as error:
        misfit(reader.line_num, f"not CSV ({error})")
    if header is None:
        misfit(1, "no line with the names of the columns")
    return rows


def _convert(cell: str, hint: Any) -> Any:
    """The value of a cell for a field's type; ValueError says why it is none."""
    if cell != cell.strip():
        raise ValueError("Blanks around a value would be taken for a part of it")
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
        try:
            return date.fromisoformat(cell)
        except ValueError:
            raise ValueError("There is no such day") from None
    if hint is str:
        return cell
    try:
        number = hint(cell)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise ValueError("It is no whole number" if hint is int else "It is no number")
    return number
