"""`mcuq run`: the built image on samples of the user's."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from mcuq.cli import options
from mcuq.cli.output import JsonFlag, stdout, write_json
from mcuq.cli.progress import shown_progress
from mcuq.document import Document
from mcuq.errors import DeviceError

if TYPE_CHECKING:
    from mcuq.report.rerun import Rerun


@dataclass(frozen=True)
class Answers:
    """What a built image did with samples.

    Attributes:
        samples: how many were run.
        equal_tflm: how many of them TensorFlow Lite Micro answers with the same bytes; null where
            it is not available.
        unit: of the counts: "instructions" from an emulator, "cycles" from hardware.
        counts: of one inference, a number a sample.
        top1: share of right answers; null without labels that are classes.
    """

    samples: int
    equal_tflm: int | None
    unit: Literal["instructions", "cycles"]
    counts: tuple[int, ...]
    top1: float | None


ANSWERS = Document(
    "run",
    Answers,
    "a built image on samples: counts and equal bytes",
    "`mcuq run --json`",
    version=2,
)


def run(
    data: Annotated[Path, typer.Argument(help="Samples, as for a build: .npz or a directory.")],
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="Directory that mcuq build wrote.")
    ] = Path("out"),
    port: Annotated[str | None, options.option("port")] = None,
    samples: Annotated[
        int, typer.Option("--samples", min=0, help="The first so many; 0: all.")
    ] = 0,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            help="Write the outputs as .npz: real values, the model file's layout.",
        ),
    ] = None,
    require_oracle: Annotated[bool, options.option("require_oracle")] = False,
    json: JsonFlag = False,
) -> None:
    """Run a built image on samples; compare each with TensorFlow Lite Micro."""
    from mcuq.atomic_write import check_writable, write_arrays
    from mcuq.report.rerun import run_again
    from mcuq.tflite.wheel import NOT_COMPARED, check_oracle

    if require_oracle:
        check_oracle()
    if output is not None:
        check_writable(output)
    with shown_progress() as progress:
        done = run_again(folder, data, port=port, limit=samples, progress=progress)
    if output is not None:
        write_arrays(output, {f"y{i}": y for i, y in enumerate(done.predictions.outputs)})
    total = len(done.counts)
    if json:
        answers = Answers(total, done.equal_tflm, done.unit, done.counts, _top1(done))
        write_json(ANSWERS, answers)
    else:
        console = stdout()
        mean = sum(done.counts) / total
        console.print(f"{total} samples, {mean:,.0f} {done.unit} each")
        if (top1 := _top1(done)) is not None:
            console.print(f"top1 {top1:.2%}")
        console.print(
            NOT_COMPARED
            if done.equal_tflm is None
            else f"{done.equal_tflm} of {total} equal to TensorFlow Lite Micro in every byte"
        )
    if done.equal_tflm is not None and done.equal_tflm != total:
        raise DeviceError(
            f"{total - done.equal_tflm} of {total} samples differ from TensorFlow Lite Micro",
            "build it again with this version of mcuq; if they still differ, please report it",
        )


def _top1(done: Rerun) -> float | None:
    """Where there are labels that are class numbers or one-hot rows."""
    from mcuq.errors import InputError
    from mcuq.score.metrics import get_metric

    try:
        return get_metric("top1").function(done.predictions, done.metric_output).value
    except InputError:
        return None
