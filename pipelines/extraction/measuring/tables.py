"""The score as tables in Markdown, aligned so that they are read on a terminal as well as on a page.

Only showing belongs here; measuring belongs in `score.py`.
"""

from collections.abc import Mapping, Sequence
from typing import get_args

from pipelines.extraction.claim import Event
from pipelines.extraction.score import SLOTS, Score, Tally, combined

EVENTS: tuple[str, ...] = get_args(Event)
BINS = 10


def grid(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table in Markdown with aligned columns: the first to the left, the others to the right."""
    widths = [max(len(row[place]) for row in (header, *rows)) for place in range(len(header))]
    rule = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]

    def line(cells: Sequence[str]) -> str:
        padded = [cells[0].ljust(widths[0]), *(c.rjust(w) for c, w in zip(cells[1:], widths[1:], strict=True))]
        return f"| {' | '.join(padded)} |"

    return "\n".join([line(header), line(rule), *(line(row) for row in rows)])


def _figures(tally: Tally) -> list[str]:
    shares = [f"{share:.3f}" for share in (tally.precision, tally.recall, tally.f1)]
    return [*shares, str(tally.right), str(tally.predicted), str(tally.gold)]


def by_language(scores: Mapping[str, Score]) -> str:
    """Claim precision, recall and F1 of each language and of all, with slots, certainty, grounding and silence."""
    header = ["language", "items", "precision", "recall", "F1", "right", "said", "gold"]
    rows = []
    for language, score in {"all": combined(scores.values()), **scores}.items():
        parts = (score.certain.share, score.grounded.share, score.silent.share)
        row = [language, str(score.items), *_figures(score.claims["all"]), f"{score.every_slot.f1:.3f}"]
        rows.append([*row, *(f"{part:.3f}" for part in parts)])
    return grid([*header, "slot F1", "certainty", "grounding", "silence"], rows)


def by_event(score: Score) -> str:
    """Claim precision, recall and F1 of each event."""
    rows = [[event, *_figures(score.claims[event])] for event in EVENTS]
    return grid(["event", "precision", "recall", "F1", "right", "said", "gold"], rows)


def by_both(scores: Mapping[str, Score]) -> str:
    """Claim F1 of each event in each language, with the number of labelled claims; a dash where there is neither."""

    def cell(tally: Tally) -> str:
        return f"{tally.f1:.2f} ({tally.gold})" if tally.gold or tally.predicted else "–"

    rows = [[event, *(cell(score.claims[event]) for score in scores.values())] for event in EVENTS]
    return grid(["F1 (labelled)", *scores], rows)


def by_slot(score: Score) -> str:
    """F1 of each slot."""
    shown = {slot: score.slots[slot] for slot in SLOTS} | {"all": score.every_slot}
    return grid(["slot", "precision", "recall", "F1", "right", "said", "gold"],
                [[slot, *_figures(tally)] for slot, tally in shown.items()])  # fmt: skip


def reliability(score: Score) -> str:
    """How often claims of each tenth of confidence are right, beside the confidence that they were given."""
    rows = []
    for place in reversed(range(BINS)):
        inside = [one for one in score.judged if min(int(one[0] * BINS), BINS - 1) == place]
        if inside:
            sure = sum(confidence for confidence, _ in inside) / len(inside)
            right = sum(was_right for _, was_right in inside) / len(inside)
            ends = f"{place / BINS:.1f} to {(place + 1) / BINS:.1f}"
            rows.append([ends, str(len(inside)), f"{sure:.3f}", f"{right:.3f}", f"{right - sure:+.3f}"])
    return grid(["confidence", "claims", "mean", "right", "difference"], rows)


def calibration_error(score: Score) -> float:
    """Mean distance between confidence and share of right claims over the tenths, weighted by claims; 0 to 1."""
    total = 0.0
    for place in range(BINS):
        inside = [one for one in score.judged if min(int(one[0] * BINS), BINS - 1) == place]
        total += abs(sum(confidence - was_right for confidence, was_right in inside))
    return total / len(score.judged) if score.judged else 0.0


def entering(score: Score, min_confidence: float) -> str:
    """One sentence: what of all this would enter the ledger."""
    tally = score.entering(min_confidence)
    return (
        f"From confidence {min_confidence:.3f} on, {tally.predicted} of {score.claims['all'].predicted} claims enter "
        f"the ledger: {tally.precision:.3f} of these are right, and the right ones are {tally.recall:.3f} of the "
        f"{tally.gold} claims that there are."
    )


def speed(score: Score) -> str:
    """One sentence: how fast it was."""
    if not score.items or not score.seconds:
        return "No item was read."
    length, each = score.characters / score.items, score.items / score.seconds
    return f"{score.items} items of {length:.0f} characters on average, {each:.0f} items/s in one process."


def table(scores: Mapping[str, Score], min_confidence: float) -> str:
    """Everything, as sections in Markdown."""
    score = combined(scores.values())
    calibrated = f"Mean distance between confidence and share of right claims: {calibration_error(score):.3f}."
    sections = {
        "By language": by_language(scores),
        "By event": by_event(score),
        "By event and language": by_both(scores),
        "By slot": by_slot(score),
        "Confidence": f"{reliability(score)}\n\n{calibrated}\n{entering(score, min_confidence)}",
        "Speed": speed(score),
    }
    return "\n\n".join(f"### {heading}\n\n{body}" for heading, body in sections.items())
