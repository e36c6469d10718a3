"""What a later sentence changes of the claims before it: a corrected count, a count told after, a source told after.

Here belongs what looks back. What a sentence claims of itself is decided in `decisions.py`.
"""

from collections.abc import Iterator
from itertools import takewhile

from pipelines.extraction.discourse import Source
from pipelines.extraction.drafts import Draft, Filled
from pipelines.extraction.features import Reading, Segment
from pipelines.extraction.quantities import Number

REACH = 200
"""How many claims back a correction is looked for, so that a text of nothing but corrections takes linear time."""


def correct(drafts: list[Draft], own: list[Draft], reading: Reading) -> None:
    """Gives the claims before the count that a correction states, and marks the sentence as one that only corrects."""
    marked = [c for c in reading.cues if c.kind == "m_correction"]
    counts = [n for n in reading.counts if n.low is not None and n.low == n.high and n.value >= 50]
    if not marked or not counts or not drafts:
        return
    nots = [c for c in reading.cues if c.kind == "m_not"]
    wrong = [n for n in counts if any(0 <= n.start - c.end <= 14 for c in nots)]
    right = next((n for n in counts if n not in wrong), None)
    if right is None:
        return
    replaced = wrong[0].low if wrong else _last_count(drafts)
    for draft in (*drafts[-REACH:], *own):
        filled = draft.slots.get("quantity")
        if filled and isinstance(filled.value, tuple) and filled.value[0] == filled.value[1] == replaced:
            draft.slots["quantity"] = _counted(right, str(filled.value[2]))
            reading.corrects = True


def _last_count(drafts: list[Draft]) -> float | None:
    for draft in reversed(drafts[-REACH:]):
        filled = draft.slots.get("quantity")
        if filled and isinstance(filled.value, tuple):
            low: float | None = filled.value[0]
            return low
    return None


def _counted(number: Number, unit: str) -> Filled:
    return Filled((number.low, number.high, unit), number.start, number.end, "count-after")


def count_of_before(drafts: list[Draft], segment: Segment, reading: Reading) -> None:
    """Fills the count of a diversion that the sentence before told without one ("12,000 are concerned")."""
    number = segment.goods.number
    last = drafts[-1]
    near = last.event == "diversion" and reading.index - last.reading.index <= 2
    if not near or not number or number.currency or not segment.has("m_lot") or "quantity" in last.slots:
        return
    if sum(d.event == "diversion" for d in _of_sentence(drafts, last.reading.index)) == 1:
        last.slots["quantity"] = _counted(number, segment.goods.unit)


def _of_sentence(drafts: list[Draft], index: int) -> Iterator[Draft]:
    """The claims of the last sentence that has any, where `index` is its own: they stand at the end."""
    return takewhile(lambda draft: draft.reading.index == index, reversed(drafts))


def denied_after(drafts: list[Draft], reading: Reading) -> None:
    """Turns the claims of the sentence before into denied ones where their party denies them ("Oracle denies it")."""
    cue = next((c for c in reading.cues if c.kind == "m_denial"), None)
    if cue is None or not drafts or reading.index - drafts[-1].reading.index != 1:
        return
    denier = next((p.name.claim_name for p in reading.parties if not p.oblique and p.name.role != "outlet"), None)
    for draft in _of_sentence(drafts, drafts[-1].reading.index):
        told = {draft.name(slot) for slot in ("to_entity", "from_entity", "supplier")}
        if draft.source.certainty != "denied" and (not denier or denier in told):
            name = draft.source.name or denier or draft.name("to_entity")
            draft.source = Source(name, "denied", draft.source.start, draft.source.end, f"denied-after:{cue.entry}")


def named_after(drafts: list[Draft], reading: Reading) -> None:
    """Gives the claims of the sentence before the outlet that this one names as their source ("So CNBC")."""
    party = next((p for p in reading.parties if "source_back" in p.roles and p.name.role == "outlet"), None)
    if party is None or reading.segments:
        return
    source = Source(party.name.claim_name, "reported", party.name.start, party.name.end, "source-after")
    last = drafts[-1].reading.index if drafts else -1
    for draft in _of_sentence(drafts, last) if reading.index - last <= 2 else ():
        if draft.source.name is None:
            draft.source = source if draft.source.certainty in ("confirmed", "reported") else draft.source
