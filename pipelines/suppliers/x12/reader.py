"""An X12 file to lines: its envelopes are checked first, then the sets that stand are read, and the others refused."""

from collections.abc import Callable, Iterator

from pipelines.suppliers.documents import Batch, Context, Document, Opened
from pipelines.suppliers.edi import Line, LineMaker, Reason, bounded, in_batches, plain
from pipelines.suppliers.line import RejectedLine
from pipelines.suppliers.partners import partner_for
from pipelines.suppliers.rows import Unreadable
from pipelines.suppliers.x12.envelopes import Loose, TransactionSet, Walk
from pipelines.suppliers.x12.notices import read_notices
from pipelines.suppliers.x12.orders import read_orders
from pipelines.suppliers.x12.schedules import read_schedules
from pipelines.suppliers.x12.segments import looks_like_x12

MEDIA_TYPE = "application/EDI-X12"
READERS: dict[str, Callable[[TransactionSet, LineMaker], Iterator[Line]]] = {
    "850": read_orders, "855": read_orders, "860": read_orders, "865": read_orders,
    "856": read_notices, "830": read_schedules, "862": read_schedules,
}  # fmt: skip


def is_x12(document: Document) -> bool:
    """Whether a document begins as an X12 interchange."""
    return looks_like_x12(document.head(200))


def open_x12(document: Document, context: Context) -> Opened:
    """An X12 file's lines, set by set. Raises Unreadable where it holds no interchange."""
    return Opened(MEDIA_TYPE, "x12", _batches(document, context))


def _batches(document: Document, context: Context) -> Iterator[Batch]:
    with document.open() as stream:
        check = Walk(stream)
        found = 0
        for one in check:
            found += 1
            if isinstance(one, TransactionSet):
                for _ in one.segments:
                    pass
    if not found:
        raise Unreadable("holds no interchange: send it again")
    known: dict[str, str | None] = {}
    with document.open() as stream:
        for one in Walk(stream):
            if isinstance(one, Loose):
                yield Batch(rejected=(RejectedLine(one.number, bounded(plain(one.text)), one.reasons),))
                continue
            partner = partner_for(context.partners, one.interchange.sender)
            maker = LineMaker(context.vocabulary, partner, one.sheet, known)
            contract = f"x12-{one.kind}" if one.kind in READERS else "x12"
            yield from in_batches(_set_lines(one, check.reasons(one.key), maker), contract)


def _set_lines(one: TransactionSet, reasons: list[Reason], maker: LineMaker) -> Iterator[Line]:
    reader = READERS.get(one.kind)
    if reader is None:
        known = ", ".join(sorted(READERS))
        reasons = [*reasons, (f"{one.kind or 'a set without number'}: no message that is read here ({known})", "ST01")]
    if reasons or reader is None:
        yield maker.rejected(one.number, _whole(one), reasons)
    else:
        yield from reader(one, maker)


def _whole(one: TransactionSet) -> str:
    mark = one.interchange.marks.terminator
    kept, size = [one.header], len(one.header)
    for segment in one.segments:
        if size < 5_000:
            kept.append(segment[3])
            size += len(segment[3])
    if one.end is not None and one.last is not None:
        kept.append(one.last[3])
    return bounded(plain(mark.join(kept) + mark))
