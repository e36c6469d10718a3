"""How much of a history is seen, and how badly: the knobs of the observers, and how they bend a number or a day."""

import calendar
import math
import random
from dataclasses import dataclass
from datetime import date, timedelta

Span = tuple[date | None, date | None]


@dataclass(frozen=True, slots=True)
class Noise:
    """Shares are chances for each number, day, slot, item or event, as named. All zero is honest and full."""

    told: float = 0.3  # of an event that the books show, that the news tell of it too
    retold: float = 0.3  # of a report, that another outlet found it out too, in its own words
    books_stop: float = 0.0  # of a booked lot, that the books show nothing of it after some event
    edition_days: int = 1  # days from one edition of a supplier's book to the next
    book_slips: float = 0.0  # of a line version that another replaces, that its count is wrong
    rounded: float = 0.0  # of a number, to two significant digits
    wrong: float = 0.0  # of a number
    copies: float = 0.0  # of all items, that it is another outlet's words
    second_hand: float = 0.0  # of a report, that another outlet tells it too, naming its source
    documents: float = 0.0  # of a report, that it names a document or a party as its source
    vague_days: float = 0.0  # of a day, that only its month or quarter, or a deadline, is given
    vague_delays: float = 0.0  # of a delay, that only "months" or "weeks" are given
    bounded: float = 0.0  # of a count, that only "more than" or "up to" is said
    left_out: float = 0.0  # of a slot that may be empty
    names_maker: float = 0.0  # of a report, that it names the maker where another sells
    coarse: float = 0.0  # of a product, that only its family, or "GPU", is named
    late: float = 0.0  # of an item, that it comes weeks after the event
    missing: float = 0.0  # of an event that only the news could tell of
    unsure: float = 0.0  # of a claim, that it is reported or rumoured and not confirmed
    denied: float = 0.0  # of a true diversion, that somebody denies it
    false_rumours: float = 0.0  # of a lot, that a diversion is rumoured that never was, and denied


HONEST = Noise()
# What the ledger is asked to bear: one event in three only in the news, 20 % of numbers rounded, 5 % wrong, 40 % of
# items copies; the other shares are not given, and set to what news are like.
NOISY = Noise(
    told=0.3, retold=0.3, books_stop=0.08, edition_days=30, book_slips=0.05, rounded=0.2, wrong=0.05, copies=0.4,
    second_hand=0.15, documents=0.1, vague_days=0.5, vague_delays=0.2, bounded=0.03, left_out=0.25, names_maker=0.15,
    coarse=0.08, late=0.1, missing=0.05, unsure=0.5, denied=0.05, false_rumours=0.03,
)  # fmt: skip

VAGUE = ((2, 7), (14, 56), (60, 300), (90, 92))


def two_digits(number: float) -> float:
    """The number to two significant digits."""
    if not number:
        return number
    return round(number, 1 - math.floor(math.log10(abs(number))))


def wrong(number: float, chance: random.Random) -> float:
    """The number as a slip leaves it: two digits swapped, one mistyped, or a digit too many or too few."""
    digits = str(round(number))
    slips = []
    if len(digits) > 1 and digits[0] != digits[1] and digits[1] != "0":
        slips.append(digits[1] + digits[0] + digits[2:])
    place = chance.randrange(min(2, len(digits)))
    typed = chance.choice([d for d in "123456789" if d != digits[place]])
    slips += [digits[:place] + typed + digits[place + 1 :], digits + "0"]
    if len(digits) > 2 and digits[-1] == "0":
        slips.append(digits[:-1])
    return float(chance.choice(slips))


def month(day: date) -> Span:
    return day.replace(day=1), day.replace(day=calendar.monthrange(day.year, day.month)[1])


def quarter(day: date) -> Span:
    first = date(day.year, 3 * ((day.month - 1) // 3) + 1, 1)
    return first, month(first + timedelta(days=70))[1]


def vague_day(day: date, chance: random.Random, *, deadline: bool) -> Span:
    """An interval that holds the day: its month, its quarter, or for what is due the end of its month or year."""
    kinds = [month(day), month(day), quarter(day)]
    if deadline:
        kinds += [(None, month(day)[1]), (None, date(day.year, 12, 31))]
    return chance.choice(kinds)


def vague_delay(days: int, chance: random.Random) -> tuple[int, int] | None:
    """The words of the spec that fit so many days, as an interval; None where none does."""
    fitting = [span for span in VAGUE if span[0] <= days <= span[1]]
    return chance.choice(fitting) if fitting else None
