"""What was seen in full and honestly is what the ledger says, exactly: lots, transfers, swaps, allocation, delays."""

import pytest
from hypothesis import example, given

from tests.world.build import build
from tests.world.conservation import split_losses
from tests.world.differences import differences
from tests.world.generate import Knobs
from tests.world.ledger import Ledger
from tests.world.measure import worlds
from tests.world.noise import HONEST
from tests.world.search import KNOBS, SEEDS, hold, searching, untrue
from tests.world.story import tell


def _hold(first: int, number: int) -> None:
    """Worlds without a common party stand in one build; what differs is told world by world."""
    seen = worlds(range(first, first + number), HONEST)
    built = build(seen)
    wrong = differences(Ledger(built, seen))
    stories = [tell(each, wrong[each.truth.seed]) for each in seen if each.truth.seed in wrong]
    smallest = min(stories, key=len, default="")
    assert not stories, f"{len(stories)} worlds of {number} differ; the one with the shortest story:\n\n{smallest}"
    assert split_losses(built) == []


def test_the_ledger_is_the_truth() -> None:
    _hold(0, 12)


# Two reports at one moment restate the order and tell of what is shipped for it instead, a day later.
_RESTATED = Knobs(
    orders=4, buyers=2, unknown_parties=0, unbooked=0, same_count=0, revisions=0, amended=0, substituted=1, diverted=1,
    in_part=1, swapped=0, resold=0, cancelled=1, late=0, parcels=1, controlled=1,
)  # fmt: skip


@given(SEEDS, KNOBS)
@example(185, _RESTATED)
@searching(5)
def test_the_ledger_is_the_truth_however_the_knobs_stand(seed: int, knobs: Knobs) -> None:
    hold(seed, knobs, HONEST, untrue)


@pytest.mark.worlds
@pytest.mark.parametrize("first", range(0, 200, 40))
def test_the_ledger_is_the_truth_in_many_worlds(first: int) -> None:
    _hold(first, 40)


@pytest.mark.worlds
@given(SEEDS, KNOBS)
@searching(150)
def test_the_ledger_is_the_truth_however_the_knobs_stand_in_a_long_search(seed: int, knobs: Knobs) -> None:
    hold(seed, knobs, HONEST, untrue)
