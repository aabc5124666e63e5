"""CMSIS-NN's parameter structures as program values."""

from __future__ import annotations

from mcuq.lower.program import Array, Field, ScratchRef, Struct
from mcuq.ops.weighted_params import Int32s
from mcuq.ops.window import WindowParams

CONTEXT_BYTES = 8


def dims(shape: tuple[int, ...]) -> Struct:
    """NHWC dimensions; shorter shapes are filled with ones in front."""
    n, h, w, c = (1,) * (4 - len(shape)) + shape
    return Struct("cmsis_nn_dims", (("n", n), ("h", h), ("w", w), ("c", c)))


def tile(pair: tuple[int, int]) -> Struct:
    """(height, width) as CMSIS-NN stores it: width first."""
    return Struct("cmsis_nn_tile", (("w", pair[1]), ("h", pair[0])))


def window_fields(window: WindowParams) -> tuple[tuple[str, Field], ...]:
    """Stride, padding and dilation, in the structures' order."""
    return (
        ("stride", tile(window.stride)),
        ("padding", tile(window.padding)),
        ("dilation", tile(window.dilation)),
    )


def activation(low: int, high: int) -> tuple[str, Field]:
    """The inclusive output clamp."""
    return ("activation", Struct("cmsis_nn_activation", (("min", low), ("max", high))))


def context(scratch_bytes: int) -> Struct:
    """The call's scratch."""
    return Struct("cmsis_nn_context", (("buf", ScratchRef()), ("size", scratch_bytes)))


def per_channel(multipliers: Int32s, shifts: Int32s) -> Struct:
    """A multiplier and a shift an output channel."""
    return Struct(
        "cmsis_nn_per_channel_quant_params",
        (("multiplier", Array("multipliers", multipliers)), ("shift", Array("shifts", shifts))),
    )


def per_tensor(multiplier: int, shift: int) -> Struct:
    """One multiplier and shift."""
    return Struct(
        "cmsis_nn_per_tensor_quant_params", (("multiplier", multiplier), ("shift", shift))
    )
