"""Candidates per second: a search's evaluation against the plain loop, in turns.

    python scripts/search_speed.py MODEL --calibration DATA [--search-data DATA]
        [--evaluations 500] [--rounds 3] [--json]

See docs/benchmarks.md.
"""

from __future__ import annotations

import argparse
import sys
from functools import partial

from mcuq.cli.output import print_lines, write_json
from mcuq.cli.progress import shown_progress
from study.command import at_least, run_study, study_files, study_parser
from study.preparation import prepare
from study.speed import SPEED, SpeedResult, compare_speed


def parser() -> argparse.ArgumentParser:
    taken = study_parser(__doc__)
    taken.add_argument(
        "--evaluations", type=at_least(2), default=500, help="candidates of the timed search"
    )
    taken.add_argument("--rounds", type=at_least(1), default=3, help="turns of both ways")
    return taken


def compare(arguments: argparse.Namespace) -> None:
    with shown_progress() as progress:
        study = prepare(study_files(arguments), arguments.workers, progress)
        result = compare_speed(
            study, arguments.evaluations, arguments.rounds, arguments.workers, progress
        )
    if arguments.json:
        write_json(SPEED, result)
    else:
        print_lines(lines(result))


def lines(result: SpeedResult) -> list[str]:
    """The result as it is shown."""
    return [
        f"{result.model}: {result.samples} search samples, {result.workers} workers",
        f"plain loop              {result.plain:8.2f} candidates/s",
        f"mcuq, all samples each  {result.same_samples:8.2f} candidates/s",
        f"mcuq, as it searches    {result.ours:8.2f} candidates/s",
        f"ratio                   {result.ratio:8.1f}",
        f"processor time, ratio   {result.cpu_ratio:8.1f}",
    ]


def main(words: list[str] | None = None) -> int:
    """The exit code, as the command line `mcuq` has it."""
    arguments = parser().parse_args(words)
    return run_study(partial(compare, arguments), as_json=arguments.json)


if __name__ == "__main__":
    sys.exit(main())
