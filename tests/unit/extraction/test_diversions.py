"""What sounds like a diversion and is none: a wrong one in the ledger is worse than a missed one."""

from datetime import date

import pytest

from pipelines.extraction.engine import Extractor

NONE = [
    ("en", "Nvidia shipped 12,000 H100s to Tesla and 10,000 to X."),
    ("en", "Tesla ordered 12,000 H100s from Nvidia before X did."),
    ("en", "Oracle is buying 400,000 GB200 chips from Nvidia to lease them to OpenAI."),
    ("en", "Microsoft bought 100,000 H100s for OpenAI."),
    ("en", "Meta chose AMD's MI300X over Nvidia's H100, ordering 10,000 of them instead of H200s."),
    ("en", "xAI received 100,000 H100s from Nvidia, ahead of Meta and Google in the queue."),
    ("en", "Google moved 1,000 TPUs from its Iowa data center to Oklahoma."),
    ("en", "Amazon will give Anthropic access to 500,000 Trainium2 chips instead of Nvidia GPUs."),
    ("en", "CoreWeave's GPUs went to OpenAI under a contract with Microsoft."),
    ("en", "In exchange for a 25% cut, Trump will let Nvidia sell H200 chips to China."),
    ("en", "Dell delivered to xAI the 50,000 H100s that Supermicro could not."),
    ("en", "Nvidia gave priority to Microsoft and Google over smaller buyers for its H100s."),
    ("en", "Oracle handed 131,072 B200 GPUs over to customers such as xAI and ByteDance."),
    ("fr", "Nvidia a livré 12 000 H100 à Tesla et 10 000 à X."),
    ("fr", "Meta préfère les MI300X d'AMD aux H100 de Nvidia et en a commandé 10 000."),
    ("fr", "Scaleway a commandé à Nvidia 1 000 H100 avant OVHcloud."),
    ("fr", "Les GPU de CoreWeave sont loués à OpenAI par Microsoft."),
    ("fr", "Au lieu de 1 000 H100, Mistral AI a commandé 2 000 H200 à Nvidia."),
    ("fr", "Amazon fournit à Anthropic 500 000 puces Trainium2 à la place des GPU de Nvidia."),
    ("de", "Nvidia lieferte 12.000 H100 an Tesla und 10.000 an X."),
    ("de", "Statt 1.000 H100 hat die Deutsche Telekom 2.000 H200 bei Nvidia bestellt."),
    ("de", "Nebius vermietet GPUs an Microsoft, die Meta nicht wollte."),
]


@pytest.mark.parametrize(("language", "text"), NONE)
def test_no_diversion_is_read(extractor: Extractor, language: str, text: str) -> None:
    found = extractor.extract(
        text, language=language, published_start=date(2025, 6, 30), published_end=date(2025, 6, 30)
    )

    assert [claim for claim in found.claims if claim.event == "diversion"] == []


def test_a_swap_returns_what_the_way_back_leaves_out(extractor: Extractor) -> None:
    text = "Nvidia diverted 12,000 H100s from Tesla to X. In return, 12,000 H100s due in January will go to Tesla."
    there, back = extractor.extract(text, language="en", published_start=None, published_end=None).claims

    assert (there.from_entity, there.to_entity) == (back.to_entity, back.from_entity) == ("Tesla", "X")
    assert back.slots["from_entity"].rule


def test_the_same_diversion_told_twice_is_one(extractor: Extractor) -> None:
    text = "GPUs meant for Tesla were sent to X. It was 12,000 H100s reserved for Tesla that Nvidia sent to X."
    (claim,) = extractor.extract(text, language="en", published_start=None, published_end=None).claims

    assert (claim.quantity_low, claim.quote) == (12000, text[37:])


def test_a_group_gains_one_each(extractor: Extractor) -> None:
    text = "Nvidia chips reserved for Tesla were sent to X and xAI."
    found = extractor.extract(text, language="en", published_start=None, published_end=None)

    assert [(c.event, c.from_entity, c.to_entity, c.quantity_low) for c in found.claims] == [
        ("diversion", "Tesla", "X", None),
        ("diversion", "Tesla", "xAI", None),
    ]
