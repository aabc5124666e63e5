"""Integer layers whose sums no processor cuts.

Where a layer multiplies uint8 by int8, ONNX Runtime adds two products in 16 bits on x86 processors
without VNNI, and what is too large becomes the largest (`vpmaddubsw`, onnxruntime issue 6004). Its
own remedy, `session.x64quantprecision`, needs its optimizer and then refuses int8 inputs. Filters
of the input's type, uint8 128 above, make the same sums, and those are exact everywhere.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from onnx import numpy_helper

from mcuq.witness.onnx_constants import FileConstants

_LAYERS = frozenset({"QLinearConv", "QLinearMatMul", "QGemm"})
_INPUT_ZERO, _FILTER, _FILTER_ZERO = 2, 3, 5
"""Operands of all of them."""


def make_filters_unsigned(model: Any) -> None:
    """Constant int8 filters of layers with uint8 inputs become uint8; the layers give the same."""
    constants = FileConstants(model)
    for node in model.graph.node:
        if node.op_type not in _LAYERS or not _is_mixed(node, constants):
            continue
        for operand in (_FILTER, _FILTER_ZERO):
            values = constants[node.input[operand]].astype(np.int16) - np.iinfo(np.int8).min
            name = f"{node.output[0]}/unsigned{operand}"
            tensor = numpy_helper.from_array(values.astype(np.uint8), name)
            model.graph.initializer.append(tensor)
            node.input[operand] = name


def _is_mixed(node: Any, constants: FileConstants) -> bool:
    operands = [node.input[i] for i in (_INPUT_ZERO, _FILTER, _FILTER_ZERO)]
    if not all(name in constants.names for name in operands):
        return False
    return [constants[name].dtype for name in operands] == [np.uint8, np.int8, np.int8]
