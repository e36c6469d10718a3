"""A pattern that is not tried could not have matched: what is left out is never missed."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from pipelines.extraction import pack as packs
from pipelines.extraction.needles import Sieve, needs
from pipelines.extraction.pack import Expression, InvalidPack, available, load
from pipelines.extraction.text import fold
from pipelines.settings import ROOT

ITEMS_OF_A_LANGUAGE = 40


@pytest.mark.parametrize(
    ("expression", "words", "width"),
    [
        ("next year", {"next year"}, 9),
        ("(?<!\\w)(?:next|coming) year(?!\\w)", {"next year", "coming year"}, 12),
        ("favou?r", {"favour", "favor"}, 6),
        ("(?:the )?end", {"end", "the end"}, 7),
        ("h(?P<n>\\d) (?P<year>20[0-4]\\d)", {"200", "201", "202", "203", "204"}, 7),
        ("ship\\w+ to", {"ship"}, None),
        ("from .{0,40}? to", {"from "}, 48),
        ("(?:a|b*)c", {"c"}, None),
        ("(?:a|b*)", set(), None),
        ("[ab]c", {"ac", "bc"}, 2),
        ("[^a]bc", {"bc"}, 3),
        ("a-c[a-c]", {"a-ca", "a-cb", "a-cc"}, 4),
        ("q[0-9a]", {f"q{digit}" for digit in "0123456789a"}, 2),
        ("q[a-z-]", {"q"}, 2),
        ("1\\.5(?= m)", {"1.5"}, 5),
        ("(?:ab){2,3}c", {"ab"}, 7),
        ("(?P<a>x)(?P=a)yz", {"yz"}, None),
        ("(?i)abc", set(), None),
        ("ab)c", set(), None),
        ("[ab", set(), None),
        ("\\u00e9t", set(), None),
    ],
)
def test_what_an_expression_needs(expression: str, words: set[str], width: int | None) -> None:
    found = needs(expression)

    assert (set(found.words), found.width) == (words, width)


@dataclass(frozen=True)
class _Row:
    pattern: Expression


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        ("(?<!x)a{1,3}b", "aaab xab aab" * 3),
        ("ab|abc", "abcab abc"),
        ("(?:in )?may(?= 20\\d\\d)", "may 2024 in may 2025, in may 202, maymay 2024"),
        ("may(?! 20\\d\\d)", "may 2024, may 202"),
        ("a.{0,3}b", "a12b a123b aab abab b a b"),
        ("x+y", "xxxxxy y xy"),
        ("(?:$|end) ?of it", "end of it"),
    ],
)
def test_the_stretches_around_needed_words_give_all_matches(expression: str, text: str) -> None:
    sieve = Sieve([_Row(Expression(expression, "test"))])

    assert [m.span() for _, m in sieve.matches(text)] == [m.span() for m in re.finditer(expression, text)]


def texts(code: str) -> Iterator[str]:
    """Folded texts of a language, and sentences in which names and numbers are marked as abstracted ones are."""
    lines = (ROOT / "tests" / "gold" / f"{code}.jsonl").read_text("utf-8").splitlines()
    for line in [*lines[:ITEMS_OF_A_LANGUAGE], *(json.dumps({"text": e.text}) for e in load(code).examples)]:
        text = json.loads(line)["text"]
        yield fold(text)
        marked = re.sub(r"[A-Z][\w.]*(?: [A-Z][\w.]*)*|[\u30a0-\u30ff]{3,}", packs.PARTY, text)
        marked = re.sub(r"\d[\d,.]*(?: ?[a-zA-Z]+)?", packs.GOODS, marked)
        yield fold(marked.replace("\n", " "))


@pytest.mark.parametrize("code", available())
def test_a_pack_finds_what_its_patterns_would_find_on_whole_texts(code: str) -> None:
    pack = load(code)
    tried = found = 0
    for text in texts(code):
        for rows, sieve in ((pack.periods, pack.period_sieve), (pack.gapped, pack.gapped_sieve)):
            whole = [(row, m.span()) for row in rows for m in row.pattern.compiled.finditer(text)]
            assert [(row, m.span()) for row, m in sieve.matches(text)] == whole
            found += len(whole)
        passed = pack.role_sieve.passed(text)
        wanted = [row for row in pack.roles if row.pattern.compiled.search(text)]
        assert [row for row in passed if row in wanted] == wanted
        tried += len(passed)
        found += len(wanted)

    assert found > 0
    assert tried < len(pack.roles) * sum(1 for _ in texts(code)) / 3


@pytest.mark.parametrize("code", available())
def test_every_expression_of_a_pack_is_one(code: str) -> None:
    pack = load(code)

    assert all(row.pattern.compiled for rows in (pack.periods, pack.gapped, pack.roles) for row in rows)
    assert all(pack.patterns[key] or not pack.words[key] for key in pack.patterns)


def test_an_expression_that_is_none_says_where_it_stands() -> None:
    with pytest.raises(InvalidPack, match=r"xx\.toml: roles\.for: '\(' is no expression: .* Correct it"):
        assert Expression("(", "xx.toml: roles.for: '('").compiled
