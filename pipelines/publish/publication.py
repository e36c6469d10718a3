"""One publication: everything built in a folder of its own, then swapped in whole by one rename.

    <home>/publications/<id>/     waybill.duckdb, *.parquet, datapackage.json, report.html
    <home>/published              a link to the newest of them

The folder before it stays for readers who hold it; older ones and the halves of crashed runs are removed. Only the run
that holds the right to write (`pipelines.warehouse.writing`) may publish.
"""

import re
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pipelines.publish.database import PublicationFailed, RunFacts, published_models, write_database
from pipelines.publish.package import write_package
from pipelines.publish.report import write_report
from pipelines.sql_model import Model
from pipelines.warehouse import Warehouse

DATABASE = "waybill.duckdb"
REPORT = "report.html"
_HALF_BUILT = ".building-"


@dataclass(frozen=True, slots=True)
class Publication:
    """What was published: its own folder, and the rows of each table."""

    folder: Path
    tables: Mapping[str, int]


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
    write_report(building / DATABASE, building / REPORT)
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
