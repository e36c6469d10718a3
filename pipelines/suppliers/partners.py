"""Contracts for EDI: who the ids of a partner are, and what its codes mean. As data, in `reference/contracts/*.toml`.

X12 and EDIFACT say themselves what they mean, so they are read without a contract too. One is needed only where a
partner sends ids without names, prices without a currency, or codes of its own.
"""

import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from pipelines.suppliers.contract_files import InvalidContract, is_for_edi, problem_of

EdiUnit = Literal["each", "gpu", "board", "system", "rack"]
EdiStatus = Literal["open", "confirmed", "rescheduled", "backordered", "substituted", "rejected", "cancelled"]
Code = Annotated[str, Field(min_length=1)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class EdiFormat(_Part):
    """Whose messages these are: the interchange's sender ids (ISA06 or UNB), with or without their qualifier."""

    kind: Literal["edi"]
    senders: Annotated[
        tuple[Code, ...], BeforeValidator(lambda given: tuple(given) if isinstance(given, list) else given)
    ] = Field(min_length=1)


class EdiConstants(_Part):
    """What the messages leave unsaid."""

    currency: str | None = Field(default=None, pattern=r"^[A-Z]{3}$")


class EdiWords(_Part):
    """The partner's own codes: units (X12 element 355, EDIFACT 6411) and line states (X12 668, EDIFACT 1229)."""

    unit: dict[Code, EdiUnit] = {}
    status: dict[Code, EdiStatus] = {}


class EdiContract(_Part):
    """What one partner's EDI leaves unsaid. docs/edi.md explains every key and shows a whole contract."""

    name: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")
    description: str = Field(min_length=1)
    format: EdiFormat
    parties: dict[Code, Annotated[str, Field(min_length=1)]] = {}
    constants: EdiConstants = EdiConstants()
    words: EdiWords = EdiWords()

    def name_of(self, code: str) -> str | None:
        """The name that stands for an id, given as `92:1042` or as `1042`."""
        return self.parties.get(code) or self.parties.get(code.partition(":")[2])


NO_CONTRACT = EdiContract(
    name="edi", description="What no contract says.", format=EdiFormat(kind="edi", senders=("(anybody)",))
)


def partner_for(contracts: Sequence[EdiContract], sender: str) -> EdiContract:
    """The contract of a sender, `qualifier:id`; one that says nothing where there is none."""
    bare = sender.partition(":")[2]
    return next((one for one in contracts if {sender, bare} & set(one.format.senders)), NO_CONTRACT)


def load_partners(folder: Path) -> list[EdiContract]:
    """All EDI contracts of a folder, ordered by name. Raises InvalidContract with every problem of every file."""
    found: list[EdiContract] = []
    problems: list[str] = []
    for path in sorted(folder.glob("*.toml")):
        try:
            keys = tomllib.loads(path.read_text(encoding="utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError):
            continue  # load_contracts says so
        if not is_for_edi(keys):
            continue
        try:
            found.append(EdiContract.model_validate(keys))
        except ValidationError as problem:
            problems += [problem_of(path.name, error) for error in problem.errors()]
            continue
        if found[-1].name != path.stem:
            problems.append(f"{path.name}: name: {found[-1].name!r} is not the file's: rename one to match the other")
    senders = [sender for one in found for sender in one.format.senders]
    for sender in sorted({one for one in senders if senders.count(one) > 1}):
        which = ", ".join(one.name for one in found if sender in one.format.senders)
        problems.append(f"format.senders: {sender!r} stands in several contracts ({which}): keep it in one")
    if problems:
        raise InvalidContract(problems)
    return found
