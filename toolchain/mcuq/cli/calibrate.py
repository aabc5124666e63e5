"""`mcuq calibrate`: what activations look like, kept for later."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from mcuq.cli import options
from mcuq.cli.output import JsonFlag, stdout, write_json
from mcuq.cli.progress import shown_progress
from mcuq.document import Document


@dataclass(frozen=True)
class Calibrated:
    """What `mcuq calibrate` wrote, and the ranges that it stands for.

    Attributes:
        file: the statistics, as written.
        samples: observed in all.
        ranges: activation → observer → lowest and highest real value.
    """

    file: str
    samples: int
    ranges: dict[str, dict[str, tuple[float, float]]]


CALIBRATED = Document(
    "calibrate", Calibrated, "the ranges that each observer finds", "`mcuq calibrate --json`"
)


def calibrate(
    model: Annotated[
        Path, typer.Argument(help="Float model.", is_eager=True, callback=options.readable)
    ],
    data: Annotated[list[Path], typer.Argument(help="Samples: .npz files or .npy directories.")],
    output: Annotated[
        Path, typer.Option("--output", "-o", help="File of statistics to write.")
    ] = Path("ranges.json"),
    merge: Annotated[
        list[Path] | None,
        typer.Option("--merge", help="Files of earlier calibrations to add to.", metavar="FILE"),
    ] = None,
    keep_outliers: Annotated[bool | None, options.option("keep_outliers")] = None,
    json: JsonFlag = False,
) -> None:
    """Observe every activation on DATA; the file serves any observer, and can be merged."""
    from mcuq.atomic_write import check_writable
    from mcuq.calibrate import OBSERVERS, ranges_from
    from mcuq.data import load_data
    from mcuq.importers import load_model
    from mcuq.pipeline.check import check_readable
    from mcuq.pipeline.statistics import observe_files, read_statistics, write_statistics
    from mcuq.progress import announce
    from mcuq.witness import compare_import

    check_readable(model)
    for path in (*data, *(merge or [])):
        check_readable(path)
    check_writable(output)
    graph = load_model(model)
    earlier = [read_statistics(path, graph) for path in merge or []]
    with shown_progress() as progress:
        imported = compare_import(model, graph, load_data(data[0], graph).inputs)
        announce("load", imported.findings, progress, strict=False)
        keep = bool(keep_outliers)
        statistics = observe_files(graph, data, earlier, progress, keep_outliers=keep)
    write_statistics(output, statistics)
    samples = next(iter(statistics.values())).samples
    if json:
        ranges = ranges_from(statistics, OBSERVERS).by_tensor
        plain = {name: dict(found) for name, found in ranges.items()}
        write_json(CALIBRATED, Calibrated(str(output), samples, plain))
        return
    stdout().print(f"{samples} samples, {len(statistics)} activations observed: {output}")
