"""Dagster's home below Waybill's: made ready before anything runs, so that every way of running shares one state."""

import os
from pathlib import Path

from pipelines.settings import ROOT, Settings, load_settings


def prepare(settings: Settings) -> Path:
    """Make `$WAYBILL_HOME/dagster` with its settings, point DAGSTER_HOME at it, and give it."""
    home = settings.dagster_home
    home.mkdir(parents=True, exist_ok=True)
    wanted = (ROOT / "deploy" / "dagster.yaml").read_text(encoding="utf-8")
    kept = home / "dagster.yaml"
    if not kept.exists() or kept.read_text(encoding="utf-8") != wanted:
        partial = home / "dagster.yaml.partial"
        partial.write_text(wanted, encoding="utf-8")
        partial.replace(kept)
    os.environ["DAGSTER_HOME"] = str(home)
    # What a run means to do, over six hundred events, is stored at once.
    os.environ.setdefault("DAGSTER_EVENT_BATCH_SIZE", "1000")
    return home


if __name__ == "__main__":
    print(prepare(load_settings()))
