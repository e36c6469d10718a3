"""The real files: all of them reads, and totals agree with sums made without the readers."""

import csv
import gzip
import json
import os
from pathlib import Path

import pytest

from pipelines.indicators.hardware import FIGURES, read_hardware
from pipelines.indicators.sec import read_company_facts
from pipelines.reference import load_reference
from pipelines.settings import ROOT

REAL = Path(os.environ.get("WAYBILL_SHARED", ROOT.parent / "shared")) / "real"
FILING = REAL / "sec" / "CIK0001045810.json.gz"
HARDWARE = REAL / "epoch" / "ml_hardware.csv"


@pytest.mark.skipif(not FILING.is_file(), reason="SEC's companyfacts of Nvidia is not on this machine")
def test_a_real_filers_facts_all_read() -> None:
    tags = {one.stated_measure for one in load_reference(ROOT / "reference").measures if one.source == "sec"}
    reading = read_company_facts(FILING.read_bytes(), tags)
    facts = json.loads(gzip.decompress(FILING.read_bytes()))["facts"]
    stated = [
        (f"{taxonomy}:{tag}", fact)
        for taxonomy, concepts in facts.items()
        for tag, concept in concepts.items()
        for rows in concept["units"].values()
        for fact in rows
    ]
    wanted = [(tag, fact) for tag, fact in stated if tag in tags]
    assert reading.rejected == ()
    assert (reading.read, reading.passed_over) == (len(wanted), len(stated) - len(wanted))
    assert sum(figure.value for figure in reading.figures) == sum(fact["val"] for _, fact in wanted)
    assert {figure.measure for figure in reading.figures} == {tag for tag, _ in wanted}


@pytest.mark.skipif(not HARDWARE.is_file(), reason="Epoch AI's ml_hardware.csv is not on this machine")
def test_a_real_table_of_hardware_all_reads() -> None:
    reading = read_hardware(HARDWARE.read_bytes())
    with HARDWARE.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    cells = [float(row[name]) for row in rows for name in FIGURES if row[name]]
    assert reading.rejected == ()
    assert (reading.read, sum(figure.value for figure in reading.figures)) == (len(cells), pytest.approx(sum(cells)))
