"""What no input can exceed, in words."""

from __future__ import annotations

from mcuq.lower.steady import varies
from mcuq.result.manifest import Manifest
from mcuq.units import format_bytes, format_count


def worst_case(manifest: Manifest) -> list[str]:
    """A sentence about the count, and one about the stack."""
    result = manifest.result
    stack = f"No input takes more stack than {format_bytes(result.stack_bytes)}: a bound, computed."
    count = result.instructions if result.instructions is not None else result.cycles
    return [stack] if count is None else [_count(manifest, count), stack]


def _count(manifest: Manifest, count: int) -> str:
    unit = manifest.device.unit
    reasons: dict[str, list[str]] = {}
    for index, layer in enumerate(manifest.layers):
        is_external = layer.library != "mcuq"
        why = varies(layer.function, manifest.target.core, is_external=is_external)
        if why:
            reasons.setdefault(why, []).append(str(index))
    if not reasons:
        return f"No input takes longer: {format_count(count)} {unit}, whatever the data."
    told = "; ".join(f"{', '.join(numbers)} ({why})" for why, numbers in reasons.items())
    varying = {int(number) for numbers in reasons.values() for number in numbers}
    steady = sum(
        layer.counts or 0 for index, layer in enumerate(manifest.layers) if index not in varying
    )
    return (
        f"{format_count(steady)} of {format_count(count)} {unit} are the same for every input; "
        f"layers whose count depends on it: {told}."
    )
