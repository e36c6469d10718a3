"""What passes between a supplier's document and whoever keeps its lines: shapes for every kind of reader.

A reader takes a Document and gives an Opened, whose batches it makes while they are taken, so that no document has to
fit into memory. Which reader takes which document is said in `kinds`.
"""

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import polars as pl

from pipelines.suppliers.contracts import Contract
from pipelines.suppliers.line import RejectedLine, SupplierLine
from pipelines.suppliers.partners import EdiContract
from pipelines.suppliers.vocabulary import SupplierVocabulary


@dataclass(frozen=True, slots=True)
class Document:
    """One file as it arrived. `name` is its path in the folder (a member's is `archive.zip/member.csv`)."""

    name: str
    content: Path | bytes

    @property
    def size(self) -> int:
        """Its size in bytes."""
        return len(self.content) if isinstance(self.content, bytes) else self.content.stat().st_size

    def open(self) -> BinaryIO:
        """Its bytes, from the start; seekable."""
        return io.BytesIO(self.content) if isinstance(self.content, bytes) else self.content.open("rb")

    def head(self, size: int = 4096) -> bytes:
        """Its first bytes."""
        with self.open() as stream:
            return stream.read(size)

    def read(self) -> bytes:
        """All of its bytes. Only for kinds whose reader bounds the size first."""
        with self.open() as stream:
            return stream.read()


@dataclass(frozen=True, slots=True)
class Context:
    """What readers check against."""

    contracts: Sequence[Contract]
    vocabulary: SupplierVocabulary
    partners: Sequence[EdiContract] = ()


@dataclass(frozen=True, slots=True)
class Batch:
    """Some lines of a document, accepted and rejected; any number up to some ten thousand.

    `frame` holds accepted lines where a reader makes many at once: one row a line, named as the fields of SupplierLine.
    `contract` names what read them (a contract, or a message such as x12-856) where that differs within the document.
    Within a document `sheet`, `line_number` and `part` are unique together, over lines and rejected lines alike.
    """

    lines: tuple[SupplierLine, ...] = ()
    rejected: tuple[RejectedLine, ...] = ()
    frame: pl.DataFrame | None = None
    contract: str | None = None

    @property
    def accepted(self) -> int:
        """How many lines it holds, rejected ones not counted."""
        return len(self.lines) + (0 if self.frame is None else self.frame.height)


@dataclass(frozen=True, slots=True)
class Opened:
    """A document that a reader began to read, and its lines, made while they are taken.

    Taking a batch raises Unreadable where the document as a whole has to be refused, a cut one for instance: then the
    lines given before do not count. Where only the rest is lost, the last batch holds a RejectedLine that says so.
    """

    media_type: str
    contract: str | None
    batches: Iterator[Batch]
