"""From which confidence on a claim enters the ledger where nobody sets it: the one place that says so.

The figure belongs to what gives the confidence, so a learned model brings its own, measured on text that it was not
trained on: the least at which 0.95 of the claims are right. Computing confidence stays out.
"""

import json
from pathlib import Path

WEIGHTS = Path(__file__).parent / "weights.json"
"""The shipped model; its key `min_confidence` is the figure."""


def default_min_confidence(model: Path = WEIGHTS) -> float:
    """The least confidence of claims that enter the ledger, 0 to 1, as the shipped model says it.

    Raises ValueError, naming the file, where the model says none that can be used.
    """
    try:
        figure = float(json.loads(model.read_text(encoding="utf-8"))["min_confidence"])
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{model}: no number min_confidence: {error!r}. Make the model again.") from error
    if not 0 <= figure <= 1:
        raise ValueError(f"{model}: min_confidence is {figure}, not from 0 to 1. Make the model again.")
    return figure
