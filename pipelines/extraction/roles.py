"""Gives the parties and periods of a sentence their roles, by local patterns over the abstracted sentence.

Here belong the abstraction (one character for a mention) and coordination ("A, B and C"). Which role a claim's slot is
filled from is decided in `parties.py` and `diversions.py`.
"""

import itertools
import re
from collections.abc import Collection
from dataclasses import replace

from pipelines.extraction import pack as marks
from pipelines.extraction.features import Goods, Party
from pipelines.extraction.names import Name
from pipelines.extraction.pack import LanguagePack
from pipelines.extraction.periods import Duration, Period
from pipelines.extraction.quantities import Number

SAYING = ("promise", "have", "move", "receive", "want", "spend")
"""Cues that also are verbs of saying ("promises the founder"): none where they only say who speaks."""
_MENTIONS = re.compile(f"[{marks.PARTY}-\U0010ffff]")
_CHARACTER = {
    "party": marks.PARTY,
    "maker": marks.MAKER,
    "place": marks.PLACE,
    "person": marks.PERSON,
    "outlet": marks.OUTLET,
}


def abstracted(
    plain: str, start: int, end: int, parties: list[Party], goods: list[Goods], periods: list[Period],
    durations: list[Duration], money: list[Number],
) -> tuple[str, list[int]]:  # fmt: skip
    """The sentence with one character for each mention, and for each of its characters the place in the text."""
    rows: list[tuple[int, int, str]] = []
    for party in parties:
        character = marks.PRONOUN if party.name.how == "anaphor" else _CHARACTER[party.name.role]
        rows.append((party.name.start, party.name.end, character))
    rows += [(p.start, p.end, marks.PERIOD) for p in periods]
    rows += [(d.start, d.end, marks.DURATION) for d in durations]
    rows += [(m.start, m.end, marks.MONEY) for m in money]
    for g in goods:
        if g.sort in ("count", "bare", "same", "kind"):
            inner = [p.name for p in parties if g.start < p.name.start < g.end]
            # "12,000 for X reserved H100": the party inside keeps its own place.
            rows.append((g.start, g.number.end if inner and g.number else g.end, marks.GOODS))
    rows.sort(key=lambda row: (row[0], -row[1]))
    pieces: list[str] = []
    places: list[int] = []
    position = start
    for a, b, character in rows:
        if a < position:
            continue
        pieces.append(plain[position:a])
        places += range(position, a)
        pieces.append(character)
        places.append(a)
        position = b
    pieces.append(plain[position:end])
    places += range(position, end)
    return "".join(pieces).replace("\n", " "), places


def assign_roles(
    abstract: str, places: list[int], parties: list[Party], periods: list[Period], pack: LanguagePack
) -> tuple[list[dict[str, str]], list[tuple[int, int]]]:
    """Gives parties and periods their roles; also the stretches that only say who speaks."""
    spoken: list[tuple[int, int]] = []
    by_start = {party.name.start: party for party in parties}
    period_index = {period.start: index for index, period in enumerate(periods)}
    period_roles: list[dict[str, str]] = [{} for _ in periods]
    if not parties and not periods:
        return [], spoken
    for row in pack.role_sieve.passed(abstract):
        if not (periods if row.of_period else parties):
            continue
        for match in row.pattern.compiled.finditer(abstract):
            place = places[match.start("slot")]
            if place in by_start:
                by_start[place].roles.setdefault(row.role, row.entry)
                if row.role == "source":
                    end = places[match.end() - 1] + 1
                    # Without blanks a verb of saying is short, and the event's verb stands right before it.
                    reach = 4 if pack.unspaced else 24
                    spoken.append((max(places[match.start()], end - reach), end))
            elif place in period_index:
                period_roles[period_index[place]].setdefault(row.role, row.entry)
    prepositions, attributive = pack.patterns["prepositions"], pack.patterns["attributive_after"]
    postpositions = pack.patterns.get("postpositions")
    for mention in _MENTIONS.finditer(abstract):
        index = mention.start()
        place = places[index]
        if place in by_start:
            if postpositions and postpositions.match(abstract, index + 1):
                by_start[place].oblique = True
            before = abstract[max(0, index - 20) : index].rstrip(" ")
            if attributive and attributive.match(abstract, index + (1 if pack.unspaced else 2)):
                by_start[place].oblique = True
            if (
                prepositions
                and before.endswith(pack.words["prepositions"])
                and any(m.end() == len(before) for m in prepositions.finditer(before))
            ):
                by_start[place].oblique = True
    return period_roles, spoken


def group_parties(plain: str, parties: list[Party], pack: LanguagePack) -> None:
    """Numbers the groups of coordinated parties ("A, B and C"); later members share the roles of the first."""
    ands = pack.joining
    for index, party in enumerate(parties):
        party.group = index
        if index == 0:
            continue
        last = parties[index - 1]
        if (
            last.name.role == "place"
            and party.name.role == "party"
            and index > 1
            and last.name.start - parties[index - 2].name.end < 6
        ):
            # "G42 of Abu Dhabi and Humain": the place belongs to the party before it.
            last = Party(
                replace(parties[index - 2].name, end=last.name.end),
                parties[index - 2].roles,
                parties[index - 2].group,
                parties[index - 2].oblique,
            )
        gap = " ".join(plain[last.name.end : party.name.start].split())
        article = next((a for a in pack.words["definite"] if gap.endswith(" " + a)), None)
        gap = gap.removesuffix(" " + article) if article else gap
        alike = _sort_of(last.name) == _sort_of(party.name)
        # Commas join only on the way to an "and": "instead of Tesla, X got them" is no list.
        joined = gap in ands or (gap == "," and _leads_to_and(plain, parties[index:], ands, pack))
        if joined and alike and last.name.claim_name != party.name.claim_name:
            party.group = last.group
            party.oblique = last.oblique
            for role, rule in last.roles.items():
                party.roles.setdefault(role, rule + "+and")
    if pack.words.get("postpositions"):
        # Case stands behind the last of a group: "AやBに" makes both receivers.
        for party, following in reversed(list(itertools.pairwise(parties))):
            if party.group == following.group:
                party.oblique = following.oblique
                for role, rule in following.roles.items():
                    party.roles.setdefault(role, rule + "+and")


def _leads_to_and(plain: str, parties: list[Party], ands: Collection[str], pack: LanguagePack) -> bool:
    for last, party in itertools.pairwise(parties):
        gap = " ".join(plain[last.name.end : party.name.start].split())
        article = next((a for a in pack.words["definite"] if gap.endswith(" " + a)), None)
        gap = gap.removesuffix(" " + article) if article else gap
        if gap in ands:
            return True
        if gap != ",":
            return False
    return False


def _sort_of(name: Name) -> str:
    return name.role if name.role in ("person", "outlet", "place") else "party"
