"""Sentences and figures that the terminal and the HTML report share."""

from __future__ import annotations

from mcuq.report.latency import energy_text, ms_text
from mcuq.result.front import Front
from mcuq.result.manifest import Manifest
from mcuq.tflite.wheel import NOT_COMPARED
from mcuq.units import format_bytes, format_count

_RATES = {"top1", "agreement"}


def volume_lines(front: Front) -> list[str]:
    """The front as one figure, and what it is measured from; empty where nothing was searched."""
    found = front.hypervolume
    if found is None:
        return []
    corner = found.reference
    work = (
        f"{format_count(corner.instructions or 0)} instructions"
        if corner.cycles is None
        else f"{format_count(corner.cycles)} cycles"
    )
    return [
        f"hypervolume of the search's front: {found.share:.4f} of the box up to loss "
        f"{corner.loss:.4g}, flash {format_bytes(corner.flash_bytes)}, RAM "
        f"{format_bytes(corner.ram_bytes)}, {work}"
    ]


def is_rate(manifest: Manifest) -> bool:
    """Whether the metric is a share that reads best in percent."""
    return manifest.result.metric in _RATES


def metric_title(manifest: Manifest) -> str:
    """The metric's name, and that of the output where only one is judged."""
    result = manifest.result
    if result.metric_output is None:
        return result.metric
    return f"{result.metric} of {manifest.outputs_as_given[result.metric_output].name}"


def metric_value(manifest: Manifest, value: float | None) -> str:
    """`98.50 %` for rates, six digits for the rest; `not measured` for None."""
    if value is None:
        return "not measured"
    if is_rate(manifest):
        return f"{value * 100:.2f} %"
    return f"{value:.6g}"


def interval_text(manifest: Manifest, low: float | None, high: float | None) -> str:
    """`97.06 to 98.87 %`; empty where it is not known."""
    if low is None or high is None:
        return ""
    if is_rate(manifest):
        return f"{low * 100:.2f} to {high * 100:.2f} %"
    return f"{low:.4g} to {high:.4g}"


def change_lines(manifest: Manifest) -> list[str]:
    """Other metrics; then what was built less the float model and plain int8, with paired 95 %."""
    result = manifest.result
    lines = [
        ("float", result.change, result.change_low, result.change_high),
        ("int8", result.int8_change, result.int8_change_low, result.int8_change_high),
    ]
    also = [
        f"{one.metric}: float {one.float_:.6g}, built {one.quantized:.6g}" for one in manifest.also
    ]
    return also + [
        f"built less {name}: {_signed(manifest, value)} "
        f"(95 %: {_signed(manifest, low)} to {_signed(manifest, high)})"
        for name, value, low, high in lines
        if value is not None and low is not None and high is not None
    ]


def _signed(manifest: Manifest, value: float) -> str:
    return f"{value * 100:+.2f} %" if is_rate(manifest) else f"{value:+.4g}"


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


def estimate_text(manifest: Manifest) -> str:
    """`2.03 M cycles (estimated, 1.87 M to 2.20 M), 9.41 ms`; empty where there is none."""
    result = manifest.result
    if result.cycles_estimated is None or result.cycles_interval is None:
        return ""
    low, high = (format_count(end) for end in result.cycles_interval)
    words = [f"{format_count(result.cycles_estimated)} cycles (estimated, {low} to {high})"]
    words += filter(None, (ms_text(result.ms_estimated), energy_text(result.uj_estimated)))
    if result.cycles_basis == "constant":
        words.append("from instructions alone")
    return ", ".join(words)


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
    tflm = NOT_COMPARED
    if checked.equal_tflm is not None:
        tflm = _compared(f"{checked.samples:,} {what} on TFLite Micro", checked.equal_tflm)
    on_device = _compared(f"{checked.device_samples:,} {what} on {device}", checked.equal_device)
    lines = [(checked.equal_tflm is not False, tflm), (checked.equal_device, on_device)]
    if checked.equal_original is not None:
        original = f"{checked.samples:,} {what} of the file as given, on TFLite Micro"
        equal = checked.equal_original
        lines.insert(0, (equal, _compared(original, equal)))
    gone = manifest.elimination
    if gone is not None:
        less = (
            f"{gone.samples:,} samples without the channels that cannot matter: float outputs "
            f"equal within {gone.difference:.2g}"
        )
        lines.insert(0, (True, less))
    if checked.import_runtime:
        imported = (
            f"{checked.import_samples:,} samples in {checked.import_runtime}: float outputs equal "
            f"within {checked.import_difference:.2g}"
        )
        lines.insert(0, (True, imported))
    return lines


def _compared(what: str, equal: bool) -> str:
    return f"{what}: {'every output byte equal' if equal else 'OUTPUTS DIFFER'}"


def elimination_lines(manifest: Manifest) -> list[str]:
    """What was left out and why it cannot matter; nothing where nothing was."""
    gone = manifest.elimination
    if gone is None:
        return []
    totals = {
        reason: sum(getattr(layer, key) for layer in gone.layers)
        for key, reason in ELIMINATION_REASONS.items()
    }
    reasons = ", ".join(f"{count:,} {reason}" for reason, count in totals.items() if count)
    bounds = ", ".join(f"{one.name} from {one.low:.6g} to {one.high:.6g}" for one in gone.bounds)
    return [
        f"{gone.channels:,} channels cannot matter and are left out: {reasons}",
        f"MACs {format_count(gone.macs)} → {format_count(gone.macs_left)}, "
        f"weights {gone.weights:,} → {gone.weights_left:,}; proved for {bounds}",
    ]


def pruning_lines(manifest: Manifest) -> list[str]:
    """Which channels the search left out, and what that saved; nothing where it left all."""
    gone = manifest.pruning
    if gone is None:
        return []
    return [
        f"{gone.channels:,} channels of {len(gone.sets)} layers are left out by choice; MACs "
        f"{format_count(gone.macs)} → {format_count(gone.macs_left)}, "
        f"weights {gone.weights:,} → {gone.weights_left:,}"
    ]


ELIMINATION_REASONS = {
    "zero": "always zero",
    "constant": "constant",
    "duplicate": "equal to another",
    "unused": "unread",
}
"""Key of a layer's count → in words."""


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
