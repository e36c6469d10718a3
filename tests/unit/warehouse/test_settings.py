"""What the environment may set: plain defaults, absolute folders, errors that name the setting and what it takes."""

from datetime import date
from pathlib import Path

import pytest

from pipelines.extraction.confidence import default_min_confidence
from pipelines.settings import ROOT, InvalidSetting, Settings, load_settings

TODAY = date(2026, 5, 4)


def load(**environment: str) -> Settings:
    return load_settings(environment, today=TODAY)


def test_with_nothing_set_the_sample_is_read_and_state_stands_beside_the_code() -> None:
    settings = load()
    assert (settings.home, settings.news_dir) == (ROOT / "var", ROOT / "sample" / "news")
    assert (settings.supplier_dir, settings.reference_dir) == (ROOT / "sample" / "suppliers", ROOT / "reference")
    assert (settings.feeds, settings.alert_webhook, settings.as_of) == (None, None, TODAY)
    assert settings.lock_wait_seconds == 600


def test_all_state_moves_with_the_home() -> None:
    settings = load(WAYBILL_HOME="/srv/waybill")
    home = Path("/srv/waybill")
    assert (settings.lake, settings.warehouse) == (home / "lake", home / "warehouse.duckdb")
    assert (settings.published, settings.dagster_home) == (home / "published", home / "dagster")


def test_folders_are_absolute_and_know_the_users_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "me"))
    assert load(WAYBILL_NEWS_DIR="news").news_dir == tmp_path / "news"
    assert load(WAYBILL_NEWS_DIR="~/news").news_dir == tmp_path / "me" / "news"


@pytest.mark.parametrize("blank", ["", "  "])
def test_a_blank_value_is_none(blank: str) -> None:
    names = (
        "HOME",
        "NEWS_DIR",
        "SUPPLIER_DIR",
        "REFERENCE_DIR",
        "FEEDS",
        "AS_OF",
        "LOCK_WAIT_SECONDS",
        "MEMORY",
        "MIN_CONFIDENCE",
        "ALERT_WEBHOOK",
    )
    assert load(**{f"WAYBILL_{name}": blank for name in names}) == load()


def test_day_wait_feeds_and_webhook_are_taken() -> None:
    settings = load(WAYBILL_AS_OF="2024-06-05", WAYBILL_LOCK_WAIT_SECONDS="0.5", WAYBILL_FEEDS=" https://a.example/f ",
                    WAYBILL_ALERT_WEBHOOK="https://b.example/hook")  # fmt: skip
    assert (settings.as_of, settings.lock_wait_seconds) == (date(2024, 6, 5), 0.5)
    assert (settings.feeds, settings.alert_webhook) == ("https://a.example/f", "https://b.example/hook")


@pytest.mark.parametrize("value", ["2024-02-30", "yesterday", "05.06.2024"])
def test_what_is_no_day_is_refused(value: str) -> None:
    with pytest.raises(InvalidSetting, match=r"WAYBILL_AS_OF=.* is not a day: write it as 2024-06-05"):
        load(WAYBILL_AS_OF=value)


@pytest.mark.parametrize("value", ["-1", "soon", "nan", "inf"])
def test_what_is_no_number_of_seconds_is_refused(value: str) -> None:
    with pytest.raises(InvalidSetting, match=r"WAYBILL_LOCK_WAIT_SECONDS=.* is not a number of seconds"):
        load(WAYBILL_LOCK_WAIT_SECONDS=value)


def test_memory_is_taken_in_any_case_with_or_without_a_blank() -> None:
    assert load(WAYBILL_MEMORY="12GB").memory == load(WAYBILL_MEMORY=" 12 gb ").memory == "12GB"


def test_memory_is_bounded_where_nothing_is_set() -> None:
    assert 0 < int(load().memory.removesuffix("MB")) <= 5_000


@pytest.mark.parametrize("value", ["12", "much", "-1GB", "12GB; DROP"])
def test_what_is_no_amount_of_memory_is_refused(value: str) -> None:
    with pytest.raises(InvalidSetting, match=r"WAYBILL_MEMORY=.* is no amount of memory: write it as 5GB"):
        load(WAYBILL_MEMORY=value)


def test_the_least_confidence_is_the_extractors_own_unless_set() -> None:
    assert load().min_confidence == default_min_confidence()
    assert load(WAYBILL_MIN_CONFIDENCE="0").min_confidence == 0
    assert load(WAYBILL_MIN_CONFIDENCE=" 0.9 ").sql_parameters == {"as_of": TODAY, "min_confidence": 0.9}


@pytest.mark.parametrize("value", ["95 %", "1.01", "-0.1", "nan", "high"])
def test_what_is_no_confidence_is_refused(value: str) -> None:
    with pytest.raises(InvalidSetting, match=r"WAYBILL_MIN_CONFIDENCE=.* is no confidence: write a number from 0 to 1"):
        load(WAYBILL_MIN_CONFIDENCE=value)


def test_a_model_brings_its_own_least_confidence(tmp_path: Path) -> None:
    path = tmp_path / "weights.json"
    path.write_text('{"min_confidence": 0.83}', encoding="utf-8")
    assert default_min_confidence(path) == 0.83


@pytest.mark.parametrize("model", ["{}", "[]", "{", '{"min_confidence": 95}', '{"min_confidence": null}'])
def test_a_model_without_a_usable_figure_is_named(model: str, tmp_path: Path) -> None:
    (tmp_path / "weights.json").write_text(model, encoding="utf-8")
    with pytest.raises(ValueError, match=r"weights\.json: .*min_confidence"):
        default_min_confidence(tmp_path / "weights.json")


def test_without_a_mapping_the_processs_own_environment_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WAYBILL_AS_OF", "2024-06-05")
    assert load_settings().as_of == date(2024, 6, 5)
