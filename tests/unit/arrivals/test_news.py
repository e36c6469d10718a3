"""The news folder and its runs: what is new is added, what is there stays, what cannot be read is kept and says why."""

import json
from pathlib import Path

import pytest

from pipelines import arrivals
from pipelines.arrivals import MAX_FILE_BYTES, Arrivals
from pipelines.lake import Lake
from tests.unit.arrivals.conftest import Inbox

NOTE = "date 2024-06-05\nNvidia sent 12,000 H100 that were meant for Tesla to X."
FEED = """<rss version="2.0"><channel><title>Desk</title>
<item><guid>a</guid><title>One</title><description>Tesla waits for its chips.</description></item>
<item><guid>b</guid><title>Two</title><description>X has got them already.</description></item>
</channel></rss>"""


def test_an_empty_folder_gives_nothing_and_writes_nothing(inbox: Inbox) -> None:
    assert inbox.collect() == Arrivals()
    assert inbox.files() == {}


def test_a_folder_that_is_not_there_says_what_to_do(inbox: Inbox) -> None:
    inbox.news.rmdir()
    with pytest.raises(NotADirectoryError, match="no such folder; create it"):
        inbox.collect()


def test_a_file_arrives_with_its_bytes_its_item_and_the_time(inbox: Inbox) -> None:
    (inbox.news / "desk").mkdir()
    (inbox.news / "desk" / "note.txt").write_text(NOTE)
    assert inbox.collect() == Arrivals(documents_seen=1, documents_new=1, items_new=1)
    (document,) = inbox.lake.read("news_documents").to_dicts()
    assert (document["name"], document["status"], document["fetched_at"]) == ("desk/note.txt", "read", inbox.now)
    assert inbox.lake.bytes_of(document["content_hash"]) == NOTE.encode()
    (item,) = inbox.lake.read("news_items").to_dicts()
    assert (item["document_id"], item["source"]) == (document["document_id"], "note")
    assert item["text"] == NOTE.split("\n")[1]
    assert str(item["published_start"]) == "2024-06-05"


def test_nothing_new_adds_nothing(inbox: Inbox) -> None:
    (inbox.news / "note.txt").write_text(NOTE)
    (inbox.news / "feed.rss").write_text(FEED)
    (inbox.news / "empty.txt").write_text("")
    inbox.collect()
    before = inbox.files()
    assert inbox.collect() == Arrivals(documents_seen=3)
    assert inbox.files() == before


def test_changed_bytes_add_a_version_and_keep_the_first(inbox: Inbox) -> None:
    (inbox.news / "note.txt").write_text(NOTE)
    inbox.collect()
    before = inbox.files()
    (inbox.news / "note.txt").write_text(NOTE.replace("12,000", "9,000"))
    assert inbox.collect() == Arrivals(documents_seen=1, documents_new=1, items_new=1)
    assert before.items() <= inbox.files().items()
    texts = inbox.lake.read("news_items").sort("fetched_at")["text"]
    assert ["12,000" in text for text in texts] == [True, False]
    assert inbox.lake.read("news_items")["guid"].n_unique() == 1


def test_a_grown_feed_adds_only_its_new_item(inbox: Inbox) -> None:
    (inbox.news / "feed.rss").write_text(FEED)
    inbox.collect()
    more = "<item><guid>c</guid><title>Three</title><description>Nothing else.</description></item></channel>"
    (inbox.news / "feed.rss").write_text(FEED.replace("</channel>", more))
    assert inbox.collect() == Arrivals(documents_seen=1, documents_new=1, items_new=1)
    assert sorted(inbox.lake.read("news_items")["guid"]) == ["a", "b", "c"]


def test_a_vanished_file_loses_nothing(inbox: Inbox) -> None:
    (inbox.news / "note.txt").write_text(NOTE)
    inbox.collect()
    before = inbox.files()
    (inbox.news / "note.txt").unlink()
    assert inbox.collect() == Arrivals()
    assert inbox.files() == before


def test_a_file_that_comes_back_is_known(inbox: Inbox) -> None:
    (inbox.news / "note.txt").write_text(NOTE)
    inbox.collect()
    (inbox.news / "note.txt").unlink()
    inbox.collect()
    (inbox.news / "note.txt").write_text(NOTE)
    assert inbox.collect() == Arrivals(documents_seen=1)


def test_a_touched_or_rewritten_file_with_the_same_bytes_is_nothing_new(inbox: Inbox) -> None:
    (inbox.news / "note.txt").write_text(NOTE)
    inbox.collect()
    (inbox.news / "note.txt").unlink()
    (inbox.news / "note.txt").write_text(NOTE)
    assert inbox.collect().documents_new == 0


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("empty.txt", b"", "empty"),
        ("binary.txt", b"\x00\x01\x02" * 50, "binary"),
        ("date.txt", b"date 2024-02-30\nx", "2024-02-30"),
    ],
)
def test_an_unreadable_file_is_kept_with_its_reason_and_stops_nobody(
    inbox: Inbox, name: str, content: bytes, reason: str
) -> None:
    (inbox.news / name).write_bytes(content)
    (inbox.news / "note.txt").write_text(NOTE)
    assert inbox.collect() == Arrivals(documents_seen=2, documents_new=2, documents_unreadable=1, items_new=1)
    (document,) = inbox.lake.read("news_documents").filter(name=name).to_dicts()
    assert document["status"] == "unreadable"
    assert reason in document["reason"]
    assert inbox.lake.bytes_of(document["content_hash"]) == content


def test_a_file_too_large_is_kept_with_its_reason_and_not_read(inbox: Inbox) -> None:
    with (inbox.news / "huge.txt").open("wb") as file:
        file.truncate(MAX_FILE_BYTES + 1)
    assert inbox.collect() == Arrivals(documents_seen=1, documents_new=1, documents_unreadable=1)
    (document,) = inbox.lake.read("news_documents").to_dicts()
    assert document["status"] == "unreadable"
    assert "split the file" in document["reason"]
    assert inbox.collect() == Arrivals(documents_seen=1)


def test_a_file_that_becomes_readable_is_read(inbox: Inbox) -> None:
    (inbox.news / "note.txt").write_text("")
    inbox.collect()
    (inbox.news / "note.txt").write_text(NOTE)
    assert inbox.collect().items_new == 1


def test_read_entries_are_accepted_or_rejected_with_line_column_and_reason(inbox: Inbox) -> None:
    lines = [json.dumps({"item_id": "a", "text": "X has 12,000 H100."}), "{broken", json.dumps({"item_id": "c"})]
    (inbox.news / "items.jsonl").write_text("\n".join(lines))
    assert inbox.collect() == Arrivals(documents_seen=1, documents_new=1, items_new=1, entries_rejected=2)
    (document,) = inbox.lake.read("news_documents").to_dicts()
    assert (document["entries_read"], document["entries_accepted"], document["entries_rejected"]) == (3, 1, 2)
    rejected = inbox.lake.read("rejected_entries").sort("line_number").to_dicts()
    assert [(row["line_number"], row["column"], row["verbatim"]) for row in rejected] == [
        (2, None, "{broken"),
        (3, "text", lines[2]),
    ]
    assert all(row["reason"] for row in rejected)


def test_the_same_item_in_two_files_of_one_source_is_one_item(inbox: Inbox) -> None:
    line = json.dumps({"item_id": "a", "source": "Desk", "text": "X has 12,000 H100."})
    (inbox.news / "monday.jsonl").write_text(line)
    (inbox.news / "tuesday.jsonl").write_text(line + "\n")
    assert inbox.collect() == Arrivals(documents_seen=2, documents_new=2, items_new=1)


def test_other_readers_read_what_is_there_again(inbox: Inbox, monkeypatch: pytest.MonkeyPatch) -> None:
    (inbox.news / "note.txt").write_text(NOTE)
    inbox.collect()
    monkeypatch.setattr(arrivals, "code_version", lambda *_: "another version")
    assert inbox.collect() == Arrivals(documents_seen=1, documents_new=1)
    assert inbox.lake.read("news_items").height == 1
    assert inbox.collect() == Arrivals(documents_seen=1)


class PowerCut(Exception):
    pass


@pytest.mark.parametrize("cut_before", ["news_items", "rejected_entries", "news_documents"])
def test_a_run_cut_short_loses_nothing_and_the_next_one_adds_nothing_twice(
    inbox: Inbox, monkeypatch: pytest.MonkeyPatch, cut_before: str
) -> None:
    (inbox.news / "note.txt").write_text(NOTE)
    (inbox.news / "feed.rss").write_text(FEED)
    append = Lake.append

    def cut(lake: Lake, table: str, rows: list[dict[str, object]]) -> int:
        if table == cut_before:
            raise PowerCut
        return append(lake, table, rows)

    monkeypatch.setattr(Lake, "append", cut)
    with pytest.raises(PowerCut):
        inbox.collect()
    monkeypatch.setattr(Lake, "append", append)
    inbox.collect()
    assert sorted(inbox.lake.read("news_items")["guid"]) == ["a", "b", "note.txt"]
    assert sorted(inbox.lake.read("news_documents")["name"]) == ["feed.rss", "note.txt"]
    assert inbox.collect() == Arrivals(documents_seen=2)


def test_many_documents_are_written_in_several_pieces(inbox: Inbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arrivals, "_FLUSH_DOCUMENTS", 2)
    for number in range(5):
        (inbox.news / f"note-{number}.txt").write_text(f"{NOTE} {number}")
    assert inbox.collect() == Arrivals(documents_seen=5, documents_new=5, items_new=5)
    assert len(inbox.lake.files("news_documents")) == 3
    assert inbox.lake.read("news_items").height == 5


def test_links_out_of_the_folder_are_not_followed(inbox: Inbox, tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text(NOTE)
    (inbox.news / "link.txt").symlink_to(tmp_path / "secret.txt")
    assert inbox.collect() == Arrivals()
