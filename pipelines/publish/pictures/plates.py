"""What a picture is: sentences, and panels that know how to draw themselves. Pure; imports no drawing library.

Sizes are in points of a drawing that is as wide as a phone, so that its letters stay legible there. Titles and notes
are sentences that stand outside the drawing: the page breaks their lines and sets them in its own letters.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from pipelines.publish.wording import cut, visible

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import FigureBase

WIDTH = 360.0
LETTERS = 12.0
SMALL = 11.0
# Okabe and Ito's blue and vermilion, which colour-blind readers tell apart; the page swaps all of these in the dark.
INK, SOFT, LINE, PAPER = "#1d2022", "#5a6268", "#dedbd3", "#ffffff"
MAIN, STRONG = "#0072b2", "#d55e00"
Words = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Panel:
    """One drawing: `title` says what it finds, `description` all that it shows, for those who do not see it.

    `draw` gets the figure to fill, `height` points high, and a function for words that came from outside.
    """

    title: str
    description: str
    height: float
    draw: "Callable[[FigureBase, Words], None]"


@dataclass(frozen=True, slots=True)
class Plate:
    """A picture: a finding as its title, notes on how to read it, and panels; none where there is nothing to draw."""

    name: str
    title: str
    notes: Sequence[str] = ()
    panels: Sequence[Panel] = field(default=())


def short(name: str, length: int = 26) -> str:
    """A name from outside, fit for a drawing: one line, at most `length` characters, no sign that steers the text."""
    return cut(visible(name), length)


def axes(figure: "FigureBase", height: float, *, left: float, right: float, top: float, bottom: float) -> "Axes":
    """Axes with these margins, in points, without the two sides that say nothing."""
    found = figure.add_axes(
        (left / WIDTH, bottom / height, (WIDTH - left - right) / WIDTH, (height - top - bottom) / height)
    )
    found.set_facecolor("none")
    for side in ("top", "right", "left"):
        found.spines[side].set_visible(False)
    found.spines["bottom"].set_color(SOFT)
    found.tick_params(colors=SOFT, labelsize=SMALL, length=3, width=0.8)
    found.tick_params(axis="y", length=0)
    found.grid(axis="y", color=LINE, linewidth=0.8)
    found.set_axisbelow(True)
    return found


def day_axis(found: "Axes", first: date, last: date, most: int = 5) -> None:
    """Give `found` days from `first` to `last` as its x axis, with about `most` ticks at most."""
    from matplotlib.dates import AutoDateLocator, ConciseDateFormatter, date2num

    low, high = (float(date2num(day)) for day in (first, last))
    room = max((high - low) * 0.03, 10.0)
    found.set_xlim(low - room, high + room)
    locator = AutoDateLocator(minticks=2, maxticks=most)
    found.xaxis.set_major_locator(locator)
    found.xaxis.set_major_formatter(ConciseDateFormatter(locator, show_offset=False))


def number_of(day: date) -> float:
    """Where `day` stands on a day axis."""
    from matplotlib.dates import date2num

    return float(date2num(day))


def say(found: Any, x: float, y: float, words: str, **style: Any) -> None:
    """Write `words` as they are: no part of them is read as a formula."""
    found.text(x, y, words, **{"fontsize": LETTERS, "color": INK, "parse_math": False, **style})
