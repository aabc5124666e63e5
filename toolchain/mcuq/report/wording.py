"""Sentences and figures that the terminal and the HTML report share."""

from __future__ import annotations

from mcuq.report.manifest import Manifest
from mcuq.units import format_bytes, format_count

_RATES = {"top1", "agreement"}


def is_rate(manifest: Manifest) -> bool:
    """Whether the metric is a share that reads best in percent."""
    return manifest.result.metric in _RATES


def metric_value(manifest: Manifest, value: float | None) -> str:
    """`98.50 %` for rates, six digits for the rest; `not measured` for None."""
    if value is None:
        return "not measured"
    if is_rate(manifest):
        return f"{value * 100:.2f} %"
    return f"{value:.6g}"


def budget_lines(manifest: Manifest) -> list[tuple[str, int, int]]:
    """(what, used, limit) in bytes; the weights only where they were limited."""
    result, budget = manifest.result, manifest.budget
    lines = [
        ("flash", result.flash_bytes, budget.flash),
        ("RAM", result.ram_bytes, budget.ram),
    ]
    if budget.weight_bytes is not None:
        lines.append(("weights", result.weight_bytes, budget.weight_bytes))
    return lines


def count_text(manifest: Manifest) -> str:
    """`1.06 M instructions (emulated), 2.03 a MAC`."""
    result, device = manifest.result, manifest.device
    count = result.instructions if result.instructions is not None else result.cycles
    if count is None:
        return "not measured"
    where = "emulated" if device.emulated else "measured on the board"
    ratio = f", {count / result.macs:.2f} a MAC" if result.macs else ""
    return f"{format_count(count)} {device.unit} an inference ({where}){ratio}"


def slow_lines(manifest: Manifest) -> list[str]:
    """`slow path: 3, 5 (grouped convolution)`: numbers of the layers, a line a reason."""
    layers: dict[str, list[str]] = {}
    for index, layer in enumerate(manifest.layers):
        if layer.slow:
            layers.setdefault(layer.slow, []).append(str(index))
    return [f"slow path: {', '.join(numbers)} ({why})" for why, numbers in layers.items()]


def verification_lines(manifest: Manifest) -> list[tuple[bool, str]]:
    """(holds, sentence) for every comparison that was made."""
    checked = manifest.verification
    name = manifest.target.name
    device = f"the emulated {name}" if manifest.device.emulated else f"the board {name}"
    what = "constructed samples" if checked.constructed else "samples"
    tflm = _compared(f"{checked.samples:,} {what} on TFLite Micro", checked.equal_tflm)
    on_device = _compared(f"{checked.device_samples:,} {what} on {device}", checked.equal_device)
    return [(checked.equal_tflm, tflm), (checked.equal_device, on_device)]


def _compared(what: str, equal: bool) -> str:
    return f"{what}: {'every output byte equal' if equal else 'OUTPUTS DIFFER'}"


def int8_note(manifest: Manifest) -> str:
    """Whether plain int8 would have done, and what was saved."""
    result = manifest.result
    if result.quantized is None:
        return "Built as it is. Accuracy was not measured: give data with --evaluation."
    if result.int8 is None:
        return "Built as it is, with the file's own integers."
    verdict = "fits" if manifest.search.int8_fits else "does not fit"
    saved = result.int8_weight_bytes - result.weight_bytes
    if saved == 0:
        return f"Plain int8 {verdict} this budget; every weight stays int8."
    sign = "+" if result.quantized >= result.int8 else ""
    change = metric_value(manifest, result.quantized - result.int8)
    return (
        f"Plain int8 {verdict} this budget; "
        f"this takes {format_bytes(saved)} less for weights, {result.metric} {sign}{change}."
    )
