"""How one transfer became known: each statement with the day on which it was known and the days that it is about.

Statements bear the numbers of the list of quotes that stands beside the drawing: the quotes themselves, in their own
languages, need letters that only a browser has.
"""

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from pipelines.publish.pictures.facts import Row
from pipelines.publish.pictures.plates import (
    INK,
    MAIN,
    PAPER,
    SMALL,
    SOFT,
    STRONG,
    Panel,
    Plate,
    Words,
    axes,
    day_axis,
    number_of,
    say,
    short,
)
from pipelines.publish.wording import days, interval, listed, some

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import FigureBase

MOST_STATEMENTS = 14
_ROW = 48.0
_HEADS = {"actual": ("happened", MAIN), "promised": ("promised", SOFT), "revised": ("promised anew", STRONG)}
_COLOURS = {"actual": "blue", "promised": "grey", "revised": "orange"}


def plate(transfer: Row, statements: Sequence[Row], number: int = 1) -> Plate:
    """The picture of one row of `allocation.transfers`, the `number`th on its page."""
    name = f"timeline-{number}"
    if not statements:
        return Plate(name, "No statement is kept for this transfer.")
    shown = statements[:MOST_STATEMENTS]
    title = _finding(transfer, statements)
    height = len(shown) * _ROW + 26
    panel = Panel(title, _described(shown), height, lambda figure, words: _draw(figure, words, shown, height))
    notes = ["Dot: the day on which it became known."]
    kinds = {kind for row in shown for kind, _, _ in _about(row)}
    if kinds:
        said = [f"{_COLOURS[kind]} {_HEADS[kind][0]}" for kind in _HEADS if kind in kinds]
        notes.append(f"Bars: the days that it is about: {listed(said)}. A dotted bar has one end only.")
    if len(statements) > len(shown):
        notes.append(f"Not drawn: {some(len(statements) - len(shown), 'later statement')}.")
    return Plate(name, title, notes, (panel,))


def _finding(transfer: Row, statements: Sequence[Row]) -> str:
    first, last = statements[0]["known_at"].date(), statements[-1]["known_at"].date()
    span = f"on {first}" if first == last else f"between {first} and {last}"
    what = f"{interval(transfer['gpus_low'], transfer['gpus_high'])} {short(transfer['product'], 40)}"
    who = f"{short(transfer['from_name'] or '?', 40)} to {short(transfer['to_name'] or '?', 40)}"
    told = some(len({row["origin_id"] for row in statements}), "independent origin")
    return f"{what}, {who}: told by {told} {span}."


def _label(row: Row) -> str:
    said_in = short(row["source"] or row["document"] or row["origin_id"], 28)
    origin = short(row["origin_name"], 18) if row["origin_name"] else ""
    where = said_in if not origin or origin == said_in else f"{origin}, in {said_in}"
    return f"{row['event']}: {where}{' (' + row['language'] + ')' if row['language'] else ''}"


def _known(row: Row) -> str:
    copies = f", {some(row['copies'], 'copy', 'copies')}" if row["copies"] else ""
    return f"{row['known_at'].date()}, {row['certainty']}{copies}"


def _about(row: Row) -> list[tuple[str, date | None, date | None]]:
    found = [(kind, row[f"{kind}_start"], row[f"{kind}_end"]) for kind in _HEADS]
    return [(kind, start, end) for kind, start, end in found if start or end]


def _described(statements: Sequence[Row]) -> str:
    lines = []
    for number, row in enumerate(statements, 1):
        about = [f"{_HEADS[kind][0]} {days(start, end)}" for kind, start, end in _about(row)]
        lines.append(f"{number}. {_label(row)}, known {_known(row)}{''.join(f', {words}' for words in about)}")
    return "; ".join(lines) + "."


def _draw(figure: "FigureBase", words: Words, statements: Sequence[Row], height: float) -> None:
    place = axes(figure, height, left=26, right=4, top=2, bottom=22)
    every = [row["known_at"].date() for row in statements]
    every += [day for row in statements for _, start, end in _about(row) for day in (start, end) if day]
    day_axis(place, min(every), max(every))
    left, right = place.get_xlim()
    place.set_ylim(len(statements) * _ROW, 0)
    place.set_yticks([])
    for number, row in enumerate(statements, 1):
        top = (number - 1) * _ROW
        say(place, left, top + 8, short(words(_label(row)), 52), va="center", fontsize=SMALL)
        figure.text(
            9 / 360, 1 - (2 + top + 15) / height, str(number), ha="center", va="center", fontsize=SMALL, color=PAPER,
            fontweight="bold", bbox={"boxstyle": "circle,pad=0.28", "facecolor": INK, "linewidth": 0},
        )  # fmt: skip
        place.axhline(top + 22, color=SOFT, linewidth=0.4, alpha=0.6)
        for kind, start, end in _about(row):
            _bar(place, top + 22, start, end, _HEADS[kind][1], left, right)
        known = number_of(row["known_at"].date())
        place.plot([known], [top + 22], marker="o", markersize=6, color=INK, markeredgecolor=PAPER, clip_on=False)
        is_late = known > (left + right) / 2
        say(
            place, known, top + 34, _known(row), ha="right" if is_late else "left", va="center", color=SOFT,
            fontsize=SMALL,
        )  # fmt: skip


def _bar(place: "Axes", y: float, start: date | None, end: date | None, colour: str, left: float, right: float) -> None:
    """The days from `start` to `end`; where one of them is not said, the bar fades out towards that side."""
    low = number_of(start) if start else left
    high = number_of(end) + 1 if end else right
    least = (right - left) / 120
    if start and end:
        place.fill([low, max(high, low + least), max(high, low + least), low], [y - 4, y - 4, y + 4, y + 4],
                   color=colour, alpha=0.55, linewidth=0)  # fmt: skip
    else:
        place.plot(
            [low, high], [y, y], color=colour, linewidth=3, alpha=0.45, linestyle=(0, (1, 1)), solid_capstyle="butt"
        )
        edge = high if end else low
        place.plot([edge, edge], [y - 5, y + 5], color=colour, linewidth=2)
