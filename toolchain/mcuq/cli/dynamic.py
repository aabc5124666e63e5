"""`mcuq dynamic`: integer weights, activations quantized at run time."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mcuq.cli import options
from mcuq.cli.output import JsonFlag, stdout, write_json
from mcuq.cli.progress import shown_progress
from mcuq.errors import UsageError

MARKER = "dynamic.json"


def dynamic(
    model: Annotated[
        Path, typer.Argument(help="Float model.", is_eager=True, callback=options.readable)
    ],
    evaluation: Annotated[
        Path, typer.Option("--evaluation", help="Samples for figures and comparisons.")
    ],
    bits: Annotated[int, typer.Option("--bits", help="Of every filter: 8 or 4.")] = 8,
    board: Annotated[str, typer.Option("--board", "-b", help="An emulated board.")] = "stm32f746",
    output: Annotated[Path, typer.Option("--output", "-o", help="Directory of the result.")] = Path(
        "out-dynamic"
    ),
    json: JsonFlag = False,
) -> None:
    """Build with float inputs and outputs and no calibration: ranges are found sample by sample."""
    from mcuq.pipeline.dynamic import DYNAMIC, DynamicRequest, build_dynamic
    from mcuq.report.directory import written_atomically

    if bits not in (4, 8):
        raise UsageError(f"--bits {bits} is not known", "choose 8 or 4")
    with shown_progress() as progress, written_atomically(output, marker=MARKER) as folder:
        result = build_dynamic(DynamicRequest(model, evaluation, bits, board), folder, progress)
        (folder / MARKER).write_text(DYNAMIC.text(result), encoding="utf-8", newline="\n")
    if json:
        write_json(DYNAMIC, result)
        return
    console = stdout()
    console.print(
        f"{result.metric}: float {result.float_model:.4f}, dynamic {result.dynamic:.4f} "
        f"({result.samples} samples)"
    )
    console.print(
        f"weights {result.weight_bytes:,} B, flash {result.flash_bytes:,} B, "
        f"RAM {result.ram_bytes:,} B"
    )
    console.print(f"LiteRT: outputs differ by at most {result.litert_difference:.4g}")
    console.print(f"{result.device_samples} samples on the emulated {board}: every byte equal")
    console.print(f"written to {output}")
