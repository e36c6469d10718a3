"""JSON documents of public services, decoded with bounds. What their fields mean belongs to each source's reader."""

import json
import math
import re
import zlib
from datetime import date
from typing import Any

MAX_BYTES = 400_000_000
# Half a character, escaped (`\\ud800`): JSON allows it alone, and no encoding holds it.
_HALF = re.compile(r"\\u[dD][89a-fA-F]")
# Python also takes 1_000 and digits of other scripts for numbers; no service means these.
_NUMBER = re.compile(r"\s*[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?\s*")


class NotUsable(ValueError):
    """A document of which nothing can be read; the text says why and what to do."""


def decode(data: bytes) -> Any:
    """The JSON value of `data`, gzip-compressed or not. Raises NotUsable."""
    try:
        text = unpack(data).decode("utf-8-sig")
        value = json.loads(text, parse_constant=_no_constant)
        return _sound(value) if _HALF.search(text) else value
    except UnicodeDecodeError as error:
        raise NotUsable(f"not UTF-8 (byte {error.start}): ask the service for JSON") from error
    except RecursionError as error:
        raise NotUsable("nested too deeply to be an answer of this service") from error
    except ValueError as error:
        raise NotUsable(f"not valid JSON ({error}): the answer is cut off, or is a page in place of data") from error


def unpack(data: bytes) -> bytes:
    """`data` without gzip compression, if it has one. Raises NotUsable where it is broken or too large."""
    if not data.strip():
        raise NotUsable("empty: the service gave nothing; the next run asks again")
    if not data.startswith(b"\x1f\x8b"):
        return data
    decoder = zlib.decompressobj(wbits=31)
    try:
        body = decoder.decompress(data, MAX_BYTES)
    except zlib.error as error:
        raise NotUsable(f"broken gzip compression ({error}): fetch it again") from error
    if decoder.unconsumed_tail:
        raise NotUsable(f"more than {MAX_BYTES:,} bytes when unpacked")
    if not decoder.eof:
        raise NotUsable("the gzip file is cut off: fetch it again")
    return body


def number_of(value: object) -> float | None:
    """A finite number from a JSON number or a string of digits; None where it is none."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    if isinstance(value, str) and _NUMBER.fullmatch(value) is None:
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def day_of(value: object) -> date | None:
    """A day from `2024-06-05`; None where it is none."""
    if not isinstance(value, str) or len(value) != 10:
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None


def compact(value: object) -> str:
    """A JSON value on one line, for keeping as it stood."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _sound(value: Any) -> Any:
    """The value with U+FFFD in place of each half character, in keys too."""
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, list):
        return [_sound(one) for one in value]
    return {_sound(key): _sound(one) for key, one in value.items()} if isinstance(value, dict) else value


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is no JSON number")
