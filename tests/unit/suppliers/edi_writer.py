"""A small writer of X12 and EDIFACT: envelopes with their counts around given segments. Reads nothing."""

from collections.abc import Sequence
from dataclasses import dataclass

Segments = Sequence[str]


@dataclass(frozen=True)
class X12Marks:
    element: str = "*"
    component: str = ">"
    repetition: str = "^"
    terminator: str = "~"
    newline: str = "\n"


def x12(
    sets: Sequence[tuple[str, Segments]], *, sender: str = "ZZ:AURELIA", receiver: str = "ZZ:CASTELLAN",
    sent: tuple[str, str] = ("20240708", "0915"), control: int = 905, version: str = "005010",
    marks: X12Marks | None = None,
) -> str:  # fmt: skip
    """An interchange with one group; segments are written with * and : and get the marks of the file."""
    marks = marks or X12Marks()
    (from_qualifier, from_id), (to_qualifier, to_id) = sender.split(":"), receiver.split(":")
    number = f"{control:09}"
    segments = [
        f"ISA*00*{'':10}*00*{'':10}*{from_qualifier:2}*{from_id:15}*{to_qualifier:2}*{to_id:15}*{sent[0][2:]}*{sent[1]}"
        f"*\x01*{version[1:6].ljust(5, '0') if version != '005010' else '00501'}*{number}*0*P*\x02",
        f"GS*PO*{from_id}*{to_id}*{sent[0]}*{sent[1]}*{control}*X*{version}",
    ]
    for place, (kind, body) in enumerate(sets, start=1):
        segments += [f"ST*{kind}*{place:04}", *body, f"SE*{len(body) + 2}*{place:04}"]
    segments += [f"GE*{len(sets)}*{control}", f"IEA*1*{number}"]
    text = "".join(f"{segment}\x03" for segment in segments)
    theirs = {
        "*": marks.element, ":": marks.component, "\x01": marks.repetition, "\x02": marks.component,
        "\x03": marks.terminator + marks.newline,
    }  # fmt: skip
    return "".join(theirs.get(character, character) for character in text)


def edifact(
    messages: Sequence[tuple[str, Segments]], *, sender: str = "NORDLICHT:ZZZ", receiver: str = "MERIDIAN:ZZZ",
    sent: tuple[str, str] = ("240812", "0915"), reference: str = "4711", una: str | None = "UNA:+.? '",
    alphabet: str = "UNOC", newline: str = "\n", release: str = "D:96A:UN",
) -> str:  # fmt: skip
    """An interchange; segments are written with + and : and get the marks of the UNA."""
    segments = [f"UNB+{alphabet}:3+{sender}+{receiver}+{sent[0]}:{sent[1]}+{reference}"]
    for place, (kind, body) in enumerate(messages, start=1):
        segments += [f"UNH+{place}+{kind}:{release}", *body, f"UNT+{len(body) + 2}+{place}"]
    segments.append(f"UNZ+{len(messages)}+{reference}")
    component, element, decimal, _, _, terminator = (una or "UNA:+.? '")[3:]
    text = "".join(f"{segment}\x03" for segment in segments)
    if decimal == ",":
        text = text.replace(".", ",")
    text = text.replace(":", "\x01").replace("+", element).replace("\x01", component)
    return f"{f'{una}{newline}' if una else ''}{text.replace(chr(3), terminator + newline)}"
