"""`make run`: the main job once, from the terminal, with progress and a summary that a person can read.

The job itself is Dagster's, on the same state as the UI. Where nothing changed since the last run there is nothing to
do, and Dagster is not even loaded.
"""

import hashlib
import json
import logging
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from rich.console import Console

from pipelines.folders import fingerprint
from pipelines.news.feed_list import load_feeds
from pipelines.publish.summary import print_summary
from pipelines.settings import ROOT, InvalidSetting, Settings, load_settings
from pipelines.versions import code_version

# The label by which the UI lists a run among those of the job, as it does for runs that it starts itself.
_TAGS = {".dagster/repository": "__repository__@waybill", "waybill/because": "make run"}


@dataclass(frozen=True, slots=True)
class Refreshed:
    """The last run that this command made: what it saw, what it published, when it ended."""

    saw: str
    published: str
    ended_at: str


def main() -> int:
    """Run the main job once; give the process's exit code."""
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = 120
    try:
        settings = load_settings()
        return _run(settings, console)
    except (InvalidSetting, NotADirectoryError, ValueError) as error:
        console.print(f"[bold red]Waybill cannot run:[/] {type(error).__name__}", end=" ")
        console.print(str(error), markup=False)
        return 2


def _run(settings: Settings, console: Console) -> int:
    saw = _what_is_there(settings)
    last = _last(settings)
    asks = bool(load_feeds(settings.reference_dir / "feeds.toml", settings.feeds)) or bool(settings.sources)
    if last and not asks and last.saw == saw and _still_stands(settings, last):
        print_summary(settings.published, console)
        console.print(f"\nNothing is new since the run that ended at {last.ended_at}: nothing was changed.")
        return 0
    begun = time.monotonic()
    if not _refresh(settings, console):
        return 1
    _keep(settings, saw)
    print_summary(settings.published, console)
    console.print(f"\nDone in {time.monotonic() - begun:.0f} s.")
    return 0


def _refresh(settings: Settings, console: Console) -> bool:
    console.print(f"Waybill: running the main job as of {settings.as_of} (state in {settings.home})")
    _listen(console)
    from pipelines.instance import prepare  # Dagster takes seconds to load: only when there is something to do.

    prepare(settings)
    import dagster as dg

    from pipelines.definitions import defs
    from pipelines.schedules import REFRESH

    job = defs.resolve_job_def(REFRESH)
    quiet = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
    with dg.DagsterInstance.get() as instance:
        result = job.execute_in_process(instance=instance, run_config=quiet, tags=_TAGS, raise_on_error=False)
    if result.success:
        return True
    for event in result.all_events:
        if event.is_failure:
            console.print(f"[bold red]{event.step_key or 'run'} failed:[/]", _reason(event), markup=True)
    console.print(f"The run's log: `make dev`, then Runs, run {result.run_id}.")
    return False


def _reason(event: Any) -> str:
    data = event.event_specific_data
    error = getattr(data, "error", None)
    while error is not None and error.cause is not None:
        error = error.cause
    from rich.markup import escape

    return escape((error.message if error else event.message or "").strip())


def _listen(console: Console) -> None:
    class Terminal(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            console.print(f"  {record.getMessage()}", markup=False)

    log = logging.getLogger("waybill")
    log.setLevel(logging.INFO)
    log.addHandler(Terminal())


def _what_is_there(settings: Settings) -> str:
    parts = [
        code_version(ROOT / "pipelines", ROOT / "assets", settings.reference_dir),
        hashlib.sha256(b"".join(path.read_bytes() for path in sorted(settings.sql_dir.glob("*/*.sql")))).hexdigest(),
        str(settings.news_dir),
        fingerprint(settings.news_dir),
        str(settings.supplier_dir),
        fingerprint(settings.supplier_dir),
        str(settings.claims_dir),
        fingerprint(settings.claims_dir) if settings.claims_dir else "",
        str(settings.public_dir),
        fingerprint(settings.public_dir),
        settings.as_of.isoformat(),
    ]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _last(settings: Settings) -> Refreshed | None:
    with suppress(OSError, ValueError, TypeError):
        return Refreshed(**json.loads((settings.home / "refreshed.json").read_text(encoding="utf-8")))
    return None


def _still_stands(settings: Settings, last: Refreshed) -> bool:
    published = settings.published
    return settings.warehouse.exists() and published.exists() and published.resolve().name == last.published


def _keep(settings: Settings, saw: str) -> None:
    now = datetime.now(UTC).isoformat(sep=" ", timespec="seconds")
    refreshed = {"saw": saw, "published": settings.published.resolve().name, "ended_at": now}
    partial = settings.home / "refreshed.json.partial"
    partial.write_text(json.dumps(refreshed), encoding="utf-8")
    partial.replace(settings.home / "refreshed.json")


if __name__ == "__main__":
    sys.exit(main())
