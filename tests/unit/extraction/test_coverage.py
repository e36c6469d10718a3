"""What `make coverage` ranks: unknown words around counts that nothing explained, with their passages."""

import io
import json
from datetime import datetime
from pathlib import Path

import pytest
from rich.console import Console

from pipelines.extraction import pack as packs
from pipelines.extraction.engine import EXTRACTOR, Extractor
from pipelines.extraction.measuring.coverage import Collected, from_files, from_lake, main, show
from pipelines.extraction.measuring.unseen import Passage, known_names, known_words, lemma, rank, words_of
from pipelines.extraction.vocabulary import Vocabulary
from pipelines.lake import TABLES, Lake
from pipelines.settings import ROOT

TEXT = "The weather was fine. Oddco flubbered 4,000 H100 GPUs. Everybody went home."


def at(day: str) -> datetime:
    return datetime.fromisoformat(day)


def passage(quote: str, language: str = "en") -> Passage:
    return Passage("one", language, quote, "no frame")


def screen(width: int = 100) -> Console:
    return Console(file=io.StringIO(), width=width)


def shown(console: Console) -> str:
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


@pytest.mark.parametrize(
    ("language", "text", "words"),
    [
        ("en", "It's 4,000 H100s, re-let", ["It", "re", "let"]),
        ("ja", "データを導入した", ["データ", "導入"]),
        ("zh", "租用了芯片", ["租用", "用了", "了芯", "芯片"]),
        ("ko", "엔비디아가 공급", ["엔비디아가", "공급"]),
    ],
)
def test_words_are_cut_as_the_script_has_it(language: str, text: str, words: list[str]) -> None:
    assert list(words_of(text, language)) == words


def test_forms_of_a_word_are_counted_as_one() -> None:
    assert {lemma(word, "en") for word in ("shipped", "ships", "shipping")} == {"ship"}


def test_a_pack_knows_what_it_writes_inflects_and_matches() -> None:
    known = known_words(packs.load("fr"))
    assert {"juin", "commander", "commande", "millions"} <= known
    assert "frobnicate" not in known


def test_words_that_stand_more_often_beside_counts_than_elsewhere_come_first() -> None:
    quotes = ["Oddco flubbers the 500 chips", "Now the Otherco flubbered the 700 chips"]
    ranked = rank([passage(quote) for quote in quotes], [*quotes, "the " * 50], "en", frozenset({"chip"}))

    assert "chip" not in {word.word for word in ranked}
    assert ranked[-1].word == "the"
    assert ranked[-1].weight < 0 < ranked[0].weight
    assert {word.word for word in ranked if word.is_name} == {"otherco"}


def test_a_word_is_counted_once_a_passage_and_shown_with_it() -> None:
    (word,) = rank([passage("flub, flub and flub"), passage("flub")], [], "en", frozenset({"and"}), quotes=1)
    assert (word.passages, word.quotes) == (2, ("flub, flub and flub",))


def test_files_are_read_as_news_and_only_the_sentence_counts(tmp_path: Path, extractor: Extractor) -> None:
    (tmp_path / "a.jsonl").write_text(json.dumps({"text": TEXT, "language": "en"}) + "\n", encoding="utf-8")
    (tmp_path / "b.txt").write_bytes(b"")
    collected = from_files([tmp_path], extractor)

    assert [one.quote for one in collected.passages["en"]] == ["Oddco flubbered 4,000 H100 GPUs."]
    assert len(collected.unreadable) == 1


def test_the_lake_gives_what_the_newest_reading_left(tmp_path: Path) -> None:
    lake = Lake(tmp_path / "lake")
    start = TEXT.index("Oddco")
    item = dict.fromkeys(TABLES["news_items"]) | {
        "item_id": "one", "language": "en", "text": TEXT, "fetched_at": at("2024-06-05"),
    }  # fmt: skip
    lake.append("news_items", [item])
    for version, day in (("old", 1), ("new", 2)):
        run = {"item_id": "one", "extractor": EXTRACTOR, "extractor_version": version, "language": "en"}
        lake.append("extractions", [run | {"extracted_at": at(f"2024-07-0{day}"), "claims": 0, "mentions": 1}])
        mention = dict.fromkeys(TABLES["mentions"]) | {"item_id": "one", "extractor_version": version}
        place = {"quote_start": start, "quote_end": start + 9, "quote": "x", "reason": version}
        lake.append("mentions", [mention | place | {"mention_id": version}])
    collected = from_lake(lake)

    assert [(one.quote, one.reason) for one in collected.passages["en"]] == [
        ("Oddco flubbered 4,000 H100 GPUs.", "new")
    ]


def test_it_is_readable_on_a_terminal(vocabulary: Vocabulary) -> None:
    collected, console = Collected(), screen()
    for number in range(3):
        collected.add(str(number), "en", TEXT, [(TEXT.index("Oddco"), TEXT.index("GPUs"), "incomplete: have")])
    collected.add("4", "sv", "Inget.", [])
    show(collected, vocabulary, console, words=5, quotes=1)

    lines = [line.rstrip() for line in shown(console).splitlines()]
    assert [lines[place] for place in (0, 1, 2, 4)] == [
        "en: 3 items, 3 counts of accelerators that nothing explained",
        "  3 incomplete",
        "  words for the pack",
        "        … Oddco flubbered 4,000 H100 GPUs. …",
    ]  # fmt: skip
    assert "flubbered  in 1 of them, 0 times elsewhere" in lines[3]
    assert "sv: 1 items, 0 counts" in shown(console)


def test_a_language_without_a_pack_is_said(vocabulary: Vocabulary) -> None:
    collected, console = Collected(), screen()
    collected.add("1", "sv", "Oddco flubbrade 4 000 H100.", [(0, 10, "no pack for this language")])
    show(collected, vocabulary, console, words=5, quotes=1)

    assert "No pack speaks sv" in shown(console)
    assert "flubbrade" in shown(console)


def test_an_empty_lake_says_what_to_do() -> None:
    console = screen(width=400)
    main([], console)
    assert "holds no item that was read: run `make run`, or name texts with GOLD=." in shown(console)


def test_names_of_the_reference_are_known(vocabulary: Vocabulary) -> None:
    assert {"tesla", "coreweave"} <= known_names(vocabulary)
    assert (ROOT / "Makefile").read_text(encoding="utf-8").count("measuring.coverage") == 1
