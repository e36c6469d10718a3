"""The kinds of documents that suppliers send and the reader of each: one table, asked in its order.

To add a kind, write a reader (a function from Document and Context to Opened) and give it a line in KINDS. How a kind
is read stays in its reader, and where lines are kept in `pipelines.reading`.
"""

import mimetypes
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import polars as pl

from pipelines.suppliers.archives import is_archive, open_archive
from pipelines.suppliers.contracts import Contract
from pipelines.suppliers.documents import Batch, Context, Document, Opened
from pipelines.suppliers.edifact.reader import is_edifact, open_edifact
from pipelines.suppliers.line import RejectedLine, SupplierLine, SupplierReading
from pipelines.suppliers.rows import Unreadable
from pipelines.suppliers.tables import open_table
from pipelines.suppliers.vocabulary import SupplierVocabulary
from pipelines.suppliers.x12.reader import is_x12, open_x12


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of document: by what it is known (`fits`, which raises nothing), and who reads it.

    `open` raises Unreadable where nothing of the document can be read.
    """

    name: str
    fits: Callable[[Document], bool]
    open: Callable[[Document, Context], Opened]


KINDS: tuple[Kind, ...] = (
    Kind("archive", is_archive, lambda document, context: open_archive(document, context, read_member)),
    Kind("x12", is_x12, open_x12),
    Kind("edifact", is_edifact, open_edifact),
    # Whatever no other kind takes is a table, and needs a contract.
    Kind("table", lambda _: True, open_table),
)


def open_document(document: Document, context: Context) -> Opened:
    """Begin to read a document of whatever kind. Raises Unreadable, whose message does not name the document."""
    return next(kind for kind in KINDS if kind.fits(document)).open(document, context)


def read_member(member: Document, context: Context, sheet: str) -> Iterator[Batch]:
    """The lines of a document within another one, told apart by `sheet`: its name in the archive.

    A member that cannot be read is one rejected line, and takes nothing from the others. It is read twice: whether it
    is whole is known at its end, and its lines shall not stand in memory until then.
    """
    try:
        for _ in open_document(member, context).batches:
            pass
    except Unreadable as problem:
        yield Batch(rejected=(RejectedLine(None, "", (f"{member.name}: {problem}",), sheet=sheet),))
        return
    opened = open_document(member, context)
    for batch in opened.batches:
        yield _within(batch, opened.contract, sheet)


def read_supplier_document(
    data: bytes, name: str, contracts: Sequence[Contract], vocabulary: SupplierVocabulary
) -> SupplierReading:
    """All lines of a supplier's file at once; `unreadable` where nothing can be read. Raises nothing."""
    opened: Opened | None = None
    lines: list[SupplierLine] = []
    rejected: list[RejectedLine] = []
    try:
        opened = open_document(Document(name, data), Context(contracts, vocabulary))
        for batch in opened.batches:
            lines += batch.lines
            lines += [] if batch.frame is None else (SupplierLine(**row) for row in batch.frame.iter_rows(named=True))
            rejected += batch.rejected
    except Unreadable as problem:
        media_type = opened.media_type if opened else guessed_media_type(name)
        return SupplierReading(media_type, opened.contract if opened else None, unreadable=f"{name}: {problem}")
    return SupplierReading(
        opened.media_type, opened.contract, len(lines) + len(rejected), tuple(lines), tuple(rejected)
    )


def guessed_media_type(name: str) -> str:
    """What a document is by its name alone, where no reader takes it."""
    return mimetypes.guess_type(name)[0] or "application/octet-stream"


def _within(batch: Batch, contract: str | None, sheet: str) -> Batch:
    def place(inner: str | None) -> str:
        return sheet if inner is None else f"{sheet}/{inner}"

    frame = batch.frame
    if frame is not None:
        frame = frame.with_columns(
            sheet=pl.concat_str(pl.lit(sheet), pl.col("sheet"), separator="/", ignore_nulls=True)
        )
    return Batch(
        tuple(replace(line, sheet=place(line.sheet)) for line in batch.lines),
        tuple(replace(line, sheet=place(line.sheet)) for line in batch.rejected),
        frame,
        batch.contract or contract,
    )
