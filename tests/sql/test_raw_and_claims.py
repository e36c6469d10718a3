"""What arrived and what was read from it: each document, item, claim and line once, as the newest reading gives it."""

from typing import Any

import pytest
from world import World, at

STORY = (
    "A memo of the chip maker says that twelve thousand accelerators meant for the carmaker were sent to the social "
    "network instead, and that the orders of the network due in January and June go to the carmaker in exchange, which "
    "pushes back a delivery worth more than five hundred million dollars by months and leaves a Texan cluster waiting."
)
OTHER = (
    "A cloud provider in Norway ordered two hundred racks for a hall beside a fjord, cooled by sea water, and expects "
    "the first of them before winter; the maker of the racks would not say whether the price includes spare parts."
)


def test_a_document_read_again_is_one_row_with_its_newest_reading_and_its_first_arrival() -> None:
    world = World()
    world.news_document("doc", fetched="2024-06-01", status="unreadable", reason="doc: not known", entries_read=0,
                        entries_accepted=0)  # fmt: skip
    world.news_document("doc", fetched="2024-06-09", reader_version="r2")
    document = world.build("raw.news_documents").row("raw.news_documents")
    assert (document["fetched_at"], document["status"], document["reason"]) == (at("2024-06-01"), "read", None)


def test_an_item_kept_twice_is_one_row_and_keeps_its_first_arrival() -> None:
    world = World()
    world.item(item_id="once", fetched="2024-06-05")
    world.lake["news_items"].append({**world.lake["news_items"][0], "fetched_at": at("2024-06-20")})
    assert world.build("raw.news_items").row("raw.news_items")["fetched_at"] == at("2024-06-05")


def test_two_versions_of_an_item_are_two_rows() -> None:
    world = World()
    world.item(guid="a", text="First.")
    world.item(guid="a", text="Corrected.")
    assert [row["text"] for row in world.build("raw.news_items").rows("raw.news_items")] == ["First.", "Corrected."]


def test_a_supplier_document_waits_until_it_is_read() -> None:
    world = World()
    world.supplier_document("book")
    world.lake["supplier_readings"].clear()
    assert world.build("raw.supplier_documents").row("raw.supplier_documents")["status"] == "waiting"


def test_the_newest_reading_says_whether_a_supplier_document_can_be_read() -> None:
    world = World()
    world.supplier_document("book", status="unreadable", reason="book: no contract fits", lines_read=0)
    world.lake["supplier_readings"].append({
        **world.lake["supplier_readings"][0], "read_at": at("2024-08-01"), "status": "read", "reason": None,
        "reader_version": "r2",
    })  # fmt: skip
    document = world.build("raw.supplier_documents").row("raw.supplier_documents")
    assert (document["status"], document["reason"]) == ("read", None)


def test_only_the_claims_of_the_newest_extractor_count() -> None:
    world = World()
    item = world.item()
    world.claim("order", item=item, to="Tesla", gpus=100, claim_id="old", version="v1")
    world.claim("order", item=item, to="Tesla", gpus=200, claim_id="new", version="v2")
    built = world.build("claims.news_claims", "claims.extractions")
    assert [row["claim_id"] for row in built.rows("claims.news_claims")] == ["new"]
    assert built.row("claims.extractions")["extractor_version"] == "v2"


def test_a_newer_extractor_that_finds_nothing_takes_the_old_claims_away() -> None:
    world = World()
    item = world.item()
    world.claim("order", item=item, to="Tesla", gpus=100, version="v1")
    world.lake["extractions"].append({
        "item_id": item, "extractor": "rules", "extractor_version": "v2", "extracted_at": at("2024-09-01"),
        "language": "en", "claims": 0, "mentions": 0,
    })  # fmt: skip
    assert world.build("claims.news_claims").rows("claims.news_claims") == []


def test_a_claim_kept_twice_by_a_run_cut_short_is_one_row() -> None:
    world = World()
    world.claim("order", to="Tesla", gpus=100)
    world.lake["news_claims"] *= 2
    assert len(world.build("claims.news_claims", "claims.extractions").rows("claims.news_claims")) == 1


def test_claims_lost_on_the_way_into_the_lake_are_found() -> None:
    world = World()
    item = world.item()
    world.lake["extractions"].append({
        "item_id": item, "extractor": "rules", "extractor_version": "v1", "extracted_at": at("2024-09-01"),
        "language": "en", "claims": 2, "mentions": 0,
    })  # fmt: skip
    with pytest.raises(AssertionError, match="every_claim_is_counted"):
        world.build("claims.extractions")


def mention(item: str, **fields: Any) -> dict[str, Any]:
    return {
        "mention_id": f"mention-of-{item}", "item_id": item, "extractor_version": "v1", "quote": "12,000 H100",
        "quote_start": 0, "quote_end": 11, "product": "H100", "quantity_low": 12000.0, "quantity_high": 12000.0,
        "quantity_unit": "gpu", "reason": "no verb near", **fields,
    }  # fmt: skip


def test_mentions_are_those_of_the_newest_extractor_once_each() -> None:
    world = World()
    item = world.item()
    world.lake["mentions"] += [mention(item), mention(item)]
    assert len(world.build("claims.mentions").rows("claims.mentions")) == 1
    world.claim("order", item=item, to="Tesla", version="v2")
    assert world.build("claims.mentions").rows("claims.mentions") == []


def rejected_line(document: str, place: int, **fields: Any) -> dict[str, Any]:
    return {
        "document_id": document, "reader_version": "r1", "sheet": None, "line_number": place, "part": 1,
        "columns": "Menge", "reasons": "Menge: is negative", "verbatim": "4711;-3", **fields,
    }  # fmt: skip


def entry(document: str, *, read: str = "2024-07-01", version: str = "r1", line: int = 3) -> dict[str, Any]:
    return {
        "document_id": document, "name": f"{document}.txt", "line_number": line, "column": "text", "reason": "missing",
        "verbatim": "{}", "reader_version": version, "read_at": at(read),
    }  # fmt: skip


def test_every_rejection_stands_with_file_line_column_and_reason() -> None:
    world = World()
    world.line(document="book")
    world.lake["rejected_lines"].append(rejected_line("book", 2))
    world.supplier_document("blank", status="unreadable", reason="blank.csv: is empty", lines_read=0)
    world.news_document("feed", entries_read=2, entries_accepted=1, entries_rejected=1)
    world.lake["rejected_entries"].append(entry("feed"))
    world.news_document("binary", status="unreadable", reason="binary.txt: no text", entries_read=0, entries_accepted=0)
    rows = world.build("claims.rejected_lines").rows("claims.rejected_lines")
    assert [(row["source_kind"], row["name"], row["line_number"], row["columns"], row["reasons"]) for row in rows] == [
        ("news", "binary.txt", None, None, "binary.txt: no text"),
        ("news", "feed.txt", 3, "text", "missing"),
        ("supplier", "blank.csv", None, None, "blank.csv: is empty"),
        ("supplier", "book.csv", 2, "Menge", "Menge: is negative"),
    ]


def test_lines_read_are_lines_accepted_and_rejected() -> None:
    world = World()
    world.line(document="book")
    world.line(document="book", number="20")
    world.lake["rejected_lines"].append(rejected_line("book", 3))
    reading = world.build("claims.supplier_readings").row("claims.supplier_readings")
    assert (reading["lines_read"], reading["lines_accepted"], reading["lines_rejected"]) == (3, 2, 1)


def test_a_line_lost_on_the_way_into_the_lake_is_found() -> None:
    world = World()
    world.supplier_document("book", lines_read=2)
    world.line(document="book")
    with pytest.raises(AssertionError, match="read_is_accepted_plus_rejected"):
        world.build("claims.supplier_readings")


def test_entries_that_a_newer_reader_accepts_are_rejected_no_longer() -> None:
    world = World()
    world.news_document("feed", entries_read=2, entries_accepted=1, entries_rejected=1)
    world.lake["rejected_entries"].append(entry("feed"))
    world.news_document("feed", fetched="2024-08-01", reader_version="r2", entries_read=2, entries_accepted=2)
    assert world.build("claims.rejected_lines").rows("claims.rejected_lines") == []


def test_entries_kept_by_a_run_cut_short_are_rejected_once() -> None:
    world = World()
    world.lake["rejected_entries"] += [entry("feed", read="2024-06-30"), entry("feed")]
    world.news_document("feed", entries_read=2, entries_accepted=1, entries_rejected=1)
    assert len(world.build("claims.rejected_lines").rows("claims.rejected_lines")) == 1


def test_only_the_lines_of_the_newest_reader_count() -> None:
    world = World()
    world.line(document="book", quantity=100, version="r1")
    world.lake["supplier_readings"].append({
        **world.lake["supplier_readings"][0], "read_at": at("2024-08-01"), "reader_version": "r2",
    })  # fmt: skip
    world.lake["supplier_lines"].append({**world.lake["supplier_lines"][0], "reader_version": "r2", "quantity": 90.0})
    line = world.build("claims.supplier_lines", "claims.supplier_readings").row("claims.supplier_lines")
    assert line["quantity"] == 90


def roots(world: World) -> dict[str, str]:
    return dict(world.build("claims.wire_groups").columns("SELECT item_id, root_item_id FROM claims.wire_groups"))


def test_a_near_copy_leads_to_the_earliest_item() -> None:
    world = World()
    world.item(item_id="late", published="2024-06-06", text="Update: " + STORY.replace("Texan", "vast"))
    world.item(item_id="first", published="2024-06-04", text=STORY)
    world.item(item_id="later", published="2024-06-07", text=STORY + " Nobody at the carmaker wished to comment on it.")
    assert roots(world) == {"first": "first", "late": "first", "later": "first"}


def test_a_story_that_very_many_print_leads_to_the_first_of_them() -> None:
    world = World()
    for number in range(60):
        world.item(item_id=f"item {number:02}", published="2024-06-04", text=f"House {number} prints: {STORY}")
    assert set(roots(world).values()) == {"item 00"}


def test_a_closing_line_below_very_many_items_makes_no_copies() -> None:
    world = World()
    for number in range(60):
        own = " ".join(f"word{number}x{place}" for place in range(120))
        world.item(item_id=f"item {number:02}", published="2024-06-04", text=f"{own} {OTHER}")
    world.item(item_id="copy", published="2024-06-05", text=f"{' '.join(f'word40x{place}' for place in range(120))}")
    assert {item: root for item, root in roots(world).items() if item != root} == {"copy": "item 40"}


def test_a_copy_of_one_half_of_an_item_is_a_copy() -> None:
    world = World()
    world.item(item_id="both", published="2024-06-04", text=f"{STORY} {OTHER}")
    world.item(item_id="half", published="2024-06-05", text=OTHER)
    assert roots(world)["half"] == "both"


def test_different_texts_are_no_copies() -> None:
    world = World()
    world.item(item_id="one", text=STORY)
    world.item(item_id="other", text=OTHER, published="2024-06-05")
    assert roots(world) == {"one": "one", "other": "other"}


@pytest.mark.parametrize(
    "texts",
    [
        ("Tesla waits for 12,000 H100.", "Meta waits for 12,000 H100."),
        ("Nvidia declined to comment.", "Nvidia declined to comment on the order."),
        ("", "H100"),
    ],
)
def test_unrelated_short_texts_are_no_copies(texts: tuple[str, str]) -> None:
    world = World()
    for number, text in enumerate(texts):
        world.item(item_id=f"item-{number}", published=f"2024-06-0{number + 1}", text=text or " ")
    assert roots(world) == {"item-0": "item-0", "item-1": "item-1"}


@pytest.mark.parametrize("words", [6, 12, 20, 30])
def test_the_same_short_text_twice_is_a_copy_whatever_its_case_and_punctuation(words: int) -> None:
    short = " ".join(STORY.split()[:words])
    world = World()
    world.item(item_id="first", published="2024-06-04", text=short)
    world.item(item_id="copy", published="2024-06-05", text=short.upper() + "!")
    assert roots(world)["copy"] == "first"


def test_lines_of_a_document_that_was_refused_in_the_end_do_not_count() -> None:
    world = World()
    world.supplier_document("cut", status="unreadable", reason="cut.edi: ends in segment 4", lines_read=0)
    world.line(document="cut")
    world.lake["rejected_lines"].append(rejected_line("cut", 3))
    built = world.build("claims.supplier_lines", "claims.rejected_lines")
    assert built.rows("claims.supplier_lines") == []
    assert [row["reasons"] for row in built.rows("claims.rejected_lines")] == ["cut.edi: ends in segment 4"]


def handed_over(world: World, *lines: int, rejected: int = 0, read: int | None = None) -> None:
    """A file of ready-made claims about one item of its own, read with so many lines accepted and rejected."""
    world.news_document("handed", source="claims folder", name="claims.jsonl")
    item = world.item(item_id="handed:1")
    for number in lines:
        world.claim("order", item=item, to="Tesla", gpus=number, version="v9")
    for claim in world.lake["news_claims"]:
        claim["extractor"] = "somebody"
    world.lake["extractions"].append({
        "item_id": item, "extractor": "somebody", "extractor_version": "v9", "extracted_at": at("2024-07-02"),
        "language": "en", "claims": len(lines), "mentions": 0,
    })  # fmt: skip
    world.lake["rejected_lines"] += [rejected_line("handed", 90 + place) for place in range(rejected)]
    world.lake["claim_readings"].append({
        "document_id": "handed", "reader_version": "r1", "claims_version": "v9", "read_at": at("2024-07-02"),
        "status": "read", "reason": None, "lines_read": len(lines) + rejected if read is None else read,
    })  # fmt: skip


def test_ready_made_claims_are_claims_and_their_rejected_lines_are_rejected_lines() -> None:
    world = World()
    handed_over(world, 100, 200, rejected=1)
    built = world.build("claims.news_claims", "claims.claim_readings", "claims.rejected_lines")
    assert [row["extractor"] for row in built.rows("claims.news_claims")] == ["somebody", "somebody"]
    reading = built.row("claims.claim_readings")
    assert (reading["lines_read"], reading["lines_accepted"], reading["lines_rejected"]) == (3, 2, 1)
    rejected = built.row("claims.rejected_lines")
    assert (rejected["source_kind"], rejected["name"], rejected["line_number"]) == ("claims", "claims.jsonl", 90)


def test_a_ready_made_claim_lost_on_the_way_into_the_lake_is_found() -> None:
    world = World()
    handed_over(world, 100, read=2)
    with pytest.raises(AssertionError, match="read_is_accepted_plus_rejected"):
        world.build("claims.claim_readings")


def test_a_file_of_claims_that_cannot_be_read_is_rejected_once() -> None:
    world = World()
    world.news_document("handed", source="claims folder", name="claims.jsonl", status="unreadable", entries_read=0,
                        entries_accepted=0, reason="claims.jsonl: the file is empty")  # fmt: skip
    rejected = world.build("claims.rejected_lines").row("claims.rejected_lines")
    assert (rejected["source_kind"], rejected["reasons"]) == ("claims", "claims.jsonl: the file is empty")


def versions_of_one_line(*stated: tuple[str, float]) -> World:
    """A file in our own columns that holds one order line several times: its date and its quantity each time."""
    world = World()
    for place, (dated, quantity) in enumerate(stated, start=1):
        world.line(document="ours", order="PO1", number="10", quantity=quantity, dated=dated)
        world.lake["supplier_lines"][-1] |= {"contract": "waybill-lines", "line_number": place}
    return world


@pytest.mark.parametrize(
    "stated",
    [
        [("2024-01-01", 20), ("2024-05-01", 10)],
        [("2024-05-01", 10), ("2024-01-01", 20)],
        [("2024-05-01", 20), ("2024-05-01", 10)],
    ],
)
def test_of_several_versions_of_a_line_in_one_file_the_newest_counts(stated: list[tuple[str, float]]) -> None:
    built = versions_of_one_line(*stated).build("records.shipment_records")
    current = built.rows("SELECT stated_quantity_low FROM records.shipment_records WHERE NOT superseded")
    assert [row["stated_quantity_low"] for row in current] == [10]
