"""What supplier files give: lines in one shape, and the rejected ones with every reason. Shapes only."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

Statement = Literal["order", "shipment", "holding", "plan"]
Certainty = Literal["confirmed", "reported", "rumoured", "denied"]


@dataclass(frozen=True, slots=True)
class SupplierLine:
    """One line version of a supplier's document, as stated: no unit converted, no name resolved.

    `statement` says what the document is: an order line, a notice of what was shipped, what somebody holds, or plans.
    `unit` is gpu, board, system or rack, or each: one of the product, whatever it holds. `unit_price` is in `currency`
    (ISO 4217) per `unit`; a promise is a day (`promised_on`), and `revised_on` is what replaced it. `verbatim` is the
    line as it stands in the file. `supplier_code` and `buyer_code` are ids that the document gives beside the names.
    On an order line `shipped_quantity` and `delivered_quantity` are totals up to `document_date`; a shipment line is
    one shipment, told apart from others of the same order line by `shipment_ref`, or by `shipped_on` where the
    document numbers no shipments, and they are its own. `sent_at` is when the document was sent, by its own clock and
    without zone: it orders documents of one `document_date`.
    A line that makes several statements (two kinds of accelerator in one cluster) gives several, told apart by `part`;
    `sheet` is a workbook's sheet. Within a document `sheet`, `line_number` and `part` are unique together.
    """

    line_number: int
    verbatim: str
    statement: Statement
    supplier: str
    buyer: str | None = None
    ship_to: str | None = None
    order_ref: str | None = None
    line_ref: str | None = None
    sku: str | None = None
    quantity: float | None = None
    unit: str | None = None
    unit_price: float | None = None
    currency: str | None = None
    ordered_on: date | None = None
    requested_on: date | None = None
    promised_on: date | None = None
    revised_on: date | None = None
    shipped_on: date | None = None
    shipped_quantity: float | None = None
    delivered_on: date | None = None
    delivered_quantity: float | None = None
    status: str | None = None
    certainty: Certainty = "confirmed"
    document_date: date | None = None
    site: str | None = None
    part: int = 1
    sheet: str | None = None
    shipment_ref: str | None = None
    sent_at: datetime | None = None
    supplier_code: str | None = None
    buyer_code: str | None = None


@dataclass(frozen=True, slots=True)
class RejectedLine:
    """A line that breaks its contract: the verbatim line, its place, every reason (`column: what is wrong, why`).

    `columns` are the file's columns at fault; `part` and `sheet` are as for an accepted line.
    """

    line_number: int | None
    verbatim: str
    reasons: tuple[str, ...]
    columns: tuple[str, ...] = ()
    part: int = 1
    sheet: str | None = None


@dataclass(frozen=True, slots=True)
class SupplierReading:
    """What one document gave. `lines_read == len(lines) + len(rejected)`; `unreadable` says why where nothing could be
    read; `contract` is None where no contract fits the file."""

    media_type: str
    contract: str | None = None
    lines_read: int = 0
    lines: tuple[SupplierLine, ...] = ()
    rejected: tuple[RejectedLine, ...] = field(default=())
    unreadable: str | None = None
