"""Which language an item is in: as given, else detected. What a language says belongs in extraction."""

import re
from functools import lru_cache
from typing import Any

UNDETERMINED = "und"

_TAG = re.compile(r"([A-Za-z]{2,3})(?:[-_][A-Za-z0-9]{1,8})*")
_LONGEST_READ = 20_000

# ISO 639-1 codes of the ISO 639-2 codes and of the withdrawn or narrower codes that feeds are seen to use.
_SAME_AS = {
    "ara": "ar", "chi": "zh", "zho": "zh", "cmn": "zh", "yue": "zh", "wuu": "zh", "cze": "cs", "ces": "cs",
    "dan": "da", "dut": "nl", "nld": "nl", "eng": "en", "fin": "fi", "fre": "fr", "fra": "fr", "ger": "de",
    "deu": "de", "gre": "el", "ell": "el", "heb": "he", "iw": "he", "hin": "hi", "hun": "hu", "ind": "id",
    "in": "id", "ita": "it", "jpn": "ja", "kor": "ko", "may": "ms", "msa": "ms", "nob": "no", "nor": "no",
    "nb": "no", "nn": "no", "per": "fa", "fas": "fa", "pol": "pl", "por": "pt", "rum": "ro", "ron": "ro",
    "rus": "ru", "spa": "es", "swe": "sv", "tha": "th", "tur": "tr", "ukr": "uk", "vie": "vi",
}  # fmt: skip


def normalise_language(tag: str | None) -> str | None:
    """The ISO 639-1 code of a language tag: `fr-FR` gives `fr`, `zh-Hans` and `zh-TW` give `zh`.

    None where `tag` is empty, says nothing (`und`, `mul`) or is no tag (`English`): the language is then unknown.
    """
    match = _TAG.fullmatch((tag or "").strip())
    if match is None:
        return None
    primary = match[1].lower()
    code = _SAME_AS.get(primary, primary)
    return code if len(code) == 2 else None


def detect_language(text: str) -> str:
    """The ISO 639-1 code of the language that `text` is most like, or `und` where it has no words."""
    sample = text[:_LONGEST_READ]
    if not any(character.isalpha() for character in sample):
        return UNDETERMINED
    code, _ = _identifier().classify(sample)
    return normalise_language(str(code)) or UNDETERMINED


@lru_cache(maxsize=1)
def _identifier() -> Any:
    # Imported here: with numpy it takes a third of a second, which every start of Waybill would pay.
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE)
    identifier.set_languages([label for label in identifier.labels if len(label) == 2])
    return identifier
