"""Writes the workbooks in sample/suppliers: `python tests/unit/suppliers/sample_workbooks.py`. All is invented."""

from datetime import date, datetime
from pathlib import Path

from openpyxl import Workbook
from openpyxl.styles import Font

FOLDER = Path(__file__).parents[3] / "sample" / "suppliers"
HEADER = (
    "PO Number", "PO Line", "Customer", "Ship To", "Item", "Ordered Qty", "UoM", "Unit Value (USD)", "Ship Date",
    "Shipped Qty", "Delivery Date", "Delivered Qty", "Status", "Carrier",
)  # fmt: skip
NORRLAND = ("Norrland Compute AB", "Luleå")
HELIOS = ("Helios Research Cloud", "Frankfurt am Main")
KESTREL = ("Kestrel Bay AI, Inc.", "Dublin")
Value = str | int | float | date | None
NOTICES: dict[str, tuple[tuple[Value, ...], ...]] = {
    "2024-07-31": (
        (4500017310, 10, *NORRLAND, "HGX H100 8-GPU", 64, "System", 290_450.0,
         date(2024, 5, 2), 64, date(2024, 5, 10), 64, "Delivered", "Nordic Freight"),
        (4500017355, 20, *HELIOS, "L40S", 32, "EA", "10,600.00",
         "06/14/2024", 32, "06/18/2024", 32, "Delivered", "Main-Spedition"),
        (4500017418, 10, *KESTREL, "HGX H100 8-GPU", 40, "System", 293_100.0,
         date(2024, 5, 24), 24, date(2024, 5, 29), 24, "Delivered", "Liffey Cargo"),
        (4500017418, 10, *KESTREL, "HGX H100 8-GPU", 40, "System", 293_100.0,
         date(2024, 7, 12), 8, date(2024, 7, 19), 8, "Delivered", "Liffey Cargo"),
        (4500017418, 10, *KESTREL, "HGX H100 8-GPU", 40, "System", 293_100.0,
         date(2024, 7, 24), 8, "TBD", None, "In transit", "Liffey Cargo"),
        ("Total", None, None, None, None, None, None, None, None, 136, None, 128, None, None),
    ),
    "2025-03-31": (
        (4500017418, 10, *KESTREL, "HGX H100 8-GPU", 40, "System", 293_100.0,
         date(2024, 7, 24), 8, date(2024, 8, 8), 8, "Delivered", "Liffey Cargo"),
        (4500017310, 20, *NORRLAND, "H100 SXM5 80GB", 160, "EA", 31_250.5,
         date(2024, 8, 27), 160, date(2024, 9, 4), 160, "Delivered", "Nordic Freight"),
        (4500017466, 10, *HELIOS, "HGX B200 8-GPU", 12, "System", 402_000.0,
         date(2025, 2, 19), 12, date(2025, 2, 26), 12, "Delivered", "Main-Spedition"),
        (4500017355, 10, *HELIOS, "GB200 NVL72", 4, "Rack", "3,410,000.00",
         date(2025, 2, 24), 2, date(2025, 3, 6), 2, "Delivered", "Main-Spedition"),
        (4500017310, 21, *NORRLAND, "H100 SXM5 80GB", 96, "EA", 31_250.5,
         date(2025, 3, 27), 96, "TBD", None, "In transit", "Nordic Freight"),
        ("Total", None, None, None, None, None, None, None, None, 278, None, 182, None, None),
    ),
}  # fmt: skip


def notices(day: str) -> Workbook:
    """The workbook of one day: a title over merged cells, a remark, the table, a total, and a sheet of remarks."""
    book = Workbook()
    book.properties.created = book.properties.modified = datetime.fromisoformat(day)
    sheet = book.active
    assert sheet is not None
    sheet.title = "Shipment Notices"
    sheet["A1"] = "Meridian Systems: shipment notices (sample data, all names and figures are invented)"
    sheet["A1"].font = Font(bold=True, size=14)
    sheet.merge_cells("A1:N1")
    sheet["A2"] = "One row a shipment; what was in transit last time is repeated once it has arrived."
    for place, name in enumerate(HEADER, start=1):
        sheet.cell(5, place, name).font = Font(bold=True)
    for number, cells in enumerate(NOTICES[day], start=6):
        for place, value in enumerate(cells, start=1):
            if value is not None:
                cell = sheet.cell(number, place, value)
                if isinstance(value, date):
                    cell.number_format = "mm/dd/yyyy"
    book.create_sheet("Remarks")["A1"] = "Not read: the contract names the sheet."
    return book


def write(folder: Path) -> None:
    """Both workbooks, and the first half of one: what arrives when a transfer breaks off."""
    for day in NOTICES:
        notices(day).save(folder / f"meridian-shipment-notices-{day}.xlsx")
    whole = (folder / "meridian-shipment-notices-2024-07-31.xlsx").read_bytes()
    (folder / "meridian-shipment-notices-2024-09-30.xlsx").write_bytes(whole[: len(whole) // 2])


if __name__ == "__main__":
    write(FOLDER)
