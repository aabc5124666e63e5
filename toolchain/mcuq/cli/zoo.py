"""`mcuq bench zoo`: every model of a folder through the stages, as a table."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, get_args

import typer

from mcuq.bench.zoo.settings import LIMITS
from mcuq.cli import complete
from mcuq.cli.output import JsonFlag, stdout, write_json
from mcuq.cli.progress import shown_progress
from mcuq.errors import GateError
from mcuq.pipeline import names
from mcuq.shown import visible

if TYPE_CHECKING:
    from mcuq.bench.zoo.record import Zoo

_REQUIRED = ("sound", "equal")


def zoo(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="Folder of models; those in folders below count.")
    ],
    data: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Folder of samples: those of a/b.tflite are a/b.npz. Without, they are made up.",
        ),
    ] = None,
    output: Annotated[
        Path,
        typer.Option(
            "--output",
            "-o",
            help="Folder of zoo.json and zoo.md; what they say already of a file is kept.",
        ),
    ] = Path("zoo"),
    steps: Annotated[
        str,
        typer.Option(help="Which of inspect,import,int8,as-is,build (all)."),
    ] = "inspect,import,int8,as-is,build",
    board: Annotated[
        str,
        typer.Option(
            "--board",
            "-b",
            help="Emulated board that firmware is built for.",
            autocompletion=complete.one_of(names.boards),
        ),
    ] = "stm32f746",
    seconds: Annotated[
        float, typer.Option(min=1.0, help="Longest that one step on one file may take (300).")
    ] = LIMITS.seconds,
    memory: Annotated[
        int,
        typer.Option(
            min=256, metavar="MB", help="Most memory that each process may ask for (4096)."
        ),
    ] = LIMITS.memory_mb,
    workers: Annotated[
        int, typer.Option(min=1, max=256, help="Files at once; results do not depend on it (1).")
    ] = 1,
    scheduler: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS", help="Dask scheduler whose workers try the files: tcp://HOST:PORT."
        ),
    ] = None,
    dask: Annotated[
        str | None, typer.Option(help="local: --workers are Dask's, on this computer.")
    ] = None,
    require: Annotated[
        str | None,
        typer.Option(
            help="Exit with 6 unless all files are sound (nothing wrong, crashed, too slow or too "
            "large) or equal (in every step that applies)."
        ),
    ] = None,
    json: JsonFlag = False,
) -> None:
    """Try every model of a folder: read, compare with its own runtime, quantize, build."""
    from mcuq.bench.zoo.record import STEPS, ZOO
    from mcuq.bench.zoo.run import ZooRequest, bench_zoo
    from mcuq.choices import Dask, check_choice
    from mcuq.workers import working_on

    wanted = [word.strip() for word in steps.split(",")]
    for word in wanted:
        check_choice("--steps", word, STEPS)
    if require is not None:
        check_choice("--require", require, _REQUIRED)
    if dask is not None:
        check_choice("--dask", dask, get_args(Dask))
    request = ZooRequest(
        folder,
        data,
        output,
        tuple(step for step in STEPS if step in wanted),
        board,
        seconds,
        memory,
        workers,
    )
    with working_on(scheduler, dask, workers), shown_progress() as progress:
        found = bench_zoo(request, progress)
    if not json:
        _draw(found)
        stdout().print(f"table: {output / 'zoo.md'}")
    if require is not None:
        _require(found, require)
    if json:
        write_json(ZOO, found)


def _require(found: Zoo, gate: str) -> None:
    """Raise GateError where a file does not keep it."""
    from mcuq.bench.zoo.record import OUTCOMES, UNSOUND

    taken = {*OUTCOMES} - UNSOUND if gate == "sound" else {"equal", "read", "left out"}
    broken = [
        (file, tried) for file in found.files for tried in file.steps if tried.outcome not in taken
    ]
    if broken:
        file, tried = broken[0]
        more = f" (and {len(broken) - 1} more)" if len(broken) > 1 else ""
        raise GateError(
            f"--require {gate}: {file.path}: {tried.step}: {tried.outcome}: {tried.cause}{more}",
            "zoo.md in --output lists them all",
        )


def _draw(found: Zoo) -> None:
    from rich.table import Table
    from rich.text import Text

    from mcuq.bench.zoo.record import OUTCOMES, counts, reasons, unsound

    def table(*titles: str) -> Table:
        drawn = Table(box=None, pad_edge=False, header_style="bold")
        for title in titles:
            drawn.add_column(title)
        return drawn

    console, steps = stdout(), found.conditions.steps
    files = table("file", *steps)
    for file in found.files:
        files.add_row(Text(visible(file.path)), *(file.outcome(step) for step in steps))
    console.print(files)
    rows = {step: counts(found.files, step) for step in steps}
    seen = [outcome for outcome in OUTCOMES if any(outcome in row for row in rows.values())]
    sums = table(f"{len(found.files)} files", *seen)
    for step in steps:
        sums.add_row(step, *(str(rows[step].get(outcome, "")) for outcome in seen))
    console.print()
    console.print(sums)
    if refused := reasons(found.files):
        listed = table("files", "step", "refused because")
        for step, reason, count in refused:
            listed.add_row(str(count), step, Text(visible(reason)))
        console.print()
        console.print(listed)
    if bad := unsound(found.files):
        listed = table("file", "step", "", "cause")
        for file, tried in bad:
            cause = Text(visible(tried.cause))
            listed.add_row(Text(visible(file.path)), tried.step, tried.outcome, cause)
        console.print()
        console.print(listed)
