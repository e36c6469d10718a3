"""In how many cases of the Specs our numbers, sums, durations and periods are the expected ones, by language and kind.

The Specs ask for more than news needs (fractions, hours, "the week after next"), so agreement is counted, not demanded:
`ledger.csv` holds the counts of our own run. `python -m tests.recognizers.agreement FOLDER` writes it anew.
"""

import csv
import json
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from pipelines.extraction import pack as packs
from pipelines.extraction.pack import LanguagePack
from pipelines.extraction.periods import durations, periods
from pipelines.extraction.quantities import Number, numbers
from pipelines.extraction.text import elide, fold, unwrap
from pipelines.extraction.vocabulary import vocabulary_from
from pipelines.reference import load_reference
from pipelines.settings import ROOT

LEDGER = Path(__file__).with_name("ledger.csv")
LANGUAGES = {
    "de": "German", "en": "English", "es": "Spanish", "fr": "French", "it": "Italian", "ja": "Japanese", "ko": "Korean",
    "nl": "Dutch", "pt": "Portuguese", "zh": "Chinese",
}  # fmt: skip
FILES = {
    "number": "Number/{}/NumberModel.json",
    "currency": "NumberWithUnit/{}/CurrencyModel.json",
    "duration": "DateTime/{}/DurationParser.json",
    "period": "DateTime/{}/DatePeriodParser.json",
}
DAY_SECONDS = 86_400
Case = dict[str, Any]


def cases(folder: Path, kind: str, language: str) -> list[Case]:
    """The cases of one kind and language below the folder `Specs`; none where it has no such file."""
    path = folder / "Specs" / FILES[kind].format(LANGUAGES[language])
    return json.loads(path.read_text(encoding="utf-8-sig")) if path.exists() else []


def count(folder: Path, kind: str, language: str) -> tuple[int, int]:
    """How many cases there are, and in how many of them ours is what is expected."""
    pack, judge = packs.load(language), JUDGES[kind]
    verdicts = [judge(case, pack) for case in cases(folder, kind, language)]
    asked = [verdict for verdict in verdicts if verdict is not None]
    return len(asked), sum(asked)


def _plain(case: Case, pack: LanguagePack) -> str:
    return elide(unwrap(fold(case["Input"])), pack.words.get("elisions", ()))


def _value(number: Number) -> float:
    return round(number.value, 6)


def _float(written: str) -> float | None:
    try:
        return round(float(written), 6)
    except ValueError:
        return None


def _same_numbers(case: Case, pack: LanguagePack) -> bool | None:
    expected = Counter(_float(result["Resolution"]["value"]) for result in case["Results"])
    return expected == Counter(_value(one) for one in numbers(_plain(case, pack), pack) if one.currency is None)


def _same_sums(case: Case, pack: LanguagePack) -> bool | None:
    """Values as expected, and the currency where the Specs give its ISO code; a plain dollar is that of the US."""
    expected: list[tuple[float | None, str | None]] = []
    for result in case["Results"]:
        if result["TypeName"] != "currency" or not result["Resolution"].get("value"):
            return None
        resolution = result["Resolution"]
        iso = resolution.get("isoCurrency") or ("USD" if resolution.get("unit") == "Dollar" else None)
        expected.append((_float(resolution["value"]), iso))
    ours = [(_value(one), one.currency) for one in numbers(_plain(case, pack), pack) if one.currency]
    if len(ours) != len(expected):
        return False
    pairs = zip(sorted(expected, key=str), sorted(ours, key=str), strict=True)
    return all(value == given and iso in (None, currency) for (value, iso), (given, currency) in pairs)


def _same_durations(case: Case, pack: LanguagePack) -> bool | None:
    """Whole days only: hours and minutes are no delays of deliveries, and such cases are not asked."""
    seconds = [_seconds(result) for result in case["Results"] if result.get("Value")]
    whole = [second for second in seconds if second is not None and second % DAY_SECONDS == 0]
    if not whole or len(whole) < len(seconds):
        return None
    plain = _plain(case, pack)
    ours = durations(plain, numbers(plain, pack), pack, _lengths())
    return Counter(second / DAY_SECONDS for second in whole) == Counter(one.low for one in ours if one.low == one.high)


def _seconds(result: Case) -> float | None:
    written = (result["Value"].get("FutureResolution") or {}).get("duration")
    return _float(written) if written else None


@cache
def _lengths() -> dict[str, tuple[float, float]]:
    return vocabulary_from(load_reference(ROOT / "reference")).durations


def _same_periods(case: Case, pack: LanguagePack) -> bool | None:
    """First and last day as expected, of the past or of the future; the end of the Specs is the day after."""
    today = date.fromisoformat(case["Context"]["ReferenceDateTime"][:10]) if case.get("Context") else None
    expected = [set(_intervals(result)) for result in case["Results"] if result.get("Value")]
    if not expected or not all(expected):
        return None
    text = case["Input"]
    ours = [{one.near, one.past, one.future} for one in periods(text, _plain(case, pack), pack,
                                                                (today, today) if today else None)]  # fmt: skip
    return len(ours) == len(expected) and all(given & wanted for given, wanted in zip(ours, expected, strict=True))


def _intervals(result: Case) -> Iterator[tuple[date, date]]:
    for tense in ("FutureResolution", "PastResolution"):
        ends = result["Value"].get(tense) or {}
        try:
            start, end = (date.fromisoformat(ends[key]) for key in ("startDate", "endDate"))
        except (KeyError, ValueError):
            continue
        yield start, end - timedelta(days=1)


JUDGES: dict[str, Callable[[Case, LanguagePack], bool | None]] = {
    "number": _same_numbers,
    "currency": _same_sums,
    "duration": _same_durations,
    "period": _same_periods,
}


def read_ledger() -> dict[tuple[str, str], tuple[int, int]]:
    """For each kind and language the number of cases and of those that agree, as they were written down."""
    with LEDGER.open(encoding="utf-8", newline="") as lines:
        rows = csv.DictReader(lines)
        return {(row["kind"], row["language"]): (int(row["cases"]), int(row["agree"])) for row in rows}


def write_ledger(folder: Path) -> None:
    """Count anew and write the ledger."""
    with LEDGER.open("w", encoding="utf-8", newline="") as lines:
        table = csv.writer(lines, lineterminator="\n")
        table.writerow(["kind", "language", "cases", "agree"])
        for kind in FILES:
            for language in LANGUAGES:
                table.writerow([kind, language, *count(folder, kind, language)])


if __name__ == "__main__":
    write_ledger(Path(sys.argv[1]))
