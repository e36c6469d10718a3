"""A world as a story for a reader: who ordered what, what was promised, what happened, and what was seen of it."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from tests.world.observe import Seen
from tests.world.truth import Event, Truth


def tell(seen: Seen, complaints: Iterable[str] = (), *, lots: Iterable[str] | None = None) -> str:
    """The story of a world, lot by lot, with what was seen of each; of these lots only, if any are named."""
    truth = seen.truth
    wanted = set(lots) if lots is not None else set(truth.lots)
    lines = [f"The world of seed {truth.seed}, as of {truth.as_of}: {len(truth.lots)} lots."]
    lines += [f"  {_name(truth, held.party_id)} is controlled by {held.controller_id} from {held.from_on} to "
              f"{held.to_on or 'now'}" for held in truth.control]  # fmt: skip
    records = _records(seen)
    for lot_id, lot in truth.lots.items():
        if lot_id not in wanted:
            continue
        where = "in the supplier's books" if lot.booked else "in no books"
        whole = f", a part of {lot.parent_id}" if lot.parent_id else ""
        lines += ["", f"Lot {lot_id}{whole} ({where}), {lot.status}:"]
        lines += [f"  {event.day}  {happened(truth, event)}" for event in truth.events if _is_about(event, lot_id)]
        lines += [f"    seen {text}" for text in records[lot_id]]
    said = list(complaints)
    if said:
        lines += ["", "The ledger differs:", *(f"  {each}" for each in said)]
    return "\n".join(lines)


def _is_about(event: Event, lot_id: str) -> bool:
    return lot_id in (event.lot_id, event.part_id)


def _name(truth: Truth, party_id: str | None) -> str:
    return truth.parties[party_id].name if party_id in truth.parties else str(party_id)


def happened(truth: Truth, event: Event) -> str:
    """An event in a few words."""
    gpus = f"{event.gpus:,}"
    due = f", due {event.due}" if event.due else ""
    match event.kind:
        case "order":
            return (
                f"{_name(truth, event.to_id)} orders {gpus} {event.product_id} of {_name(truth, event.supplier_id)}"
                f"{due} ({event.order_ref}/{event.line_ref})"
            )
        case "revision":
            return f"due {event.due} instead of {event.was_due}"
        case "amendment":
            return f"now {gpus} are on order"
        case "substitution":
            return f"{event.product_id} instead{due}"
        case "shipment" | "delivery":
            return f"{gpus} {'leave' if event.kind == 'shipment' else 'arrive'}"
        case "cancellation":
            return f"{gpus} are cancelled"
        case _:
            part = f" (lot {event.part_id})" if event.part_id else ""
            swap = f", in the swap {event.swap}" if event.swap else ""
            verb = "sells on" if event.kind == "resale" else "loses"
            return f"{_name(truth, event.from_id)} {verb} {gpus}{part} to {_name(truth, event.to_id)}{due}{swap}"


def _records(seen: Seen) -> dict[str, list[str]]:
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for line in seen.lines:
        stated = ", ".join(f"{name} {line[name]}" for name in _LINE if line.get(name) is not None)
        text = f"{line['document_date']} in the books ({line['line_id']}): {stated}"
        found[seen.lot_of[line["line_id"]]].append((str(line["document_date"]), text))
    items = {item["item_id"]: item for item in seen.items}
    for claim in seen.claims:
        item = items[claim["item_id"]]
        text = f"{item['published_at']:%Y-%m-%d} by {item['source']} ({claim['claim_id']}): {_stated(claim)}"
        found[seen.lot_of[claim["claim_id"]]].append((str(item["published_at"]), text))
    return defaultdict(list, {lot: [text for _, text in sorted(texts)] for lot, texts in found.items()})


_LINE = ("statement", "buyer", "quantity", "unit", "sku", "promised_on", "revised_on", "shipped_on", "shipped_quantity",
         "delivered_on", "delivered_quantity", "status")  # fmt: skip
_CLAIM = ("supplier", "from_entity", "to_entity", "product", "quantity", "value", "promised", "revised", "actual",
          "delay", "certainty", "attributed_to")  # fmt: skip


def _stated(claim: dict[str, Any]) -> str:
    words = [claim["event"]]
    for name in _CLAIM:
        if claim.get(name) is not None:
            words.append(f"{name} {claim[name]}")
        for low, high in (("_low", "_high"), ("_start", "_end"), ("_low_days", "_high_days")):
            stated = (claim.get(name + low), claim.get(name + high))
            if stated != (None, None):
                first, last = ("" if each is None else f"{each:,.0f}" if isinstance(each, float) else str(each)
                               for each in stated)  # fmt: skip
                words.append(f"{name} {first if first == last else f'{first}..{last}'}")
    return ", ".join(words)
