"""What the specification of TOSA demands of an operation's types, in the form LLVM 19 gives it.

Each rule computes the shape of the result from operands and properties, as the specification's
`ERROR_IF` lines do (https://www.mlplatform.org/tosa/tosa_spec.html).
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from itertools import pairwise

import numpy as np
from quant_type import UniformType
from xdsl.dialects.builtin import DenseIntOrFPElementsAttr
from xdsl.ir import SSAValue
from xdsl_module import Shape, Step, element_of, shape_of


def check_types(step: Step, constants: dict[SSAValue, DenseIntOrFPElementsAttr]) -> None:
    """Raise AssertionError unless the operation is one of TOSA's.

    Args:
        constants: data of the values that a tosa.const before it gives.
    """
    assert step.result is not None
    name = short_name(step)
    needs = _PROPERTIES.get(name, set())
    assert needs == set(step.properties) - {"quantization_info"}, step.name
    known = [constants.get(value) for value in step.operands]
    integers = [np.array(c.get_values()).reshape(c.get_shape()) if c else None for c in known]
    shapes = [shape_of(value) for value in step.operands]
    assert _RULES[name](step, shapes, integers) == shape_of(step.result), step.name
    _check_elements(step)
    _check_zero_points(step)


def short_name(step: Step) -> str:
    """Without the dialect, which is the right one."""
    dialect, _, name = step.name.partition(".")
    assert dialect == ("quant" if name in ("qcast", "dcast") else "tosa"), step.name
    return name


_WINDOW = {"pad", "stride"}
_REDUCING = ("reduce_sum", "reduce_max", "reduce_min", "reduce_all")
_PROPERTIES = {
    "const": {"value"},
    "conv2d": _WINDOW | {"dilation"},
    "depthwise_conv2d": _WINDOW | {"dilation"},
    "transpose_conv2d": {"out_pad", "stride", "out_shape"},
    "avg_pool2d": _WINDOW | {"kernel", "acc_type"},
    "max_pool2d": _WINDOW | {"kernel"},
    "reshape": {"new_shape"},
    "slice": {"start", "size"},
    "tile": {"multiples"},
    **{
        name: {"axis"}
        for name in (
            "argmax",
            "concat",
            "reverse",
            "reduce_sum",
            "reduce_max",
            "reduce_min",
            "reduce_all",
        )
    },
    "resize": {"scale", "offset", "border", "mode"},
    "mul": {"shift"},
    "clamp": {"min_fp", "max_fp", "min_int", "max_int"},
}
"""Of every operation that has any, beside the zero points."""

Rule = Callable[[Step, list[Shape], list["np.ndarray | None"]], Shape]
_FLOAT = {
    *("add", "sub", "mul", "maximum", "minimum", "abs", "exp", "log", "reciprocal", "rsqrt"),
    *("sigmoid", "tanh", "erf", "negate", "floor", "ceil", "matmul"),
    *("reduce_sum", "reduce_max", "depthwise_conv2d"),
}
_COUNTING = {"add", "sub", "mul", "maximum", "minimum", "reduce_sum"}
"""Of indices, too."""
_MOVING = {
    *("reshape", "slice", "pad", "concat", "transpose", "reverse", "gather", "clamp", "resize"),
    *("max_pool2d", "avg_pool2d", "tile", "reduce_min"),
}

_COMPARING = ("equal", "greater", "greater_equal")


def _check_elements(step: Step) -> None:
    name = short_name(step)
    elements = [element_of(value) for value in step.operands]
    result = element_of(step.result) if step.result else None
    if name in _COUNTING and result == "i32":
        assert {*elements} == {"i32"}, step.name
    elif name in _FLOAT:
        assert {*elements, result} == {"f32"}, step.name
    if name in _MOVING:
        amounts = 0 if name == "concat" else 1
        indices = elements[1 : 1 + amounts]
        assert {elements[0], *elements[1 + amounts :], result} == {result}, step.name
        assert all(index == "i32" for index in indices)
    if name in _COMPARING:
        assert result == "i1" and elements in (["f32", "f32"], ["i32", "i32"]), step.name
    if name.startswith("logical") or name == "reduce_all":
        assert {*elements, result} == {"i1"}, step.name
    if name == "select":
        assert elements == ["i1", result, result], step.name
    if name == "cast":
        ends = (elements[0], result)
        assert ends in {("f32", "i32"), ("i32", "f32"), ("i1", "f32"), ("i1", "i32")}, step.name
    if name == "argmax":
        assert (elements, result) == (["f32"], "i32"), step.name
    if name in ("qcast", "dcast"):
        ends = (elements[0], result) if name == "qcast" else (result, elements[0])
        assert ends[0] == "f32" and isinstance(ends[1], UniformType)


_INFOS = {
    "conv2d": ("conv", ("input_zp", "weight_zp")),
    "transpose_conv2d": ("conv", ("input_zp", "weight_zp")),
    "fully_connected": ("conv", ("input_zp", "weight_zp")),
    "avg_pool2d": ("unary", ("input_zp", "output_zp")),
    "pad": ("pad", ("input_zp",)),
}


def _check_zero_points(step: Step) -> None:
    """The zero points that an operation repeats are those of its operands' types."""
    name = short_name(step)
    text = step.properties.get("quantization_info")
    elements = [element_of(value) for value in step.operands]
    assert (text is not None) == (name in _INFOS and isinstance(elements[0], UniformType)), name
    if text is None:
        return
    assert step.result is not None
    kind, keys = _INFOS[name]
    values = ", ".join(f"{key} = (-?[0-9]+)" for key in keys)
    found = re.fullmatch(rf"#tosa\.{kind}_quant<{values}>", text)
    assert found, text
    ends = {
        "input_zp": elements[0],
        "weight_zp": elements[-1],
        "output_zp": element_of(step.result),
    }
    if name in ("conv2d", "transpose_conv2d", "fully_connected"):
        ends["weight_zp"] = elements[1]
    for key, value in zip(keys, found.groups(), strict=True):
        element = ends[key]
        assert isinstance(element, UniformType)
        assert {zero.data for zero in element.zero_points} == {int(value)}, key


def _const(step: Step, shapes: list[Shape], data: list[np.ndarray | None]) -> Shape:
    return step.properties["value"].get_shape()


def _same(step: Step, shapes: list[Shape], data: list[np.ndarray | None]) -> Shape:
    return shapes[0]


def _broadcast(step: Step, shapes: list[Shape], data: list[np.ndarray | None]) -> Shape:
    assert len(shapes[0]) == len(shapes[1])
    return np.broadcast_shapes(*shapes)


def _reduced(step: Step, shapes: list[Shape], data: list[np.ndarray | None]) -> Shape:
    axis = step.properties["axis"]
    return (*shapes[0][:axis], 1, *shapes[0][axis + 1 :])


def _reshape(step: Step, shapes: list[Shape], data: list[np.ndarray | None]) -> Shape:
    shape = step.properties["new_shape"]
    assert math.prod(shape) == math.prod(shapes[0])
    return tuple(shape)


def _slice(step: Step, shapes: list[Shape], data: list[np.ndarray | None]) -> Shape:
    start, size = step.properties["start"], step.properties["size"]
    ends = zip(start, size, shapes[0], strict=True)
    assert all(begin >= 0 and begin + count <= length for begin, count, length in ends)
    return tuple(size)


def _pad(step: Step, shapes: list[Shape], data: list[np.ndarray | None]) -> Shape:
    amounts = data[1]
    assert shapes[2:] in ([], [()])
    assert amounts is not None and amounts.shape == (len(shapes[0]), 2) and amounts.min() >= 0
    return tuple(np.array(shapes[0]) + amounts.sum(axis=1))


def _concat(step: Step, shapes: list[Shape], data: list[np.ndarray | None]) -> Shape:
    axis = step.properties["axis"]
    others = [(shape[:axis], shape[axis + 1 :]) for shape in shapes]
    assert all(first == second for first, second in pairwise(others))
    return (*others[0][0], sum(shape[axis] for shape in shapes), *others[0][1])


def _transpose(step: Step, shapes: list[Shape], data: list[np.ndarray | None]) -> Shape:
    (order,) = data[1:]
    assert order is not None and sorted(order) == list(range(len(shapes[0])))
    return tuple(shapes[0][axis] for axis in order)


def _select(step: Step, shapes: list[Shape], data: list[np.ndarray | None]) -> Shape:
    assert len({len(shape) for shape in shapes}) == 1
    return np.broadcast_shapes(*shapes)


def _without_axis(step: Step, shapes: list[Shape], data: list[np.ndarray | None]) -> Shape:
    axis = step.properties["axis"]
    return (*shapes[0][:axis], *shapes[0][axis + 1 :])


def _gather(step: Step, shapes: list[Shape], data: list[np.ndarray | None]) -> Shape:
    (batch, rows, channels), (samples, count) = shapes
    indices = data[1]
    assert indices is None or (indices.min() >= 0 and indices.max() < rows)
    assert samples == batch
    return (batch, count, channels)


def _tile(step: Step, shapes: list[Shape], data: list[np.ndarray | None]) -> Shape:
    pairs = zip(shapes[0], step.properties["multiples"], strict=True)
    return tuple(size * count for size, count in pairs)


def _conv(step: Step, shapes: list[Shape], data: list[np.ndarray | None]) -> Shape:
    source, (channels, *kernel, depth), bias = shapes
    assert source[3] == depth and bias == (channels,)
    return (source[0], *_windows(step, source, tuple(kernel)), channels)


def _depthwise(step: Step, shapes: list[Shape], data: list[np.ndarray | None]) -> Shape:
    source, (*kernel, depth, multiplier), bias = shapes
    assert source[3] == depth and bias == (depth * multiplier,)
    return (source[0], *_windows(step, source, tuple(kernel)), depth * multiplier)


def _transpose_conv(step: Step, shapes: list[Shape], data: list[np.ndarray | None]) -> Shape:
    source, (channels, *kernel, depth), bias = shapes
    assert source[3] == depth and bias == (channels,)
    pad, stride = step.properties["out_pad"], step.properties["stride"]
    size = [
        (source[1 + i] - 1) * stride[i] + sum(pad[2 * i : 2 * i + 2]) + kernel[i] for i in range(2)
    ]
    # The specification asks for paddings that leave something of every window.
    assert all(-kernel[n // 2] < amount for n, amount in enumerate(pad))
    assert tuple(step.properties["out_shape"]) == (source[0], *size, channels)
    return (source[0], *size, channels)


def _pool(step: Step, shapes: list[Shape], data: list[np.ndarray | None]) -> Shape:
    (source,) = shapes
    return (source[0], *_windows(step, source, step.properties["kernel"]), source[3])


def _windows(step: Step, source: Shape, kernel: Shape) -> tuple[int, int]:
    """Output rows and columns; the last window ends with the padded input."""
    pad, stride = step.properties["pad"], step.properties["stride"]
    dilation = step.properties.get("dilation", (1, 1))
    assert min(pad) >= 0
    free = [
        source[1 + i] + sum(pad[2 * i : 2 * i + 2]) - ((kernel[i] - 1) * dilation[i] + 1)
        for i in range(2)
    ]
    assert min(free) >= 0 and all(n % step == 0 for n, step in zip(free, stride, strict=True))
    return (free[0] // stride[0] + 1, free[1] // stride[1] + 1)


def _fully_connected(step: Step, shapes: list[Shape], data: list[np.ndarray | None]) -> Shape:
    (rows, depth), (channels, filter_depth), bias = shapes
    assert depth == filter_depth and bias == (channels,)
    return (rows, channels)


def _matmul(step: Step, shapes: list[Shape], data: list[np.ndarray | None]) -> Shape:
    (batch, rows, depth), (other, filter_depth, columns) = shapes
    assert batch == other and depth == filter_depth
    return (batch, rows, columns)


def _tile(step: Step, shapes: list[Shape], data: list[np.ndarray | None]) -> Shape:
    multiples = step.properties["multiples"]
    return tuple(n * times for n, times in zip(shapes[0], multiples, strict=True))


def _resize(step: Step, shapes: list[Shape], data: list[np.ndarray | None]) -> Shape:
    (batch, *sizes, channels) = shapes[0]
    scale, offset, border = (step.properties[name] for name in ("scale", "offset", "border"))
    assert min(scale) > 0
    reach = [
        ((sizes[i] - 1) * scale[2 * i] - offset[i] + border[i], scale[2 * i + 1]) for i in range(2)
    ]
    assert all(length % step == 0 for length, step in reach)
    return (batch, *(length // step + 1 for length, step in reach), channels)


_RULES: dict[str, Rule] = {
    "const": _const,
    "conv2d": _conv,
    "depthwise_conv2d": _depthwise,
    "transpose_conv2d": _transpose_conv,
    "fully_connected": _fully_connected,
    "matmul": _matmul,
    "tile": _tile,
    "avg_pool2d": _pool,
    "max_pool2d": _pool,
    "reshape": _reshape,
    "slice": _slice,
    "pad": _pad,
    "concat": _concat,
    "transpose": _transpose,
    "gather": _gather,
    "resize": _resize,
    "select": _select,
    "argmax": _without_axis,
    **dict.fromkeys(_REDUCING, _reduced),
    **dict.fromkeys(("add", "sub", "mul", "maximum", "minimum"), _broadcast),
    **dict.fromkeys((*_COMPARING, "logical_and", "logical_or"), _broadcast),
    **dict.fromkeys(
        ("clamp", "abs", "exp", "log", "reciprocal", "rsqrt", "sigmoid", "tanh", "reverse"), _same
    ),
    **dict.fromkeys(("erf", "negate", "floor", "ceil"), _same),
    **dict.fromkeys(("qcast", "dcast", "logical_not", "cast"), _same),
}
