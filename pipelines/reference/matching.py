"""What match weights, thresholds and a person's decisions may not be.

Here belong checks of match_weights.csv, match_thresholds.csv and decisions.csv. How they decide is in sql/shipments.
"""

from collections import deque
from collections.abc import Iterator
from itertools import pairwise

from pipelines.reference.findings import Findings
from pipelines.reference.shapes import Decision, MatchThreshold, Reference

_NEEDED = ("prior", "join", "review_from", "review_to", "tie")


def check_matching(reference: Reference, findings: Findings) -> None:
    """Adds every contradiction between weights, thresholds or decisions to the findings."""
    _check_weights(reference, findings)
    _check_thresholds(reference, findings)
    _check_decisions(reference.decisions, findings)


def _check_weights(reference: Reference, findings: Findings) -> None:
    seen: dict[tuple[str, str], object] = {}
    sums: dict[tuple[str, str], float] = {}
    for row in reference.match_weights:
        if seen.setdefault((row.comparison, row.level), row) is not row:
            what = f"{row.level!r} of {row.comparison!r} a second time"
            findings.report(row, "level", what, "A level has one weight", "Keep one of the two")
        for column in ("m", "u"):
            value = getattr(row, column)
            if not 0 < value < 1:
                findings.report(row, column, f"{value}", "A probability lies between 0 and 1", "Correct the cell")
            sums[row.comparison, column] = sums.get((row.comparison, column), 0) + value
            if sums[row.comparison, column] > 1 + 1e-9:
                what = f"{row.comparison!r} adds up to {sums[row.comparison, column]:.4g}"
                findings.report(row, column, what, "A pair has one level of each comparison", "Lower one of them")


def _check_thresholds(reference: Reference, findings: Findings) -> None:
    rows: dict[str, MatchThreshold] = {}
    for row in reference.match_thresholds:
        if rows.setdefault(row.name, row) is not row:
            findings.report(row, "name", f"{row.name!r} a second time", "A figure stands once", "Keep one of the two")
    for name in _NEEDED:
        if reference.match_thresholds and name not in rows:
            last = reference.match_thresholds[-1]
            findings.report(last, "name", f"no row {name!r}", "Without it nothing can be decided", "Add it")
    if "prior" in rows and not 0 < rows["prior"].value < 1:
        value = f"{rows['prior'].value}"
        findings.report(rows["prior"], "value", value, "A probability lies between 0 and 1", "Correct the cell")
    order = [rows[name] for name in ("review_from", "join", "review_to") if name in rows]
    for lower, higher in pairwise(order):
        if lower.value > higher.value:
            what = f"{higher.name} {higher.value} below {lower.name} {lower.value}"
            findings.report(higher, "value", what, "Who is undecided stands around who joins", "Correct one of the two")


def _check_decisions(decisions: list[Decision], findings: Findings) -> None:
    """Decisions carry over: a chain of `same` from one to the other contradicts `not the same` of the two."""
    links: dict[str, list[tuple[str, Decision]]] = {}
    for row in decisions:
        if row.one == row.other:
            what = f"{row.one!r} and itself"
            findings.report(row, "other", what, "A decision is about two statements", "Name the other one")
        elif row.verdict == "same":
            links.setdefault(row.one, []).append((row.other, row))
            links.setdefault(row.other, []).append((row.one, row))
    for row in decisions:
        if row.verdict == "not the same" and row.one != row.other:
            chain = list(_chain(row.one, row.other, links))
            if chain:
                places = ", ".join("{}:{}".format(*findings.places[id(step)]) for step in chain)
                what = f"{row.one!r} and {row.other!r} are not the same here and the same by {places}"
                why = "Decisions carry over from one pair to the next"
                findings.report(row, "verdict", what, why, "Remove this line or one of those")


def _chain(start: str, end: str, links: dict[str, list[tuple[str, Decision]]]) -> Iterator[Decision]:
    """The decisions `same` that lead from one statement to another by the fewest steps; none where none do."""
    came: dict[str, tuple[str, Decision] | None] = {start: None}
    waiting = deque([start])
    while waiting and end not in came:
        here = waiting.popleft()
        for there, row in links.get(here, []):
            if there not in came:
                came[there] = (here, row)
                waiting.append(there)
    step = came.get(end)
    while step is not None:
        yield step[1]
        step = came[step[0]]
