"""Inputs on which TFLite Micro's own result is not defined: said, or refused, beforehand."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from mcuq.errors import InputError
from mcuq.findings import Finding, about_model
from mcuq.graph import Graph, Op
from mcuq.interpret.integer import quantize_inputs, run_integer
from mcuq.ops.softmax import FLAT_CLASSES, SOFTMAX, flat_rows
from mcuq.quantized import QuantizedGraph, quantized_op

_HINT = "end the model before the SOFTMAX: its largest input is the same class"


def many_class_findings(graph: Graph, activation_bits: int) -> tuple[Finding, ...]:
    """One for each SOFTMAX over so many classes that TFLite Micro can abort: with int8 inputs."""
    if activation_bits != 8:
        return ()
    return tuple(
        about_model(
            "wide-softmax",
            f"SOFTMAX '{op.name}' has {graph.tensors[op.output].shape[-1]} classes: where "
            f"{FLAT_CLASSES} of them are nearly equal, TFLite Micro aborts and mcuq's firmware "
            "gives 0 for all",
            _HINT,
        )
        for op in graph.ops
        if op.kind is SOFTMAX and graph.tensors[op.output].shape[-1] >= FLAT_CLASSES
    )


def check_defined(qgraph: QuantizedGraph, inputs: Sequence[npt.NDArray[np.generic]]) -> None:
    """Refuse samples that TFLite Micro aborts on.

    Args:
        qgraph: the model that shall be verified.
        inputs: real samples, (N, …) an input.

    Raises:
        InputError: a SOFTMAX of 512 or more classes is flat on one; names it.
    """
    for op in filter(lambda op: _can_be_flat(qgraph, op), qgraph.ops):
        source = op.inputs[0]
        x = run_integer(qgraph, quantize_inputs(qgraph, inputs), keep=(source,))[source]
        rows = flat_rows(SOFTMAX.int8.params(quantized_op(qgraph, op)), x)
        flat = rows.reshape(len(x), -1).any(axis=1)
        if flat.any():
            raise InputError(
                f"SOFTMAX '{op.name}': on sample {int(np.argmax(flat))} over {FLAT_CLASSES} of its "
                f"{qgraph.tensors[op.output].shape[-1]} classes are nearly equal; TFLite Micro "
                "aborts there",
                _HINT,
            )


def _can_be_flat(qgraph: QuantizedGraph, op: Op) -> bool:
    result = qgraph.tensors[op.output]
    narrow = qgraph.tensors[op.inputs[0]].bits == 8
    return op.kind is SOFTMAX and narrow and result.shape[-1] >= FLAT_CLASSES
