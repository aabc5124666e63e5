"""`mcuq bench`: what mcuq claims, measured on your models and data."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mcuq.atomic_write import check_writable, write_atomically
from mcuq.cli.bench_kernels import kernels
from mcuq.cli.output import JsonFlag, explain, print_lines, stderr, write_json
from mcuq.cli.progress import shown_progress

if TYPE_CHECKING:
    from mcuq.bench.accuracy import Plan, Record

app = typer.Typer(no_args_is_help=True, help="Measure search quality, search speed and kernels.")

app.command("kernels")(kernels)

Model = Annotated[Path, typer.Argument(help="Float model.")]
Calibration = Annotated[Path, typer.Option("--calibration", help="Samples for ranges.")]
SearchData = Annotated[Path | None, typer.Option("--search-data", help="Samples to compare on.")]
Evaluation = Annotated[
    Path | None, typer.Option("--evaluation", help="Samples for the final figures.")
]
Workers = Annotated[
    int | None, typer.Option("--workers", min=1, max=256, help="Default: all cores.")
]


@app.command()
def accuracy(
    model: Model,
    calibration: Calibration,
    search_data: SearchData = None,
    evaluation: Evaluation = None,
    budgets: Annotated[
        str, typer.Option(help="Percent of the int8 weight bytes.")
    ] = "50,55,60,70,80,100",
    methods: Annotated[
        str, typer.Option(help="Search methods.")
    ] = "ga,knapsack,greedy,random,uniform",
    seeds: Annotated[int, typer.Option(min=1, help="Runs of methods that are random.")] = 5,
    evaluations: Annotated[int, typer.Option(min=1, help="Candidates a run may score.")] = 500,
    refine: Annotated[
        bool, typer.Option(help="Also refine the winners as a build does; ga alone: ga-search.")
    ] = True,
    peer: Annotated[bool, typer.Option("--peer", help="Also litert-quantizer.")] = False,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Directory for accuracy.json and .md.")
    ] = None,
    workers: Workers = None,
    json: JsonFlag = False,
) -> None:
    """Compare search methods at equal evaluations: method × weight budget."""
    from mcuq.bench.accuracy import CELLS, compare_methods, float_record, peer_record
    from mcuq.bench.peer import NAME, is_installed
    from mcuq.bench.study import StudyFiles, prepare
    from mcuq.bench.table import markdown
    from mcuq.cli.request import cores
    from mcuq.progress import Progress

    if output is not None:
        check_writable(output / "accuracy.json")
    plan = replace(_plan(budgets, methods, seeds, evaluations), refine=refine)
    count = workers or cores()
    with shown_progress() as progress:
        files = StudyFiles(model, calibration, search_data, evaluation)
        study = prepare(files, count, progress)
        progress(Progress("float model"))
        records = [float_record(study)]
        if peer and is_installed():
            progress(Progress(NAME))
            records.append(peer_record(study))
        for record in compare_methods(study, plan, count, progress):
            records.append(record)
            if output is not None:
                _save(output, records)
    if peer and not is_installed():
        stderr().print(f"{NAME} skipped: install the extra 'bench'")
    if output is not None:
        explain(f"written to {output}")
    if json:
        write_json(CELLS, tuple(record.cell() for record in records))
    else:
        print_lines(markdown(records).splitlines())


def _plan(budgets: str, methods: str, seeds: int, evaluations: int) -> Plan:
    from mcuq.bench.accuracy import Plan
    from mcuq.choices import check_choice
    from mcuq.errors import UsageError
    from mcuq.search import METHODS

    names = tuple(methods.split(","))
    for name in names:
        check_choice("--methods", name, METHODS)
    try:
        fractions = tuple(float(part.removesuffix("%")) / 100 for part in budgets.split(","))
    except ValueError:
        fractions = ()
    if not fractions or not all(0 < fraction < math.inf for fraction in fractions):
        raise UsageError(f"--budgets {budgets} are not percentages", "write 50,60,80")
    return Plan(fractions, names, seeds, evaluations)


def _save(folder: Path, records: list[Record]) -> None:
    from mcuq.bench.accuracy import CELLS
    from mcuq.bench.table import markdown

    cells = tuple(record.cell() for record in records)
    write_atomically(folder / "accuracy.json", CELLS.text(cells))
    write_atomically(folder / "accuracy.md", markdown(records) + "\n")


@app.command()
def speed(
    model: Model,
    calibration: Calibration,
    search_data: SearchData = None,
    evaluations: Annotated[
        int, typer.Option(min=2, help="Candidates of the search that is timed.")
    ] = 500,
    rounds: Annotated[int, typer.Option(min=1, help="Turns of both ways.")] = 3,
    workers: Workers = None,
    json: JsonFlag = False,
) -> None:
    """Candidates per second: this search's evaluation against the plain loop, interleaved."""
    from mcuq.bench.speed import SPEED, compare_speed
    from mcuq.bench.study import StudyFiles, prepare
    from mcuq.cli.request import cores

    count = workers or cores()
    with shown_progress() as progress:
        study = prepare(StudyFiles(model, calibration, search_data), count, progress)
        result = compare_speed(study, evaluations, rounds, count, progress)
    if json:
        write_json(SPEED, result)
        return
    print_lines(
        (
            f"{result.model}: {result.samples} search samples, {result.workers} workers",
            f"plain loop              {result.plain:8.2f} candidates/s",
            f"mcuq, all samples each  {result.same_samples:8.2f} candidates/s",
            f"mcuq, as it searches    {result.ours:8.2f} candidates/s",
            f"ratio                   {result.ratio:8.1f}",
            f"processor time, ratio   {result.cpu_ratio:8.1f}",
        )
    )
