from datetime import date

import pytest

from pipelines.publish.wording import cut, days, interval, listed, number, some, usd, visible


@pytest.mark.parametrize(
    ("value", "words"),
    [(12000.0, "12,000"), (0.0, "0"), (2.5, "2.5"), (1234.04, "1,234"), (None, "?"), (-8, "−8"), (-0.01, "0")],
)
def test_numbers(value: float | None, words: str) -> None:
    assert number(value) == words


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        (60, 300, "60–300 days"),
        (60, 60.0, "60 days"),
        (60, None, "at least 60 days"),
        (None, 300, "up to 300 days"),
        (None, None, "?"),
        (0, 1500, "0–1,500 days"),
        (-300, -60, "−300 to −60 days"),
    ],
)
def test_intervals(low: float | None, high: float | None, words: str) -> None:
    assert interval(low, high, "days") == words


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        (500e6, None, "at least $500 million"),
        (500e6, 500e6, "$500 million"),
        (1.5e9, 2e9, "$1.5 billion – $2 billion"),
        (None, 30000, "up to $30,000"),
        (None, 0, "up to $0"),
        (None, None, "?"),
    ],
)
def test_dollars(low: float | None, high: float | None, words: str) -> None:
    assert usd(low, high) == words


@pytest.mark.parametrize(
    ("start", "end", "words"),
    [
        (date(2025, 1, 1), date(2025, 12, 31), "2025"),
        (date(2025, 4, 1), date(2025, 6, 30), "Q2 2025"),
        (date(2024, 2, 1), date(2024, 2, 29), "February 2024"),
        (date(2024, 6, 5), date(2024, 6, 5), "2024-06-05"),
        (date(2024, 6, 1), date(2024, 8, 31), "2024-06-01 – 2024-08-31"),
        (date(2024, 1, 1), date(2025, 12, 31), "2024-01-01 – 2025-12-31"),
        (None, date(2024, 12, 31), "by 2024-12-31"),
        (date(2024, 12, 31), None, "from 2024-12-31"),
        (None, None, "?"),
    ],
)
def test_days(start: date | None, end: date | None, words: str) -> None:
    assert days(start, end) == words


def test_counted_nouns() -> None:
    assert [some(1, "entry", "entries"), some(2, "entry", "entries"), some(1200, "line")] == [
        "1 entry", "2 entries", "1,200 lines",
    ]  # fmt: skip


def test_cut_text_stays_on_one_line_and_says_that_it_is_cut() -> None:
    assert cut("a\nlong  text", 20) == "a long text"
    assert cut("a\nlong  text", 7) == "a long…"


def test_lists() -> None:
    assert [listed([]), listed(["a"]), listed(["a", "b", "c"])] == ["", "a", "a, b and c"]


@pytest.mark.parametrize(
    ("text", "isolated", "shown"),
    [
        ("plain é 中 \n\t", False, "plain é 中 \n\t"),
        ("a\x1b[31mb\x00c\x9b", False, "a\ufffd[31mb\ufffdc\ufffd"),
        ("a\u202eb\u2066c", False, "a\ufffdb\ufffdc"),
        ("a\u202eb\u2066c", True, "a\u202eb\u2066c"),
        ("a\ud800b", True, "a\ufffdb"),
    ],
)
def test_signs_that_steer_a_terminal_or_turn_the_writing_are_shown(text: str, isolated: bool, shown: str) -> None:
    assert visible(text, isolated=isolated) == shown
