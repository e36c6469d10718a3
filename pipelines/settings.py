"""Where Waybill reads and writes, and on which day: everything that the environment may set, read once a run.

No other module reads the environment. Defaults point at the embedded sample and at `var/` beside the code.
"""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

from pipelines.extraction.confidence import default_min_confidence

ROOT = Path(__file__).resolve().parents[1]


class InvalidSetting(ValueError):
    """A setting of the environment that cannot be used; the message names it and says what it takes."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one run. Folders are absolute; `as_of` is the day up to which open lots are late.

    `memory` is how much DuckDB may use, as it writes it (5GB); what needs more is put aside in a folder below `home`.
    Claims below `min_confidence` (0 to 1) wait in `claims.review` and do not enter `records`.
    """

    home: Path
    news_dir: Path
    supplier_dir: Path
    reference_dir: Path
    feeds: str | None
    as_of: date
    lock_wait_seconds: float
    alert_webhook: str | None
    public_dir: Path
    claims_dir: Path | None = None
    min_confidence: float = 0.0
    memory: str = "5GB"
    sources: tuple[str, ...] = ()
    contact: str | None = None
    census_key: str | None = field(default=None, repr=False)
    comtrade_key: str | None = field(default=None, repr=False)

    @property
    def dagster_home(self) -> Path:
        """Dagster's own state: runs, events, schedules."""
        return self.home / "dagster"

    @property
    def lake(self) -> Path:
        """Parquet, append-only: raw and claims."""
        return self.home / "lake"

    @property
    def warehouse(self) -> Path:
        """The DuckDB file of everything after claims; deleting it loses nothing."""
        return self.home / "warehouse.duckdb"

    @property
    def published(self) -> Path:
        """What others read; swapped in whole."""
        return self.home / "published"

    @property
    def sql_dir(self) -> Path:
        """The models, one SELECT a file."""
        return ROOT / "sql"

    @property
    def sql_parameters(self) -> dict[str, date | float]:
        """What the models may ask for, by name: `$as_of`, `$min_confidence`."""
        return {"as_of": self.as_of, "min_confidence": self.min_confidence}


def _folder(environment: Mapping[str, str], name: str, default: Path) -> Path:
    value = environment.get(name, "").strip()
    return (Path(value).expanduser() if value else default).absolute()


def _day(environment: Mapping[str, str], name: str, today: date) -> date:
    value = environment.get(name, "").strip()
    if not value:
        return today
    try:
        return date.fromisoformat(value)
    except ValueError:
        message = f"{name}={value!r} is not a day: write it as 2024-06-05, or leave it unset for today"
        raise InvalidSetting(message) from None


def _seconds(environment: Mapping[str, str], name: str, default: float) -> float:
    value = environment.get(name, "").strip()
    try:
        seconds = float(value) if value else default
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds < float("inf"):
        raise InvalidSetting(f"{name}={value!r} is not a number of seconds: write 0 or more, for example 600")
    return seconds


def _share(environment: Mapping[str, str], name: str) -> float:
    value = environment.get(name, "").strip()
    try:
        share = float(value) if value else default_min_confidence()
    except ValueError as error:
        if not value:
            raise InvalidSetting(str(error)) from error
        share = -1.0
    if not 0 <= share <= 1:
        raise InvalidSetting(f"{name}={value!r} is no confidence: write a number from 0 to 1, for example 0.8")
    return share


def _memory(environment: Mapping[str, str], name: str) -> str:
    value = environment.get(name, "").strip().upper().replace(" ", "")
    if value and not re.fullmatch(r"\d+(\.\d+)?[MG]B", value):
        raise InvalidSetting(f"{name}={value!r} is no amount of memory: write it as 5GB or 800MB")
    return value or _usual_memory()


def _usual_memory() -> str:
    # Five gigabytes sort what is larger on the disk; smaller machines keep half of theirs for everything else.
    half = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2_000_000
    return f"{min(half, 5_000)}MB"


def load_settings(environment: Mapping[str, str] | None = None, *, today: date | None = None) -> Settings:
    """Read the settings from `environment` (the process's, if None).

    Raises InvalidSetting where a value cannot be used.
    """
    env = os.environ if environment is None else environment
    return Settings(
        home=_folder(env, "WAYBILL_HOME", ROOT / "var"),
        news_dir=_folder(env, "WAYBILL_NEWS_DIR", ROOT / "sample" / "news"),
        supplier_dir=_folder(env, "WAYBILL_SUPPLIER_DIR", ROOT / "sample" / "suppliers"),
        reference_dir=_folder(env, "WAYBILL_REFERENCE_DIR", ROOT / "reference"),
        feeds=env.get("WAYBILL_FEEDS", "").strip() or None,
        as_of=_day(env, "WAYBILL_AS_OF", today or datetime.now(UTC).date()),
        lock_wait_seconds=_seconds(env, "WAYBILL_LOCK_WAIT_SECONDS", 600.0),
        alert_webhook=env.get("WAYBILL_ALERT_WEBHOOK", "").strip() or None,
        claims_dir=_folder(env, "WAYBILL_CLAIMS_DIR", ROOT) if env.get("WAYBILL_CLAIMS_DIR", "").strip() else None,
        min_confidence=_share(env, "WAYBILL_MIN_CONFIDENCE"),
        memory=_memory(env, "WAYBILL_MEMORY"),
        public_dir=_folder(env, "WAYBILL_PUBLIC_DIR", ROOT / "sample" / "public"),
        sources=tuple(dict.fromkeys(env.get("WAYBILL_SOURCES", "").replace(",", " ").lower().split())),
        contact=env.get("WAYBILL_CONTACT", "").strip() or None,
        census_key=env.get("WAYBILL_CENSUS_KEY", "").strip() or None,
        comtrade_key=env.get("WAYBILL_COMTRADE_KEY", "").strip() or None,
    )
