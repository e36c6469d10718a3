"""The command `make run`: what it says while it works and at its end, and that nothing new is quick."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from pipelines.settings import ROOT
from tests.e2e.conftest import Story
from tests.e2e.running import AS_OF, Hung, differences, end_run, make_run, start_run, tables

pytestmark = pytest.mark.dagster


def test_it_shows_progress_and_sums_up(story: Story) -> None:
    said = story.ran.stdout
    for stage in ("reference", "claims", "records", "shipments", "allocation", "delays"):
        assert f"  {stage}: " in said
    for heading in ("Who gained and who lost what", "What is late", "What was read", "Rejected", "Published"):
        assert heading in said
    assert "Tesla, Inc. → X Corp." in said
    assert str(story.home / "published" / "waybill.duckdb") in said
    assert story.ran.stderr == ""


def cpu_seconds(arguments: list[str], environment: dict[str, str]) -> float:
    """Seconds of processor time: unlike the clock's, they do not depend on what else the machine does."""
    process = subprocess.Popen(
        [sys.executable, *arguments], cwd=ROOT, env={**os.environ, **environment}, stdout=subprocess.DEVNULL
    )
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    return used.ru_utime + used.ru_stime


def test_nothing_new_is_quick_and_changes_nothing(own_story: Path) -> None:
    environment = {"WAYBILL_HOME": str(own_story), "WAYBILL_AS_OF": AS_OF}
    before, folder = tables(own_story), (own_story / "published").resolve()
    again = cpu_seconds(["-m", "pipelines.run"], environment)
    assert again < 6 * cpu_seconds(["-c", "import dagster"], {})
    assert (own_story / "published").resolve() == folder
    assert differences(before, tables(own_story)) == []


def test_two_at_once_both_end_and_publish_one_thing(story: Story, tmp_path: Path) -> None:
    home = tmp_path / "waybill"
    both = [start_run(home), start_run(home)]
    ran = [end_run(process) for process in both]
    assert [one.returncode for one in ran] == [0, 0], ran
    assert [one.stderr for one in ran] == ["", ""]
    assert all("Tesla, Inc. → X Corp." in one.stdout for one in ran)
    assert {name: len(rows) for name, rows in tables(home).items()} == {
        name: len(rows) for name, rows in tables(story.home).items()
    }
    assert len(list((home / "publications").iterdir())) == 1


WAITS_FOR_ITSELF = """
import threading
def look_inside():
    lock.acquire()
lock = threading.Lock()
with lock:
    print("begun", flush=True)
    look_inside()
"""


def test_a_run_that_waits_for_itself_is_ended_and_tells_where_it_stood() -> None:
    command = [sys.executable, "-X", "faulthandler", "-c", WAITS_FOR_ITSELF]
    run = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True)
    assert run.stdout is not None
    assert run.stdout.readline() == "begun\n"
    with pytest.raises(Hung, match="in look_inside"):
        end_run(run, seconds=3)
    assert run.returncode


def test_nothing_new_is_said(own_story: Path) -> None:
    ran = make_run(own_story)
    assert ran.returncode == 0
    assert "Nothing is new since the run that ended at" in ran.stdout
    assert "Who gained and who lost what" in ran.stdout


def test_a_setting_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    ran = make_run(tmp_path / "waybill", WAYBILL_AS_OF="yesterday")
    assert ran.returncode == 2
    assert "WAYBILL_AS_OF" in ran.stdout
    assert "2024-06-05" in ran.stdout
    assert not (tmp_path / "waybill").exists()


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    ran = make_run(tmp_path / "waybill", WAYBILL_NEWS_DIR=str(tmp_path / "nowhere"))
    assert ran.returncode == 2
    assert str(tmp_path / "nowhere") in ran.stdout.replace("\n", "")


def test_no_news_today_still_makes_every_table(tmp_path: Path, story: Story) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    home = tmp_path / "waybill"
    ran = make_run(home, WAYBILL_NEWS_DIR=str(empty), WAYBILL_SUPPLIER_DIR=str(empty))
    assert ran.returncode == 0, ran.stdout
    made = tables(home)
    assert made.keys() == tables(story.home).keys()
    assert made["shipments.shipments"] == []
    assert made["reference.entities"]
