"""What is said of a bundle, on its page and in the terminal alike."""

from __future__ import annotations

from mcuq.result.bundle import Bundle, BundledModel
from mcuq.tflite.wheel import NOT_COMPARED
from mcuq.units import format_bytes


def title_of(made: Bundle) -> str:
    names = ", ".join(model.name for model in made.models)
    return f"{names} on {made.target.name}"


def budget_lines(made: Bundle) -> tuple[tuple[str, int, int], ...]:
    """Name, used bytes, allowed bytes."""
    return (
        ("flash", made.result.flash_bytes, made.budget.flash),
        ("RAM", made.result.ram_bytes, made.budget.ram),
    )


def savings(made: Bundle) -> str:
    """What being in one image spares."""
    result = made.result
    kernels = (
        f"Kernels are there once, in {format_bytes(result.kernel_bytes)}; a copy for each model "
        f"would take {format_bytes(result.saved_kernel_bytes)} more."
    )
    if made.arena == "shared":
        spared = format_bytes(result.saved_arena_bytes)
        return (
            f"{kernels} One arena of {format_bytes(result.arena_bytes)} for models that never run "
            f"at once; arenas of their own would take {spared} more."
        )
    return f"{kernels} Arenas of their own: {format_bytes(result.arena_bytes)} in all."


def verification_lines(made: Bundle) -> tuple[str, ...]:
    where = "the emulated" if made.device.emulated else "the board"
    return tuple(
        f"{model.name}: {model.samples} samples on {where} {made.target.name}, in turn with the "
        f"others: every output byte {_equal(model)}"
        for model in made.models
    )


def _equal(model: BundledModel) -> str:
    if model.equal_tflm is None:
        return f"as evaluated here; {NOT_COMPARED}"
    return "as in TensorFlow Lite Micro"
