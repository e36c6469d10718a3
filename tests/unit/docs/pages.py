"""The pages that explain the project, taken apart: fenced blocks, links, tables. What they must say is in the tests."""

import re
from dataclasses import dataclass
from pathlib import Path

from pipelines.settings import ROOT

PAGES = ("README.md", "CONTRIBUTING.md", *sorted(f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md")))
_FENCE = re.compile(r"^ *```(?P<kind>\w*)\n(?P<body>.*?)^ *```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\]\((?P<target>[^()\s]+)\)")
_HEADING = re.compile(r"^#+ (?P<text>.+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block: where its body begins, what it is marked as, and what it holds."""

    page: str
    line: int
    kind: str
    body: str

    @property
    def place(self) -> str:
        """The block's place, for a test's name."""
        return f"{self.page}:{self.line}"


def page(name: str) -> str:
    """The text of a page."""
    return (ROOT / name).read_text(encoding="utf-8")


def prose(name: str) -> str:
    """The text of a page without its fenced blocks."""
    return _FENCE.sub("", page(name))


def blocks(kind: str, names: tuple[str, ...] = PAGES) -> list[Block]:
    """All blocks of one kind in the pages, in order."""
    found = []
    for name in names:
        text = page(name)
        for fence in _FENCE.finditer(text):
            if fence["kind"] == kind:
                found.append(Block(name, text.count("\n", 0, fence.start("body")) + 1, kind, fence["body"]))
    return found


def links(name: str) -> list[str]:
    """The targets of the links and images of a page."""
    return [link["target"] for link in _LINK.finditer(prose(name))]


def anchors(path: Path) -> set[str]:
    """The anchors that the headings of a page make."""
    headings = _HEADING.findall(_FENCE.sub("", path.read_text(encoding="utf-8")))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def table(name: str, heading: str) -> list[list[str]]:
    """The rows of the first table below a heading, without its header."""
    section = page(name).split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]
    rows = [line for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows[2:]]
