"""Monthly revenue of companies listed in Taiwan: the exchange's page of one month, years counted from 1911.

Source: https://mops.twse.com.tw/nas/t21/sii/t21sc03_<year>_<month>_0.html (and `otc` for the over-the-counter market),
HTML in Big5, thousands of New Taiwan dollars. Here belongs what the page looks like; whose rows are of interest is said
in `reference/reporters.csv`.
"""

import re
from calendar import monthrange
from collections.abc import Set
from datetime import date

from lxml import html

from pipelines.indicators.figure import Collector, Figure, FigureReading

MEDIA_TYPE = "text/html"
MEASURE = "當月營收"
_FIRST_YEAR = 1911
_TITLE = re.compile(r"(?:民國)?\s*(\d{2,3})\s*年\s*(\d{1,2})\s*月")
_PRINTED = re.compile(r"出表日期\s*[:\uff1a]\s*(\d{2,3})/(\d{1,2})/(\d{1,2})")
_CODE = re.compile(r"\d{4,6}[A-Z]?")
_NUMBER = re.compile(r"-?\d{1,3}(?:,\d{3})*|-?\d+")


def read_monthly_revenue(data: bytes, companies: Set[str]) -> FigureReading:
    """The month's revenue of the asked-for `companies` (`2330`). Never raises for what the bytes hold.

    `value` is in thousands (`scale` 1000) of TWD; `known_on` is the day on which the page was made, where it says so.
    Other companies are passed over and counted.
    """
    text = _text(data)
    page = _page(text)
    if page is None:
        return FigureReading(MEDIA_TYPE, unreadable="no HTML page with text: fetch it again")
    words = " ".join(page.itertext())
    month = _month(words)
    if month is None:
        reason = "no month such as 民國113年5月 stands on the page: it is no page of monthly revenue"
        return FigureReading(MEDIA_TYPE, unreadable=reason)
    printed = _printed(words)
    found = Collector(MEDIA_TYPE)
    rows = 0
    for column, row in _rows(page):
        rows += 1
        if row[0] in companies:
            _read(found, row, column, month, printed)
        else:
            found.passed_over += 1
    if not rows:
        reason = f"no table with the columns 公司代號 and {MEASURE} stands on the page: its layout changed"
        return FigureReading(MEDIA_TYPE, unreadable=reason)
    return found.reading()


def _text(data: bytes) -> str:
    # Big5 as browsers read it; the exchange also serves newer pages in UTF-8, and says so.
    declared = b"utf-8" in data[:2000].lower()
    return data.decode("utf-8-sig" if declared else "big5hkscs", errors="replace")


def _page(text: str) -> html.HtmlElement | None:
    # The text is decoded: what the page says of its encoding no longer holds.
    try:
        return html.fromstring(re.sub(r"<\?xml[^>]*\?>", "", text).replace("\x00", ""))
    except (ValueError, html.etree.ParserError, AssertionError):
        return None


def _month(words: str) -> tuple[int, int] | None:
    for found in _TITLE.finditer(words):
        year, month = int(found[1]) + _FIRST_YEAR, int(found[2])
        if 1 <= month <= 12:
            return year, month
    return None


def _printed(words: str) -> date | None:
    found = _PRINTED.search(words)
    if not found:
        return None
    try:
        return date(int(found[1]) + _FIRST_YEAR, int(found[2]), int(found[3]))
    except ValueError:
        return None


def _rows(page: html.HtmlElement) -> list[tuple[int, list[str]]]:
    """Every company's row, with the place of the month's revenue in it.

    The heading is one line, or two: groups of columns, and below them the columns. Then what spans both lines stands
    before the groups.
    """
    found: list[tuple[int, list[str]]] = []
    column: int | None = None
    before = 0
    for line in page.iter("tr"):
        if line.xpath(".//tr"):
            continue
        cells = [cell for cell in line if cell.tag in ("td", "th")]
        texts = ["".join(cell.itertext()).strip() for cell in cells]
        headings = ["".join(text.split()) for text in texts]
        if "公司代號" in headings:
            groups = (place for place, cell in enumerate(cells) if cell.get("colspan", "1") != "1")
            before = next(groups, 0)
        if MEASURE in headings:
            column = headings.index(MEASURE) + (0 if "公司代號" in headings else before)
        elif column is not None and texts and _CODE.fullmatch(texts[0]):
            found.append((column, texts))
    return found


def _read(found: Collector, row: list[str], column: int, month: tuple[int, int], printed: date | None) -> None:
    verbatim = " | ".join(row)
    stated = row[column] if column < len(row) else ""
    if not _NUMBER.fullmatch(stated):
        found.reject(verbatim, f"{MEASURE}: {stated!r} is no whole number of thousands")
        return
    year, number = month
    found.accept(
        Figure(
            number=found.next_number,
            reporter=row[0],
            reporter_name=row[1] if len(row) > 1 else None,
            measure=MEASURE,
            value=float(stated.replace(",", "")),
            unit="TWD",
            scale=1000.0,
            period_start=date(year, number, 1),
            period_end=date(year, number, monthrange(year, number)[1]),
            known_on=printed,
            reference=f"{year}-{number:02}",
            verbatim=verbatim,
        )
    )
