"""How well each version of the extractor reads the shipped test set: scored once, and kept in the lake.

How claims are scored belongs in `pipelines.extraction.score`, what follows from a history of scores in `sql/quality`.
"""

import logging
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from pipelines.extraction.engine import Extractor, extractor_version
from pipelines.extraction.measuring.gold import gold_version, read_gold, scores_by_language, shipped_test_set
from pipelines.extraction.measuring.tables import EVENTS
from pipelines.extraction.score import Score, Tally, combined
from pipelines.extraction.vocabulary import vocabulary_from
from pipelines.lake import Lake
from pipelines.reference import Reference

log = logging.getLogger("waybill")
ALL = "all"


def score_extractor(
    lake: Lake, reference: Reference, min_confidence: float, now: datetime, files: list[Path] | None = None
) -> int:
    """Score the extractor on the test set (`files`, if given) where it or the set is new; the number of items scored.

    `now` is UTC without zone. Where there is no test set, that is logged and nothing is scored.
    """
    files = shipped_test_set() if files is None else files
    if not files:
        log.warning("extraction: no test set in tests/gold, so this version of the extractor is not scored")
        return 0
    vocabulary = vocabulary_from(reference)
    versions = {"extractor_version": extractor_version(vocabulary), "test_set_version": gold_version(files)}
    last = lake.read("extraction_scores", "scored_at", *versions).sort("scored_at").tail(1)
    if last.select(*versions).to_dicts() == [versions]:
        return 0
    items = read_gold(files)
    scores = scores_by_language(items, Extractor(vocabulary))
    rows = _rows({ALL: combined(scores.values()), **scores}, min_confidence)
    lake.append("extraction_scores", ({"scored_at": now, **versions, **row} for row in rows))
    return len(items)


def _rows(scores: Mapping[str, Score], min_confidence: float) -> Iterator[dict[str, Any]]:
    for language, score in scores.items():
        entering = score.entering(min_confidence)
        whole = {
            "items": score.items,
            "right_certainties": score.certain.right,
            "grounded_claims": score.grounded.right,
            "claimless_items": score.silent.gold,
            "silent_items": score.silent.right,
            "min_confidence": min_confidence,
            "entering_claims": entering.predicted,
            "right_entering_claims": entering.right,
        }
        yield {"language": language, "event": ALL, **_counts(score.claims[ALL]), **whole}
        for event in EVENTS:
            yield {"language": language, "event": event, **_counts(score.claims[event]), **dict.fromkeys(whole)}


def _counts(tally: Tally) -> dict[str, int]:
    return {"right_claims": tally.right, "said_claims": tally.predicted, "labelled_claims": tally.gold}
