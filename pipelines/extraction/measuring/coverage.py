"""Shows what the extractor does not know: `make coverage`, or this module with files and folders as arguments.

Ranks, for each language, the unknown words around counts of accelerators that nothing explained, with passages: over
the lake, or over files of text. Only reading and showing belong here; ranking belongs in `unseen.py`.
"""

import argparse
import re
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl
from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from pipelines.extraction import pack as packs
from pipelines.extraction.engine import EXTRACTOR, Extractor
from pipelines.extraction.measuring.unseen import Passage, Unseen, known_names, known_words, lemma, rank, words_of
from pipelines.extraction.vocabulary import Vocabulary, vocabulary_from
from pipelines.folders import list_documents
from pipelines.lake import Lake
from pipelines.news.documents import read_document
from pipelines.reference import load_reference
from pipelines.settings import InvalidSetting, load_settings

_MOST_AROUND = 200
_BEFORE = re.compile(r"(?:^|[.!?]\s|[。！？\n])(?!.*(?:[.!?]\s|[。！？\n]))", re.DOTALL)
_AFTER = re.compile(r"[.!?](?=\s|$)|[。！？\n]|$")


@dataclass(slots=True)
class Collected:
    """What was read: for each language its texts, and the passages that nothing explained."""

    texts: dict[str, list[str]] = field(default_factory=dict)
    passages: dict[str, list[Passage]] = field(default_factory=dict)
    unreadable: list[str] = field(default_factory=list)

    def add(self, item_id: str, language: str, text: str, mentions: Iterable[tuple[int, int, str]]) -> None:
        """Add an item with its mentions, each its place in the text, in code points, and the reason."""
        self.texts.setdefault(language, []).append(text)
        for start, end, reason in mentions:
            quote = " ".join(_sentence(text, start, end).split())
            self.passages.setdefault(language, []).append(Passage(item_id, language, quote, reason))


def _sentence(text: str, start: int, end: int) -> str:
    """The sentence around a place, or two hundred characters of it to either side."""
    ended = text[start:end].rstrip().endswith((".", "!", "?", "。", "！", "？"))
    before, after = text[max(0, start - _MOST_AROUND) : start], "" if ended else text[end : end + _MOST_AROUND]
    first, last = _BEFORE.search(before), _AFTER.search(after)
    return before[first.end() if first else 0 :] + text[start:end] + after[: last.end() if last else None]


def from_lake(lake: Lake) -> Collected:
    """What the newest reading of each item in the lake left unexplained."""
    runs = lake.read("extractions").filter(extractor=EXTRACTOR).sort("extracted_at")
    newest = runs.unique("item_id", keep="last", maintain_order=True).select("item_id", "extractor_version")
    mentions = lake.read("mentions").unique("mention_id", maintain_order=True)
    mentions = mentions.join(newest, on=["item_id", "extractor_version"], how="semi").sort("item_id", "quote_start")
    found: dict[str, list[tuple[int, int, str]]] = {}
    for row in mentions.iter_rows(named=True):
        found.setdefault(row["item_id"], []).append((row["quote_start"], row["quote_end"], row["reason"]))
    items = lake.read("news_items", "item_id", "language", "text", "fetched_at").sort("fetched_at", "item_id")
    items = items.unique("item_id", keep="first", maintain_order=True).filter(
        pl.col("item_id").is_in(newest["item_id"].to_list())
    )
    collected = Collected()
    for row in items.iter_rows(named=True):
        collected.add(row["item_id"], row["language"], row["text"], found.get(row["item_id"], []))
    return collected


def from_files(places: Sequence[Path], extractor: Extractor) -> Collected:
    """What the extractor leaves unexplained in files of text, in any form in which news is read, gold files too.

    Raises NotADirectoryError where a place is neither a file nor a folder.
    """
    collected = Collected()
    for place in places:
        for path in [place] if place.is_file() else list_documents(place):
            reading = read_document(path.read_bytes(), path.name, source=path.name)
            collected.unreadable += [reading.unreadable] if reading.unreadable else []
            for number, item in enumerate(reading.items, start=1):
                read = extractor.extract(
                    item.text,
                    language=item.language,
                    published_start=item.published_start,
                    published_end=item.published_end,
                    title=item.title,
                )
                places_of = [(one.quote_start, one.quote_end, one.reason) for one in read.mentions]
                collected.add(f"{path.name}:{number}", item.language, item.text, places_of)
    return collected


def show(collected: Collected, vocabulary: Vocabulary, console: Console, *, words: int, quotes: int) -> None:
    """Print, for each language, how much is unexplained and why, and the words to teach with passages."""
    names = known_names(vocabulary)
    for reason in collected.unreadable:
        console.print(f"unreadable: {reason}", markup=False, style="red")
    for language, texts in sorted(collected.texts.items()):
        passages = collected.passages.get(language, [])
        title = f"{language}: {len(texts)} items, {len(passages)} counts of accelerators that nothing explained"
        console.print(Text(title, style="bold"))
        if not passages:
            continue
        reasons = Counter(re.sub(r":.*", "", passage.reason) for passage in passages)
        console.print("  " + ", ".join(f"{number} {reason}" for reason, number in reasons.most_common()), markup=False)
        pack = packs.load(language) if language in packs.available() else None
        if pack is None:
            console.print(f"  No pack speaks {language}: CONTRIBUTING.md says how to add one.", markup=False)
        known = names | (known_words(pack) if pack else frozenset())
        ranked = rank(passages, texts, language, known, quotes=quotes)
        for heading, chosen in (
            ("words for the pack", [word for word in ranked if not word.is_name][:words]),
            ("names for the reference", [word for word in ranked if word.is_name][:words]),
        ):
            if chosen:
                console.print(Text(f"  {heading}", style="italic"))
                for word in chosen:
                    _show_word(word, language, console)


def _show_word(word: Unseen, language: str, console: Console) -> None:
    counts = f"in {word.passages} of them, {word.elsewhere} times elsewhere"
    console.print(Text.assemble("    ", (word.word, "bold yellow"), f"  {counts}"))
    for quote in word.quotes:
        text = Text(f"… {quote} …", style="dim")
        for form in {form for form in words_of(quote, language) if lemma(form, language) == word.word}:
            text.highlight_regex(
                rf"(?<!\w){re.escape(form)}(?!\w)" if form.isascii() else re.escape(form), "bold yellow"
            )
        console.print(Padding(text, (0, 0, 0, 8)))


def main(arguments: Sequence[str], console: Console) -> None:
    """Print the ranking. Raises InvalidSetting or NotADirectoryError where an input cannot be used."""
    settings = load_settings()
    parser = argparse.ArgumentParser(prog="make coverage", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("places", type=Path, nargs="*", help="files or folders of text; the lake if none is given")
    parser.add_argument("--words", type=int, default=12, help="how many words and names to show for a language (12)")
    parser.add_argument("--passages", type=int, default=2, help="how many passages to show for a word (2)")
    parser.add_argument("--language", action="append", help="only this language; may be repeated")
    options = parser.parse_args(arguments)
    vocabulary = vocabulary_from(load_reference(settings.reference_dir))
    if options.places:
        collected = from_files(options.places, Extractor(vocabulary))
    else:
        collected = from_lake(Lake(settings.lake))
        if not collected.texts:
            console.print(f"{settings.lake} holds no item that was read: run `make run`, or name texts with GOLD=.")
    if options.language:
        collected.texts = {code: texts for code, texts in collected.texts.items() if code in options.language}
    show(collected, vocabulary, console, words=options.words, quotes=options.passages)


if __name__ == "__main__":
    try:
        main(sys.argv[1:], Console())
    except (InvalidSetting, NotADirectoryError) as problem:
        sys.exit(str(problem))
