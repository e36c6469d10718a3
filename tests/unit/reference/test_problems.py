"""Each kind of mistake in the reference is found, with its file, line and column and what to do."""

from collections.abc import Callable
from pathlib import Path

import pytest

from pipelines.reference import InvalidReference, load_reference

BAD_ROWS = [
    ("entities.csv", "nvidia,Nvidia B.V.,Nvidia Europe,supplier,NL", "entity_id", "a second time"),
    ("entities.csv", "nvidia-bv,Nvidia B.V.,Nvidia,supplier,NL", "claim_name", "a second time"),
    ("entities.csv", "nvidia-bv,Nvidia B.V.,Nvidia Europe,supplier,NL", "claim_name", "is no alias"),
    ("entities.csv", "nvidia-bv,Nvidia B.V.,Nvidia Europe,wholesaler,NL", "kind", "none of"),
    ("entities.csv", "nvidia-bv,Nvidia B.V.,Nvidia Europe,supplier,Netherlands", "country", "ISO 3166-1"),
    ("entities.csv", "Nvidia BV,Nvidia B.V.,Nvidia Europe,supplier,NL", "entity_id", "words of a-z0-9"),
    ("entities.csv", "nvidia-bv,,Nvidia Europe,supplier,NL", "name", "may not be empty"),
    ("entities.csv", "nvidia-bv,Nvidia B.V. ,Nvidia Europe,supplier,NL", "name", "Blanks"),
    ("entities.csv", "nvidia-bv,Nvidia B.V.", "entity_id", "2 cells"),
    ("aliases.csv", "nvidea,Nvidea,", "entity_id", "'nvidea' is unknown"),
    ("aliases.csv", "tesla,TWITTER,", "alias", "gives it to 'x-corp'"),
    ("aliases.csv", "nvidia,ｎｖｉｄｉａ,", "alias", "a second time"),
    ("descriptions.csv", "twitter,en,social network", "entity_id", "'twitter' is unknown"),
    ("descriptions.csv", "nvidia,fr,Constructeur", "description", "a second time"),
    ("descriptions.csv", "nvidia,german,Chipkonzern", "language", "ISO 639-1"),
    ("control.csv", "nvidia,jensen-huang,controller,,,page", "controller_id", "'jensen-huang' is unknown"),
    ("control.csv", "nvidia,tesla,subsidiary,2024-02-30,,page", "from_on", "no such day"),
    ("control.csv", "nvidia,tesla,subsidiary,1.2.2024,,page", "from_on", "YYYY-MM-DD"),
    ("control.csv", "nvidia,tesla,subsidiary,2024-02-01,2023-02-01,page", "to_on", "not after"),
    ("control.csv", "nvidia,tesla,subsidiary,2024-02-01,2024-02-01,page", "to_on", "not after"),
    ("control.csv", "elon-musk,x-corp,subsidiary,2024-01-01,,page", "controller_id", "controls itself"),
    ("control.csv", "x-corp,elon-musk,majority,2024-01-01,,page", "from_on", "twice on 2024-01-01"),
    ("control.csv", "nvidia,tesla,partner,2024-02-01,,page", "relation", "none of"),
    ("control.csv", "nvidia,tesla,subsidiary,2024-02-01,,", "source", "may not be empty"),
    ("product_aliases.csv", "nvidia-h101,H101", "product_id", "'nvidia-h101' is unknown"),
    ("product_aliases.csv", "nvidia-h20,h100", "alias", "a second time"),
    ("skus.csv", "H200,nvidia-h200", "product_id", "'nvidia-h200' is unknown"),
    ("skus.csv", "H100(,nvidia-h100", "pattern", "Python says"),
    ("skus.csv", "H100(?!0),nvidia-h100", "pattern", "RE2"),
    ("exchange_rates.csv", "2024-06-01,EUR,1.08", "currency", "a second time"),
    ("exchange_rates.csv", "2024-07-15,EUR,1.08", "month", "its first day"),
    ("exchange_rates.csv", "2024-07-01,euro,1.08", "currency", "ISO 4217"),
    ("exchange_rates.csv", "2024-07-01,EUR,0", "usd_per_unit", "above nought"),
    ("exchange_rates.csv", "2024-07-01,EUR,nan", "usd_per_unit", "no number"),
    ("exchange_rates.csv", "2024-07-01,EUR,1·08", "usd_per_unit", "no number"),
    ("outlets.csv", "cnbc,CNBC TV18,,outlet", "outlet_id", "a second time"),
    ("outlets.csv", "kuo,Ming-Chi Kuo,,person", "kind", "none of"),
    ("durations.csv", "weeks,56,14", "high_days", "the shorter first"),
    ("durations.csv", "weeks,1.5,14", "low_days", "no whole number"),
    ("match_weights.csv", "item,same,0.001,0.001", "level", "a second time"),
    ("match_weights.csv", "colour,same,0.5,0.5", "comparison", "none of"),
    ("match_weights.csv", "due,overlap,0,0.5", "m", "between 0 and 1"),
    ("match_weights.csv", "item,reversed,0.3,0.001", "m", "adds up to 1.3"),
    ("match_thresholds.csv", "prior,0.5", "name", "a second time"),
    ("match_thresholds.csv", "twilight,0.5", "name", "none of"),
    ("decisions.csv", "a,a,same,Ada,2024-06-05,one", "other", "itself"),
    ("decisions.csv", "a,d,maybe,Ada,2024-06-05,one", "verdict", "none of"),
    ("decisions.csv", "a,d,same,Ada,2024-06-31,one", "decided_on", "no such day"),
    ("decisions.csv", "a,d,same,Ada,2024-06-05,", "reason", "may not be empty"),
    ("decisions.csv", "a,c,not the same,Ada,2024-06-06,two", "verdict", "the same by decisions.csv:3, decisions.csv:2"),
    ("measures.csv", "sec,us-gaap:Revenues,inventory,1", "stated_measure", "a second time"),
    ("measures.csv", "sec,us-gaap:SalesRevenueNet,revenue,1", "rank", "a second time"),
    ("measures.csv", "edgar,us-gaap:Assets,assets,1", "source", "It is none of sec"),
    ("reporters.csv", "sec,0000002488,amd", "entity_id", "'amd' is unknown"),
    ("unit_prices.csv", "nvidia-h20,2024-01-01,15000,9000,page", "usd_high", "the lower first"),
]


@pytest.mark.parametrize(("file", "row", "column", "says"), BAD_ROWS)
def test_a_bad_row_is_found_with_its_place(
    tiny_folder: Path, append: Callable[[str, str], int], file: str, row: str, column: str, says: str
) -> None:
    line = append(file, row)
    with pytest.raises(InvalidReference) as caught:
        load_reference(tiny_folder)
    texts = [str(p) for p in caught.value.problems if (p.file, p.line, p.column) == (file, line, column)]
    assert any(says in text for text in texts), str(caught.value)
    assert f"{file}:{line}: {column}: " in str(caught.value)


BAD_PRODUCTS = [
    ("h200,H200,H200,model,nvidia-hooper,nvidia-hopper,nvidia,gpu,,1,,,,,page", "parent_id", "unknown"),
    ("h200,H200,H200,model,,nvidia-hopper,nvidia,gpu,,1,,,,,page", "parent_id", "does not hang below 'gpu'"),
    ("h200,H200,H200,model,h200,nvidia-hopper,nvidia,gpu,,1,,,,,page", "parent_id", "turns in a circle"),
    ("h200,H200,H200,model,nvidia-hopper,,nvidia,gpu,,1,,,,,page", "family_id", "gives 'nvidia-hopper'"),
    ("hu,HU,HU,family,nvidia-hopper,hu,nvidia,gpu,,1,,,,,page", "family_id", "outermost family"),
    ("h200,H200,H200,model,nvidia-hopper,nvidia-hopper,nvidea,gpu,,1,,,,,page", "vendor_id", "unknown"),
    ("h200,H200,H200,model,nvidia-hopper,nvidia-hopper,nvidia,gpu,,1,1979,0.9,,,page", "h100e", "gives 1.0"),
    ("h200,H200,H200,model,nvidia-hopper,nvidia-hopper,nvidia,gpu,,1,,1,,,page", "h100e", "gives None"),
    ("h200,H200,H200,model,nvidia-hopper,nvidia-hopper,nvidia,gpu,,2,,,,,page", "gpus_per_unit", "counts as one"),
    ("h200,H200,H200,chip,nvidia-hopper,nvidia-hopper,nvidia,gpu,,1,,,,,page", "level", "none of"),
    ("h200,H200,H200,model,nvidia-hopper,nvidia-hopper,nvidia,rack,,1,,,,,page", "unit", "else by the GPU"),
    ("hgx,HGX,HGX,system,nvidia-h20,nvidia-hopper,nvidia,system,,8,,,,,page", "component_id", "has a component"),
    ("hgx,HGX,HGX,system,nvidia-h20,nvidia-hopper,nvidia,system,nvidia-h20,8,,,,,page", "h100e", "component's"),
    (
        "hgx,HGX,HGX,system,nvidia-hopper,nvidia-hopper,nvidia,system,nvidia-hopper,8,,,,,page",
        "component_id",
        "is a family",
    ),
]


@pytest.mark.parametrize(("row", "column", "says"), BAD_PRODUCTS)
def test_a_bad_product_is_found_with_its_place(
    tiny_folder: Path, append: Callable[[str, str], int], row: str, column: str, says: str
) -> None:
    product_id, claim_name = row.split(",")[:2]
    append("product_aliases.csv", f"{product_id},{claim_name}")
    line = append("products.csv", row)
    with pytest.raises(InvalidReference) as caught:
        load_reference(tiny_folder)
    texts = [str(p) for p in caught.value.problems if (p.file, p.line, p.column) == ("products.csv", line, column)]
    assert any(says in text for text in texts), str(caught.value)


def test_every_problem_is_named_at_once(tiny_folder: Path, append: Callable[[str, str], int]) -> None:
    append("skus.csv", "H100(,nvidia-h100")
    append("aliases.csv", "nvidea,Nvidea,")
    append("durations.csv", "weeks,56,14")
    with pytest.raises(InvalidReference, match=r"3 problem\(s\)") as caught:
        load_reference(tiny_folder)
    assert [problem.file for problem in caught.value.problems] == ["aliases.csv", "durations.csv", "skus.csv"]


def test_a_row_that_cannot_be_read_is_reported_once_not_by_all_that_refer_to_it(
    tiny_folder: Path, append: Callable[[str, str], int]
) -> None:
    line = append("entities.csv", "amd,AMD,AMD,maker,US")
    append("aliases.csv", "amd,AMD,")
    with pytest.raises(InvalidReference) as caught:
        load_reference(tiny_folder)
    assert [(p.file, p.line, p.column) for p in caught.value.problems] == [("entities.csv", line, "kind")]


def test_comments_and_quoted_line_breaks_keep_the_line_numbers_right(tiny_folder: Path) -> None:
    (tiny_folder / "outlets.csv").write_text(
        '# one\n# "two\n\noutlet_id,name,aliases,kind\ncnbc,"CNBC\nTV",,outlet\n# three\nft,FT,,paper\n',
        encoding="utf-8",
    )
    with pytest.raises(InvalidReference) as caught:
        load_reference(tiny_folder)
    assert [(p.line, p.column) for p in caught.value.problems] == [(8, "kind")]


@pytest.mark.parametrize(
    ("content", "line", "says"),
    [
        (b"", 1, "no line with the names"),
        (b"# only a comment\n", 1, "no line with the names"),
        (b"# note\nduration,low,high\n", 2, "the columns are duration,low,high"),
        (b"duration,low_days,high_days\nmonths\xff,60,300\n", 1, "cannot be read"),
        (b'duration,low_days,high_days\n"months" x,60,300\n', 2, "not CSV"),
    ],
)
def test_a_file_that_is_no_table_is_named(tiny_folder: Path, content: bytes, line: int, says: str) -> None:
    (tiny_folder / "durations.csv").write_bytes(content)
    with pytest.raises(InvalidReference) as caught:
        load_reference(tiny_folder)
    (problem,) = caught.value.problems
    assert (problem.file, problem.line) == ("durations.csv", line)
    assert says in str(problem)


def test_a_missing_file_is_named(tiny_folder: Path) -> None:
    (tiny_folder / "skus.csv").unlink()
    with pytest.raises(InvalidReference, match=r"skus\.csv:1: pattern: cannot be read"):
        load_reference(tiny_folder)
