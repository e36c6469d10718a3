"""What the extractor promises of any item: evidence, determinism, languages, dates that it was not given."""

import unicodedata
from dataclasses import replace
from datetime import date

import pytest

from pipelines.extraction.claim import Extraction
from pipelines.extraction.engine import Extractor, extractor_version
from pipelines.extraction.vocabulary import KnownOutlet, Vocabulary

TOLD = (
    "CNBC reports that Nvidia sent 12,000 H100s meant for Tesla to X. "
    "Tesla will get 12,000 of X's own in exchange, due in January and June."
)


def read(
    extractor: Extractor, text: str, language: str = "en", published: date | None = date(2024, 6, 5)
) -> Extraction:
    return extractor.extract(text, language=language, published_start=published, published_end=published)


def test_every_claim_quotes_the_text_and_names_the_rule_of_every_slot(extractor: Extractor) -> None:
    there, back = read(extractor, TOLD).claims

    for claim in (there, back):
        assert TOLD[claim.quote_start : claim.quote_end] == claim.quote
        filled = {"from_entity", "to_entity", "product", "quantity_low", "quantity_high", "supplier", "certainty"}
        assert filled <= claim.slots.keys()
        assert all(slot.rule and 0 <= slot.start <= slot.end <= len(TOLD) for slot in claim.slots.values())
    assert TOLD[there.slots["from_entity"].start : there.slots["from_entity"].end] == "Tesla"
    assert (back.promised_start, back.promised_end) == (date(2024, 1, 1), date(2024, 6, 30))


def test_the_same_item_gives_the_same_claims(extractor: Extractor, vocabulary: Vocabulary) -> None:
    assert read(extractor, TOLD) == read(Extractor(vocabulary), TOLD)


def test_confidence_is_between_nought_and_one_and_lower_for_what_is_carried_over(extractor: Extractor) -> None:
    stated = read(extractor, "Tesla ordered 5,000 H100 GPUs from Nvidia.").claims[0]
    carried = read(extractor, "Tesla met Nvidia. It ordered 5,000 H100 GPUs.").claims[0]

    assert 0 < carried.confidence < stated.confidence <= 1


def test_a_language_without_a_pack_gives_mentions_and_no_claims(extractor: Extractor) -> None:
    found = read(extractor, "Tesla ostaa 12 000 H100 GPU.", language="fi")

    assert (found.claims, found.language) == ((), None)
    assert [(m.product, m.quantity_low) for m in found.mentions] == [("H100", 12000.0)]


def test_a_region_does_not_hide_the_language(extractor: Extractor) -> None:
    assert read(extractor, TOLD, language="en-GB").language == "en"


def test_a_count_that_nothing_explains_is_a_mention(extractor: Extractor) -> None:
    found = read(extractor, "Nvidia, 12,000 H100 GPUs: a picture.")

    assert found.claims == ()
    assert [(m.quantity_low, m.product) for m in found.mentions] == [(12000.0, "H100")]


def test_without_a_publication_date_relative_dates_stay_open(extractor: Extractor) -> None:
    (plan,) = read(extractor, "xAI plans to buy 300,000 Nvidia B200 chips next year.", published=None).claims

    assert (plan.to_entity, plan.promised_start, plan.promised_end) == ("xAI", None, None)


def test_a_month_of_publication_is_enough_for_next_year(extractor: Extractor) -> None:
    found = extractor.extract(
        "xAI plans to buy 300,000 Nvidia B200 chips next year.",
        language="en",
        published_start=date(2024, 6, 1),
        published_end=date(2024, 6, 30),
    )

    assert (found.claims[0].promised_start, found.claims[0].promised_end) == (date(2025, 1, 1), date(2025, 12, 31))


def test_decomposed_accents_are_read_and_quoted_as_given(extractor: Extractor) -> None:
    text = unicodedata.normalize("NFD", "Selon CNBC, 12 000 H100 réservés à Tesla ont été envoyés à X par Nvidia.")
    (claim,) = read(extractor, text, language="fr").claims

    assert (claim.event, claim.from_entity, claim.to_entity) == ("diversion", "Tesla", "X")
    assert claim.quote == text[claim.quote_start : claim.quote_end] == text


@pytest.mark.parametrize("line_end", ["\n", "\r\n", " \n", "  "])
def test_wrapped_lines_are_one_sentence(extractor: Extractor, line_end: str) -> None:
    text = line_end.join(
        [
            "According to CNBC, Nvidia has been asked to send the 12,000",
            "H100s that were reserved for Tesla to X, the social network.",
            "Tesla's order for more than $500 million of them is late by several",
            "months.",
        ]
    )
    diversion, delay = read(extractor, text).claims

    assert (diversion.from_entity, diversion.to_entity, diversion.quantity_low) == ("Tesla", "X", 12000)
    assert (delay.value_low, delay.delay_low_days, delay.delay_high_days) == (500e6, 60, 300)
    assert text[delay.quote_start : delay.quote_end] == delay.quote


@pytest.mark.parametrize(
    "text",
    [
        "Musk wrote on X that Tesla builds cars and that Nvidia sells GPUs.",
        "The Model X of Tesla has 12,000 parts; Nvidia sells GPUs.",
        "SpaceX launched 12,000 satellites, and Nvidia H100 GPUs are popular with Musk's Tesla.",
        "Tesla trained on 12,000 H100 GPUs, the paper says.",
        "An H100 costs $30,000 at Nvidia, Tesla's supplier.",
        "Why would Tesla send 12,000 H100s to X?",
        "Engineers of the H100 hydrogen project ordered 12,000 meters.",
    ],
)
def test_what_is_no_claim_gives_none(extractor: Extractor, text: str) -> None:
    assert read(extractor, text).claims == ()


def test_the_version_changes_with_the_vocabulary(vocabulary: Vocabulary) -> None:
    other = replace(vocabulary, outlets=(*vocabulary.outlets, KnownOutlet("The Gazette", "outlet", ())))

    assert extractor_version(vocabulary) == extractor_version(vocabulary) != extractor_version(other)


@pytest.mark.parametrize(
    ("language", "text", "counts"),
    [
        ("en", "Alibaba (9988) bought 5,000 H20 from Nvidia.", {5000}),
        ("zh", "緯創（3231）向輝達採購5000顆H100。", {5000}),
        ("zh", "中国移动(600941-CN)采购了3000颗H20。", {3000}),
    ],
)
def test_the_number_of_a_company_at_an_exchange_counts_nothing(
    extractor: Extractor, language: str, text: str, counts: set[int]
) -> None:
    found = read(extractor, text, language)

    assert {claim.quantity_low for claim in found.claims} == counts
    assert not found.mentions


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("en", "Nebius bought 5,000 H200s and 3,000 B300s.", {("H200", 5000), ("B300", 3000)}),
        (
            "en",
            "Dell shipped 4,000 GB200, 2,000 B300 and 500 H200 to CoreWeave.",
            {("GB200", 4000), ("B300", 2000), ("H200", 500)},
        ),
        (
            "en",
            "Washington banned exports of the V100, A40 and A100 to China.",
            {("V100", None), ("A40", None), ("A100", None)},
        ),
        ("de", "Nebius hat 5.000 H200 und 3.000 B300 bestellt.", {("H200", 5000), ("B300", 3000)}),
        ("ja", "ネビウスはH200を5000基とB300を3000基購入した。", {("H200", 5000), ("B300", 3000)}),
        ("zh", "Nebius采购了5000颗H200和3000颗B300。", {("H200", 5000), ("B300", 3000)}),
        ("en", "CoreWeave bought 12,000 B200 and B300 GPUs.", {("B200", None), ("B300", None)}),
    ],
)
def test_each_of_the_goods_of_a_list_is_a_claim(
    extractor: Extractor, language: str, text: str, expected: set[tuple[str, int | None]]
) -> None:
    found = read(extractor, text, language)

    assert {(claim.product, claim.quantity_low) for claim in found.claims} == expected


def test_a_count_that_begins_the_next_clause_is_no_member_of_a_list(extractor: Extractor) -> None:
    found = read(extractor, "Tesla got 5,000 H100s and 3,000 B200s went to xAI.")

    assert {(claim.to_entity, claim.product) for claim in found.claims} == {("Tesla", "H100"), ("xAI", "B200")}


def test_servers_are_of_the_model_in_them(extractor: Extractor) -> None:
    (claim,) = read(extractor, "Yotta bought 500 servers with H200 chips from Dell.").claims

    assert (claim.product, claim.quantity_low, claim.quantity_unit) == ("H200", 500, "system")


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        (
            "de",
            "Vorn liegt Microsoft mit 85.000 Hopper vor Meta (24.000) und Amazon (9.000).",
            {("Microsoft", 85000), ("Meta", 24000), ("Amazon", 9000)},
        ),
        (
            "en",
            "Oracle bought 85,000 Hopper GPUs, ahead of Meta (24,000) and Lambda (9,000).",
            {("Oracle", 85000), ("Meta", 24000), ("Lambda", 9000)},
        ),
    ],
)
def test_a_count_in_brackets_is_that_of_the_party_before_it(
    extractor: Extractor, language: str, text: str, expected: set[tuple[str, int]]
) -> None:
    assert {(claim.to_entity, claim.quantity_low) for claim in read(extractor, text, language).claims} == expected


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("en", "According to its prospectus, Lambda operates more than 25,000 Nvidia GPUs.", ("Lambda", 25000, None)),
        ("nl", "Meta bestelde niet meer dan 5.000 H100's bij Dell.", ("Meta", None, 5000)),
        ("zh", "据路透社报道，6万颗H200预计2月中旬运抵中国。", ("China", 60000, 60000)),
        ("zh", "中国移动购买H200服务器1200台。", ("China Mobile", 1200, 1200)),
    ],
)
def test_who_and_how_many(
    extractor: Extractor, language: str, text: str, expected: tuple[str, int | None, int | None]
) -> None:
    (claim,) = read(extractor, text, language).claims

    assert (claim.to_entity, claim.quantity_low, claim.quantity_high) == expected


def test_a_number_of_an_unknown_model_counts_nothing(extractor: Extractor) -> None:
    found = read(extractor, "中國移動採購 Foobar 800 伺服器。", "zh")

    assert not found.claims
    assert not found.mentions


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        (
            "en",
            "Amazon (NASDAQ: AMZN), Google (NASDAQ: GOOGL) and Meta bought 5,000 H100s each.",
            {"Amazon", "Google", "Meta"},
        ),
        ("es", "Oracle compró chips B200 por 17.400 millones.", {"Oracle"}),
        ("ja", "オラクルは100MWの施設でB200を2000基稼働している。", {"Oracle"}),
    ],
)
def test_signs_sums_and_megawatts_count_nothing(
    extractor: Extractor, language: str, text: str, expected: set[str]
) -> None:
    found = read(extractor, text, language)

    assert {claim.to_entity for claim in found.claims} == expected
    assert {claim.quantity_low for claim in found.claims} <= {5000, 2000, None}
    assert not found.mentions


def test_the_particle_of_a_verb_closes_its_clause(extractor: Extractor) -> None:
    text = "Der Cloudanbieter Oracle baut ab 2027 in Texas 5.000 B200 auf."

    (claim,) = read(extractor, text, "de").claims

    assert (claim.event, claim.to_entity, claim.quantity_low) == ("plan", "Oracle", 5000)


def test_a_denial_in_the_next_sentence_denies_what_its_party_is_said_to_do(extractor: Extractor) -> None:
    (claim,) = read(extractor, "According to Bloomberg, Oracle ordered 4,000 H200s. Oracle denies that.").claims

    assert (claim.event, claim.certainty, claim.attributed_to) == ("order", "denied", "Bloomberg")


def test_what_is_late_need_not_be_named_again(extractor: Extractor) -> None:
    text = "Microsoft ordered 5,000 GB200 chips. Oracle is waiting longer too: its delivery has slipped to June."

    ordered, late = read(extractor, text).claims

    assert (ordered.event, ordered.to_entity) == ("order", "Microsoft")
    assert (late.event, late.to_entity, late.product) == ("delay", "Oracle", "GB200")


def test_typographic_apostrophes_change_nothing(extractor: Extractor) -> None:
    plain = "L'opérateur Scaleway s'est équipé de 1 016 H100 qu'il louera d'ici à la fin de l'année."

    typed = read(extractor, plain.replace("'", "’"), "fr").claims

    assert typed
    assert [replace(claim, quote=claim.quote.replace("’", "'")) for claim in typed] == list(
        read(extractor, plain, "fr").claims
    )
