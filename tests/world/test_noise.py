"""How much noise the ledger bears, over the worlds of a pool of seeds together; docs/matching.md says what is wanted.

Bounds that are short of what is wanted hold what is reached, so that no change makes it worse unseen.
"""

import pytest

from tests.world.build import Built, build
from tests.world.figures import Figures, measure
from tests.world.ledger import Ledger
from tests.world.measure import describe, worlds
from tests.world.noise import NOISY


def _seen(first: int, number: int) -> tuple[Built, Figures]:
    seen = worlds(range(first, first + number), NOISY)
    built = build(seen)
    figures = measure(Ledger(built, seen))
    print(describe(figures))
    return built, figures


def _hold(built: Built, figures: Figures) -> None:
    assert figures.transfer_precision >= 0.95
    assert figures.transfer_recall >= 0.95
    assert figures.inside_by_field["gpus"] >= 0.95
    assert figures.inside_by_field["value"] >= 0.95
    assert figures.inside_by_field["delivered"] >= 0.95
    assert figures.origins_counted_twice == 0
    assert built.broken_checks() == {}
    # Wanted: 0.95 each.
    assert figures.pair_f1 >= 0.92
    assert figures.inside_by_field["promised"] >= 0.94
    assert figures.inside >= 0.855


def test_noise_is_borne() -> None:
    _hold(*_seen(0, 20))


@pytest.mark.worlds
@pytest.mark.parametrize("first", [0, 100])
def test_noise_is_borne_in_many_worlds(first: int) -> None:
    built, figures = _seen(first, 100)
    _hold(built, figures)
    # What is inside because nothing is known would be no merit.
    assert min(figures.known_by_field[field] for field in ("gpus", "value", "promised")) >= 0.95
