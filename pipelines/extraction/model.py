"""The learned weights: how much each named feature says for each event, each slot, and for a claim being right.

Here belong reading the file of weights and adding them up. Features come from `evidence.py`, weights from `train.py`.
"""

import hashlib
import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, get_args

import numpy as np
from numpy.typing import NDArray

from pipelines.extraction.claim import Event
from pipelines.extraction.confidence import WEIGHTS

EVENTS: tuple[Event, ...] = get_args(Event)
SLOTS = ("to_entity", "from_entity", "supplier")
"""The slots that a party fills."""

Floats = NDArray[np.float64]


class InvalidModel(ValueError):
    """A file of weights that cannot be used; the message says which file, what is wrong and what to do."""


class Table:
    """Weights by feature, one for each column; features that are unknown weigh nothing."""

    def __init__(self, rows: dict[str, list[float]], columns: int) -> None:
        self.columns = columns
        self._index = {feature: index for index, feature in enumerate(rows)}
        self._weights = np.array([*rows.values()], dtype=np.float64).reshape(len(rows), columns)
        self._single: dict[int, dict[str, float]] = {}

    def sums(self, features: Iterable[str]) -> Floats:
        """The summed weights, shape (columns,)."""
        known = [row for row in map(self._index.get, features) if row is not None]
        return np.asarray(np.add.reduce(self._weights.take(known, axis=0)), dtype=np.float64)

    def sum(self, features: Iterable[str], column: int) -> float:
        """The summed weights of one column, added in the same order as `sums` adds them."""
        weigh = self.column(column).get
        total = 0.0
        for feature in features:
            total += weigh(feature, 0.0)
        return total

    def column(self, column: int) -> dict[str, float]:
        """The weights of one column by feature, those that weigh nothing left out."""
        if column not in self._single:
            weights = self._weights[:, column].tolist()
            self._single[column] = {f: w for f, w in zip(self._index, weights, strict=True) if w}
        return self._single[column]

    def strongest(self, features: Iterable[str], column: int) -> str:
        """The feature that speaks most for a column; empty where none does."""
        weights = self.column(column)
        best = max((f for f in features if f in weights), key=lambda f: (weights[f], f), default="")
        return best if best and weights[best] > 0 else ""


@dataclass(frozen=True)
class Model:
    """Everything learned. `event` has a column for no claim and one for each event; `slots` one for each event."""

    event: Table
    slots: dict[str, Table]
    right: Table
    min_confidence: float

    def events(self, features: Sequence[str]) -> Floats:
        """Shares of no claim and of each event, adding up to 1; shape (1 + events,)."""
        scores = self.event.sums(features)
        shares = np.exp(scores - np.maximum.reduce(scores))
        return np.asarray(shares / np.add.reduce(shares), dtype=np.float64)

    def fills(self, slot: str, features: Sequence[str], event: Event) -> float:
        """How likely a candidate fills a slot of an event, 0 to 1."""
        return _logistic(self.slots[slot].sum(features, EVENTS.index(event)))

    def confidence(self, features: dict[str, float]) -> float:
        """How likely a whole claim is right, 0 to 1, from features with their values."""
        weights = self.right.column(0)
        return _logistic(sum(weights.get(name, 0.0) * value for name, value in features.items()))


def _logistic(score: float) -> float:
    return 1.0 / (1.0 + math.exp(-max(-40.0, min(40.0, score))))


def logit(share: float) -> float:
    """Log odds of a share, bounded at 0.001 and 0.999."""
    bounded = min(0.999, max(0.001, share))
    return math.log(bounded / (1.0 - bounded))


@cache
def load(path: Path = WEIGHTS) -> Model:
    """The model of a file. Raises InvalidModel with the file and what is wrong."""
    try:
        return model_from(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InvalidModel(f"{path}: cannot be used: {error!r}. Make it again with `make train`.") from error


def model_from(raw: dict[str, Any]) -> Model:
    """The model of the content of a file (see `train.written`)."""
    if tuple(raw["events"]) != EVENTS:
        raise ValueError(f"its events are {raw['events']}, not {list(EVENTS)}")
    return Model(
        event=Table(raw["event"], 1 + len(EVENTS)),
        slots={slot: Table(raw["slots"][slot], len(EVENTS)) for slot in SLOTS},
        right=Table({name: [weight] for name, weight in raw["right"].items()}, 1),
        min_confidence=float(raw["min_confidence"]),
    )


def fingerprint(path: Path = WEIGHTS) -> str:
    """SHA-256 of the file of weights."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
