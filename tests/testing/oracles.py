"""Independent runtimes: LiteRT's reference kernels for float, TFLite Micro for integer models."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from ai_edge_litert import schema_py_generated as schema
from tflite_micro.python.tflite_micro import runtime

from mcuq.emit.tflite import tflite_bytes
from mcuq.graph import Graph
from mcuq.quantized import QuantizedGraph
from mcuq.tflite.float_model import float_tflite_bytes
from mcuq.tflite.runtime import Interpreter, OpResolverType

_ARENA = 1 << 22


def run_litert(content: bytes, inputs: list[np.ndarray]) -> list[list[np.ndarray]]:
    """LiteRT's reference kernels, sample by sample: outputs of each sample."""
    interpreter = _interpreter(content)
    interpreter.allocate_tensors()
    results = []
    for sample in range(len(inputs[0])):
        for detail, values in zip(interpreter.get_input_details(), inputs, strict=True):
            value = values[sample].reshape(detail["shape"]).astype(detail["dtype"])
            interpreter.set_tensor(detail["index"], value)
        interpreter.invoke()
        details = interpreter.get_output_details()
        results.append([interpreter.get_tensor(detail["index"]).copy() for detail in details])
    return results


def _interpreter(content: bytes) -> Interpreter:
    """With the reference kernels; of some there is none, only the fast one."""
    kernels = OpResolverType.BUILTIN_REF
    if _operators(content) & {"CEIL", "ELU", "ROUND"}:
        kernels = OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES
    return Interpreter(model_content=content, experimental_op_resolver_type=kernels)


def _operators(content: bytes) -> set[str]:
    names = {number: name for name, number in vars(schema.BuiltinOperator).items()}
    model = schema.Model.GetRootAs(content)
    codes = (model.OperatorCodes(i) for i in range(model.OperatorCodesLength()))
    return {names[code.BuiltinCode()] for code in codes}


def litert_output(graph: Graph, inputs: list[np.ndarray]) -> np.ndarray:
    """The single output for all samples, shaped as `run_float` returns it."""
    values = np.stack([outputs[0] for outputs in run_litert(float_tflite_bytes(graph), inputs)])
    shape = graph.tensors[graph.outputs[0]].shape
    return values.reshape(len(values), *(shape[1:] if shape[:1] == (1,) else shape))


def tflm_outputs(
    qgraph: QuantizedGraph, inputs: list[npt.NDArray[Any]], packed_int4: bool = True
) -> list[npt.NDArray[Any]]:
    """Each output of each sample under TFLite Micro, stacked: (N, *shape)."""
    content = tflite_bytes(qgraph, packed_int4)
    interpreter = runtime.Interpreter.from_bytes(content, arena_size=_ARENA)
    collected: list[list[npt.NDArray[Any]]] = [[] for _ in qgraph.outputs]
    for sample in zip(*inputs, strict=True):
        for number, (name, x) in enumerate(zip(qgraph.inputs, sample, strict=True)):
            interpreter.set_input(x.reshape(qgraph.tensors[name].shape), number)
        interpreter.invoke()
        for number, values in enumerate(collected):
            values.append(interpreter.get_output(number))
    return [np.stack(values) for values in collected]
