"""The part of `docs/extraction.md` that a command writes: the scores of the shipped test set, between two marks.

What the page says otherwise is written by hand.
"""

from pathlib import Path

from pipelines.settings import ROOT

PAGE = ROOT / "docs" / "extraction.md"
BEGIN = "<!-- scores: written by `make score PAGE=1` -->"
END = "<!-- end of scores -->"


def with_scores(page: str, scores: str) -> str:
    """The page with `scores` between its marks. Raises ValueError where a mark is missing."""
    if page.count(BEGIN) != 1 or page.count(END) != 1 or page.index(BEGIN) > page.index(END):
        raise ValueError(f"the page needs one line {BEGIN!r}, and below it one line {END!r}: put them back")
    head, rest = page.split(BEGIN)
    return f"{head}{BEGIN}\n\n{scores.strip()}\n\n{END}{rest.split(END)[1]}"


def write_scores(scores: str, path: Path = PAGE) -> None:
    """Write `scores` into the page at `path`."""
    path.write_text(with_scores(path.read_text(encoding="utf-8"), scores), encoding="utf-8")
