"""The version of what reads: a hash of its files, so that a change of code or data makes everything be read anew."""

import hashlib
from pathlib import Path


def code_version(*places: Path) -> str:
    """Sixteen hexadecimal digits over names and bytes of the files in `places` (folders are taken whole)."""
    digest = hashlib.sha256()
    for place in places:
        files = (
            [place] if place.is_file() else sorted(p for p in place.rglob("*") if p.suffix in {".py", ".toml", ".csv"})
        )
        for path in files:
            content = path.read_bytes()
            digest.update(f"{path.name}\0{len(content)}\0".encode())
            digest.update(content)
    return digest.hexdigest()[:16]
