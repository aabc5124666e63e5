"""An operator's attributes as an MLIR dictionary, and back: exact, field by field."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any, get_type_hints

from mcuq.graph import (
    Activation,
    Attrs,
    BinaryAttrs,
    ConcatAttrs,
    ConvAttrs,
    DepthwiseConvAttrs,
    FullyConnectedAttrs,
    LeakyReluAttrs,
    MeanAttrs,
    NoAttrs,
    OpKind,
    PadAttrs,
    Padding,
    PoolAttrs,
    ReshapeAttrs,
    ResizeAttrs,
    SoftmaxAttrs,
    StridedSliceAttrs,
    TransposeAttrs,
)
from mcuq.mlir.syntax import Attribute, Attributes, Integers, Number

_CLASSES: Mapping[OpKind, type[Attrs]] = {
    OpKind.CONV_2D: ConvAttrs,
    OpKind.DEPTHWISE_CONV_2D: DepthwiseConvAttrs,
    OpKind.FULLY_CONNECTED: FullyConnectedAttrs,
    OpKind.ADD: BinaryAttrs,
    OpKind.SUB: BinaryAttrs,
    OpKind.MUL: BinaryAttrs,
    OpKind.AVERAGE_POOL_2D: PoolAttrs,
    OpKind.MAX_POOL_2D: PoolAttrs,
    OpKind.MEAN: MeanAttrs,
    OpKind.PAD: PadAttrs,
    OpKind.CONCATENATION: ConcatAttrs,
    OpKind.RESHAPE: ReshapeAttrs,
    OpKind.SQUEEZE: ReshapeAttrs,
    OpKind.TRANSPOSE: TransposeAttrs,
    OpKind.STRIDED_SLICE: StridedSliceAttrs,
    OpKind.RESIZE_NEAREST_NEIGHBOR: ResizeAttrs,
    OpKind.RESIZE_BILINEAR: ResizeAttrs,
    OpKind.SOFTMAX: SoftmaxAttrs,
    OpKind.LEAKY_RELU: LeakyReluAttrs,
}
"""Attribute class by kind; all other kinds have none."""


def encode(attrs: Attrs) -> dict[str, Attribute]:
    """One entry a field."""
    return {field.name: _encoded(getattr(attrs, field.name)) for field in dataclasses.fields(attrs)}


def decode(kind: OpKind, attributes: Attributes) -> Attrs:
    """The attributes of an operator of `kind`.

    Raises:
        ValueError: a field is missing, unknown or of the wrong type.
    """
    cls = _CLASSES.get(kind, NoAttrs)
    hints = get_type_hints(cls)
    if set(hints) != set(attributes):
        raise ValueError(f"{kind} has the attributes {', '.join(sorted(hints)) or 'none'}")
    values = {name: _decoded(attributes[name], hints[name], name) for name in hints}
    return cls(**values)


def _encoded(value: Any) -> Attribute:
    match value:
        case bool() | str():
            return str(value) if isinstance(value, str) else value
        case int():
            return Number(value, "i64")
        case float():
            return Number(value, "f64")
        case _ if value and isinstance(value[0], tuple):
            return tuple(map(Integers, value))
        case _:
            return Integers(value)


def _decoded(attribute: Attribute, hint: Any, name: str) -> Any:
    value: Any = attribute
    if isinstance(attribute, Number):
        value = attribute.value
    elif isinstance(attribute, Integers):
        value = attribute.values
    elif isinstance(attribute, tuple):
        value = tuple(item.values if isinstance(item, Integers) else item for item in attribute)
    if hint in (Activation, Padding) and isinstance(value, str):
        return hint(value)
    if not _fits(value, hint):
        raise ValueError(f"attribute {name} is not a value of {hint}")
    return value


def _fits(value: Any, hint: Any) -> bool:
    if isinstance(hint, type):
        return type(value) is hint
    wanted: tuple[Any, ...] = getattr(hint, "__args__", ())
    if not isinstance(value, tuple):
        return False
    each = [wanted[0]] * len(value) if wanted[-1] is Ellipsis else list(wanted)
    return len(each) == len(value) and all(map(_fits, value, each))
