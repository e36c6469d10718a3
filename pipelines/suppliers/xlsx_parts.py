"""What has to be known of a workbook before the reader opens it: how far its sheets reach, and which cells are errors.

The reader allocates a sheet's full rectangle, and the process ends where memory does not suffice; and it gives cells
such as #N/A as empty ones. Both are seen here from the package's XML. Cells' values are no business of this module.
"""

import io
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from xml.etree import ElementTree

from pipelines.suppliers.rows import Unreadable

MOST_BYTES = 500_000_000
MOST_CELLS = 5_000_000
_BLOCK = 1 << 20
_LONGEST_TAG = 256
_LONGEST_END = 16
# Cells with content: the reader leaves out formatted ones that are closed at once.
_CELL = re.compile(rb"<(?:\w+:)?c(?=[\s>])[^>]*(?<!/)>(?!</(?:\w+:)?c>)")
_PLACE = re.compile(rb"\br=[\"']([A-Z]{1,3})(\d{1,7})[\"']")
_ROW = re.compile(rb"<(?:\w+:)?row\s[^>]*?\br=[\"'](\d{1,7})[\"']")
_ERROR = re.compile(rb"\bt=[\"']e[\"']")
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


@dataclass(frozen=True, slots=True)
class Place:
    """A cell: sheet row and column, both from 1."""

    row: int
    column: int


def error_cells(data: bytes) -> dict[str, frozenset[Place]]:
    """For each sheet its cells that hold an error. Raises Unreadable for what is no workbook or too large to open."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
            if sum(part.file_size for part in parts) > MOST_BYTES:
                raise Unreadable(f"unpacks to more than {MOST_BYTES:,} bytes: send it in parts")
            errors = {
                part.filename: _scan(archive, part)
                for part in parts
                if re.fullmatch(r"xl/worksheets/[^/]+\.xml", part.filename, re.IGNORECASE)
            }
            return {name: errors.get(part, frozenset()) for name, part in _sheets(archive).items()}
    except Unreadable:
        raise
    except Exception as problem:  # zipfile and XML raise a dozen kinds on broken bytes, all of which mean the same
        raise Unreadable(
            f"not a whole XLSX file ({problem}): send it again, saved as XLSX and without a password"
        ) from None


def _sheets(archive: zipfile.ZipFile) -> Mapping[str, str]:
    targets: dict[str, str] = {}
    for relation in ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels")):
        target = relation.get("Target", "")
        targets[relation.get("Id", "")] = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    book = ElementTree.fromstring(archive.read("xl/workbook.xml"))
    return {
        sheet.get("name", ""): targets.get(sheet.get(_RELATION, ""), "")
        for sheet in book.iter()
        if sheet.tag.rpartition("}")[2] == "sheet"
    }


def _scan(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> frozenset[Place]:
    errors: set[Place] = set()
    height = width = read = last_row = 0
    with archive.open(part) as stream:
        tail = b""
        while block := stream.read(_BLOCK):
            read += len(block)
            if read > MOST_BYTES:
                raise Unreadable(f"unpacks to more than {MOST_BYTES:,} bytes: send it in parts")
            text = tail + block
            last_row = max([last_row, *(int(row) for row in _ROW.findall(text))])
            for tag in _CELL.finditer(text):
                if tag.end() + _LONGEST_END > len(text):
                    break
                place = _PLACE.search(tag[0])
                if place is None:
                    height, width = max(height, last_row), max(width, 1)
                    continue
                row, column = int(place[2]), _column_number(place[1])
                height, width = max(height, row), max(width, column)
                if _ERROR.search(tag[0]):
                    errors.add(Place(row, column))
            tail = text[-_LONGEST_TAG:]
    if height * width > MOST_CELLS:
        raise Unreadable(
            f"{part.filename} reaches to row {height:,} and column {width:,}, more than {MOST_CELLS:,} cells: "
            "remove the stray cells far from the table"
        )
    return frozenset(errors)


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
