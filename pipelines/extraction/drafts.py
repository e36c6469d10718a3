"""A claim in the making: its slots with their evidence, and how sure the model is of it. Shapes only."""

from dataclasses import dataclass, field

from pipelines.extraction.claim import Event
from pipelines.extraction.discourse import Source
from pipelines.extraction.features import Cue, Reading, Segment


@dataclass(frozen=True, slots=True)
class Filled:
    """A slot's value, where it stands and the rule that filled it.

    For a party also how likely it is, how likely the next best was (0 to 1), and where it was told.
    """

    value: object
    start: int
    end: int
    rule: str
    share: float = 1.0
    rival: float = 0.0
    place: str = ""


@dataclass(slots=True)
class Draft:
    """A claim in the making; `share` and `rival` are how likely its event and the next best are, 0 to 1.

    `strict`: a strict reading finds it too.
    """

    event: Event
    segment: Segment
    reading: Reading
    source: Source
    slots: dict[str, Filled] = field(default_factory=dict)
    head: Cue | None = None
    future: bool = False
    share: float = 1.0
    rival: float = 0.0
    caused: bool = False
    strict: bool = False

    def name(self, slot: str) -> str | None:
        """The name in a slot, None where it is empty."""
        filled = self.slots.get(slot)
        return str(filled.value) if filled else None
