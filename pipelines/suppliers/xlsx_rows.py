"""XLSX bytes to rows with typed cells. What the columns mean stays in `tables`."""

import fnmatch
import io
import re
import zipfile

from python_calamine import CalamineWorkbook, SheetVisibleEnum

from pipelines.suppliers.contracts import XlsxFormat
from pipelines.suppliers.rows import Row, Sheet, Unreadable, cell_text

MOST_BYTES = 500_000_000
MOST_CELLS = 5_000_000
_BLOCK = 1 << 20
# Cells with content; formatted empty ones close themselves, and the reader leaves them out.
_CELL = re.compile(rb"<(?:\w+:)?c\s[^>]*?\br=[\"']([A-Z]{1,3})(\d{1,7})[\"'][^>]*(?<!/)>")


def read_xlsx(data: bytes, how: XlsxFormat) -> list[Sheet]:
    """The sheets that the contract names, or the first one. Raises Unreadable."""
    _check_size(data)
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(data)) as workbook:
            visible = [one.name for one in workbook.sheets_metadata if one.visible == SheetVisibleEnum.Visible]
            names = visible[:1] if how.sheet is None else [one for one in visible if _fits(one, how.sheet)]
            if not names:
                raise Unreadable(
                    f"no visible sheet fits {how.sheet or '*'!r} (there are: {', '.join(visible) or 'none'}): "
                    "rename the sheet, or correct the contract's sheet"
                )
            return [Sheet(name, _rows(workbook, name)) for name in names]
    except (Unreadable, KeyboardInterrupt, SystemExit, GeneratorExit):
        raise
    except BaseException as problem:  # a panic of the Rust reader is no Exception
        raise Unreadable(f"not a whole XLSX workbook ({problem}): open it, save it anew and send that") from None


def _fits(name: str, pattern: str) -> bool:
    return fnmatch.fnmatchcase(name.casefold(), pattern.casefold())


def _rows(workbook: CalamineWorkbook, name: str) -> tuple[Row, ...]:
    table = workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)
    return tuple(
        Row(number, "\t".join(" ".join(cell_text(cell).split()) for cell in cells).rstrip("\t"), tuple(cells))
        for number, cells in enumerate(table, start=1)
    )


def _check_size(data: bytes) -> None:
    """Refuse what the reader would answer with the end of the whole process: it allocates a sheet's full rectangle."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
            if sum(part.file_size for part in parts) > MOST_BYTES:
                raise Unreadable(f"unpacks to more than {MOST_BYTES:,} bytes: send it in parts")
            for part in parts:
                if part.filename.lower().startswith("xl/worksheets/") and part.filename.lower().endswith(".xml"):
                    _check_rectangle(archive, part)
    except Unreadable:
        raise
    except Exception as problem:  # zipfile raises a dozen kinds on broken bytes, all of which mean the same
        raise Unreadable(
            f"not a whole XLSX file ({problem}): send it again, saved as XLSX and without a password"
        ) from None


def _check_rectangle(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    rows: set[int] = set()
    columns: set[bytes] = set()
    with archive.open(part) as stream:
        tail, read = b"", 0
        while block := stream.read(_BLOCK):
            read += len(block)
            if read > MOST_BYTES:
                raise Unreadable(f"unpacks to more than {MOST_BYTES:,} bytes: send it in parts")
            for column, row in _CELL.findall(tail + block):
                columns.add(column)
                rows.add(int(row))
            tail = block[-256:]
    if not rows:
        return
    height, width = max(rows), max(_column_number(column) for column in columns)
    if height * width > MOST_CELLS:
        raise Unreadable(
            f"{part.filename} reaches to row {height:,} and column {width:,}, more than {MOST_CELLS:,} cells: "
            "remove the stray cells far from the table"
        )


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
