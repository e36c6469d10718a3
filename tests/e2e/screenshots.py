"""The README's pictures of the UI and of the report, on the sample: `make screenshots` writes them to docs/images."""

import tempfile
from pathlib import Path

from playwright.sync_api import FloatRect, Page

from pipelines.settings import ROOT
from tests.e2e.browsing import browser_page, find_chromium, open_asset, open_lineage
from tests.e2e.running import AS_OF, make_run
from tests.e2e.serving import RUN_SECONDS, serve, wait_for

IMAGES = ROOT / "docs" / "images"
MOST_BYTES = 400_000


def take(page: Page, url: str, images: Path) -> None:
    """Write lineage.png and asset.png into `images`."""
    page.goto(url)
    page.get_by_text("Hide navigation").click()
    page.set_viewport_size({"width": 1650, "height": 760})
    open_lineage(page, url)
    _settle(page)
    page.screenshot(path=images / "lineage.png", clip=FloatRect(x=370, y=110, width=1280, height=650))
    page.set_viewport_size({"width": 1250, "height": 1250})
    open_asset(page, url, "allocation/transfers")
    page.get_by_text("Description", exact=True).first.scroll_into_view_if_needed()
    _settle(page)
    page.screenshot(path=images / "asset.png")


def take_report(page: Page, report: Path, images: Path) -> None:
    """Write report.png into `images`: what was promised to the biggest recipients, and what came."""
    page.set_viewport_size({"width": 820, "height": 1000})
    page.goto(report.resolve().as_uri())
    page.locator("#picture-deliveries").screenshot(path=images / "report.png")


def _settle(page: Page) -> None:
    # The page polls for ever, so it is never idle; its animations take less than this.
    page.wait_for_timeout(3_000)


def main() -> None:
    """Run the main job on the sample in a home that is thrown away, and take the pictures."""
    if not find_chromium():
        raise SystemExit("no Chromium is installed: `apt-get install chromium` (Debian's package)")
    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        ran = make_run(home)
        assert ran.returncode == 0, ran.stdout
        with (
            serve(home, WAYBILL_AS_OF=AS_OF) as dagster,
            browser_page(Path(folder) / "profile", scale=1.5) as page,
        ):
            wait_for("the first run of the sensor", lambda: dagster.succeeded("new files"), RUN_SECONDS)
            take(page, dagster.url, IMAGES)
            take_report(page, home / "published" / "report.html", IMAGES)
    for image in sorted(IMAGES.glob("*.png")):
        size = image.stat().st_size
        assert size < MOST_BYTES, f"{image.name} has {size:,} bytes"
        print(f"wrote {image} ({size:,} bytes)")


if __name__ == "__main__":
    main()
