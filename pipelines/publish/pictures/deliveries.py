"""Promised against delivered for the biggest recipients: one panel each, units added up over time.

Only lots of which a source says when they were promised count, on both sides, so that the two lines can be compared.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from pipelines.publish.pictures.facts import Row
from pipelines.publish.pictures.plates import (
    INK,
    MAIN,
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
from pipelines.publish.wording import interval, number, some

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import FigureBase

MOST_RECIPIENTS = 6
_HEIGHT = 190.0
Steps = list[tuple[date, float]]
Line = tuple[list[float], list[float]]


@dataclass(frozen=True, slots=True)
class Recipient:
    """What one party was promised and got, as running totals of GPUs from day to day."""

    entity_id: str
    name: str
    promised: Steps
    promised_most: Steps
    promised_least: Steps
    promised_now: Steps
    delivered: Steps

    @property
    def total(self) -> float:
        """All that was promised by a day, in GPUs."""
        return self.promised[-1][1]


def plate(lots: Sequence[Row], as_of: date) -> Plate:
    """The picture of `allocation.entity_allocation`, as of a day: what came later is left out."""
    counted = [row for row in lots if row["gpus_best"]]
    dated = [row for row in counted if row["first_promised_end"]]
    if not dated:
        return Plate("deliveries", "No source says by which day counted accelerators were promised to a recipient.")
    mine: dict[str, list[Row]] = {}
    for row in dated:
        mine.setdefault(row["entity_id"], []).append(row)
    recipients = sorted(
        (_recipient(entity_id, rows, as_of) for entity_id, rows in mine.items()),
        key=lambda found: (-_by(found.promised, as_of), -found.total, found.entity_id),
    )
    shown = recipients[:MOST_RECIPIENTS]
    days = [day for found in shown for steps in (found.promised_most, found.promised_now, found.delivered)
            for day, _ in steps]  # fmt: skip
    first, last = min([*days, as_of]), max([*days, as_of])
    panels = tuple(_panel(found, first, last, as_of) for found in shown)
    return Plate("deliveries", _finding(recipients, as_of), _notes(lots, counted, dated, recipients), panels)


def _recipient(entity_id: str, rows: Sequence[Row], as_of: date) -> Recipient:
    return Recipient(
        entity_id=entity_id,
        name=rows[0]["entity_name"],
        promised=_running([(row["first_promised_end"], row["gpus_best"]) for row in rows]),
        promised_most=_running(
            [
                (row["first_promised_start"] or row["first_promised_end"], _or(row["gpus_high"], row["gpus_best"]))
                for row in rows
            ]
        ),
        promised_least=_running([(row["first_promised_end"], _or(row["gpus_low"], 0.0)) for row in rows]),
        promised_now=_running(
            [
                (
                    row["current_promised_end"] or row["first_promised_end"],
                    row["gpus_best"] - row["cancelled_gpus_best"],
                )
                for row in rows
            ]
        ),
        delivered=_running([came for row in rows for came in _came(row["arrivals"], as_of)]),
    )


def _or(value: float | None, otherwise: float) -> float:
    return otherwise if value is None else value


def _came(arrivals: Steps, as_of: date) -> Steps:
    """What came on each day, from what had come by it."""
    found, before = [], 0.0
    for day, total in arrivals:
        if day <= as_of and total > before:
            found.append((day, total - before))
            before = total
    return found


def _running(amounts: Steps) -> Steps:
    found: dict[date, float] = {}
    total = 0.0
    for day, amount in sorted(amounts):
        total += amount
        found[day] = total
    return list(found.items())


def _by(steps: Steps, day: date) -> float:
    return max((total for on, total in steps if on <= day), default=0.0)


def _finding(recipients: Sequence[Recipient], as_of: date) -> str:
    due = sum(_by(found.promised, as_of) for found in recipients)
    came = sum(min(_by(found.delivered, as_of), _by(found.promised, as_of)) for found in recipients)
    if not due:
        return f"Nothing that was promised by a day had fallen due by {as_of}."
    share = f"{100 * came / due:.0f} %"
    return f"Of {number(due)} GPUs promised by {as_of}, sources tell of {number(came)} that came: {share}."


def _notes(
    lots: Sequence[Row], counted: Sequence[Row], dated: Sequence[Row], recipients: Sequence[Recipient]
) -> tuple[str, ...]:
    notes = [
        "Running totals of GPUs, each panel on its own scale. Grey: as first promised, with a paler area between the "
        "earliest day with the greatest count and the latest day with the least. Dotted: as promised now. Blue: known "
        "to have come. Orange: promised and no word that it came, which is no proof that it did not; cancelled units "
        "are in it, and only the dotted line leaves them out. A lot counts for whoever is to have it after any "
        "diversion. From shipments.shipments and shipments.events; shipments.evidence(…) gives what a lot rests on."
    ]
    left = []
    if len(recipients) > MOST_RECIPIENTS:
        left.append(some(len(recipients) - MOST_RECIPIENTS, "smaller recipient"))
    if len(counted) > len(dated):
        gpus = sum(row["gpus_best"] for row in counted) - sum(row["gpus_best"] for row in dated)
        left.append(f"{some(len(counted) - len(dated), 'lot')} with {number(gpus)} GPUs and no promised day")
    if len(lots) > len(counted):
        left.append(f"{some(len(lots) - len(counted), 'lot')} of which nobody gives a count")
    if left:
        notes.append(f"Not drawn: {'; '.join(left)}.")
    return tuple(notes)


def _panel(found: Recipient, first: date, last: date, as_of: date) -> Panel:
    due, came = _by(found.promised, as_of), _by(found.delivered, as_of)
    name = short(found.name, 60)
    if due:
        title = f"{name}: {number(came)} of {number(due)} due GPUs known to have come"
    else:
        title = f"{name}: {number(found.total)} GPUs promised, none due yet"
    steps = [f"{number(total)} promised by {day}" for day, total in found.promised]
    steps += [f"{number(total)} delivered by {day}" for day, total in found.delivered] or ["none delivered"]
    least, most = found.promised_least[-1][1], found.promised_most[-1][1]
    described = f"As of {as_of}; in all {interval(least or None, most)} GPUs promised. {'; '.join(steps)}."
    return Panel(title, described, _HEIGHT, lambda figure, words: _draw(figure, words, found, first, last, as_of))


def _draw(figure: "FigureBase", _: Words, found: Recipient, first: date, last: date, as_of: date) -> None:
    place = axes(figure, _HEIGHT, left=4, right=4, top=22, bottom=20)
    day_axis(place, first, last)
    left, right = place.get_xlim()
    top = max(found.promised_most[-1][1], found.total)
    place.set_ylim(0, top * 1.12)
    place.set_yticks([top])
    place.set_yticklabels([])
    say(place, left, top * 1.02, f"{number(top)} GPUs promised", color=SOFT, fontsize=SMALL, va="bottom")
    until = number_of(as_of)
    place.axvline(until, color=SOFT, linewidth=0.8, linestyle=(0, (1, 2)))

    most, least = _line(found.promised_most, left, right), _line(found.promised_least, left, right)
    _area(place, most, least, SOFT, 0.18)
    _area(place, _line(found.promised, left, until), _line(found.delivered, left, until), STRONG, 0.22)
    place.plot(*_line(found.promised, left, right), color=SOFT, linewidth=1.6, drawstyle="steps-post")
    place.plot(
        *_line(found.promised_now, left, right),
        color=INK,
        linewidth=1.2,
        linestyle=(0, (1, 1.5)),
        drawstyle="steps-post",
    )
    place.plot(*_line(found.delivered, left, until), color=MAIN, linewidth=2.2, drawstyle="steps-post")
    came = _by(found.delivered, as_of)
    is_late = until > (left + right) / 2
    say(
        place, until, came + top * 0.02, f" {number(came)} came ", color=MAIN, fontweight="bold", va="bottom",
        ha="right" if is_late else "left",
    )  # fmt: skip


def _line(steps: Steps, left: float, right: float) -> Line:
    inside = [(number_of(day), total) for day, total in steps if number_of(day) <= right]
    last = inside[-1][1] if inside else 0.0
    return [left, *(x for x, _ in inside), right], [0.0, *(y for _, y in inside), last]


def _area(place: "Axes", upper: Line, lower: Line, colour: str, alpha: float) -> None:
    spots = sorted({*upper[0], *lower[0]})
    ups, downs = ([_at(line, spot) for spot in spots] for line in (upper, lower))
    highest = [max(up, down) for up, down in zip(ups, downs, strict=True)]
    place.fill_between(spots, highest, downs, step="post", color=colour, alpha=alpha, linewidth=0)


def _at(line: Line, spot: float) -> float:
    return max((y for x, y in zip(*line, strict=True) if x <= spot), default=0.0)
