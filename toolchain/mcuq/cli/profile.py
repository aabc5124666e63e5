"""`mcuq profile`: where the instructions go, layer by layer."""

from __future__ import annotations

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
    """

    layer: int
    name: str
    function: str
    slow: str
    macs: int
    instructions: int | None = None
    cycles: int | None = None

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
        layers: in execution order.
    """

    unit: Literal["instructions", "cycles"]
    total: int
    layers: tuple[ProfiledLayer, ...]


PROFILE = Document(
    "profile", Profile, "instructions or cycles of each layer", "`mcuq profile --json`"
)


def profile(
    folder: Annotated[
        Path, typer.Argument(metavar="[DIR]", help="Directory that mcuq build wrote.")
    ] = Path("out"),
    port: Annotated[str | None, options.option("port")] = None,
    json: JsonFlag = False,
) -> None:
    """Measure every layer of a built model on its board or emulator."""
    from mcuq.report.naming import short_names
    from mcuq.report.rerun import profile_again
    from mcuq.report.wording import slow_lines

    with shown_progress() as progress:
        manifest, counts = profile_again(folder, port=port, progress=progress)
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
        )
        for index, (layer, count) in enumerate(zip(manifest.layers, counts, strict=True))
    )
    found = Profile("instructions" if port is None else "cycles", sum(counts), layers)
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
    for row in found.layers:
        table.add_row(
            str(row.layer),
            row.name,
            row.function,
            format_count(row.macs) if row.macs else "",
            f"{row.count:,}",
            f"{row.count / found.total:.1%}",
            f"{row.count / row.macs:.2f}" if row.macs else "",
        )
    stdout().print(table)
    stdout().print(f"{found.total:,} {found.unit}")
