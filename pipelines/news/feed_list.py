"""Which feeds are read: `feeds.toml` and what the environment adds. Fetching them belongs in `fetching`."""

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from pipelines.news.languages import normalise_language

_KEYS = {"url", "source", "language"}
_BETWEEN_URLS = re.compile(r"\s+|,(?=\s|$|[A-Za-z][A-Za-z0-9+.-]*://)")
_EXTRA = "WAYBILL_FEEDS"


class FeedListError(ValueError):
    """A feed list that cannot be used; the text names the file, the key, and what to do."""


@dataclass(frozen=True, slots=True)
class FeedSource:
    """A feed to read: its address, the name that its items have as source, its language where it names none."""

    url: str
    source: str
    language: str | None = None


def load_feeds(path: Path, extra: str | None = None) -> list[FeedSource]:
    """The feeds of the TOML file `path`, then those of `extra` that it does not have.

    `extra` is what WAYBILL_FEEDS holds: addresses separated by blanks or commas (their host is then the source), or
    the path of a TOML file of the same form. Raises FeedListError.
    """
    feeds = _from_file(path)
    known = {feed.url for feed in feeds}
    return feeds + [feed for feed in _from_extra((extra or "").strip()) if feed.url not in known]


def _from_extra(extra: str) -> list[FeedSource]:
    if not extra:
        return []
    if "://" not in extra:
        path = Path(extra).expanduser()
        if not path.is_file():
            raise FeedListError(f"{_EXTRA}: {extra!r} is neither an address (https://…) nor a file; correct it")
        return _from_file(path)
    urls = dict.fromkeys(url for url in _BETWEEN_URLS.split(extra) if url)
    return [FeedSource(_address(url, _EXTRA), urlsplit(url).hostname or url) for url in urls]


def _from_file(path: Path) -> list[FeedSource]:
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise FeedListError(f"{path}: no such file; create it, empty if no feed is read") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise FeedListError(f"{path}: not valid TOML: {error}; correct it") from error
    for key in content:
        if key != "feed":
            raise FeedListError(f"{path}: key `{key}` is unknown; a feed list holds only [[feed]] tables")
    tables = content.get("feed", [])
    if not isinstance(tables, list):
        raise FeedListError(f"{path}: key `feed` is not a list; write [[feed]] with two brackets")
    feeds: list[FeedSource] = []
    for number, table in enumerate(tables, start=1):
        feed = _from_table(table, f"{path}: feed {number}")
        if any(feed.url == other.url for other in feeds):
            raise FeedListError(f"{path}: feed {number}, key `url`: {feed.url} is listed twice; remove one")
        feeds.append(feed)
    return feeds


def _from_table(table: object, place: str) -> FeedSource:
    if not isinstance(table, dict):
        raise FeedListError(f"{place} is not a table; write [[feed]] and its keys below it")
    for key in table:
        if key not in _KEYS:
            raise FeedListError(f"{place}, key `{key}` is unknown; keys are url, source, language")
    for key in ("url", "source"):
        value = table.get(key)
        if not isinstance(value, str) or not value.strip():
            raise FeedListError(f"{place}, key `{key}` is missing or no text; every feed needs url and source")
    language = table.get("language")
    code = normalise_language(language) if isinstance(language, str) else None
    if language is not None and code is None:
        raise FeedListError(f"{place}, key `language`: {language!r} is no language code; write en, fr, zh, …")
    return FeedSource(_address(table["url"].strip(), f"{place}, key `url`"), table["source"].strip(), code)


def _address(url: str, place: str) -> str:
    try:
        parts = urlsplit(url)
        usable = parts.scheme.lower() in ("http", "https") and bool(parts.hostname)
        _ = parts.port
    except ValueError:
        usable = False
    if not usable:
        raise FeedListError(f"{place}: {url!r} is no http or https address; write https://…")
    return url
