"""Ready-made claims on their way into the lake: arrival, items, replacement, and what is rejected."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from pipelines import handed_claims
from pipelines.extraction.engine import EXTRACTOR
from pipelines.handed_claims import Handed, collect_claim_documents, read_handed_claims
from pipelines.lake import Lake
from tests.unit.arrivals.conftest import Inbox
from tests.unit.handover.lines import line, quoted

Put = Callable[..., Path]


@pytest.fixture
def put(inbox: Inbox, tmp_path: Path) -> Put:
    """Writes a file of claims into the claims folder, which is set."""
    folder = tmp_path / "claims"
    folder.mkdir()
    inbox.settings = replace(inbox.settings, claims_dir=folder)

    def write(*lines: str, name: str = "claims.jsonl") -> Path:
        path = folder / name
        path.write_text("\n".join(lines), encoding="utf-8")
        return path

    return write


def take(inbox: Inbox) -> tuple[Handed, Handed]:
    """One run: what arrived, and what was read."""
    inbox.now = inbox.now.replace(hour=(inbox.now.hour + 1) % 24, day=inbox.now.day + 1)
    return collect_claim_documents(inbox.settings, inbox.lake, inbox.now), read_handed_claims(inbox.lake, inbox.now)


def standing(lake: Lake) -> list[dict[str, Any]]:
    """The claims of each item's and extractor's newest run, as claims.news_claims has them."""
    runs = lake.read("extractions").sort("extracted_at").unique(["item_id", "extractor"], keep="last")
    keys = ["item_id", "extractor", "extractor_version"]
    rows = lake.read("news_claims").unique("claim_id").join(runs.select(keys), on=keys).sort("event", "extractor")
    return rows.to_dicts()


def test_without_a_folder_nothing_is_done(inbox: Inbox) -> None:
    assert take(inbox) == (Handed(), Handed())
    assert inbox.files() == {}


def test_a_folder_that_is_not_there_says_what_to_do(inbox: Inbox, tmp_path: Path) -> None:
    inbox.settings = replace(inbox.settings, claims_dir=tmp_path / "nowhere")
    with pytest.raises(NotADirectoryError, match="no such folder; create it"):
        take(inbox)


def test_claims_enter_the_lake_with_the_items_that_they_are_about(inbox: Inbox, put: Put) -> None:
    path = put(quoted("First."), quoted("Second.", event="delay"), "{")
    arrived, read = take(inbox)
    assert (arrived.documents, arrived.items_new) == (1, 1)
    assert (read.accepted, read.rejected) == (2, 1)
    (item,) = inbox.lake.read("news_items").to_dicts()
    assert (item["guid"], item["source"], item["text"]) == ("a-1", "Silicon Ledger", "First.\nSecond.")
    assert (item["published_precision"], item["language"]) == ("day", "en")
    assert {claim["item_id"] for claim in standing(inbox.lake)} == {item["item_id"]}
    (rejected,) = inbox.lake.read("rejected_lines").to_dicts()
    assert (rejected["line_number"], rejected["verbatim"]) == (3, "{")
    (document,) = inbox.lake.read("news_documents").to_dicts()
    assert inbox.lake.bytes_of(document["content_hash"]) == path.read_bytes()


def test_nothing_new_adds_nothing(inbox: Inbox, put: Put) -> None:
    put(line())
    take(inbox)
    before = inbox.files()
    assert take(inbox) == (Handed(documents_seen=1), Handed())
    assert inbox.files() == before


@pytest.mark.parametrize("name", ["claims.jsonl", "corrected.jsonl"])
def test_a_newer_file_replaces_what_was_handed_over_about_its_items(inbox: Inbox, put: Put, name: str) -> None:
    put(quoted("First."), quoted("Second.", event="delay"), quoted("Kept.", item_id="a-2", event="plan"))
    take(inbox)
    put(quoted("First, corrected.", quantity_low=900), name=name)
    take(inbox)
    assert [(claim["event"], claim["quote"]) for claim in standing(inbox.lake)] == [
        ("order", "First, corrected."),
        ("plan", "Kept."),
    ]


def test_of_two_files_that_came_together_the_later_name_is_the_newer(inbox: Inbox, put: Put) -> None:
    put(line(quantity_low=1), name="a.jsonl")
    put(line(quantity_low=2), name="b.jsonl")
    take(inbox)
    assert [claim["quantity_low"] for claim in standing(inbox.lake)] == [2]


def test_a_file_that_turns_back_to_what_it_was_counts_as_new(inbox: Inbox, put: Put) -> None:
    for quantity in (1, 2, 1):
        put(line(quantity_low=quantity))
        take(inbox)
    assert [claim["quantity_low"] for claim in standing(inbox.lake)] == [1]


def test_another_extractor_replaces_nothing(inbox: Inbox, put: Put) -> None:
    put(line(quantity_low=1), name="a.jsonl")
    put(line(quantity_low=2, extractor="another"), name="b.jsonl")
    take(inbox)
    assert sorted(claim["quantity_low"] for claim in standing(inbox.lake)) == [1, 2]


@pytest.fixture
def our_item(inbox: Inbox) -> str:
    """An item from the news folder, read by our own extractor; its id."""
    (inbox.news / "story.txt").write_text("date 2024-06-05 Meta has ordered 5,000 H100 from Nvidia.", encoding="utf-8")
    inbox.collect()
    assert inbox.extract().accepted == 1
    return str(inbox.lake.read("news_items")["item_id"].item())


@pytest.mark.parametrize("by", ["id", "guid"])
def test_claims_of_our_own_items_stand_beside_our_own(inbox: Inbox, put: Put, our_item: str, by: str) -> None:
    given_id = our_item if by == "id" else inbox.lake.read("news_items")["guid"].item()
    put(quoted("Meta has ordered", item_id=given_id, extractor=EXTRACTOR))
    take(inbox)
    assert inbox.lake.read("news_items").height == 1
    assert [(claim["item_id"], claim["extractor"]) for claim in standing(inbox.lake)] == [
        (our_item, EXTRACTOR),
        (our_item, f"{EXTRACTOR} (handed over)"),
    ]
    assert inbox.extract().pieces == 0


def test_our_extractor_leaves_items_that_were_handed_over_alone(inbox: Inbox, put: Put) -> None:
    put(quoted("Meta has ordered 5,000 H100 from Nvidia."))
    take(inbox)
    assert inbox.extract().pieces == 0


def test_an_item_that_arrives_later_takes_its_claims_once_they_are_handed_over_again(inbox: Inbox, put: Put) -> None:
    put(quoted("Meta has ordered 5,000 H100", item_id="story.txt"))
    take(inbox)
    (inbox.news / "story.txt").write_text("date 2024-06-05 Meta has ordered 5,000 H100 from Nvidia.", encoding="utf-8")
    inbox.collect()
    put(quoted("Meta has ordered 5,000 H100", item_id="story.txt", quantity_low=5000, quantity_high=5000))
    take(inbox)
    (claim,) = standing(inbox.lake)
    assert claim["item_id"] == inbox.lake.read("news_items").filter(source="story")["item_id"].item()


def test_a_file_that_cannot_be_read_stops_nobody(inbox: Inbox, put: Put) -> None:
    put("", name="a.jsonl")
    put("[]", name="b.jsonl")
    put(line(), name="c.jsonl")
    _, read = take(inbox)
    assert (read.unreadable, read.accepted) == (2, 1)
    reasons = inbox.lake.read("claim_readings").filter(status="unreadable")["reason"].to_list()
    assert {reason.split(":")[0] for reason in reasons} == {"a.jsonl", "b.jsonl"}


def test_a_new_version_of_the_reader_reads_every_file_again(
    inbox: Inbox, put: Put, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(line(quantity_low=1), name="a.jsonl")
    take(inbox)
    put(line(quantity_low=2), name="b.jsonl")
    take(inbox)
    monkeypatch.setattr(handed_claims, "claims_reader_version", lambda: "another")
    assert take(inbox)[1].documents == 2
    assert [claim["quantity_low"] for claim in standing(inbox.lake)] == [2]
    assert take(inbox)[1] == Handed()


class PowerCut(Exception):
    pass


@pytest.mark.parametrize("table", ["news_items", "news_documents", "news_claims", "extractions", "claim_readings"])
def test_a_run_cut_short_is_made_good_by_the_next(
    inbox: Inbox, put: Put, monkeypatch: pytest.MonkeyPatch, table: str
) -> None:
    put(line(), line(event="plan"), "{")
    append = Lake.append

    def cut(lake: Lake, to: str, rows: list[dict[str, object]]) -> int:
        if to == table:
            raise PowerCut
        return append(lake, to, rows)

    monkeypatch.setattr(Lake, "append", cut)
    with pytest.raises(PowerCut):
        take(inbox)
    monkeypatch.setattr(Lake, "append", append)
    take(inbox)
    assert [claim["event"] for claim in standing(inbox.lake)] == ["order", "plan"]
    assert inbox.lake.read("news_items")["item_id"].n_unique() == 1
    assert inbox.lake.read("claim_readings").height == 1
    assert inbox.lake.read("news_claims").filter(pl.col("claim_id").is_duplicated()).height in (0, 4)
