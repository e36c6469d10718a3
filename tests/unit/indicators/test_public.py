"""Public documents on their way into the lake: from a folder, and asked of services that this machine stands in for."""

import json
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from shutil import copytree

import pytest

from pipelines.indicators.polite import PoliteClient
from pipelines.lake import Lake
from pipelines.public import PublicArrivals, collect_public, read_figures
from pipelines.reference import load_reference
from pipelines.settings import ROOT, InvalidSetting, Settings, load_settings
from tests.unit.indicators.test_polite import answers
from tests.unit.news.conftest import FeedServer

START = datetime.fromisoformat("2024-07-15T09:00")


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(tmp_path / "lake")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    copytree(ROOT / "reference", tmp_path / "reference")
    (tmp_path / "nothing").mkdir()
    environment = {
        "WAYBILL_HOME": str(tmp_path), "WAYBILL_REFERENCE_DIR": str(tmp_path / "reference"),
        "WAYBILL_PUBLIC_DIR": str(tmp_path / "nothing"), "WAYBILL_AS_OF": "2024-07-15",
    }  # fmt: skip
    return load_settings(environment)


def asking(settings: Settings, text: str, *sources: str) -> Settings:
    (settings.reference_dir / "public_sources.toml").write_text(text, encoding="utf-8")
    return replace(settings, sources=sources, contact="ledger@example.org")


def names(lake: Lake, table: str, column: str = "name") -> list[str]:
    return sorted(lake.read(table)[column].to_list())


def test_the_sample_folder_comes_in_once_and_reads(settings: Settings, lake: Lake) -> None:
    settings = replace(settings, public_dir=ROOT / "sample" / "public")
    first = collect_public(settings, lake, START)
    again = collect_public(settings, lake, START + timedelta(hours=1))
    assert (first.documents_new, again.documents_new) == (first.documents_seen, 0)
    reference = load_reference(settings.reference_dir)
    read = read_figures(settings, lake, reference, START)
    assert (read.documents, read.unreadable) == (first.documents_seen, 0)
    assert (read.accepted, read.rejected) == (lake.read("figures").height, lake.read("rejected_figures").height)
    assert read_figures(settings, lake, reference, START + timedelta(hours=1)).documents == 0


def test_a_service_is_asked_and_its_key_is_kept_nowhere(
    settings: Settings, lake: Lake, feed_server: FeedServer
) -> None:
    rows = [["I_COMMODITY", "GEN_VAL_MO", "time"], ["847180", "5", "2024-06"]]
    feed_server.serve("/hs?c=847180&key=secret", answers(200, body=json.dumps(rows).encode()))
    text = f'[census]\nurl = "{feed_server.url}/hs?c={{code}}"\nname = "{{code}}"\ncode = ["847180"]\n'
    text += 'key_parameter = "key"\n'
    settings = replace(asking(settings, text, "census"), census_key="secret")
    assert collect_public(settings, lake, START).documents_new == 1
    assert read_figures(settings, lake, load_reference(settings.reference_dir), START).accepted == 1
    kept = b"".join(path.read_bytes() for path in lake.root.rglob("*.parquet"))
    assert b"secret" not in kept
    assert "secret" not in repr(settings)


def test_a_failure_names_the_address_without_the_key(settings: Settings, lake: Lake, feed_server: FeedServer) -> None:
    feed_server.serve("/hs?key=secret", answers(403))
    text = f'[census]\nurl = "{feed_server.url}/hs"\nname = "a"\nkey_parameter = "key"\n'
    settings = replace(asking(settings, text, "census"), census_key="secret")
    assert collect_public(settings, lake, START).requests_failed == 1
    (reason,) = lake.read("public_requests")["reason"]
    assert reason.startswith(f"{feed_server.url}/hs: HTTP 403")


MONTHS = (
    '[taiwan]\nurl = "{url}/{{period}}"\nname = "{{period}}"\nfirst_month = "2024-01"\nrequests_per_second = 1000\n'
)


def test_a_run_that_was_cut_short_goes_on_where_it_stopped(
    settings: Settings, lake: Lake, feed_server: FeedServer
) -> None:
    for number in range(1, 7):
        feed_server.serve(f"/20240{number}", answers(200, body=f"page {number}".encode()))
    text = MONTHS.format(url=feed_server.url) + "requests_per_run = 2\n"
    settings = asking(settings, text, "taiwan")
    collect_public(settings, lake, START)
    assert names(lake, "public_documents") == ["202405", "202406"]
    collect_public(settings, lake, START + timedelta(hours=1))
    assert names(lake, "public_documents") == ["202403", "202404", "202405", "202406"]


def test_what_was_answered_is_not_asked_for_again_within_a_day_and_what_is_settled_never(
    settings: Settings, lake: Lake, feed_server: FeedServer
) -> None:
    for number in range(1, 7):
        feed_server.serve(f"/20240{number}", answers(200, body=f"page {number}".encode()))
    settings = asking(settings, MONTHS.format(url=feed_server.url), "taiwan")

    def asked_at(when: datetime) -> int:
        return collect_public(settings, lake, when).requests_made

    assert asked_at(START) == 6
    assert asked_at(START + timedelta(hours=1)) == 0
    assert asked_at(START + timedelta(days=1)) == 5  # January ended more than 150 days ago.
    assert names(lake, "public_documents") == [f"20240{number}" for number in range(1, 7)]


def test_a_month_that_is_not_published_yet_is_no_failure(
    settings: Settings, lake: Lake, feed_server: FeedServer
) -> None:
    feed_server.serve("/202406", answers(404))
    settings = asking(settings, MONTHS.format(url=feed_server.url).replace("2024-01", "2024-06"), "taiwan")
    assert collect_public(settings, lake, START) == PublicArrivals(requests_made=1)
    assert names(lake, "public_requests", "outcome") == ["absent"]


def test_a_source_that_fails_does_not_stop_the_others(settings: Settings, lake: Lake, feed_server: FeedServer) -> None:
    feed_server.serve("/facts", answers(403))
    feed_server.serve("/202406", answers(200, body=b"page"))
    text = f'[sec]\nurl = "{feed_server.url}/facts"\nname = "facts"\n' + MONTHS.format(url=feed_server.url)
    settings = asking(settings, text.replace("2024-01", "2024-06"), "sec", "taiwan")
    arrivals = collect_public(settings, lake, START)
    assert (arrivals.requests_failed, arrivals.documents_new) == (1, 1)


@pytest.mark.parametrize(("status", "asked"), [(429, 1), (403, 6), (404, 6)])
def test_a_service_that_asks_to_wait_is_left_alone_until_the_next_run(
    settings: Settings, lake: Lake, feed_server: FeedServer, status: int, asked: int
) -> None:
    headers = {"Retry-After": "7200"} if status == 429 else {}
    for number in range(1, 7):
        feed_server.serve(f"/20240{number}", answers(status, headers=headers))
    settings = asking(settings, MONTHS.format(url=feed_server.url), "taiwan")
    assert collect_public(settings, lake, START).requests_made == asked
    assert len(feed_server.asked) == asked
    for number in range(1, 7):
        feed_server.serve(f"/20240{number}", answers(200, body=f"page {number}".encode()))
    collect_public(settings, lake, START + timedelta(days=1))
    assert names(lake, "public_documents") == [f"20240{number}" for number in range(1, 7)]


def test_a_service_that_is_down_is_given_up_after_some_requests(
    settings: Settings, lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    down = 'url = "http://127.0.0.1:9/{period}"\nname = "{period}"\nfirst_month = "2023-01"\n'
    monkeypatch.setattr("pipelines.public.PoliteClient", partial(PoliteClient, wait_seconds=0.001))
    settings = asking(settings, f"[taiwan]\n{down}requests_per_second = 1000\n", "taiwan")
    assert collect_public(settings, lake, START) == PublicArrivals(requests_made=3, requests_failed=3)


def test_an_old_month_without_content_is_not_asked_for_again(
    settings: Settings, lake: Lake, feed_server: FeedServer
) -> None:
    feed_server.serve("/202401", answers(204))
    settings = asking(settings, MONTHS.format(url=feed_server.url) + "requests_per_run = 6\n", "taiwan")
    for number in range(2, 7):
        feed_server.serve(f"/20240{number}", answers(200, body=f"page {number}".encode()))
    assert collect_public(settings, lake, START).requests_failed == 0
    collect_public(settings, lake, START + timedelta(days=1))
    assert [path for path, _ in feed_server.asked].count("/202401") == 1


def test_a_register_of_clusters_goes_to_the_suppliers_readers(
    settings: Settings, lake: Lake, feed_server: FeedServer
) -> None:
    feed_server.serve("/gpu_clusters.csv", answers(200, body=b"Name,Owner\n"))
    text = f'[epoch]\nurl = "{feed_server.url}/{{file}}"\nname = "{{file}}"\nfile = ["gpu_clusters.csv"]\n'
    collect_public(asking(settings, text, "epoch"), lake, START)
    assert names(lake, "supplier_documents") == names(lake, "public_documents") == ["gpu_clusters.csv"]
    assert lake.read("supplier_documents")["document_id"][0] == lake.read("public_documents")["document_id"][0]


@pytest.mark.parametrize(
    ("sources", "contact", "reason"),
    [
        (("edgar",), "me", "'edgar' is no source"),
        (("sec",), None, "WAYBILL_CONTACT is not set"),
        (("census",), "me", "census has no table"),
    ],
)
def test_settings_that_cannot_be_used_say_what_to_do(
    settings: Settings, lake: Lake, sources: tuple[str, ...], contact: str | None, reason: str
) -> None:
    settings = replace(asking(settings, '[sec]\nurl = "http://h"\nname = "a"\n'), sources=sources, contact=contact)
    with pytest.raises(InvalidSetting, match=reason):
        collect_public(settings, lake, START)
