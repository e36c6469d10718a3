"""The share of lots still undelivered so many days after the promised end, with its band, for the largest groups.

What the curves are made of stands in `delays.curves`. A group of under five lots gets a sentence and no curve.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pipelines.publish.pictures.facts import Row
from pipelines.publish.pictures.plates import (
    INK,
    LINE,
    MAIN,
    SMALL,
    SOFT,
    Panel,
    Plate,
    Words,
    axes,
    say,
    short,
)
from pipelines.publish.wording import listed, number, some

if TYPE_CHECKING:
    from matplotlib.figure import FigureBase

FEWEST_LOTS = 5
MOST_GROUPS = 6
_HEIGHT = 200.0
_KINDS = ("all", "supplier", "product", "buyer")
Group = list[Row]


def plate(curves: Sequence[Row]) -> Plate:
    """The picture of `delays.curves`."""
    found: dict[tuple[str, str], Group] = {}
    for row in curves:
        found.setdefault((row["group_kind"], row["group_id"]), []).append(row)
    groups = sorted(
        found.values(), key=lambda rows: (_KINDS.index(rows[0]["group_kind"]), -rows[0]["lots"], rows[0]["group_id"])
    )
    if not groups:
        return Plate("curves", "No lot with a promised day has fallen due, so nothing can be late yet.")
    large = [rows for rows in groups if rows[0]["lots"] >= FEWEST_LOTS]
    small = [rows for rows in groups if rows[0]["lots"] < FEWEST_LOTS and rows[0]["group_kind"] != "all"]
    if not large:
        lots = max(rows[0]["lots"] for rows in groups)
        return Plate("curves", f"{some(lots, 'lot')} fell due: under five are too few for a curve.")
    shown = _chosen(large)
    last = max(row["days_late"] for rows in shown for row in rows)
    panels = tuple(_panel(rows, max(last, 30)) for rows in shown)
    return Plate("curves", _finding(large[0]), _notes(large, shown, small), panels)


def _chosen(large: Sequence[Group]) -> list[Group]:
    """All lots, then the largest group of each kind in turn, so that no kind crowds out another."""
    kinds = [[rows for rows in large if rows[0]["group_kind"] == kind] for kind in _KINDS[1:]]
    rounds = [kind[turn] for turn in range(max(map(len, kinds))) for kind in kinds if turn < len(kind)]
    every = [rows for rows in large if rows[0]["group_kind"] == "all"]
    chosen = [*every, *rounds][:MOST_GROUPS]
    return sorted(chosen, key=lambda rows: (_KINDS.index(rows[0]["group_kind"]), -rows[0]["lots"], rows[0]["group_id"]))


def _finding(rows: Group) -> str:
    lots = rows[0]["lots"]
    whom = some(lots, "lot") if rows[0]["group_kind"] == "all" else f"{lots} lots of {short(rows[0]['group_name'], 60)}"
    missed = _share(rows[0]) if rows[0]["days_late"] == 0 else "all"
    half, end = _half(rows), rows[-1]
    if half == 0:
        then = "half or more came in time"
    elif half:
        then = f"half had come {some(half, 'day')} after it"
    else:
        then = f"{_share(end)} were still out {some(end['days_late'], 'day')} after it"
    return f"Of {whom}, {missed} missed the promised day; {then}."


def _half(rows: Group) -> int | None:
    """Days after the promised end by which half of the lots had come or were cancelled."""
    # A share that should be exactly one half may come out a hair above it.
    return next((row["days_late"] for row in rows if row["undelivered_share"] <= 0.5 + 1e-9), None)


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def _share(row: Row) -> str:
    if row["undelivered_low"] is None:
        return _percent(row["undelivered_share"])
    low, high = row["undelivered_low"], row["undelivered_high"]
    return f"{_percent(row['undelivered_share'])} ({100 * low:.0f}–{100 * high:.0f} %)"


def _notes(large: Sequence[Group], shown: Sequence[Group], small: Sequence[Group]) -> tuple[str, ...]:
    notes = [
        "Kaplan–Meier: each lot counts once, from its first promised end. The pale area is the 95 % band. A small "
        "stroke marks lots last seen open on that day. Below each axis: lots still watched. From delays.curves."
    ]
    if len(large) > len(shown):
        notes.append(f"{some(len(large) - len(shown), 'more group')} with five lots or more stand in delays.curves.")
    if small:
        named = [f"{short(rows[0]['group_name'], 40)} ({rows[0]['lots']})" for rows in small[:MOST_GROUPS]]
        more = [f"{len(small) - MOST_GROUPS} more"] if len(small) > MOST_GROUPS else []
        notes.append(f"No curve for groups of under five lots: {listed([*named, *more])}.")
    return tuple(notes)


def _panel(rows: Group, last: int) -> Panel:
    first, end = rows[0], rows[-1]
    kind = {"all": "All", "supplier": "From", "product": "Of", "buyer": "For"}[first["group_kind"]]
    whom = f"All {some(first['lots'], 'lot')}" if kind == "All" else (
        f"{kind} {short(first['group_name'], 60)}, {some(first['lots'], 'lot')}"
    )  # fmt: skip
    half = _half(rows)
    if half is None:
        said = f"more than half still undelivered after {some(end['days_late'], 'day')}"
    elif half == 0:
        said = "half or more came by the promised day"
    else:
        said = f"half had come {some(half, 'day')} late"
    steps = [f"after {some(row['days_late'], 'day')} {_share(row)}" for row in rows]
    described = f"Share still undelivered, with its 95 % band: {'; '.join(steps)}."
    return Panel(f"{whom}: {said}", described, _HEIGHT, lambda figure, words: _draw(figure, words, rows, last))


def _draw(figure: "FigureBase", _: Words, rows: Group, last: int) -> None:
    place = axes(figure, _HEIGHT, left=38, right=8, top=12, bottom=56)
    place.set_xlim(0, last * 1.02)
    place.set_ylim(0, 1.04)
    place.set_yticks([0, 0.5, 1], ["0 %", "50 %", "100 %"])
    days = [0, *(row["days_late"] for row in rows)]
    shares = [1.0, *(row["undelivered_share"] for row in rows)]
    banded = [row for row in rows if row["undelivered_low"] is not None]
    ends = [0, *(row["days_late"] for row in banded)]
    if len(banded) < len(rows):
        ends.append(rows[len(banded)]["days_late"])
    lows, highs = ([1.0, *(row[f"undelivered_{end}"] for row in banded)] for end in ("low", "high"))
    extra = len(ends) - len(lows)
    place.fill_between(
        ends, lows + lows[-1:] * extra, highs + highs[-1:] * extra, step="post", color=MAIN, alpha=0.18, linewidth=0
    )
    place.plot(days, shares, color=MAIN, linewidth=2.2, drawstyle="steps-post", solid_capstyle="butt")
    censored = [row for row in rows if row["censored"]]
    place.plot(
        [row["days_late"] for row in censored], [row["undelivered_share"] for row in censored],
        linestyle="none", marker="|", markersize=7, color=INK, markeredgewidth=1,
    )  # fmt: skip
    place.spines["left"].set_visible(True)
    place.spines["left"].set_color(LINE)
    end = rows[-1]
    is_late = end["days_late"] > last / 2
    say(
        place, end["days_late"], end["undelivered_share"] + 0.03, f" {_percent(end['undelivered_share'])} ",
        color=MAIN, fontweight="bold", ha="right" if is_late else "left", va="bottom",
    )  # fmt: skip
    ticks = [tick for tick in _ticks(last) if tick <= last]
    place.set_xticks(ticks, [number(tick) for tick in ticks])
    for tick in ticks:
        watched = next((row["at_risk"] for row in rows if row["days_late"] >= tick), 0)
        say(place, tick, -0.31, number(watched), fontsize=SMALL, color=SOFT, ha="center", va="top")
    say(place, last * 1.02, -0.17, "days after the promised end", fontsize=SMALL, color=SOFT, ha="right", va="top")
    say(place, -0.03 * last, -0.31, "lots", fontsize=SMALL, color=SOFT, ha="right", va="top")


def _ticks(last: int) -> list[int]:
    step = next(
        (size for size in (7, 10, 15, 30, 60, 90, 180, 365, 730) if last / size <= 5), 10 ** len(str(last)) // 4
    )
    return list(range(0, last + 1, step))
