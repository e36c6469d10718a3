"""Compressed files and archives: gzip, and zip of many files, at most one archive within another.

A member is read as a document of its own, out of the archive as it stands: decompressed while it is read, as often as
it is read, and never written anywhere, so that no name in an archive can reach a file. A member that is broken,
encrypted, too large, suspiciously well compressed or too deep is one rejected line, and the others are read.
"""

import gzip
import io
import lzma
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import IO, Any, BinaryIO, Literal

from pipelines.suppliers.documents import Batch, Context, Document, Opened
from pipelines.suppliers.line import RejectedLine
from pipelines.suppliers.rows import Unreadable

MOST_MEMBERS = 10_000
# As much as a file of the folder may have; and what all members of an archive may have together.
MOST_MEMBER_BYTES = 500_000_000
MOST_ARCHIVE_BYTES = 5_000_000_000
# Tables and messages shrink to a twentieth, seldom to a hundredth; what shrinks further was made to fill memory.
MOST_RATIO = 250
# A small member may be all alike: its ratio says nothing.
RATIO_FROM_BYTES = 10_000_000
DEEPEST = 2
# A member that is no larger is taken out once. To open an archive anew is slow where it holds thousands of them.
MOST_HELD_BYTES = 4_000_000
MEDIA_TYPES = {"gzip": "application/gzip", "zip": "application/zip"}
_GZIP, _ZIP = b"\x1f\x8b", (b"PK\x03\x04", b"PK\x05\x06")
_BROKEN = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, EOFError, OSError, RuntimeError, ValueError,
    LookupError, OverflowError,
)  # fmt: skip

ReadMember = Callable[[Document, Context, str], Iterator[Batch]]


@dataclass(frozen=True, slots=True)
class Member(Document):
    """A file within an archive. `content` is empty: the bytes come out of the archive whenever they are read.

    Those of a small one are `held`.
    """

    archive: Document
    kind: Literal["gzip", "zip"]
    index: int = 0
    depth: int = 1
    held: bytes | None = None

    @property
    def size(self) -> int:
        """Its size in bytes, decompressed; counted, since what an archive says of it need not be so."""
        if self.held is not None:
            return len(self.held)
        with self.open() as stream:
            total = 0
            while chunk := stream.read(1 << 20):
                total += len(chunk)
            return total

    def open(self) -> BinaryIO:
        """Its bytes, from the start. Reading them raises Unreadable where the archive is broken or a limit reached."""
        if self.held is not None:
            return io.BytesIO(self.held)
        return io.BufferedReader(_Decompressed(self))


class _Decompressed(io.RawIOBase):
    """A member's bytes within limits; seekable, by decompressing again."""

    def __init__(self, member: Member) -> None:
        super().__init__()
        self._member = member
        self._outer: BinaryIO | None = None
        self._inner: gzip.GzipFile | IO[bytes] | None = None
        self._archive: zipfile.ZipFile | None = None
        self._begin()

    def _begin(self) -> None:
        self._end()
        self._given = 0
        outer = self._outer = self._member.archive.open()
        self._packed = outer.seek(0, io.SEEK_END)
        outer.seek(0)
        try:
            if self._member.kind == "gzip":
                self._inner = gzip.GzipFile(fileobj=outer)
            else:
                self._archive = zipfile.ZipFile(outer)
                info = self._archive.infolist()[self._member.index]
                self._packed = info.compress_size
                self._inner = self._archive.open(info)
        except _BROKEN as problem:
            raise Unreadable(_explained(problem)) from None

    def readable(self) -> bool:
        """It is."""
        return True

    def seekable(self) -> bool:
        """It is, at the price of decompressing again."""
        return True

    def tell(self) -> int:
        """How many bytes were given."""
        return self._given

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a place: onwards by reading, backwards from the start."""
        target = offset if whence == io.SEEK_SET else self._given + offset
        if whence == io.SEEK_END:
            while self.read(1 << 20):
                pass
            target = self._given + offset
        if target < self._given:
            self._begin()
        while self._given < target and self.read(min(1 << 20, target - self._given)):
            pass
        return self._given

    def readinto(self, buffer: Any) -> int:
        """Fill the buffer, within the limits."""
        view = memoryview(buffer).cast("B")
        assert self._inner is not None
        try:
            data = self._inner.read(len(view))
        except _BROKEN as problem:
            raise Unreadable(_explained(problem)) from None
        view[: len(data)] = data
        self._given += len(data)
        if self._given > MOST_MEMBER_BYTES:
            raise Unreadable(f"holds more than {MOST_MEMBER_BYTES:,} bytes: split it")
        if self._given > RATIO_FROM_BYTES and self._given > MOST_RATIO * max(self._packed, 1):
            raise Unreadable(
                f"grows to more than {MOST_RATIO} times its size: no table or message does; send it uncompressed"
            )
        return len(data)

    def _end(self) -> None:
        for one in (self._inner, self._archive, self._outer):
            if one is not None:
                one.close()
        self._inner = self._archive = self._outer = None

    def close(self) -> None:
        """Close the archive too."""
        self._end()
        super().close()


def is_archive(document: Document) -> bool:
    """Whether a document is gzip or zip; a workbook, which is a zip file too, is none."""
    return _kind_of(document) is not None


def _kind_of(document: Document) -> Literal["gzip", "zip"] | None:
    head = document.head(4)
    if head.startswith(_GZIP):
        return "gzip"
    if not head.startswith(_ZIP) or document.name.casefold().endswith((".xlsx", ".xlsm", ".xlsb", ".ods")):
        return None
    try:
        with document.open() as stream, zipfile.ZipFile(stream) as archive:
            return None if "[Content_Types].xml" in archive.namelist() else "zip"
    except (*_BROKEN, Unreadable):
        return "zip"


def open_archive(document: Document, context: Context, read_member: ReadMember) -> Opened:
    """The lines of all members, each told apart by its name. Raises Unreadable where the archive cannot be opened."""
    depth = document.depth if isinstance(document, Member) else 0
    if depth >= DEEPEST:
        raise Unreadable(f"an archive within {DEEPEST} others: pack it into one archive less")
    kind = _kind_of(document)
    if kind == "gzip":
        name = document.name.rsplit("/", 1)[-1]
        inner = name[:-3] if name.casefold().endswith(".gz") else name
        member = Member(f"{document.name}/{inner}", b"", document, "gzip", depth=depth + 1)
        return Opened(MEDIA_TYPES["gzip"], None, read_member(member, context, _shown(inner)))
    try:
        with document.open() as stream, zipfile.ZipFile(stream) as archive:
            infos = archive.infolist()
    except _BROKEN as problem:
        raise Unreadable(_explained(problem)) from None
    if all(_is_folder(info) for info in infos):
        raise Unreadable("the archive holds no file: send it again")
    if len(infos) > MOST_MEMBERS:
        raise Unreadable(f"the archive holds {len(infos):,} files, more than {MOST_MEMBERS:,}: split it")
    return Opened(MEDIA_TYPES["zip"], None, _members(document, infos, depth, context, read_member))


def _members(
    document: Document, infos: list[zipfile.ZipInfo], depth: int, context: Context, read_member: ReadMember
) -> Iterator[Batch]:
    with document.open() as stream, zipfile.ZipFile(stream) as archive:
        yield from _members_of(archive, document, infos, depth, context, read_member)


def _members_of(
    archive: zipfile.ZipFile,
    document: Document,
    infos: list[zipfile.ZipInfo],
    depth: int,
    context: Context,
    read_member: ReadMember,
) -> Iterator[Batch]:
    names: dict[str, int] = {}
    total = 0
    # In the order in which they lie there: an archive within another one is gone through once.
    for index, info in sorted(enumerate(infos), key=lambda one: one[1].header_offset):
        if _is_folder(info):
            continue
        name = _shown(info.filename)
        names[name] = names.get(name, 0) + 1
        sheet = name if names[name] == 1 else f"{name} ({names[name]})"
        total += info.file_size
        why, held = _refused(info, total), None
        if not why and info.file_size <= MOST_HELD_BYTES:
            try:
                held = archive.read(info)
            except Unreadable as problem:
                why = str(problem)
            except _BROKEN as problem:
                why = _explained(problem)
        if why:
            yield Batch(rejected=(RejectedLine(None, "", (f"{document.name}/{name}: {why}",), sheet=sheet),))
            continue
        member = Member(f"{document.name}/{name}", b"", document, "zip", index, depth + 1, held)
        yield from read_member(member, context, sheet)


def _refused(info: zipfile.ZipInfo, total: int) -> str | None:
    if info.flag_bits & 0x1:
        return "is encrypted: send it without a password"
    if info.file_size > MOST_MEMBER_BYTES:
        return f"holds {info.file_size:,} bytes, more than {MOST_MEMBER_BYTES:,}: split it"
    if total > MOST_ARCHIVE_BYTES:
        return f"the archive's files come to more than {MOST_ARCHIVE_BYTES:,} bytes: split it"
    if info.file_size > RATIO_FROM_BYTES and info.file_size > MOST_RATIO * max(info.compress_size, 1):
        return f"grows to more than {MOST_RATIO} times its size: no table or message does; send it uncompressed"
    return None


def _is_folder(info: zipfile.ZipInfo) -> bool:
    # A name may be empty, which ZipInfo.is_dir does not expect.
    return info.filename.endswith("/")


def _shown(name: str) -> str:
    """A member's name as text: it only tells members apart, so it is kept, without control characters."""
    if not name:
        return "(no name)"
    return "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in name)[:500]


def _explained(problem: BaseException) -> str:
    if isinstance(problem, NotImplementedError):
        return f"is compressed in a way that is not read here ({problem}): use deflate"
    return f"is cut short or damaged ({problem or type(problem).__name__}): send it again"
