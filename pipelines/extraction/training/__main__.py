"""`make train`: learns the weights from the labelled text of the repository and writes them beside the code."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from threadpoolctl import threadpool_limits

from pipelines.extraction.confidence import WEIGHTS
from pipelines.extraction.training.fitting import calibrated, fitted, written
from pipelines.extraction.training.lessons import labelled, lessons
from pipelines.extraction.training.texts import all_items, labelled_items
from pipelines.extraction.vocabulary import vocabulary_from
from pipelines.reference import load_reference
from pipelines.settings import ROOT


def main(arguments: Sequence[str]) -> int:
    """Train, write, and say what was learned."""
    parser = argparse.ArgumentParser(prog="pipelines.extraction.training", description=__doc__)
    parser.add_argument("texts", type=Path, nargs="*", help="labelled items; all to learn from otherwise")
    parser.add_argument("--out", type=Path, default=WEIGHTS, help="where the weights go")
    options = parser.parse_args(arguments)
    vocabulary = vocabulary_from(load_reference(ROOT / "reference"))
    texts = list(labelled_items(options.texts)) if options.texts else all_items()
    items = labelled(texts, vocabulary)
    with threadpool_limits(1):
        taught = lessons(items, vocabulary)
        raw = calibrated(fitted(taught), items, taught, vocabulary)
    options.out.write_text(written(raw), encoding="utf-8")
    claims = sum(len(labels.slots) for labels in items)
    print(f"{len(items)} items with {claims} claims; {len(taught)} segments; {len(raw['event'])} features of events")
    print(f"Claims enter the ledger from a confidence of {raw['min_confidence']} on. Written: {options.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
