"""A file of ready-made claims to items, claims and rejected lines. Pure; the lake is for `pipelines.handed_claims`.

Lines of one item may stand anywhere in a file. What they say of the item has to agree; of an item that is not ours its
text is what the lines give, or their quotes.
"""

import codecs
import hashlib
import io
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, fields, replace

from pipelines.extraction.claim import Claim
from pipelines.handover.claim_lines import HandedClaim, Reason, RejectedClaim, read_claim_line, rejected
from pipelines.news.assembly import assemble_item
from pipelines.news.item import NewsItem

MEDIA_TYPE = "application/jsonl"
_WIDE_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"),
)  # fmt: skip
_ITEM_FIELDS = ("source", "url", "published", "language", "title", "text")
_CLAIM_FIELDS = tuple(one.name for one in fields(Claim) if one.name != "slots")


class UnreadableClaims(ValueError):
    """A file of which no line can be read; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class OwnItem:
    """One of our own items: its id and its text."""

    item_id: str
    text: str


# For the ids that lines give: which of them are items of ours.
Lookup = Callable[[Collection[str]], Mapping[str, OwnItem]]


@dataclass(frozen=True, slots=True)
class ItemClaims:
    """What one extractor claims of one item. `given_id` is as handed over; `own_id` is our own item's id, where it is
    one, and otherwise `item` is the item as far as it is known."""

    given_id: str
    extractor: str
    claims: tuple[Claim, ...]
    own_id: str | None = None
    item: NewsItem | None = None


@dataclass(frozen=True, slots=True)
class ClaimsReading:
    """What one file gave. `lines_read` is the number of claims in `items` and of rejected lines together."""

    lines_read: int = 0
    items: tuple[ItemClaims, ...] = ()
    rejected: tuple[RejectedClaim, ...] = ()

    @property
    def accepted(self) -> int:
        """How many lines became claims."""
        return sum(len(one.claims) for one in self.items)


def read_claims_file(data: bytes, name: str, lookup: Lookup) -> ClaimsReading:
    """All claims of a JSON Lines file. Raises UnreadableClaims where it is none."""
    verbatim: dict[int, bytes] = {}
    refused: list[RejectedClaim] = []
    items: dict[str, list[HandedClaim]] = {}
    seen: dict[bytes, int] = {}
    for number, line in _lines(data, name):
        found = read_claim_line(line, number)
        if isinstance(found, HandedClaim):
            before = seen.setdefault(_content(found), number)
            if before == number:
                verbatim[number] = line
                items.setdefault(found.item_id, []).append(found)
                continue
            why = f"line: line {before} claims the same of this item: a claim counts once"
            found = rejected(number, line, [(why, "")])
        refused.append(found)
    read = len(verbatim) + len(refused)
    ours = lookup(items.keys())
    settled: list[ItemClaims] = []
    for given_id, handed in items.items():
        groups, reasons = _settled(given_id, handed, ours.get(given_id))
        settled += groups
        refused += (rejected(number, verbatim[number], [reason]) for number, reason in reasons.items())
    return ClaimsReading(read, tuple(settled), tuple(sorted(refused, key=lambda one: one.line_number)))


def _lines(data: bytes, name: str) -> Iterator[tuple[int, bytes]]:
    if not name.lower().endswith((".jsonl", ".ndjson")):
        raise UnreadableClaims(f"{name}: only .jsonl files are read here: rename it, or take it out of the folder")
    for mark, charset in _WIDE_MARKS:
        if data.startswith(mark):
            data = _narrowed(data, charset, name)
            break
    data = data.removeprefix(codecs.BOM_UTF8)
    start = data[:1000].lstrip()
    if not start and not data.strip():
        raise UnreadableClaims(f"{name}: the file is empty: hand it over again")
    if start.startswith(b"[") or start.split(b"\n")[0].strip() == b"{":
        raise UnreadableClaims(f"{name}: one JSON value over several lines, or a list: write one object a line")
    if b"\0" in start:
        raise UnreadableClaims(f"{name}: binary data, no text: save it as UTF-8 JSON Lines")
    for number, line in enumerate(io.BytesIO(data), start=1):
        if line.strip():
            yield number, line.rstrip(b"\r\n")


def _narrowed(data: bytes, charset: str, name: str) -> bytes:
    try:
        return data.decode(charset).encode("utf-8")
    except UnicodeError as problem:
        raise UnreadableClaims(f"{name}: not whole {charset} text ({problem}): save it as UTF-8") from None


def _content(found: HandedClaim) -> bytes:
    claim = found.claim
    content = (found.item_id, found.extractor, *(getattr(claim, name) for name in _CLAIM_FIELDS))
    return hashlib.blake2b(repr(content).encode("utf-8"), digest_size=16).digest()


def _settled(
    given_id: str, handed: list[HandedClaim], own: OwnItem | None
) -> tuple[list[ItemClaims], dict[int, Reason]]:
    """The claims of an item by extractor, each quote in its place, and by line why others cannot stand."""
    reasons: dict[int, Reason] = {}
    agreeing, known = (handed, handed[0]) if own else _agreed(handed, reasons)
    text = own.text if own else known.text
    joined = "\n".join(dict.fromkeys(one.claim.quote for one in agreeing))
    claims: dict[str, list[Claim]] = {}
    for one in agreeing:
        placed = _placed(joined, one.claim) if text is None else _checked(text, one.claim)
        if isinstance(placed, str):
            reasons[one.line_number] = (placed, "quote")
        else:
            claims.setdefault(one.extractor, []).append(placed)
    item = None if own or not claims else _item(known, joined if text is None else text)
    own_id = own.item_id if own else None
    groups = [ItemClaims(given_id, extractor, tuple(made), own_id, item) for extractor, made in claims.items()]
    return groups, reasons


def _agreed(handed: list[HandedClaim], reasons: dict[int, Reason]) -> tuple[list[HandedClaim], HandedClaim]:
    """The lines that agree about their item, and all that they say of it together."""
    known, said_in = handed[0], dict.fromkeys(_ITEM_FIELDS, handed[0].line_number)
    agreeing = [handed[0]]
    for one in handed[1:]:
        added = {}
        for name in _ITEM_FIELDS:
            value, before = getattr(one, name), getattr(known, name)
            if value is None or value == before:
                continue
            if before is not None:
                column = "published_at" if name == "published" else name
                why = f"{column}: differs from line {said_in[name]}, which is about the same item: make them agree"
                reasons[one.line_number] = (why, column)
                break
            added[name] = value
        else:
            known = replace(known, **added)
            said_in.update(dict.fromkeys(added, one.line_number))
            agreeing.append(one)
    return agreeing, known


def _placed(text: str, claim: Claim) -> Claim:
    """The claim with its place as given, or where its quote stands in the quotes."""
    if claim.quote_start >= 0:
        return claim
    start = text.find(claim.quote)
    return replace(claim, quote_start=start, quote_end=start + len(claim.quote))


def _checked(text: str, claim: Claim) -> Claim | str:
    """The claim with its quote's place in the text, or why the quote cannot stand there."""
    if claim.quote_start >= 0 and text[claim.quote_start : claim.quote_end] == claim.quote:
        return claim
    at = text.find(claim.quote)
    if at < 0:
        return "quote: does not stand in the item's text: quote it word for word"
    if claim.quote_start < 0:
        return replace(claim, quote_start=at, quote_end=at + len(claim.quote))
    return (
        f"quote: stands in the item's text at {at}, not at {claim.quote_start}: count Unicode code points, or leave "
        "quote_start and quote_end out"
    )


def _item(known: HandedClaim, text: str) -> NewsItem:
    return assemble_item(
        guid=known.item_id,
        source=known.source,
        text=text,
        title=known.title,
        url=known.url,
        published=known.published,
        language=known.language,
    )
