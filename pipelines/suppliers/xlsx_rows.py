"""XLSX bytes to rows with typed cells. What the columns mean stays in `tables`, the package's XML in `xlsx_parts`."""

import fnmatch
import io
from collections.abc import Iterator

from python_calamine import CalamineWorkbook, SheetVisibleEnum

from pipelines.suppliers.contracts import XlsxFormat
from pipelines.suppliers.rows import Cell, Row, Unreadable, cell_text
from pipelines.suppliers.xlsx_parts import Place, error_cells

ERROR_CELL = "#ERROR"


def read_xlsx(data: bytes, how: XlsxFormat) -> list[tuple[str, tuple[Row, ...]]]:
    """The rows of the visible sheets that the contract names, or of the first one, by name. Raises Unreadable."""
    errors = error_cells(data)
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(data)) as workbook:
            visible = [one.name for one in workbook.sheets_metadata if one.visible == SheetVisibleEnum.Visible]
            names = visible[:1] if how.sheet is None else [one for one in visible if _fits(one, how.sheet)]
            if not names:
                raise Unreadable(
                    f"no visible sheet fits {how.sheet or '*'!r} (there are: {', '.join(visible) or 'none'}): "
                    "rename the sheet, or correct the contract's sheet"
                )
            return [(name, tuple(_rows(workbook, name, errors.get(name, frozenset())))) for name in names]
    except (Unreadable, KeyboardInterrupt, SystemExit, GeneratorExit):
        raise
    except BaseException as problem:  # a panic of the Rust reader is no Exception
        raise Unreadable(f"not a whole XLSX workbook ({problem}): open it, save it anew and send that") from None


def _fits(name: str, pattern: str) -> bool:
    return fnmatch.fnmatchcase(name.casefold(), pattern.casefold())


def _rows(workbook: CalamineWorkbook, name: str, errors: frozenset[Place]) -> Iterator[Row]:
    table = workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)
    for number, given in enumerate(table, start=1):
        cells: list[Cell] = list(given)
        if errors:
            for at, cell in enumerate(cells):
                if cell == "" and Place(number, at + 1) in errors:
                    cells[at] = ERROR_CELL
        verbatim = "\t".join(" ".join(cell_text(cell).split()) for cell in cells).rstrip("\t")
        yield Row(number, verbatim, tuple(cells))
