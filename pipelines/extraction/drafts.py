"""A claim in the making: its slots with their evidence, and how far each is trusted. Shapes only."""

from dataclasses import dataclass, field

from pipelines.extraction.claim import Event
from pipelines.extraction.discourse import Source
from pipelines.extraction.features import Cue, Party, Reading, Segment

STRENGTHS = {
    "role": 0.95,
    "subject": 0.88,
    "group": 0.88,
    "carried": 0.75,
    "topic": 0.62,
    "any": 0.55,
    "stated": 0.97,
    "returned": 0.85,
}
"""How far each way of filling a slot is trusted; the confidence of a claim is their product's root (see `decoding`)."""


@dataclass(frozen=True, slots=True)
class Filled:
    """A slot's value, where it stands, the rule that filled it and how far that rule is trusted."""

    value: object
    start: int
    end: int
    rule: str
    strength: float


@dataclass(slots=True)
class Draft:
    """A claim in the making."""

    event: Event
    segment: Segment
    reading: Reading
    source: Source
    slots: dict[str, Filled] = field(default_factory=dict)
    head: Cue | None = None
    future: bool = False
    caused: bool = False
    returned: bool = False
    instead_of: "list[Draft]" = field(default_factory=list)

    def name(self, slot: str) -> str | None:
        """The name in a slot, None where it is empty."""
        filled = self.slots.get(slot)
        return str(filled.value) if filled else None


def filled_by(party: Party, role: str, strength: str = "role") -> Filled:
    """A slot filled by a party that plays this role; a description is trusted a little less than a name."""
    weight = STRENGTHS[strength] * (1.0 if party.name.how == "name" else 0.95)
    return Filled(
        party.name.claim_name,
        party.name.start,
        party.name.end,
        f"{party.roles.get(role, role)}/{party.name.how}",
        weight,
    )
