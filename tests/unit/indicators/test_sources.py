"""The list of what is asked for: each request spelled out, and what is wrong with a list that cannot be used."""

from datetime import date
from pathlib import Path

import pytest

from pipelines.indicators.sources import SOURCES, PublicSourcesError, load_public_sources
from pipelines.settings import ROOT

TODAY = date(2024, 7, 15)


def load(tmp_path: Path, text: str) -> list[tuple[str, str, bool]]:
    path = tmp_path / "public_sources.toml"
    path.write_text(text, encoding="utf-8")
    (source,) = load_public_sources(path, TODAY).values()
    return [(one.name, one.url, one.settled) for one in source.requests]


def test_one_request_for_each_combination_of_the_lists(tmp_path: Path) -> None:
    text = '[sec]\nurl = "http://h/{a}/{b}"\nname = "{a}-{b}"\na = ["1", "2"]\nb = ["x", "y"]\n'
    assert [name for name, _, _ in load(tmp_path, text)] == ["1-x", "1-y", "2-x", "2-y"]


def test_months_run_to_the_last_that_ended_the_newest_first(tmp_path: Path) -> None:
    text = '[taiwan]\nurl = "http://h/{roc_year}_{month_number}"\nname = "{period}"\nfirst_month = "2023-11"\n'
    found = load(tmp_path, text)
    assert [name for name, _, _ in found] == [
        "202406", "202405", "202404", "202403", "202402", "202401", "202312", "202311",
    ]  # fmt: skip
    assert found[0][1] == "http://h/113_6"
    assert [name for name, _, settled in found if settled] == ["202401", "202312", "202311"]


def test_the_shipped_list_can_be_used() -> None:
    listed = load_public_sources(ROOT / "reference" / "public_sources.toml", TODAY)
    assert tuple(listed) == SOURCES
    assert all(one.url.startswith("https://") for source in listed.values() for one in source.requests)
    assert listed["sec"].requests_per_second <= 10


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[edgar]\n", "no such source"),
        ("sec = 1\n", "is not a table"),
        ('[sec]\nurl = "http://h"\n', "key `name` is missing"),
        ('[sec]\nurl = "http://h/{cik}"\nname = "a"\n', "key `cik` is missing"),
        ('[sec]\nurl = "http://h"\nname = "a"\ncik = ["1"]\n', "key `cik` is unknown"),
        ('[sec]\nurl = "http://h/{cik}"\nname = "a"\ncik = [1]\n', "write a list of texts"),
        ('[sec]\nurl = "http://h/{cik}"\nname = "a"\ncik = ["1", "2"]\n', "two requests would have one name"),
        ('[sec]\nurl = "http://h/{0}"\nname = "a"\n', "no plain name"),
        ('[sec]\nurl = "http://h/{"\nname = "a"\n', "unpaired braces"),
        ('[sec]\nurl = "http://h/{month}"\nname = "{month}"\n', "key `first_month`"),
        ('[sec]\nurl = "http://h"\nname = "a"\nrequests_per_second = 0\n', "no number above 0"),
        ("[sec", "not valid TOML"),
    ],
)
def test_a_list_that_cannot_be_used_says_what_and_where(tmp_path: Path, text: str, reason: str) -> None:
    with pytest.raises(PublicSourcesError, match=reason) as caught:
        load(tmp_path, text)
    assert "public_sources.toml" in str(caught.value)
