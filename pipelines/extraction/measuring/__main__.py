"""Scores gold files: `make score`, or `python -m pipelines.extraction.measuring [GOLD.jsonl …]`.

Only the command belongs here.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from pipelines.extraction.engine import Extractor, extractor_version
from pipelines.extraction.measuring.gold import (
    InvalidGold,
    gold_files,
    gold_version,
    read_gold,
    scores_by_language,
    shipped_test_set,
)
from pipelines.extraction.measuring.page import PAGE, write_scores
from pipelines.extraction.measuring.tables import table
from pipelines.extraction.score import combined
from pipelines.extraction.vocabulary import vocabulary_from
from pipelines.reference import load_reference
from pipelines.settings import InvalidSetting, load_settings


def main(arguments: Sequence[str]) -> str:
    """The score of gold files as text. Raises InvalidGold or InvalidSetting where one cannot be used."""
    settings = load_settings()
    parser = argparse.ArgumentParser(prog="make score", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("gold", type=Path, nargs="*", help="gold files or folders; else the test set")
    parser.add_argument("--reference", type=Path, default=settings.reference_dir, help="folder of the reference data")
    parser.add_argument("--language", action="append", help="only items in this language; may be repeated")
    parser.add_argument("--item", action="append", help="only this item; may be repeated")
    parser.add_argument("--errors", type=int, default=10, help="how many of the worst errors to show (10)")
    parser.add_argument("--page", action="store_true", help=f"write the tables into {PAGE.name} too")
    options = parser.parse_args(arguments)
    files = gold_files(options.gold) or shipped_test_set()
    items = [
        item
        for item in read_gold(files)
        if (not options.language or item["language"] in options.language)
        and (not options.item or item["item_id"] in options.item)
    ]
    spoken = sorted({item["language"] for item in items})
    extractor = Extractor(vocabulary_from(load_reference(options.reference)))
    scores = scores_by_language(items, extractor)
    total = combined(scores.values())
    named = f"Extractor {extractor_version(extractor.vocabulary)} on gold {gold_version(files)} ({', '.join(spoken)})"
    tables = table(scores, settings.min_confidence)
    if options.page:
        if options.gold or options.language or options.item:
            parser.error("--page writes the score of the whole test set: leave out gold files, --language and --item")
        write_scores(f"{named}.\n\n{tables}")
    worst = sorted(total.errors, key=lambda error: (error.weight, error.item_id))[: options.errors]
    shown = [f"### Worst of {len(total.errors)} errors\n", *(f"- {error}" for error in worst)] if worst else []
    return "\n".join([f"{named}\n", tables, "", *shown])


if __name__ == "__main__":
    try:
        print(main(sys.argv[1:]))
    except (InvalidGold, InvalidSetting) as problem:
        sys.exit(str(problem))
