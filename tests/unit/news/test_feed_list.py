from pathlib import Path

import pytest

from pipelines.news.feed_list import FeedListError, FeedSource, load_feeds

DESK = '[[feed]]\nurl = "https://desk.example.org/rss"\nsource = "The Desk"\nlanguage = "en-GB"\n'
JOURNAL = '[[feed]]\nurl = "https://journal.example.org/rss?a=1,2"\nsource = "Le Journal"\n'
DESK_FEED = FeedSource("https://desk.example.org/rss", "The Desk", "en")
JOURNAL_FEED = FeedSource("https://journal.example.org/rss?a=1,2", "Le Journal")


@pytest.fixture
def listed(tmp_path: Path) -> Path:
    path = tmp_path / "feeds.toml"
    path.write_text(DESK + JOURNAL, encoding="utf-8")
    return path


def test_the_list_is_read_in_its_order(listed: Path) -> None:
    assert load_feeds(listed, None) == [DESK_FEED, JOURNAL_FEED]


def test_the_list_that_comes_with_waybill_is_empty() -> None:
    assert load_feeds(Path(__file__).parents[3] / "reference" / "feeds.toml", None) == []


@pytest.mark.parametrize(
    "extra",
    [
        "https://a.example.org/rss https://b.example.org/x,y",
        "https://a.example.org/rss,https://b.example.org/x,y",
        " https://a.example.org/rss,\n\thttps://b.example.org/x,y, ",
        "https://a.example.org/rss https://desk.example.org/rss https://a.example.org/rss https://b.example.org/x,y",
    ],
)
def test_addresses_are_added_with_their_host_as_source(listed: Path, extra: str) -> None:
    assert load_feeds(listed, extra)[2:] == [
        FeedSource("https://a.example.org/rss", "a.example.org"),
        FeedSource("https://b.example.org/x,y", "b.example.org"),
    ]


def test_a_list_of_ones_own_is_added(listed: Path, tmp_path: Path) -> None:
    own = tmp_path / "my own, feeds.toml"
    own.write_text(DESK + '[[feed]]\nurl = "http://own.example.org/"\nsource = "Own"\n', encoding="utf-8")

    assert load_feeds(listed, str(own))[2:] == [FeedSource("http://own.example.org/", "Own")]


@pytest.mark.parametrize("extra", [None, "", "  \n"])
def test_nothing_is_added_where_nothing_is_set(listed: Path, extra: str | None) -> None:
    assert len(load_feeds(listed, extra)) == 2


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("[[feed]\n", ": not valid TOML: "),
        ("[feed]\nurl = 'https://a.example.org'", ": key `feed` is not a list"),
        ("feed = [1]", ": feed 1 is not a table"),
        ("feeds = []", ": key `feeds` is unknown"),
        (DESK + "[[feed]]\nsource = 'A'", ": feed 2, key `url` is missing or no text"),
        ("[[feed]]\nurl = 'https://a.example.org'", ": feed 1, key `source` is missing or no text"),
        ("[[feed]]\nurl = 'https://a.example.org'\nsource = 5", ": feed 1, key `source` is missing or no text"),
        (
            "[[feed]]\nurl = 'ftp://a.example.org'\nsource = 'A'",
            ": feed 1, key `url`: 'ftp://a.example.org' is no http",
        ),
        ("[[feed]]\nurl = 'https://'\nsource = 'A'", ": feed 1, key `url`: 'https://' is no http"),
        ("[[feed]]\nurl = 'http://a:port/'\nsource = 'A'", ": feed 1, key `url`: 'http://a:port/' is no http"),
        (DESK.replace("en-GB", "English"), ": feed 1, key `language`: 'English' is no language code"),
        (DESK + "lang = 'en'", ": feed 1, key `lang` is unknown; keys are url, source, language"),
        (DESK + DESK, ": feed 2, key `url`: https://desk.example.org/rss is listed twice"),
    ],
)
def test_a_list_that_cannot_be_used_names_file_and_key(tmp_path: Path, content: str, why: str) -> None:
    path = tmp_path / "feeds.toml"
    path.write_text(content, encoding="utf-8")

    with pytest.raises(FeedListError) as caught:
        load_feeds(path)

    assert str(caught.value).startswith(f"{path}{why}")


@pytest.mark.parametrize(
    ("extra", "why"),
    [
        ("ftp://a.example.org/", "WAYBILL_FEEDS: 'ftp://a.example.org/' is no http or https address"),
        ("https://a.example.org/ b", "WAYBILL_FEEDS: 'b' is no http or https address"),
        ("no-such-file.toml", "WAYBILL_FEEDS: 'no-such-file.toml' is neither an address (https://…) nor a file"),
    ],
)
def test_an_addition_that_cannot_be_used_names_the_variable(listed: Path, extra: str, why: str) -> None:
    with pytest.raises(FeedListError) as caught:
        load_feeds(listed, extra)

    assert str(caught.value).startswith(why)


def test_a_list_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(FeedListError, match="no such file; create it"):
        load_feeds(tmp_path / "feeds.toml")
