"""Builds that are killed, starved of disk or fed damaged files end in the same bytes or one line.

    python scripts/crash_drill.py kills --count 200
    python scripts/crash_drill.py writes --count 30
    python scripts/crash_drill.py flips --count 30
    python scripts/crash_drill.py workers --count 10

`kills` ends a build by SIGKILL, SIGTERM or SIGINT at random moments of every stage and starts it
again; `writes` lets one of its writes find a full disk; `flips` flips a bit, or cuts or empties one
of the files that are kept between runs; `workers` kills processes of its pool. Prints what was
tried and what failed; exit code 1 where anything did.
"""

from __future__ import annotations

import argparse
import math
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from drill.flips import flips
from drill.kills import kills
from drill.project import Drill
from drill.workers import workers
from drill.writes import writes

DRILLS: dict[str, Callable[[Drill, random.Random, int], Counter[str]]] = {
    "kills": kills,
    "writes": writes,
    "flips": flips,
    "workers": workers,
}


def main() -> int:
    """Run one drill; 1 where something failed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("drill", choices=DRILLS)
    parser.add_argument("--count", type=int, default=12, help="how often")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--minutes", type=float, default=math.inf, help="begin nothing later")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        drill = Drill(Path(folder), 60 * asked.minutes)
        told = DRILLS[asked.drill](drill, random.Random(asked.seed), asked.count)
    for what, count in sorted(told.items()):
        print(f"{count:6} {what}")
    for failure in drill.failures:
        print(f"FAILED {failure}")
    return 1 if drill.failures else 0


if __name__ == "__main__":
    sys.exit(main())
