"""Numbers, counts and sums of money in folded text, by the number words and modifiers of a language pack.

What a number counts, and whether it is a claim at all, is decided elsewhere.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import chain

from pipelines.extraction.endings import Ending
from pipelines.extraction.money import Money, before_symbol
from pipelines.extraction.needles import Beginnings, Sieve
from pipelines.extraction.pack import Expression, LanguagePack, load
from pipelines.extraction.text import WORD, in_word, is_hangul

# The first digit stands before what must not precede it: so all that is no digit is passed over at once.
_DIGITS = r"(?<!\.\d)(?<!\d,\d)(?:\d{0,2}(?P<sep>[ .,'])\d{3}(?:(?P=sep)\d{3})*(?!\d)|\d*(?:[.,]\d+)?)"
_NUMBER = re.compile(rf"\d(?<!{WORD}\d){_DIGITS}")
# "GPU6万基": without blanks the count may touch the noun in Latin letters.
_NUMBER_BESIDE = re.compile(rf"\d(?:(?<!{WORD}\d)|(?<=[gntl]pu\d)){_DIGITS}")


@dataclass(frozen=True, slots=True)
class Number:
    """A number or a range as stated, its span with modifiers and currency; `currency` is None for a plain count.

    `low` is None for `up to N`, `high` for `at least N`. `figure` is the span of the digits or words alone.
    """

    start: int
    end: int
    low: float | None
    high: float | None
    currency: str | None = None
    figure: tuple[int, int] = (0, 0)
    mantissa: float = 0.0
    scale: float = 1.0
    parts: tuple["Number", "Number"] | None = None

    @property
    def value(self) -> float:
        """The stated figure, the larger of a range."""
        return max(v for v in (self.low, self.high) if v is not None)


@dataclass(frozen=True, slots=True)
class _Compound:
    """A number written as one word."""

    pattern: Expression


@dataclass(frozen=True, slots=True)
class _Grammar:
    words: Beginnings
    compounds: Sieve[_Compound] | None
    scale: re.Pattern[str]
    money: Money
    low: Ending
    high: Ending
    about: Ending
    low_after: re.Pattern[str] | None
    high_after: re.Pattern[str] | None
    between: Ending
    to: re.Pattern[str]
    joined: tuple[str, ...]
    definite: tuple[str, ...]
    not_low_after: tuple[str, ...]


def _ending(words: tuple[str, ...]) -> Ending:
    alternatives = "|".join(re.escape(word) for word in sorted(words, key=lambda w: (-len(w), w))) or "(?!)"
    # Without blanks a modifier may touch the name before it: "B200多达6万颗".
    return Ending(rf"(?:(?<!{WORD})|(?!{WORD}))(?:{alternatives}) ?$", words)


def _beginning(words: tuple[str, ...]) -> re.Pattern[str] | None:
    alternatives = "|".join(
        re.escape(word) + (rf"(?!{WORD})" if in_word(word[-1]) else "")
        for word in sorted(words, key=lambda w: (-len(w), w))
    )
    return re.compile(rf"^ ?(?:{alternatives})") if words else None


def _whole(word: str) -> str:
    """A number word; one in Hangul is a word of its own ("두 달", but not in "모두")."""
    return rf"(?<![\uac00-\ud7a3]){word}(?![\uac00-\ud7a3])" if is_hangul(word) else re.escape(word)


@cache
def _grammar(code: str) -> _Grammar:
    pack = load(code)
    number = "|".join(_whole(w) for w in sorted({*pack.number_words, *pack.number_scales}, key=lambda w: (-len(w), w)))
    joins = "|".join(re.escape(w) for w in sorted(pack.number_joins, key=len, reverse=True))
    join = rf"(?:(?:{joins}) )?" if joins else ""
    # Scripts without blanks write number words without them, too.
    gap = "[ -]?" if pack.unspaced else "[ -]"
    big = "|".join(re.escape(w) for w, v in pack.number_scales.items() if v >= 100 and len(w) > 4)
    scales = "|".join(
        re.escape(w) + (rf"(?!{WORD})" if in_word(w[-1]) else "")
        for w in sorted(pack.number_scales, key=lambda w: (-len(w), w))
    )
    to = "|".join(re.escape(w) for w in (*pack.words["range"], *pack.words["range_and"]))
    initial = "" if pack.unspaced else f"(?<!{WORD})"
    compound = rf"(?<!{WORD}){WORD}{{2,20}}?(?:{big}){WORD}{{0,20}}(?!{WORD})"
    return _Grammar(
        words=Beginnings(
            (*pack.number_words, *pack.number_scales),
            re.compile(rf"{initial}(?<!-)(?:{number})(?:{gap}{join}(?:{number}))*(?!{WORD})"),
            whole=not pack.unspaced,
        ),
        compounds=Sieve([_Compound(Expression(compound, f"{code}: numbers.scales"))])
        if pack.compound_numbers and big
        else None,
        scale=re.compile(rf"[ -]?({scales})"),
        money=Money(pack.currencies, pack.words["of_money"]),
        low=_ending(pack.words["low"]),
        high=_ending(pack.words["high"]),
        about=_ending(pack.words["about"]),
        low_after=_beginning(pack.words["low_after"]),
        high_after=_beginning(pack.words["high_after"]),
        between=_ending(pack.words["between"]),
        to=re.compile(rf"^ ?(?:{to}) ?(?:us|c|a)?[$€£¥₹]? ?$"),
        joined=pack.words["range_and"],
        definite=pack.words["definite"],
        not_low_after=pack.words["not_low_after"],
    )


def numbers(plain: str, pack: LanguagePack, named: Sequence[tuple[int, int]] = ()) -> list[Number]:
    """All numbers in order, ranges as one, with their modifiers and currencies; `named` holds the spans of names.

    A number inside a name is none: "910B" is a product and no 910 billion.
    """
    grammar = _grammar(pack.code)
    written = _NUMBER_BESIDE if pack.unspaced else _NUMBER
    spaced = (match for match in written.finditer(plain) if not _inside(named, match.start()))
    digits = _outside(written, plain, named) if pack.unspaced else spaced
    found = [number for match in digits if (number := _from_digits(plain, match, pack, grammar))]
    taken = [number.figure for number in found]
    compounds = (match for _, match in grammar.compounds.matches(plain)) if grammar.compounds else ()
    for match in chain(_worded(plain, grammar), compounds):
        number = _from_words(match, pack)
        if number and not any(a < number.end and number.start < b for a, b in _near(taken, match.start())):
            found.append(number)
    found.sort(key=lambda n: (n.start, -n.end))
    kept: list[Number] = []
    for number in found:
        if pack.unspaced and kept and _goes_on(plain, kept[-1], number) and number.value < kept[-1].scale:
            # "1万2000": digits go on below the scale.
            kept[-1] = _continued(kept[-1], number)
        elif pack.unspaced and kept and _scaled_again(plain, kept[-1], number):
            # "2천355억": both parts are of the scale that stands last.
            value = (kept[-1].value + number.mantissa) * number.scale
            kept[-1] = replace(number, start=kept[-1].start, low=value, high=value, mantissa=value / number.scale,
                               figure=(kept[-1].figure[0], number.figure[1]))  # fmt: skip
        elif not kept or number.start >= kept[-1].end:
            kept.append(number)
    return _modified(plain, _ranged(plain, [_priced(plain, n, grammar.money) for n in kept], grammar), grammar)


def _goes_on(plain: str, first: Number, rest: Number) -> bool:
    """Whether digits touch the scale before them; Korean may put a blank there ("1만 2000개")."""
    spaced = is_hangul(plain[first.end - 1]) and plain[first.end : rest.start] == " " and plain[rest.start].isdigit()
    return first.end == rest.start or (spaced and not plain.startswith("년", rest.end))


def _scaled_again(plain: str, first: Number, rest: Number) -> bool:
    return _goes_on(plain, first, rest) and rest.mantissa < first.scale < rest.scale


def _continued(first: Number, rest: Number) -> Number:
    value = first.value + rest.value
    return replace(first, end=rest.end, low=value, high=value, figure=(first.figure[0], rest.figure[1]),
                   mantissa=value / first.scale)  # fmt: skip


def _outside(written: re.Pattern[str], plain: str, named: Sequence[tuple[int, int]]) -> Iterator[re.Match[str]]:
    """Numbers sought anew behind each name, so that "가우디 3 500대" counts 500 and not 3,500."""
    position = 0
    while match := written.search(plain, position):
        position = match.end()
        index = bisect_left(named, (match.start() + 1, 0)) - 1
        if _inside(named, match.start()):
            position = named[index][1]
        else:
            yield match


def _inside(named: Sequence[tuple[int, int]], position: int) -> bool:
    index = bisect_left(named, (position + 1, 0)) - 1
    return index >= 0 and position < named[index][1]


def _worded(plain: str, grammar: _Grammar) -> Iterator[re.Match[str]]:
    """Numbers in words; the two of a range ("between three and four billion") apart."""
    pattern = grammar.words.pattern
    for match in grammar.words.finditer(plain):
        written = match.group()
        joint = next((f" {word} " for word in grammar.joined if f" {word} " in written), None)
        before = plain[max(0, match.start() - 20) : match.start()]
        if joint and grammar.between.search(before) and not before.endswith("de "):
            middle = match.start() + written.index(joint)
            yield from pattern.finditer(plain, match.start(), middle)
            yield from pattern.finditer(plain, middle + len(joint), match.end())
        else:
            yield match


def _near(taken: list[tuple[int, int]], position: int) -> list[tuple[int, int]]:
    # Figures are in order; only the neighbours of the position can overlap it.
    index = bisect_left(taken, (position, position))
    return taken[max(0, index - 1) : index + 4]


def _from_digits(plain: str, match: re.Match[str], pack: LanguagePack, grammar: _Grammar) -> Number | None:
    written = match.group()
    if len(written) > 20:
        return None
    end, scale = match.end(), 1.0
    while follow := grammar.scale.match(plain, end, end + 24):
        word = follow[1]
        spaced = plain[end] in " -"
        if len(word) == 1 and word.isascii() and word != "k" and spaced and not before_symbol(plain, follow.end()):
            break
        scale *= pack.number_scales[word]
        end = follow.end()
    mantissa = _mantissa(written, match["sep"], scale, pack.decimal)
    value = mantissa * scale
    return Number(match.start(), end, value, value, None, (match.start(), end), mantissa, scale)


def _mantissa(written: str, separator: str | None, scale: float, decimal: str) -> float:
    if separator is not None:
        single = written.count(separator) == 1
        if single and separator == decimal and scale >= 1e6:
            return float(written.replace(",", "."))
        return float(re.sub(r"[ .,']", "", written))
    return float(written.replace(",", "."))


def _from_words(match: re.Match[str], pack: LanguagePack) -> Number | None:
    words = _split(match.group(), pack)
    if words[-1] in pack.number_joins and len(words) > 1 and " " not in match.group():
        return None  # "tienduizenden": tens of thousands
    total = current = 0.0
    plain_words, last_scale = 0, 1.0
    for word in words:
        if word in pack.number_words:
            current += pack.number_words[word]
            plain_words += 1
        elif word in pack.number_scales:
            scale = last_scale = pack.number_scales[word]
            current = (current or 1.0) * scale
            if scale >= 1000:
                total, current = total + current, 0.0
        elif word not in pack.number_joins:
            return None
    value = total + current
    if not plain_words or value < 2:
        return None
    # "Three to four billion": the scale is said once for both.
    scale = last_scale if last_scale >= 1e6 and words[-1] in pack.number_scales else 1.0
    return Number(match.start(), match.end(), value, value, None, match.span(), value / scale, scale)


@cache
def _number_word(code: str) -> re.Pattern[str]:
    pack = load(code)
    known = sorted({*pack.number_words, *pack.number_scales, *pack.number_joins}, key=lambda w: (-len(w), w))
    return re.compile("|".join(map(re.escape, known)) if known else "(?!)")


def _split(written: str, pack: LanguagePack) -> list[str]:
    """The number words of a phrase, those written together taken apart; phrases of several words stay whole."""
    known = _number_word(pack.code)
    words: list[str] = []
    position = 0
    while position < len(written):
        if written[position] in " -":
            position += 1
            continue
        match = known.match(written, position)
        if match is None:
            return ["?"]
        words.append(match.group())
        position = match.end()
    return words


def _priced(plain: str, number: Number, money: Money) -> Number:
    if before := money.before(plain, number.start):
        return replace(number, start=before.place, currency=before.currency)
    if after := money.after(plain, number.end):
        return replace(number, end=after.place, currency=after.currency)
    return number


def _ranged(plain: str, found: list[Number], grammar: _Grammar) -> list[Number]:
    merged: list[Number] = []
    for number in found:
        last = merged[-1] if merged else None
        if last and number.start - last.end <= 12 and _is_range(plain, last, number, grammar):
            low = last.low
            if last.scale == 1 < number.scale and last.mantissa <= number.mantissa:
                low = last.mantissa * number.scale
            elif _thousands_left_out(plain, last, number):
                low = last.mantissa * 1000
            merged[-1] = replace(number, start=last.start, low=low, figure=(last.figure[0], number.figure[1]),
                                 currency=number.currency or last.currency, parts=(last, number))  # fmt: skip
        else:
            merged.append(number)
    return merged


def _thousands_left_out(plain: str, first: Number, second: Number) -> bool:
    """Whether a range writes its thousands once ("55-65,000")."""
    tight = plain[first.end : second.start] in ("-", "~")
    return tight and first.scale == 1 and first.mantissa < 1000 and 1000 * first.mantissa < second.value


def _is_range(plain: str, first: Number, second: Number, grammar: _Grammar) -> bool:
    gap = plain[first.end : second.start]
    if not grammar.to.match(gap) or (first.currency and second.currency and first.currency != second.currency):
        return False
    if (
        first.currency is None
        and second.currency is None
        and first.mantissa * second.scale > second.mantissa * second.scale
    ):
        return False
    between = grammar.between.search(plain[max(0, first.start - 20) : first.start]) is not None
    return between or gap.strip() not in grammar.joined


def _of_order(before: str, grammar: _Grammar) -> bool:
    """Whether a word for "more than" only links a count to its order ("Bestellungen über 12.000")."""
    words = re.findall(r"\w+", before)[-3:]
    return any(word in grammar.not_low_after for word in words)


def _modified(plain: str, found: list[Number], grammar: _Grammar) -> list[Number]:
    result = []
    for number in found:
        start = number.start
        about = grammar.about.search(plain[max(0, start - 24) : start])
        for begin in (start, start - len(about.group())) if about else (start,):
            before = plain[max(0, begin - 40) : begin]
            most = grammar.high.search(before)
            if (
                (match := grammar.low.search(before))
                # "No more than" is no "more than".
                and not (most and most.start() < match.start())
                # "Takes over the 12,000" bounds nothing.
                and not (about and begin < start and about.group().strip() in grammar.definite)
                and not _of_order(before[: match.start()], grammar)
            ):
                number = replace(number, start=begin - len(match.group()), high=None)
                break
            if most and not _of_order(before[: most.start()], grammar):
                number = replace(number, start=begin - len(most.group()), low=None)
                break
            number = replace(number, start=begin) if begin != start else number
        after = plain[number.end : number.end + 20]
        if (
            grammar.low_after
            and number.high is not None
            and number.low == number.high
            and (match := grammar.low_after.match(after))
        ):
            number = replace(number, end=number.end + match.end(), high=None)
        elif (
            grammar.high_after
            and number.low is not None
            and number.low == number.high
            and (match := grammar.high_after.match(after))
        ):
            number = replace(number, end=number.end + match.end(), low=None)
        result.append(number)
    return result
