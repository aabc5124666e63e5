"""Resizing as C calls."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from mcuq.graph import Op
from mcuq.lower.form import (
    CForms,
    int8_only,
    same,
)
from mcuq.lower.layout import suffixed
from mcuq.lower.program import (
    Array,
    Call,
    Struct,
    TensorRef,
    operand,
)
from mcuq.numeric.tensor import QuantizedTensor
from mcuq.ops.operator import AnyOperator
from mcuq.ops.resize import RESIZE_BILINEAR, RESIZE_NEAREST_NEIGHBOR, BilinearParams, ResizeParams
from mcuq.quantized.qgraph import QuantizedGraph


def lower_resize(qgraph: QuantizedGraph, op: Op, params: ResizeParams) -> Call:
    """mcuq_resize_nearest_s8."""
    source, result = qgraph.tensors[op.inputs[0]], qgraph.tensors[op.output]
    structure = Struct(
        "mcuq_resize",
        (
            ("input_width", source.shape[2]),
            ("output_height", result.shape[0] * result.shape[1]),
            ("output_width", result.shape[2]),
            ("channels", result.shape[3]),
            ("rows", Array("rows", _stacked(np.array(params.rows, np.uint16), source))),
            ("columns", Array("columns", np.array(params.columns, np.uint16))),
        ),
    )
    arguments = (structure, operand(source), TensorRef(result.name))
    return Call(op, suffixed("mcuq_resize_nearest", result), arguments)


def lower_bilinear(qgraph: QuantizedGraph, op: Op, params: BilinearParams) -> Call:
    """mcuq_resize_bilinear_s8."""
    source, result = qgraph.tensors[op.inputs[0]], qgraph.tensors[op.output]
    structure = Struct(
        "mcuq_bilinear",
        (
            ("input_width", source.shape[2]),
            ("output_height", result.shape[0] * result.shape[1]),
            ("output_width", result.shape[2]),
            ("channels", result.shape[3]),
            ("rows", Array("rows", _stacked(params.rows, source))),
            ("columns", Array("columns", params.columns)),
        ),
    )
    arguments = (structure, operand(source), TensorRef(result.name))
    return Call(op, "mcuq_resize_bilinear_s8", arguments)


def _stacked(rows: npt.NDArray[Any], source: QuantizedTensor) -> npt.NDArray[Any]:
    """The table for all images, which lie below each other: of (lower, upper, share), or rows."""
    images, height = source.shape[:2]
    step = np.array([height, height, 0], rows.dtype) if rows.ndim > 1 else rows.dtype.type(height)
    return np.concatenate([rows + rows.dtype.type(i) * step for i in range(images)])


CALLS: Mapping[AnyOperator, CForms] = {
    RESIZE_NEAREST_NEIGHBOR: same(RESIZE_NEAREST_NEIGHBOR, lower_resize),
    RESIZE_BILINEAR: int8_only(RESIZE_BILINEAR, lower_bilinear),
}
