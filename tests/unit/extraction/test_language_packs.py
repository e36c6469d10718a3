"""Every language pack reads its own examples: each gives the claims beside it, and no others."""

from dataclasses import asdict
from datetime import date
from typing import Any

import pytest

from pipelines.extraction import pack as packs
from pipelines.extraction.engine import Extractor
from pipelines.extraction.pack import Example, InvalidPack, available, load
from pipelines.extraction.periods import month_days

MISSED = (
    "xAI and X are tied together, and Musk wants",  # the item's own party takes the place of the person who wants
    "xAI et X étant liées",
    "Nvidia a tranché. Tesla devra attendre",  # right, but taken for unlikely: a sum without a product
    "Der Anbieter Nscale hat im Mai von Dell",  # a company that nobody knows takes the place of who is known
    "Tesla had earlier said that it would increase",  # "to … from" the other way round
    "According to an internal Nvidia memo",  # the founder's own wish goes to the company named before him
    "Le nombre de H100 de Tesla doit passer",
    "En échange des 12 000 H100 cédés à X",
    "Un mémo de Nvidia indique que Musk a priorisé",
    "腾讯库存的H800不少",
    "Tesla's loss was X's gain",  # a holding beside the swap
    "Estados Unidos concedió a Microsoft una licencia",  # where the goods go in place of who may send them
    "un memo de nvidia dit que musk a fait livrer X",  # the two names before the wish take it
    "mémo nvidia : musk fait passer X avant tesla",
    "Nvidia préfère X pour ses GPU",  # right, but taken for unlikely: a sum without a product
    "オラクルとxAIが進めていた100億ドル規模",  # who lets as one who cancels
    "A AWS proporcionará à OpenAI acesso",  # without who lets
)
"""How the examples begin that the learned decisions do not read yet. Strict: one that is read has to leave the list."""


def _marks(example: Example) -> list[pytest.MarkDecorator]:
    missed = example.text.startswith(MISSED)
    return [pytest.mark.xfail(strict=True, reason="the learned decisions do not read it yet")] if missed else []


CASES = [
    pytest.param(code, example, id=f"{code}-{number}", marks=_marks(example))
    for code in available()
    for number, example in enumerate(load(code).examples)
]


def comparable(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


@pytest.mark.parametrize(("code", "example"), CASES)
def test_an_example_gives_its_claims(extractor: Extractor, code: str, example: Example) -> None:
    start, end = month_days(example.published) if example.published else (None, None)
    found = extractor.extract(
        example.text, language=code, published_start=start, published_end=end, title=example.title
    )

    claims = [asdict(claim) for claim in found.claims]
    for expected in example.claims:
        match = next((c for c in claims if all(comparable(c[key]) == value for key, value in expected.items())), None)
        assert match is not None, (
            f"{expected} is not among {[(c.event, c.from_entity, c.to_entity, c.product) for c in found.claims]}"
        )
        claims.remove(match)
    assert [(c["event"], c["from_entity"], c["to_entity"], c["quote"]) for c in claims] == []


@pytest.mark.parametrize("code", available())
def test_a_pack_has_examples_with_and_without_claims(code: str) -> None:
    examples = load(code).examples

    assert any(example.claims for example in examples)
    assert any(not example.claims for example in examples)


def test_alternatives_are_written_out() -> None:
    assert packs.alternatives("{a|the} chip{|s}") == ["a chip", "a chips", "the chip", "the chips"]


def test_an_unreadable_pack_says_which_file_and_why(tmp_path: Any) -> None:
    (tmp_path / "xx.toml").write_text("decimal = ", encoding="utf-8")

    with pytest.raises(InvalidPack, match=r"xx\.toml: cannot be read"):
        load("xx", tmp_path)


def test_a_pack_without_a_key_says_which(tmp_path: Any) -> None:
    (tmp_path / "xx.toml").write_text("[inflections]\n[numbers]\n[time]\n", encoding="utf-8")

    with pytest.raises(InvalidPack, match="the key 'words' is missing"):
        load("xx", tmp_path)
