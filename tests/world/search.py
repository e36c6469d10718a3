"""Hypothesis turns the knobs of worlds, and tells the story of the smallest one in which something fails."""

from collections.abc import Callable

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st

from tests.world.build import Built, build
from tests.world.differences import differences
from tests.world.generate import Knobs, generate
from tests.world.ledger import Ledger
from tests.world.noise import HONEST, NOISY, Noise
from tests.world.observe import Seen, observe
from tests.world.story import tell

_SHARE = st.sampled_from((0.0, 0.3, 1.0))
# Counts shrink to the fewest lots and parties, shares to nothing at all.
KNOBS = st.builds(
    Knobs, orders=st.integers(1, 4), buyers=st.integers(2, 5), lots_an_order=st.integers(1, 3),
    unknown_parties=_SHARE, unbooked=_SHARE, same_count=_SHARE, revisions=st.integers(0, 3), amended=_SHARE,
    substituted=_SHARE, diverted=_SHARE, in_part=_SHARE, swapped=_SHARE, resold=_SHARE, cancelled=_SHARE, late=_SHARE,
    parcels=st.integers(1, 3), controlled=_SHARE,
)  # fmt: skip
NOISES = st.sampled_from((HONEST, NOISY))
SEEDS = st.integers(0, 9_999)

Complaints = Callable[[Built, Seen], list[str]]


def searching(examples: int, *, shrink: bool = True) -> settings:
    """How long to search, and whether to look for the smallest world once one fails."""
    phases = (Phase.explicit, Phase.generate, *((Phase.shrink,) if shrink else ()))
    slow = (HealthCheck.too_slow, HealthCheck.data_too_large)
    return settings(
        max_examples=examples, deadline=None, derandomize=True, database=None, phases=phases,
        suppress_health_check=slow,
    )  # fmt: skip


def hold(seed: int, knobs: Knobs, noise: Noise, complaints: Complaints) -> None:
    """Fail with the story of a world in which there is anything to complain about."""
    seen = observe(generate(seed, knobs, block=0), noise)
    said = complaints(build([seen]), seen)
    assert not said, f"{knobs}\n\n{tell(seen, said)}"


def untrue(built: Built, seen: Seen) -> list[str]:
    """All in which the ledger is not the truth."""
    return differences(Ledger(built, [seen])).get(seen.truth.seed, [])
