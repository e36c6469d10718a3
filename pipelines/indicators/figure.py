"""What public data gives: figures in one shape, and the rejected ones with every reason. Shapes only."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure as stated: nothing is converted, no name is resolved.

    `reporter` is whose figure it is, by the source's own code (`0001045810`, `2330`, `US`); `measure` is the source's
    own name for what was measured. `item` is what it is about (an HS code, a product), `partner` the other country.
    `value` × `scale` is in `unit`: an ISO 4217 code, `kg`, or what the source counts in. `period_start` is empty for
    a stock at `period_end`. `known_on` is the day on which the source published it, where it says so; `reference`
    leads to it (an accession number, a page's date). Within a document `number` is unique and counts from 1.
    """

    number: int
    reporter: str
    reporter_name: str | None
    measure: str
    value: float
    unit: str
    period_end: date
    period_start: date | None = None
    scale: float = 1.0
    item: str | None = None
    partner: str | None = None
    known_on: date | None = None
    reference: str | None = None
    verbatim: str = ""


@dataclass(frozen=True, slots=True)
class RejectedFigure:
    """A figure that cannot be used: its place, the text as it stands, and every reason (what, why)."""

    number: int
    verbatim: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FigureReading:
    """What one document gave. `read == len(figures) + len(rejected)`; `unreadable` says why nothing could be read.

    `passed_over` counts what the document also holds and nobody asked for (other tags, other companies).
    """

    media_type: str
    read: int = 0
    figures: tuple[Figure, ...] = ()
    rejected: tuple[RejectedFigure, ...] = ()
    passed_over: int = 0
    unreadable: str | None = None


class Collector:
    """Collects the figures of one document in their order, so that none is lost between read and given."""

    def __init__(self, media_type: str) -> None:
        self._media_type = media_type
        self._figures: list[Figure] = []
        self._rejected: list[RejectedFigure] = []
        self.passed_over = 0

    @property
    def next_number(self) -> int:
        """The number that the next figure gets."""
        return len(self._figures) + len(self._rejected) + 1

    def accept(self, figure: Figure) -> None:
        """Add a figure that was read."""
        self._figures.append(figure)

    def reject(self, verbatim: str, *reasons: str) -> None:
        """Add one that cannot be used, with every reason."""
        self._rejected.append(RejectedFigure(self.next_number, verbatim[:2000], reasons))

    def reading(self) -> FigureReading:
        """All that was collected."""
        read = len(self._figures) + len(self._rejected)
        return FigureReading(self._media_type, read, tuple(self._figures), tuple(self._rejected), self.passed_over)
