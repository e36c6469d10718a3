"""A world handed over by two doors: ready-made claims as JSON Lines, supplier lines in Waybill's own columns."""

import csv
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl

from pipelines.arrivals import collect_supplier_documents
from pipelines.handed_claims import collect_claim_documents, read_handed_claims
from pipelines.lake import Lake
from pipelines.reading import read_supplier_lines
from pipelines.reference import load_reference
from pipelines.settings import load_settings
from tests.world.build import ROOT, reference
from tests.world.generate import AS_OF
from tests.world.observe import Seen

NOW = datetime(2026, 3, 31, 12, tzinfo=UTC).replace(tzinfo=None)
_NOT_HANDED = ("line_id",)


def environment(folder: Path) -> dict[str, str]:
    """The settings with which a run reads what `hand_over` wrote, and nothing else."""
    return {
        "WAYBILL_HOME": str(folder / "home"), "WAYBILL_REFERENCE_DIR": str(folder / "reference"),
        "WAYBILL_SUPPLIER_DIR": str(folder / "suppliers"), "WAYBILL_CLAIMS_DIR": str(folder / "claims"),
        "WAYBILL_NEWS_DIR": str(folder / "news"), "WAYBILL_AS_OF": str(AS_OF),
    }  # fmt: skip


def hand_over(worlds: Sequence[Seen], folder: Path) -> None:
    """Write what is seen, and the reference that knows these parties, as others would hand them over."""
    for name in ("claims", "suppliers", "news", "reference/contracts"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    for contract in (ROOT / "reference" / "contracts").iterdir():
        (folder / "reference" / "contracts" / contract.name).write_bytes(contract.read_bytes())
    for each in (ROOT / "reference").glob("*.*"):
        (folder / "reference" / each.name).write_bytes(each.read_bytes())
    for name, frame in reference(seen.truth for seen in worlds).items():
        frame.write_csv(folder / "reference" / f"{name}.csv")
    with (folder / "claims" / "world.jsonl").open("w", encoding="utf-8") as file:
        for seen in worlds:
            file.writelines(json.dumps(line, default=str) + "\n" for line in _claims(seen))
    _write_lines([line for seen in worlds for line in seen.lines], folder / "suppliers" / "waybill-lines-world.csv")


def _claims(seen: Seen) -> list[dict[str, Any]]:
    items = {item["item_id"]: item for item in seen.items}
    lines = []
    for claim in seen.claims:
        item = items[claim["item_id"]]
        published = item["published_at"].replace(tzinfo=UTC).isoformat()
        stated = {name: value for name, value in claim.items() if name != "claim_id" and value is not None}
        lines.append({**item, **stated, "published_at": published, "extractor": "world"})
    return lines


def _write_lines(lines: list[dict[str, Any]], path: Path) -> None:
    columns = [name for name in dict.fromkeys(name for line in lines for name in line) if name not in _NOT_HANDED]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, extrasaction="ignore")
        writer.writeheader()
        writer.writerows(lines)


def receive(folder: Path) -> pl.DataFrame:
    """Read what was handed over into a lake, as the assets do; gives the lines that were rejected."""
    settings = load_settings(environment(folder))
    lake = Lake(settings.lake)
    collect_supplier_documents(settings, lake, NOW)
    read_supplier_lines(settings, lake, load_reference(settings.reference_dir), NOW)
    collect_claim_documents(settings, lake, NOW)
    read_handed_claims(lake, NOW)
    return pl.concat([lake.read("rejected_lines"), lake.read("rejected_entries")], how="diagonal")
