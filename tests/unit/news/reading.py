"""How these tests read one document."""

from pipelines.news.documents import read_document
from pipelines.news.item import NewsItem, NewsReading


def read(content: str | bytes, name: str, media_type: str | None = None) -> NewsReading:
    data = content.encode("utf-8") if isinstance(content, str) else content
    return read_document(data, name, media_type, source="The Desk")


def only_item(content: str | bytes, name: str, media_type: str | None = None) -> NewsItem:
    reading = read(content, name, media_type)
    assert reading.unreadable is None
    assert reading.rejected == ()
    assert len(reading.items) == 1
    return reading.items[0]
