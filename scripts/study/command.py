"""What the scripts of studies have in common: a model's files as arguments, errors as one line."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

from mcuq.cli.failure import report_failure
from mcuq.workers import cores, working_on
from mcuq.workers.where import LOCAL
from study.preparation import StudyFiles


def at_least(low: int) -> Callable[[str], int]:
    """An argument's type: a whole number, `low` or more."""

    def number(text: str) -> int:
        if int(text) < low:
            raise argparse.ArgumentTypeError(f"{text} is less than {low}")
        return int(text)

    return number


def study_parser(description: str | None) -> argparse.ArgumentParser:
    """Takes a float model, its samples and what every study needs."""
    parser = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("model", type=Path, help="float model")
    parser.add_argument("--calibration", type=Path, required=True, help="samples for ranges")
    parser.add_argument("--search-data", type=Path, help="samples to compare on")
    parser.add_argument("--workers", type=at_least(1), default=cores(), help="default: all cores")
    parser.add_argument("--json", action="store_true", help="the result as JSON on stdout")
    return parser


def offer_dask(parser: argparse.ArgumentParser) -> None:
    """Let candidates be scored elsewhere, see `study_workers`."""
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--scheduler", metavar="ADDRESS", help="of Dask, instead of processes here")
    where.add_argument("--dask", choices=[LOCAL], help="workers of Dask on this computer")


def study_files(arguments: argparse.Namespace) -> StudyFiles:
    """The files that were named."""
    evaluation: Path | None = getattr(arguments, "evaluation", None)
    bits: tuple[int, ...] = getattr(arguments, "bits", StudyFiles.bits)
    return StudyFiles(
        arguments.model,
        arguments.calibration,
        arguments.search_data,
        evaluation,
        bits,
        getattr(arguments, "drop_channels", False),
        getattr(arguments, "mixed_channels", False),
    )


def study_workers(arguments: argparse.Namespace) -> AbstractContextManager[None]:
    """Where the study's candidates are scored; raises what `working_on` raises."""
    return working_on(arguments.scheduler, arguments.dask, arguments.workers)


def run_study(main: Callable[[], None], *, as_json: bool) -> int:
    """The exit code, as the command line `mcuq` has it."""
    try:
        main()
    except Exception as error:
        return report_failure(error, as_json=as_json)
    return 0
