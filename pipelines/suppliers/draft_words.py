"""The words by which `make contract` guesses: names of columns, of units and of states, and forms of dates.

Only drafts are made with them; what a file means is said by its contract alone.
"""

DATE_FORMATS = (
    "%Y-%m-%d", "%d.%m.%Y", "%d.%m.%y", "%d/%m/%Y", "%m/%d/%Y", "%d/%m/%y", "%m/%d/%y", "%d-%m-%Y", "%m-%d-%Y",
    "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d", "%Y-%m-%d %H:%M:%S", "%d-%b-%Y", "%d-%b-%y",
    "%d %b %Y", "%b %d, %Y",
)  # fmt: skip
# Words of column names by field, in the order in which fields choose; folded, and found as whole words.
COLUMN_NAMES: dict[str, tuple[str, ...]] = {
    "order_ref": ("po number", "po no", "order number", "order no", "order ref", "bestellnr", "bestellnummer",
                  "bestellung", "auftrag", "commande", "purchase order", "po", "order", "注文番号", "订单号"),
    "line_ref": ("po line", "order line", "line ref", "line no", "line number", "pos", "position", "ligne", "item no",
                 "line", "行号"),
    "sku": ("sku", "part number", "part no", "artikel", "artikelnr", "material", "product", "référence", "reference",
            "part", "item", "model", "description", "品番", "型号"),
    "delivered_quantity": ("delivered qty", "delivered quantity", "qty delivered", "gelieferte menge", "received qty",
                           "quantité livrée"),
    "shipped_quantity": ("shipped qty", "shipped quantity", "qty shipped", "versandmenge", "quantité expédiée"),
    "quantity": ("ordered qty", "order qty", "quantity", "qty", "menge", "quantité", "units", "count", "anzahl",
                 "数量"),
    "unit_price": ("unit price", "unit value", "einzelpreis", "prix unitaire", "price", "preis", "prix", "单价"),
    "unit": ("uom", "unit of measure", "einheit", "unité", "unit", "单位"),
    "currency": ("currency", "währung", "devise", "curr", "币种"),
    "supplier": ("supplier", "vendor", "lieferant", "fournisseur", "seller", "供应商"),
    "buyer": ("customer", "buyer", "besteller", "kunde", "client", "sold to", "bill to", "客户"),
    "ship_to": ("ship to", "lieferort", "destination", "delivery address", "lieu de livraison"),
    "ordered_on": ("order date", "ordered on", "ordered", "bestelldatum", "po date", "date de commande"),
    "requested_on": ("requested date", "requested on", "requested", "wunschtermin", "need by", "date demandée"),
    "revised_on": ("new date", "revised date", "revised on", "neuer termin", "revised", "nouvelle date"),
    "promised_on": ("promised date", "promise date", "promised on", "promised", "zugesagt", "liefertermin", "due date",
                    "eta", "date promise", "due"),
    "shipped_on": ("ship date", "shipped on", "shipping date", "versanddatum", "date d'expédition", "shipped"),
    "delivered_on": ("delivery date", "delivered on", "geliefert am", "date de livraison", "delivered", "received"),
    "status": ("status", "state", "statut", "état", "状态"),
    "site": ("site", "location", "standort", "facility"),
}  # fmt: skip

UNITS = (
    ("rack", "rack"), ("schrank", "rack"), ("baie", "rack"), ("board", "board"), ("baugruppe", "board"),
    ("tray", "board"), ("system", "system"), ("server", "system"), ("node", "system"), ("ea", "each"), ("each", "each"),
    ("pcs", "each"), ("pc", "each"), ("stück", "each"), ("stk", "each"), ("unit", "each"), ("gpu", "gpu"),
)  # fmt: skip
STATES = (
    ("cancel", "cancelled"), ("storn", "cancelled"), ("annul", "cancelled"), ("part", "partly_delivered"),
    ("teil", "partly_delivered"), ("deliver", "delivered"), ("geliefert", "delivered"), ("livr", "delivered"),
    ("transit", "shipped"), ("ship", "shipped"), ("versandt", "shipped"), ("expédi", "shipped"),
    ("back", "backordered"),
    ("late", "delayed"), ("delay", "delayed"), ("verzög", "delayed"), ("retard", "delayed"), ("confirm", "confirmed"),
    ("bestätigt", "confirmed"), ("open", "open"), ("offen", "open"), ("ouvert", "open"),
)  # fmt: skip
SIGNS = {"€": "EUR", "£": "GBP"}
BLANK_WORDS = frozenset({"n/a", "na", "n.a.", "tbd", "tba", "-", "--", "none", "null", "?", "k.a.", "s.o."})
