"""The flows between entities: who lost how much to whom, as bands from those who gave to those who got.

A party that gave and got stands on both sides, and what is left of it on the whole is said on the right. Bands are as
thick as their best count; where sources leave a range, a paler band goes up to its upper end.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipelines.publish.pictures.facts import Row
from pipelines.publish.pictures.plates import (
    INK,
    MAIN,
    SMALL,
    SOFT,
    STRONG,
    WIDTH,
    Panel,
    Plate,
    Words,
    say,
    short,
)
from pipelines.publish.wording import UNKNOWN, interval, listed, number, some

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import FigureBase

MOST_FLOWS = 12
_THICKEST = 72.0
_THINNEST = 1.5
_LABEL = 32.0
_ROW = 14.0
_GAP = 16.0
_BAR = 6.0
_EDGE = 2.0


@dataclass(frozen=True, slots=True)
class Flow:
    """All that went from one party to another; counts in GPUs, `low` and `high` empty where a source leaves them so."""

    giver: str
    taker: str
    giver_name: str
    taker_name: str
    low: float
    best: float
    high: float | None
    products: tuple[str, ...]
    through: tuple[str, ...]
    transfers: int

    @property
    def thickest(self) -> float:
        """The greatest count that its band shows."""
        return max(self.best, self.high or 0)

    @property
    def amount(self) -> str:
        """Its count and product in words."""
        low, high = (None if self.low == 0 else self.low), self.high
        count = number(self.best) if low is None and high is None else interval(low, high)
        return f"{count} {self.products[0] if len(self.products) == 1 else 'GPUs of several products'}"


def plate(transfers: Sequence[Row]) -> Plate:
    """The picture of `allocation.transfers`."""
    counted = [row for row in transfers if row["gpus_best"] and row["certainty"] != "denied"]
    flows = _flows(counted)
    if not flows:
        return Plate("flows", "No source gives a count of accelerators that went to another party.")
    shown = flows[:MOST_FLOWS]
    finding = _finding(counted, flows)
    panel = Panel(
        title=finding,
        description=_described(shown),
        height=_height(shown),
        draw=lambda figure, words: _draw(figure, words, shown),
    )
    return Plate("flows", finding, _notes(transfers, counted, flows, shown), (panel,))


def _flows(counted: Sequence[Row]) -> list[Flow]:
    pairs: dict[tuple[str, str], list[Row]] = {}
    for row in counted:
        pairs.setdefault((row["from_id"] or "", row["to_id"] or ""), []).append(row)
    found = [_flow(*pair, rows) for pair, rows in pairs.items()]
    return sorted(found, key=lambda flow: (-flow.best, flow.giver, flow.taker))


def _flow(giver: str, taker: str, rows: Sequence[Row]) -> Flow:
    highs = [row["gpus_high"] for row in rows]
    return Flow(
        giver=giver,
        taker=taker,
        giver_name=rows[0]["from_name"] or "nobody says who",
        taker_name=rows[0]["to_name"] or "nobody says who",
        low=sum(row["gpus_low"] or 0 for row in rows),
        best=sum(row["gpus_best"] for row in rows),
        high=None if None in highs else sum(highs),
        products=tuple(dict.fromkeys(row["product"] for row in rows)),
        through=tuple(dict.fromkeys(row["related_through"] or UNKNOWN for row in rows if row["related"])),
        transfers=len(rows),
    )


def _finding(counted: Sequence[Row], flows: Sequence[Flow]) -> str:
    first = flows[0]
    back = next((flow for flow in flows if (flow.giver, flow.taker) == (first.taker, first.giver)), None)
    sold = all(row["kind"] == "resale" for row in counted if (row["from_id"] or "") == first.giver)
    went = (
        f"{short(first.giver_name, 60)} sold or rented {first.amount} on to {short(first.taker_name, 60)}"
        if sold
        else f"{first.amount} meant for {short(first.giver_name, 60)} went to {short(first.taker_name, 60)}"
    )
    if back is None:
        return f"{went}, and nothing came back."
    left = first.best - back.best
    return f"{went}; {back.amount} came back, " + (f"{number(left)} less." if left else "as many.")


def _notes(
    transfers: Sequence[Row], counted: Sequence[Row], flows: Sequence[Flow], shown: Sequence[Flow]
) -> tuple[str, ...]:
    notes = [
        "Left: who gave. Right: who got, and what is left on the whole. A band is as thick as its count of GPUs; a "
        "paler part goes up to the upper end where sources leave a range. From allocation.transfers."
    ]
    through = listed(sorted({short(name, 60) for flow in shown for name in flow.through}))
    if through:
        notes.append(f"Orange: related, both under one control on that day ({through}).")
    denied = sum(row["certainty"] == "denied" for row in transfers)
    left = [
        some(len(flows) - len(shown), "smaller flow") if len(flows) > len(shown) else "",
        some(len(transfers) - len(counted) - denied, "transfer without a count", "transfers without a count")
        if len(transfers) > len(counted) + denied
        else "",
        some(denied, "denied transfer") if denied else "",
    ]
    if any(left):
        notes.append(f"Not drawn: {listed([words for words in left if words])}.")
    return tuple(notes)


def _described(flows: Sequence[Flow]) -> str:
    lines = [
        f"{flow.giver_name} to {flow.taker_name}: {flow.amount}"
        + (f", related through {listed(flow.through)}" if flow.through else "")
        for flow in flows
    ]
    return "; ".join(lines) + "."


@dataclass(frozen=True, slots=True)
class _Side:
    """Where one side stands, in points from the top: each party's bar, and within it the top of each of its bands."""

    bars: dict[str, tuple[float, float]]
    bands: dict[Flow, float]

    @property
    def bottom(self) -> float:
        return max(bottom for _, bottom in self.bars.values()) + _EDGE


def _scale(flows: Sequence[Flow]) -> float:
    return _THICKEST / max(flow.thickest for flow in flows)


def _places(flows: Sequence[Flow]) -> tuple[_Side, _Side]:
    givers = list(dict.fromkeys(flow.giver for flow in flows))
    takers = list(dict.fromkeys(flow.taker for giver in givers for flow in flows if flow.giver == giver))
    scale = _scale(flows)
    given = {giver: [flow for flow in flows if flow.giver == giver] for giver in givers}
    got = {taker: [flow for flow in flows if flow.taker == taker] for taker in takers}
    for mine in given.values():
        mine.sort(key=lambda flow: takers.index(flow.taker))
    for mine in got.values():
        mine.sort(key=lambda flow: givers.index(flow.giver))
    return _side(given, scale), _side(got, scale)


def _side(flows_of: dict[str, list[Flow]], scale: float) -> _Side:
    bars, bands, top = {}, {}, 0.0
    for party, mine in flows_of.items():
        top += _LABEL
        begin = top
        room = _ROW if len(mine) > 1 else 0.0
        for flow in mine:
            bands[flow] = top
            top += max(_THINNEST, flow.thickest * scale, room)
        bars[party] = (begin, top)
        top += _GAP
    return _Side(bars, bands)


def _height(flows: Sequence[Flow]) -> float:
    return max(side.bottom for side in _places(flows))


def _draw(figure: "FigureBase", words: Words, flows: Sequence[Flow]) -> None:
    left, right = _places(flows)
    height = max(left.bottom, right.bottom)
    canvas = figure.add_axes((0, 0, 1, 1))
    canvas.set_axis_off()
    canvas.set_xlim(0, WIDTH)
    canvas.set_ylim(height, 0)
    for flow in flows:
        _band(canvas, flow, left.bands[flow], right.bands[flow], _scale(flows))
    names = {flow.giver: flow.giver_name for flow in flows} | {flow.taker: flow.taker_name for flow in flows}
    for side, is_left in ((left, True), (right, False)):
        for party, (top, bottom) in side.bars.items():
            mine = [flow for flow in flows if (flow.giver if is_left else flow.taker) == party]
            edge, align = (0.0, "left") if is_left else (WIDTH, "right")
            x = 0.0 if is_left else WIDTH - _BAR
            canvas.fill([x, x + _BAR, x + _BAR, x], [top, top, bottom, bottom], color=INK, linewidth=0, clip_on=False)
            say(canvas, edge, top - 18, short(words(names[party])), ha=align, fontweight="bold")
            said = _gave(mine) if is_left else _got(mine, sum(f.best for f in flows if f.giver == party))
            say(canvas, edge, top - 5, short(words(said), 40), ha=align, color=SOFT, fontsize=SMALL)
            for flow in mine if len(mine) > 1 else ():
                place = (left if is_left else right).bands[flow] + max(_ROW, flow.thickest * _scale(flows)) / 2
                inner = _BAR + 5 if is_left else WIDTH - _BAR - 5
                say(canvas, inner, place, short(words(flow.amount), 24), ha=align, va="center", fontsize=SMALL)


def _band(canvas: "Axes", flow: Flow, start: float, end: float, scale: float) -> None:
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    colour = STRONG if flow.through else MAIN
    begin, stop = _BAR, WIDTH - _BAR
    middle = WIDTH / 2
    for count, alpha in ((flow.thickest, 0.2), (flow.best, 0.4)):
        thick = max(_THINNEST, count * scale)
        corners = [
            (begin, start), (middle, start), (middle, end), (stop, end),
            (stop, end + thick), (middle, end + thick), (middle, start + thick), (begin, start + thick), (begin, start),
        ]  # fmt: skip
        steps = [Path.MOVETO, *[Path.CURVE4] * 3, Path.LINETO, *[Path.CURVE4] * 3, Path.CLOSEPOLY]
        canvas.add_patch(PathPatch(Path(corners, steps), facecolor=colour, alpha=alpha, linewidth=0, clip_on=False))


def _gave(flows: Sequence[Flow]) -> str:
    return f"gave {flows[0].amount if len(flows) == 1 else number(sum(flow.best for flow in flows)) + ' GPUs'}"


def _got(flows: Sequence[Flow], given: float) -> str:
    got = sum(flow.best for flow in flows)
    words = f"got {flows[0].amount if len(flows) == 1 else number(got) + ' GPUs'}"
    if not given:
        return words
    net = got - given
    return f"{words}, net {'+' if net > 0 else ''}{number(net)}"
