"""The writer's flatbuffers load in LiteRT and TFLM and mean what the descriptions say."""

from __future__ import annotations

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema
from tflite_micro.python.tflite_micro import runtime as tflm

from mcuq.numeric.activation import Activation
from mcuq.ops.attrs import Padding
from mcuq.ops.weighted import CONV_2D, FULLY_CONNECTED
from mcuq.ops.weighted_params import ConvAttrs, FullyConnectedAttrs
from mcuq.tflite.builder import OperatorSpec, TensorSpec, build_model
from mcuq.tflite.operators.catalog import FORMS
from mcuq.tflite.runtime import Interpreter, OpResolverType


def _dense(weight_dtype: str) -> bytes:
    weights = np.array([[1, -2, 3], [4, -5, 6]], np.int8)
    scale, zero = np.array([0.5], np.float32), np.array([3])
    tensors = [
        TensorSpec("x", (1, 3), "int8", scale=scale, zero_point=zero),
        TensorSpec("w", (2, 3), weight_dtype, weights, np.array([0.25], np.float32)),
        TensorSpec("b", (2,), "int32", np.array([8, -8], np.int32), np.array([0.125], np.float32)),
        TensorSpec("y", (1, 2), "int8", scale=scale, zero_point=zero),
    ]
    options = FORMS[FULLY_CONNECTED].options(FullyConnectedAttrs())
    operators = [OperatorSpec("FULLY_CONNECTED", (0, 1, 2), (3,), options)]
    return build_model(tensors, operators, [0], [3])


@pytest.mark.parametrize("weight_dtype", ["int8", "int4"])
def test_dense_runs_under_tflm(weight_dtype: str) -> None:
    interpreter = tflm.Interpreter.from_bytes(_dense(weight_dtype))
    # Real values 1, 0, 2: rows give 1*1+2*3=7 and 4+12=16 times 0.25, bias ±1: 2.75 and 3.
    interpreter.set_input(np.array([[5, 3, 7]], np.int8), 0)
    interpreter.invoke()
    assert interpreter.get_output(0).tolist() == [[9, 9]]


@pytest.mark.parametrize("weight_dtype", ["int8", "int4"])
def test_dense_runs_under_litert_by_signature(weight_dtype: str) -> None:
    interpreter = Interpreter(
        model_content=_dense(weight_dtype),
        experimental_op_resolver_type=OpResolverType.BUILTIN_REF,
    )
    runner = interpreter.get_signature_runner("serving_default")
    assert runner(x=np.array([[5, 3, 7]], np.int8))["y"].tolist() == [[9, 9]]


def test_int4_is_packed_low_nibble_first_over_the_flat_tensor() -> None:
    model = schema.ModelT.InitFromPackedBuf(_dense("int4"), 0)
    weights = model.subgraphs[0].tensors[1]
    assert weights.type == schema.TensorType.INT4
    assert model.buffers[weights.buffer].data.tolist() == [0xE1, 0x43, 0x6B]


def test_constants_are_aligned_to_16_bytes() -> None:
    content = _dense("int8")
    for needle in (bytes([1, 254, 3, 4, 251, 6]), np.array([8, -8], "<i4").tobytes()):
        assert content.index(needle) % 16 == 0


def test_same_description_same_bytes() -> None:
    assert _dense("int4") == _dense("int4")


def test_versions_follow_dtypes() -> None:
    def versions(content: bytes) -> list[int]:
        return [code.version for code in schema.ModelT.InitFromPackedBuf(content, 0).operatorCodes]

    assert versions(_dense("int8")) == [4]
    assert versions(_dense("int4")) == [10]


def test_per_channel_convolution_carries_axis_scales_and_options() -> None:
    attrs = ConvAttrs((2, 1), (1, 3), Padding.SAME, Activation.RELU6)
    filters = np.ones((2, 1, 1, 1), np.int8)
    tensors = [
        TensorSpec("x", (1, 4, 4, 1), "int8", scale=np.ones(1), zero_point=np.zeros(1)),
        TensorSpec("w", (2, 1, 1, 1), "int8", filters, np.array([1.0, 2.0]), axis=0),
        TensorSpec("y", (1, 2, 4, 2), "int8", scale=np.ones(1), zero_point=np.zeros(1)),
    ]
    operators = [OperatorSpec("CONV_2D", (0, 1, -1), (2,), FORMS[CONV_2D].options(attrs))]
    model = schema.ModelT.InitFromPackedBuf(build_model(tensors, operators, [0], [2]), 0)
    quantization = model.subgraphs[0].tensors[1].quantization
    assert quantization.scale.tolist() == [1.0, 2.0]
    assert quantization.zeroPoint.tolist() == [0, 0]
    assert quantization.quantizedDimension == 0
    options = model.subgraphs[0].operators[0].builtinOptions
    assert (options.strideH, options.strideW) == (2, 1)
    assert (options.dilationHFactor, options.dilationWFactor) == (1, 3)
    assert options.padding == schema.Padding.SAME
    assert options.fusedActivationFunction == schema.ActivationFunctionType.RELU6


def test_wrong_number_of_values_is_refused() -> None:
    tensors = [TensorSpec("w", (2, 3), "int8", np.zeros(5, np.int8))]
    with pytest.raises(ValueError, match="5 values"):
        build_model(tensors, [], [], [])
