"""The version of a reader changes with its code and data, and with nothing else."""

from collections.abc import Callable
from pathlib import Path

import pytest

from pipelines.versions import code_version


@pytest.fixture
def code(tmp_path: Path) -> Path:
    folder = tmp_path / "code"
    (folder / "languages").mkdir(parents=True)
    (folder / "engine.py").write_text("a = 1\n")
    (folder / "languages" / "fr.toml").write_text("word = 'puce'\n")
    (folder / "names.csv").write_text("tesla\n")
    return folder


def test_a_version_is_sixteen_digits_and_the_same_for_the_same_files(code: Path) -> None:
    assert code_version(code) == code_version(code)
    assert len(code_version(code)) == 16
    assert set(code_version(code)) <= set("0123456789abcdef")


def test_a_copy_elsewhere_has_the_same_version(code: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    for path in code.rglob("*.*"):
        target = copy / path.relative_to(code)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(path.read_bytes())
    assert code_version(copy) == code_version(code)


@pytest.mark.parametrize(
    "change",
    [
        lambda code: (code / "engine.py").write_text("a = 2\n"),
        lambda code: (code / "languages" / "fr.toml").write_text("word = 'carte'\n"),
        lambda code: (code / "names.csv").unlink(),
        lambda code: (code / "more.py").write_text(""),
        lambda code: (code / "engine.py").rename(code / "motor.py"),
    ],
    ids=["code", "data below", "file gone", "file new", "file renamed"],
)
def test_a_change_of_code_or_data_changes_it(code: Path, change: Callable[[Path], object]) -> None:
    before = code_version(code)
    change(code)
    assert code_version(code) != before


def test_what_a_reader_does_not_read_changes_nothing(code: Path) -> None:
    before = code_version(code)
    (code / "__pycache__").mkdir()
    (code / "__pycache__" / "engine.pyc").write_bytes(b"compiled")
    (code / "README.md").write_text("words\n")
    assert code_version(code) == before


def test_single_files_count_whatever_their_kind(code: Path, tmp_path: Path) -> None:
    rates = tmp_path / "rates.txt"
    rates.write_text("1\n")
    first = code_version(code, rates)
    rates.write_text("2\n")
    assert code_version(code, rates) != first != code_version(code)
