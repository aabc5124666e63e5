"""The report's section of where accuracy goes: layers, classes, samples decided otherwise."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from html import escape

from mcuq.report.elements import TableCell, table
from mcuq.report.naming import short_names
from mcuq.result.accuracy import AccuracyFile, FlippedSample, LayerErrorFigures
from mcuq.result.manifest import Manifest

_ABOUT = (
    "Each layer's output, the float model's values beside the integers: signal to noise with all "
    "that comes before, and by the layer alone; the channel that is worst; values beyond the range."
)


def lost(manifest: Manifest, accuracy: AccuracyFile | None) -> str:
    """HTML; nothing where there were no samples to find out by."""
    if accuracy is None:
        return ""
    return "\n".join(
        [
            '<section class="layers"><h2>Where accuracy goes</h2>',
            f"<p>{escape(_ABOUT)}</p>",
            _layers(manifest, accuracy),
            "</section>",
            *_classes(accuracy),
            *_flips(manifest, accuracy),
        ]
    )


def _layers(manifest: Manifest, accuracy: AccuracyFile) -> str:
    """Those that compute something, numbered as everywhere."""
    names = short_names(layer.name for layer in manifest.layers)
    rows: list[tuple[str | int | TableCell, ...]] = [
        (index, TableCell(names[layer.name], (layer.kind,)), *_figures(error))
        for index, layer in enumerate(manifest.layers)
        if (error := accuracy.layer(layer.name)) is not None
    ]
    numbers = ("by itself", "signal to noise", "cosine", "worst channel", "clipped")
    return table(("#", "layer"), numbers, rows)


def _figures(error: LayerErrorFigures) -> tuple[str, ...]:
    worst = "" if error.worst_channel is None else f"{error.worst_channel}: "
    return (
        _decibels(error.own_snr_db),
        _decibels(error.snr_db),
        f"{error.cosine:.4f}",
        worst + _decibels(error.worst_channel_snr_db),
        f"{error.clipped:.2%}" if error.clipped else "",
    )


def _decibels(value: float | None) -> str:
    return "" if value is None else f"{value:.1f} dB"


def _classes(accuracy: AccuracyFile) -> Iterator[str]:
    """The confusion matrix of what was built, with its difference from the float model's."""
    before, after = accuracy.float_confusion, accuracy.confusion
    if before is None or after is None:
        return
    yield "<section><h2>Classes</h2><p>"
    yield (
        "Samples by their label (row) and by what was decided (column); small: how many more than "
        "by the float model.</p>"
    )
    yield f'<div class="scroll"><table class="confusion"><thead><tr><th></th>{_heads(len(after))}'
    yield "</tr></thead><tbody>"
    for label, (old, new) in enumerate(zip(before, after, strict=True)):
        yield f"<tr><th>{label}</th>{_row(label, old, new)}</tr>"
    yield "</tbody></table></div></section>"


def _heads(classes: int) -> str:
    return "".join(f"<th>{number}</th>" for number in range(classes))


def _row(label: int, old: Sequence[int], new: Sequence[int]) -> str:
    total = max(1, sum(new))
    cells = []
    for decided, (was, count) in enumerate(zip(old, new, strict=True)):
        change = f"<small>{count - was:+}</small>" if count != was else ""
        kind = "right" if decided == label else "wrong"
        shown = str(count) if count or change else ""
        cells.append(f'<td class="{kind}" style="--share:{count / total:.2f}">{shown}{change}</td>')
    return "".join(cells)


def _flips(manifest: Manifest, accuracy: AccuracyFile) -> Iterator[str]:
    """Samples that integers decide otherwise, drawn where their values are there."""
    flips = accuracy.flips
    if flips is None:
        return
    told = f"{flips.total} of {manifest.result.samples:,}"
    if flips.lost is not None:
        told += f": {flips.lost} lost, {flips.gained} gained"
    yield f"<section><h2>Samples that are decided otherwise</h2><p>{told}.</p>"
    yield '<div class="samples">'
    yield from map(_sample, flips.samples)
    yield "</div></section>"


def _sample(one: FlippedSample) -> str:
    label = "" if one.label is None else f", is {one.label}"
    text = (
        f"{one.sample}: {one.float_} ({one.float_sure:.2f}) → {one.quantized} "
        f"({one.quantized_sure:.2f}){label}"
    )
    drawn = ""
    if one.preview is not None:
        shape = escape(json.dumps(one.preview.shape))
        drawn = (
            f'<canvas data-kind="{one.preview.kind}" data-shape="{shape}" '
            f'data-values="{escape(one.preview.data)}" role="img" '
            f'aria-label="sample {one.sample}"></canvas>'
        )
    return f"<figure>{drawn}<figcaption>{escape(text)}</figcaption></figure>"
