"""When things run because something happened: new files in the input folders, and runs that failed."""

import json
import logging
import time
from datetime import timedelta

import dagster as dg
import httpx
from dagster_shared.error import SerializableErrorInfo

from pipelines.folders import fingerprint, list_documents, settled
from pipelines.schedules import REFRESH
from pipelines.settings import load_settings

QUIET_SECONDS = 10.0
_WEBHOOK_SECONDS = 10.0
log = logging.getLogger("waybill")


def new_files() -> dg.SensorDefinition:
    """Asks for a run when an input folder changed. A file still being written is left for the next tick."""

    @dg.sensor(
        name="new_files",
        job_name=REFRESH,
        minimum_interval_seconds=30,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Refreshes everything when a file was added to, changed in or taken from the input folders.",
    )
    def sensor(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
        settings = load_settings()
        now = time.time()
        seen: dict[str, str] = {}
        writing: list[str] = []
        folders = (settings.news_dir, settings.supplier_dir, settings.public_dir, settings.claims_dir)
        for folder in filter(None, folders):
            if not folder.is_dir():
                return dg.SkipReason(
                    f"{folder} does not exist: create it, or set "
                    "WAYBILL_NEWS_DIR, WAYBILL_SUPPLIER_DIR, WAYBILL_PUBLIC_DIR or WAYBILL_CLAIMS_DIR"
                )
            seen[str(folder)] = fingerprint(folder, now=now, quiet_seconds=QUIET_SECONDS)
            writing += [path.name for path in list_documents(folder) if not settled(path, now, QUIET_SECONDS)]
        waiting = f"; still being written: {', '.join(sorted(writing)[:5])}" if writing else ""
        cursor = json.dumps(seen, sort_keys=True)
        if cursor == context.cursor:
            return dg.SkipReason(f"no file is new or changed{waiting}")
        request = dg.RunRequest(run_key=cursor, tags={"waybill/because": "new files"})
        return dg.SensorResult(run_requests=[request], cursor=cursor)

    return sensor


def failed_runs() -> dg.SensorDefinition:
    """Logs each failed run and, where WAYBILL_ALERT_WEBHOOK is set, posts it there as JSON."""

    @dg.run_failure_sensor(
        name="failed_runs",
        monitor_all_code_locations=True,  # Runs from the terminal belong to none.
        default_status=dg.DefaultSensorStatus.RUNNING,
        minimum_interval_seconds=30,
        description="Logs failed runs and posts them to WAYBILL_ALERT_WEBHOOK, if it is set.",
    )
    def sensor(context: dg.RunFailureSensorContext) -> None:
        run = context.dagster_run
        message = f"Waybill run {run.run_id} of {run.job_name} failed: {_why(context)}"
        context.log.error(message)
        webhook = load_settings().alert_webhook
        if webhook:
            alert(webhook, run_id=run.run_id, job=run.job_name, text=message)

    return sensor


def _why(context: dg.RunFailureSensorContext) -> str:
    steps = [(event.step_key, event.step_failure_data.error) for event in context.get_step_failure_events()]
    causes = [f"{step}: {_first_cause(error)}" for step, error in steps if error]
    whole = context.failure_event.job_failure_data.error
    return "; ".join(causes) or (
        _first_cause(whole) if whole else context.failure_event.message or "no reason is known"
    )


def _first_cause(error: SerializableErrorInfo) -> str:
    while error.cause:
        error = error.cause
    return error.message.strip()


def alert(webhook: str, *, run_id: str, job: str, text: str) -> None:
    """Post one failed run as JSON with `text`, `run_id` and `job`. A webhook that fails is logged, never raised."""
    try:
        body = {"text": text, "run_id": run_id, "job": job}
        httpx.post(webhook, json=body, timeout=timedelta(seconds=_WEBHOOK_SECONDS).seconds).raise_for_status()
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        log.error("the alert about run %s did not arrive (%s): check WAYBILL_ALERT_WEBHOOK", run_id, error)
