"""Currencies beside numbers in folded text: symbols and codes that all languages share, and a pack's own words.

Here belongs which currency stands before or behind a number. Numbers, and what a sum pays for, are read elsewhere.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from pipelines.extraction.endings import Ending
from pipelines.extraction.text import WORD

_SYMBOLS = {"$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY", "₹": "INR"}
_DOLLARS = {"us": "USD", "c": "CAD", "a": "AUD", "s": "SGD", "nt": "TWD", "hk": "HKD", "r": "BRL"}
_CODES = {
    **{code: code.upper() for code in (
        "usd", "eur", "gbp", "chf", "cad", "aud", "dkk", "sek", "nok", "cny", "jpy", "krw", "inr", "twd", "hkd", "sgd",
        "aed", "sar", "brl",
    )},
    "rmb": "CNY", "rs.": "INR", "rs": "INR",
}  # fmt: skip
_CODE = "|".join(map(re.escape, _CODES))
_SYMBOL_AFTER = r" ?(?:us)?([$€£¥₹])"
_SYMBOL = re.compile(_SYMBOL_AFTER)
_BEFORE = Ending(
    rf"(?:(?:(?<![a-z])(?:(us|nt|hk) ?|([casr])))?([$€£¥₹])|(?<!{WORD})({_CODE}))[ ]?$", (*_SYMBOLS, *_CODES)
)


@dataclass(frozen=True, slots=True)
class Price:
    """A currency (ISO 4217), and where what says it begins before a number, or ends behind one."""

    currency: str
    place: int


class Money:
    """The currencies of a language, by its words; `links` may stand between a number and the word ("of", "de")."""

    def __init__(self, currencies: Mapping[str, str], links: tuple[str, ...]) -> None:
        self._currencies = currencies
        words = "|".join(re.escape(w) for w in sorted(currencies, key=lambda w: (-len(w), w))) or "(?!)"
        linked = "|".join(map(re.escape, links))
        self._after = re.compile(rf"{_SYMBOL_AFTER}| ?({_CODE})(?!{WORD})| ?(?:(?:{linked}) ?)?({words})(?!{WORD})")

    def before(self, plain: str, start: int) -> Price | None:
        """The currency right before a number."""
        first = max(0, start - 6)
        match = _BEFORE.search(plain[first:start])
        if match is None:
            return None
        dollar, letter, symbol, code = match.groups()
        if code:
            return Price(_CODES[code], first + match.start())
        named = _DOLLARS.get(dollar or letter or "", "USD") if symbol == "$" else _SYMBOLS[symbol]
        return Price(named, first + match.start())

    def after(self, plain: str, end: int) -> Price | None:
        """The currency right behind a number."""
        match = self._after.match(plain, end, end + 40)
        if match is None:
            return None
        symbol, code, word = match.groups()
        currency = _SYMBOLS[symbol] if symbol else _CODES[code] if code else self._currencies[word]
        return Price(currency, match.end())


def before_symbol(plain: str, position: int) -> bool:
    """Whether the symbol of a currency stands right behind a place."""
    return _SYMBOL.match(plain, position, position + 6) is not None
