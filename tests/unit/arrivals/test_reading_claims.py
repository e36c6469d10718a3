"""Claims of what arrived: each item is read once by each version of the extractor, and its quotes stand in its text."""

import json
import shutil
from typing import Any

import pytest

from pipelines import reading
from pipelines.extraction import parallel
from pipelines.extraction.claim import Extraction
from pipelines.extraction.engine import Extractor
from pipelines.lake import Lake
from pipelines.reading import Read, read_claims
from pipelines.reference import load_reference
from tests.unit.arrivals.conftest import Inbox

NOTE = "date 2024-06-05\nNvidia diverted 12,000 H100 GPUs that Tesla had ordered to X, CNBC reported on Tuesday."
IDLE = "date 2024-06-05\nThe weather in Bergen was mild and nobody ordered anything at all on this quiet summer day."


def arrive(inbox: Inbox, **notes: str) -> None:
    for name, text in notes.items():
        (inbox.news / f"{name}.txt").write_text(text)
    inbox.collect()


def test_nothing_that_arrived_gives_no_claims(inbox: Inbox) -> None:
    assert inbox.extract() == Read()
    assert inbox.files() == {}


def test_a_claim_leads_to_its_words_in_the_item(inbox: Inbox) -> None:
    arrive(inbox, note=NOTE)
    read = inbox.extract()
    assert (read.pieces, read.accepted) == (1, inbox.lake.read("news_claims").height)
    (item,) = inbox.lake.read("news_items").to_dicts()
    claims = inbox.lake.read("news_claims").to_dicts()
    (diversion,) = [claim for claim in claims if claim["event"] == "diversion"]
    assert (diversion["from_entity"], diversion["to_entity"], diversion["quantity_low"]) == ("Tesla", "X", 12_000)
    for claim in claims:
        assert claim["item_id"] == item["item_id"]
        assert item["text"][claim["quote_start"] : claim["quote_end"]] == claim["quote"]
        for slot in json.loads(claim["slots"]).values():
            assert slot.keys() == {"start", "end", "rule", "share"}


def test_an_item_without_claims_is_read_and_counted_too(inbox: Inbox) -> None:
    arrive(inbox, idle=IDLE)
    assert inbox.extract() == Read(pieces=1)
    (run,) = inbox.lake.read("extractions").to_dicts()
    assert (run["claims"], run["extracted_at"]) == (0, inbox.now)


def test_an_unchanged_item_is_never_read_twice(inbox: Inbox) -> None:
    arrive(inbox, note=NOTE)
    inbox.extract()
    before = inbox.files()
    assert inbox.extract() == Read()
    assert inbox.files() == before


def test_only_what_is_new_is_read(inbox: Inbox) -> None:
    arrive(inbox, note=NOTE)
    inbox.extract()
    arrive(inbox, idle=IDLE)
    assert inbox.extract().pieces == 1


def test_another_extractor_reads_every_item_again(inbox: Inbox, monkeypatch: pytest.MonkeyPatch) -> None:
    arrive(inbox, note=NOTE, idle=IDLE)
    first = inbox.extract()
    monkeypatch.setattr(reading, "extractor_version", lambda _: "another version")
    assert inbox.extract() == first
    claims = inbox.lake.read("news_claims")
    assert claims["claim_id"].n_unique() == claims.height == 2 * first.accepted
    assert inbox.extract() == Read()


def test_going_back_to_an_older_extractor_reads_again(inbox: Inbox, monkeypatch: pytest.MonkeyPatch) -> None:
    arrive(inbox, note=NOTE)
    for version in ("one", "other", "one"):
        monkeypatch.setattr(reading, "extractor_version", lambda _, version=version: version)
        assert inbox.extract().pieces == 1
    assert inbox.extract() == Read()


class PowerCut(Exception):
    pass


@pytest.mark.parametrize("cut_before", ["news_claims", "mentions", "extractions"])
def test_a_run_cut_short_reads_again_and_keeps_each_claim_once(
    inbox: Inbox, monkeypatch: pytest.MonkeyPatch, cut_before: str
) -> None:
    arrive(inbox, note=NOTE)
    append = Lake.append

    def cut(lake: Lake, table: str, rows: list[dict[str, object]]) -> int:
        if table == cut_before:
            raise PowerCut
        return append(lake, table, rows)

    monkeypatch.setattr(Lake, "append", cut)
    with pytest.raises(PowerCut):
        inbox.extract()
    monkeypatch.setattr(Lake, "append", append)
    read = inbox.extract()
    assert read.pieces == 1
    assert inbox.lake.read("news_claims")["claim_id"].n_unique() == read.accepted
    assert inbox.lake.read("extractions").height == 1


def test_many_items_are_written_in_several_pieces(inbox: Inbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "_FLUSH_ITEMS", 2)
    arrive(inbox, **{f"note-{number}": f"{NOTE} {number}" for number in range(5)})
    assert inbox.extract().pieces == 5
    assert len(inbox.lake.files("extractions")) == 3


def test_two_processes_leave_the_same_files_as_one(inbox: Inbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "_FLUSH_ITEMS", 2)
    monkeypatch.setattr(parallel, "cores", lambda: 2)
    arrive(inbox, **{f"note{number}": NOTE.replace("12,000", f"{number},000") for number in range(1, 6)}, idle=IDLE)
    reference = load_reference(inbox.settings.reference_dir)
    before = inbox.files()

    written = []
    for processes in (1, 2):
        shutil.rmtree(inbox.lake.root)
        for name, data in before.items():
            (inbox.lake.root / name).parent.mkdir(parents=True, exist_ok=True)
            (inbox.lake.root / name).write_bytes(data)
        read_claims(inbox.lake, reference, inbox.now, processes)
        written.append({name: data for name, data in inbox.files().items() if name not in before})
    assert written[0] == written[1]
    assert len(written[0]) > 5


def test_an_item_that_cannot_be_read_is_told_and_read_by_the_next_run(
    inbox: Inbox, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    arrive(inbox, note=NOTE, other=NOTE.replace("12,000", "13,000"))
    whole = Extractor.extract

    def broken(self: Extractor, text: str, **given: Any) -> Extraction:
        if "13,000" in text:
            raise RecursionError("too deep")
        return whole(self, text, **given)

    with monkeypatch.context() as patched, caplog.at_level("ERROR"):
        patched.setattr(Extractor, "extract", broken)
        read = inbox.extract()
    (failed,) = {*inbox.lake.read("news_items")["item_id"]} - {*inbox.lake.read("extractions")["item_id"]}
    assert (read.pieces, read.unreadable) == (1, 1)
    assert f"item {failed} could not be read: RecursionError: too deep" in caplog.text

    assert inbox.extract().pieces == 1
    assert inbox.lake.read("extractions").height == 2
