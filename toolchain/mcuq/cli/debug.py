"""`mcuq debug`: which layer loses accuracy in integers, why, and what helps."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from mcuq.cli import options
from mcuq.cli.explain import LEAST_SHARE
from mcuq.cli.output import JsonFlag, stdout, write_json
from mcuq.cli.progress import shown_progress
from mcuq.errors import UsageError

if TYPE_CHECKING:
    from rich.console import Console

    from mcuq.pipeline.debug import Debugged

_SHOWN = 24
"""Layers in the table; JSON has all."""


def debug(
    model: Annotated[Path | None, options.option("model")] = None,
    calibration: Annotated[Path | None, options.option("calibration")] = None,
    evaluation: Annotated[Path | None, options.option("evaluation")] = None,
    config: Annotated[Path | None, options.option("config")] = None,
    bits: Annotated[str | None, options.option("fixed.bits")] = None,
    observer: Annotated[str | None, options.option("scheme.observer")] = None,
    activations: Annotated[str | None, options.option("scheme.activations")] = None,
    activation_bits: Annotated[int | None, options.option("scheme.activation_bits")] = None,
    weights_per: Annotated[str | None, options.option("scheme.weights_per")] = None,
    wide: Annotated[list[str] | None, options.option("scheme.wide")] = None,
    ranges: Annotated[Path | None, options.option("ranges")] = None,
    metric: Annotated[str | None, options.option("metric")] = None,
    json: JsonFlag = False,
) -> None:
    """Compare every layer in integers with the float model: name the first that goes wrong, show
    its values, and try what may help. Plain int8, or what --config or --bits say."""
    from mcuq.cli.request import job
    from mcuq.pipeline.debug import DEBUGGED
    from mcuq.pipeline.debug import debug as debugged

    if config is not None and bits is not None:
        raise UsageError(
            "--config says how every filter is quantized",
            "leave out --bits, or write what it says into the file",
        )
    asked = {
        "model": model,
        "calibration": calibration,
        "evaluation": evaluation,
        "config": config,
        "fixed.bits": bits,
        "scheme.observer": observer,
        "scheme.activations": activations,
        "scheme.activation_bits": activation_bits,
        "scheme.weights_per": weights_per,
        "scheme.wide": wide or None,
        "ranges": ranges,
        "metric": metric,
    }
    request = job(asked).request
    with shown_progress() as progress:
        found = debugged(request, progress)
    if json:
        write_json(DEBUGGED, found)
    else:
        _draw(found, stdout())


def _draw(found: Debugged, console: Console) -> None:
    from mcuq.cli.histogram import stored_line
    from mcuq.report.naming import short_names

    names = short_names(layer.name for layer in found.layers)
    _draw_layers(found, names, console)
    suspect = found.suspect
    layer = found.layers[suspect.index]
    own = layer.snr_db if layer.own_snr_db is None else layer.own_snr_db
    title = f"layer {suspect.index} {names[layer.name]} ({layer.operator})"
    console.print(
        f"first that goes wrong: {title}, {own:.1f} dB by itself"
        if suspect.goes_wrong
        else f"no layer goes wrong; the noisiest is {title}, {own:.1f} dB by itself"
    )
    console.print(stored_line(suspect.histogram, (suspect.low, suspect.high)))
    seen = suspect.histogram
    console.print(
        f"its values on calibration data, {seen.low:.4g} to {seen.high:.4g} (logarithmic); its "
        f"integers reach {suspect.low:.4g} to {suspect.high:.4g}"
    )
    for reason in suspect.reasons:
        console.print(f"- {reason}")
    console.print()
    _draw_trials(found, console)


def _draw_layers(found: Debugged, names: dict[str, str], console: Console) -> None:
    """Those that are shown are the noisiest, in execution order."""
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("#", "layer", "operator"):
        table.add_column(title)
    for title in ("signal to noise", "by itself", "cosine", "worst channel", "clipped"):
        table.add_column(title, justify="right", no_wrap=True)
    shown = sorted(range(len(found.layers)), key=lambda i: found.layers[i].snr_db)[:_SHOWN]
    for index in sorted({*shown, found.suspect.index}):
        one = found.layers[index]
        worst = "" if one.worst_channel is None else f"{one.worst_channel}: "
        worst += "" if one.worst_channel_snr_db is None else f"{one.worst_channel_snr_db:.1f} dB"
        table.add_row(
            str(index),
            Text(names[one.name]),
            one.operator,
            f"{one.snr_db:.1f} dB",
            "" if one.own_snr_db is None else f"{one.own_snr_db:.1f} dB",
            f"{one.cosine:.4f}",
            worst,
            f"{one.clipped:.2%}" if one.clipped >= LEAST_SHARE else "",
            style="bold" if index == found.suspect.index else "",
        )
    console.print(table)
    hidden = len(found.layers) - len(shown)
    if hidden > 0:
        console.print(f"and {hidden} layers with less noise: --json names all")
    console.print()


def _draw_trials(found: Debugged, console: Console) -> None:
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column(f"tried on {found.samples} samples")
    for title in (found.metric, "outputs, signal to noise"):
        table.add_column(title, justify="right", no_wrap=True)
    table.add_row("float model", f"{found.float_model:.4f}", "")
    table.add_row("as it is", f"{found.quantized:.4f}", f"{found.snr_db:.1f} dB", style="bold")
    for trial in found.trials:
        table.add_row(Text(trial.change), f"{trial.value:.4f}", f"{trial.snr_db:.1f} dB")
    console.print(table)
    best, local = found.helpful(), found.helpful(local=True)
    if best is not None:
        console.print(f"try: {best.change} (+{best.snr_db - found.snr_db:.1f} dB)")
    if local is not None and local is not best:
        gain = local.snr_db - found.snr_db
        console.print(f"of this layer alone: {local.change} (+{gain:.1f} dB)")
    if found.suspect.goes_wrong and best is None:
        console.print("nothing that was tried helps much: mcuq finetune trains for few bits")
