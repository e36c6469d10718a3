"""Who and what a world is made of: coined party names in disjoint blocks, products, outlets, and spellings of names."""

import random
from functools import cache

from tests.world.truth import Party, Product

BLOCK = 24
_FIRST = (
    "Nor", "Bal", "Kel", "Ast", "Vel", "Tor", "Mar", "Hel", "Cor", "Lin", "Sol", "Ver", "Bran", "Dun", "Fal", "Gal",
    "Har", "Ister", "Jor", "Kar", "Lun", "Mon", "Nav", "Ost", "Pel", "Quin", "Ros", "Sten", "Thal", "Ul", "Var", "Wes",
    "Yor", "Zell", "Ald", "Ber", "Cal", "Dra", "Els", "Fen",
)  # fmt: skip
_LAST = (
    "land", "vik", "ora", "mar", "stad", "berg", "mont", "field", "haven", "ford", "dale", "wick", "holm", "gate",
    "bridge", "lund", "rica", "nova", "tera", "shire", "brook", "cliff", "moor", "wald", "see", "port", "ridge",
    "stone", "fjord", "point",
)  # fmt: skip
_BUYER = ("Compute", "Cloud", "AI", "Labs", "Motors", "Research", "Networks", "Data", "Robotics", "Social")
_SELLER = ("Systems", "Servers", "Integration", "Distribution")
_FORMS = ("Inc.", "AB", "GmbH", "Ltd.", "SE", "Corp.", "S.p.A.", "Oy")

OUTLETS = (
    # As the reference knows them, with other names of theirs; and some that it does not know.
    ("CNBC", ("CNBC",)),
    ("Reuters", ("Reuters", "Thomson Reuters", "agence Reuters")),
    ("Bloomberg", ("Bloomberg", "Bloomberg News")),
    ("The Information", ("The Information",)),
    ("Financial Times", ("Financial Times", "the FT", "FT")),
    ("Handelsblatt", ("Handelsblatt",)),
    ("Les Echos", ("Les Echos", "Les Échos")),
    ("DigiTimes", ("DigiTimes",)),
    ("Rack & Row", ("Rack & Row",)),
    ("Chipbote", ("Chipbote",)),
    ("Le Fil du Silicium", ("Le Fil du Silicium",)),
    ("datacentre-notes.example", ("datacentre-notes.example",)),
    ("Halle 4", ("Halle 4",)),
    ("The Allocation Letter", ("The Allocation Letter",)),
)


def _products() -> dict[str, Product]:
    rows = [
        # product, what news call it, family, name, family name, sku, unit, GPUs, price
        ("nvidia-h100-sxm", "nvidia-h100", "nvidia-hopper", "H100", "Hopper", "H100 SXM5 80GB", "gpu", 1, 28_900),
        ("nvidia-hgx-h100", "nvidia-h100", "nvidia-hopper", "H100", "Hopper", "HGX H100 8-GPU", "system", 8, 33_500),
        ("nvidia-h200-sxm", "nvidia-h200", "nvidia-hopper", "H200", "Hopper", "H200 SXM5 141GB", "gpu", 1, 31_400),
        ("nvidia-hgx-h200", "nvidia-h200", "nvidia-hopper", "H200", "Hopper", "HGX H200 8-GPU", "system", 8, 37_200),
        ("nvidia-b200", "nvidia-b200", "nvidia-blackwell", "B200", "Blackwell", "B200 192GB", "gpu", 1, 38_100),
        ("nvidia-hgx-b200", "nvidia-b200", "nvidia-blackwell", "B200", "Blackwell", "HGX B200 8-GPU", "system", 8,
         44_800),
        ("nvidia-gb200-nvl72", "nvidia-gb200", "nvidia-blackwell", "GB200", "Blackwell", "GB200 NVL72", "rack", 72,
         42_300),
        ("amd-mi300x", "amd-mi300x", "amd-instinct", "MI300X", "AMD Instinct", "MI300X", "gpu", 1, 14_700),
        # What only the news tell of is known by the model's name.
        ("nvidia-h100", "nvidia-h100", "nvidia-hopper", "H100", "Hopper", "H100", "gpu", 1, 29_600),
        ("nvidia-h200", "nvidia-h200", "nvidia-hopper", "H200", "Hopper", "H200", "gpu", 1, 32_300),
        ("nvidia-gb200", "nvidia-gb200", "nvidia-blackwell", "GB200", "Blackwell", "GB200", "gpu", 1, 41_900),
    ]  # fmt: skip
    return {row[0]: Product(*row[:8], row[0].split("-")[0], row[8]) for row in rows}


PRODUCTS = _products()
BOOKED = tuple(PRODUCTS)[:8]
TOLD = ("nvidia-h100", "nvidia-h200", "nvidia-b200", "nvidia-gb200", "amd-mi300x")


@cache
def _coined() -> tuple[str, ...]:
    stems = [first + last for first in _FIRST for last in _LAST]
    random.Random(11).shuffle(stems)
    return tuple(stems)


def slug(name: str) -> str:
    return "-".join("".join(each if each.isalnum() else " " for each in name.lower()).split())


def coin(block: int, place: int, chance: random.Random, *, seller: bool, known: bool) -> Party:
    """The party at a place of a block of names; no two blocks share one."""
    stems = _coined()
    number = block * BLOCK + place
    kinds = _SELLER if seller else _BUYER
    lap, stem = divmod(number, len(stems))
    name = f"{stems[stem]} {kinds[(lap + number) % len(kinds)]}"
    if lap >= len(kinds):
        name = f"{stems[(stem + lap) % len(stems)]} {name}"
    form = chance.choice(_FORMS)
    party_id = slug(name) if known else f"~{slug(name)}"
    spellings = [name, f"{name} {form}", name.upper()]
    if known:
        spellings.append(f"{name.replace(' ', '')}")
    kind = "integrator" if seller else chance.choice(("buyer", "lab", "hyperscaler", "neocloud"))
    return Party(party_id, name, tuple(dict.fromkeys(spellings)), kind, known)


MAKERS = {
    "nvidia": Party("nvidia", "Nvidia", ("Nvidia", "NVIDIA Corporation"), "chip_vendor", True),
    "amd": Party("amd", "AMD", ("AMD", "Advanced Micro Devices, Inc."), "chip_vendor", True),
}
