from datetime import UTC, date, datetime

import pytest

from tests.unit.news.reading import only_item, read


def test_a_month_in_the_first_line_is_kept_as_an_interval() -> None:
    item = only_item("date 2024-06 Le constructeur attend 12 000 H100.\nUne note le dit.\n", "memo.txt")

    assert item.text == "Le constructeur attend 12 000 H100.\nUne note le dit.\n"
    assert item.published_precision == "month"
    assert item.published_at == datetime(2024, 6, 1, tzinfo=UTC)
    assert (item.published_start, item.published_end) == (date(2024, 6, 1), date(2024, 6, 30))
    assert (item.guid, item.source, item.title, item.url) == ("memo.txt", "The Desk", None, None)


def test_a_day_in_the_first_line_is_that_whole_day() -> None:
    item = only_item("date 2024-06-05\nThe carmaker waits for its chips.", "memo.txt")

    assert item.text == "The carmaker waits for its chips."
    assert item.published_precision == "day"
    assert item.published_at == datetime(2024, 6, 5, tzinfo=UTC)
    assert (item.published_start, item.published_end) == (date(2024, 6, 5), date(2024, 6, 5))


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("date 2024-02\r\nOne.\r\nTwo.", "One.\r\nTwo."),
        ("date 2024-02 \nOne.", "One."),
        ("date 2024-02\n\n  One.", "\n  One."),
        ("date 2024-02\tOne.", "One."),
        ("\ufeffdate 2024-02 One.", "One."),
        ("date\t2024-02 One.", "One."),
    ],
)
def test_what_follows_the_date_is_kept_exactly(content: str, text: str) -> None:
    item = only_item(content, "memo.txt")

    assert item.text == text
    assert item.published_end == date(2024, 2, 29)


@pytest.mark.parametrize(
    "content",
    [
        "date night in Paris costs more than a GPU.",
        "dated 2024-06, the memo names Tesla.",
        "Date 2024-06 stands in the memo.",
        "The memo.\ndate 2024-06 The second line.",
        "date\nOf the memo.",
        " date 2024-06 is indented.",
    ],
)
def test_a_first_line_that_only_resembles_a_date_line_is_text(content: str) -> None:
    item = only_item(content, "memo.txt")

    assert item.text == content
    assert item.published_at is None
    assert item.published_precision is None


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("2024-13", "the date 2024-13 does not exist"),
        ("2024-02-30", "the date 2024-02-30 does not exist"),
        ("2023-02-29", "the date 2023-02-29 does not exist"),
        ("0000-01", "the date 0000-01 does not exist"),
        ("2024-06-05T10:00", "'2024-06-05T10:00' is not a date"),
        ("2024", "'2024' is not a date"),
        ("05.06.2024", "'05.06.2024' is not a date"),
    ],
)
def test_a_date_that_does_not_exist_makes_the_document_unreadable(written: str, why: str) -> None:
    reading = read(f"date {written} The carmaker waits.", "memo.txt")

    assert reading.items == ()
    assert reading.unreadable is not None
    assert reading.unreadable.startswith(f"memo.txt, line 1: {why}")
    assert "`date 2024-06`" in reading.unreadable


def test_a_date_without_text_is_unreadable() -> None:
    reading = read("date 2024-06\n\n", "memo.txt")

    assert reading.unreadable == "memo.txt, line 1: no text follows the date; write the news item below it"
