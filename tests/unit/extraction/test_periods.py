"""Periods as written on 5 June 2024, beside the days that they mean."""

from datetime import date

import pytest

from pipelines.extraction.pack import load
from pipelines.extraction.periods import month_days, periods
from pipelines.extraction.text import fold

TODAY = date(2024, 6, 5)
FUTURE = [
    ("en", "due in January and June", "near", "2024-01-01", "2024-06-30"),
    ("en", "by the end of this year", "future", None, "2024-12-31"),
    ("en", "by year-end", "future", None, "2024-12-31"),
    ("en", "next summer", "future", "2025-06-01", "2025-08-31"),
    ("en", "next year", "future", "2025-01-01", "2025-12-31"),
    ("en", "in the first quarter of 2025", "future", "2025-01-01", "2025-03-31"),
    ("en", "from the third quarter of 2026", "future", "2026-07-01", None),
    ("en", "by the first quarter of next year", "future", None, "2025-03-31"),
    ("en", "between October 2024 and May 2025", "future", "2024-10-01", "2025-05-31"),
    ("en", "last December", "past", "2023-12-01", "2023-12-31"),
    ("en", "last week", "past", "2024-05-27", "2024-06-02"),
    ("fr", "prévus en janvier et en juin", "near", "2024-01-01", "2024-06-30"),
    ("fr", "d'ici à la fin de l'année", "future", None, "2024-12-31"),
    ("fr", "l'été prochain", "future", "2025-06-01", "2025-08-31"),
    ("fr", "l'an prochain", "future", "2025-01-01", "2025-12-31"),
    ("fr", "au deuxième trimestre 2026", "future", "2026-04-01", "2026-06-30"),
    ("fr", "au T1 2025", "future", "2025-01-01", "2025-03-31"),
    ("fr", "d'ici fin 2024", "future", None, "2024-12-31"),
    ("fr", "à partir de 2026", "future", "2026-01-01", None),
    ("de", "im Januar und im Juni", "near", "2024-01-01", "2024-06-30"),
    ("de", "bis Jahresende", "future", None, "2024-12-31"),
    ("de", "im Sommer nächsten Jahres", "future", "2025-06-01", "2025-08-31"),
    ("de", "im ersten Quartal 2026", "future", "2026-01-01", "2026-03-31"),
    ("de", "im 2. Halbjahr 2025", "future", "2025-07-01", "2025-12-31"),
]


@pytest.mark.parametrize(
    ("language", "text", "tense", "start", "end"), FUTURE, ids=[f"{row[0]}: {row[1]}" for row in FUTURE]
)
def test_a_period_is_read(language: str, text: str, tense: str, start: str | None, end: str | None) -> None:
    (period,) = periods(text, fold(text), load(language), (TODAY, TODAY))
    chosen = {"near": period.read("near"), "past": period.read("past"), "future": period.read("future")}[tense]

    assert [day.isoformat() if day else None for day in chosen] == [start, end]


def test_without_a_publication_only_stated_years_are_read() -> None:
    text = "next year, in June, and in March 2025"

    assert [p.read("near") for p in periods(text, fold(text), load("en"), None)] == [
        (date(2025, 3, 1), date(2025, 3, 31))
    ]


def test_may_is_a_month_only_with_its_capital() -> None:
    assert [len(periods(t, fold(t), load("en"), (TODAY, TODAY))) for t in ("it may come", "in May")] == [0, 1]


def test_a_month_or_a_day_of_publication() -> None:
    assert month_days("2024-02") == (date(2024, 2, 1), date(2024, 2, 29))
    assert month_days("2024-06-05") == (TODAY, TODAY)
