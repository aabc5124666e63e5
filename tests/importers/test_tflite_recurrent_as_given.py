"""SVDF and LSTM with their integers: what TensorFlow Lite Micro would not compute is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import flatbuffers
import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema
from recurrent_models import recurrent_forms, recurrent_models

from mcuq.emit.tflite import tflite_bytes
from mcuq.errors import InputError
from mcuq.prequantized.load import load_quantized
from mcuq.tflite.litert import run_litert

CONTENTS = {
    form.name: tflite_bytes(next(recurrent_models(form, 1)).qgraph) for form in recurrent_forms()
}
LSTM, SVDF = "UNIDIRECTIONAL_SEQUENCE_LSTM int8", "SVDF int8, memory of int16"
Change = Callable[[Any, Any], None]
"""Of the operator and its subgraph."""


def changed(content: bytes, change: Change) -> bytes:
    model = schema.ModelT.InitFromPackedBuf(content, 0)
    graph = model.subgraphs[0]
    operator = graph.operators[-1]
    operator.inputs = list(operator.inputs)
    change(operator, graph)
    builder = flatbuffers.Builder(0)
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def _operand(number: int, what: str, value: object) -> Change:
    """Another scale or zero point, or no variable."""

    def change(op: Any, graph: Any) -> None:
        tensor = graph.tensors[op.inputs[number]]
        if what == "isVariable":
            tensor.isVariable = value
        else:
            dtype = {"scale": np.float32, "zeroPoint": np.int64}[what]
            setattr(tensor.quantization, what, np.array([value], dtype))

    return change


def _peephole(op: Any, graph: Any) -> None:
    op.inputs[9] = op.inputs[12]


def _projection(op: Any, graph: Any) -> None:
    op.inputs[16] = op.inputs[1]


def _relu(op: Any, graph: Any) -> None:
    op.builtinOptions.fusedActivationFunction = schema.ActivationFunctionType.RELU


def _tanh(op: Any, graph: Any) -> None:
    op.builtinOptions.fusedActivationFunction = schema.ActivationFunctionType.TANH


def _rank(op: Any, graph: Any) -> None:
    op.builtinOptions.rank = 0


def _result(op: Any, graph: Any) -> None:
    quantization = graph.tensors[op.outputs[0]].quantization
    quantization.zeroPoint = quantization.zeroPoint + 1


def _without_bias(op: Any, graph: Any) -> None:
    op.inputs[3] = -1


@pytest.mark.parametrize(
    ("name", "change", "told"),
    [
        (LSTM, _peephole, "it has peepholes"),
        (LSTM, _projection, "it has a projection"),
        (LSTM, _relu, "its activation is another"),
        (LSTM, _operand(19, "scale", 0.0003), "cell is a power of two"),
        (LSTM, _result, "what it keeps as hidden"),
        (LSTM, _operand(12, "scale", 1.0), "scale of a recurrent layer's bias"),
        (LSTM, _operand(5, "zeroPoint", 3), "not stored symmetric"),
        (LSTM, _operand(18, "isVariable", False), "a state that is no variable"),
        (LSTM, _operand(19, "zeroPoint", 4), "begins with"),
        (SVDF, _operand(4, "zeroPoint", 4), "begins with"),
        (SVDF, _operand(4, "isVariable", False), "a state that is no variable"),
        (SVDF, _operand(3, "scale", 1.0), "scale of a recurrent layer's bias"),
        (SVDF, _tanh, "fused activation"),
        (SVDF, _rank, "no units of rank 0"),
        (SVDF, _without_bias, "it needs 5"),
        (SVDF, _operand(1, "scale", 1e12), "so far apart"),
    ],
)
def test_another_form_is_refused(name: str, change: Change, told: str) -> None:
    with pytest.raises(InputError, match=told):
        load_quantized(changed(CONTENTS[name], change))


@pytest.mark.parametrize("name", CONTENTS)
def test_types_are_those_of_the_kernels(name: str) -> None:
    def widened(op: Any, graph: Any) -> None:
        tensor = graph.tensors[op.inputs[2]]
        tensor.type = schema.TensorType.INT32

    with pytest.raises(InputError):
        load_quantized(changed(CONTENTS[name], widened))


def test_an_lstm_of_int8_is_one_for_litert_too() -> None:
    """It is written with the tensors that LiteRT keeps an LSTM's parts in."""
    qgraph = load_quantized(CONTENTS[LSTM])
    x = np.zeros((1, 2, *qgraph.tensors[qgraph.inputs[0]].shape[1:]), np.int8)
    assert run_litert(CONTENTS[LSTM], [x])[0].shape[:2] == (1, 2)
