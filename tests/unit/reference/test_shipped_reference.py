"""The curated reference is sound, and knows what the ledger's stories, samples and public data name."""

import csv
import json
import os
import re
from datetime import date
from pathlib import Path

import duckdb
import pytest

from pipelines.reference import Reference

ROOT = Path(__file__).resolve().parents[3]
SHARED = Path(os.environ.get("WAYBILL_SHARED", ROOT.parent / "shared"))
GOLD = SHARED / "gold" / "dev.jsonl"
CLUSTERS = SHARED / "real" / "epoch" / "gpu_clusters.csv"
CLAIMS_TABLE = {"days": (2, 7), "weeks": (14, 56), "months": (60, 300), "quarter": (90, 92)}
CURRENCIES = [
    "USD",
    "EUR",
    "GBP",
    "JPY",
    "CNY",
    "KRW",
    "TWD",
    "INR",
    "CHF",
    "CAD",
    "AUD",
    "SGD",
    "HKD",
    "SEK",
    "NOK",
    "DKK",
    "BRL",
    "SAR",
    "AED",
    "MXN",
    "THB",
    "MYR",
]


def test_x_and_tesla_were_under_one_person_when_the_chips_were_diverted(shipped: Reference) -> None:
    assert shipped.common_controller_on("x-corp", "tesla", date(2023, 12, 15)) == "elon-musk"


def test_x_and_xai_are_under_one_holding_only_from_2025_03_28(shipped: Reference) -> None:
    assert shipped.common_controller_on("x-corp", "xai", date(2025, 6, 1)) == "xai-holdings"
    assert "xai-holdings" not in shipped.controllers_on("x-corp", date(2024, 6, 5))
    assert shipped.common_controller_on("x-corp", "xai", date(2024, 6, 5)) == "elon-musk"


def test_the_holding_is_under_spacex_from_2026_02_02(shipped: Reference) -> None:
    assert shipped.controllers_on("x-corp", date(2026, 2, 1)) == ("xai-holdings", "elon-musk")
    assert shipped.controllers_on("x-corp", date(2026, 2, 2)) == ("xai-holdings", "spacex", "elon-musk")


def test_every_control_cites_a_page(shipped: Reference) -> None:
    assert [row for row in shipped.control if not re.match(r"https?://", row.source)] == []


@pytest.mark.parametrize(
    ("product_id", "level", "family_id", "gpus_per_unit", "h100e"),
    [
        ("nvidia-h100", "model", "nvidia-hopper", 1, 1.0),
        ("nvidia-h100-sxm", "variant", "nvidia-hopper", 1, 1.0),
        ("nvidia-h100-pcie", "variant", "nvidia-hopper", 1, 0.7645),
        ("nvidia-h20", "model", "nvidia-hopper", 1, 0.1496),
        ("nvidia-b200", "model", "nvidia-blackwell", 1, 2.2739),
        ("nvidia-gb300", "model", "nvidia-blackwell", 1, 2.5265),
        ("nvidia-hgx-h100", "system", "nvidia-hopper", 8, 1.0),
        ("nvidia-gb200-nvl72", "system", "nvidia-blackwell", 72, 2.5265),
        ("nvidia-blackwell-ultra", "family", "nvidia-blackwell", 1, None),
        ("amd-mi300x", "model", "amd-instinct", 1, 1.3213),
        ("gpu", "any", None, 1, None),
    ],
)
def test_products_that_others_rely_on(
    shipped: Reference,
    product_id: str,
    level: str,
    family_id: str | None,
    gpus_per_unit: int,
    h100e: float | None,
) -> None:
    (product,) = [row for row in shipped.products if row.product_id == product_id]
    assert (product.level, product.family_id, product.gpus_per_unit, product.h100e) == (
        level,
        family_id,
        gpus_per_unit,
        h100e,
    )


@pytest.mark.parametrize(
    ("sku", "product_id"),
    [
        ("NVIDIA H100 SXM5 80GB", "nvidia-h100-sxm"),
        ("H100-SXM5-80", "nvidia-h100-sxm"),
        ("H100 PCIe 80GB", "nvidia-h100-pcie"),
        ("H100 NVL 94GB", "nvidia-h100-nvl"),
        ("H100", "nvidia-h100"),
        ("900-21010-0000-000", "nvidia-h100-pcie"),
        ("HGX B300 NVL16", "nvidia-hgx-b300"),
        ("HGX H100 8-GPU", "nvidia-hgx-h100"),
        ("DGX B200", "nvidia-hgx-b200"),
        ("GB200 NVL72", "nvidia-gb200-nvl72"),
        ("nvidia gb200", "nvidia-gb200"),
        ("L40S", "nvidia-l40s"),
        ("AMD Instinct MI300X", "amd-mi300x"),
        ("TPU v5p", "google-tpu-v5p"),
    ],
)
def test_product_strings_of_suppliers(shipped: Reference, sku: str, product_id: str) -> None:
    assert shipped.products_of_sku(sku) == (product_id,)


def test_no_product_name_is_an_ambiguous_product_string(shipped: Reference) -> None:
    names = [row.alias for row in shipped.product_aliases]
    assert [(name, shipped.products_of_sku(name)) for name in names if len(shipped.products_of_sku(name)) > 1] == []


def test_a_product_name_and_the_equal_product_string_mean_the_same(shipped: Reference) -> None:
    for row in shipped.product_aliases:
        assert shipped.products_of_sku(row.alias) in ((), (row.product_id,)), row


def test_duckdb_compiles_every_pattern(shipped: Reference) -> None:
    with duckdb.connect() as connection:
        for sku in shipped.skus:
            assert connection.execute("SELECT regexp_full_match('?', $1, 'i')", [sku.pattern]).fetchone() == (False,)


def test_every_month_has_every_currency(shipped: Reference) -> None:
    months = {rate.month for rate in shipped.exchange_rates}
    assert min(months) == date(2022, 1, 1)
    assert len(months) == (max(months).year - 2022) * 12 + max(months).month
    assert {(rate.month, rate.currency) for rate in shipped.exchange_rates} == {
        (month, currency) for month in months for currency in CURRENCIES
    }


@pytest.mark.parametrize(
    ("currency", "low", "high"),
    [("EUR", 1.07, 1.09), ("JPY", 0.0062, 0.0065), ("SAR", 0.2666, 0.2667), ("USD", 1, 1), ("TWD", 0.03, 0.032)],
)
def test_rates_of_june_2024_are_dollars_for_one_unit(
    shipped: Reference, currency: str, low: float, high: float
) -> None:
    (rate,) = [r for r in shipped.exchange_rates if (r.month, r.currency) == (date(2024, 6, 1), currency)]
    assert low <= rate.usd_per_unit <= high


def test_vague_durations_are_those_of_the_claims_table(shipped: Reference) -> None:
    durations = {row.duration: (row.low_days, row.high_days) for row in shipped.durations}
    assert CLAIMS_TABLE.items() <= durations.items()
    assert (durations["month"], durations["year"]) == ((30, 30), (365, 365))


def test_every_file_says_where_its_facts_come_from_and_how_to_add_a_row(shipped_folder: Path) -> None:
    for path in sorted(shipped_folder.glob("*.csv")):
        header = "".join(line for line in path.read_text(encoding="utf-8").splitlines() if line.startswith("#"))
        assert re.search(r"Facts: ", header), path.name
        assert re.search(r"One row is one", header), path.name
        assert re.search(r"To (?:add one|extend|change one)", header), path.name


def test_no_fact_is_only_recalled(shipped_folder: Path) -> None:
    for path in sorted(shipped_folder.glob("*.csv")):
        assert not re.search("recalled|verify", path.read_text(encoding="utf-8"), re.IGNORECASE), path.name


@pytest.mark.parametrize(
    ("language", "description", "entity_id"),
    [
        ("en", "carmaker", "tesla"),
        ("fr", "constructeur automobile", "tesla"),
        ("de", "Autobauer", "tesla"),
        ("fr", "réseau social", "x-corp"),
        ("de", "Chiphersteller", "nvidia"),
        ("fr", "milliardaire", "elon-musk"),
        ("en", "maker of ChatGPT", "openai"),
    ],
)
def test_descriptions(shipped: Reference, language: str, description: str, entity_id: str) -> None:
    assert entity_id in {
        row.entity_id for row in shipped.descriptions if (row.language, row.description) == (language, description)
    }


@pytest.mark.skipif(not GOLD.exists(), reason="the labelled development items are not beside the repository")
def test_every_name_in_the_labelled_claims_is_canonical(shipped: Reference) -> None:
    parties = {entity.claim_name for entity in shipped.entities}
    products = {product.claim_name for product in shipped.products}
    sources = parties | {outlet.name for outlet in shipped.outlets}
    known = {
        "supplier": parties,
        "from_entity": parties,
        "to_entity": parties,
        "product": products,
        "attributed_to": sources,
    }
    unknown = {
        (slot, claim[slot])
        for line in GOLD.read_text(encoding="utf-8").splitlines()
        for claim in json.loads(line)["claims"]
        for slot in known
        if claim.get(slot) and claim[slot] not in known[slot]
    }
    assert unknown == set()


@pytest.mark.skipif(not CLUSTERS.exists(), reason="Epoch AI's cluster table is not beside the repository")
def test_every_chip_and_every_large_owner_of_the_public_cluster_table_is_known(shipped: Reference) -> None:
    unknown: set[str] = set()
    with CLUSTERS.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            chips = {row["Chip type (primary)"], row["Chip type (secondary)"]} - {""}
            unknown |= {chip for chip in chips if len(shipped.products_of_sku(chip)) != 1}
            count = float(row["Total number of AI chips"] or row["Chip quantity (primary)"] or 0)
            owners = {owner.strip() for owner in row["Owner"].split(",")} - {""} if count > 1000 else set()
            unknown |= {owner for owner in owners if len(shipped.entities_named(owner)) != 1}
    assert unknown == set()
