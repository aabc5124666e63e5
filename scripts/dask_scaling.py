"""The scores of a search on Dask's workers of this computer beside a pool's, and on many more.

    python scripts/dask_scaling.py MODEL --calibration DATA [--search-data DATA]
        [--evaluations 200] [--rounds 3] [--counts 1,2,4] [--schedules 64,512] [--stretch 1,100]

Writes tables as Markdown: what was measured, in turns, and a schedule from recorded times, also for
scores that take many times as long. See docs/dask.md.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from functools import partial
from statistics import mean, median

from mcuq.cli.output import print_lines
from mcuq.cli.progress import shown_progress
from mcuq.workers import cores
from study.command import at_least, run_study, study_files, study_parser
from study.preparation import prepare
from study.scaling import (
    Recorded,
    Timing,
    recorded,
    scheduled,
    search_requests,
    search_seconds,
    timings,
)


def counts(text: str) -> tuple[int, ...]:
    """Numbers of workers."""
    return tuple(at_least(1)(part) for part in text.split(","))


def parser() -> argparse.ArgumentParser:
    taken = study_parser(__doc__)
    taken.add_argument("--evaluations", type=at_least(2), default=200, help="of the search")
    taken.add_argument("--rounds", type=at_least(1), default=3, help="turns of all ways")
    taken.add_argument("--counts", type=counts, default="1,2,4", help="workers to measure")
    taken.add_argument("--schedules", type=counts, default="64,512", help="workers to schedule")
    taken.add_argument("--stretch", type=counts, default="1,100", help="scores that take longer")
    return taken


def measured_lines(found: Mapping[tuple[str, int], Sequence[Timing]], cpus: int) -> list[str]:
    """A row a way: how many times as fast as one Dask worker in the same round, and what each
    side computed. A worker that has no core of its own cannot make anything faster."""
    base = found["dask", min(count for way, count in found if way == "dask")]
    lines = [
        f"| on {cpus} cores | workers | times as fast (each round) | efficiency "
        "| processor time of workers | of the sender |",
        "|---|---|---|---|---|---|",
    ]
    for (way, count), rounds in found.items():
        ratios = [one.seconds / each.seconds for one, each in zip(base, rounds, strict=True)]
        shown = ", ".join(f"{ratio:.2f}" for ratio in ratios)
        lines.append(
            f"| {way} | {count} | {median(ratios):.2f} ({shown}) "
            f"| {median(ratios) / min(count, cpus):.0%} "
            f"| {median(one.working for one in rounds):.1f} s "
            f"| {median(one.handing for one in rounds):.1f} s |"
        )
    return lines


def schedule_lines(times: Recorded, workers: Sequence[int]) -> list[str]:
    """A row a number of workers: as it is, without what handing over costs, and without a search
    between the calls."""
    bare = Recorded(times.calls, times.serial, 0.0, 0.0)
    free = Recorded(times.calls, 0.0, 0.0, 0.0)
    lines = [
        "| workers | times as fast | efficiency | handing over for nothing | and the search, too |",
        "|---|---|---|---|---|",
    ]
    for count in workers:
        ratio = times.alone / scheduled(times, count)
        lines.append(
            f"| {count} | {ratio:.1f} | {ratio / count:.0%} "
            f"| {times.alone / scheduled(bare, count):.1f} "
            f"| {sum(map(sum, times.calls)) / scheduled(free, count):.1f} |"
        )
    return lines


def facts(times: Recorded) -> list[str]:
    """What the schedule is made of."""
    scores = [seconds for call in times.calls for seconds in call]
    return [
        f"{len(scores)} scores in {len(times.calls)} calls of {mean(map(len, times.calls)):.1f}, "
        f"{max(map(len, times.calls))} at most; a score takes {mean(scores) * 1e3:.1f} ms, the "
        f"longest {max(scores) * 1e3:.1f} ms; the search itself {times.serial:.2f} s; handing a "
        f"job over {times.job * 1e3:.1f} ms, a trip {times.trip * 1e3:.1f} ms"
    ]


def measure(arguments: argparse.Namespace) -> None:
    with shown_progress() as progress:
        study = prepare(study_files(arguments), arguments.workers, progress)
        requests = search_requests(study, arguments.evaluations)
        found = timings(study, requests, arguments.counts, arguments.rounds, progress)
        times = recorded(study, requests, search_seconds(study, arguments.evaluations))
    print_lines(measured_lines(found, cores()))
    for factor in arguments.stretch:
        longer = times.stretched(factor)
        print_lines(["", *facts(longer), ""])
        print_lines(schedule_lines(longer, (*arguments.counts, *arguments.schedules)))


def main(words: list[str] | None = None) -> int:
    """The exit code, as the command line `mcuq` has it."""
    arguments = parser().parse_args(words)
    return run_study(partial(measure, arguments), as_json=False)


if __name__ == "__main__":
    sys.exit(main())
