"""What people see and do in the UI: the lineage by stages, a table's columns and checks, and making it from there."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from pipelines.settings import ROOT
from pipelines.sql_model import read_model
from tests.e2e.browsing import STAGES, browser_page, find_chromium, open_asset, open_checks, open_lineage
from tests.e2e.serving import RUN_SECONDS, Dagster, wait_for

pytestmark = [pytest.mark.browser, pytest.mark.dagster]

KEY = "allocation/transfers"
MODEL = read_model(ROOT / "sql" / "allocation" / "transfers.sql")


@pytest.fixture
def page(tmp_path: Path) -> Iterator[Page]:
    if not find_chromium():
        why = "no Chromium is installed: `apt-get install chromium` (Debian's package)"
        if os.environ.get("WAYBILL_REQUIRE_BROWSER") == "1":
            pytest.fail(why)
        pytest.skip(why)
    with browser_page(tmp_path / "profile") as page:
        yield page


def test_the_lineage_reads_as_the_stages(page: Page, dagster: Dagster) -> None:
    groups = open_lineage(page, dagster.url)
    assert sorted(text.strip(" 0123456789") for text in groups.all_text_contents()) == sorted(STAGES)
    expect(page.get_by_role("button", name="Materialize all")).to_be_visible()


def test_a_table_shows_what_it_is_its_columns_and_where_they_come_from(page: Page, dagster: Dagster) -> None:
    open_asset(page, dagster.url, KEY)
    expect(page.get_by_text(MODEL.description, exact=True)).to_be_visible()
    for column in MODEL.columns:
        expect(page.get_by_text(column.name, exact=True).first).to_be_visible()
    expect(page.get_by_text("TIMESTAMP", exact=True)).to_be_visible()
    page.get_by_role("link", name="shipments.shipments.current_to_id").first.click()
    page.wait_for_url(f"{dagster.url}/assets/shipments/shipments*")


def test_a_table_shows_its_checks_and_that_they_hold(page: Page, dagster: Dagster) -> None:
    open_checks(page, dagster.url, KEY)
    for check in MODEL.checks:
        expect(page.get_by_text(check.name, exact=True).first).to_be_visible()
    expect(page.get_by_text("Succeeded", exact=True)).to_have_count(len(MODEL.checks))
    expect(page.get_by_text("blocking", exact=True)).to_be_visible()


def test_what_was_rejected_warns_with_its_reason(page: Page, dagster: Dagster) -> None:
    open_checks(page, dagster.url, "claims/rejected_lines")
    page.get_by_text("nothing_is_rejected", exact=True).first.click()
    expect(page.get_by_text("non-blocking", exact=True)).to_be_visible()
    expect(page.get_by_label("warning_outline").first).to_be_visible()
    page.get_by_text("Show Markdown").first.click()
    expect(page.get_by_role("cell", name="broken-date.txt").first).to_be_visible()


def test_a_table_is_made_from_its_page(page: Page, dagster: Dagster) -> None:
    open_asset(page, dagster.url, KEY)
    before = {run["runId"] for run in dagster.runs()}
    page.locator("button", has_text="Materialize").first.click()

    def made() -> dict[str, Any] | None:
        runs = [run for run in dagster.runs() if run["runId"] not in before and "waybill/because" not in run["tags"]]
        assert not [run for run in runs if run["status"] in ("FAILURE", "CANCELED")]
        return next((run for run in runs if run["status"] == "SUCCESS"), None)

    run = wait_for("the run that the page asked for", made, RUN_SECONDS)
    assert [asset["key"]["path"] for asset in run["assets"]] == [KEY.split("/")]
    page.goto(f"{dagster.url}/runs/{run['runId']}")
    expect(page.get_by_text("Success", exact=True).first).to_be_visible()
