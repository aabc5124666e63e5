"""`mcuq profile`: where the instructions go, layer by layer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import typer

from mcuq.cli import options
from mcuq.cli.output import JsonFlag, stdout, write_json
from mcuq.cli.progress import shown_progress
from mcuq.document import Document
from mcuq.units import format_count


@dataclass(frozen=True)
class ProfiledLayer:
    """One kernel call, as measured.

    Attributes:
        layer: its number in execution order, from 0.
        name: short, unique in the model.
        function: the C function that computes it.
        slow: why it runs on slower kernels than others of its kind; or empty.
        macs: its multiply-accumulates.
        instructions: spent in it, counted by an emulator; null from hardware.
        cycles: spent in it, counted by hardware; null from an emulator.
        cycles_estimated: what it would take on hardware; null from hardware.
    """

    layer: int
    name: str
    function: str
    slow: str
    macs: int
    instructions: int | None = None
    cycles: int | None = None
    cycles_estimated: int | None = None

    @property
    def count(self) -> int:
        """In the profile's unit."""
        return self.instructions or self.cycles or 0


@dataclass(frozen=True)
class Profile:
    """Where one inference spends its time.

    Attributes:
        unit: of all counts.
        total: of all layers.
        total_cycles_estimated: of all layers; null from hardware.
        cycles_band: an estimate's interval is so large a share of it to either side; likewise.
        layers: in execution order.
    """

    unit: Literal["instructions", "cycles"]
    total: int
    layers: tuple[ProfiledLayer, ...]
    total_cycles_estimated: int | None = None
    cycles_band: float | None = None


PROFILE = Document(
    "profile", Profile, "instructions or cycles of each layer", "`mcuq profile --json`", version=2
)


def profile(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="Directory that mcuq build wrote.")
    ] = Path("out"),
    port: Annotated[str | None, options.option("port")] = None,
    json: JsonFlag = False,
) -> None:
    """Measure every layer of a built model on its board or emulator."""
    from mcuq.report.naming import short_names
    from mcuq.report.rerun import profile_again
    from mcuq.report.wording import slow_lines

    with shown_progress() as progress:
        manifest, profiled = profile_again(folder, port=port, progress=progress)
    counts, estimate = profiled.counts, profiled.estimate
    cycles: Sequence[int | None] = estimate.layers if estimate else [None] * len(counts)
    names = short_names(layer.name for layer in manifest.layers)
    layers = tuple(
        ProfiledLayer(
            index,
            names[layer.name],
            layer.function,
            layer.slow,
            layer.macs,
            instructions=count if port is None else None,
            cycles=None if port is None else count,
            cycles_estimated=estimated,
        )
        for index, (layer, count, estimated) in enumerate(
            zip(manifest.layers, counts, cycles, strict=True)
        )
    )
    found = Profile(
        "instructions" if port is None else "cycles",
        sum(counts),
        layers,
        total_cycles_estimated=sum(estimate.layers) if estimate else None,
        cycles_band=estimate.band if estimate else None,
    )
    if json:
        write_json(PROFILE, found)
    else:
        _draw(found)
        for line in slow_lines(manifest):
            stdout().print(line)


def _draw(found: Profile) -> None:
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("#", "layer", "function"):
        table.add_column(title, no_wrap=True)
    for title in ("MACs", found.unit, "share", "a MAC"):
        table.add_column(title, justify="right", no_wrap=True)
    total = found.total_cycles_estimated
    if total is not None:
        table.add_column("cycles\n(estimated)", justify="right", no_wrap=True)
    for row in found.layers:
        table.add_row(
            str(row.layer),
            row.name,
            row.function,
            format_count(row.macs) if row.macs else "",
            f"{row.count:,}",
            f"{row.count / found.total:.1%}",
            f"{row.count / row.macs:.2f}" if row.macs else "",
            *([f"{row.cycles_estimated:,}"] if row.cycles_estimated is not None else []),
        )
    stdout().print(table)
    stdout().print(f"{found.total:,} {found.unit}")
    if total is not None and found.cycles_band is not None:
        stdout().print(f"{total:,} cycles (estimated, ± {found.cycles_band:.0%})")
