"""What codes of X12 mean here: line states, changes, dates, units, product ids, parties.

Each table follows the standard's code list named beside it (facts, in our words); what is not in a table has no meaning
here, and is refused or passed over where docs/edi.md says so.
"""

from collections.abc import Mapping

# Element 668, what the seller does with a line. IC (changes made) is decided by its dates, in `orders`.
LINE_STATUS: Mapping[str, str] = {
    **dict.fromkeys(("IA", "AA", "AC", "AR", "IC", "IE", "IP", "IQ", "SP"), "confirmed"),
    "DR": "rescheduled",
    **dict.fromkeys(("IB", "BP"), "backordered"),
    "IS": "substituted",
    **dict.fromkeys(("IR", "ID", "R1", "R2", "R3", "R4", "R5", "R6", "R7", "R8", "R9"), "rejected"),
    **dict.fromkeys(("IF", "IH", "IW"), "open"),
}
# Element 587, what an acknowledgment says of the order as a whole; all others accept it.
REFUSALS = frozenset({"RD", "RF", "RJ", "RO"})
# Element 670, the kind of change of a POC: these take the line off the order, these move its day.
DELETIONS = frozenset({"DI", "CF"})
RESCHEDULES = frozenset({"CT", "MU", "PR", "RB", "RQ", "RS"})
SUBSTITUTIONS = frozenset({"RE", "RM"})
# Element 353, the purpose of a message.
CANCELLATION = frozenset({"01", "03"})

# Element 374, the earlier the more exact. A delivery comes before a dispatch: what counts is when units arrive.
REQUESTED = ("002", "106", "074", "071", "077", "063", "010", "084", "081", "087", "118", "037", "038", "064")
PROMISED = (
    "069", "067", "075", "072", "078", "073", "070", "076", "017", "371", "055",
    "079", "085", "082", "088", "068", "083", "080", "086",
)  # fmt: skip
SHIPPED = ("011", "370")
DELIVERED = ("035", "372", "050")

# Element 355: one piece, whatever it holds. What only a contract can tell (boxes, pallets) is in none.
UNITS: Mapping[str, str] = dict.fromkeys(("EA", "PC", "UN", "ST", "SX", "KT", "AY", "UL", "PE"), "each")

# Element 235, product ids in the order in which they are tried; others are tried after them.
PRODUCT_IDS = ("VP", "VN", "VC", "MG", "MF", "MN", "SK", "PN", "PD", "BP", "IN", "PI", "UP", "UK", "UA", "EN")
# Of element 235 too: no products, but the purchaser's order and its line.
ORDER_NUMBER, ORDER_LINE = "PO", "PL"

# Element 98.
SELLERS = ("SU", "SE", "VN", "SF")
BUYERS = ("BY", "OB", "BT", "MI")
RECIPIENTS = ("ST", "UC", "CN")
