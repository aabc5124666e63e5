"""`mcuq explain`: why a layer has its bits."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mcuq.cli.output import JsonFlag, stdout, write_json
from mcuq.errors import InputError
from mcuq.units import format_bytes, format_count

if TYPE_CHECKING:
    from mcuq.report.explanation import Explanation
    from mcuq.result.accuracy import LayerErrorFigures
    from mcuq.result.manifest import Manifest


_OUT = Path("out")
LEAST_SHARE = 5e-5
"""That two decimals of a per cent show."""


def explain(
    layer: Annotated[
        str | None,
        typer.Argument(help="Number or name, as the summary shows it; none: the whole result."),
    ] = None,
    folder: Annotated[
        Path | None, typer.Argument(metavar="DIR", help="Directory that mcuq build wrote (out).")
    ] = None,
    json: JsonFlag = False,
) -> None:
    """Say why a layer has its bits: what each choice costs in loss and bytes. Without a layer:
    where the accuracy of the whole result goes."""
    from mcuq.report.store import MANIFEST_FILE

    if layer is None:
        _explain_whole(folder or _OUT, json)
    elif folder is None and (Path(layer) / MANIFEST_FILE).is_file():
        _explain_whole(Path(layer), json)
    else:
        _explain_layer(layer, folder or _OUT, json)


def _explain_whole(folder: Path, json: bool) -> None:
    from mcuq.cli.lost import draw_lost
    from mcuq.report.store import read_report
    from mcuq.result.accuracy import ACCURACY

    report = read_report(folder)
    if report.accuracy is None:
        raise InputError(
            f"{folder} does not say where its accuracy goes",
            "build it with samples of your own and this mcuq, or name a layer",
        )
    if json:
        write_json(ACCURACY, report.accuracy)
    else:
        draw_lost(report, report.accuracy)


def _explain_layer(layer: str, folder: Path, json: bool) -> None:
    from mcuq.report.explanation import EXPLANATION
    from mcuq.report.explanation import explain as explained
    from mcuq.report.store import read_report

    report = read_report(folder)
    found = explained(report, layer)
    if json:
        write_json(EXPLANATION, found)
    else:
        _draw(found, report.manifest)


def _draw(found: Explanation, manifest: Manifest) -> None:
    from rich.table import Table
    from rich.text import Text

    console = stdout()
    for line in _sentences(found, manifest):
        console.print(line)
    if not found.alternatives:
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("choice")
    table.add_column("bytes", justify="right")
    table.add_column("rise of the search loss, alone", justify="right")
    for item in found.alternatives:
        style = "bold" if item.built else ""
        mark = " ← built" if item.built else ""
        table.add_row(Text(item.choice + mark, style=style), f"{item.bytes:,}", f"{item.rise:+.6f}")
    console.print()
    console.print(table)


def _sentences(found: Explanation, manifest: Manifest) -> list[str]:
    from mcuq.numeric.widths import width_name

    layer, output = found.layer, found.output
    lines = [f"layer {found.index} {found.name}: {layer.kind}, computed by {layer.function}"]
    if layer.slow:
        lines.append(f"slow path: {layer.slow}")
    if layer.bits is not None:
        share = layer.weight_bytes / max(manifest.result.weight_bytes, 1)
        name, size = width_name(layer.bits), format_bytes(layer.weight_bytes)
        lines.append(f"weights: {name} ({layer.method}), {size}, {share:.0%} of all weights")
    if layer.counts is not None:
        total = manifest.result.instructions or manifest.result.cycles or layer.counts
        ratio = f", {layer.counts / layer.macs:.2f} a MAC" if layer.macs else ""
        lines.append(
            f"work: {format_count(layer.counts)} {manifest.device.unit}, "
            f"{layer.counts / total:.0%} of the inference{ratio}"
        )
    if output is not None:
        low, high = (output.scale[0] * (code - output.zero_point) for code in (-128, 127))
        lines.append(f"output: {low:.4g} to {high:.4g}, observer {output.scheme}")
    lines += _error_lines(found.error)
    if found.rank is not None:
        lines.append(
            f"of {found.ranked} filters this is number {found.rank} to make int4, "
            "by loss a byte saved"
        )
    return lines


def _error_lines(error: LayerErrorFigures | None) -> list[str]:
    """How far the layer's output is from the float model's."""
    if error is None:
        return []
    own = "" if error.own_snr_db is None else f", {error.own_snr_db:.1f} dB by this layer alone"
    lines = [f"error: signal to noise {error.snr_db:.1f} dB{own}, cosine {error.cosine:.6f}"]
    if error.worst_channel is not None:
        lines.append(f"worst channel: {error.worst_channel}, {error.worst_channel_snr_db:.1f} dB")
    if error.clipped >= LEAST_SHARE:
        lines.append(f"clipped: {error.clipped:.2%} of the float values lie beyond its range")
    return lines
