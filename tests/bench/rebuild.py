"""`make bench PARTS=rebuild`: how long the warehouse is rebuilt on worlds of several sizes, into docs/benchmarks.md.

Sizes are arguments, or the variables SIZES and FULL of make. BENCH_SECONDS bounds each process, instead of a bound that
grows with the size.
"""

import os
import signal
import sys
from datetime import UTC, datetime

from tests.bench.measure import measure
from tests.bench.page import goals, page
from tests.bench.parts import page_path, put

SIZES = (10_000, 100_000, 1_000_000)
FULL = (*SIZES, 10_000_000)


def main() -> int:
    """Measure, say the result, write the page; give the exit code: 1 where nothing could be measured."""
    signal.signal(
        signal.SIGTERM, lambda number, _frame: sys.exit(128 + number)
    )  # So that what is running is ended too.
    try:
        sizes = [
            int(word.replace("_", "").replace(",", "")) for word in sys.argv[1:] or os.environ.get("SIZES", "").split()
        ]
    except ValueError as error:
        print(f"SIZES are numbers of records, separated by blanks, such as 10000 1000000: {error}", file=sys.stderr)
        return 2
    chosen = sorted(set(sizes)) or list(FULL if os.environ.get("FULL") else SIZES)
    seconds = float(os.environ["BENCH_SECONDS"]) if os.environ.get("BENCH_SECONDS") else None
    measured = []
    for records in chosen:
        print(f"{records:,} records", flush=True)
        measured.append(measure(records, lambda line: print(line, flush=True), seconds=seconds))
    put("rebuild", page(measured, datetime.now(UTC)), page_path())
    print("\n".join(["", *goals(measured), "", f"Written: {page_path()}"]))
    return 0 if any(size.failure is None for size in measured) else 1


if __name__ == "__main__":
    sys.exit(main())
