"""What enters by the doors of ready-made claims and supplier lines is what the ledger is given directly elsewhere."""

from pathlib import Path

import duckdb
import pytest

from tests.e2e.running import make_run
from tests.world.build import Built, build, build_home
from tests.world.conservation import imbalances
from tests.world.doors import environment, hand_over, receive
from tests.world.measure import worlds
from tests.world.noise import HONEST, NOISY, Noise

STATED = """
    SELECT
        source_kind, event, statement, supplier_id, from_id, to_id, product_id, gpus_low, gpus_high, value_usd_low,
        value_usd_high, promised_start, promised_end, revised_start, revised_end, actual_start, actual_end,
        delay_low_days, delay_high_days, certainty, origin_id, known_at, order_key
    FROM records.shipment_records
    ORDER BY ALL
"""


def _stated(built: Built) -> list[tuple[object, ...]]:
    return built.connection.execute(STATED).fetchall()


@pytest.mark.parametrize("noise", [HONEST, NOISY], ids=["honest", "noisy"])
def test_the_doors_lose_and_change_nothing(tmp_path: Path, noise: Noise) -> None:
    seen = worlds(range(3), noise)
    hand_over(seen, tmp_path)
    rejected = receive(tmp_path)
    assert rejected.is_empty(), rejected.to_dicts()[:3]
    received = build_home(tmp_path / "home", tmp_path / "reference")
    given = _stated(build(seen, wanted=("records.shipment_records",)))
    assert len(given) > 300
    assert _stated(received) == given
    assert imbalances(received) == []


@pytest.mark.worlds
def test_a_run_publishes_what_was_handed_over(tmp_path: Path) -> None:
    seen = worlds(range(6), HONEST)
    hand_over(seen, tmp_path)
    settings = environment(tmp_path)
    run = make_run(Path(settings.pop("WAYBILL_HOME")), **settings)
    assert run.returncode == 0, run.stdout + run.stderr
    with duckdb.connect(tmp_path / "home" / "published" / "waybill.duckdb", read_only=True) as published:
        found = published.execute(STATED).fetchall()
    assert found == _stated(build(seen, wanted=("records.shipment_records",)))
