"""Prints how the ledger does on generated worlds: `python -m tests.world.measure --help` says what can be asked."""

import argparse
from dataclasses import asdict
from pathlib import Path

from tests.world.build import SQL, build
from tests.world.conservation import imbalances, split_losses
from tests.world.differences import differences
from tests.world.figures import Figures, measure, origins, transfer_errors
from tests.world.generate import Knobs, generate
from tests.world.ledger import Ledger
from tests.world.noise import HONEST, NOISY, Noise
from tests.world.observe import Seen, observe
from tests.world.story import tell


def worlds(seeds: range, noise: Noise, knobs: Knobs | None = None) -> list[Seen]:
    """The worlds of these seeds, seen through the noise."""
    return [observe(generate(seed, knobs), noise) for seed in seeds]


def describe(figures: Figures) -> str:
    lines = [f"{'pair_f1':24} {figures.pair_f1:.4f}"]
    for name, value in asdict(figures).items():
        parts = value.items() if isinstance(value, dict) else [("", value)]
        for part, number in parts:
            shown = f"{number:.4f}" if isinstance(number, float) else str(number)
            lines.append(f"{f'{name} {part}'.strip():24} {shown}")
    return "\n".join(lines)


def failing(ledger: Ledger, built_of: dict[int, Seen]) -> list[str]:
    """The stories of what the ledger gets wrong in noisy worlds."""
    said = []
    missed, invented = transfer_errors(ledger)
    for seed, each in missed:
        said.append(tell(built_of[seed], [f"transfer missing: {each}"], lots=[each.lot_id]))
    for row in invented:
        keys = [each["key"] for each in ledger.records if each["shipment_id"] == row["shipment_id"]]
        lots = sorted({ledger.lot_of[key] for key in keys})
        seed = int(lots[0].split("-")[0])
        complaint = f"transfer that never was: {row['transfer_id']}, {row['gpus_best']} GPUs, from records {keys}"
        said.append(tell(built_of[seed], [complaint], lots=lots))
    for shipment in origins(ledger)[0]:
        rows = [each for each in ledger.records if each["shipment_id"] == shipment and not each["superseded"]]
        pairs = sorted({(ledger.origin_of[row["key"]], row["origin_id"]) for row in rows})
        said.append(f"origins of {shipment} counted twice: (true, the ledger's) {pairs}")
    return said


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=40, help="how many worlds")
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--noisy", action="store_true", help="with the noise of the issue instead of honest")
    parser.add_argument("--story", action="store_true", help="print the worlds with all in which the ledger differs")
    parser.add_argument("--show", type=int, default=5, help="how many differences of each world, and how many stories")
    parser.add_argument("--sql", type=Path, default=SQL, help="the folder of the models")
    given = parser.parse_args()
    seen = worlds(range(given.first, given.first + given.seeds), NOISY if given.noisy else HONEST)
    built = build(seen, sql=given.sql)
    ledger = Ledger(built, seen)
    by_seed = {each.truth.seed: each for each in seen}
    print(describe(measure(ledger)))
    print("checks that break:", built.broken_checks() or "none")
    print("units not conserved:", (imbalances(built) + split_losses(built))[: given.show] or "nowhere")
    if given.noisy:
        stories = failing(ledger, by_seed)
        print(f"{len(stories)} failures")
        print("\n\n".join(stories[: given.show] if given.story else []))
        return
    found = differences(ledger)
    print(f"{len(found)} of {len(seen)} worlds differ from the truth, {sum(map(len, found.values()))} differences")
    for seed, said in found.items():
        print(tell(by_seed[seed], said) if given.story else f"seed {seed}:\n  " + "\n  ".join(said[: given.show]))


if __name__ == "__main__":
    main()
