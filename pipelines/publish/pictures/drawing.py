"""Drawings as bytes: a plate as SVG for the page and as PNG for the Dagster UI, the same bytes for the same plate.

The only module that sets up matplotlib: no window, no pyplot, its own folder for the list of fonts, letters as letters.
What is drawn belongs in the modules of the pictures.
"""

import logging
import os
import re
import sys
import unicodedata
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from io import BytesIO
from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

from pipelines.publish.pictures.plates import INK, LETTERS, LINE, MAIN, PAPER, SMALL, SOFT, STRONG, WIDTH, Panel, Plate
from pipelines.publish.wording import visible

if TYPE_CHECKING:
    from matplotlib.backends.backend_agg import FigureCanvasAgg

_SVG = "{http://www.w3.org/2000/svg}"
_LINK = "{http://www.w3.org/1999/xlink}href"
_COLOURS = {
    INK: "var(--ink)", SOFT: "var(--soft)", LINE: "var(--line)", PAPER: "var(--card)", MAIN: "var(--main)",
    STRONG: "var(--strong)",
}  # fmt: skip
# Fonts with the signs of East Asia, taken where the machine has one: matplotlib brings none.
_EAST_ASIAN = ("Noto Sans CJK SC", "Noto Sans CJK JP", "WenQuanYi Zen Hei", "Hiragino Sans", "Microsoft YaHei")
_PNG_DPI = 110
_PNG_COLOURS = 64
_MARGIN = 14.0
_LETTERS_PER_SIZE = 1.72  # letters of DejaVu Sans in a line of one unit of width, by size
_LINE_HEIGHT = 1.3
_STYLE: dict[Any, Any] = {
    "axes.edgecolor": SOFT,
    "font.size": LETTERS,
    "svg.fonttype": "none",
    "text.color": INK,
    "text.parse_math": False,
    "xtick.color": SOFT,
    "ytick.color": SOFT,
}


def svgs(plate: Plate, folder: Path) -> list[str]:
    """Each panel of `plate` as an inline `<svg>`; `folder` keeps matplotlib's list of fonts."""
    return [_svg(panel, f"{plate.name}-{number}", folder) for number, panel in enumerate(plate.panels, 1)]


def png(plate: Plate, folder: Path) -> bytes:
    """All of `plate`, with its sentences, as one PNG; `folder` keeps matplotlib's list of fonts."""
    with _drawing(folder, {"font.family": ["DejaVu Sans", *_east_asian(folder)]}):
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure

        columns = 1 if len(plate.panels) == 1 else 2
        width = columns * WIDTH + (columns + 1) * _MARGIN
        blocks: list[_Block] = []
        top = _MARGIN

        def write(words: str, left: float, size: float, room: float, **style: str) -> float:
            lines = wrap(_drawn(words), int(room / size * _LETTERS_PER_SIZE))
            blocks.append(_Block(left, top, size, "\n".join(lines), style))
            return len(lines) * size * _LINE_HEIGHT

        top += write(plate.title, _MARGIN, 13.5, width - 2 * _MARGIN, fontweight="bold") + 10
        drawn: list[tuple[float, float, Panel]] = []
        for begin in range(0, len(plate.panels), columns):
            row = list(enumerate(plate.panels[begin : begin + columns]))
            lefts = [_MARGIN + column * (WIDTH + _MARGIN) for column, _ in row]
            heads = [
                write(panel.title, left, LETTERS, WIDTH, fontweight="bold") + 6 if panel.title != plate.title else 0.0
                for left, (_, panel) in zip(lefts, row, strict=True)
            ]
            top += max(heads)
            drawn += [(left, top, panel) for left, (_, panel) in zip(lefts, row, strict=True)]
            top += max(panel.height for _, panel in row) + 16
        for note in plate.notes:
            top += write(note, _MARGIN, SMALL, width - 2 * _MARGIN, color=SOFT)
        height = top + _MARGIN

        figure = Figure(figsize=(width / 72, height / 72), dpi=_PNG_DPI, facecolor=PAPER)
        canvas = FigureCanvasAgg(figure)
        for block in blocks:
            style = {"color": INK, "va": "top", "linespacing": _LINE_HEIGHT, **block.style}
            figure.text(block.left / width, 1 - block.top / height, block.words, fontsize=block.size, **style)
        for left, begin_at, panel in drawn:
            figure.figimage(
                _pixels(panel),
                xo=round(left / 72 * _PNG_DPI),
                yo=round((height - begin_at - panel.height) / 72 * _PNG_DPI),
            )
        return _packed(canvas)


def _packed(canvas: "FigureCanvasAgg") -> bytes:
    """The drawing as a PNG of few colours, which is a third as large and looks the same."""
    from PIL import Image

    canvas.draw()
    picture = Image.frombytes("RGBA", canvas.get_width_height(), bytes(canvas.buffer_rgba())).convert("RGB")
    data = BytesIO()
    picture.quantize(_PNG_COLOURS, dither=Image.Dither.NONE).save(data, "PNG", optimize=True)
    return data.getvalue()


@dataclass(frozen=True, slots=True)
class _Block:
    """Lines of text with their place, in points from the top left."""

    left: float
    top: float
    size: float
    words: str
    style: dict[str, Any]


def _pixels(panel: Panel) -> Any:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(WIDTH / 72, panel.height / 72), dpi=_PNG_DPI, facecolor=PAPER)
    canvas = FigureCanvasAgg(figure)
    panel.draw(figure, _drawn)
    canvas.draw()
    return canvas.buffer_rgba()


def _svg(panel: Panel, name: str, folder: Path) -> str:
    with _drawing(folder, {"svg.hashsalt": name}):
        from matplotlib.backends.backend_svg import FigureCanvasSVG
        from matplotlib.figure import Figure

        figure = Figure(figsize=(WIDTH / 72, panel.height / 72), facecolor="none")
        canvas = FigureCanvasSVG(figure)
        panel.draw(figure, visible)
        data = BytesIO()
        nothing = dict.fromkeys(("Creator", "Date", "Format", "Type"))
        with warnings.catch_warnings():
            # A page's letters are found by its browser; here they are only measured.
            warnings.filterwarnings("ignore", message=r"Glyph .* missing from")
            canvas.print_svg(data, metadata=nothing)
    return _inline(data.getvalue(), name, panel)


def _inline(data: bytes, name: str, panel: Panel) -> str:
    """Matplotlib's SVG as part of a page: its own ids, no style for others, the page's colours and letters."""
    root = ElementTree.fromstring(data)
    used = set(re.findall(rb'(?:url\(|href=")#([^")]+)', data))
    for parent in root.iter():
        for child in list(parent):
            if child.tag in (f"{_SVG}metadata", f"{_SVG}style"):
                parent.remove(child)
    for element in root.iter():
        element.tag = element.tag.removeprefix(_SVG)
        attributes = dict(element.attrib)
        element.attrib.clear()
        for key, value in attributes.items():
            if key == "id":
                if value.encode() in used:
                    element.set("id", f"{name}-{value}")
            elif key == _LINK:
                element.set("href", f"#{name}-{value.removeprefix('#')}")
            elif key == "style":
                element.set("style", _style(value))
            else:
                element.set(key, value.replace("url(#", f"url(#{name}-"))
    box = root.get("viewBox", "")
    root.attrib.clear()
    root.attrib |= {"viewBox": box, "role": "img", "aria-labelledby": f"{name}-title {name}-desc"}
    for place, (tag, words) in enumerate((("title", panel.title), ("desc", panel.description))):
        element = ElementTree.Element(tag, {"id": f"{name}-{tag}"})
        element.text = visible(words)
        root.insert(place, element)
    return ElementTree.tostring(root, encoding="unicode")


def _style(value: str) -> str:
    kept = [part for part in value.split("; ") if not part.startswith(("font-family:", "font:"))]
    return re.sub(r"#[0-9a-f]{6}\b", lambda found: _COLOURS.get(found[0], found[0]), "; ".join(kept))


def _drawn(words: str) -> str:
    """Words that the fonts at hand can draw; others are named by their script, never drawn as empty boxes."""
    signs = _signs()
    parts: list[str] = []
    for sign in visible(words):
        if ord(sign) in signs or sign.isspace():
            parts.append(sign)
        elif unicodedata.category(sign) not in ("Mn", "Cf"):
            script = unicodedata.name(sign, "sign").split()[0]
            part = f"[{script if script == 'CJK' else script.capitalize()}]"
            if not parts or parts[-1] != part:
                parts.append(part)
    return "".join(parts)


@contextmanager
def _drawing(folder: Path, more: dict[Any, Any]) -> Iterator[None]:
    _load(folder)
    import matplotlib as mpl

    with mpl.rc_context():
        mpl.rcdefaults()  # whatever a matplotlibrc of this machine says
        mpl.rcParams.update({**_STYLE, **more})
        yield


@cache
def _load(folder: Path) -> None:
    """Import matplotlib with its list of fonts in `folder`, unless the person chose another place."""
    if "matplotlib.font_manager" in sys.modules:
        return
    chosen = os.environ.get("MPLCONFIGDIR")
    log = logging.getLogger("matplotlib.font_manager")
    level = log.level
    log.setLevel(logging.ERROR)
    if not chosen:
        folder.mkdir(parents=True, exist_ok=True)
        os.environ["MPLCONFIGDIR"] = str(folder)
    try:
        import_module("matplotlib.font_manager")
        import_module("matplotlib").get_configdir()  # remembered from here on
    finally:
        log.setLevel(level)
        if not chosen:
            os.environ.pop("MPLCONFIGDIR", None)


@cache
def _east_asian(folder: Path) -> tuple[str, ...]:
    _load(folder)
    from matplotlib.font_manager import fontManager

    there = set(fontManager.get_font_names())
    return tuple(name for name in _EAST_ASIAN if name in there)


@cache
def _signs() -> frozenset[int]:
    import matplotlib as mpl
    from matplotlib.font_manager import findfont, get_font

    found: set[int] = set()
    for family in mpl.rcParams["font.family"]:
        found |= get_font(findfont(family)).get_charmap().keys()
    return frozenset(found)
