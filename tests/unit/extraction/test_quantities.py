"""Counts and sums as written, beside what they are read as."""

import pytest

from pipelines.extraction.pack import load
from pipelines.extraction.quantities import numbers
from pipelines.extraction.text import fold

COUNTS = [
    ("en", "12,000 H100s", (12000, 12000, None)),
    ("en", "12k H100s", (12000, 12000, None)),
    ("en", "twelve thousand chips", (12000, 12000, None)),
    ("en", "two hundred thousand GPUs", (200000, 200000, None)),
    ("en", "1.8 million GPUs", (1800000, 1800000, None)),
    ("en", "more than 400,000 chips", (400000, None, None)),
    ("en", "up to 60,000 GPUs", (None, 60000, None)),
    ("en", "as many as 600,000 chips", (None, 600000, None)),
    ("en", "a 100,000-plus cluster", (100000, None, None)),
    ("en", "between 55,000 and 65,000 GPUs", (55000, 65000, None)),
    ("en", "1,400 to 1,500 racks", (1400, 1500, None)),
    ("en", "$10 billion or more", (10e9, None, "USD")),
    ("en", "between $3 billion and $4 billion", (3e9, 4e9, "USD")),
    ("en", "roughly $40bn", (40e9, 40e9, "USD")),
    ("en", "US$390m", (390e6, 390e6, "USD")),
    ("en", "half a billion dollars", (500e6, 500e6, "USD")),
    ("en", "a $19.4 billion agreement", (19.4e9, 19.4e9, "USD")),
    ("en", "A$19.4 billion", (19.4e9, 19.4e9, "AUD")),
    ("en", "35-45,000 GPUs", (35000, 45000, None)),
    ("en", "three to four billion dollars", (3e9, 4e9, "USD")),
    ("en", "no more than 7,000 chips", (None, 7000, None)),
    ("en", "Rs 640 crore", (6.4e9, 6.4e9, "INR")),
    ("ko", "2천355억원", (235.5e9, 235.5e9, "KRW")),
    ("ko", "1만2천장", (12000, 12000, None)),
    ("es", "U$S7.200 millones", (7200e6, 7200e6, "USD")),
    ("en", "2 billion Canadian dollars", (2e9, 2e9, "CAD")),
    ("fr", "12 000 H100", (12000, 12000, None)),
    ("fr", "12.000 H100", (12000, 12000, None)),
    ("fr", "douze mille puces", (12000, 12000, None)),
    ("fr", "une douzaine de milliers de H100", (12000, 12000, None)),
    ("fr", "trois cent mille B200", (300000, 300000, None)),
    ("fr", "plus de 500 millions de dollars", (500e6, None, "USD")),
    ("fr", "plus d'un demi-milliard de dollars", (500e6, None, "USD")),
    ("fr", "entre 3 et 4 milliards de dollars", (3e9, 4e9, "USD")),
    ("fr", "10 Md$", (10e9, 10e9, "USD")),
    ("fr", "jusqu'à 35 000 puces", (None, 35000, None)),
    ("de", "12.000 H100", (12000, 12000, None)),
    ("de", "zwölftausend H100", (12000, 12000, None)),
    ("de", "dreihunderttausend Chips", (300000, 300000, None)),
    ("de", "mehr als 5 Mrd. Dollar", (5e9, None, "USD")),
    ("de", "17,4 bis 19,4 Mrd. Dollar", (17.4e9, 19.4e9, "USD")),
    ("de", "Bestellungen über 12.000 H100", (12000, 12000, None)),
]


@pytest.mark.parametrize(("language", "text", "expected"), COUNTS, ids=[f"{code}: {text}" for code, text, _ in COUNTS])
def test_a_number_is_read(language: str, text: str, expected: tuple[float | None, float | None, str | None]) -> None:
    (number,) = numbers(fold(text), load(language))

    assert (number.low, number.high, number.currency) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "tens of thousands of chips"),
        ("nl", "tienduizenden gpus"),
        ("fr", "des milliers de puces"),
        ("de", "Tausende Chips"),
        ("en", "one chip"),
        ("en", "H100"),
    ],
)
def test_what_is_vague_or_a_name_is_no_number(language: str, text: str) -> None:
    assert numbers(fold(text), load(language)) == []
