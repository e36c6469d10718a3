import os
from pathlib import Path

import pytest

from pipelines.folders import fingerprint, list_documents, settled

NOW = 1_717_500_000.0


def write(folder: Path, name: str, content: str = "words", modified: float = NOW - 3600) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, encoding="utf-8")
    os.utime(path, (modified, modified))
    return path


def test_documents_are_listed_recursively_and_sorted(tmp_path: Path) -> None:
    for name in ("b.txt", "a/z.csv", "a/b/c.xlsx", "a.txt", "B.txt"):
        write(tmp_path, name)

    listed = [path.relative_to(tmp_path).as_posix() for path in list_documents(tmp_path)]

    assert listed == ["B.txt", "a/b/c.xlsx", "a/z.csv", "a.txt", "b.txt"]


def test_hidden_unfinished_and_locked_files_are_left_out(tmp_path: Path) -> None:
    for name in ("kept.csv", ".hidden", ".git/config", "a.csv.part", "b.TMP", "~$orders.xlsx", "sub/.x", "sub/y.tmp"):
        write(tmp_path, name)

    assert [path.name for path in list_documents(tmp_path)] == ["kept.csv"]


def test_an_empty_folder_has_no_documents(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()

    assert list_documents(tmp_path) == []


def test_links_are_followed_only_inside_the_folder(tmp_path: Path) -> None:
    outside = write(tmp_path, "outside/secret.txt")
    inside = write(tmp_path, "folder/real.txt")
    folder = inside.parent
    (folder / "link-out.txt").symlink_to(outside)
    (folder / "link-in.txt").symlink_to(inside)
    (folder / "folder-out").symlink_to(outside.parent)
    (folder / "circle").symlink_to(folder)
    (folder / "dangling.txt").symlink_to(folder / "gone.txt")
    os.mkfifo(folder / "pipe.txt")

    assert [path.name for path in list_documents(folder)] == ["link-in.txt", "real.txt"]


def test_the_folder_itself_may_be_a_link(tmp_path: Path) -> None:
    write(tmp_path, "real/a.txt")
    (tmp_path / "link").symlink_to(tmp_path / "real")

    assert list_documents(tmp_path / "link") == [tmp_path / "link" / "a.txt"]


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotADirectoryError, match="no such folder; create it"):
        list_documents(tmp_path / "gone")


@pytest.mark.parametrize(
    ("modified", "is_settled"),
    [(NOW - 31, True), (NOW - 30, True), (NOW - 29, False), (NOW, False), (NOW + 5, False), (NOW + 86_400, True)],
)
def test_a_file_is_settled_once_it_was_quiet_long_enough(tmp_path: Path, modified: float, is_settled: bool) -> None:
    path = write(tmp_path, "a.csv", modified=modified)

    assert settled(path, NOW, 30) is is_settled


def test_a_file_that_is_gone_is_not_settled(tmp_path: Path) -> None:
    assert not settled(tmp_path / "gone.csv", NOW, 0)


def test_the_fingerprint_changes_with_names_sizes_and_times_only(tmp_path: Path) -> None:
    path = write(tmp_path, "a.txt", "one")
    seen = [fingerprint(tmp_path)]

    write(tmp_path, "a.txt", "two")
    assert fingerprint(tmp_path) == seen[0]

    write(tmp_path, "a.txt", "three")
    seen.append(fingerprint(tmp_path))
    write(tmp_path, "a.txt", "three", modified=NOW)
    seen.append(fingerprint(tmp_path))
    path.rename(tmp_path / "b.txt")
    seen.append(fingerprint(tmp_path))
    write(tmp_path, "sub/c.txt")
    seen.append(fingerprint(tmp_path))
    assert len(set(seen)) == len(seen)

    write(tmp_path, ".hidden")
    write(tmp_path, "d.part")
    assert fingerprint(tmp_path) == seen[-1]


def test_the_fingerprint_does_not_depend_on_where_the_folder_stands(tmp_path: Path) -> None:
    write(tmp_path, "here/a.txt")
    write(tmp_path, "there/a.txt")

    assert fingerprint(tmp_path / "here") == fingerprint(tmp_path / "there")


def test_a_file_still_being_written_enters_the_fingerprint_once_it_is_settled(tmp_path: Path) -> None:
    before = fingerprint(tmp_path, now=NOW, quiet_seconds=30)
    write(tmp_path, "a.txt", modified=NOW - 5)

    assert fingerprint(tmp_path, now=NOW, quiet_seconds=30) == before
    assert fingerprint(tmp_path, now=NOW + 60, quiet_seconds=30) != before
