"""Folders of real files, a lake beside them, and a clock that the test moves."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from pipelines.arrivals import Arrivals, collect_news, collect_supplier_documents
from pipelines.lake import Lake
from pipelines.reading import Read, read_claims, read_supplier_lines
from pipelines.reference import load_reference
from pipelines.settings import ROOT, Settings, load_settings
from tests.unit.news.conftest import feed_server

__all__ = ["feed_server"]


@dataclass
class Inbox:
    """What arrives at one Waybill: `news` and `suppliers` are its folders; every run is an hour after the last."""

    settings: Settings
    lake: Lake
    now: datetime

    @property
    def news(self) -> Path:
        return self.settings.news_dir

    @property
    def suppliers(self) -> Path:
        return self.settings.supplier_dir

    def collect(self) -> Arrivals:
        return collect_news(self.settings, self.lake, self._tick())

    def receive(self) -> Arrivals:
        return collect_supplier_documents(self.settings, self.lake, self._tick())

    def extract(self) -> Read:
        return read_claims(self.lake, load_reference(self.settings.reference_dir), self._tick())

    def read_lines(self) -> Read:
        return read_supplier_lines(self.settings, self.lake, load_reference(self.settings.reference_dir), self._tick())

    def with_feeds(self, *urls: str) -> None:
        self.settings = replace(self.settings, feeds=" ".join(urls))

    def files(self) -> dict[str, bytes]:
        """Every file of the lake by its place, with its bytes."""
        root = self.lake.root
        return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}

    def _tick(self) -> datetime:
        self.now += timedelta(hours=1)
        return self.now


@pytest.fixture
def inbox(tmp_path: Path) -> Inbox:
    environment = {
        "WAYBILL_HOME": str(tmp_path / "home"),
        "WAYBILL_NEWS_DIR": str(tmp_path / "news"),
        "WAYBILL_SUPPLIER_DIR": str(tmp_path / "suppliers"),
        "WAYBILL_REFERENCE_DIR": str(ROOT / "reference"),
    }
    settings = load_settings(environment)
    settings.news_dir.mkdir()
    settings.supplier_dir.mkdir()
    return Inbox(settings, Lake(settings.lake), datetime.fromisoformat("2024-07-01T12:00:00"))
