"""SEC companyfacts: every figure that a filer tagged, with the day on which the period ended and the day of filing.

Source: https://data.sec.gov/api/xbrl/companyfacts/CIK##########.json, as sent or gzip-compressed. Here belongs what a
fact looks like; which tags make one measure is said in `reference/measures.csv`.
"""

from collections.abc import Mapping, Set
from typing import Any

from pipelines.indicators.figure import Collector, Figure, FigureReading
from pipelines.indicators.json_answers import NotUsable, compact, day_of, decode, number_of

MEDIA_TYPE = "application/json"


def read_company_facts(data: bytes, tags: Set[str]) -> FigureReading:
    """The facts of the asked-for `tags` (`us-gaap:InventoryNet`). Never raises for what the bytes hold.

    A figure's `reporter` is the CIK of ten digits, its `measure` the tag, `known_on` the day of filing, `reference`
    the accession number with the form. All other tags are passed over and counted.
    """
    try:
        content = decode(data)
        cik, facts = _company(content)
    except NotUsable as error:
        return FigureReading(MEDIA_TYPE, unreadable=str(error))
    found = Collector(MEDIA_TYPE)
    name = content.get("entityName")
    for taxonomy, concepts in sorted(facts.items()):
        for tag, concept in sorted(_mapping(concepts).items()):
            measure = f"{taxonomy}:{tag}"
            for unit, stated in sorted(_mapping(_mapping(concept).get("units")).items()):
                for fact in stated if isinstance(stated, list) else [stated]:
                    if measure in tags:
                        _read(found, cik, name if isinstance(name, str) else None, measure, unit, fact)
                    else:
                        found.passed_over += 1
    return found.reading()


def _company(content: object) -> tuple[str, dict[str, Any]]:
    if not isinstance(content, dict) or not isinstance(content.get("facts"), dict):
        raise NotUsable("no companyfacts document: it has no `facts`; ask for …/companyfacts/CIK##########.json")
    cik = content.get("cik")
    if isinstance(cik, bool) or not isinstance(cik, int | str) or not str(cik).isascii() or not str(cik).isdigit():
        raise NotUsable(f"`cik` is {cik!r}, not the filer's number")
    return str(cik).zfill(10), content["facts"]


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _read(found: Collector, cik: str, name: str | None, measure: str, unit: str, fact: object) -> None:
    verbatim = f"{measure} {unit} {compact(fact)}"
    if not isinstance(fact, dict):
        found.reject(verbatim, "not a fact: a fact has end, val, accn, form and filed")
        return
    value, end, filed = number_of(fact.get("val")), day_of(fact.get("end")), day_of(fact.get("filed"))
    start = day_of(fact.get("start"))
    reasons = []
    if value is None:
        reasons.append(f"val: {fact.get('val')!r} is no number")
    if end is None:
        reasons.append(f"end: {fact.get('end')!r} is no day")
    if filed is None:
        reasons.append(f"filed: {fact.get('filed')!r} is no day")
    if fact.get("start") is not None and start is None:
        reasons.append(f"start: {fact.get('start')!r} is no day")
    if start and end and start > end:
        reasons.append(f"start: {start} is after end, {end}")
    if value is None or end is None or filed is None or reasons:
        found.reject(verbatim, *reasons)
        return
    found.accept(
        Figure(
            number=found.next_number,
            reporter=cik,
            reporter_name=name,
            measure=measure,
            value=value,
            unit=unit,
            period_start=start,
            period_end=end,
            known_on=filed,
            reference=" ".join(str(fact[key]) for key in ("accn", "form") if fact.get(key)) or None,
            verbatim=verbatim,
        )
    )
