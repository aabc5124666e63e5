"""PAD, CONCATENATION, RESHAPE, SQUEEZE, EXPAND_DIMS and TRANSPOSE: they move values only."""

from __future__ import annotations

import math
from enum import IntEnum
from typing import Any

from mcuq.numeric.activation import Activation
from mcuq.ops.movement import (
    CONCATENATION,
    PAD,
    RESHAPE,
    SQUEEZE,
    TRANSPOSE,
    ConcatAttrs,
    PadAttrs,
    ReshapeAttrs,
    TransposeAttrs,
)
from mcuq.tflite.operators.common import (
    ACTIVATIONS,
    constant_operands,
    fused_activation,
    one_computed_operand,
    requiring,
)
from mcuq.tflite.operators.form import Rule, Step, TfliteForm, no_constants, no_options
from mcuq.tflite.operators.version import ByType
from mcuq.tflite.operators.view import OpView

_MOST_COPIES = 64
"""Of a dimension, by a TILE."""


class Concatenation(IntEnum):
    """ConcatenationOptions."""

    AXIS = 0
    ACTIVATION = 1


class Squeeze(IntEnum):
    """SqueezeOptions."""

    DIMS = 0


class Reshape(IntEnum):
    """ReshapeOptions."""

    NEW_SHAPE = 0


class Pack(IntEnum):
    """PackOptions."""

    COUNT = 0
    AXIS = 1


def pairs_of_paddings(op: OpView) -> str | None:
    """Paddings are one pair of non-negative counts a dimension.

    Use a crop (STRIDED_SLICE) where padding would be negative.
    """
    counts, rank = op.integers(len(op.operands) - 1), len(op.shape(0))
    if len(counts) != 2 * rank:
        return f"{len(counts)} counts for {rank} dimensions"
    return None if min(counts, default=0) >= 0 else "one is negative"


def axis_in_range(op: OpView) -> str | None:
    """The axis of a concatenation is a dimension of its operands.

    The file is damaged: export it again.
    """
    axis, rank = op.int32(Concatenation.AXIS), len(op.shape(0))
    return None if -rank <= axis < rank else f"axis {axis} of {rank} dimensions"


def no_activation(op: OpView) -> str | None:
    """A concatenation has no fused activation.

    Export the activation as a layer of its own.
    """
    fused = op.uint8(Concatenation.ACTIVATION)
    return None if fused == ACTIVATIONS[Activation.NONE] else f"it has number {fused}"


def known_target(op: OpView) -> str | None:
    """The shape that a reshape gives is known before the model runs.

    Export with a fixed input shape, batch 1, so that the converter can compute it.
    """
    target = reshape_target(op)
    if target is None:
        return "it is computed at run time"
    size = math.prod(op.shape(0))
    known = math.prod(n for n in target if n != -1)
    if min(target, default=1) < -1 or target.count(-1) > 1 or known == 0 or size % known:
        return f"{op.shape(0)} cannot become {target}"
    return None


def squeezable(op: OpView) -> str | None:
    """A squeeze drops dimensions of size 1.

    The file is damaged: export it again.
    """
    shape, dims = op.shape(0), _option_integers(op, Squeeze.DIMS)
    fits = all(-len(shape) <= dim < len(shape) and shape[dim] == 1 for dim in dims)
    return None if fits else f"dimensions {dims} of {shape}"


def insertable_axis(op: OpView) -> str | None:
    """The axis of an expansion is one position among the input's dimensions.

    The file is damaged: export it again.
    """
    axes, rank = op.integers(1), len(op.shape(0))
    return None if len(axes) == 1 and -rank - 1 <= axes[0] <= rank else f"{axes} of {rank}"


def known_repeats(op: OpView) -> str | None:
    """A tile states how often each dimension is repeated, at most 64 times.

    Use an upsampling layer, or one tile after the other.
    """
    counts = op.integers(1)
    fits = len(counts) == len(op.shape(0)) and all(1 <= n <= _MOST_COPIES for n in counts)
    return None if fits else f"multiples {counts} of {op.shape(0)}"


def permutation(op: OpView) -> str | None:
    """A transpose names every dimension of its input once.

    The file is damaged: export it again.
    """
    perm, rank = op.integers(1), len(op.shape(0))
    return None if sorted(perm) == list(range(rank)) else f"{perm} of {rank} dimensions"


def reshape_target(op: OpView) -> tuple[int, ...] | None:
    """The target as written, -1 for the dimension to infer; None where it is not known."""
    if len(op.operands) > 1 and op.operands[1] is not None:
        values = op.constant(1)
        return None if values is None or values.dtype.kind not in "iu" else op.integers(1)
    return _option_integers(op, Reshape.NEW_SHAPE) or None


def reshape_attrs(op: OpView) -> ReshapeAttrs:
    """The target with its -1 resolved; `known_target` has checked it."""
    target = reshape_target(op)
    assert target is not None
    known = math.prod(n for n in target if n != -1)
    missing = math.prod(op.shape(0)) // known
    return ReshapeAttrs(tuple(missing if n == -1 else n for n in target))


def squeeze_attrs(op: OpView) -> ReshapeAttrs:
    """SQUEEZE with the dimensions it drops resolved: none listed means all of size 1."""
    shape = op.shape(0)
    listed = _option_integers(op, Squeeze.DIMS)
    dims = {dim % len(shape) for dim in listed} or {i for i, n in enumerate(shape) if n == 1}
    return ReshapeAttrs(tuple(n for i, n in enumerate(shape) if i not in dims), tuple(sorted(dims)))


def expand_attrs(op: OpView) -> ReshapeAttrs:
    """EXPAND_DIMS as a RESHAPE."""
    shape, axis = op.shape(0), op.integers(1)[0]
    position = axis % (len(shape) + 1)
    return ReshapeAttrs((*shape[:position], 1, *shape[position:]))


def pad_attrs(op: OpView) -> PadAttrs:
    """Pairs as the last operand lists them."""
    counts = op.integers(len(op.operands) - 1)
    return PadAttrs(tuple(zip(counts[0::2], counts[1::2], strict=True)))


def _tile(op: OpView) -> tuple[Step, ...]:
    """A CONCATENATION of the input with itself for each dimension that is repeated."""
    first = len(op.operands)
    repeated = [(axis, count) for axis, count in enumerate(op.integers(1)) if count > 1]
    sources = (0, *range(first, first + len(repeated)))
    steps = tuple(
        Step(CONCATENATION, ConcatAttrs(axis), (source,) * count)
        for source, (axis, count) in zip(sources, repeated, strict=False)
    )
    return steps or (Step(RESHAPE, ReshapeAttrs(op.shape(0)), (0,)),)


def _concatenation(op: OpView) -> ConcatAttrs:
    return ConcatAttrs(op.int32(Concatenation.AXIS) % len(op.shape(0)))


def _option_integers(op: OpView, field: int) -> tuple[int, ...]:
    return () if op.options is None else op.options.integers(field)


def _write_concatenation(attrs: ConcatAttrs, options: Any) -> None:
    options.axis = attrs.axis


def _write_reshape(attrs: ReshapeAttrs, options: Any) -> None:
    options.newShape = list(attrs.shape)


def _write_squeeze(attrs: ReshapeAttrs, options: Any) -> None:
    options.squeezeDims = list(attrs.squeeze_dims)


FORMS: tuple[TfliteForm[Any], ...] = (
    TfliteForm(
        Rule(
            PAD,
            "PadOptions",
            pad_attrs,
            requiring(constant_operands(1), pairs_of_paddings),
            required=2,
        ),
        write=no_options,
        constants=lambda attrs: (attrs.paddings,),
        version=ByType(int8=2, int16=3),
        resolver="AddPad",
    ),
    TfliteForm(
        Rule(
            CONCATENATION,
            "ConcatenationOptions",
            _concatenation,
            (
                one_computed_operand,
                axis_in_range,
                fused_activation(Concatenation.ACTIVATION),
                no_activation,
            ),
            tensors=None,
        ),
        write=_write_concatenation,
        constants=no_constants,
        version=ByType(int8=2, int16=3),
        resolver="AddConcatenation",
    ),
    TfliteForm(
        Rule(RESHAPE, "ReshapeOptions", reshape_attrs, requiring(known_target)),
        write=_write_reshape,
        constants=lambda attrs: (attrs.shape,),
        version=ByType(int8=1, int16=1),
        resolver="AddReshape",
    ),
    TfliteForm(
        Rule(SQUEEZE, "SqueezeOptions", squeeze_attrs, requiring(squeezable)),
        write=_write_squeeze,
        constants=no_constants,
        version=ByType(int8=1, int16=1),
        resolver="AddSqueeze",
    ),
    TfliteForm(
        Rule(
            TRANSPOSE,
            "TransposeOptions",
            lambda op: TransposeAttrs(op.integers(1)),
            requiring(constant_operands(1), permutation),
            required=2,
        ),
        write=no_options,
        constants=lambda attrs: (attrs.perm,),
        version=ByType(int8=2, int16=5),
        resolver="AddTranspose",
    ),
)
FURTHER_RULES: dict[str, Rule[Any]] = {
    "TILE": Rule(
        RESHAPE,
        "TileOptions",
        lambda op: ReshapeAttrs(op.shape(0)),
        requiring(constant_operands(1), known_repeats),
        required=2,
        steps=_tile,
    ),
    "EXPAND_DIMS": Rule(
        RESHAPE,
        "ExpandDimsOptions",
        expand_attrs,
        requiring(constant_operands(1), insertable_axis),
        required=2,
    ),
}
FURTHER_OPTIONS = {"PACK": "PackOptions"}
"""Of operators that are folded or rewritten before rules are asked."""
