"""What codes of EDIFACT mean here: quantities, dates and their formats, line actions, parties, product ids.

Each table follows the list of the UN/EDIFACT directory that is named beside it (D.96A and D.01B; facts, in our words).
What is not in a table is passed over, or refused where docs/edi.md says so.
"""

from collections.abc import Mapping

# 6063, quantities. 131 is what the buyer wants delivered, not what was; 46 and 48 have been received.
ORDERED = ("21", "1", "131", "113", "99")
CONFIRMED = ("113", "12", "66", "194", "187", "1", "170")
DESPATCHED = ("12", "1", "113", "128")
DELIVERED_QUANTITY = ("46", "194", "48")
BACKORDERED = "83"
REFUSED = "185"
SCHEDULED = ("113", "187", "131", "21", "1", "12", "84")
CUMULATIVE = frozenset({"3", "70", "78", "79", "186"})

# 2005, days; the earlier the more exact. A delivery comes before a dispatch: what counts is when units arrive.
DOCUMENT = ("137",)
ORDER_DAY = ("4", "8")
ORDER_DAY_BY_REFERENCE = "171"
REQUESTED = ("2", "74", "63", "71", "10", "81", "38", "37", "64", "203", "318")
PROMISED = (
    "69",
    "67",
    "75",
    "72",
    "191",
    "76",
    "359",
    "358",
    "65",
    "506",
    "17",
    "55",
    "232",
    "132",
    "79",
    "110",
    "189",
    "133",
    "44",
)
SHIPPED = ("11", "186", "200")
DELIVERED = ("35", "50", "178")

# 1229, what becomes of a line. Changed lines (3, 6, 24) are decided by their dates, in `orders`.
LINE_STATUS: Mapping[str, str] = {
    **dict.fromkeys(("", "1", "4", "5", "8", "11"), "confirmed"),
    **dict.fromkeys(("3", "6", "9", "12", "23", "24"), "changed"),
    **dict.fromkeys(("7", "10", "21"), "rejected"),
    "2": "cancelled",
}
# 1225 and 4343, what a message says as a whole.
CANCELLATION = frozenset({"1", "3", "17"})
NOT_ACCEPTED = frozenset({"27", "12"})
REJECTED_ANSWER = "RE"

# 6411 (Recommendation 20): one piece, whatever it holds. What only a contract can tell (boxes, pallets) is in none.
UNITS: Mapping[str, str] = dict.fromkeys(
    ("EA", "PCE", "C62", "H87", "NMB", "NIU", "SET", "KT", "PC", "UN", "ST"), "each"
)

# 7143, product ids in the order in which they are tried; others are tried after them.
PRODUCT_IDS = ("SA", "VP", "VN", "MF", "MN", "SK", "MP", "PD", "BP", "IN", "UP", "EN", "SRV", "SRS")
ORDER_NUMBER = frozenset({"ON", "PO"})
ORDER_LINE = "PL"
# 4347 in a PIA: the product that comes in place of the line's.
SUBSTITUTED_BY = "3"

# 3035.
SELLERS = ("SU", "SE", "VN", "SF", "CZ")
BUYERS = ("BY", "OB", "OY", "IV", "MI")
RECIPIENTS = ("DP", "ST", "CN", "UC", "UD")

# 1153: the buyer's order; the order's number first.
ORDER_REFERENCES = ("ON", "OP", "BO", "CR", "CO")
# 5125 and 5387: net prices before gross ones; information prices are none.
PRICES = ("AAA", "CAL", "CT", "AAB", "INV")
# 4017: a firm commitment, or for immediate execution.
FIRM = frozenset({"1", "10", "15"})
