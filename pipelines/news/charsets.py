"""Bytes to characters: byte order mark, then what is declared, then what fits. No markup is read here."""

import codecs
import re

from charset_normalizer import from_bytes

from pipelines.news.errors import UnreadableDocumentError

_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_SIGNATURES = (
    (b"\x89PNG\r\n\x1a\n", "a PNG image", "image/png"),
    (b"\xff\xd8\xff", "a JPEG image", "image/jpeg"),
    (b"GIF8", "a GIF image", "image/gif"),
    (b"%PDF-", "a PDF", "application/pdf"),
    (b"PK\x03\x04", "a ZIP archive (or an Office file)", "application/zip"),
    (b"\x1f\x8b", "a gzip archive", "application/gzip"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Office file", "application/x-ole-storage"),
    (b"\x7fELF", "a program", "application/octet-stream"),
)
_GUESSES = [
    "cp1250", "cp1251", "cp1252", "cp1253", "cp1254", "cp1255", "cp1256", "koi8_r",
    "gb18030", "big5", "cp932", "euc_jp", "euc_kr", "cp949",
]  # fmt: skip
# ð, ý, þ are left out: in Turkish text read as Western they stand for ğ, ı, ş.
_WESTERN = re.compile(r"[\x00-\x7fÀ-ÏÑ-ÖØ-ÜßÀ-ïñ-öø-üÿŒœŠšŽžŸ–—‘’‚“”„†•…‹›«»€£¥§©®™°±·²³½¼¾¿¡ªº´¨\xa0\xad]*")
_FOREIGN_RUN = re.compile(r"[À-ÿŒœŠšŽžŸ]{3}")
_UPPER_INSIDE = re.compile(r"[a-z][À-ÖØ-ÞŠŽŸŒ]|[a-zß-ÿ][²³¹¿¡ªº´¨][a-z]")
_CONTROLS = re.compile(r"[\x01-\x08\x0e-\x1a\x1c-\x1f\x7f]")


def decode(data: bytes, name: str, declared: str | None = None) -> str:
    """The characters of `data`, without byte order mark and otherwise as given (line ends too).

    `declared` is a charset that the source gave; where it is unknown or does not fit, the bytes decide.
    Raises UnreadableDocumentError for an empty file, for binary data, and where no charset fits.
    """
    refuse_other_files(data, name)
    text = _decoded(data, name, declared)
    controls = len(_CONTROLS.findall(text))
    if "\x00" in text or controls > 2 + len(text) // 100:
        raise _binary(name)
    if not text.strip():
        raise UnreadableDocumentError(f"{name}: empty file: it holds nothing but blanks; fetch or save it again")
    return text


def refuse_other_files(data: bytes, name: str) -> None:
    """Raise UnreadableDocumentError for an empty file, and for images, archives and the like by their first bytes."""
    if not data.strip():
        what = "it holds no bytes" if not data else "it holds nothing but blanks"
        raise UnreadableDocumentError(f"{name}: empty file: {what}; fetch or save it again")
    for signature, what, media_type in _SIGNATURES:
        if data.startswith(signature):
            raise UnreadableDocumentError(
                f"{name}: {what}, not text; save the news item as plain text or HTML", media_type
            )


def _decoded(data: bytes, name: str, declared: str | None) -> str:
    for mark, charset in _BYTE_ORDER_MARKS:
        text = _try(data[len(mark) :], charset) if data.startswith(mark) else None
        if text is not None:
            return text
    for charset in filter(None, (declared, "utf-8")):
        text = _try(data, charset)
        if text is not None and "\x00" not in text:
            return text
    if b"\x00" in data:
        return _utf_16_without_mark(data, name)
    western = _try(data, "cp1252")
    if western is not None and _looks_western(western):
        return western
    best = from_bytes(data, cp_isolation=_GUESSES).best()
    if best is None:
        raise _binary(name)
    return str(best)


def _try(data: bytes, charset: str) -> str | None:
    try:
        return data.decode(charset)
    except (LookupError, ValueError):
        return None


def _utf_16_without_mark(data: bytes, name: str) -> str:
    odd, even = data[1::2].count(0), data[0::2].count(0)
    charset = "utf-16-le" if odd >= even else "utf-16-be"
    text = _try(data, charset)
    if text is None or max(odd, even) * 10 < len(data) or min(odd, even) > 0:
        raise _binary(name)
    return text


def _looks_western(text: str) -> bool:
    """Short Western texts: charset-normalizer takes a few accents among ASCII for Big5 or EBCDIC."""
    return (
        _WESTERN.fullmatch(text) is not None
        and _FOREIGN_RUN.search(text) is None
        and _UPPER_INSIDE.search(text) is None
    )


def _binary(name: str) -> UnreadableDocumentError:
    return UnreadableDocumentError(
        f"{name}: binary data, not text in any known charset; save the news item as UTF-8 text",
        "application/octet-stream",
    )
