"""An EDIFACT file to lines: its envelopes are checked, then the messages that stand are read and the others refused."""

from collections.abc import Callable, Iterator

from pipelines.suppliers.documents import Batch, Context, Document, Opened
from pipelines.suppliers.edi import Line, LineMaker, Reason, bounded, in_batches
from pipelines.suppliers.edifact.despatches import read_despatches
from pipelines.suppliers.edifact.envelopes import Loose, Message, Walk
from pipelines.suppliers.edifact.orders import read_orders
from pipelines.suppliers.edifact.schedules import read_schedules
from pipelines.suppliers.edifact.segments import encoding_of, in_alphabet, looks_like_edifact
from pipelines.suppliers.line import RejectedLine
from pipelines.suppliers.partners import partner_for
from pipelines.suppliers.rows import Unreadable

MEDIA_TYPE = "application/EDIFACT"
READERS: dict[str, Callable[[Message, LineMaker], Iterator[Line]]] = {
    "ORDERS": read_orders, "ORDRSP": read_orders, "ORDCHG": read_orders,
    "DESADV": read_despatches, "DELFOR": read_schedules,
}  # fmt: skip


def is_edifact(document: Document) -> bool:
    """Whether a document begins as an EDIFACT interchange."""
    return looks_like_edifact(document.head(200))


def open_edifact(document: Document, context: Context) -> Opened:
    """An EDIFACT file's lines, message by message. Taking them raises Unreadable where it holds no interchange."""
    return Opened(MEDIA_TYPE, "edifact", _batches(document, context))


def _batches(document: Document, context: Context) -> Iterator[Batch]:
    encoding = encoding_of(document.head(400))
    with document.open() as stream:
        check = Walk(stream, encoding)
        found = 0
        for one in check:
            found += 1
            if isinstance(one, Message):
                for _ in one.segments:
                    pass
    if not found:
        raise Unreadable("holds no interchange: send it again")
    known: dict[str, str | None] = {}
    with document.open() as stream:
        for one in Walk(stream, encoding):
            if isinstance(one, Loose):
                yield Batch(rejected=(RejectedLine(one.number, bounded(one.text), one.reasons),))
                continue
            partner = partner_for(context.partners, one.interchange.sender)
            maker = LineMaker(context.vocabulary, partner, one.sheet, known)
            contract = f"edifact-{one.kind.lower()}" if one.kind in READERS else "edifact"
            yield from in_batches(_message_lines(one, check.reasons(one.key), maker), contract)


def _message_lines(one: Message, reasons: list[Reason], maker: LineMaker) -> Iterator[Line]:
    reader = READERS.get(one.kind)
    if reader is None:
        known = ", ".join(sorted(READERS))
        reasons = [*reasons, (f"{one.kind or 'a message without type'}: no message that is read here ({known})", "UNH")]
    if reasons or reader is None:
        yield maker.rejected(one.number, _whole(one), reasons)
    else:
        yield from reader(one, maker)


def _whole(one: Message) -> str:
    mark = one.interchange.marks.segment_terminator
    kept, size = [one.header], len(one.header)
    for segment in one.segments:
        if size < 5_000:
            kept.append(segment[3])
            size += len(segment[3])
    if one.end is not None:
        kept.append(one.end[3])
    return bounded(in_alphabet(mark.join(kept) + mark, one.interchange.alphabet))
