"""Units are conserved in every world, however it is seen, in each of the three scenarios."""

import pytest

from tests.world.build import build
from tests.world.conservation import imbalances
from tests.world.measure import worlds
from tests.world.noise import HONEST, NOISY, Noise


@pytest.mark.parametrize("noise", [HONEST, NOISY], ids=["honest", "noisy"])
def test_units_are_conserved(noise: Noise) -> None:
    assert imbalances(build(worlds(range(12), noise))) == []
