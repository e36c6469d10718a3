"""How well news is read: the score of the extractor by language, and over its versions.

A line is drawn only over scorings on the same labelled texts: scores on different ones do not compare.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pipelines.publish.pictures.facts import Row
from pipelines.publish.pictures.plates import INK, MAIN, SMALL, SOFT, STRONG, Panel, Plate, Words, axes, say
from pipelines.publish.wording import some

if TYPE_CHECKING:
    from matplotlib.figure import FigureBase

ALL = "all"
MOST_VERSIONS = 40
_ROW = 20.0
_TREND_HEIGHT = 190.0


def plate(scores: Sequence[Row]) -> Plate:
    """The picture of `quality.extraction`, from its rows of all events, in the order of scoring."""
    latest = [row for row in scores if row["is_latest"] and row["f1"] is not None]
    whole = next((row for row in latest if row["language"] == ALL), None)
    if whole is None:
        return Plate("extraction", "No version of the extractor has been scored yet.")
    comparable = [row for row in scores if row["test_set_version"] == whole["test_set_version"]]
    trend = [row for row in comparable if row["language"] == ALL and row["f1"] is not None][-MOST_VERSIONS:]
    finding = f"The extractor's claim F1 is {whole['f1']:.3f}{_change(whole)}."
    notes = (
        "F1 is the harmonic mean of precision (right of the claims said) and recall (right of the claims labelled), on "
        f"{some(whole['items'], 'item')} that it was not trained on. A small stroke marks the scoring before. From "
        "quality.extraction.",
    )
    panels = [_languages([whole, *(row for row in latest if row["language"] != ALL)])]
    if len(trend) > 1:
        panels.append(_trend(trend))
    return Plate("extraction", finding, notes, tuple(panels))


def _change(row: Row) -> str:
    if row["change_f1"] is None:
        return ""
    change = f"{abs(row['change_f1']):.3f}"
    if change == "0.000":
        return ", as before"
    return f", {change} {'more' if row['change_f1'] > 0 else 'less'} than before"


def _languages(rows: Sequence[Row]) -> Panel:
    said = [f"{row['language']} {row['f1']:.3f}" for row in rows]
    others = sorted((row for row in rows if row["language"] != ALL), key=lambda row: (row["f1"], row["language"]))
    title = "F1 by language"
    if len(others) > 1:
        title += f": {others[-1]['language']} is read best, {others[0]['language']} worst"
    height = 46 + _ROW * len(rows)
    return Panel(title, f"{title}. {'; '.join(said)}.", height, lambda figure, _: _draw_languages(figure, rows, height))


def _draw_languages(figure: "FigureBase", rows: Sequence[Row], height: float) -> None:
    place = axes(figure, height, left=34, right=44, top=6, bottom=26)
    place.grid(axis="y", visible=False)
    places = list(range(len(rows)))[::-1]
    place.set_xlim(0, 1)
    place.set_ylim(-0.6, len(rows) - 0.4)
    colours = [INK if row["language"] == ALL else MAIN for row in rows]
    place.barh(places, [row["f1"] for row in rows], height=0.62, color=colours)
    for spot, row in zip(places, rows, strict=True):
        if row["change_f1"] is not None:
            place.plot([row["f1"] - row["change_f1"]] * 2, [spot - 0.4, spot + 0.4], color=STRONG, linewidth=1.6)
        say(place, 1.02, spot, f"{row['f1']:.2f}", fontsize=SMALL, va="center")
    place.set_yticks(places, [row["language"] for row in rows])
    place.set_xticks([0, 0.25, 0.5, 0.75, 1], ["0", "", "0.5", "", "1"])


def _trend(rows: Sequence[Row]) -> Panel:
    steps = "; ".join(f"{row['scored_at']:%Y-%m-%d} {row['f1']:.3f}" for row in rows)
    title = f"F1 over {some(len(rows), 'version')} on the same texts: from {rows[0]['f1']:.3f} to {rows[-1]['f1']:.3f}"
    return Panel(title, f"{title}. {steps}.", _TREND_HEIGHT, lambda figure, words: _draw_trend(figure, words, rows))


def _draw_trend(figure: "FigureBase", _: Words, rows: Sequence[Row]) -> None:
    place = axes(figure, _TREND_HEIGHT, left=34, right=44, top=10, bottom=34)
    places = list(range(len(rows)))
    place.set_xlim(-0.3, len(rows) - 0.7)
    place.set_ylim(0, 1.02)
    place.set_yticks([0, 0.5, 1], ["0", "0.5", "1"])
    for name, colour, width in (("claim_precision", SOFT, 1.2), ("recall", STRONG, 1.2), ("f1", MAIN, 2.2)):
        place.plot(places, [row[name] for row in rows], color=colour, linewidth=width, marker="o", markersize=3)
    shown = [(rows[-1]["claim_precision"], "prec.", SOFT), (rows[-1]["recall"], "rec.", STRONG)]
    taken = [rows[-1]["f1"]]
    say(place, len(rows) - 0.66, taken[0], "F1", fontsize=SMALL, color=MAIN, fontweight="bold", va="center")
    for value, words, colour in shown:
        if value is not None and all(abs(value - other) > 0.055 for other in taken):
            say(place, len(rows) - 0.66, value, words, fontsize=SMALL, color=colour, va="center")
            taken.append(value)
    ends = dict.fromkeys((0, len(rows) - 1))
    place.set_xticks(list(ends), [f"{rows[end]['scored_at']:%Y-%m-%d}" for end in ends])
