import subprocess
import sys

import pytest

from pipelines.news.languages import detect_language, normalise_language
from tests.unit.news.reading import only_item


@pytest.mark.parametrize(
    ("tag", "code"),
    [
        ("fr", "fr"),
        ("fr-FR", "fr"),
        ("EN_us", "en"),
        ("zh-Hans", "zh"),
        ("zh-TW", "zh"),
        ("zho", "zh"),
        ("ger", "de"),
        ("nb-NO", "no"),
        ("iw", "he"),
        (" de ", "de"),
    ],
)
def test_a_language_tag_gives_its_two_letter_code(tag: str, code: str) -> None:
    assert normalise_language(tag) == code


@pytest.mark.parametrize("tag", [None, "", "und", "mul", "zxx", "English", "e", "fr/FR", "français"])
def test_what_names_no_language_gives_none(tag: str | None) -> None:
    assert normalise_language(tag) is None


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Les puces destinées au constructeur sont parties chez le réseau social.", "fr"),
        ("The chips meant for the carmaker went to the social network.", "en"),
        ("Die Chips für den Autobauer gingen an das soziale Netzwerk.", "de"),
        ("原本给汽车制造商的芯片被转给了社交媒体公司。", "zh"),
        ("自動車会社向けの半導体が別の会社に回された。", "ja"),
        ("Los chips del fabricante fueron a la red social.", "es"),
        ("12,000 / 85,000", "und"),
        ("", "und"),
    ],
)
def test_a_language_is_detected(text: str, code: str) -> None:
    assert detect_language(text) == code


def test_a_given_language_counts_and_an_unusable_one_is_detected() -> None:
    given = only_item('{"text": "The chips went elsewhere.", "language": "fr-CA"}', "a.jsonl")
    unusable = only_item('{"text": "The chips went elsewhere.", "language": "English"}', "a.jsonl")

    assert (given.language, given.language_basis) == ("fr", "given")
    assert (unusable.language, unusable.language_basis) == ("en", "detected")


def test_importing_the_readers_loads_no_model_and_nothing_heavy() -> None:
    code = "import sys, pipelines.news.documents; print({'py3langid', 'trafilatura', 'numpy'} & set(sys.modules))"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert answer.stdout.strip() == "set()"
