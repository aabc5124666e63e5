"""Compare search methods at equal evaluations: method × weight budget.

    python scripts/compare_methods.py MODEL --calibration DATA [--search-data DATA]
        [--evaluation DATA] [--bits 8,4,2] [--drop-channels | --mixed-channels] [--budgets 50,60]
        [--methods ga,knapsack] [--seeds 5]
        [--evaluations 500] [--no-refine] [--peer] [-o FOLDER] [--json]

Writes the table to stdout, to stderr how far it is. See docs/benchmarks.md.
"""

from __future__ import annotations

import argparse
import math
import sys
from functools import partial
from pathlib import Path

from mcuq.atomic_write import check_writable, write_atomically
from mcuq.cli.output import print_lines, stderr, write_json
from mcuq.cli.progress import shown_progress
from mcuq.errors import UsageError
from mcuq.pipeline.names import parse_widths
from mcuq.progress import Progress
from mcuq.search import METHODS
from study.accuracy import CELLS, Plan, Record, compare_methods, float_record, peer_record
from study.command import (
    at_least,
    offer_dask,
    run_study,
    study_files,
    study_parser,
    study_workers,
)
from study.peer import NAME, is_installed
from study.preparation import Study, prepare, samples_line
from study.rivals import MANY_KNAPSACKS, RANDOM_MIXES
from study.table import markdown


def budgets(text: str) -> tuple[float, ...]:
    """Percentages as fractions of the int8 weight bytes."""
    fractions = tuple(float(part.removesuffix("%")) / 100 for part in text.split(","))
    if not all(0 < fraction < math.inf for fraction in fractions):
        raise argparse.ArgumentTypeError(f"{text} are not percentages")
    return fractions


def methods(text: str) -> tuple[str, ...]:
    """Names of METHODS, or of a rival that only studies know."""
    names = tuple(text.split(","))
    offered = (*METHODS, MANY_KNAPSACKS, RANDOM_MIXES)
    for name in names:
        if name not in offered:
            raise argparse.ArgumentTypeError(f"{name} is none of {', '.join(offered)}")
    return names


def widths(text: str) -> tuple[int, ...]:
    """As `--bits` of `mcuq build`."""
    try:
        return parse_widths(text)
    except UsageError as error:
        raise argparse.ArgumentTypeError(error.cause) from error


def parser() -> argparse.ArgumentParser:
    taken = study_parser(__doc__)
    offer_dask(taken)
    taken.add_argument("--evaluation", type=Path, help="samples for the final figures")
    taken.add_argument(
        "--budgets",
        type=budgets,
        default="50,55,60,70,80,100",
        help="percent of the int8 weight bytes",
    )
    taken.add_argument("--bits", type=widths, default="8,4", help="widths of filters")
    channels = taken.add_mutually_exclusive_group()
    channels.add_argument("--drop-channels", action="store_true", help="channels can go, too")
    channels.add_argument(
        "--mixed-channels", action="store_true", help="a filter can have two widths, too"
    )
    taken.add_argument(
        "--methods",
        type=methods,
        default="ga,knapsack,knapsacks,greedy,random,random-mixes,uniform",
    )
    taken.add_argument("--seeds", type=at_least(1), default=5, help="runs of random methods")
    taken.add_argument(
        "--evaluations", type=at_least(1), default=500, help="candidates a run may score"
    )
    taken.add_argument(
        "--no-refine",
        dest="refine",
        action="store_false",
        help="do not refine the winners as a build does; ga alone is ga-search then",
    )
    taken.add_argument("--peer", action="store_true", help=f"also {NAME}")
    taken.add_argument("--output", "-o", type=Path, help="folder for accuracy.json and .md")
    return taken


def compare(arguments: argparse.Namespace) -> None:
    """Run what was asked for; what is finished is kept at once."""
    output: Path | None = arguments.output
    if output is not None:
        check_writable(output / "accuracy.json")
    plan = Plan(
        arguments.budgets,
        arguments.methods,
        arguments.seeds,
        arguments.evaluations,
        arguments.refine,
    )
    with shown_progress() as progress, study_workers(arguments):
        study = prepare(study_files(arguments), arguments.workers, progress)
        progress(Progress("float model"))
        records = [float_record(study)]
        if arguments.peer and is_installed():
            progress(Progress(NAME))
            records.append(peer_record(study))
        for record in compare_methods(study, plan, arguments.workers, progress):
            records.append(record)
            if output is not None:
                save(output, records, table(study, records))
    if arguments.peer and not is_installed():
        stderr().print(f"{NAME} skipped: install the extra 'bench'")
    if arguments.json:
        write_json(CELLS, tuple(record.cell() for record in records))
    else:
        print_lines(table(study, records).splitlines())


def table(study: Study, records: list[Record]) -> str:
    """What was compared, and how it came out."""
    return f"{samples_line(study)}\n\n{markdown(records)}"


def save(folder: Path, records: list[Record], text: str) -> None:
    cells = tuple(record.cell() for record in records)
    write_atomically(folder / "accuracy.json", CELLS.text(cells))
    write_atomically(folder / "accuracy.md", text + "\n")


def main(words: list[str] | None = None) -> int:
    """The exit code, as the command line `mcuq` has it."""
    arguments = parser().parse_args(words)
    return run_study(partial(compare, arguments), as_json=arguments.json)


if __name__ == "__main__":
    sys.exit(main())
