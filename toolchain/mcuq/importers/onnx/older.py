"""Nodes of operator sets 7 to 12 in the forms of set 13, which everything behind reads.

What changed in between, by ONNX's own changelog: attributes became inputs; Softmax normalized all
dimensions from `axis` on, now one; Upsample became Resize.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np
from onnx import helper, numpy_helper

OLDEST, CURRENT = 7, 13
"""The first operator set that is read, and the one whose forms all others take."""

_TO_INPUTS: Mapping[str, tuple[int, tuple[tuple[str, type], ...]]] = {
    "Clip": (11, (("min", np.float32), ("max", np.float32))),
    "Dropout": (12, (("ratio", np.float32),)),
    "Pad": (11, (("pads", np.int64), ("value", np.float32))),
    "ReduceSum": (13, (("axes", np.int64),)),
    "Slice": (10, (("starts", np.int64), ("ends", np.int64), ("axes", np.int64))),
    "Split": (13, (("split", np.int64),)),
    "Squeeze": (13, (("axes", np.int64),)),
    "TopK": (10, (("k", np.int64),)),
    "Unsqueeze": (13, (("axes", np.int64),)),
    "Upsample": (9, (("scales", np.float32),)),
}
"""Operator → the set that made these attributes its inputs from the second on."""
BECOMES = {"Upsample": "Resize"}
"""What stands in an operator's place."""
_UPSAMPLING = {"coordinate_transformation_mode": "asymmetric", "nearest_mode": "floor"}


def current_forms(nodes: Iterable[Any], opset: int) -> list[Any]:
    """The nodes as operator set 13 writes them, or as they are from that set on.

    Args:
        nodes: of the model's graph.
        opset: their version of the default operator set, at least `OLDEST`.
    """
    if opset >= CURRENT:
        return list(nodes)
    found: list[Any] = []
    for proto in nodes:
        before = _TO_INPUTS.get(proto.op_type)
        if proto.domain in ("", "ai.onnx"):
            if before is not None and opset < before[0]:
                constants, proto = _with_inputs(proto, before[1])
                found.extend(constants)
            found.extend(_OTHERWISE.get(proto.op_type, _unchanged)(proto, opset))
        else:
            found.append(proto)
    return found


def _attributes(proto: Any) -> dict[str, Any]:
    return {entry.name: helper.get_attribute_value(entry) for entry in proto.attribute}


def _with_inputs(proto: Any, names: Iterable[tuple[str, type]]) -> tuple[list[Any], Any]:
    """Constants that hold the attributes, and the node that reads them."""
    attributes, inputs, constants = _attributes(proto), list(proto.input), []
    for name, dtype in names:
        value = attributes.pop(name, None)
        inputs.append("" if value is None else f"{proto.output[0]}/{name}")
        if value is not None:
            tensor = numpy_helper.from_array(np.array(value, dtype))
            constants.append(helper.make_node("Constant", [], [inputs[-1]], value=tensor))
    while inputs and not inputs[-1]:
        inputs.pop()
    return constants, helper.make_node(proto.op_type, inputs, list(proto.output), **attributes)


def _unchanged(proto: Any, opset: int) -> list[Any]:
    return [proto]


def _resize(proto: Any, opset: int) -> list[Any]:
    """Upsample, and Resize of set 10: operands are the image and scales."""
    if proto.op_type == "Resize" and opset > 10:
        return [proto]
    image, scales = proto.input
    attributes = _attributes(proto) | _UPSAMPLING
    return [helper.make_node("Resize", [image, "", scales], list(proto.output), **attributes)]


def _softmax(proto: Any, opset: int) -> list[Any]:
    """Over all dimensions from `axis` on: as rows, and back."""
    x, y = proto.input[0], proto.output[0]
    rows, result, shape = f"{y}/rows", f"{y}/softmax", f"{y}/shape"
    axis = _attributes(proto).get("axis", 1)
    return [
        helper.make_node("Flatten", [x], [rows], axis=axis),
        helper.make_node(proto.op_type, [rows], [result], axis=1),
        helper.make_node("Shape", [x], [shape]),
        helper.make_node("Reshape", [result, shape], [y]),
    ]


def _constant_fill(proto: Any, opset: int) -> list[Any]:
    """An experiment that PyTorch writes in sets 7 and 8: ConstantOfShape, of further dimensions."""
    attributes, shape, before = _attributes(proto), proto.input[0], []
    if not attributes.get("input_as_shape", 0):
        return [proto]
    if attributes.get("extra_shape"):
        more, joined = f"{proto.output[0]}/more", f"{proto.output[0]}/joined"
        tensor = numpy_helper.from_array(np.array(attributes["extra_shape"], np.int64))
        before = [
            helper.make_node("Constant", [], [more], value=tensor),
            helper.make_node("Concat", [shape, more], [joined], axis=0),
        ]
        shape = joined
    kind = helper.tensor_dtype_to_np_dtype(attributes.get("dtype", 1))
    value = numpy_helper.from_array(np.full(1, attributes.get("value", 0.0), kind))
    return [*before, helper.make_node("ConstantOfShape", [shape], list(proto.output), value=value)]


EXPERIMENTS = frozenset({"ConstantFill"})
"""What is written otherwise, but was never in a version of ONNX."""
_OTHERWISE: Mapping[str, Callable[[Any, int], list[Any]]] = {
    "ConstantFill": _constant_fill,
    "Hardmax": _softmax,
    "LogSoftmax": _softmax,
    "Resize": _resize,
    "Softmax": _softmax,
    "Upsample": _resize,
}
