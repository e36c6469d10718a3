"""Fits the weights and writes them: logistic regressions over named features, by scikit-learn.

The same labelled text gives the same bytes. Here belong the regressions, the calibration of the confidence on languages
that were left out, and the file's form.
"""

import json
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression

from pipelines.extraction.claim import Event
from pipelines.extraction.decisions import Learned
from pipelines.extraction.decoding import claim_of, doubts, merged
from pipelines.extraction.engine import Extractor
from pipelines.extraction.model import EVENTS, SLOTS, Model, model_from
from pipelines.extraction.score import KEY, agrees, canonical, paired, slots_of
from pipelines.extraction.training.lessons import Labelled, Lesson, read
from pipelines.extraction.vocabulary import Vocabulary

SEEN = 2
"""A feature that fewer lessons show is left out."""
EVENT_STRENGTH, SLOT_STRENGTH, RIGHT_STRENGTH = 0.2, 0.2, 0.3
"""Inverse strengths of the L2 penalty (`C` of scikit-learn), chosen on languages left out."""
UNTUNED = ("de", "en", "fr")
"""Languages whose packs were not written on their labelled sentences: elsewhere confidence would flatter itself.
Whole items count in every language."""
SURE = 0.95
"""The precision that claims need to enter the ledger unseen."""
_DIGITS = 3


def fitted(lessons: Sequence[Lesson]) -> dict[str, Any]:
    """Weights of events and slots, as `model.model_from` reads them, without confidence."""
    order = [None, *EVENTS]
    features, weights = _regression(
        [dict.fromkeys(lesson.features, 1.0) for lesson in lessons],
        [order.index(lesson.event) for lesson in lessons],
        EVENT_STRENGTH,
        len(order),
    )
    raw: dict[str, Any] = {"events": list(EVENTS), "event": _rows(features, weights), "slots": {}}
    for slot in SLOTS:
        rows, marks = [], []
        for lesson in lessons:
            if lesson.event is not None and slot in lesson.fills:
                rows += [_of_event(features, lesson.event) for features in lesson.candidates]
                marks += [int(fills) for fills in lesson.fills[slot]]
        names, found = _regression(rows, marks, SLOT_STRENGTH, 1)
        raw["slots"][slot] = _by_event(dict(zip(names, found[:, 0], strict=True)))
    return raw | {"right": {}, "min_confidence": 1.0}


def _of_event(features: Iterable[str], event: Event) -> dict[str, float]:
    """Each feature by itself and with the event, so that what few lessons show is shared between events."""
    return {name: 1.0 for feature in features for name in (feature, f"{event}|{feature}")}


def _by_event(weights: dict[str, float]) -> dict[str, list[float]]:
    names = sorted({name.split("|", 1)[-1] for name in weights})
    rows = {n: [round(weights.get(n, 0.0) + weights.get(f"{e}|{n}", 0.0), _DIGITS) for e in EVENTS] for n in names}
    return {name: row for name, row in rows.items() if any(row)}


def _rows(names: Sequence[str], weights: Any) -> dict[str, list[float]]:
    rows = {name: [round(float(w), _DIGITS) for w in row] for name, row in zip(names, weights, strict=True)}
    return {name: rows[name] for name in sorted(rows) if any(rows[name])}


def _regression(
    rows: Sequence[dict[str, float]], marks: Sequence[int], strength: float, columns: int
) -> tuple[list[str], Any]:
    """Names of the features, and their weights, shape (features, columns); one column for yes and no."""
    vectors = DictVectorizer()
    matrix = vectors.fit_transform(rows)
    kept = np.asarray((matrix != 0).sum(axis=0)).ravel() >= SEEN
    names = [name for name, keep in zip(vectors.feature_names_, kept, strict=True) if keep]
    model = LogisticRegression(C=strength, max_iter=2_000, fit_intercept=False, tol=1e-6).fit(matrix[:, kept], marks)
    weights = np.zeros((len(names), columns))
    if columns == 1:
        weights[:, 0] = model.coef_[0]
    else:
        weights[:, model.classes_] = model.coef_.T
    return names, weights


def calibrated(
    raw: dict[str, Any], items: Sequence[Labelled], lessons: Sequence[Lesson], vocabulary: Vocabulary
) -> dict[str, Any]:
    """The weights with those of the confidence, learned on text of a language by a model that never saw it."""
    told: list[dict[str, float]] = []
    right: list[int] = []
    whole = [i for i in items if i.item.get("whole") or (not i.item.get("partial") and i.item["language"] in UNTUNED)]
    for language in sorted({labels.item["language"] for labels in whole}):
        model = model_from(fitted([lesson for lesson in lessons if lesson.language != language]))
        outcomes = judged(model, [i for i in whole if i.item["language"] == language], vocabulary)
        told += [features for features, _ in outcomes]
        right += [int(good) for _, good in outcomes]
    names, weights = _regression(told, right, RIGHT_STRENGTH, 1)
    raw["right"] = {n: round(float(w), _DIGITS) for n, w in zip(names, weights[:, 0], strict=True) if round(w, _DIGITS)}
    model = model_from(raw)
    raw["min_confidence"] = _threshold([model.confidence(features) for features in told], right)
    return raw


def judged(model: Model, items: Iterable[Labelled], vocabulary: Vocabulary) -> list[tuple[dict[str, float], bool]]:
    """The claims that a model reads in labelled items: what tells how sure they are, and whether they are right."""
    extractor, name = Extractor(vocabulary, decider=Learned(model)), canonical(vocabulary)
    found = []
    for labels in items:
        drafts, plain = read(extractor, labels.item)
        kept = merged(drafts)
        said = [slots_of(_plain(claim_of(d, labels.item["text"], plain, 0.0)), name) for d in kept]
        good: set[int] = set()
        for event in {draft.event for draft in kept}:
            ours = [i for i, e in enumerate(labels.events) if e == event]
            theirs = [j for j, draft in enumerate(kept) if draft.event == event]
            for i, j in paired([labels.slots[i] for i in ours], [said[j] for j in theirs]):
                if all(agrees(slot, labels.slots[ours[i]][slot], said[theirs[j]][slot]) for slot in KEY):
                    good.add(theirs[j])
        found += [(doubts(draft), j in good) for j, draft in enumerate(kept)]
    return found


def _plain(claim: Any) -> dict[str, Any]:
    return {name: getattr(claim, name) for name in claim.__dataclass_fields__}


def _threshold(confidences: Sequence[float], right: Sequence[int]) -> float:
    """The least confidence, in hundredths, from which on claims are right often enough."""
    for hundredth in range(50, 100):
        chosen = [good for confidence, good in zip(confidences, right, strict=True) if confidence >= hundredth / 100]
        if chosen and sum(chosen) / len(chosen) >= SURE:
            return hundredth / 100
    return 0.99


def written(raw: dict[str, Any]) -> str:
    """The file of weights: JSON with one feature a line, in order."""

    def table(rows: dict[str, Any], indent: str) -> str:
        lines = [f"{indent} {json.dumps(name)}: {json.dumps(rows[name])}" for name in sorted(rows)]
        return "{\n" + ",\n".join(lines) + "\n" + indent + "}"

    slots = ",\n".join(f"  {json.dumps(slot)}: {table(raw['slots'][slot], '  ')}" for slot in SLOTS)
    parts = [
        f' "events": {json.dumps(raw["events"])}',
        f' "min_confidence": {raw["min_confidence"]}',
        f' "right": {table(raw["right"], " ")}',
        f' "event": {table(raw["event"], " ")}',
        f' "slots": {{\n{slots}\n }}',
    ]
    return "{\n" + ",\n".join(parts) + "\n}\n"
