"""Walking input folders, for news and suppliers alike. Which files belong to whom is decided by their readers."""

import hashlib
import os
from pathlib import Path

_UNFINISHED = (".part", ".tmp")
_OFFICE_LOCK = "~$"


def list_documents(folder: Path) -> list[Path]:
    """The files at and below `folder`, sorted by their path in it.

    Left out: hidden files and folders, `*.part`, `*.tmp`, `~$…` (locks of open Office files), whatever is no regular
    file, and links that lead out of the folder. Raises NotADirectoryError where `folder` is none.
    """
    if not folder.is_dir():
        raise NotADirectoryError(f"{folder}: no such folder; create it, or set another one")
    root = folder.resolve()
    found: list[Path] = []
    for parent, subfolders, names in os.walk(folder, onerror=_raise_unless_gone):
        subfolders[:] = [name for name in subfolders if not name.startswith(".")]
        found += [path for name in names if _is_document(path := Path(parent, name), root)]
    return sorted(found, key=lambda path: path.relative_to(folder).parts)


def settled(path: Path, now: float, quiet_seconds: float) -> bool:
    """Whether `path` was last modified at least `quiet_seconds` before `now` (seconds since 1970).

    A file still being written is left for the next look, and so is one that is gone. A time in the future (another
    machine's clock) counts by its distance, so that such a file is not left for ever.
    """
    try:
        modified = path.stat().st_mtime
    except FileNotFoundError:
        return False
    return abs(now - modified) >= quiet_seconds


def fingerprint(folder: Path, *, now: float | None = None, quiet_seconds: float = 0.0) -> str:
    """A hash over the names, sizes and modification times of the documents in `folder`; no file is opened.

    With `now`, files that are not yet `settled` are left out: the fingerprint changes once they are.
    """
    digest = hashlib.sha256()
    for path in list_documents(folder):
        if now is not None and not settled(path, now, quiet_seconds):
            continue
        try:
            facts = path.stat()
        except FileNotFoundError:
            continue
        digest.update(os.fsencode(path.relative_to(folder).as_posix()))
        digest.update(f"\0{facts.st_size}\0{facts.st_mtime_ns}\0".encode("ascii"))
    return digest.hexdigest()


def _is_document(path: Path, root: Path) -> bool:
    name = path.name
    if name.startswith((".", _OFFICE_LOCK)) or name.lower().endswith(_UNFINISHED):
        return False
    try:
        return path.is_file() and path.resolve(strict=True).is_relative_to(root)
    except (OSError, RuntimeError):
        return False


def _raise_unless_gone(error: OSError) -> None:
    if not isinstance(error, FileNotFoundError):
        raise error
