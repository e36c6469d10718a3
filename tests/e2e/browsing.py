"""Looking at the running UI in headless Chromium."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Locator, Page, expect, sync_playwright

# Chromium asks for nothing on the network by itself.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
STAGES = (
    "sources", "raw", "reference", "claims", "records", "shipments", "allocation", "delays", "supply", "quality",
    "publish",
)  # fmt: skip
WAIT_MILLISECONDS = 30_000


def find_chromium() -> str | None:
    """Where Debian's Chromium stands, if it is installed."""
    return shutil.which("chromium")


@contextmanager
def browser_page(profile: Path, *, width: int = 1650, height: int = 900, scale: float = 1) -> Iterator[Page]:
    """An empty page in a Chromium of its own, whose profile is the empty folder `profile`."""
    with sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            profile,
            executable_path=find_chromium(),
            args=FLAGS,
            headless=True,
            viewport={"width": width, "height": height},
            device_scale_factor=scale,
        )
        context.set_default_timeout(WAIT_MILLISECONDS)
        expect.set_options(timeout=WAIT_MILLISECONDS)
        try:
            yield context.pages[0]
        finally:
            context.close()


def open_lineage(page: Page, url: str) -> Locator:
    """Open the lineage of everything, with groups collapsed; give the groups."""
    page.goto(f"{url}/asset-groups")
    groups = page.locator("foreignObject")
    expect(groups).to_have_count(len(STAGES))
    return groups


def open_asset(page: Page, url: str, key: str) -> None:
    """Open the page of the asset `stage/table`, with its columns."""
    page.goto(f"{url}/assets/{key}")
    expect(page.get_by_text("Latest materialization")).to_be_visible()
    expect(page.get_by_text("Column name")).to_be_visible()


def open_checks(page: Page, url: str, key: str) -> None:
    """Open the checks of the asset `stage/table`."""
    page.goto(f"{url}/assets/{key}?view=checks")
    expect(page.get_by_text("Execute all")).to_be_visible()
