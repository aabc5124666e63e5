"""Filters as symmetric integers: the plain method, and the value every better method returns."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from mcuq.choices import Per
from mcuq.content import ByContent
from mcuq.errors import UsageError
from mcuq.numeric import WIDTHS, round_half_away, symmetric_scale, weight_limits, width_name
from mcuq.numeric.narrow import NONE_NARROW, Narrow, channel_limits
from mcuq.ops.operator import AnyOperator
from mcuq.quantize.config import WeightChoice


@dataclass(frozen=True, eq=False)
class QuantizedWeight(ByContent):
    """One filter as integers.

    Attributes:
        values: int8 array of the filter's shape, within `weight_limits` of each channel's width.
        scale: float32, shape (channels,) or (1,).
        bias: real (channels,) that replaces the operator's bias, or None to keep it.
    """

    values: npt.NDArray[np.int8]
    scale: npt.NDArray[np.float32]
    bias: npt.NDArray[np.floating] | None = None


Bank = Mapping[tuple[str, WeightChoice], QuantizedWeight]
"""Precomputed filters by (tensor name, choice)."""


def channel_axis(kind: AnyOperator, per: Per = "channel") -> int | None:
    """The filter dimension that has a scale an element, or None for one scale."""
    return None if per == "tensor" else kind.filter_axis


def along_axis(
    scale: npt.NDArray[np.floating], ndim: int, axis: int | None
) -> npt.NDArray[np.floating]:
    """`scale` shaped to broadcast against a filter of `ndim` dimensions."""
    shape = [1] * ndim
    if axis is not None:
        shape[axis] = scale.size
    return scale.reshape(shape)


def round_to_scale(
    weight: npt.NDArray[np.floating],
    scale: npt.NDArray[np.floating],
    bits: int,
    axis: int | None,
    narrow: Narrow = NONE_NARROW,
) -> npt.NDArray[np.int8]:
    """Nearest integers of weight / scale, ties away from zero, within the width's limits."""
    steps = round_half_away(weight / along_axis(scale, weight.ndim, axis).astype(np.float64))
    return within_limits(steps, bits, narrow)


def within_limits(
    steps: npt.NDArray[np.floating], bits: int, narrow: Narrow
) -> npt.NDArray[np.int8]:
    """Whole numbers of a filter's shape, clipped to what its channels hold."""
    low: Any
    high: Any
    low, high = weight_limits(bits)
    if narrow:
        by_channel = channel_limits(bits, narrow, len(steps))
        low, high = (along_axis(limit, steps.ndim, 0) for limit in by_channel)
    values: npt.NDArray[np.int8] = np.clip(steps, low, high).astype(np.int8)
    return values


def quantize_minmax(
    weight: npt.NDArray[np.float32], bits: int, axis: int | None
) -> QuantizedWeight:
    """The extremes of each channel stay within the width's limits, and one of them is reached."""
    others = tuple(i for i in range(weight.ndim) if i != axis)
    low, high = weight_limits(bits)
    above = np.atleast_1d(weight.max(axis=others, initial=0.0))
    below = np.atleast_1d(-weight.min(axis=others, initial=0.0))
    scale = symmetric_scale(np.maximum(above, below * (high / -low)), bits)
    return QuantizedWeight(round_to_scale(weight, scale, bits, axis), scale)


_METHODS: Mapping[str, Callable[[npt.NDArray[np.float32], int, int | None], QuantizedWeight]] = {
    "minmax": quantize_minmax,
}
"""Methods that need nothing but the filter; all others come from a bank."""


def quantize_weight(
    name: str,
    weight: npt.NDArray[np.float32],
    choice: WeightChoice,
    axis: int | None,
    bank: Bank | None,
) -> QuantizedWeight:
    """The filter `name` under `choice`, from the bank where it is there, or its widths are.

    Raises:
        UsageError: the method is unknown and not in the bank, or there is no such width.
    """
    if bank is not None and (name, choice) in bank:
        return bank[name, choice]
    if choice.narrow:
        rows = choice.narrow.rows(len(weight))
        parts = [quantize_weight(name, weight, part, axis, bank) for part in choice.parts]
        return interleaved([_rows(*pair) for pair in zip(parts, rows, strict=True)], rows)
    if choice.bits not in WIDTHS:
        raise UsageError(
            f"tensor '{name}': {choice.bits}-bit weights do not exist", "use 8, 4, 2 or ternary"
        )
    if choice.method not in _METHODS:
        raise UsageError(
            f"tensor '{name}': no {width_name(choice.bits)} candidate '{choice.method}'",
            "build the candidates first, or use method 'minmax'",
        )
    return _METHODS[choice.method](weight, choice.bits, axis)


def interleaved(parts: Sequence[QuantizedWeight], rows: Sequence[Sequence[int]]) -> QuantizedWeight:
    """One filter of several, by their output channels.

    Args:
        parts: each with a scale a channel; all with biases or none.
        rows: of each part where its channels come; together all.
    """
    order = np.argsort(np.concatenate([np.array(each, np.intp) for each in rows]), kind="stable")
    biases = [part.bias for part in parts if part.bias is not None]
    return QuantizedWeight(
        np.concatenate([part.values for part in parts])[order],
        np.concatenate([part.scale for part in parts])[order],
        np.concatenate(biases)[order] if biases else None,
    )


def _rows(weight: QuantizedWeight, rows: Sequence[int]) -> QuantizedWeight:
    """Some output channels of a filter that has a scale a channel."""
    chosen = list(rows)
    bias = None if weight.bias is None else weight.bias[chosen]
    return QuantizedWeight(weight.values[chosen], weight.scale[chosen], bias)
