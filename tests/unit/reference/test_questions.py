"""What the reference answers: who controls whom on a day, and what a name or a part number means."""

from datetime import date
from pathlib import Path

import pytest

from pipelines.reference import Reference, fingerprint, fold, stands_in


@pytest.mark.parametrize(
    ("first", "second", "day", "controller"),
    [
        ("x-corp", "tesla", date(2023, 12, 15), "elon-musk"),
        ("x-corp", "tesla", date(2022, 10, 26), None),
        ("x-corp", "tesla", date(2022, 10, 27), "elon-musk"),
        ("x-corp", "xai", date(2025, 3, 27), None),
        ("x-corp", "xai", date(2025, 3, 28), "xai-holdings"),
        ("x-corp", "tesla", date(2025, 6, 1), "elon-musk"),
        ("x-corp", "xai-holdings", date(2025, 6, 1), "xai-holdings"),
        ("nvidia", "tesla", date(2025, 6, 1), None),
    ],
)
def test_common_controller_on_a_day(
    tiny: Reference, first: str, second: str, day: date, controller: str | None
) -> None:
    assert tiny.common_controller_on(first, second, day) == controller
    assert tiny.common_controller_on(second, first, day) == controller


def test_controllers_come_nearest_first(tiny: Reference) -> None:
    assert tiny.controllers_on("x-corp", date(2025, 6, 1)) == ("xai-holdings", "elon-musk")
    assert tiny.controllers_on("elon-musk", date(2025, 6, 1)) == ()


@pytest.mark.parametrize(
    ("name", "context", "entities"),
    [
        ("X", "Musk told Nvidia to serve X first", ("x-corp",)),
        ("X", "马斯克将芯片转给X", ("x-corp",)),
        ("X", "the Model X is late", ()),
        ("X", "a musky smell", ()),
        ("X", None, ("x-corp",)),
        ("TWITTER", "", ("x-corp",)),
        ("ｴﾇﾋﾞﾃﾞｨｱ", "", ("nvidia",)),
        ("Twittr", None, ()),
    ],
)
def test_what_a_name_means(tiny: Reference, name: str, context: str | None, entities: tuple[str, ...]) -> None:
    assert tiny.entities_named(name, context) == entities


@pytest.mark.parametrize(
    ("word", "text", "stands"),
    [
        ("AI", "He said so", False),
        ("AI", "an AI chip", True),
        ("AI", "生成AI向け", True),
        ("英伟达", "英伟达2024年", True),
        ("Musk", "Musk's order", True),
        ("Großbritannien", "in GROSSBRITANNIEN", True),
        ("", "anything", False),
    ],
)
def test_whether_a_word_stands_in_a_text(word: str, text: str, stands: bool) -> None:
    assert stands_in(word, text) is stands


def test_folding_evens_out_case_width_and_blanks_but_no_letters() -> None:
    assert fold(" Ｔesla  Inc ") == fold("TESLA inc")
    assert fold("Telefónica") != fold("Telefonica")


@pytest.mark.parametrize(
    ("sku", "products"),
    [("h100-sxm5", ("nvidia-h100",)), ("HGX  H100 8-GPU", ("nvidia-hgx-h100",)), ("H100 x", ()), ("", ())],
)
def test_what_a_part_number_means(tiny: Reference, sku: str, products: tuple[str, ...]) -> None:
    assert tiny.products_of_sku(sku) == products


def test_product_names_fold(tiny: Reference) -> None:
    assert tiny.products_named("hgx h100") == ("nvidia-hgx-h100",)
    assert tiny.products_named("H1000") == ()


def test_the_last_month_with_rates(tiny: Reference) -> None:
    assert tiny.last_rate_month == date(2024, 6, 1)


def test_cells_with_bars_become_several_names(tiny: Reference) -> None:
    assert tiny.outlets[0].aliases == ("CNBC电视台", "CNBC TV")
    assert tiny.aliases[0].needs == ("Musk", "Twitter", "马斯克")


def test_the_fingerprint_changes_with_content_and_names_only(tiny_folder: Path) -> None:
    before = fingerprint(tiny_folder)
    (tiny_folder / "notes.txt").write_text("nothing", encoding="utf-8")
    assert fingerprint(tiny_folder) == before
    (tiny_folder / "contracts").mkdir()
    (tiny_folder / "contracts" / "a.toml").write_text("", encoding="utf-8")
    with_contract = fingerprint(tiny_folder)
    (tiny_folder / "contracts" / "a.toml").rename(tiny_folder / "contracts" / "b.toml")
    assert len({before, with_contract, fingerprint(tiny_folder)}) == 3
