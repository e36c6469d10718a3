"""One publication: everything built in a folder of its own, then swapped in whole by one rename.

    <home>/publications/<id>/     waybill.duckdb, *.parquet, datapackage.json, report.html, content.sha256
    <home>/published              a link to the newest of them

The folder before it stays for readers who hold it; older ones and the halves of crashed runs are removed. Only the run
that holds the right to write (`pipelines.warehouse.writing`) may publish.
"""

import hashlib
import re
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

import duckdb

from pipelines.publish.database import PublicationFailed, RunFacts, published_models, write_database
from pipelines.publish.package import write_package
from pipelines.publish.report import write_report
from pipelines.sql_model import Model
from pipelines.versions import code_version
from pipelines.warehouse import Warehouse

DATABASE = "waybill.duckdb"
REPORT = "report.html"
CONTENT = "content.sha256"
PICTURES = "pictures"
_HALF_BUILT = ".building-"


@dataclass(frozen=True, slots=True)
class Publication:
    """What is published: its own folder, the rows of each table, and whether it stood there before."""

    folder: Path
    tables: Mapping[str, int]
    kept: bool = False


def publish_changes(
    warehouse: Warehouse, models: Mapping[str, Model], *, published_at: datetime, run_id: str
) -> Publication:
    """Publish, unless what is published says the same already: then it stays, byte for byte."""
    folder = warehouse.settings.published.resolve()
    known = folder / CONTENT
    whole = known.is_file() and (folder / DATABASE).is_file() and (folder / REPORT).is_file()
    if whole and known.read_text(encoding="utf-8").strip() == content_fingerprint(warehouse, models):
        tables = {name: warehouse.count(name) for name, model in models.items() if not model.macro_parameter}
        return Publication(folder, tables, kept=True)
    return publish(warehouse, models, published_at=published_at, run_id=run_id)


def content_fingerprint(warehouse: Warehouse, models: Mapping[str, Model]) -> str:
    """A hash over all rows, the models, the day, and the code and versions that write a publication of them."""
    package = Path(__file__).parent
    code = code_version(
        *sorted(
            path
            for path in (*package.rglob("*"), package.parent / "as_known.py")
            if path.is_file() and "__pycache__" not in path.parts
        )
    )
    versions = version("waybill"), version("matplotlib"), duckdb.__version__
    digest = hashlib.sha256(" ".join([code, *versions, str(warehouse.settings.as_of)]).encode())
    for name, model in sorted(models.items()):
        digest.update(f"\0{name}\0{model.sql}\0".encode())
        if not model.macro_parameter:
            digest.update(repr(_rows_fingerprint(warehouse, name)).encode())
    return digest.hexdigest()


def _rows_fingerprint(warehouse: Warehouse, table: str) -> tuple[object, ...]:
    # A model's order is total, so the same rows are the same table.
    types = [(row["column_name"], row["column_type"]) for row in warehouse.rows(f"DESCRIBE {table}")]
    sums = warehouse.row(f"SELECT count(*), sum(hash(rows)::HUGEINT), bit_xor(hash(rows)) FROM {table} AS rows")
    return (*types, *sums)


def publish(warehouse: Warehouse, models: Mapping[str, Model], *, published_at: datetime, run_id: str) -> Publication:
    """Publish the warehouse's tables below its home, and give what was published.

    Until the last step readers see what was published before; where anything fails, they go on seeing it.
    """
    facts = RunFacts(published_at, warehouse.settings.as_of, run_id)
    link = warehouse.settings.published
    if link.exists() and not link.is_symlink():
        raise PublicationFailed(f"{link} is in the way: it must be a link that Waybill makes; move it elsewhere")
    folders = warehouse.settings.home / "publications"
    folders.mkdir(parents=True, exist_ok=True)
    previous = link.resolve() if link.exists() else None
    _remove(path for path in folders.iterdir() if path.name.startswith(_HALF_BUILT))

    folder = _new_folder(folders, facts)
    building = folders / f"{_HALF_BUILT}{folder.name}"
    building.mkdir()
    tables = write_database(warehouse, models, building / DATABASE, facts)
    write_package(building / DATABASE, published_models(models), building, facts)
    write_report(building / DATABASE, building / REPORT, warehouse.settings.home / PICTURES)
    (building / CONTENT).write_text(content_fingerprint(warehouse, models) + "\n", encoding="utf-8")
    building.rename(folder)

    swapped = link.with_name(f"{link.name}.new")
    swapped.unlink(missing_ok=True)
    swapped.symlink_to(Path(folders.name) / folder.name, target_is_directory=True)
    swapped.replace(link)
    _remove(path for path in folders.iterdir() if path not in (folder, previous))
    return Publication(folder, tables)


def _new_folder(folders: Path, facts: RunFacts) -> Path:
    run = re.sub(r"[^A-Za-z0-9-]", "", facts.run_id)[:8]
    name = f"{facts.published_at_utc:%Y%m%dT%H%M%SZ}-{run}"
    folder, number = folders / name, 1
    while folder.exists():
        number += 1
        folder = folders / f"{name}-{number}"
    return folder


def _remove(folders: Iterable[Path]) -> None:
    for folder in list(folders):
        shutil.rmtree(folder)
