"""The two sensors, evaluated as the daemon evaluates them, on real folders, real runs and a real HTTP server."""

import json
import os
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from pipelines.definitions import defs
from pipelines.sensors import QUIET_SECONDS, alert, failed_runs, new_files
from tests.e2e.running import dagster_instance


@pytest.fixture
def news(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A news folder with one file, beside an empty supplier folder; both are what the sensor watches."""
    news, suppliers = tmp_path / "news", tmp_path / "suppliers"
    news.mkdir()
    suppliers.mkdir()
    monkeypatch.setenv("WAYBILL_NEWS_DIR", str(news))
    monkeypatch.setenv("WAYBILL_SUPPLIER_DIR", str(suppliers))
    put(news / "first.txt", "A first item.")
    return news


def put(path: Path, text: str, *, seconds_ago: float = 60) -> None:
    path.write_text(text, encoding="utf-8")
    os.utime(path, (time.time() - seconds_ago,) * 2)


def tick(cursor: str | None = None) -> dg.SensorResult | dg.SkipReason:
    with dg.build_sensor_context(cursor=cursor) as context:
        found = new_files()(context)
    assert isinstance(found, dg.SensorResult | dg.SkipReason)
    return found


def requested(found: dg.SensorResult | dg.SkipReason) -> str:
    """The cursor that a tick leaves which asked for one run."""
    assert isinstance(found, dg.SensorResult), found
    (request,) = found.run_requests or ()
    assert request.tags["waybill/because"] == "new files"
    assert found.cursor == request.run_key
    return str(found.cursor)


def skipped(found: dg.SensorResult | dg.SkipReason) -> str:
    assert isinstance(found, dg.SkipReason), found
    return found.skip_message or ""


def test_the_first_tick_asks_for_a_run_and_the_next_does_not(news: Path) -> None:
    cursor = requested(tick())
    assert skipped(tick(cursor)) == "no file is new or changed"


def test_a_new_file_asks_for_a_run(news: Path) -> None:
    cursor = requested(tick())
    put(news / "second.txt", "A second item.")
    assert requested(tick(cursor)) != cursor


def test_a_changed_file_asks_for_a_run(news: Path) -> None:
    cursor = requested(tick())
    put(news / "first.txt", "A first item, corrected.")
    assert requested(tick(cursor)) != cursor


def test_a_supplier_file_asks_for_a_run(news: Path) -> None:
    cursor = requested(tick())
    put(news.parent / "suppliers" / "orders.csv", "order;quantity")
    assert requested(tick(cursor)) != cursor


def test_a_file_that_was_taken_away_asks_for_a_run(news: Path) -> None:
    cursor = requested(tick())
    (news / "first.txt").unlink()
    assert requested(tick(cursor)) != cursor


def test_a_file_still_being_written_is_left_for_the_next_tick(news: Path) -> None:
    cursor = requested(tick())
    put(news / "growing.txt", "A second", seconds_ago=0)
    assert skipped(tick(cursor)) == "no file is new or changed; still being written: growing.txt"
    put(news / "growing.txt", "A second item.", seconds_ago=QUIET_SECONDS + 1)
    assert requested(tick(cursor)) != cursor


def test_a_missing_folder_is_named(news: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WAYBILL_NEWS_DIR", str(news / "nowhere"))
    assert skipped(tick()).startswith(f"{news / 'nowhere'} does not exist")


class Webhook:
    """A webhook on this machine: keeps what is posted, and answers with `status`."""

    def __init__(self, status: int) -> None:
        webhook = self
        self.posted: list[Any] = []

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                webhook.posted.append(json.loads(body))
                self.send_response(status)
                self.end_headers()

            def log_request(self, *_: object) -> None:
                return

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/alert"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def webhook(request: pytest.FixtureRequest) -> Iterator[Webhook]:
    made = Webhook(getattr(request, "param", 200))
    yield made
    made.close()


def fail_and_tick(monkeypatch: pytest.MonkeyPatch, url: str) -> str:
    """Let a run fail (there is no news folder), evaluate the sensor, and give the run's id."""
    monkeypatch.setenv("WAYBILL_NEWS_DIR", "/nowhere")
    monkeypatch.setenv("WAYBILL_ALERT_WEBHOOK", url)
    job = defs.resolve_job_def("refresh")
    with dagster_instance() as instance:
        chosen = [dg.AssetKey(["raw", "news_documents"])]
        result = job.execute_in_process(instance=instance, asset_selection=chosen, raise_on_error=False)
        assert not result.success
        context = dg.build_run_status_sensor_context(
            sensor_name="failed_runs",
            dagster_instance=instance,
            dagster_run=result.dagster_run,
            dagster_event=result.get_run_failure_event(),
        ).for_run_failure()
        failed_runs()(context)
    return result.run_id


def test_a_failed_run_is_posted(monkeypatch: pytest.MonkeyPatch, webhook: Webhook) -> None:
    run_id = fail_and_tick(monkeypatch, webhook.url)
    (posted,) = webhook.posted
    assert (posted["run_id"], posted["job"]) == (run_id, "refresh")
    assert posted["text"].startswith(f"Waybill run {run_id} of refresh failed: raw: ")
    assert "NotADirectoryError: /nowhere: no such folder" in posted["text"]


@pytest.mark.parametrize("webhook", [500], indirect=True)
def test_a_webhook_that_fails_is_survived(monkeypatch: pytest.MonkeyPatch, webhook: Webhook) -> None:
    fail_and_tick(monkeypatch, webhook.url)
    assert len(webhook.posted) == 1


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/alert", "not a url", "ftp://127.0.0.1/alert"])
def test_a_dead_webhook_is_logged_and_survived(url: str, caplog: pytest.LogCaptureFixture) -> None:
    alert(url, run_id="run-1", job="refresh", text="failed")
    (record,) = [record for record in caplog.records if record.name == "waybill"]
    assert "the alert about run run-1 did not arrive" in record.getMessage()
    assert "check WAYBILL_ALERT_WEBHOOK" in record.getMessage()
