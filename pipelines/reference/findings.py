"""What is wrong in the reference data: one problem with its place, and all that were found so far.

How problems are found stays out: cells are reading.py's, contradictions between rows checks.py's and matching.py's.
"""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong in the reference data, where it stands, why it is wrong and what to do."""

    file: str
    line: int
    column: str
    what: str
    why: str
    to_do: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.column}: {self.what}. {self.why}. {self.to_do}."


@dataclass(slots=True)
class Findings:
    """The problems found so far, where each row stands (by its identity), and file and id of rows not readable."""

    problems: list[Problem] = field(default_factory=list)
    places: dict[int, tuple[str, int]] = field(default_factory=dict)
    broken: set[tuple[str, str]] = field(default_factory=set)

    def report(self, row: object, column: str, what: str, why: str, to_do: str) -> None:
        """Adds a problem of a row that was read."""
        file, line = self.places[id(row)]
        self.problems.append(Problem(file, line, column, what, why, to_do))
