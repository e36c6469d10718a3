"""Runs the targets one after another, each in a process of its own, bounded in time and memory.

`python -m tests.fuzz --seconds 20 csv x12` fuzzes two readers for twenty seconds each; without names, all. What broke
is printed with its traceback, and the input is kept in the folder that `--keep` names.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

MOST_MEGABYTES = 2_048
MOST_SECONDS_OF_AN_INPUT = 10
MOST_BYTES_OF_AN_INPUT = 65_536
_INSIDE = "--inside"


def main() -> int:
    """Fuzz the chosen targets; give 1 where one broke."""
    if sys.argv[1:2] == [_INSIDE]:
        _fuzz(sys.argv[2], sys.argv[3:])
    from tests.fuzz.targets import TARGETS

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("targets", nargs="*", metavar="target", help=f"any of {', '.join(TARGETS)}; all by default")
    parser.add_argument("--seconds", type=int, default=20, help="how long each is fuzzed")
    parser.add_argument("--keep", type=Path, help="folder for inputs that broke a promise")
    asked = parser.parse_args()
    if unknown := sorted(set(asked.targets) - set(TARGETS)):
        parser.error(f"no target {unknown[0]!r}; targets are {', '.join(TARGETS)}")
    broken = [name for name in asked.targets or TARGETS if not _run(name, asked.seconds, asked.keep)]
    print(f"broken: {', '.join(broken)}" if broken else "nothing broke")
    return 1 if broken else 0


def _run(name: str, seconds: int, keep: Path | None) -> bool:
    from tests.fuzz.targets import TARGETS

    with tempfile.TemporaryDirectory(prefix="waybill-fuzz-") as folder:
        corpus = Path(folder, "corpus")
        corpus.mkdir()
        for number, seed in enumerate(TARGETS[name].seeds):
            shutil.copyfile(seed, corpus / f"{number}")
        command = [
            sys.executable, "-m", "tests.fuzz", _INSIDE, name, str(corpus), f"-max_total_time={seconds}",
            f"-rss_limit_mb={MOST_MEGABYTES}", f"-timeout={MOST_SECONDS_OF_AN_INPUT}",
            f"-max_len={MOST_BYTES_OF_AN_INPUT}", f"-artifact_prefix={folder}/", "-print_final_stats=1",
        ]  # fmt: skip
        done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
        report = done.stdout + done.stderr
        executed = next((line.split()[-1] for line in report.splitlines() if "number_of_executed_units" in line), "?")
        print(
            f"{name:12} {executed:>9} inputs in {seconds} s: {'fine' if done.returncode == 0 else 'BROKEN'}", flush=True
        )
        if done.returncode:
            print(report[-6000:])
            if keep:
                keep.mkdir(parents=True, exist_ok=True)
                for path in (one for one in Path(folder).iterdir() if one.is_file()):
                    shutil.copyfile(path, keep / f"{name}-{path.name}")
        return done.returncode == 0


def _fuzz(name: str, arguments: list[str]) -> None:
    import atheris

    with atheris.instrument_imports(include=["pipelines"]):
        from tests.fuzz.targets import TARGETS
    check = TARGETS[name].check
    check(b"")  # What is loaded once is loaded before the clock runs.
    atheris.Setup([sys.argv[0], *arguments], check)
    atheris.Fuzz()


if __name__ == "__main__":
    sys.exit(main())
