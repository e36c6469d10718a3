"""Units are conserved in every world, however it is seen, with all counts low, best, or high."""

import pytest
from hypothesis import given

from tests.world.build import Built, build
from tests.world.conservation import imbalances
from tests.world.generate import Knobs
from tests.world.measure import worlds
from tests.world.noise import HONEST, NOISY, Noise
from tests.world.observe import Seen
from tests.world.search import KNOBS, NOISES, SEEDS, hold, searching


def _lost(built: Built, seen: Seen) -> list[str]:
    return imbalances(built)


@pytest.mark.parametrize("noise", [HONEST, NOISY], ids=["honest", "noisy"])
def test_units_are_conserved(noise: Noise) -> None:
    assert imbalances(build(worlds(range(12), noise))) == []


@given(SEEDS, KNOBS, NOISES)
@searching(5)
def test_units_are_conserved_however_the_knobs_stand(seed: int, knobs: Knobs, noise: Noise) -> None:
    hold(seed, knobs, noise, _lost)


@pytest.mark.worlds
@pytest.mark.parametrize("first", range(0, 200, 50))
@pytest.mark.parametrize("noise", [HONEST, NOISY], ids=["honest", "noisy"])
def test_units_are_conserved_in_many_worlds(noise: Noise, first: int) -> None:
    assert imbalances(build(worlds(range(first, first + 50), noise))) == []


@pytest.mark.worlds
@given(SEEDS, KNOBS, NOISES)
@searching(150)
def test_units_are_conserved_however_the_knobs_stand_in_a_long_search(seed: int, knobs: Knobs, noise: Noise) -> None:
    hold(seed, knobs, noise, _lost)
