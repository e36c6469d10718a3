"""Loads the contracts of a folder, and says of one that cannot be used which file, which key, and what is wrong."""

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from pipelines.suppliers.contracts import BY_COLUMN, FIXED, Contract


class InvalidContract(ValueError):
    """Contracts that cannot be used; the message has one line a problem: file, key, what is wrong."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


def load_contracts(folder: Path) -> list[Contract]:
    """All contracts of tables in a folder, ordered by name. Raises InvalidContract with every problem of every file."""
    contracts: list[Contract] = []
    problems: list[str] = []
    for path in sorted(folder.glob("*.toml")):
        try:
            keys = tomllib.loads(path.read_text(encoding="utf-8"))
            if is_for_edi(keys):
                continue
            contract = Contract.model_validate(keys)
        except tomllib.TOMLDecodeError as problem:
            problems.append(f"{path.name}: not TOML: {problem}")
        except UnicodeDecodeError as problem:
            problems.append(f"{path.name}: not UTF-8 (byte {problem.start}): save it as UTF-8")
        except ValidationError as problem:
            problems += [problem_of(path.name, error) for error in problem.errors()]
        else:
            contracts.append(contract)
            if contract.name != path.stem:
                problems.append(
                    f"{path.name}: name: {contract.name!r} is not the file's: rename one to match the other"
                )
    if problems:
        raise InvalidContract(problems)
    return contracts


def is_for_edi(keys: Mapping[str, Any]) -> bool:
    """Whether a contract is about X12 and EDIFACT messages: `pipelines.suppliers.partners` loads those."""
    how = keys.get("format")
    return isinstance(how, dict) and how.get("kind") == "edi"


def problem_of(file: str, error: Any) -> str:
    """One of pydantic's errors as one line: file, key, what is wrong."""
    return f"{file}: {_key(error['loc'])}: {_message(error)}"


def _key(place: tuple[int | str, ...]) -> str:
    return ".".join(str(part) for part in place if part not in ("[key]", FIXED, BY_COLUMN)) or "the whole file"


def _message(error: Any) -> str:
    if error["type"] == "extra_forbidden":
        return "no such key: remove it or correct its spelling (docs/suppliers.md lists all keys)"
    if error["type"] == "missing":
        return "missing: add it (docs/suppliers.md shows a whole contract)"
    what = str(error["msg"]).removeprefix("Value error, ")
    return what if isinstance(error["input"], dict) else f"{what} (given: {error['input']!r})"
