import datetime
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import asdict
from datetime import date
from pathlib import Path

import duckdb
import pytest

from pipelines.extraction.engine import Extractor
from pipelines.extraction.vocabulary import vocabulary_from
from pipelines.reference import load_reference
from pipelines.settings import ROOT
from tests.unit.docs.pages import Block, blocks, page

pytestmark = pytest.mark.xdist_group("main_job")
QUERIES = [block for block in blocks("sql") if not block.body.startswith("--")]
PROGRAMS = blocks("python")


@pytest.fixture(scope="module")
def ledger(home: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(home / "published" / "waybill.duckdb"), read_only=True) as connection:
        yield connection


def _cell(value: object) -> str:
    if value is None:
        return ""
    return value.isoformat() if isinstance(value, datetime.date) else str(value)


def _answer(ledger: duckdb.DuckDBPyConnection, query: str) -> list[list[str]]:
    result = ledger.execute(query)
    names = [name for name, *_ in result.description or ()]
    return [names, *([_cell(value) for value in row] for row in result.fetchall())]


def _table_after(name: str, line: int) -> list[list[str]]:
    """The markdown table that follows a line of a page, before any other text; empty where none does."""
    below = "\n".join(page(name).splitlines()[line:]).lstrip("\n")
    rows = re.match(r"(?:\|.*\n)*", below)
    cells = [[cell.strip() for cell in row[1:-1].split("|")] for row in (rows[0] if rows else "").splitlines()]
    return [row for number, row in enumerate(cells) if number != 1]


def _line_of_end(block: Block) -> int:
    return block.line + block.body.count("\n")


def test_each_of_the_four_questions_has_its_query() -> None:
    headings = (
        "Who gained and lost what",
        "What is late, and by how much",
        "What was planned",
        "What a number rests on",
    )
    text = page("README.md")
    for heading in headings:
        section = text.split(f"\n### {heading}\n", 1)[1].split("\n#", 1)[0]
        assert "```sql" in section


@pytest.mark.parametrize("query", QUERIES, ids=lambda block: block.place)
def test_a_query_runs_and_finds_rows(query: Block, ledger: duckdb.DuckDBPyConnection) -> None:
    assert len(_answer(ledger, query.body)) > 1


@pytest.mark.parametrize("query", QUERIES, ids=lambda block: block.place)
def test_an_answer_shown_below_a_query_is_its_answer(query: Block, ledger: duckdb.DuckDBPyConnection) -> None:
    shown = _table_after(query.page, _line_of_end(query))
    if shown:
        assert _answer(ledger, query.body) == shown


def test_the_first_table_of_the_readme_is_the_answer_to_its_first_query(ledger: duckdb.DuckDBPyConnection) -> None:
    lines = page("README.md").splitlines()
    first = next(number for number, line in enumerate(lines) if line.startswith("|"))
    query = next(block for block in QUERIES if block.page == "README.md")
    assert _table_after("README.md", first) == _answer(ledger, query.body)


def test_some_answers_are_shown() -> None:
    assert any(_table_after(query.page, _line_of_end(query)) for query in QUERIES)


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda block: block.place)
def test_a_program_runs_beside_the_published_files(program: Block, home: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-W", "error", "-c", program.body],
        cwd=home.parent,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (ran.returncode, ran.stderr) == (0, "")


def test_the_published_files_are_those_that_the_readme_names(home: Path) -> None:
    (sentence,) = re.findall(r"`var/published/` holds (.+?)\n\n", page("README.md"), re.DOTALL)
    named = re.findall(r"`([\w.]+)`", sentence.split(". ")[0])
    assert named
    assert [name for name in named if not (home / "published" / name).is_file()] == []


def test_what_a_home_holds_is_what_the_architecture_lists(home: Path) -> None:
    listing = page("docs/architecture.md").split("\n## Storage\n")[1].split("\n\n|")[0]
    listed = {name.rstrip("/") for name in re.findall(r"^ {6}([\w.]+/?) ", listing, re.MULTILINE)}
    assert listed == {path.name for path in home.iterdir()}


def test_the_example_of_a_verb_gives_its_claims() -> None:
    (block,) = blocks("toml", ("CONTRIBUTING.md",))
    (example,) = tomllib.loads(block.body)["examples"]
    day = date.fromisoformat(example["published"])
    extractor = Extractor(vocabulary_from(load_reference(ROOT / "reference")), languages=["fr"])
    found = extractor.extract(example["text"], language="fr", published_start=day, published_end=day)
    given = [
        {name: asdict(one)[name] for name in stated}
        for one, stated in zip(found.claims, example["claims"], strict=True)
    ]
    assert given == example["claims"]
