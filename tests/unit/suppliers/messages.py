"""Reading messages in tests: all SKUs of the small vocabulary, and one order that most tests are about."""

from collections.abc import Sequence

from pipelines.suppliers.documents import Context, Document
from pipelines.suppliers.edi import Line
from pipelines.suppliers.kinds import open_document
from pipelines.suppliers.line import RejectedLine, SupplierLine
from pipelines.suppliers.partners import EdiContract
from pipelines.suppliers.vocabulary import vocabulary

KNOWN = vocabulary(["EUR", "USD", "SEK"], [r"H100( SXM5)?", r"HGX H200", r"GB200 NVL72", r"L40S"])


def read(data: str | bytes, *partners: EdiContract, name: str = "messages.edi") -> list[Line]:
    """All lines of a file, in their order, accepted and rejected ones."""
    content = data.encode("latin-1") if isinstance(data, str) else data
    found: list[Line] = []
    for batch in open_document(Document(name, content), Context([], KNOWN, partners)).batches:
        found += sorted([*batch.lines, *batch.rejected], key=lambda line: (line.line_number or 0, line.part))
    return found


def accepted(data: str | bytes, *partners: EdiContract) -> list[SupplierLine]:
    """The lines of a file, none of which is rejected."""
    lines = read(data, *partners)
    refused = [line for line in lines if isinstance(line, RejectedLine)]
    assert refused == []
    return [line for line in lines if isinstance(line, SupplierLine)]


def reasons(data: str | bytes, *partners: EdiContract) -> list[str]:
    """Every reason of a file of which nothing is accepted."""
    lines = read(data, *partners)
    assert all(isinstance(line, RejectedLine) for line in lines)
    return [why for line in lines if isinstance(line, RejectedLine) for why in line.reasons]


def shown(line: SupplierLine, names: Sequence[str]) -> tuple[object, ...]:
    """Some fields of a line; days as text."""
    values = (getattr(line, name) for name in names)
    return tuple(str(value) if hasattr(value, "isoformat") else value for value in values)
