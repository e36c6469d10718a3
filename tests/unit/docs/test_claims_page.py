import csv
import re
from dataclasses import asdict, dataclass, fields
from datetime import date
from typing import Any, get_args

import pytest

from pipelines.extraction import claim
from pipelines.extraction.engine import Extractor
from pipelines.extraction.vocabulary import vocabulary_from
from pipelines.reference import load_reference
from pipelines.settings import ROOT
from tests.unit.docs.pages import blocks, table

PAGE = "docs/claims.md"
_SENTENCE = re.compile(r"^\[(?P<language>\w+), (?P<published>[\d-]+)\] (?P<text>.+)$")
_NOT_SHOWN = {"quote", "quote_start", "quote_end", "confidence", "slots"}


@dataclass(frozen=True, slots=True)
class Example:
    language: str
    published: date
    text: str
    claims: tuple[dict[str, str], ...]


def _examples() -> list[Example]:
    found: list[Example] = []
    for block in blocks("claims", (PAGE,)):
        for paragraph in block.body.strip().split("\n\n"):
            first, *rest = paragraph.split("\n")
            sentence = _SENTENCE.match(first)
            assert sentence, f"{block.place}: {first!r} is not '[language, day] sentence'"
            stated = [" ".join(part.split()) for part in "\n".join(rest).split("→") if part.strip()]
            shown = [dict(field.split(" ", 1) for field in part.split("; ")) for part in stated if part != "nothing"]
            found.append(
                Example(sentence["language"], date.fromisoformat(sentence["published"]), sentence["text"], tuple(shown))
            )
            assert stated, f"{block.place}: no '→' below {first!r}"
    return found


def _shown(value: Any) -> str:
    return f"{value:.0f}" if isinstance(value, float) else str(value)


@pytest.fixture(scope="module")
def extractor() -> Extractor:
    return Extractor(vocabulary_from(load_reference(ROOT / "reference")))


def _names(heading: str) -> list[str]:
    return [name for row in table(PAGE, heading) for name in re.findall(r"`(\w+)`", row[0])]


def test_every_field_of_a_claim_is_described_and_no_other() -> None:
    assert sorted(_names("Fields")) == sorted(field.name for field in fields(claim.Claim))


def test_every_event_is_described_and_no_other() -> None:
    assert _names("Events") == list(get_args(claim.Event))


def test_every_certainty_is_described_and_no_other() -> None:
    assert _names("Certainty") == list(get_args(claim.Certainty))


def test_every_unit_of_a_count_is_named() -> None:
    (unit,) = [row[1] for row in table(PAGE, "Fields") if row[0] == "`quantity_unit`"]
    assert re.findall(r"`(\w+)`", unit) == list(get_args(claim.QuantityUnit))


def test_the_durations_are_those_of_the_reference() -> None:
    lines = (ROOT / "reference" / "durations.csv").read_text(encoding="utf-8").splitlines()
    curated = list(csv.reader(line for line in lines if not line.startswith("#")))[1:]
    assert [[row[0].strip("`"), *row[1:]] for row in table(PAGE, "Durations")] == curated


def test_every_event_and_certainty_is_shown_in_an_example() -> None:
    shown = [one for example in _examples() for one in example.claims]
    assert {one["event"] for one in shown} == set(get_args(claim.Event))
    assert {one["certainty"] for one in shown} == set(get_args(claim.Certainty))
    assert {example.language for example in _examples()} >= {"en", "fr"}
    assert any(not example.claims for example in _examples())


@pytest.mark.parametrize("example", _examples(), ids=lambda example: example.text[:50])
def test_an_example_gives_the_claims_that_the_page_shows(example: Example, extractor: Extractor) -> None:
    found = extractor.extract(
        example.text,
        language=example.language,
        published_start=example.published,
        published_end=example.published,
    )
    given = [
        {name: _shown(value) for name, value in asdict(one).items() if value is not None and name not in _NOT_SHOWN}
        for one in found.claims
    ]
    assert given == list(example.claims)
    for one in found.claims:
        assert example.text[one.quote_start : one.quote_end] == one.quote
